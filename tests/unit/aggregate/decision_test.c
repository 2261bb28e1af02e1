/* Changes between candidates, the sentence, the worst trials. */
#include "fold_case.h"
#include "stats/mcnemar.h"

#include <stdio.h>

/* `letters[c][i]`: r succeeds, w fails. */
static void run(struct fold_case *test, size_t candidates, const char *const *letters)
{
    fold_case_open(test);
    for (int64_t i = 0; letters[0][i]; i++) {
        fold_case_conversation(test, i);
        for (size_t c = 0; c < candidates; c++)
            fold_case_add_letters(test, (int64_t)c, letters[c][i] == 'r' ? "r r" : "r w");
    }
    fold_case_finish(test);
}

Test(decision, changes_are_paired_by_conversation)
{
    static const char *const letters[] = {"rrrrwwww", "rrwwrrrw"};
    struct fold_case test;
    fold_case_start(&test, 2);
    run(&test, 2, letters);
    const struct metric_row *rate = run_summary_row(test.summary, "success_rate");
    struct interval expected = mcnemar_newcombe((struct paired_table){2, 3, 2, 1}, .05);
    cr_expect(epsilon_eq(dbl, rate->difference[1].value, .125, 1e-15));
    cr_expect(epsilon_eq(dbl, rate->difference[1].low, expected.low, 1e-15));
    cr_expect(epsilon_eq(dbl, rate->difference[1].high, expected.high, 1e-15));
    cr_expect(rate->difference[0].undefined != NULL);
    const struct decision_row *row = &test.summary->decision.rows[1];
    cr_expect(epsilon_eq(dbl, row->failed_change.value, -125, 1e-9));
    cr_expect(epsilon_eq(dbl, row->failed_change.low, -1000 * expected.high, 1e-9));
    fold_case_end(&test);
}

Test(decision, a_change_concerns_the_conversations_that_both_scored)
{
    struct fold_case test;
    fold_case_start(&test, 2);
    fold_case_open(&test);
    for (int64_t i = 0; i < 3; i++) {
        fold_case_conversation(&test, i);
        fold_case_add_letters(&test, 0, i == 0 ? "w" : "r");
        struct trial *trial = fold_case_trial(&test, 1, 0, "r");
        if (i == 0)
            fold_case_fail(&test, trial, ERROR_CLASS_INFRASTRUCTURE);
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    const struct metric_row *rate = run_summary_row(test.summary, "success_rate");
    cr_expect(
        epsilon_eq(dbl, rate->by_candidate[1].value - rate->by_candidate[0].value, 1 / 3.0, 1e-15));
    cr_expect(eq(dbl, rate->difference[1].value, 0));
    cr_expect(eq(u64, rate->difference[1].n, 2));
    fold_case_end(&test);
}

Test(decision, the_sentence_says_how_sure_it_is)
{
    static const char *const unclear[] = {"rrrrwwww", "rrrrrwww"};
    static const char *const clear[] = {"rrrrrwwwwwwwwwwwwwww", "rrrrrrrrrrrrrrrrrrww"};
    static const char *const first[] = {"rrrrrrrrrrrrrrrrrrww", "rrrrrwwwwwwwwwwwwwww"};
    static const char *const alone[] = {"rrrw"};
    struct fold_case test;
    fold_case_start(&test, 2);
    run(&test, 2, unclear);
    cr_expect(strstr(test.summary->decision.sentence,
                     "Best is second: it succeeds in 62.5% of 8 calls (30.6 to 86.3%), at no cost; "
                     "whether that is more than first's is open (") ==
                  test.summary->decision.sentence,
              "%s", test.summary->decision.sentence);
    fold_case_end(&test);
    fold_case_start(&test, 2);
    run(&test, 2, clear);
    cr_expect(strstr(test.summary->decision.sentence, "65.0 points more than first (+") != NULL,
              "%s", test.summary->decision.sentence);
    fold_case_end(&test);
    fold_case_start(&test, 2);
    run(&test, 2, first);
    cr_expect(strstr(test.summary->decision.sentence, "Best is first") != NULL);
    cr_expect(strstr(test.summary->decision.sentence, "65.0 points more than second (+") != NULL,
              "%s", test.summary->decision.sentence);
    fold_case_end(&test);
    fold_case_start(&test, 1);
    run(&test, 1, alone);
    cr_expect(eq(str, (char *)test.summary->decision.sentence,
                 "first succeeds in 75.0% of 4 calls (30.1 to 95.4%), at no cost."));
    fold_case_end(&test);
}

Test(decision, nobody_is_called_best_of_equals)
{
    static const char *const level[] = {"rrww", "wwrr"};
    struct fold_case test;
    fold_case_start(&test, 2);
    run(&test, 2, level);
    cr_expect(strstr(test.summary->decision.sentence,
                     "first and second are level: each succeeds in 50.0% of 4 calls") ==
                  test.summary->decision.sentence,
              "%s", test.summary->decision.sentence);
    fold_case_end(&test);
}

Test(decision, titles_claim_what_the_mode_can_show)
{
    static const char *const titles[] = {"Calls with a wrong turn per 1,000",
                                         "Failed calls per 1,000",
                                         "Failed bookings per 1,000 calls"};
    for (int rule = SUCCESS_ALL_TURNS_RIGHT; rule <= SUCCESS_BOOKINGS; rule++) {
        struct fold_case test;
        fold_case_start(&test, 1);
        test.task.success.own_state = rule;
        fold_case_open(&test);
        fold_case_finish(&test);
        cr_expect(eq(str, (char *)test.summary->decision.failed_title, (char *)titles[rule]));
        fold_case_end(&test);
    }
}

Test(decision, the_response_gap_is_the_recorded_agents)
{
    static const double gaps[] = {400};
    struct fold_case test;
    fold_case_start(&test, 3);
    test.candidates[0].kind = test.candidates[2].kind = CANDIDATE_RECORDED;
    test.candidates[2].log = strview_of("predictions.jsonl");
    fold_case_open(&test);
    struct conversation_facts *facts = fold_case_facts(&test, 0);
    facts->response_gap_ms = (struct real_list){gaps, 1};
    fold_case_add_facts(&test, facts);
    fold_case_finish(&test);
    cr_expect(eq(dbl, test.summary->decision.rows[0].response_gap_p95_ms.value, 400));
    cr_expect(test.summary->decision.rows[1].response_gap_p95_ms.undefined != NULL);
    cr_expect(test.summary->decision.rows[2].response_gap_p95_ms.undefined != NULL);
    fold_case_end(&test);
}

Test(decision, the_worst_trials_come_by_faults_then_by_id)
{
    static const char *const turns[] = {"w", "ww w", "r", "wm", "rw", "ws", "m"};
    static const char *const expected[] = {"c001", "c003", "c005", "c000"};
    struct fold_case test;
    fold_case_start(&test, 1);
    test.pipeline.report.worst = 4;
    fold_case_open(&test);
    for (int64_t i = 0; i < 7; i++) {
        fold_case_conversation(&test, i);
        struct trial *trial = fold_case_trial(&test, 0, 0, turns[i]);
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    cr_assert(eq(sz, test.summary->worst_count, 4));
    cr_expect(eq(u64, test.summary->failed_total, 6));
    for (size_t i = 0; i < 4; i++)
        cr_expect(strview_is(test.summary->worst[i].conversation_id, expected[i]), "%zu", i);
    cr_expect(eq(u64, test.summary->worst[0].slot_faults, 3));
    cr_assert(eq(sz, test.summary->worst[0].turn_count, 2));
    cr_assert(eq(sz, test.summary->worst[0].turns[0].slot_count, 2));
    cr_expect(eq(int, test.summary->worst[0].turns[0].slots[1].verdict, SLOT_WRONG_VALUE));
    fold_case_end(&test);
}

Test(decision, a_weak_candidate_does_not_hide_the_others_failures)
{
    struct fold_case test;
    fold_case_start(&test, 2);
    test.pipeline.report.worst = 4;
    fold_case_open(&test);
    for (int64_t i = 0; i < 20; i++) {
        fold_case_conversation(&test, i);
        fold_case_add_letters(&test, 0, "ww ww");
        fold_case_add_letters(&test, 1, i < 3 ? "w" : "r");
    }
    fold_case_finish(&test);
    cr_assert(eq(sz, test.summary->worst_count, 4));
    size_t second = 0;
    for (size_t i = 0; i < 4; i++)
        second += test.summary->worst[i].candidate;
    cr_expect(eq(sz, second, 2));
    cr_expect(eq(sz, test.summary->worst[0].candidate, 0), "worst first");
    fold_case_end(&test);
}
