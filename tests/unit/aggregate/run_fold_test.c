#include "fold_case.h"
#include "stats/cluster_error.h"
#include "stats/proportion.h"

Test(run_fold, success_is_a_share_of_conversations_with_wilsons_interval)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    static const char *const turns[] = {"r r", "r w", "r", "rr", "m"};
    for (int64_t i = 0; i < 5; i++) {
        fold_case_conversation(&test, i);
        fold_case_add_letters(&test, 0, turns[i]);
    }
    fold_case_finish(&test);
    struct measure rate = fold_case_measure(&test, "success_rate", 0);
    struct interval wilson = proportion_wilson((struct share){3, 5}, .05);
    cr_expect(epsilon_eq(dbl, rate.value, .6, 1e-15));
    cr_expect(epsilon_eq(dbl, rate.low, wilson.low, 1e-15));
    cr_expect(epsilon_eq(dbl, rate.high, wilson.high, 1e-15));
    cr_expect(eq(u64, rate.n, 5));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "failed_per_1000", 0), 400, 1e-9));
    struct measure failed = fold_case_measure(&test, "failed_per_1000", 0);
    cr_expect(epsilon_eq(dbl, failed.low, 1000 - 1000 * wilson.high, 1e-9));
    cr_expect(eq(u64, test.summary->failed_total, 2));
    fold_case_end(&test);
}

Test(run_fold, repeats_are_averaged_within_their_conversation)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    test.pipeline.repeats = 4;
    fold_case_open(&test);
    static const char *const turns[2][4] = {{"r", "r", "r", "w"}, {"w", "w", "w", "w"}};
    for (int64_t i = 0; i < 2; i++) {
        fold_case_conversation(&test, i);
        for (int64_t repeat = 0; repeat < 4; repeat++)
            fold_case_add(&test, fold_case_trial(&test, 0, repeat, turns[i][repeat]));
    }
    fold_case_finish(&test);
    struct measure rate = fold_case_measure(&test, "success_rate", 0);
    cr_expect(epsilon_eq(dbl, rate.value, .375, 1e-15)); /* (3/4 + 0)/2 */
    cr_expect(eq(u64, rate.n, 2));
    cr_expect(eq(u64, test.summary->accounts.trials, 8));
    fold_case_end(&test);
}

/* right 4, wrong 2, missing 1, spurious 1, late 1 */
Test(run_fold, slot_counts_give_precision_recall_and_f1)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    fold_case_conversation(&test, 0);
    fold_case_add_letters(&test, 0, "rr wm l"); /* date r w l, time r m */
    fold_case_conversation(&test, 1);
    fold_case_add_letters(&test, 0, "rr ws"); /* date r w, time r s */
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "slot_precision_micro", 0), 4 / 7.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "slot_recall_micro", 0), 4 / 7.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "slot_f1_micro", 0), 8 / 14.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "slot_error_rate", 0), 4 / 7.0, 1e-15));
    /* date: 2 right, 2 wrong: F1 4/8; time: 2 right, 1 missing, 1 spurious: F1 4/6 */
    cr_expect(
        epsilon_eq(dbl, fold_case_value(&test, "slot_f1_macro", 0), (.5 + 2 / 3.0) / 2, 1e-15));
    cr_expect(eq(dbl, fold_case_value(&test, "slots_late", 0), 1));
    cr_assert(eq(sz, test.summary->slot_count, 2));
    const struct slot_summary *date = &test.summary->slots[0].by_candidate[0];
    cr_expect(eq(u64, date->right, 2));
    cr_expect(eq(u64, date->wrong_value, 2));
    cr_expect(eq(u64, date->late, 1));
    cr_expect(epsilon_eq(dbl, date->f1.value, .5, 1e-15));
    fold_case_end(&test);
}

Test(run_fold, joint_goal_accuracy_has_the_interval_of_clustered_turns)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    static const char *const turns[] = {"r r r", "r w", "w w", "r"};
    static const double right[] = {3, 1, 0, 1}, all[] = {3, 2, 2, 1};
    for (int64_t i = 0; i < 4; i++) {
        fold_case_conversation(&test, i);
        fold_case_add_letters(&test, 0, turns[i]);
    }
    fold_case_finish(&test);
    struct measure joint = fold_case_measure(&test, "joint_goal_accuracy", 0);
    struct interval expected =
        cluster_error_share((struct sample){right, 4}, (struct sample){all, 4}, .05);
    cr_expect(epsilon_eq(dbl, joint.value, 5 / 8.0, 1e-15));
    cr_expect(epsilon_eq(dbl, joint.low, expected.low, 1e-12));
    cr_expect(epsilon_eq(dbl, joint.high, expected.high, 1e-12));
    cr_expect(eq(u64, joint.n, 8));
    fold_case_end(&test);
}

Test(run_fold, an_infrastructure_error_is_in_no_quality_metric_and_bounds_say_what_it_could_mean)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    for (int64_t i = 0; i < 4; i++) {
        fold_case_conversation(&test, i);
        struct trial *trial = fold_case_trial(&test, 0, 0, i == 0 ? "w" : "r");
        if (i == 3)
            fold_case_fail(&test, trial, ERROR_CLASS_INFRASTRUCTURE);
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "success_rate", 0), 2 / 3.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "success_rate_errors_wrong", 0), .5, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "success_rate_errors_right", 0), .75, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "joint_goal_accuracy", 0), 2 / 3.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "infrastructure_error_share", 0), .25, 1e-15));
    cr_expect(test.summary->too_many_errors);
    cr_expect(eq(int, run_summary_status(test.summary), STATUS_INFRASTRUCTURE));
    cr_expect(eq(u64, test.summary->accounts.trials_infrastructure_error, 1));
    fold_case_end(&test);
}

Test(run_fold, accounts_add_up_with_errors_missing_gold_and_trials_that_were_not_run)
{
    struct fold_case test;
    fold_case_start(&test, 2);
    fold_case_open(&test);
    for (int64_t i = 0; i < 4; i++) {
        struct conversation_facts *facts = fold_case_facts(&test, i);
        facts->gold_status = i == 2 ? GOLD_NONE : i == 3 ? GOLD_MISMATCH : GOLD_JOINED;
        fold_case_add_facts(&test, facts);
        struct trial *trial = fold_case_trial(&test, 0, 0, "r");
        if (i >= 2)
            trial->score->outcome = TRIAL_NOT_SCORED;
        fold_case_add(&test, trial);
        trial = fold_case_trial(&test, 1, 0, "r");
        if (i == 0)
            fold_case_fail(&test, trial, ERROR_CLASS_INFRASTRUCTURE);
        if (i == 1)
            fold_case_fail(&test, trial, ERROR_CLASS_BUDGET);
        if (i < 2)
            fold_case_add(&test, trial); /* of the others nothing was run */
    }
    fold_case_finish_with(&test,
                          &(struct run_fold_input){.events_consumed = 10,
                                                   .events_in_conversations = 7,
                                                   .events_invalid = 1,
                                                   .skipped = &(struct named_count){"twice", 2},
                                                   .skipped_count = 1});
    const struct accounts *accounts = &test.summary->accounts;
    cr_expect(eq(u64, accounts->trials, 8));
    cr_expect(eq(u64, accounts->trials_scored, 2));
    cr_expect(eq(u64, accounts->trials_no_gold, 2));
    cr_expect(eq(u64, accounts->trials_infrastructure_error, 1));
    cr_expect(eq(u64, accounts->trials_not_run, 3));
    cr_expect(eq(u64, accounts->with_gold, 2));
    cr_expect(eq(u64, accounts->gold_mismatch, 1));
    cr_expect(eq(u64, accounts->faults_total, 0));
    for (size_t c = 0; c < 2; c++) {
        uint64_t sum = 0;
        for (int i = 0; i <= TRIAL_OUTCOME_LAST; i++)
            sum += test.summary->candidates[c].outcomes[i];
        cr_expect(eq(u64, sum, test.summary->candidates[c].trials), "candidate %zu", c);
    }
    fold_case_end(&test);
}

Test(run_fold, accounts_that_do_not_add_up_are_told_as_a_fault)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    fold_case_finish_with(
        &test, &(struct run_fold_input){.events_consumed = 10, .events_in_conversations = 9});
    cr_assert(eq(sz, test.summary->accounts.fault_count, 1));
    cr_expect(eq(str, (char *)test.summary->accounts.faults[0].what,
                 "the events do not add up: 10 in all, 9 accounted for"));
    fold_case_end(&test);
}

Test(run_fold, without_trials_every_headline_metric_is_undefined_with_a_reason)
{
    struct fold_case test;
    fold_case_start(&test, 2);
    fold_case_open(&test);
    fold_case_finish(&test);
    const struct metric_section *headline = &test.summary->sections[0];
    cr_assert(eq(str, (char *)headline->name, "headline"));
    cr_expect(headline->count > 5);
    for (size_t i = 0; i < headline->count; i++) {
        cr_expect(headline->rows[i].by_candidate[1].undefined != NULL, "%s",
                  headline->rows[i].name);
        cr_expect(isnan(headline->rows[i].by_candidate[1].value), "%s", headline->rows[i].name);
    }
    cr_expect(strstr(test.summary->decision.sentence, "holds no conversation") != NULL, "%s",
              test.summary->decision.sentence);
    fold_case_end(&test);
}

Test(run_fold, trials_out_of_order_are_refused)
{
    struct fold_case test;
    struct error err = {0};
    fold_case_start(&test, 2);
    fold_case_open(&test);
    fold_case_conversation(&test, 0);
    fold_case_add_letters(&test, 1, "r");
    struct trial *earlier = fold_case_trial(&test, 0, 0, "r");
    cr_expect(eq(int, run_fold_trial(test.fold, earlier, &err), STATUS_INTERNAL));
    struct trial *again = fold_case_trial(&test, 1, 0, "r");
    cr_expect(eq(int, run_fold_trial(test.fold, again, &err), STATUS_INTERNAL));
    struct trial *foreign = fold_case_trial(&test, 1, 0, "r");
    foreign->conversation_id = strview_of("other");
    cr_expect(eq(int, run_fold_trial(test.fold, foreign, &err), STATUS_INTERNAL));
    fold_case_end(&test);
}
