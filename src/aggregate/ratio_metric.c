/*
 * ratio_metric.c: the two tables, and measures made from sums by them.
 */
#include "aggregate/ratio_metric.h"

#include "numeric/beta_law.h"
#include "stats/pass_k.h"
#include "stats/proportion.h"

/* clang-format off */
#define NOTHING_SCORED "no trial was scored against gold"
#define NOTHING_FINISHED "no trial was finished"
#define NOTHING_PREDICTED "the candidate predicted no slot"
#define NO_FAILURE "there is no failure whose cause is known"
#define TOO_FEW_REPEATS "no conversation has that many scored repeats"
#define NOT_RECORDED "the recording does not tell it"

const struct ratio_metric ratio_metric_of_trials[FOLD_COUNT] = {
    [FOLD_SUCCESS] = {"success_rate", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", NOTHING_SCORED},
    [FOLD_SUCCESS_LOW] = {"success_rate_errors_wrong", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", NOTHING_SCORED},
    [FOLD_SUCCESS_HIGH] = {"success_rate_errors_right", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", NOTHING_SCORED},
    [FOLD_GOAL_SLOTS] = {"goal_slot_success", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", NOTHING_SCORED},
    [FOLD_COMPLETED] = {"completion_rate", RATIO_AVERAGED, BASIS_FINISHED, 1, "conversations", NOTHING_FINISHED},
    [FOLD_JOINT_GOAL] = {"joint_goal_accuracy", RATIO_SHARE, BASIS_SCORED, 1, "turns", NOTHING_SCORED},
    [FOLD_GOAL_ACCURACY] = {"average_goal_accuracy", RATIO_SHARE, BASIS_SCORED, 1, "turns", "no scored turn has slots in gold"},
    [FOLD_INTENT] = {"intent_accuracy", RATIO_SHARE, BASIS_SCORED, 1, "turns", "gold names no intent"},
    [FOLD_REQUESTED_F1] = {"requested_slot_f1", RATIO_SHARE, BASIS_SCORED, 1, "requests", "nothing is requested in gold or prediction"},
    [FOLD_SLOT_F1] = {"slot_f1_micro", RATIO_SHARE, BASIS_SCORED, 1, "slots", "no slot changes in gold or prediction"},
    [FOLD_SLOT_PRECISION] = {"slot_precision_micro", RATIO_SHARE, BASIS_SCORED, 1, "slots", NOTHING_PREDICTED},
    [FOLD_SLOT_RECALL] = {"slot_recall_micro", RATIO_SHARE, BASIS_SCORED, 1, "slots", "no slot changes in gold"},
    [FOLD_SLOT_ERRORS] = {"slot_error_rate", RATIO_MEAN, BASIS_SCORED, 1, "slots", "no slot changes in gold"},
    [FOLD_CONFIDENCE] = {"mean_confidence", RATIO_MEAN, BASIS_SCORED, 1, "slots", "no slot confidence was given"},
    [FOLD_BRIER] = {"brier", RATIO_MEAN, BASIS_SCORED, 1, "slots", "no slot confidence was given"},
    [FOLD_CONFIRM_PRECISION] = {"confirm_precision", RATIO_SHARE, BASIS_SCORED, 1, "slots", "no value was flagged"},
    [FOLD_CONFIRM_RECALL] = {"confirm_recall", RATIO_SHARE, BASIS_SCORED, 1, "slots", "no value is wrong"},
    [FOLD_CONFIRM_SHARE] = {"confirm_share", RATIO_SHARE, BASIS_SCORED, 1, "slots", NOTHING_PREDICTED},
    [FOLD_CONFIRM_RESIDUAL] = {"confirm_residual_error", RATIO_SHARE, BASIS_SCORED, 1, "slots", "every value was flagged, or there is none"},
    [FOLD_REASKS] = {"reasks_per_conversation", RATIO_MEAN, BASIS_FINISHED, 1, "trials", NOTHING_FINISHED},
    [FOLD_HANDOVER_RIGHT] = {"handover_right_share", RATIO_SHARE, BASIS_SCORED, 1, "trials", "no scored call needs a person"},
    [FOLD_HANDOVER_NEEDLESS] = {"handover_needless_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", NOTHING_SCORED},
    [FOLD_WRONG_BOOKING] = {"outcome_wrong_booking_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", NOTHING_SCORED},
    [FOLD_PARTIAL] = {"outcome_partial_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", NOTHING_SCORED},
    [FOLD_NO_BOOKING] = {"outcome_no_booking_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", NOTHING_SCORED},
    [FOLD_HANDED_OVER] = {"outcome_handed_over_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", NOTHING_SCORED},
    [FOLD_ABANDONED] = {"outcome_abandoned_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", NOTHING_SCORED},
    [FOLD_ATTEMPTS] = {"attempts_per_call", RATIO_MEAN, BASIS_RUN, 1, "calls", "no model is called"},
    [FOLD_MALFORMED] = {"malformed_share", RATIO_SHARE, BASIS_FINISHED, 1, "turns", NOTHING_FINISHED},
    [FOLD_ERRORS] = {"infrastructure_error_share", RATIO_SHARE, BASIS_RUN, 1, "trials", "nothing was tried"},
    [FOLD_COST] = {"cost_per_conversation_usd", RATIO_MEAN, BASIS_FINISHED, 1e-9, "trials", NOTHING_FINISHED},
    [FOLD_COST_PER_SUCCESS] = {"cost_per_success_usd", RATIO_MEAN, BASIS_SCORED, 1e-9, "successes", "there is no success"},
    [FOLD_CAUSE_STT] = {"cause_stt_share", RATIO_SHARE, BASIS_FINISHED, 1, "failures", NO_FAILURE},
    [FOLD_CAUSE_EXTRACTION] = {"cause_extraction_share", RATIO_SHARE, BASIS_FINISHED, 1, "failures", NO_FAILURE},
    [FOLD_CAUSE_POLICY] = {"cause_dialogue_policy_share", RATIO_SHARE, BASIS_FINISHED, 1, "failures", NO_FAILURE},
    [FOLD_CAUSE_BACK_END] = {"cause_back_end_share", RATIO_SHARE, BASIS_FINISHED, 1, "failures", NO_FAILURE},
    [FOLD_CAUSE_CALLER_LEFT] = {"cause_caller_left_share", RATIO_SHARE, BASIS_FINISHED, 1, "failures", NO_FAILURE},
    [FOLD_CAUSE_SIMULATOR] = {"cause_simulator_share", RATIO_SHARE, BASIS_FINISHED, 1, "failures", NO_FAILURE},
    [FOLD_CAUSE_GOLD] = {"cause_gold_share", RATIO_SHARE, BASIS_FINISHED, 1, "failures", NO_FAILURE},
    [FOLD_PASS_ALL_2] = {"pass_hat_2", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_PASS_ALL_3] = {"pass_hat_3", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_PASS_ALL_5] = {"pass_hat_5", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_PASS_ALL_10] = {"pass_hat_10", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_PASS_ANY_2] = {"pass_at_2", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_PASS_ANY_3] = {"pass_at_3", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_PASS_ANY_5] = {"pass_at_5", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_PASS_ANY_10] = {"pass_at_10", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_STABLE_PASS] = {"stable_pass_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_FLAKY] = {"flaky_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
    [FOLD_STABLE_FAIL] = {"stable_fail_share", RATIO_AVERAGED, BASIS_SCORED, 1, "conversations", TOO_FEW_REPEATS},
};

const struct ratio_metric ratio_metric_of_recording[RECORDED_COUNT] = {
    [RECORDED_TURNS] = {"turns_per_conversation", RATIO_MEAN, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_DURATION] = {"duration_mean_ms", RATIO_MEAN, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_DEAD_AIR_SHARE] = {"dead_air_share", RATIO_SHARE, BASIS_RUN, 1, "turns", NOT_RECORDED},
    [RECORDED_DEAD_AIR] = {"dead_air_per_conversation_ms", RATIO_MEAN, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_TALK_OVER] = {"talk_over_per_conversation", RATIO_MEAN, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_TALK_OVER_MS] = {"talk_over_per_conversation_ms", RATIO_MEAN, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_INTERRUPTIONS] = {"interruptions_per_conversation", RATIO_MEAN, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_REASKS] = {"recorded_reasks_per_conversation", RATIO_MEAN, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_COMPLETED] = {"recorded_completed_share", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_HANDED_OVER] = {"recorded_handed_over_share", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_ABANDONED] = {"recorded_abandoned_share", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", NOT_RECORDED},
    [RECORDED_ASR_CONFIDENCE] = {"asr_confidence_mean", RATIO_MEAN, BASIS_RUN, 1, "turns", NOT_RECORDED},
    [RECORDED_STT_ERRORS] = {"stt_error_rate", RATIO_SHARE, BASIS_RUN, 1, "calls", "no such call was recorded"},
    [RECORDED_LLM_ERRORS] = {"llm_error_rate", RATIO_SHARE, BASIS_RUN, 1, "calls", "no such call was recorded"},
    [RECORDED_TTS_ERRORS] = {"tts_error_rate", RATIO_SHARE, BASIS_RUN, 1, "calls", "no such call was recorded"},
    [RECORDED_TOOL_ERRORS] = {"tool_error_rate", RATIO_SHARE, BASIS_RUN, 1, "calls", "no such call was recorded"},
    [RECORDED_KEPT] = {"feedback_kept_share", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", "no feedback tells it"},
    [RECORDED_NO_SHOW] = {"feedback_no_show_share", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", "no feedback tells it"},
    [RECORDED_REBOOKED] = {"feedback_rebooked_share", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", "no feedback tells it"},
    [RECORDED_CALLED_BACK] = {"feedback_called_back_share", RATIO_AVERAGED, BASIS_RUN, 1, "conversations", "no feedback tells it"},
    [RECORDED_RATING] = {"feedback_rating_mean", RATIO_SIGNED_MEAN, BASIS_RUN, 1, "conversations", "no feedback tells it"},
};
/* clang-format on */

static const double alpha = .05;
enum { FEW = 5 };

void ratio_metric_derive(struct ratio_part *ratios)
{
    static const uint64_t ks[] = {2, 3, 5, 10};
    uint64_t tries = (uint64_t)ratios[FOLD_SUCCESS].size,
             passed = (uint64_t)ratios[FOLD_SUCCESS].sum;
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        double counts = tries >= ks[i];
        struct estimate all = pass_k_all(tries, passed, ks[i]);
        struct estimate any = pass_k_any(tries, passed, ks[i]);
        ratios[FOLD_PASS_ALL_2 + i] = (struct ratio_part){all.undefined ? 0 : all.value, counts};
        ratios[FOLD_PASS_ANY_2 + i] = (struct ratio_part){any.undefined ? 0 : any.value, counts};
    }
    double repeated = tries >= 2;
    bool every = passed == tries, none = passed == 0;
    ratios[FOLD_STABLE_PASS] = (struct ratio_part){repeated > 0 && every, repeated};
    ratios[FOLD_FLAKY] = (struct ratio_part){repeated > 0 && !every && !none, repeated};
    ratios[FOLD_STABLE_FAIL] = (struct ratio_part){repeated > 0 && none, repeated};
}

struct ratio_part ratio_metric_part(const struct ratio_metric *metric, struct ratio_part tally)
{
    if (metric->kind == RATIO_AVERAGED && tally.size > 0)
        return (struct ratio_part){tally.sum / tally.size, 1};
    return tally;
}

/* Of 0 and 1: Wilson on conversations. Where repeats made fractions of them they vary less, and
 * Wilson takes the number of conversations that such a variance is worth; not with fewer than five
 * successes or failures, where the variance is not known well enough. */
static struct interval averaged_interval(const struct ratio_sums *sums)
{
    struct share share = {sums->sum, sums->size};
    double p = ratio_sums_value(sums), error = ratio_sums_error(sums);
    bool whole = !(sums->sum_sum < sums->sum * (1 - 1e-12));
    if (whole || sums->sum < FEW || sums->size - sums->sum < FEW || !(error > 0))
        return proportion_wilson(share, alpha);
    double effective = fmax(p * (1 - p) / (error * error), sums->size);
    double critical = beta_law_student_upper_quantile(alpha / 2, (double)sums->clusters - 1);
    return proportion_wilson_with((struct share){p * effective, effective}, critical);
}

static struct interval interval_of_sums(const struct ratio_metric *metric,
                                        const struct ratio_sums *sums)
{
    switch (metric->kind) {
    case RATIO_AVERAGED:
        return averaged_interval(sums);
    case RATIO_SHARE:
        return ratio_sums_share_interval(sums);
    case RATIO_MEAN:
    case RATIO_SIGNED_MEAN:
        break;
    }
    struct interval interval = ratio_sums_interval(sums);
    if (metric->kind == RATIO_MEAN && interval.low < 0)
        interval.low = 0;
    return interval;
}

struct measure ratio_metric_measure(const struct ratio_metric *metric,
                                    const struct ratio_sums *sums)
{
    double nan = (double)NAN;
    if (!(sums->size > 0))
        return (struct measure){nan, nan, nan, 0, metric->unit_of_n, metric->undefined};
    struct interval interval = interval_of_sums(metric, sums);
    return (struct measure){ratio_sums_value(sums) * metric->scale,
                            interval.low * metric->scale,
                            interval.high * metric->scale,
                            (uint64_t)sums->size,
                            metric->unit_of_n,
                            NULL};
}

struct measure ratio_metric_change(const struct ratio_metric *metric,
                                   const struct ratio_pairs *pairs,
                                   const struct paired_table *table)
{
    double nan = (double)NAN;
    if (!(pairs->first.size > 0 && pairs->second.size > 0))
        return (struct measure){
            nan, nan, nan, 0, "conversations", "no conversation gives both a value"};
    struct interval interval =
        table ? mcnemar_newcombe(*table, alpha) : ratio_pairs_interval(pairs);
    bool is_share = metric->kind == RATIO_AVERAGED || metric->kind == RATIO_SHARE;
    if (is_share && !isnan(interval.low)) { /* two shares differ by at most 1 */
        interval.low = fmax(interval.low, -1);
        interval.high = fmin(interval.high, 1);
    }
    return (struct measure){ratio_pairs_difference(pairs) * metric->scale,
                            interval.low * metric->scale,
                            interval.high * metric->scale,
                            pairs->clusters,
                            "conversations",
                            NULL};
}
