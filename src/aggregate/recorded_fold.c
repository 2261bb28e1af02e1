/*
 * recorded_fold.c: the facts of a recorded conversation into sums: the same for every candidate,
 * needing no gold.
 */
#include "aggregate/run_fold_private.h"

static void add(struct recorded_fold *recorded, enum recorded_ratio ratio, double sum, double size)
{
    ratio_sums_add(&recorded->ratios[ratio], ratio_metric_part(&ratio_metric_of_recording[ratio],
                                                               (struct ratio_part){sum, size}));
}

static double sum_of(const struct real_list *list)
{
    double sum = 0;
    for (size_t i = 0; i < list->count; i++)
        sum += list->items[i];
    return sum;
}

static void add_count(struct recorded_fold *recorded, enum recorded_ratio ratio, int64_t count)
{
    if (count != FIELD_ABSENT_I64)
        add(recorded, ratio, (double)count, 1);
}

static void add_speech(struct recorded_fold *recorded, const struct conversation_facts *facts)
{
    double gaps = (double)facts->response_gap_ms.count;
    double dead = (double)facts->dead_air_ms.count;
    if (facts->asr_confidence.count)
        add(recorded, RECORDED_ASR_CONFIDENCE, sum_of(&facts->asr_confidence),
            (double)facts->asr_confidence.count);
    if (gaps + (double)facts->talk_over_ms.count <= 0)
        return; /* no speech times are recorded */
    add(recorded, RECORDED_DEAD_AIR_SHARE, dead, gaps);
    add(recorded, RECORDED_DEAD_AIR, sum_of(&facts->dead_air_ms), 1);
    add(recorded, RECORDED_TALK_OVER, (double)facts->talk_over_ms.count, 1);
    add(recorded, RECORDED_TALK_OVER_MS, sum_of(&facts->talk_over_ms), 1);
}

static bool add_services(struct recorded_fold *recorded, const struct conversation_facts *facts)
{
    static const enum recorded_ratio errors[] = {[SERVICE_STT] = RECORDED_STT_ERRORS,
                                                 [SERVICE_LLM] = RECORDED_LLM_ERRORS,
                                                 [SERVICE_TTS] = RECORDED_TTS_ERRORS};
    struct ratio_part now[SERVICE_TTS + 1] = {{0}};
    const struct service_fact *services = facts->services.items;
    for (size_t i = 0; i < facts->services.count; i++) {
        int service = services[i].service;
        if (service <= SERVICE_ABSENT || service > SERVICE_TTS)
            continue;
        bool failed = services[i].failed == 1;
        recorded->service_calls[service]++;
        now[service].sum += failed;
        now[service].size += 1;
        if (!failed && !value_collector_add(&recorded->services[service], services[i].latency_ms))
            return false;
    }
    for (int service = SERVICE_STT; service <= SERVICE_TTS; service++) {
        if (now[service].size > 0)
            add(recorded, errors[service], now[service].sum, now[service].size);
        value_collector_end_cluster(&recorded->services[service]);
    }
    return true;
}

static bool add_tools(struct recorded_fold *recorded, const struct conversation_facts *facts)
{
    const struct tool_fact *tools = facts->tools.items;
    double failed = 0;
    for (size_t i = 0; i < facts->tools.count; i++) {
        recorded->tool_calls++;
        failed += tools[i].failed == 1;
        if (tools[i].failed != 1 && !value_collector_add(&recorded->tools, tools[i].latency_ms))
            return false;
    }
    if (facts->tools.count)
        add(recorded, RECORDED_TOOL_ERRORS, failed, (double)facts->tools.count);
    value_collector_end_cluster(&recorded->tools);
    return true;
}

static void add_outcome(struct recorded_fold *recorded, int outcome)
{
    if (outcome == OUTCOME_ABSENT)
        return;
    add(recorded, RECORDED_COMPLETED, outcome == OUTCOME_COMPLETED, 1);
    add(recorded, RECORDED_HANDED_OVER, outcome == OUTCOME_HANDED_OVER, 1);
    add(recorded, RECORDED_ABANDONED, outcome == OUTCOME_ABANDONED, 1);
}

/* Agents often tell only what is so: whether somebody came is known when one of the two says it;
 * the rest holds of all calls with feedback. */
static void add_feedback(struct recorded_fold *recorded, const struct feedback *feedback)
{
    if (!feedback)
        return;
    bool kept = feedback->kept == 1, no_show = feedback->no_show == 1;
    if (feedback->kept != FIELD_ABSENT_BOOL || feedback->no_show != FIELD_ABSENT_BOOL) {
        add(recorded, RECORDED_KEPT, kept, 1);
        add(recorded, RECORDED_NO_SHOW, no_show, 1);
    }
    add(recorded, RECORDED_REBOOKED, feedback->rebooked_by_person == 1, 1);
    add(recorded, RECORDED_CALLED_BACK, feedback->called_back == 1, 1);
    if (isfinite(feedback->rating))
        add(recorded, RECORDED_RATING, feedback->rating, 1);
}

bool recorded_fold_add(struct recorded_fold *recorded, const struct conversation_facts *facts)
{
    add_count(recorded, RECORDED_TURNS, facts->user_turns);
    add_count(recorded, RECORDED_INTERRUPTIONS, facts->interruptions);
    add_count(recorded, RECORDED_REASKS, facts->reasks);
    if (isfinite(facts->duration_ms))
        add(recorded, RECORDED_DURATION, facts->duration_ms, 1);
    add_outcome(recorded, facts->outcome);
    add_feedback(recorded, facts->feedback);
    add_speech(recorded, facts);
    if (!value_collector_add(&recorded->duration, facts->duration_ms))
        return false;
    value_collector_end_cluster(&recorded->duration);
    for (size_t i = 0; i < facts->response_gap_ms.count; i++)
        if (!value_collector_add(&recorded->gap, facts->response_gap_ms.items[i]))
            return false;
    value_collector_end_cluster(&recorded->gap);
    return add_services(recorded, facts) && add_tools(recorded, facts);
}

void recorded_fold_done(struct recorded_fold *recorded)
{
    value_collector_done(&recorded->gap);
    value_collector_done(&recorded->duration);
    value_collector_done(&recorded->tools);
    for (int service = SERVICE_STT; service <= SERVICE_TTS; service++)
        value_collector_done(&recorded->services[service]);
}
