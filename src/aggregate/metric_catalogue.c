/*
 * metric_catalogue.c: the table. A row here and the number in run_fold are all that a new metric
 * needs (and its formula in docs/METRICS.md, which a test asks for).
 */
#include "aggregate/metric_catalogue.h"

#define AVERAGED                                                                                   \
    "95 %: Wilson on conversations, repeats averaged first, at the variance that they leave; "     \
    "change: paired by conversation"
#define WILSON                                                                                     \
    "95 %, for callers like these: Wilson on conversations, repeats averaged first, at the "       \
    "variance that they leave; change: paired by conversation"
#define SHARE                                                                                      \
    "95 %: Wilson on the effective number of items, errors clustered by conversation (CR1, t); "   \
    "change: paired by conversation"
#define MEAN "95 %: t, errors clustered by conversation (CR1); change: paired by conversation"
#define MACRO                                                                                      \
    "mean over the slots that gold or the candidate has; 95 % and change: cluster bootstrap by "   \
    "conversation, BCa"
#define BINS                                                                                       \
    "10 bins of equal width, right-closed; 95 % and change: cluster bootstrap by conversation, "   \
    "BCa"
#define AREA                                                                                       \
    "ties count half; 95 % and change: placement values by conversation (Obuchowski 1997), t"
#define RANK                                                                                       \
    "nearest rank; 95 %: ranks by Wilson at the effective number of values (clustered by "         \
    "conversation); change: cluster bootstrap by conversation"

const struct section_entry metric_catalogue_sections[] = {
    {"headline", "Headline metrics", NULL},
    {"bounds", "Bounds of the success rate",
     "Infrastructure errors are in no quality metric. If all of them had been wrong, or all right, "
     "the success rate would be this."},
    {"repeats", "Repeats",
     "Over conversations with that many scored repeats. pass^k: all of k tries succeed; pass@k: at "
     "least one does; both unbiased."},
    {"challenge", "The challenge split",
     "Conversations that were chosen because they are hard. They are in no other quality metric of "
     "this report, so that the headline speaks of callers as they come."},
    {"slots", "Slots", "A wrong value counts as one false positive and one false negative."},
    {"calibration", "Calibration of slot confidence",
     "A calibrated candidate is right as often as it says."},
    {"dialogue", "Dialogue", NULL},
    {"first_cause", "Why calls failed",
     "What failed trials are put down to, by replaying them with one thing after the other made "
     "right. The shares sum to 1."},
    {"recorded", "The recorded calls",
     "Facts of the recording: the same for each candidate, they describe the agent that was "
     "recorded."},
    {"models", "Models", NULL},
    {"cost", "Cost", NULL},
    {"services", "Services",
     "Facts of the recording: the same for each candidate, they describe the agent that was "
     "recorded."},
    {"feedback", "Feedback",
     "Facts of the recording: what came of the calls, as far as somebody told."},
    {"scorers", "Your scorers", NULL},
    {0}};

/* clang-format off */
#define SERVICE(name, title) \
    {name "_calls", title " calls", UNIT_COUNT, NO_DIRECTION, "services", NULL, "calls that were recorded"}, \
    {name "_error_rate", title " errors", UNIT_RATIO, LOWER_IS_BETTER, "services", SHARE, "share of calls that failed"}, \
    {name "_latency_p50_ms", title " latency p50", UNIT_MS, LOWER_IS_BETTER, "services", RANK, "of calls that worked"}, \
    {name "_latency_p95_ms", title " latency p95", UNIT_MS, LOWER_IS_BETTER, "services", RANK, "of calls that worked"}, \
    {name "_latency_p99_ms", title " latency p99", UNIT_MS, LOWER_IS_BETTER, "services", RANK, "of calls that worked"}

const struct metric_entry metric_catalogue[] = {
    {"success_rate", "Success rate", UNIT_RATIO, HIGHER_IS_BETTER, "headline", WILSON, "share of calls that succeed by the mode's rule"},
    {"success_rate_this_gold", "Success rate of this gold set", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", "95 %: Wilson at the variance of repeats within conversations: what these same conversations would give again", "the same share; its interval holds for these conversations, not for other callers"},
    {"goal_slot_success", "Goal slots right at the end", UNIT_RATIO, HIGHER_IS_BETTER, "headline", WILSON, "share of calls in which all required slots are right at the last turn"},
    {"completion_rate", "Completion", UNIT_RATIO, HIGHER_IS_BETTER, "headline", WILSON, "share of calls that end with a booking made, right or wrong; needs no gold"},
    {"joint_goal_accuracy", "Joint goal accuracy", UNIT_RATIO, HIGHER_IS_BETTER, "headline", SHARE, "share of turns after which the whole state is right"},
    {"average_goal_accuracy", "Average goal accuracy", UNIT_RATIO, HIGHER_IS_BETTER, "headline", SHARE, "mean over turns of the share of gold's slots that are right"},
    {"slot_f1_micro", "Slot F1 (micro)", UNIT_RATIO, HIGHER_IS_BETTER, "headline", SHARE, "F1 of slot changes, counts pooled"},
    {"slot_f1_macro", "Slot F1 (macro)", UNIT_RATIO, HIGHER_IS_BETTER, "headline", MACRO, "mean of the slots' F1"},
    {"intent_accuracy", "Intent accuracy", UNIT_RATIO, HIGHER_IS_BETTER, "headline", SHARE, "share of turns with the right intent"},
    {"requested_slot_f1", "Requested-slot F1", UNIT_RATIO, HIGHER_IS_BETTER, "headline", SHARE, "F1 of what the caller asks to be told, counts pooled"},

    {"success_rate_errors_wrong", "If errors were wrong", UNIT_RATIO, HIGHER_IS_BETTER, "bounds", WILSON, "success rate with every infrastructure error a failure"},
    {"success_rate_errors_right", "If errors were right", UNIT_RATIO, HIGHER_IS_BETTER, "bounds", WILSON, "success rate with every infrastructure error a success"},

    {"pass_hat_2", "pass^2", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", AVERAGED, "chance that two tries both succeed"},
    {"pass_hat_3", "pass^3", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", AVERAGED, "chance that three tries all succeed"},
    {"pass_hat_5", "pass^5", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", AVERAGED, "chance that five tries all succeed"},
    {"pass_hat_10", "pass^10", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", AVERAGED, "chance that ten tries all succeed"},
    {"pass_at_2", "pass@2", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", AVERAGED, "chance that one of two tries succeeds"},
    {"pass_at_3", "pass@3", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", AVERAGED, "chance that one of three tries succeeds"},
    {"pass_at_5", "pass@5", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", AVERAGED, "chance that one of five tries succeeds"},
    {"pass_at_10", "pass@10", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", AVERAGED, "chance that one of ten tries succeeds"},
    {"stable_pass_share", "Stable pass", UNIT_RATIO, HIGHER_IS_BETTER, "repeats", WILSON, "share of conversations whose repeats all succeed"},
    {"flaky_share", "Flaky", UNIT_RATIO, LOWER_IS_BETTER, "repeats", WILSON, "share of conversations of which some repeats succeed and some do not"},
    {"stable_fail_share", "Stable fail", UNIT_RATIO, LOWER_IS_BETTER, "repeats", WILSON, "share of conversations whose repeats all fail"},

    {"challenge_success_rate", "Success rate, challenge", UNIT_RATIO, HIGHER_IS_BETTER, "challenge", WILSON, "as success_rate, over the split challenge"},
    {"challenge_goal_slot_success", "Goal slots right, challenge", UNIT_RATIO, HIGHER_IS_BETTER, "challenge", WILSON, "as goal_slot_success, over the split challenge"},
    {"challenge_joint_goal_accuracy", "Joint goal accuracy, challenge", UNIT_RATIO, HIGHER_IS_BETTER, "challenge", SHARE, "as joint_goal_accuracy, over the split challenge"},
    {"challenge_slot_f1_micro", "Slot F1 (micro), challenge", UNIT_RATIO, HIGHER_IS_BETTER, "challenge", SHARE, "as slot_f1_micro, over the split challenge"},
    {"challenge_intent_accuracy", "Intent accuracy, challenge", UNIT_RATIO, HIGHER_IS_BETTER, "challenge", SHARE, "as intent_accuracy, over the split challenge"},

    {"slot_precision_micro", "Slot precision (micro)", UNIT_RATIO, HIGHER_IS_BETTER, "slots", SHARE, "right of all predicted slot changes"},
    {"slot_recall_micro", "Slot recall (micro)", UNIT_RATIO, HIGHER_IS_BETTER, "slots", SHARE, "right of all slot changes in gold"},
    {"slot_precision_macro", "Slot precision (macro)", UNIT_RATIO, HIGHER_IS_BETTER, "slots", MACRO, "mean of the slots' precision"},
    {"slot_recall_macro", "Slot recall (macro)", UNIT_RATIO, HIGHER_IS_BETTER, "slots", MACRO, "mean of the slots' recall"},
    {"slot_error_rate", "Slot error rate", UNIT_RATIO, LOWER_IS_BETTER, "slots", MEAN, "wrong, missing and spurious over gold's slot changes; may pass 1"},
    {"slots_right", "Right", UNIT_COUNT, NO_DIRECTION, "slots", NULL, "slot changes that are right at their turn"},
    {"slots_wrong_value", "Wrong value", UNIT_COUNT, NO_DIRECTION, "slots", NULL, "slot changes with another value than gold"},
    {"slots_missing", "Missing", UNIT_COUNT, NO_DIRECTION, "slots", NULL, "slots that gold has and the candidate has not"},
    {"slots_spurious", "Spurious", UNIT_COUNT, NO_DIRECTION, "slots", NULL, "slots that the candidate has and gold has not"},
    {"slots_late", "Late", UNIT_COUNT, NO_DIRECTION, "slots", NULL, "right now, missing or wrong at the turn where it was due"},
    {"slot_f1.SLOT", "F1 of one slot", UNIT_RATIO, HIGHER_IS_BETTER, "slots", SHARE, "as slot_f1_micro, for one slot: slot_f1.date"},
    {"slot_precision.SLOT", "Precision of one slot", UNIT_RATIO, HIGHER_IS_BETTER, "slots", SHARE, "as slot_precision_micro, for one slot"},
    {"slot_recall.SLOT", "Recall of one slot", UNIT_RATIO, HIGHER_IS_BETTER, "slots", SHARE, "as slot_recall_micro, for one slot"},

    {"ece_10", "Expected calibration error", UNIT_RATIO, LOWER_IS_BETTER, "calibration", BINS, "mean distance of confidence and accuracy over bins"},
    {"mce_10", "Maximum calibration error", UNIT_RATIO, LOWER_IS_BETTER, "calibration", BINS, "largest distance over the bins that are not empty"},
    {"brier", "Brier score", UNIT_RATIO, LOWER_IS_BETTER, "calibration", MEAN, "mean squared distance of confidence and outcome"},
    {"auroc", "AUROC of confidence", UNIT_RATIO, HIGHER_IS_BETTER, "calibration", AREA, "chance that a right value is surer than a wrong one"},
    {"mean_confidence", "Mean confidence", UNIT_RATIO, NO_DIRECTION, "calibration", MEAN, "of predicted slots"},
    {"confirm_precision", "Needs-confirmation precision", UNIT_RATIO, HIGHER_IS_BETTER, "calibration", SHARE, "share of flagged values that are wrong"},
    {"confirm_recall", "Needs-confirmation recall", UNIT_RATIO, HIGHER_IS_BETTER, "calibration", SHARE, "share of wrong values that are flagged"},
    {"confirm_share", "Flagged share", UNIT_RATIO, LOWER_IS_BETTER, "calibration", SHARE, "share of values that the caller is asked to confirm"},
    {"confirm_residual_error", "Errors that are not flagged", UNIT_RATIO, LOWER_IS_BETTER, "calibration", SHARE, "share of unflagged values that are wrong"},

    {"failed_per_1000", "Failed per 1,000", UNIT_PER_1000, LOWER_IS_BETTER, "dialogue", WILSON, "calls of 1,000 that do not succeed"},
    {"reasks_per_conversation", "Re-asks per call", UNIT_COUNT, LOWER_IS_BETTER, "dialogue", MEAN, "the same slot asked again with no new value in between; needs no gold"},
    {"handover_right_share", "Needed hand-overs made", UNIT_RATIO, HIGHER_IS_BETTER, "dialogue", SHARE, "of the calls that need a person"},
    {"handover_needless_share", "Needless hand-overs", UNIT_RATIO, LOWER_IS_BETTER, "dialogue", WILSON, "share of scored calls"},
    {"handovers_right", "Hand-overs, right", UNIT_COUNT, NO_DIRECTION, "dialogue", NULL, "trials"},
    {"handovers_needless", "Hand-overs, needless", UNIT_COUNT, LOWER_IS_BETTER, "dialogue", NULL, "trials"},
    {"handovers_missed", "Hand-overs, missed", UNIT_COUNT, LOWER_IS_BETTER, "dialogue", NULL, "trials"},
    {"outcome_wrong_booking_share", "Ends in a wrong booking", UNIT_RATIO, LOWER_IS_BETTER, "dialogue", WILSON, "share of scored calls"},
    {"outcome_partial_share", "Ends half way", UNIT_RATIO, LOWER_IS_BETTER, "dialogue", WILSON, "share of scored calls"},
    {"outcome_no_booking_share", "Ends with nothing", UNIT_RATIO, LOWER_IS_BETTER, "dialogue", WILSON, "share of scored calls"},
    {"outcome_handed_over_share", "Failed and handed over", UNIT_RATIO, LOWER_IS_BETTER, "dialogue", WILSON, "share of scored calls"},
    {"outcome_abandoned_share", "Failed and abandoned", UNIT_RATIO, LOWER_IS_BETTER, "dialogue", WILSON, "share of scored calls"},
    {"cause_stt_share", "Speech recognition", UNIT_RATIO, NO_DIRECTION, "first_cause", SHARE, "of failures: the words were recognised wrongly"},
    {"cause_extraction_share", "Extraction", UNIT_RATIO, NO_DIRECTION, "first_cause", SHARE, "of failures: right words were understood wrongly"},
    {"cause_dialogue_policy_share", "Dialogue policy", UNIT_RATIO, NO_DIRECTION, "first_cause", SHARE, "of failures: understood, and the wrong thing was done or said"},
    {"cause_back_end_share", "Back end", UNIT_RATIO, NO_DIRECTION, "first_cause", SHARE, "of failures: the booking system failed"},
    {"cause_caller_left_share", "Caller left", UNIT_RATIO, NO_DIRECTION, "first_cause", SHARE, "of failures: the caller hung up while nothing was wrong"},
    {"cause_simulator_share", "Simulator", UNIT_RATIO, NO_DIRECTION, "first_cause", SHARE, "of failures: the simulated caller did not play its goal"},
    {"cause_gold_share", "Gold", UNIT_RATIO, NO_DIRECTION, "first_cause", SHARE, "of failures: gold contradicts itself or cannot be reached"},
    {"failures_examined", "Failures whose cause is known", UNIT_COUNT, NO_DIRECTION, "first_cause", NULL, "failed trials, the simulator's faults among them"},
    {"failures_not_known", "Failures whose cause is not known", UNIT_COUNT, NO_DIRECTION, "first_cause", NULL, "their replays would be paid for, or ended in an error"},
    {"first_cause_calls", "Calls to find causes", UNIT_COUNT, NO_DIRECTION, "first_cause", NULL, "of replays; not in the calls above"},
    {"first_cause_cost_usd", "Cost to find causes", UNIT_USD, NO_DIRECTION, "first_cause", NULL, "of replays; not in the costs above"},

    {"turns_per_conversation", "Caller's turns per call", UNIT_COUNT, NO_DIRECTION, "recorded", MEAN, "user turns"},
    {"duration_mean_ms", "Duration, mean", UNIT_MS, NO_DIRECTION, "recorded", MEAN, "first event to last"},
    {"duration_p50_ms", "Duration p50", UNIT_MS, NO_DIRECTION, "recorded", RANK, "first event to last"},
    {"duration_p95_ms", "Duration p95", UNIT_MS, NO_DIRECTION, "recorded", RANK, "first event to last"},
    {"response_gap_p50_ms", "Response gap p50", UNIT_MS, LOWER_IS_BETTER, "recorded", RANK, "end of the caller's speech to the agent's first audio"},
    {"response_gap_p95_ms", "Response gap p95", UNIT_MS, LOWER_IS_BETTER, "recorded", RANK, "end of the caller's speech to the agent's first audio"},
    {"response_gap_p99_ms", "Response gap p99", UNIT_MS, LOWER_IS_BETTER, "recorded", RANK, "end of the caller's speech to the agent's first audio"},
    {"dead_air_share", "Dead air", UNIT_RATIO, LOWER_IS_BETTER, "recorded", SHARE, "share of response gaps over the task's limit"},
    {"dead_air_per_conversation_ms", "Dead air per call", UNIT_MS, LOWER_IS_BETTER, "recorded", MEAN, "summed length of those gaps"},
    {"talk_over_per_conversation", "Talk-overs per call", UNIT_COUNT, LOWER_IS_BETTER, "recorded", MEAN, "caller and agent spoke at once"},
    {"talk_over_per_conversation_ms", "Talk-over per call", UNIT_MS, LOWER_IS_BETTER, "recorded", MEAN, "summed length"},
    {"interruptions_per_conversation", "Interruptions per call", UNIT_COUNT, LOWER_IS_BETTER, "recorded", MEAN, "the caller cut the agent short"},
    {"recorded_reasks_per_conversation", "Re-asks per call, recorded", UNIT_COUNT, LOWER_IS_BETTER, "recorded", MEAN, "of the recorded agent"},
    {"recorded_completed_share", "Completed, recorded", UNIT_RATIO, HIGHER_IS_BETTER, "recorded", WILSON, "share of calls that the recorded agent took for done"},
    {"recorded_handed_over_share", "Handed over, recorded", UNIT_RATIO, NO_DIRECTION, "recorded", WILSON, "share of calls"},
    {"recorded_abandoned_share", "Abandoned, recorded", UNIT_RATIO, LOWER_IS_BETTER, "recorded", WILSON, "share of calls"},
    {"asr_confidence_mean", "Speech recognition confidence", UNIT_RATIO, HIGHER_IS_BETTER, "recorded", MEAN, "mean over the caller's turns"},

    {"model_calls", "Calls", UNIT_COUNT, NO_DIRECTION, "models", NULL, "turns for which a model or agent was asked"},
    {"attempts_per_call", "Attempts per call", UNIT_COUNT, LOWER_IS_BETTER, "models", MEAN, "requests sent, retries included, over calls"},
    {"latency_p50_ms", "Latency p50", UNIT_MS, LOWER_IS_BETTER, "models", RANK, "of calls that were answered"},
    {"latency_p95_ms", "Latency p95", UNIT_MS, LOWER_IS_BETTER, "models", RANK, "of calls that were answered"},
    {"latency_p99_ms", "Latency p99", UNIT_MS, LOWER_IS_BETTER, "models", RANK, "of calls that were answered"},
    {"first_token_p50_ms", "Time to first token p50", UNIT_MS, LOWER_IS_BETTER, "models", RANK, "of calls that tell it"},
    {"first_token_p95_ms", "Time to first token p95", UNIT_MS, LOWER_IS_BETTER, "models", RANK, "of calls that tell it"},
    {"first_token_p99_ms", "Time to first token p99", UNIT_MS, LOWER_IS_BETTER, "models", RANK, "of calls that tell it"},
    {"tokens_input", "Prompt tokens", UNIT_TOKENS, NO_DIRECTION, "models", NULL, "sum; cached ones included"},
    {"tokens_cached_input", "of them cached", UNIT_TOKENS, NO_DIRECTION, "models", NULL, "sum"},
    {"tokens_output", "Answer tokens", UNIT_TOKENS, NO_DIRECTION, "models", NULL, "sum; reasoning included"},
    {"tokens_reasoning", "of them reasoning", UNIT_TOKENS, NO_DIRECTION, "models", NULL, "sum"},
    {"malformed_share", "Malformed answers", UNIT_RATIO, LOWER_IS_BETTER, "models", SHARE, "share of answered turns whose answer is none; scored as wrong"},
    {"infrastructure_error_share", "Infrastructure errors", UNIT_RATIO, LOWER_IS_BETTER, "models", SHARE, "share of trials that could not be finished; in no quality metric"},

    {"cost_total_usd", "Total", UNIT_USD, LOWER_IS_BETTER, "cost", NULL, "all calls of this run"},
    {"cost_per_conversation_usd", "Per call", UNIT_USD, LOWER_IS_BETTER, "cost", MEAN, "mean over finished trials"},
    {"cost_per_success_usd", "Per success", UNIT_USD, LOWER_IS_BETTER, "cost", MEAN, "cost of scored trials over successes"},
    {"monthly_cost_usd", "Per month", UNIT_USD, LOWER_IS_BETTER, "cost", MEAN, "cost per call times report.monthly_calls"},

    SERVICE("stt", "Speech recognition"),
    SERVICE("llm", "Model (recorded)"),
    SERVICE("tts", "Speech synthesis"),
    SERVICE("tool", "Booking back end"),

    {"feedback_kept_share", "Appointment kept", UNIT_RATIO, HIGHER_IS_BETTER, "feedback", WILSON, "of the calls about which one of both is known"},
    {"feedback_no_show_share", "No-show", UNIT_RATIO, LOWER_IS_BETTER, "feedback", WILSON, "of the calls about which one of both is known"},
    {"feedback_rebooked_share", "Rebooked by a person", UNIT_RATIO, LOWER_IS_BETTER, "feedback", WILSON, "of the calls with feedback"},
    {"feedback_called_back_share", "Called back", UNIT_RATIO, LOWER_IS_BETTER, "feedback", WILSON, "of the calls with feedback"},
    {"feedback_rating_mean", "Rating", UNIT_COUNT, HIGHER_IS_BETTER, "feedback", MEAN, "mean of the ratings, 1 to 5"},
    {0}};
/* clang-format on */

static bool matches(const char *pattern, struct strview name)
{
    const char *dot = strchr(pattern, '.');
    if (!dot)
        return strview_is(name, pattern);
    size_t size = (size_t)(dot - pattern) + 1;
    return name.data && name.size > size && memcmp(name.data, pattern, size) == 0;
}

const struct metric_entry *metric_catalogue_find(struct strview name)
{
    for (const struct metric_entry *entry = metric_catalogue; entry->name; entry++)
        if (matches(entry->name, name))
            return entry;
    return NULL;
}
