/*
 * agent_candidate.c: the candidates of kind `endpoint` and `command`: somebody's whole agent, asked
 * turn by turn over HTTP or over the standard input and output of a program. Both speak the same
 * JSON (docs/YOUR_AGENT.md).
 */
#include "base/civil_time.h"
#include "codec/json_record.h"
#include "replay/agent_answer.h"

static void write_history(const struct turn_view *view, struct json_write *writer)
{
    const struct conversation *conversation = view->conversation;
    json_write_begin_array(writer);
    if (conversation->opening) {
        json_write_begin_object(writer);
        json_write_key_text(writer, "role", strview_of("agent"));
        json_write_key_text(writer, "text", conversation->opening->text);
        json_write_end_object(writer);
    }
    for (size_t i = 0; i < view->turn; i++) {
        const struct conversation_turn *turn = &conversation->turns[i];
        json_write_begin_object(writer);
        json_write_key_text(writer, "role", strview_of("user"));
        json_write_key_text(writer, "text", turn->user->text);
        json_write_end_object(writer);
        if (!turn->agent)
            continue;
        json_write_begin_object(writer);
        json_write_key_text(writer, "role", strview_of("agent"));
        json_write_key_text(writer, "text", turn->agent->text);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_time(const struct turn_view *view, struct json_write *writer)
{
    int64_t utc_ns = view->conversation->turns[view->turn].user_time_ns;
    int32_t offset_s = view->zone ? time_zone_offset_s(view->zone, utc_ns) : 0;
    char text[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_offset(utc_ns, offset_s, text);
    json_write_key_text(writer, "time", strview_of(text));
}

/* What the calls of the turn before gave, for agents that act in this mode. */
static void write_tool_results(const struct turn_view *view, struct json_write *writer)
{
    const struct tool_call *calls = view->tool_calls.items;
    json_write_key(writer, strview_of("tool_results"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < view->tool_calls.count; i++)
        json_record_encode(&tool_call_type, &calls[i], writer);
    json_write_end_array(writer);
}

static enum status begin(const struct candidate *candidate, const struct turn_view *view,
                         struct candidate_scratch *scratch, struct prediction *prediction,
                         struct candidate_call *ret_call, bool *ret_needs_call, struct error *err)
{
    (void)candidate;
    (void)prediction;
    struct strbuf *text = &scratch->text;
    strbuf_clear(text);
    struct json_write writer = {.out = text};
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "conversation_id", view->conversation->id);
    json_write_key_i64(&writer, "turn", (int64_t)view->turn);
    json_write_key_text(&writer, "user_text", view->conversation->turns[view->turn].user->text);
    json_write_key_text(&writer, "state", view->state);
    json_write_key(&writer, strview_of("slots"));
    json_record_encode_slots(&view->slots, &writer);
    json_write_key(&writer, strview_of("history"));
    write_history(view, &writer);
    write_time(view, &writer);
    if (view->back_end)
        write_tool_results(view, &writer);
    json_write_key_text(&writer, "locale", view->locale);
    json_write_key_i64(&writer, "repeat", view->repeat);
    json_write_end_object(&writer);
    struct strview body = arena_copy_view(view->request_arena, strbuf_view(text));
    if (text->failed || !body.data)
        return error_no_memory(err);
    *ret_call = (struct candidate_call){.body = body};
    *ret_needs_call = true;
    return STATUS_OK;
}

static enum status finish(const struct candidate *candidate, const struct turn_view *view,
                          struct candidate_scratch *scratch, const struct far_answer *answer,
                          struct prediction *prediction, struct error *err)
{
    (void)scratch;
    const struct candidate_spec *spec = candidate->spec;
    *prediction->model = (struct prediction_model){
        .name = spec->model_name.data ? spec->model_name : spec->name,
        .provider =
            spec->provider_name.data ? spec->provider_name : strview_of(candidate->kind->name)};
    if (!agent_answer_arrived(answer, view, prediction))
        return STATUS_OK;
    json_t *object = NULL;
    struct error fault = {0};
    enum status status = json_record_parse(answer->body, &object, &fault);
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    if (status != STATUS_OK) {
        candidate_fail(
            prediction, view->arena, ERROR_CLASS_MALFORMED,
            strview_of(answer->body.size ? "the answer is not JSON" : "the answer is empty"));
        return STATUS_OK;
    }
    /* An agent may answer with the prediction log's whole line: then `output` holds the keys. */
    const json_t *output = json_object_get(object, "output");
    status = agent_answer_take(json_is_object(output) ? output : object, view, prediction);
    json_decref(object);
    return status == STATUS_NO_MEMORY ? error_no_memory(err) : STATUS_OK;
}

const struct candidate_kind endpoint_candidate_kind = {
    .name = "endpoint",
    .summary = "your own agent behind HTTP: one POST a turn",
    .begin = begin,
    .finish = finish,
};

const struct candidate_kind command_candidate_kind = {
    .name = "command",
    .summary = "your own agent as a program that reads and writes JSON Lines",
    .begin = begin,
    .finish = finish,
};
