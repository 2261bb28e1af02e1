#include "compare/metric_column.h"
#include "unit/aggregate/fold_case.h"

#include <stdio.h>

static void start(struct fold_case *test, size_t candidates, int64_t repeats)
{
    fold_case_start(test, candidates);
    test->pipeline.repeats = repeats;
    fold_case_open(test);
}

static struct metric_column column_of(struct fold_case *test, size_t candidate, const char *metric,
                                      struct conversation_filter filter)
{
    struct metric_source source;
    struct metric_column column = {0};
    cr_assert(metric_source_find(strview_of(metric), 10, &source), "%s", metric);
    struct column_side side = {run_fold_outcomes(test->fold), candidate};
    cr_assert(metric_column_make(side, &source, filter, test->arena, &column));
    return column;
}

static double value_of(const struct metric_column *column)
{
    double sum = 0, size = 0;
    for (size_t i = 0; i < column->count; i++) {
        sum += column->sums[i];
        size += column->sizes[i];
    }
    return sum / size;
}

static struct conversation_filter by(const char *key, const char *value)
{
    return (struct conversation_filter){strview_of(key), strview_of(value)};
}

Test(metric_column, the_columns_add_up_to_the_metric_for_every_ratio)
{
    static const char *const turns[] = {"rr r", "rw mr", "s", "Wr", "rl", "mm wr"};
    struct fold_case test;
    start(&test, 2, 2);
    for (int64_t i = 0; i < 24; i++) {
        fold_case_conversation(&test, i);
        for (int64_t j = 0; j < 4; j++) {
            struct trial *trial =
                fold_case_trial(&test, j / 2, j % 2, turns[(i * (j + 3) + j) % 6]);
            trial->score->reasks = i % 3;
            struct slot_score *slot = fold_case_turn(trial, 0)->slots.items;
            slot->confidence = (double)((i + j) % 11) / 10;
            struct prediction *prediction = fold_case_prediction(trial, 0);
            prediction->metadata = arena_alloc(test.arena, sizeof *prediction->metadata);
            record_init(&prediction_metadata_type, prediction->metadata);
            prediction->metadata->cost_usd_nano = 1000 * (i + j);
            prediction->metadata->latency_ms = 100.25 + (double)i;
            prediction->attempts = 1 + (i + j) % 2;
            if (i == 7 && j == 1)
                fold_case_fail(&test, trial, ERROR_CLASS_INFRASTRUCTURE);
            fold_case_add(&test, trial);
        }
    }
    fold_case_finish(&test);
    size_t compared = 0;
    for (int i = 0; i < FOLD_COUNT; i++) {
        const char *name = ratio_metric_of_trials[i].metric;
        for (size_t c = 0; c < 2 && run_summary_row(test.summary, name); c++) {
            struct measure measure = fold_case_measure(&test, name, c);
            if (measure.undefined)
                continue;
            struct metric_column column =
                column_of(&test, c, name, (struct conversation_filter){{0}, {0}});
            double value = value_of(&column) * ratio_metric_of_trials[i].scale;
            cr_expect(epsilon_eq(dbl, value, measure.value, 1e-6 * fabs(measure.value)),
                      "%s %zu: %g %g", name, c, value, measure.value);
            compared++;
        }
    }
    cr_expect(gt(sz, compared, 30));
    struct metric_column dates =
        column_of(&test, 1, "slot_f1.date", (struct conversation_filter){{0}, {0}});
    cr_expect(
        epsilon_eq(dbl, value_of(&dates), test.summary->slots[0].by_candidate[1].f1.value, 1e-12));
    fold_case_end(&test);
}

Test(metric_column, conversations_are_taken_by_split_and_outside_the_challenge_by_tag_and_metadata)
{
    struct fold_case test;
    struct strview tags[] = {strview_of("noisy"), strview_of("long")};
    start(&test, 1, 1);
    for (int64_t i = 0; i < 12; i++) {
        struct conversation_facts *facts = fold_case_facts(&test, i);
        facts->split = i < 4 ? SPLIT_CHALLENGE : SPLIT_RANDOM;
        facts->tags = (struct text_list){tags, (size_t)i % 3};
        facts->metadata = strview_of(i % 2 ? "{\"clinic\": \"north\", \"agent\": 2}"
                                           : "{\"clinic\": \"south\", \"deep\": {\"a\": 1}}");
        fold_case_add_facts(&test, facts);
        fold_case_add_letters(&test, 0, i < 4 ? "w" : "r");
    }
    fold_case_finish(&test);
    cr_expect(eq(sz, column_of(&test, 0, "success_rate", by("split", "random")).count, 8));
    struct metric_column challenge = column_of(&test, 0, "success_rate", by("split", "challenge"));
    cr_expect(epsilon_eq(dbl, value_of(&challenge), 0, 0));
    cr_expect(eq(sz, column_of(&test, 0, "success_rate", by("tag", "noisy")).count, 6));
    cr_expect(eq(sz, column_of(&test, 0, "success_rate", by("tag", "long")).count, 3));
    cr_expect(eq(sz, column_of(&test, 0, "success_rate", by("clinic", "north")).count, 4));
    cr_expect(eq(sz, column_of(&test, 0, "success_rate", by("agent", "2")).count, 4));
    cr_expect(eq(sz, column_of(&test, 0, "success_rate", by("agent", "3")).count, 0));
    cr_expect(eq(sz, column_of(&test, 0, "success_rate", by("deep", "1")).count, 0));
    fold_case_end(&test);
}

Test(metric_column, pairs_are_the_conversations_that_both_runs_scored)
{
    struct fold_case own, first;
    start(&own, 1, 1);
    start(&first, 1, 1);
    for (int64_t i = 0; i < 6; i++) {
        fold_case_conversation(&first, i);
        fold_case_add_letters(&first, 0, i % 2 ? "r" : "w");
    }
    for (int64_t i = 9; i >= 2; i--) {
        fold_case_conversation(&own, i);
        struct trial *trial = fold_case_trial(&own, 0, 0, "r");
        if (i == 3)
            fold_case_fail(&own, trial, ERROR_CLASS_INFRASTRUCTURE);
        fold_case_add(&own, trial);
    }
    fold_case_finish(&own);
    fold_case_finish(&first);
    struct conversation_pairing pairing;
    struct metric_pairs pairs;
    struct metric_source source;
    struct column_side own_side = {run_fold_outcomes(own.fold), 0};
    struct column_side first_side = {run_fold_outcomes(first.fold), 0};
    cr_assert(conversation_pairing_make(
        own_side, first_side, (struct conversation_filter){{0}, {0}}, own.arena, &pairing));
    cr_expect(eq(sz, pairing.count, 4));
    cr_assert(metric_source_find(strview_of("failed_per_1000"), 0, &source));
    cr_assert(metric_pairs_make(&pairing, &source, own.arena, &pairs));
    cr_assert(eq(sz, pairs.count, 3)); /* c005, c004, c002: c003 was not finished */
    for (size_t i = 0; i < pairs.count; i++) {
        uint32_t at = pairs.reference_at[i];
        cr_expect(eq(u64, own_side.outcomes->id_hashes[pairs.own_at[i]],
                     first_side.outcomes->id_hashes[at]));
        cr_expect(epsilon_eq(dbl, pairs.own_sums[i], 1, 0));
        cr_expect(epsilon_eq(dbl, pairs.reference_sums[i], at % 2, 0));
    }
    fold_case_end(&own);
    fold_case_end(&first);
}

Test(metric_column, a_row_comes_back_as_it_was_packed)
{
    struct outcome_rows rows = {0};
    struct outcome_row row = {0}, read = {0};
    row.trials[BASIS_RUN] = 3;
    row.trials[BASIS_SCORED] = 2;
    row.ratios[FOLD_SUCCESS] = (struct ratio_part){1, 2};
    row.ratios[FOLD_COST] = (struct ratio_part){123456789012., 3};
    row.ratios[FOLD_BRIER] = (struct ratio_part){.1234567, 4};
    struct outcome_slot *slot = outcome_row_add_slot(&row);
    *slot = (struct outcome_slot){300, {[SLOT_RIGHT] = 2, [SLOT_LATE] = 1000}};
    cr_assert(outcome_row_add_confidence(&row, .37, true));
    cr_assert(outcome_row_add_confidence(&row, (double)NAN, true));
    cr_assert(outcome_row_add_latency(&row, 812.345));
    cr_assert(outcome_rows_add(&rows, &(struct outcome_row){0}));
    cr_assert(outcome_rows_add(&rows, &row));
    cr_assert(outcome_rows_read(&rows, 1, &read));
    cr_expect(eq(u64, read.trials[BASIS_RUN], 3));
    cr_expect(eq(u64, read.trials[BASIS_FINISHED], 0));
    cr_expect(epsilon_eq(dbl, read.ratios[FOLD_COST].sum, 123456789012., 0));
    cr_expect(epsilon_eq(dbl, read.ratios[FOLD_SUCCESS].size, 2, 0));
    cr_expect(epsilon_eq(dbl, read.ratios[FOLD_BRIER].sum, .1234567, 1e-8));
    cr_assert(eq(sz, read.slot_count, 1));
    cr_expect(eq(u32, read.slots[0].slot, 300));
    cr_expect(eq(u32, read.slots[0].counts[SLOT_LATE], 1000));
    cr_assert(eq(sz, read.confidence_count, 1));
    cr_expect(epsilon_eq(flt, read.confidences[0].confidence, .37f, 1e-6f));
    cr_assert(eq(sz, read.latency_count, 1));
    cr_expect(epsilon_eq(dbl, read.latency_ms[0], 812.345, 1e-9));
    cr_assert(outcome_rows_read(&rows, 0, &read));
    cr_expect(eq(u64, read.trials[BASIS_RUN], 0));
    cr_expect(eq(sz, read.slot_count, 0));
    outcome_row_done(&row);
    outcome_row_done(&read);
    outcome_rows_done(&rows);
}
