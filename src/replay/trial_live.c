/*
 * trial_live.c: closing the loop: the candidate's answers become the history that the caller and
 * the candidate itself see. Under trial_run. Owner: the trial's arena.
 */
#include "replay/trial_live.h"

#include "base/civil_time.h"
#include "base/hash.h"
#include "codec/json_record.h"
#include "replay/trial_gold.h"
#include "simulate/simulated_user.h"

#include <math.h>

#define TURN_NS (INT64_C(8) * CIVIL_TIME_NS_PER_S) /* between two simulated turns */

struct trial_live {
    struct conversation own;
    struct user_turn *users;
    struct agent_turn *agents;
    size_t most_turns;
    struct back_end_session *back_end;
    int64_t today;               /* local day of the call */
    struct simulated_user *user; /* NULL: the recorded caller */
    struct turn_truth truth;     /* of the turn at work, when the caller is simulated */
    struct text_list acts;       /* what the simulated caller did in it */
};

static const struct pipeline_spec *pipeline_of(const struct trial_run *run)
{
    return run->candidate->world->pipeline;
}

size_t trial_live_most_turns(const struct pipeline_spec *pipeline,
                             const struct conversation *conversation)
{
    return pipeline->mode == MODE_SIMULATED_USER ? (size_t)pipeline->user.max_turns
                                                 : conversation->turn_count;
}

/* The times that gold would book are not taken by the seeded rule: the goal can be reached. */
static bool keep_goal_free(struct trial_live *live, const struct gold_conversation *gold)
{
    const struct gold_booking_set *sets = gold ? gold->expected_bookings.items : NULL;
    for (size_t i = 0; gold && i < gold->expected_bookings.count; i++) {
        const struct gold_booking *bookings = sets[i].bookings.items;
        for (size_t j = 0; j < sets[i].bookings.count; j++)
            if (!back_end_session_keep_free(live->back_end, &bookings[j].slots))
                return false;
    }
    return true;
}

static bool open_user(struct trial_live *live, const struct trial_run *run, int64_t today)
{
    const struct pipeline_spec *pipeline = pipeline_of(run);
    if (pipeline->mode != MODE_SIMULATED_USER || !run->gold)
        return true;
    struct simulated_user_options options = {.profile = &pipeline->user,
                                             .task = pipeline->task,
                                             .back_end = run->candidate->world->back_end,
                                             .gold = run->gold,
                                             .arena = run->arena,
                                             .seed = pipeline->seed,
                                             .repeat = run->trial.repeat,
                                             .today = today,
                                             .stays = run->terms.caller_stays};
    live->user = simulated_user_create(&options);
    return live->user != NULL;
}

struct trial_live *trial_live_create(const struct trial_run *run)
{
    struct trial_live *live = arena_alloc(run->arena, sizeof *live);
    if (!live)
        return NULL;
    const struct conversation *recorded = run->conversation;
    live->most_turns = trial_live_most_turns(pipeline_of(run), recorded);
    live->own = *recorded;
    live->own.turns = arena_array(run->arena, live->most_turns + 1, sizeof *live->own.turns);
    live->own.turn_count = 0;
    live->users = arena_array(run->arena, live->most_turns + 1, sizeof *live->users);
    live->agents = arena_array(run->arena, live->most_turns + 1, sizeof *live->agents);
    int64_t start_ns = recorded->turn_count ? recorded->turns[0].user_time_ns : recorded->start_ns;
    int64_t local_ns = run->zone ? time_zone_local_ns(run->zone, start_ns) : start_ns;
    struct back_end_session_options options = {
        .back_end = run->candidate->world->back_end,
        .arena = run->arena,
        .index = hash_64(recorded->id.data, recorded->id.size) + (uint64_t)run->trial.repeat,
        .today = civil_time_day_of_ns(local_ns),
        .is_sound = run->terms.sound_back_end};
    live->today = options.today;
    live->back_end = back_end_session_create(&options);
    if (!live->own.turns || !live->users || !live->agents || !live->back_end ||
        !keep_goal_free(live, run->gold) || !open_user(live, run, options.today))
        return NULL;
    return live;
}

const struct conversation *trial_live_conversation(const struct trial_live *live)
{
    return &live->own;
}

const struct turn_truth *trial_live_truth(const struct trial_live *live)
{
    return &live->truth;
}

size_t trial_live_back_end_faults(const struct trial_live *live)
{
    return back_end_session_faults(live->back_end);
}

struct strview trial_live_gold_fault(const struct trial_run *run)
{
    struct trial_gold gold = {.gold = run->gold,
                              .back_end = run->candidate->world->back_end,
                              .today = run->live->today,
                              .follows_turns = pipeline_of(run)->mode == MODE_FREE_RUNNING};
    return trial_gold_fault(&gold, run->arena);
}

struct back_end_session *trial_live_back_end(const struct trial_live *live)
{
    return live->back_end;
}

/* The free times of the agent's last look into the calendar, when it said anything after it. */
static void read_offer(const struct trial_run *run, struct agent_move *move)
{
    const struct prediction *prediction = &run->predictions[run->turn - 1];
    const struct tool_call *calls = prediction->tool_calls.items;
    size_t last = prediction->tool_calls.count;
    while (last && !(strview_is(calls[last - 1].method, "check_availability") &&
                     !calls[last - 1].error.data))
        last--;
    json_t *json = NULL;
    struct error fault = {0};
    if (!last || !move->text.size ||
        json_record_parse(calls[last - 1].result, &json, &fault) != STATUS_OK)
        return;
    const json_t *times = json_object_get(json, "times");
    const char *date = json_string_value(json_object_get(json, "date"));
    struct strview *items = arena_array(run->arena, json_array_size(times) + 1, sizeof *items);
    size_t count = 0;
    for (size_t i = 0; items && date && i < json_array_size(times); i++) {
        const char *text = json_string_value(json_array_get(times, i));
        if (text)
            items[count++] = arena_copy_view(run->arena, strview_of(text));
    }
    move->offered_times = (struct text_list){items, count};
    if (count)
        move->offered_date = arena_copy_view(run->arena, strview_of(date));
    json_decref(json);
}

static struct agent_move move_of(const struct trial_live *live, const struct trial_run *run)
{
    const struct agent_turn *agent = &live->agents[run->turn - 1];
    return (struct agent_move){
        .text = agent->text,
        .state = agent->next_state.data ? task_spec_state(pipeline_of(run)->task, agent->next_state)
                                        : NULL,
        .slots = agent->slots};
}

static enum status next_simulated(struct trial_live *live, struct trial_run *run, bool *ret_more,
                                  struct error *err)
{
    struct user_move said;
    struct agent_move heard = {0};
    *ret_more = false;
    if (!live->user)
        return STATUS_OK;
    if (run->turn > 0) {
        heard = move_of(live, run);
        read_offer(run, &heard);
    }
    enum status status = simulated_user_answer(live->user, run->turn ? &heard : NULL, &said, err);
    if (status != STATUS_OK)
        return status;
    if (run->turn >= live->most_turns)
        said = (struct user_move){.ends = true, .ended = "gave_up"};
    if (said.ends) {
        run->trial.ended = strview_of(said.ended);
        return STATUS_OK;
    }
    struct user_turn *user = &live->users[run->turn];
    record_init(&user_turn_type, user);
    live->truth = (struct turn_truth){said.meant, said.intent, said.asked};
    live->acts = said.acts;
    user->text = run->terms.reference_text ? said.said : said.heard;
    user->reference_text = said.said;
    user->interrupted = said.interrupts;
    int64_t start_ns = run->conversation->turn_count ? run->conversation->turns[0].user_time_ns
                                                     : live->own.start_ns;
    live->own.turns[run->turn] =
        (struct conversation_turn){.user = user,
                                   .user_sequence = (int64_t)run->turn * 2 + 1,
                                   .user_time_ns = start_ns + (int64_t)run->turn * TURN_NS};
    *ret_more = true;
    return STATUS_OK;
}

enum status trial_live_next(struct trial_live *live, struct trial_run *run, bool *ret_more,
                            struct error *err)
{
    enum status status = STATUS_OK;
    if (pipeline_of(run)->mode == MODE_SIMULATED_USER) {
        status = next_simulated(live, run, ret_more, err);
    } else {
        *ret_more = run->turn < run->conversation->turn_count;
        if (*ret_more)
            live->own.turns[run->turn] = run->conversation->turns[run->turn];
    }
    if (status != STATUS_OK || !*ret_more)
        return status;
    struct conversation_turn *turn = &live->own.turns[run->turn];
    turn->agent = NULL;
    turn->asked = run->turn ? &live->agents[run->turn - 1] : run->conversation->opening;
    live->own.turn_count = run->turn + 1;
    return STATUS_OK;
}

static bool same_slots(const struct option_texts *a, const struct option_texts *b)
{
    for (size_t i = 0; i < a->count; i++) {
        bool found = false;
        for (size_t j = 0; j < b->count; j++)
            found = found || strview_equal(a->items[i], b->items[j]);
        if (!found)
            return false;
    }
    return a->count == b->count;
}

/* Another kind of act than the recorded agent's, or a question for other slots. States that the
 * task does not know are not compared. */
static bool diverges(const struct trial_run *run, struct strview went)
{
    const struct task_spec *task = pipeline_of(run)->task;
    const struct agent_turn *agent = run->conversation->turns[run->turn].agent;
    struct strview told = agent ? agent->next_state : (struct strview){0};
    const struct state_spec *theirs = told.data ? task_spec_state(task, told) : NULL;
    const struct state_spec *ours = went.data ? task_spec_state(task, went) : NULL;
    if (!theirs || !ours)
        return false;
    return theirs->kind != ours->kind || !same_slots(&theirs->asks, &ours->asks);
}

static bool is_task_tool(const struct task_spec *task, struct strview method)
{
    for (size_t i = 0; i < task->intent_count; i++)
        if (task->intents[i].tool.data && strview_equal(task->intents[i].tool, method))
            return true;
    return false;
}

/* The recorded agent's own calls after this turn, done again: what it booked then was free. */
static enum status repeat_recorded_calls(struct trial_live *live, const struct trial_run *run,
                                         struct error *err)
{
    const struct conversation *recorded = run->conversation;
    int64_t from = recorded->turns[run->turn].user_sequence;
    int64_t to = run->turn + 1 < recorded->turn_count ? recorded->turns[run->turn + 1].user_sequence
                                                      : INT64_MAX;
    for (size_t i = 0; i < recorded->event_count; i++) {
        const struct event *event = &recorded->events[i];
        const struct tool_call *told = event->body;
        if (event->type != EVENT_TOOL_CALL || event->sequence <= from || event->sequence >= to ||
            !is_task_tool(pipeline_of(run)->task, told->method) || told->error.data ||
            !told->parameters.data)
            continue;
        json_t *json = NULL;
        struct back_end_call call = {.method = told->method,
                                     .idempotency_key = told->idempotency_key};
        struct back_end_answer answer;
        struct error fault = {0};
        if (json_record_parse(told->parameters, &json, &fault) != STATUS_OK)
            continue;
        bool read = json_is_object(json) &&
                    json_record_decode_slots(json, &call.parameters, run->arena, NULL) == STATUS_OK;
        json_decref(json);
        if (!read)
            continue;
        if (!back_end_session_keep_free(live->back_end, &call.parameters))
            return error_no_memory(err);
        enum status status = back_end_session_call(live->back_end, &call, &answer, err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* The task's tools that were called after the turn, done or not, one behind the other. */
enum { MOST_COMPARED = 16 };

static size_t recorded_tools(const struct trial_run *run, struct strview ret_methods[MOST_COMPARED])
{
    const struct conversation *recorded = run->conversation;
    int64_t from = recorded->turns[run->turn].user_sequence;
    int64_t to = run->turn + 1 < recorded->turn_count ? recorded->turns[run->turn + 1].user_sequence
                                                      : INT64_MAX;
    size_t count = 0;
    for (size_t i = 0; i < recorded->event_count && count < MOST_COMPARED; i++) {
        const struct event *event = &recorded->events[i];
        const struct tool_call *call = event->body;
        if (event->type == EVENT_TOOL_CALL && event->sequence > from && event->sequence < to &&
            is_task_tool(pipeline_of(run)->task, call->method))
            ret_methods[count++] = call->method;
    }
    return count;
}

/* Another booking, change or cancellation than the recorded agent's at this turn, or one of them
 * alone. A call that was made again after an error is one. */
static bool calls_diverge(const struct trial_run *run)
{
    struct strview theirs[MOST_COMPARED], ours[MOST_COMPARED];
    const struct prediction *prediction = &run->predictions[run->turn];
    const struct tool_call *calls = prediction->tool_calls.items;
    size_t their_count = recorded_tools(run, theirs), count = 0;
    for (size_t i = 0; i < prediction->tool_calls.count && count < MOST_COMPARED; i++) {
        bool again =
            i && calls[i - 1].error.data && strview_equal(calls[i - 1].method, calls[i].method);
        if (!again && is_task_tool(pipeline_of(run)->task, calls[i].method))
            ours[count++] = calls[i].method;
    }
    bool differs = count != their_count;
    for (size_t i = 0; !differs && i < count; i++)
        differs = !strview_equal(ours[i], theirs[i]);
    return differs;
}

enum status trial_live_answered(struct trial_live *live, struct trial_run *run, struct error *err)
{
    const struct prediction *prediction = &run->predictions[run->turn];
    const struct prediction_output *output = prediction->output;
    struct agent_turn *agent = &live->agents[run->turn];
    record_init(&agent_turn_type, agent);
    const struct user_turn *user = live->own.turns[run->turn].user;
    if (user->reference_text.data && !strview_equal(user->reference_text, user->text))
        run->predictions[run->turn].said_text = user->reference_text;
    if (live->user)
        run->predictions[run->turn].caller_acts = live->acts;
    agent->text = output->response.data ? output->response : strview_of("");
    agent->state = run->view.state;
    agent->next_state = output->next_state;
    agent->intent = prediction->intent;
    agent->slots = prediction->state_after;
    agent->requested_slots = prediction->requested_slots;
    live->own.turns[run->turn].agent = agent;
    live->own.turns[run->turn].agent_time_ns = live->own.turns[run->turn].user_time_ns;
    if (pipeline_of(run)->mode == MODE_SIMULATED_USER)
        return STATUS_OK;
    bool is_recorded = run->candidate->spec->kind == CANDIDATE_RECORDED;
    if (run->trial.first_divergence == FIELD_ABSENT_I64 &&
        (diverges(run, output->next_state) || (!is_recorded && calls_diverge(run))))
        run->trial.first_divergence = (int64_t)run->turn;
    return is_recorded ? repeat_recorded_calls(live, run, err) : STATUS_OK;
}

static bool holds(struct strview text, struct strview part)
{
    return text.data && part.data && part.size &&
           memmem(text.data, text.size, part.data, part.size) != NULL;
}

/* A topic is told when its answer stands in a reply; a slot of the appointment when a call that
 * gave it was followed by an answer. */
static bool was_told(const struct trial_run *run, struct strview request)
{
    const struct back_end *end = run->candidate->world->back_end;
    bool is_topic = back_end_topic_of(end, request) != NULL;
    for (size_t i = 0; i < run->turn; i++) {
        const struct prediction *prediction = &run->predictions[i];
        const struct tool_call *calls = prediction->tool_calls.items;
        for (size_t j = 0; j < prediction->tool_calls.count; j++) {
            struct strview reply = prediction->output->response;
            if (calls[j].error.data || !reply.size)
                continue;
            if (!is_topic && strview_is(request, "availability") &&
                strview_is(calls[j].method, "check_availability"))
                return true;
            if (!is_topic && !strview_is(calls[j].method, "check_availability") &&
                holds(calls[j].result, request))
                return true;
            if (!is_topic || !holds(calls[j].parameters, request))
                continue;
            const char *key = "\"answer\": \"";
            const char *at = memmem(calls[j].result.data, calls[j].result.size, key, strlen(key));
            if (!at)
                continue;
            at += strlen(key);
            size_t left = calls[j].result.size - (size_t)(at - calls[j].result.data);
            const char *end_quote = memchr(at, '"', left);
            if (end_quote && holds(reply, (struct strview){at, (size_t)(end_quote - at)}))
                return true;
        }
    }
    return false;
}

enum status trial_live_finish(struct trial_live *live, struct trial_run *run, struct error *err)
{
    const struct gold_goal *goal = run->gold ? run->gold->goal : NULL;
    size_t count = goal ? goal->requests.count : 0, told = 0;
    struct strview *items = arena_array(run->arena, count + 1, sizeof *items);
    if (!items)
        return error_no_memory(err);
    for (size_t i = 0; i < count; i++)
        if (was_told(run, goal->requests.items[i]))
            items[told++] = goal->requests.items[i];
    if (run->candidate->spec->kind != CANDIDATE_RECORDED)
        run->trial.told = (struct text_list){items, told};
    run->trial.bookings = back_end_session_bookings(live->back_end);
    if (!run->trial.bookings.items)
        run->trial.bookings.items = items; /* none, but known */
    if (live->user)
        run->trial.simulator_fault = simulated_user_fault(live->user);
    return STATUS_OK;
}
