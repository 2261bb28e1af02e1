#include "gate/gate_check.h"
#include "unit/aggregate/fold_case.h"

static struct gate_spec gate(const char *metric, const char *candidate, double at_least,
                             double at_most)
{
    return (struct gate_spec){.metric = strview_of(metric),
                              .candidate = strview_of(candidate),
                              .at_least = at_least,
                              .at_most = at_most,
                              .by_value = true,
                              .margin = (double)NAN,
                              .margin_share = (double)NAN};
}

static void finish(struct fold_case *test)
{
    struct error err = {0};
    fold_case_finish(test);
    struct gate_context context = {.outcomes = run_fold_outcomes(test->fold)};
    cr_assert(eq(int, gate_check_run(&test->pipeline, &context, test->summary, &err), STATUS_OK),
              "%s", err.what);
}

/* Two candidates, four calls: the first succeeds in 3, the second in 2. */
static void run(struct fold_case *test, struct gate_spec *gates, size_t count)
{
    static const char *const turns[2][4] = {{"r", "r", "r", "w"}, {"r", "r", "w", "w"}};
    fold_case_start(test, 2);
    test->pipeline.gates = gates;
    test->pipeline.gate_count = count;
    fold_case_open(test);
    for (int64_t i = 0; i < 4; i++) {
        fold_case_conversation(test, i);
        fold_case_add_letters(test, 0, turns[0][i]);
        fold_case_add_letters(test, 1, turns[1][i]);
    }
    finish(test);
}

Test(gate_check, a_threshold_holds_up_to_the_value_itself)
{
    struct gate_spec gates[] = {gate("success_rate", "first", .75, (double)NAN),
                                gate("failed_per_1000", "first", (double)NAN, 250),
                                gate("slot_f1.date", "second", .5, .5)};
    struct fold_case test;
    run(&test, gates, 3);
    cr_assert(eq(sz, test.summary->gate_count, 3));
    for (size_t i = 0; i < 3; i++)
        cr_expect(eq(int, test.summary->gates[i].verdict, VERDICT_PASS), "%s",
                  test.summary->gates[i].reason);
    cr_expect(eq(str, (char *)test.summary->gates[2].rule, "at least 0.5 and at most 0.5"));
    cr_expect(eq(int, run_summary_status(test.summary), STATUS_OK));
    cr_expect(strstr(test.summary->decision.sentence, "All gates hold.") != NULL);
    fold_case_end(&test);
}

Test(gate_check, a_threshold_is_held_against_the_end_of_the_interval)
{
    /* 3 of 4: Wilson's interval is .301 to .954 */
    struct gate_spec gates[] = {gate("success_rate", "first", .3, (double)NAN),
                                gate("success_rate", "first", .31, (double)NAN),
                                gate("success_rate", "first", .96, (double)NAN),
                                gate("success_rate", "first", (double)NAN, 0)};
    static const enum verdict verdicts[] = {VERDICT_PASS, VERDICT_INCONCLUSIVE, VERDICT_FAIL,
                                            VERDICT_FAIL};
    for (size_t i = 0; i < 4; i++)
        gates[i].by_value = false;
    struct fold_case test;
    run(&test, gates, 4);
    for (size_t i = 0; i < 4; i++)
        cr_expect(eq(int, test.summary->gates[i].verdict, verdicts[i]), "%s",
                  test.summary->gates[i].reason);
    fold_case_end(&test);
}

Test(gate_check, a_gate_without_a_candidate_concerns_all_of_them)
{
    struct gate_spec gates[] = {gate("success_rate", NULL, .7, (double)NAN)};
    struct fold_case test;
    run(&test, gates, 1);
    cr_assert(eq(sz, test.summary->gate_count, 2));
    cr_expect(eq(int, test.summary->gates[0].verdict, VERDICT_PASS));
    cr_expect(eq(int, test.summary->gates[1].verdict, VERDICT_FAIL));
    cr_expect(eq(str, (char *)test.summary->gates[1].reason, "success_rate is 0.5, below 0.7."));
    cr_expect(eq(int, run_summary_status(test.summary), STATUS_GATE_FAILED));
    cr_expect(strstr(test.summary->decision.sentence,
                     "1 of 2 gates does not hold: 'success_rate' (second).") != NULL,
              "%s", test.summary->decision.sentence);
    fold_case_end(&test);
}

Test(gate_check, what_has_no_value_is_inconclusive)
{
    struct gate_spec gates[] = {gate("intent_accuracy", "first", .7, (double)NAN),
                                gate("slot_f1.time", "first", .7, (double)NAN),
                                gate("stt_error_rate", "first", (double)NAN, .1)};
    struct fold_case test;
    run(&test, gates, 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect(eq(int, test.summary->gates[i].verdict, VERDICT_INCONCLUSIVE), "%zu", i);
    cr_expect(eq(int, run_summary_status(test.summary), STATUS_INCONCLUSIVE));
    fold_case_end(&test);
}

Test(gate_check, bounds_are_the_rate_itself_when_nothing_went_wrong)
{
    struct gate_spec gates[] = {gate("success_rate_errors_wrong", "first", .75, (double)NAN)};
    struct fold_case test;
    run(&test, gates, 1);
    cr_expect(eq(int, test.summary->gates[0].verdict, VERDICT_PASS));
    fold_case_end(&test);
}

Test(gate_check, too_many_errors_leave_the_gates_of_that_candidate_open)
{
    struct gate_spec gates[] = {gate("success_rate", NULL, .1, (double)NAN)};
    struct fold_case test;
    fold_case_start(&test, 2);
    test.pipeline.gates = gates;
    test.pipeline.gate_count = 1;
    fold_case_open(&test);
    for (int64_t i = 0; i < 4; i++) {
        fold_case_conversation(&test, i);
        fold_case_add_letters(&test, 0, "r");
        struct trial *trial = fold_case_trial(&test, 1, 0, "r");
        if (i == 0)
            fold_case_fail(&test, trial, ERROR_CLASS_INFRASTRUCTURE);
        fold_case_add(&test, trial);
    }
    finish(&test);
    cr_expect(eq(int, test.summary->gates[0].verdict, VERDICT_PASS));
    cr_expect(eq(int, test.summary->gates[1].verdict, VERDICT_INCONCLUSIVE));
    cr_expect(eq(int, test.summary->decision.verdict, VERDICT_INCONCLUSIVE));
    cr_expect(eq(int, run_summary_status(test.summary), STATUS_INFRASTRUCTURE));
    fold_case_end(&test);
}

Test(gate_check, close_values_are_told_with_enough_digits)
{
    struct gate_spec gates[] = {gate("success_rate", "first", .750000001, (double)NAN)};
    struct fold_case test;
    run(&test, gates, 1);
    cr_expect(eq(int, test.summary->gates[0].verdict, VERDICT_FAIL));
    cr_expect(strstr(test.summary->gates[0].reason, "0.750000001") != NULL, "%s",
              test.summary->gates[0].reason);
    fold_case_end(&test);
}

Test(gate_check, an_unknown_metric_is_a_fault_with_the_nearest_name)
{
    static struct scorer_spec scorer = {.name = {"polite", 6}};
    struct gate_spec gates[] = {
        gate("succes_rate", NULL, .1, (double)NAN),   gate("slot_f1.dat", NULL, .1, (double)NAN),
        gate("slot_f1.date", NULL, .1, (double)NAN),  gate("polite.score", NULL, .1, (double)NAN),
        gate("unheard.score", NULL, .1, (double)NAN), gate("slot_f1.SLOT", NULL, .1, (double)NAN)};
    struct fold_case test;
    fold_case_start(&test, 1);
    test.pipeline.gates = gates;
    test.pipeline.gate_count = 6;
    test.pipeline.scorers = &scorer;
    test.pipeline.scorer_count = 1;
    struct fault_list faults = {.arena = test.arena, .file = "task.yaml"};
    gate_check_names(&test.pipeline, &faults);
    cr_assert(eq(sz, faults.count, 4));
    cr_expect(eq(str, (char *)faults.items[0].what, "there is no metric 'succes_rate'"));
    cr_expect(eq(str, (char *)faults.items[0].fix, "Did you mean 'success_rate'?"), "%s",
              faults.items[0].fix);
    cr_expect(strstr(faults.items[1].fix, "slot_f1.date") != NULL);
    cr_expect(eq(str, (char *)faults.file, "task.yaml"));
    fold_case_end(&test);
}
