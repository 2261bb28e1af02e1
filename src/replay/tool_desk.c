/*
 * tool_desk.c: between a candidate's answer and the back end of its trial. Runs inside a step of
 * the trial, on the score team. Owner: the trial's arena.
 */
#include "replay/tool_desk.h"

#include "codec/json_record.h"

#include <math.h>

static bool append(const struct turn_view *view, struct prediction *prediction,
                   const struct tool_call *call)
{
    struct record_list *list = &prediction->tool_calls;
    struct tool_call *items = arena_array(view->arena, list->count + 1, sizeof *items);
    if (!items)
        return false;
    if (list->count)
        memcpy(items, list->items, list->count * sizeof *items);
    items[list->count] = *call;
    *list = (struct record_list){items, list->count + 1};
    return true;
}

enum status tool_desk_call(const struct turn_view *view, const struct back_end_call *call,
                           struct prediction *prediction, struct back_end_answer *ret_answer,
                           struct error *err)
{
    enum status status = back_end_session_call(view->back_end, call, ret_answer, err);
    if (status != STATUS_OK)
        return status;
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    json_record_encode_slots(&call->parameters, &writer);
    struct tool_call made = {.method = arena_copy_view(view->arena, call->method),
                             .parameters = arena_copy_view(view->arena, strbuf_view(&text)),
                             .result = ret_answer->result,
                             .error = ret_answer->error,
                             .latency_ms = (double)NAN,
                             .idempotency_key =
                                 arena_copy_view(view->arena, call->idempotency_key)};
    if (!call->idempotency_key.data)
        made.idempotency_key = (struct strview){0};
    bool failed = text.failed || !made.method.data || !made.parameters.data;
    strbuf_done(&text);
    return !failed && append(view, prediction, &made) ? STATUS_OK : error_no_memory(err);
}

static enum status take_one(const json_t *item, const struct turn_view *view,
                            struct prediction *prediction)
{
    const json_t *method = json_object_get(item, "method");
    const json_t *parameters = json_object_get(item, "parameters");
    const json_t *key = json_object_get(item, "idempotency_key");
    struct back_end_call call = {.parameters = slot_map_empty()};
    struct back_end_answer answer;
    if (!json_is_string(method) || (parameters && !json_is_object(parameters)))
        return STATUS_DATA;
    call.method = strview_of(json_string_value(method));
    if (json_is_string(key))
        call.idempotency_key = strview_of(json_string_value(key));
    enum status status =
        parameters ? json_record_decode_slots(parameters, &call.parameters, view->arena, NULL)
                   : STATUS_OK;
    return status == STATUS_OK ? tool_desk_call(view, &call, prediction, &answer, NULL) : status;
}

enum status tool_desk_take(const json_t *calls, const struct turn_view *view,
                           struct prediction *prediction)
{
    enum status status = STATUS_OK;
    if (!calls || json_is_null(calls) || !view->back_end)
        return status;
    if (!json_is_array(calls) || json_array_size(calls) > TOOL_DESK_MOST_CALLS_A_TURN)
        return STATUS_DATA;
    for (size_t i = 0; i < json_array_size(calls) && status == STATUS_OK; i++)
        status = take_one(json_array_get(calls, i), view, prediction);
    return status;
}
