/*
 * conversation_measure.c: see conversation_measure.h. A time that an event does not carry makes no
 * value; it is never guessed.
 */
#include "score/conversation_measure.h"

#include <math.h>

static double ms(int64_t ns)
{
    return (double)(ns / 1000) / 1000.0; /* whole microseconds, as events carry them */
}

/* NaN: the two are centuries apart, which is no time that anybody waited. */
static double ms_between(int64_t from_ns, int64_t to_ns)
{
    int64_t span_ns;
    return __builtin_sub_overflow(to_ns, from_ns, &span_ns) ? (double)NAN : ms(span_ns);
}

/* Lists of known longest size: one value a turn; of talk-over two, as the caller may speak into the
 * question and the agent into the same turn. */
struct lists {
    double *gap, *dead_air, *talk_over, *asr;
    size_t gaps, dead_airs, talk_overs, asrs;
};

static bool lists_make(struct lists *lists, size_t turns, struct arena *arena)
{
    lists->gap = arena_array(arena, turns + 1, sizeof(double));
    lists->dead_air = arena_array(arena, turns + 1, sizeof(double));
    lists->talk_over = arena_array(arena, 2 * turns + 1, sizeof(double));
    lists->asr = arena_array(arena, turns + 1, sizeof(double));
    return lists->gap && lists->dead_air && lists->talk_over && lists->asr;
}

static void measure_turn(const struct conversation_turn *turn, double dead_air_ms,
                         struct lists *lists, struct conversation_facts *facts)
{
    const struct user_turn *user = turn->user;
    if (user->asr_confidence == user->asr_confidence) /* not NaN */
        lists->asr[lists->asrs++] = user->asr_confidence;
    facts->interruptions += user->interrupted == 1;
    if (turn->asked && turn->asked->speech_end_ns != FIELD_ABSENT_I64 &&
        user->speech_start_ns != FIELD_ABSENT_I64 &&
        user->speech_start_ns < turn->asked->speech_end_ns) {
        double over = ms_between(user->speech_start_ns, turn->asked->speech_end_ns);
        lists->talk_over[lists->talk_overs] = over;
        lists->talk_overs += isnan(over) ? 0 : 1;
    }
    if (!turn->agent || turn->agent->first_audio_ns == FIELD_ABSENT_I64 ||
        user->speech_end_ns == FIELD_ABSENT_I64)
        return;
    double gap = ms_between(user->speech_end_ns, turn->agent->first_audio_ns);
    if (isnan(gap))
        return;
    if (gap < 0) { /* the agent cut in */
        lists->talk_over[lists->talk_overs++] = -gap;
        return;
    }
    lists->gap[lists->gaps++] = gap;
    if (gap > dead_air_ms)
        lists->dead_air[lists->dead_airs++] = gap;
}

static bool measure_calls(const struct conversation *conversation, struct arena *arena,
                          struct conversation_facts *facts)
{
    struct service_fact *services =
        arena_array(arena, conversation->event_count + 1, sizeof *services);
    struct tool_fact *tools = arena_array(arena, conversation->event_count + 1, sizeof *tools);
    if (!services || !tools)
        return false;
    size_t service_count = 0, tool_count = 0;
    for (size_t i = 0; i < conversation->event_count; i++) {
        const struct event *event = &conversation->events[i];
        if (event->type == EVENT_SERVICE_CALL) {
            const struct service_call *call = event->body;
            services[service_count++] = (struct service_fact){.service = call->service,
                                                              .latency_ms = call->latency_ms,
                                                              .failed = call->error.data != NULL};
        } else if (event->type == EVENT_TOOL_CALL) {
            const struct tool_call *call = event->body;
            tools[tool_count++] = (struct tool_fact){.method = call->method,
                                                     .latency_ms = call->latency_ms,
                                                     .failed = call->error.data != NULL};
        }
    }
    facts->services = (struct record_list){services, service_count};
    facts->tools = (struct record_list){tools, tool_count};
    return true;
}

static bool asks_again(const struct conversation_turn *before, const struct conversation_turn *turn,
                       const struct task_spec *task)
{
    if (!before->agent || !turn->agent || !turn->agent->next_state.data ||
        !strview_equal(before->agent->next_state, turn->agent->next_state))
        return false;
    const struct state_spec *state = task_spec_state(task, turn->agent->next_state);
    if (!state || state->asks.count == 0)
        return false;
    for (size_t i = 0; i < state->asks.count; i++) {
        const struct slot *old = slot_map_find(&before->agent->slots, state->asks.items[i]);
        const struct slot *now = slot_map_find(&turn->agent->slots, state->asks.items[i]);
        if (now && (!old || !slot_value_equal(&old->value, &now->value)))
            return false;
    }
    return true;
}

enum status conversation_measure(const struct conversation *conversation,
                                 const struct task_spec *task, const struct gold_conversation *gold,
                                 enum gold_status gold_status, struct arena *arena,
                                 struct conversation_facts *ret_facts, struct error *err)
{
    struct conversation_facts *facts = ret_facts;
    struct lists lists = {0};
    record_init(&conversation_facts_type, facts);
    if (!lists_make(&lists, conversation->turn_count, arena) ||
        !measure_calls(conversation, arena, facts))
        return error_no_memory(err);
    facts->ordinal = conversation->ordinal;
    facts->conversation_id = conversation->id;
    facts->locale = conversation_locale(conversation, task->locale);
    facts->split = gold ? gold->split : SPLIT_ABSENT;
    facts->tags = gold ? gold->tags : (struct text_list){0};
    facts->metadata = conversation->started ? conversation->started->metadata : (struct strview){0};
    facts->gold_status = (int)gold_status;
    facts->outcome = conversation->outcome;
    facts->start_ns = conversation->start_ns;
    facts->user_turns = (int64_t)conversation->turn_count;
    facts->duration_ms = ms_between(conversation->start_ns, conversation->end_ns);
    facts->interruptions = facts->reasks = 0;
    for (size_t i = 0; i < conversation->turn_count; i++) {
        measure_turn(&conversation->turns[i], task->dead_air_ms, &lists, facts);
        facts->reasks +=
            i && asks_again(&conversation->turns[i - 1], &conversation->turns[i], task);
    }
    facts->response_gap_ms = (struct real_list){lists.gap, lists.gaps};
    facts->dead_air_ms = (struct real_list){lists.dead_air, lists.dead_airs};
    facts->talk_over_ms = (struct real_list){lists.talk_over, lists.talk_overs};
    facts->asr_confidence = (struct real_list){lists.asr, lists.asrs};
    if (conversation->feedback) {
        struct feedback *feedback = arena_alloc(arena, sizeof *feedback);
        if (!feedback)
            return error_no_memory(err);
        *feedback = *conversation->feedback;
        facts->feedback = feedback;
    }
    return STATUS_OK;
}
