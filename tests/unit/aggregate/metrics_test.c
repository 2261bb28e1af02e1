/* Metrics beyond the headline, by hand. */
#include "fold_case.h"

#include <stdio.h>

static void add_call(struct fold_case *test, struct prediction *prediction, double latency_ms,
                     int64_t cost_usd_nano)
{
    struct token_counts *tokens = arena_alloc(test->arena, sizeof *tokens);
    *tokens = (struct token_counts){100, 20, FIELD_ABSENT_I64, FIELD_ABSENT_I64};
    prediction->metadata = arena_alloc(test->arena, sizeof *prediction->metadata);
    *prediction->metadata = (struct prediction_metadata){latency_ms, tokens, cost_usd_nano};
    prediction->attempts = 2;
}

Test(metrics, calls_tokens_and_cost_are_summed_and_averaged)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    test.candidates[0].kind = CANDIDATE_LLM;
    fold_case_open(&test);
    for (int64_t i = 0; i < 4; i++) {
        fold_case_conversation(&test, i);
        struct trial *trial = fold_case_trial(&test, 0, 0, i ? "r r" : "w r");
        add_call(&test, fold_case_prediction(trial, 0), 100 * (double)(i + 1), 2000000);
        add_call(&test, fold_case_prediction(trial, 1), 1000, 1000000 * i);
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    const struct candidate_summary *candidate = &test.summary->candidates[0];
    cr_expect(eq(u64, candidate->calls, 8));
    cr_expect(eq(u64, candidate->attempts, 16));
    cr_expect(eq(i64, candidate->tokens.input, 800));
    cr_expect(eq(i64, candidate->cost_usd_nano, 14000000));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "cost_total_usd", 0), .014, 1e-15));
    cr_expect(
        epsilon_eq(dbl, fold_case_value(&test, "cost_per_conversation_usd", 0), .0035, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "cost_per_success_usd", 0), .014 / 3, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "monthly_cost_usd", 0), 35, 1e-9));
    cr_expect(eq(dbl, fold_case_value(&test, "latency_p50_ms", 0), 400));
    cr_expect(eq(dbl, fold_case_value(&test, "attempts_per_call", 0), 2));
    cr_expect(run_summary_row(test.summary, "latency_p50_ms")->measured_live[0]);
    cr_expect(not(run_summary_row(test.summary, "cost_total_usd")->measured_live[0]));
    fold_case_end(&test);
}

Test(metrics, no_interval_of_errors_or_costs_goes_below_zero)
{
    static const char *const names[] = {"slot_error_rate", "cost_per_conversation_usd",
                                        "monthly_cost_usd"};
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    for (int64_t i = 0; i < 6; i++) {
        fold_case_conversation(&test, i);
        struct trial *trial = fold_case_trial(&test, 0, 0, i ? "r r" : "w r");
        add_call(&test, fold_case_prediction(trial, 0), 100, i ? 0 : 2000000);
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct measure measure = run_summary_row(test.summary, names[i])->by_candidate[0];
        cr_expect(gt(dbl, measure.value, 0), "%s", names[i]);
        cr_expect(eq(dbl, measure.low, 0), "%s: %g", names[i], measure.low);
        cr_expect(gt(dbl, measure.high, measure.value), "%s", names[i]);
    }
    fold_case_end(&test);
}

Test(metrics, times_of_a_cassette_are_not_live)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    test.candidates[0].kind = CANDIDATE_LLM;
    test.candidates[0].cassette = strview_of("answers.jsonl");
    test.candidates[0].cassette_mode = CASSETTE_REPLAY;
    fold_case_open(&test);
    fold_case_finish(&test);
    cr_expect(not(run_summary_row(test.summary, "latency_p50_ms")->measured_live[0]));
    fold_case_end(&test);
}

Test(metrics, calls_without_a_price_leave_cost_undefined)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    fold_case_conversation(&test, 0);
    struct trial *trial = fold_case_trial(&test, 0, 0, "r r");
    add_call(&test, fold_case_prediction(trial, 0), 100, 2000000);
    add_call(&test, fold_case_prediction(trial, 1), 100, FIELD_ABSENT_I64);
    fold_case_add(&test, trial);
    fold_case_finish(&test);
    cr_expect(not(test.summary->candidates[0].cost_known));
    cr_expect(fold_case_measure(&test, "cost_total_usd", 0).undefined != NULL);
    cr_expect(fold_case_measure(&test, "monthly_cost_usd", 0).undefined != NULL);
    cr_expect(test.summary->decision.rows[0].cost_per_success_usd.undefined != NULL);
    fold_case_end(&test);
}

Test(metrics, confirmations_are_held_against_wrong_values)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    fold_case_conversation(&test, 0);
    /* flagged: 1 right, 2 wrong; not flagged: 3 right or late, 1 spurious; a missing one is none */
    fold_case_add_letters(&test, 0, "RW S rr ls m");
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "confirm_precision", 0), 2 / 3.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "confirm_recall", 0), 2 / 3.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "confirm_share", 0), 3 / 7.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "confirm_residual_error", 0), .25, 1e-15));
    cr_expect(fold_case_measure(&test, "brier", 0).undefined != NULL, "no confidence was given");
    fold_case_end(&test);
}

Test(metrics, confidences_of_predicted_slots_are_calibrated)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    fold_case_conversation(&test, 0);
    struct trial *trial = fold_case_trial(&test, 0, 0, "rw");
    struct slot_score *slots = fold_case_turn(trial, 0)->slots.items;
    slots[0].confidence = .9;
    slots[1].confidence = .7;
    fold_case_add(&test, trial);
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "brier", 0), (.01 + .49) / 2, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "mean_confidence", 0), .8, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "ece_10", 0), (.1 + .7) / 2, 1e-15));
    cr_expect(eq(dbl, fold_case_value(&test, "auroc", 0), 1));
    cr_assert(eq(sz, test.summary->candidates[0].bin_count, 10));
    cr_expect(eq(u64, test.summary->candidates[0].bins[8].n, 1));
    cr_expect(isnan(test.summary->candidates[0].bins[0].accuracy));
    fold_case_end(&test);
}

Test(metrics, intents_and_requests_are_undefined_for_a_candidate_that_names_none)
{
    struct fold_case test;
    fold_case_start(&test, 2);
    fold_case_open(&test);
    fold_case_conversation(&test, 0);
    for (int64_t c = 0; c < 2; c++) {
        struct trial *trial = fold_case_trial(&test, c, 0, "r r");
        for (size_t t = 0; t < 2; t++) {
            struct turn_score *turn = fold_case_turn(trial, t);
            turn->intent_right = c == 1 && t == 0;
            turn->requested_true_positive = 1;
            turn->requested_false_positive = turn->requested_false_negative = (int64_t)t;
            if (c == 1) {
                fold_case_prediction(trial, t)->intent = strview_of("book");
                fold_case_prediction(trial, t)->requested_slots =
                    (struct text_list){&(struct strview){"price", 5}, 1};
            }
        }
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    cr_expect(fold_case_measure(&test, "intent_accuracy", 0).undefined != NULL);
    cr_expect(fold_case_measure(&test, "requested_slot_f1", 0).undefined != NULL);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "intent_accuracy", 1), .5, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "requested_slot_f1", 1), 4 / 6.0, 1e-15));
    cr_expect(run_summary_row(test.summary, "intent_accuracy")->difference[1].undefined != NULL);
    fold_case_end(&test);
}

Test(metrics, average_goal_accuracy_is_a_mean_over_turns_that_have_slots)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    fold_case_conversation(&test, 0);
    struct trial *trial = fold_case_trial(&test, 0, 0, "rw r r");
    fold_case_turn(trial, 2)->goal_slots = fold_case_turn(trial, 2)->goal_slots_right = 0;
    fold_case_add(&test, trial);
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "average_goal_accuracy", 0), .75, 1e-15));
    cr_expect(eq(u64, fold_case_measure(&test, "average_goal_accuracy", 0).n, 2));
    fold_case_end(&test);
}

Test(metrics, handovers_are_told_apart)
{
    static const int verdicts[] = {HANDOVER_RIGHT, HANDOVER_MISSED, HANDOVER_NEEDLESS,
                                   HANDOVER_RIGHT, HANDOVER_VERDICT_ABSENT};
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    for (int64_t i = 0; i < 5; i++) {
        fold_case_conversation(&test, i);
        struct trial *trial = fold_case_trial(&test, 0, 0, "r");
        trial->score->handover = verdicts[i];
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "handover_right_share", 0), 2 / 3.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "handover_needless_share", 0), .2, 1e-15));
    cr_expect(eq(dbl, fold_case_value(&test, "handovers_missed", 0), 1));
    fold_case_end(&test);
}

Test(metrics, a_recording_gives_the_same_facts_to_every_candidate)
{
    static const double gaps[] = {400, 3500}, dead[] = {3500}, over[] = {120}, asr[] = {.8, .9};
    static struct service_fact services[] = {{SERVICE_STT, 200, 0}, {SERVICE_STT, 8000, 1}};
    static struct tool_fact tools[] = {{{"book", 4}, 90, 0}};
    struct fold_case test;
    fold_case_start(&test, 2);
    fold_case_open(&test);
    for (int64_t i = 0; i < 2; i++) {
        struct conversation_facts *facts = fold_case_facts(&test, i);
        facts->user_turns = 3;
        facts->duration_ms = 60000;
        facts->interruptions = i;
        facts->outcome = i ? OUTCOME_ABANDONED : OUTCOME_COMPLETED;
        facts->response_gap_ms = (struct real_list){gaps, 2};
        facts->dead_air_ms = (struct real_list){dead, 1};
        facts->talk_over_ms = (struct real_list){over, i ? 1 : 0};
        facts->asr_confidence = (struct real_list){asr, 2};
        facts->services = (struct record_list){services, 2};
        facts->tools = (struct record_list){tools, 1};
        fold_case_add_facts(&test, facts);
    }
    fold_case_finish(&test);
    for (size_t c = 0; c < 2; c++) {
        cr_expect(eq(dbl, fold_case_value(&test, "turns_per_conversation", c), 3));
        cr_expect(eq(dbl, fold_case_value(&test, "response_gap_p50_ms", c), 400));
        cr_expect(eq(dbl, fold_case_value(&test, "response_gap_p95_ms", c), 3500));
        cr_expect(eq(dbl, fold_case_value(&test, "dead_air_share", c), .5));
        cr_expect(eq(dbl, fold_case_value(&test, "dead_air_per_conversation_ms", c), 3500));
        cr_expect(eq(dbl, fold_case_value(&test, "talk_over_per_conversation_ms", c), 60));
        cr_expect(eq(dbl, fold_case_value(&test, "interruptions_per_conversation", c), .5));
        cr_expect(eq(dbl, fold_case_value(&test, "recorded_completed_share", c), .5));
        cr_expect(epsilon_eq(dbl, fold_case_value(&test, "asr_confidence_mean", c), .85, 1e-15));
        cr_expect(eq(dbl, fold_case_value(&test, "stt_error_rate", c), .5));
        cr_expect(eq(dbl, fold_case_value(&test, "stt_latency_p95_ms", c), 200));
        cr_expect(eq(dbl, fold_case_value(&test, "tool_calls", c), 2));
        cr_expect(fold_case_measure(&test, "tts_error_rate", c).undefined != NULL);
    }
    cr_expect(run_summary_row(test.summary, "response_gap_p95_ms")->difference == NULL);
    cr_expect(run_summary_row(test.summary, "feedback_rating_mean") == NULL, "nobody told");
    fold_case_end(&test);
}

Test(metrics, scorers_of_your_own_get_rows_by_name)
{
    static const struct named_number first[] = {{{"polite.score", 12}, 4}, {{"a.b", 3}, 1}};
    static const struct named_number second[] = {{{"polite.score", 12}, 2}};
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    for (int64_t i = 0; i < 2; i++) {
        fold_case_conversation(&test, i);
        struct trial *trial = fold_case_trial(&test, 0, 0, "r");
        trial->score->extra = i ? (struct number_map){second, 1} : (struct number_map){first, 2};
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    cr_expect(eq(dbl, fold_case_value(&test, "polite.score", 0), 3));
    cr_expect(eq(u64, fold_case_measure(&test, "a.b", 0).n, 1));
    fold_case_end(&test);
}

Test(metrics, names_without_end_are_pooled)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    for (int64_t i = 0; i < 300; i++) {
        fold_case_conversation(&test, i);
        struct trial *trial = fold_case_trial(&test, 0, 0, "s");
        struct slot_score *slot = fold_case_turn(trial, 0)->slots.items;
        slot->slot = strview_of(arena_format(test.arena, "invented%d", (int)i));
        fold_case_add(&test, trial);
    }
    fold_case_finish(&test);
    cr_assert(eq(sz, test.summary->slot_count, 65));
    cr_expect(strview_is(test.summary->slots[64].slot, "(other slots)"));
    cr_expect(eq(u64, test.summary->slots[64].by_candidate[0].spurious, 300 - 64));
    cr_expect(eq(dbl, fold_case_value(&test, "slots_spurious", 0), 300));
    fold_case_end(&test);
}

Test(metrics, feedback_that_tells_only_what_is_so_is_understood)
{
    struct fold_case test;
    fold_case_start(&test, 1);
    fold_case_open(&test);
    for (int64_t i = 0; i < 4; i++) {
        struct conversation_facts *facts = fold_case_facts(&test, i);
        struct feedback *feedback = arena_alloc(test.arena, sizeof *feedback);
        record_init(&feedback_type, feedback);
        if (i < 2)
            feedback->kept = 1;
        if (i == 2)
            feedback->no_show = 1;
        if (i == 3) {
            feedback->called_back = 1;
            feedback->rating = 2;
        }
        facts->feedback = feedback;
        fold_case_add_facts(&test, facts);
    }
    fold_case_finish(&test);
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "feedback_kept_share", 0), 2 / 3.0, 1e-15));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "feedback_no_show_share", 0), 1 / 3.0, 1e-15));
    cr_expect(eq(dbl, fold_case_value(&test, "feedback_called_back_share", 0), .25));
    cr_expect(eq(dbl, fold_case_value(&test, "feedback_rebooked_share", 0), 0));
    cr_expect(eq(dbl, fold_case_value(&test, "feedback_rating_mean", 0), 2));
    fold_case_end(&test);
}
