#include "aggregate/outcome_rows.h"
#include "stats/pass_k.h"
#include "unit/aggregate/fold_case.h"

#include <omp.h>

static void add(struct fold_case *test, int64_t ordinal, int split, const char *const *repeats)
{
    struct conversation_facts *facts = fold_case_facts(test, ordinal);
    facts->split = split;
    fold_case_add_facts(test, facts);
    for (int64_t r = 0; repeats[r]; r++)
        fold_case_add(test, fold_case_trial(test, 0, r, repeats[r]));
}

static void start(struct fold_case *test, int64_t repeats)
{
    fold_case_start(test, 1);
    test->pipeline.repeats = repeats;
    fold_case_open(test);
}

static const char *const good[] = {"rr", NULL}, *const bad[] = {"ww", NULL};

Test(splits, the_headline_leaves_out_the_challenge_and_a_table_has_it)
{
    struct fold_case test;
    start(&test, 1);
    for (int64_t i = 0; i < 12; i++)
        add(&test, i,
            i < 4   ? SPLIT_CHALLENGE
            : i < 8 ? SPLIT_RANDOM
                    : SPLIT_ABSENT,
            i < 5 ? bad : good);
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "success_rate", 0), 7. / 8, 1e-15));
    cr_expect(eq(u64, fold_case_measure(&test, "success_rate", 0).n, 8));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "challenge_success_rate", 0), 0, 0));
    cr_expect(eq(u64, fold_case_measure(&test, "challenge_success_rate", 0).n, 4));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "slot_f1_micro", 0), 7. / 8, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "slot_f1_macro", 0), 7. / 8, 1e-15));
    cr_expect(eq(u64, test.summary->slots[0].by_candidate[0].wrong_value, 1));
    cr_expect(strstr(test.summary->sections[0].note, "Over 8 conversations; 4 more") != NULL);
    cr_expect(eq(u64, test.summary->candidates[0].scored, 12));
    fold_case_end(&test);
}

Test(splits, a_gold_set_of_the_challenge_alone_is_its_own_headline)
{
    struct fold_case test;
    start(&test, 1);
    for (int64_t i = 0; i < 4; i++)
        add(&test, i, SPLIT_CHALLENGE, i ? good : bad);
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "success_rate", 0), .75, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "slot_f1_micro", 0), .75, 1e-15));
    cr_expect(run_summary_row(test.summary, "challenge_success_rate") == NULL);
    cr_expect(strstr(test.summary->sections[0].note, "chosen because they are hard") != NULL);
    fold_case_end(&test);
}

Test(splits, repeats_tell_pass_k_and_who_is_flaky)
{
    static const char *const all[] = {"rr", "rr", "rr", NULL}, *const none[] = {"ww", "ww", "ww",
                                                                                NULL};
    static const char *const some[] = {"rr", "ww", "rr", NULL}, *const once[] = {"ww", "ww", "rr",
                                                                                 NULL};
    static const char *const two[] = {"rr", "ww", NULL}, *const single[] = {"rr", NULL};
    const char *const *const repeats[] = {all, none, some, once, two, single};
    struct fold_case test;
    double hat = 0, any = 0;
    static const uint64_t tries[] = {3, 3, 3, 3, 2}, passed[] = {3, 0, 2, 1, 1};
    start(&test, 3);
    for (int64_t i = 0; i < 6; i++)
        add(&test, i, SPLIT_RANDOM, repeats[i]);
    fold_case_finish(&test);
    for (size_t i = 0; i < 5; i++) {
        hat += pass_k_all(tries[i], passed[i], 2).value / 5;
        any += pass_k_any(tries[i], passed[i], 2).value / 5;
    }
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "pass_hat_2", 0), hat, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "pass_at_2", 0), any, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "pass_hat_3", 0), .25, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "pass_at_3", 0), .75, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "stable_pass_share", 0), .2, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "flaky_share", 0), .6, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "stable_fail_share", 0), .2, 1e-15));
    cr_expect(run_summary_row(test.summary, "pass_hat_5") == NULL); /* nothing has a value */
    cr_assert(eq(sz, test.summary->flaky_count, 3));
    cr_expect(eq(u64, test.summary->flaky_total, 3));
    cr_expect(strview_is(test.summary->flaky[0].conversation_id, "c004")); /* one of two */
    cr_expect(strview_is(test.summary->flaky[1].conversation_id, "c002"));
    cr_expect(eq(u64, test.summary->flaky[2].successes, 1));
    fold_case_end(&test);
}

Test(splits, this_gold_set_and_the_callers_have_intervals_of_their_own)
{
    static const char *const all[] = {"rr", "rr", NULL}, *const none[] = {"ww", "ww", NULL};
    static const char *const half[] = {"rr", "ww", NULL};
    struct fold_case test;
    start(&test, 2);
    for (int64_t i = 0; i < 40; i++)
        add(&test, i, SPLIT_RANDOM, i < 24 ? all : i < 32 ? half : none);
    fold_case_finish(&test);
    struct measure callers = fold_case_measure(&test, "success_rate", 0);
    struct measure gold = fold_case_measure(&test, "success_rate_this_gold", 0);
    cr_expect(epsilon_eq(dbl, callers.value, .7, 1e-15));
    cr_expect(epsilon_eq(dbl, gold.value, .7, 1e-15));
    /* 8 conversations with variance 1/4 of their mean of two; 40 in all */
    double error = sqrt(8 * .25) / 40;
    cr_expect(epsilon_eq(dbl, gold.high - gold.low, 2 * 1.96 * error, .01));
    cr_expect(lt(dbl, gold.high - gold.low, .6 * (callers.high - callers.low)));
    fold_case_end(&test);
}

Test(splits, repeats_make_the_callers_interval_narrower_when_they_differ)
{
    static const char *const half[] = {"rr", "ww", NULL}, *const all[] = {"rr", "rr", NULL};
    struct fold_case flaky, stable;
    start(&flaky, 2);
    start(&stable, 2);
    static const char *const none[] = {"ww", "ww", NULL};
    for (int64_t i = 0; i < 60; i++) {
        add(&flaky, i, SPLIT_RANDOM, i < 50 ? half : i < 55 ? all : none);
        add(&stable, i, SPLIT_RANDOM, i < 30 ? all : none);
    }
    fold_case_finish(&flaky);
    fold_case_finish(&stable);
    struct measure a = fold_case_measure(&flaky, "success_rate", 0);
    struct measure b = fold_case_measure(&stable, "success_rate", 0);
    cr_expect(epsilon_eq(dbl, a.value, .5, 1e-15));
    cr_expect(lt(dbl, a.high - a.low, .6 * (b.high - b.low)));
    cr_expect(isnan(fold_case_measure(&stable, "success_rate_this_gold", 0).low));
    fold_case_end(&flaky);
    fold_case_end(&stable);
}

static void run_pair(struct fold_case *test)
{
    static const char *const turns[] = {"rr r", "rw mr", "rs", "Wr", "rl", "mm wr", "rr"};
    fold_case_start(test, 2);
    fold_case_open(test);
    for (int64_t i = 0; i < 60; i++) {
        fold_case_conversation(test, i);
        for (int64_t c = 0; c < 2; c++) {
            struct trial *trial = fold_case_trial(test, c, 0, turns[(i * (c + 2) + c) % 7]);
            for (size_t t = 0; t < trial->score->turns.count; t++) {
                struct turn_score *turn = fold_case_turn(trial, t);
                for (size_t s = 0; s < turn->slots.count; s++)
                    ((struct slot_score *)turn->slots.items)[s].confidence =
                        (double)((i * 7 + c * 3 + (int64_t)(s + t)) % 19) / 20;
            }
            struct prediction *prediction = fold_case_prediction(trial, 0);
            prediction->attempts = 1;
            prediction->metadata = arena_alloc(test->arena, sizeof *prediction->metadata);
            record_init(&prediction_metadata_type, prediction->metadata);
            prediction->metadata->latency_ms = (double)((i * 37 + c * 11) % 101) + 50;
            fold_case_add(test, trial);
        }
    }
    fold_case_finish(test);
}

Test(splits, macro_means_calibration_and_changes_of_quantiles_have_ranges)
{
    static const char *const own[] = {
        "slot_f1_macro", "slot_precision_macro", "slot_recall_macro", "ece_10", "mce_10", "auroc"};
    struct fold_case test;
    run_pair(&test);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        const struct metric_row *row = run_summary_row(test.summary, own[i]);
        for (size_t c = 0; c < 2; c++) {
            struct measure measure = row->by_candidate[c];
            cr_expect(measure.low < measure.value && measure.value < measure.high, "%s: %g %g %g",
                      own[i], measure.low, measure.value, measure.high);
        }
        cr_expect(row->difference[1].low < row->difference[1].value, "%s", own[i]);
        cr_expect(row->difference[1].value < row->difference[1].high, "%s", own[i]);
    }
    const struct measure *latency = run_summary_row(test.summary, "latency_p50_ms")->difference;
    cr_expect(latency[1].low <= latency[1].value && latency[1].value <= latency[1].high);
    cr_expect(latency[1].low < latency[1].high);
    fold_case_end(&test);
}

Test(splits, threads_change_no_bit_of_the_ranges)
{
    static const int teams[] = {1, 2, 8};
    struct fold_case tests[3];
    for (size_t i = 0; i < 3; i++) {
        omp_set_num_threads(teams[i]);
        run_pair(&tests[i]);
    }
    for (size_t s = 0; s < tests[0].summary->section_count; s++)
        for (size_t r = 0; r < tests[0].summary->sections[s].count; r++) {
            const struct metric_row *row = &tests[0].summary->sections[s].rows[r];
            for (size_t i = 1; i < 3; i++) {
                const struct metric_row *other = &tests[i].summary->sections[s].rows[r];
                cr_expect(memcmp(&row->by_candidate[1].value, &other->by_candidate[1].value,
                                 3 * sizeof(double)) == 0,
                          "%s", row->name);
                cr_expect(row->difference == NULL ||
                              memcmp(&row->difference[1].value, &other->difference[1].value,
                                     3 * sizeof(double)) == 0,
                          "%s", row->name);
            }
        }
    for (size_t i = 0; i < 3; i++)
        fold_case_end(&tests[i]);
}
