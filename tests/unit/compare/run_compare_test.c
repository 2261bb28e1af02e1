#include "compare/run_compare.h"
#include "stats/mcnemar.h"
#include "unit/aggregate/fold_case.h"

#include <omp.h>

#include <stdio.h>

/* One candidate; a letter a conversation: r succeeds, w fails, n has no gold. `from`: ordinal of
 * the first one. */
static void run(struct fold_case *test, const char *letters, int64_t from)
{
    fold_case_open(test);
    for (int64_t i = 0; letters[i]; i++) {
        struct conversation_facts *facts = fold_case_facts(test, from + i);
        facts->gold_status = letters[i] == 'n' ? GOLD_NONE : GOLD_JOINED;
        fold_case_add_facts(test, facts);
        struct trial *trial = fold_case_trial(test, 0, 0, letters[i] == 'w' ? "w" : "r");
        if (letters[i] == 'n')
            trial->score->outcome = TRIAL_NOT_SCORED;
        fold_case_add(test, trial);
    }
    fold_case_finish_with(test, &(struct run_fold_input){.gold_sha256 = strview_of("abc")});
}

static struct run_side side(const struct fold_case *test)
{
    return (struct run_side){test->summary, run_fold_outcomes(test->fold)};
}

static const struct metric_row *row_of(const struct run_comparison *comparison, const char *name)
{
    const struct compared_row *row = run_comparison_row(comparison, name);
    return row ? &row->row : NULL;
}

Test(run_compare, conversations_are_matched_by_id_and_their_flips_listed)
{
    struct fold_case a, b;
    struct error err = {0};
    struct run_comparison *comparison;
    fold_case_start(&a, 1);
    fold_case_start(&b, 1);
    run(&a, "rrwwrn", 0); /* c000 to c005 */
    run(&b, "wrrwr", 1);  /* c001 to c005 */
    struct run_side sides[] = {side(&a), side(&b)};
    cr_assert(eq(int, run_compare(sides, 2, NULL, a.arena, &comparison, &err), STATUS_OK));
    cr_assert(eq(sz, comparison->flip_count, 1));
    const struct run_flips *flips = &comparison->flips[0];
    /* c001 r w, c002 w r, c003 w r, c004 r w; c005 has no gold in the first run */
    cr_expect(eq(u64, flips->compared, 4));
    cr_assert(eq(sz, flips->failing_count, 2));
    cr_assert(eq(sz, flips->fixed_count, 2));
    cr_expect(eq(u32, flips->newly_failing[0].first_ordinal, 1));
    cr_expect(eq(u32, flips->newly_failing[0].second_ordinal, 1));
    cr_expect(eq(u32, flips->newly_fixed[0].first_ordinal, 2));
    fold_case_end(&a);
    fold_case_end(&b);
}

Test(run_compare, changes_are_paired_and_tested)
{
    struct fold_case a, b;
    struct error err = {0};
    struct run_comparison *comparison;
    fold_case_start(&a, 1);
    fold_case_start(&b, 1);
    run(&a, "rrwwwwww", 0);
    run(&b, "rrrrrwww", 0);
    struct run_side sides[] = {side(&a), side(&b)};
    cr_assert(eq(int, run_compare(sides, 2, NULL, a.arena, &comparison, &err), STATUS_OK));
    const struct metric_row *rate = row_of(comparison, "success_rate");
    struct interval expected = mcnemar_newcombe((struct paired_table){2, 3, 0, 3}, .05);
    cr_expect(epsilon_eq(dbl, rate->by_candidate[0].value, .25, 1e-15));
    cr_expect(epsilon_eq(dbl, rate->by_candidate[1].value, .625, 1e-15));
    cr_expect(epsilon_eq(dbl, rate->difference[1].value, .375, 1e-15));
    cr_expect(epsilon_eq(dbl, rate->difference[1].low, expected.low, 1e-15));
    cr_expect(rate->difference[0].undefined != NULL);
    const struct metric_row *failed = row_of(comparison, "failed_per_1000");
    cr_expect(epsilon_eq(dbl, failed->difference[1].value, -375, 1e-9));
    cr_expect(epsilon_eq(dbl, failed->difference[1].low, -1000 * expected.high, 1e-9));
    const struct metric_row *joint = row_of(comparison, "joint_goal_accuracy");
    cr_expect(epsilon_eq(dbl, joint->difference[1].value, .375, 1e-15));
    cr_expect(lt(dbl, joint->difference[1].low, .375));
    const struct metric_difference *success =
        &run_comparison_row(comparison, "success_rate")->differences[1];
    cr_expect(
        epsilon_eq(dbl, success->p, mcnemar_midp((struct paired_table){2, 3, 0, 3}).p, 1e-15));
    cr_expect(epsilon_eq(dbl, success->adjusted_p, success->p, 1e-15));
    cr_expect(eq(int, success->verdict, DIFFERENCE_NOT_SHOWN));
    cr_expect(gt(dbl, success->detectable, .375));
    cr_expect(row_of(comparison, "slot_f1.date") != NULL);
    cr_expect(eq(sz, comparison->warning_count, 0));
    fold_case_end(&a);
    fold_case_end(&b);
}

Test(run_compare, other_gold_is_warned_of_and_another_mode_refused)
{
    struct fold_case a, b;
    struct error err = {0};
    struct run_comparison *comparison;
    fold_case_start(&a, 1);
    fold_case_start(&b, 2);
    run(&a, "rw", 0);
    run(&b, "rw", 0);
    struct run_side sides[] = {side(&a), side(&b)};
    b.summary->gold_sha256 = strview_of("other");
    cr_assert(eq(int, run_compare(sides, 2, NULL, a.arena, &comparison, &err), STATUS_OK));
    cr_assert(eq(sz, comparison->warning_count, 1));
    cr_expect(strstr(comparison->warnings[0], "run 2 has other gold") != NULL);
    cr_assert(eq(sz, comparison->column_count, 3));
    cr_expect(eq(sz, comparison->columns[1].reference, 0));
    cr_expect(eq(sz, comparison->columns[2].reference, SIZE_MAX));
    b.summary->mode = strview_of("teacher_forced");
    cr_expect(eq(int, run_compare(sides, 2, NULL, a.arena, &comparison, &err), STATUS_CONFIG));
    cr_expect(eq(int, run_compare(sides, 1, NULL, a.arena, &comparison, &err), STATUS_CONFIG));
    fold_case_end(&a);
    fold_case_end(&b);
}

Test(run_compare, outcomes_of_many_candidates_do_not_touch_one_another)
{
    struct run_outcomes outcomes = {.candidates = 3};
    for (int64_t i = 0; i < 100; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", (int)i);
        struct conversation_facts facts;
        record_init(&conversation_facts_type, &facts);
        facts.conversation_id = strview_of(id);
        facts.ordinal = i;
        cr_assert(run_outcomes_add(&outcomes, &facts));
        for (size_t c = 0; c < 3; c++)
            run_outcomes_mark(&outcomes, c, (enum run_outcome)(((size_t)i + c) % 3));
    }
    for (size_t i = 0; i < 100; i++)
        for (size_t c = 0; c < 3; c++)
            cr_expect(eq(int, run_outcomes_get(&outcomes, i, c), (int)((i + c) % 3)));
    run_outcomes_done(&outcomes);
}

static struct run_comparison *compare_one(struct fold_case *test, const char *by)
{
    struct error err = {0};
    struct run_comparison *comparison = NULL;
    struct run_side own = side(test);
    struct run_compare_options options = {by ? strview_of(by) : (struct strview){0}};
    cr_assert(eq(int, run_compare(&own, 1, &options, test->arena, &comparison, &err), STATUS_OK),
              "%s", err.what);
    return comparison;
}

/* `candidates` over `count` conversations: letters by (conversation, candidate). */
static void run_candidates(struct fold_case *test, size_t candidates, int64_t count,
                           const char *(*letters)(int64_t conversation, int64_t candidate))
{
    fold_case_start(test, candidates);
    for (size_t c = 0; c < candidates; c++)
        test->candidates[c].kind = CANDIDATE_LLM;
    fold_case_open(test);
    for (int64_t i = 0; i < count; i++) {
        struct conversation_facts *facts = fold_case_facts(test, i);
        facts->metadata = strview_of(i % 2 ? "{\"clinic\": \"north\"}" : "{\"clinic\": \"south\"}");
        fold_case_add_facts(test, facts);
        for (int64_t c = 0; c < (int64_t)candidates; c++) {
            struct trial *trial = fold_case_trial(test, c, 0, letters(i, c));
            struct prediction *prediction = fold_case_prediction(trial, 0);
            prediction->attempts = 1;
            prediction->metadata = arena_alloc(test->arena, sizeof *prediction->metadata);
            record_init(&prediction_metadata_type, prediction->metadata);
            prediction->metadata->cost_usd_nano = (1000 + i * 7 % 13) * (c == 1 ? 3 : 4 + c / 2);
            prediction->metadata->latency_ms =
                100 + (double)(i * 31 % 97) + (c == 1 ? 400 + (double)(i % 5) : 0);
            fold_case_add(test, trial);
        }
    }
    fold_case_finish(test);
}

static const char *better_second(int64_t conversation, int64_t candidate)
{
    return candidate == 1 ? (conversation % 10 ? "rr" : "rw") : (conversation % 3 ? "rr" : "wr");
}

Test(run_compare, candidates_of_one_run_are_compared_and_the_words_follow)
{
    struct fold_case test;
    run_candidates(&test, 2, 120, better_second);
    struct run_comparison *comparison = compare_one(&test, "clinic");
    const struct compared_row *success = run_comparison_row(comparison, "success_rate");
    const struct compared_row *cost = run_comparison_row(comparison, "cost_per_conversation_usd");
    const struct compared_row *latency = run_comparison_row(comparison, "latency_p95_ms");
    cr_expect(eq(int, success->differences[1].verdict, DIFFERENCE_BETTER));
    cr_expect(eq(int, success->family, FAMILY_GATES));
    cr_expect(eq(int, cost->differences[1].verdict, DIFFERENCE_BETTER));
    cr_expect(eq(int, cost->family, FAMILY_OTHERS));
    cr_expect(eq(int, latency->differences[1].verdict, DIFFERENCE_WORSE));
    cr_expect(epsilon_eq(dbl, latency->differences[1].change.value, 400, 4.5));
    cr_expect(eq(sz, comparison->recommendation_count, 2));
    cr_expect(strstr(comparison->recommendations[0], "'second' succeeds more often") != NULL);
    cr_expect(strstr(comparison->recommendations[1], "It costs 25 % less a call.") != NULL);
    cr_expect(strstr(comparison->recommendations[1], "Take it.") != NULL);
    cr_expect(comparison->trade_offs[0].on_front && comparison->trade_offs[1].on_front);
    cr_assert(eq(sz, comparison->slice_count, 2));
    cr_expect(strview_is(comparison->slices[0].value, "north"));
    cr_expect(eq(u64, comparison->slices[0].rows[0].differences[1].change.n, 60));
    fold_case_end(&test);
}

static const char *same(int64_t conversation, int64_t candidate)
{
    return (conversation + candidate) % 4 ? "rr" : "wr";
}

Test(run_compare, what_is_not_shown_comes_with_what_could_have_been_seen)
{
    struct fold_case test;
    run_candidates(&test, 3, 40, same);
    struct run_comparison *comparison = compare_one(&test, NULL);
    const struct metric_difference *success =
        &run_comparison_row(comparison, "success_rate")->differences[1];
    cr_expect(eq(int, success->verdict, DIFFERENCE_NOT_SHOWN));
    cr_expect(gt(dbl, success->detectable, .05));
    cr_expect(strstr(comparison->recommendations[1], "would have been found four times in five") !=
              NULL);
    cr_expect(strcmp(comparison->recommendations[0], "no difference in success is shown") == 0);
    cr_expect(not(comparison->trade_offs[2].on_front));
    cr_expect(eq(sz, comparison->trade_offs[2].dominated_by, 0));
    fold_case_end(&test);
}

static const char *all_wrong(int64_t conversation, int64_t candidate)
{
    (void)conversation;
    (void)candidate;
    return "ww";
}

Test(run_compare, degenerate_runs_have_no_confident_number)
{
    static const int64_t counts[] = {0, 1, 2, 30};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct fold_case test;
        run_candidates(&test, 2, counts[i], all_wrong);
        struct run_comparison *comparison = compare_one(&test, "clinic");
        for (size_t k = 0; k < comparison->section_count; k++)
            for (size_t j = 0; j < comparison->sections[k].count; j++) {
                const struct compared_row *row = &comparison->sections[k].rows[j];
                const struct metric_difference *difference = &row->differences[1];
                bool has_value = !difference->change.undefined;
                cr_expect(has_value == !isnan(difference->change.value), "%s", row->row.name);
                if (row->row.unit != UNIT_USD && row->row.unit != UNIT_MS)
                    cr_expect(difference->verdict == DIFFERENCE_UNDEFINED ||
                                  difference->verdict == DIFFERENCE_NOT_SHOWN,
                              "%s", row->row.name);
            }
        const struct metric_difference *success =
            &run_comparison_row(comparison, "success_rate")->differences[1];
        bool is_undefined = success->change.undefined != NULL, too_few = counts[i] < 2;
        cr_expect(is_undefined == too_few);
        fold_case_end(&test);
    }
}

Test(run_compare, threads_change_no_bit)
{
    struct fold_case test;
    const struct run_comparison *first = NULL;
    static const int teams[] = {1, 2, 8};
    run_candidates(&test, 2, 90, better_second);
    for (size_t i = 0; i < sizeof teams / sizeof *teams; i++) {
        omp_set_num_threads(teams[i]);
        struct run_comparison *comparison = compare_one(&test, "clinic");
        first = first ? first : comparison;
        for (size_t k = 0; k < comparison->section_count; k++)
            for (size_t j = 0; j < comparison->sections[k].count; j++) {
                const struct metric_difference *a = &first->sections[k].rows[j].differences[1];
                const struct metric_difference *b = &comparison->sections[k].rows[j].differences[1];
                cr_expect(memcmp(&a->change.value, &b->change.value, 3 * sizeof(double)) == 0, "%s",
                          comparison->sections[k].rows[j].row.name);
                cr_expect(memcmp(&a->p, &b->p, 3 * sizeof(double)) == 0);
            }
    }
    fold_case_end(&test);
}
