/*
 * summary_numbers.c: counts, sums and calibration of one candidate, by the catalogue's names.
 */
#include "aggregate/run_fold_private.h"

const char summary_numbers_no_cost[] = "calls have no cost: no price is known for their model";

static struct measure plain(double value, uint64_t n, const char *unit_of_n)
{
    double nan = (double)NAN;
    return (struct measure){value, nan, nan, n, unit_of_n, NULL};
}

static struct measure undefined(const char *unit_of_n, const char *reason)
{
    double nan = (double)NAN;
    return (struct measure){nan, nan, nan, 0, unit_of_n, reason};
}

bool summary_numbers_cost_is_unknown(const struct candidate_fold *candidate)
{
    return candidate->calls_without_cost * 100 > candidate->answered_calls;
}

bool summary_numbers_is_live(const struct candidate_spec *spec)
{
    bool asks = spec->kind == CANDIDATE_LLM || spec->kind == CANDIDATE_HYBRID ||
                spec->kind == CANDIDATE_ENDPOINT || spec->kind == CANDIDATE_COMMAND;
    return asks && !(spec->cassette.data && spec->cassette_mode == CASSETTE_REPLAY);
}

static struct measure verdicts(const struct run_fold *fold, size_t candidate,
                               enum slot_verdict verdict)
{
    uint64_t count = 0;
    const struct candidate_fold *at = &fold->candidates[candidate];
    for (size_t i = 0; i < fold->slot_count; i++)
        count += fold->slots[i].by_candidate[candidate].counts[fold->headline][verdict];
    return at->scored ? plain((double)count, at->scored, "trials")
                      : undefined("trials", "no trial was scored against gold");
}

static struct measure right(const struct run_fold *fold, size_t candidate)
{
    return verdicts(fold, candidate, SLOT_RIGHT);
}

static struct measure wrong_value(const struct run_fold *fold, size_t candidate)
{
    return verdicts(fold, candidate, SLOT_WRONG_VALUE);
}

static struct measure missing(const struct run_fold *fold, size_t candidate)
{
    return verdicts(fold, candidate, SLOT_MISSING);
}

static struct measure spurious(const struct run_fold *fold, size_t candidate)
{
    return verdicts(fold, candidate, SLOT_SPURIOUS);
}

static struct measure late(const struct run_fold *fold, size_t candidate)
{
    return verdicts(fold, candidate, SLOT_LATE);
}

static struct measure handovers(const struct run_fold *fold, size_t candidate,
                                enum handover_verdict verdict)
{
    const struct candidate_fold *at = &fold->candidates[candidate];
    return at->scored ? plain((double)at->handovers[verdict], at->scored, "trials")
                      : undefined("trials", "no trial was scored against gold");
}

static struct measure handovers_right(const struct run_fold *fold, size_t candidate)
{
    return handovers(fold, candidate, HANDOVER_RIGHT);
}

static struct measure handovers_needless(const struct run_fold *fold, size_t candidate)
{
    return handovers(fold, candidate, HANDOVER_NEEDLESS);
}

static struct measure handovers_missed(const struct run_fold *fold, size_t candidate)
{
    return handovers(fold, candidate, HANDOVER_MISSED);
}

static struct measure ece(const struct run_fold *fold, size_t candidate)
{
    return confidence_fold_expected_error(&fold_headline(fold, candidate)->confidence);
}

static struct measure mce(const struct run_fold *fold, size_t candidate)
{
    return confidence_fold_maximum_error(&fold_headline(fold, candidate)->confidence);
}

static struct measure f1_macro(const struct run_fold *fold, size_t candidate)
{
    return summary_slots_macro(fold, candidate, SLOT_F1);
}

static struct measure precision_macro(const struct run_fold *fold, size_t candidate)
{
    return summary_slots_macro(fold, candidate, SLOT_PRECISION);
}

static struct measure recall_macro(const struct run_fold *fold, size_t candidate)
{
    return summary_slots_macro(fold, candidate, SLOT_RECALL);
}

static struct measure calls(const struct run_fold *fold, size_t candidate)
{
    const struct candidate_fold *at = &fold->candidates[candidate];
    return plain((double)at->calls, at->trials, "trials");
}

static struct measure tokens(const struct run_fold *fold, size_t candidate, int64_t count)
{
    const struct candidate_fold *at = &fold->candidates[candidate];
    return at->calls ? plain((double)count, at->calls, "calls")
                     : undefined("calls", "no model is called");
}

static struct measure tokens_input(const struct run_fold *fold, size_t candidate)
{
    return tokens(fold, candidate, fold->candidates[candidate].tokens.input);
}

static struct measure tokens_cached(const struct run_fold *fold, size_t candidate)
{
    return tokens(fold, candidate, fold->candidates[candidate].tokens.cached_input);
}

static struct measure tokens_output(const struct run_fold *fold, size_t candidate)
{
    return tokens(fold, candidate, fold->candidates[candidate].tokens.output);
}

static struct measure tokens_reasoning(const struct run_fold *fold, size_t candidate)
{
    return tokens(fold, candidate, fold->candidates[candidate].tokens.reasoning);
}

static struct measure cost_total(const struct run_fold *fold, size_t candidate)
{
    const struct candidate_fold *at = &fold->candidates[candidate];
    return summary_numbers_cost_is_unknown(at)
               ? undefined("calls", summary_numbers_no_cost)
               : plain((double)at->cost_usd_nano * 1e-9, at->calls, "calls");
}

static struct measure recorded_calls(uint64_t count)
{
    return count ? plain((double)count, count, "calls")
                 : undefined("calls", "no such call was recorded");
}

static struct measure stt_calls(const struct run_fold *fold, size_t candidate)
{
    (void)candidate;
    return recorded_calls(fold->recorded.service_calls[SERVICE_STT]);
}

static struct measure llm_calls(const struct run_fold *fold, size_t candidate)
{
    (void)candidate;
    return recorded_calls(fold->recorded.service_calls[SERVICE_LLM]);
}

static struct measure tts_calls(const struct run_fold *fold, size_t candidate)
{
    (void)candidate;
    return recorded_calls(fold->recorded.service_calls[SERVICE_TTS]);
}

static struct measure tool_calls(const struct run_fold *fold, size_t candidate)
{
    (void)candidate;
    return recorded_calls(fold->recorded.tool_calls);
}

static struct measure of_failures(const struct run_fold *fold, size_t candidate, double value)
{
    const struct cause_fold *causes = &fold->candidates[candidate].causes;
    return causes->failures ? plain(value, causes->failures, "failures")
                            : undefined("failures", "no trial failed");
}

static struct measure failures_examined(const struct run_fold *fold, size_t candidate)
{
    const struct cause_fold *causes = &fold->candidates[candidate].causes;
    return of_failures(fold, candidate,
                       (double)(causes->failures - causes->counts[CAUSE_NOT_KNOWN]));
}

static struct measure failures_not_known(const struct run_fold *fold, size_t candidate)
{
    return of_failures(fold, candidate,
                       (double)fold->candidates[candidate].causes.counts[CAUSE_NOT_KNOWN]);
}

static struct measure first_cause_calls(const struct run_fold *fold, size_t candidate)
{
    return of_failures(fold, candidate, (double)fold->candidates[candidate].causes.calls);
}

static struct measure first_cause_cost(const struct run_fold *fold, size_t candidate)
{
    return of_failures(fold, candidate,
                       (double)fold->candidates[candidate].causes.cost_usd_nano * 1e-9);
}

const struct summary_number_entry summary_numbers[] = {
    {"failures_examined", failures_examined, false},
    {"failures_not_known", failures_not_known, false},
    {"first_cause_calls", first_cause_calls, false},
    {"first_cause_cost_usd", first_cause_cost, false},
    {"slots_right", right, false},
    {"slots_wrong_value", wrong_value, false},
    {"slots_missing", missing, false},
    {"slots_spurious", spurious, false},
    {"slots_late", late, false},
    {"slot_f1_macro", f1_macro, true},
    {"slot_precision_macro", precision_macro, true},
    {"slot_recall_macro", recall_macro, true},
    {"ece_10", ece, true},
    {"mce_10", mce, true},
    {"handovers_right", handovers_right, false},
    {"handovers_needless", handovers_needless, false},
    {"handovers_missed", handovers_missed, false},
    {"model_calls", calls, false},
    {"tokens_input", tokens_input, false},
    {"tokens_cached_input", tokens_cached, false},
    {"tokens_output", tokens_output, false},
    {"tokens_reasoning", tokens_reasoning, false},
    {"cost_total_usd", cost_total, false},
    {"stt_calls", stt_calls, false},
    {"llm_calls", llm_calls, false},
    {"tts_calls", tts_calls, false},
    {"tool_calls", tool_calls, false},
    {0}};
