/*
 * agent_answer.c: reading answers strictly.
 */
#include "replay/agent_answer.h"

#include "codec/json_record.h"
#include "replay/tool_desk.h"

#include <math.h>
#include <stdio.h>

/* No agent fills more in one turn; lists that grow with each slot are bounded by it. */
enum { SLOTS_MAX = 256 };

/* What was not taken for want of memory is no fault of the answer. */
static enum status malformed(struct prediction *prediction, const struct turn_view *view,
                             const char *what)
{
    if (arena_memory_ran_out(view->arena))
        return STATUS_NO_MEMORY;
    candidate_fail(prediction, view->arena, ERROR_CLASS_MALFORMED, strview_of(what));
    return STATUS_DATA;
}

static bool take_text(const json_t *object, const char *key, struct arena *arena,
                      struct strview *at)
{
    const json_t *value = json_object_get(object, key);
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return false;
    *at = arena_copy_view(arena,
                          (struct strview){json_string_value(value), json_string_length(value)});
    return at->data != NULL;
}

static bool take_texts(const json_t *list, struct arena *arena, struct text_list *ret_list)
{
    if (!list || json_is_null(list))
        return true;
    if (!json_is_array(list))
        return false;
    struct strview *items = arena_array(arena, json_array_size(list) + 1, sizeof *items);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!items || !json_is_string(item))
            return false;
        items[i] = arena_copy_view(
            arena, (struct strview){json_string_value(item), json_string_length(item)});
    }
    *ret_list = (struct text_list){items, json_array_size(list)};
    return items != NULL;
}

static bool is_share(const json_t *value)
{
    return json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) <= 1;
}

static bool take_confidences(const json_t *object, struct arena *arena, struct number_map *ret_map)
{
    if (!object || json_is_null(object))
        return true;
    if (!json_is_object(object))
        return false;
    struct named_number *items = arena_array(arena, json_object_size(object) + 1, sizeof *items);
    size_t count = 0;
    const char *name;
    json_t *value;
    json_t *mutable_object = (json_t *)(uintptr_t)object;
    json_object_foreach(mutable_object, name, value)
    {
        if (json_is_null(value))
            continue;
        if (!items || !is_share(value))
            return false;
        items[count].name = arena_copy_view(arena, strview_of(name));
        items[count++].value = json_number_value(value);
    }
    *ret_map = (struct number_map){items, count};
    return items != NULL;
}

/* An agent may tell its own latency, tokens and cost. */
static enum status take_metadata(const json_t *metadata, const struct turn_view *view,
                                 struct prediction *prediction)
{
    if (!metadata || json_is_null(metadata))
        return STATUS_OK;
    struct prediction_metadata told;
    enum status status = json_record_decode_value(&prediction_metadata_type, metadata, &told,
                                                  view->arena, NULL, NULL);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK)
        return malformed(prediction, view, "'metadata' has a value of a wrong type");
    if (told.tokens)
        prediction->metadata->tokens = told.tokens;
    if (told.cost_usd_nano != FIELD_ABSENT_I64)
        prediction->metadata->cost_usd_nano = told.cost_usd_nano;
    return STATUS_OK;
}

static enum status take_slots(const json_t *slots, const struct turn_view *view,
                              struct prediction *prediction)
{
    if (!json_is_object(slots))
        return malformed(prediction, view, "the answer has no object 'extracted_slots'");
    if (json_object_size(slots) > SLOTS_MAX)
        return malformed(prediction, view, "'extracted_slots' holds more than 256 slots");
    struct slot_map extracted;
    enum status status = json_record_decode_slots(slots, &extracted, view->arena, NULL);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK)
        return malformed(prediction, view, "'extracted_slots' is not an object of slots");
    prediction->output->extracted_slots = extracted;
    return STATUS_OK;
}

enum status agent_answer_take(const json_t *object, const struct turn_view *view,
                              struct prediction *prediction)
{
    struct arena *arena = view->arena;
    struct prediction_output *output = prediction->output;
    if (!json_is_object(object))
        return malformed(prediction, view, "the answer is not a JSON object");
    enum status status = take_slots(json_object_get(object, "extracted_slots"), view, prediction);
    if (status != STATUS_OK)
        return status;
    const json_t *confidence = json_object_get(object, "confidence");
    if (confidence && !json_is_null(confidence) && !is_share(confidence))
        return malformed(prediction, view, "'confidence' is not a number from 0 to 1");
    if (is_share(confidence))
        output->confidence = json_number_value(confidence);
    if (!take_text(object, "response", arena, &output->response) ||
        !take_text(object, "next_state", arena, &output->next_state) ||
        !take_text(object, "intent", arena, &prediction->intent))
        return malformed(prediction, view, "'response', 'next_state' and 'intent' must be texts");
    if (!take_texts(json_object_get(object, "requested_slots"), arena,
                    &prediction->requested_slots) ||
        !take_texts(json_object_get(object, "needs_confirmation"), arena,
                    &prediction->needs_confirmation))
        return malformed(prediction, view, "'requested_slots' must be a list of texts");
    if (!take_confidences(json_object_get(object, "slot_confidence"), arena,
                          &prediction->slot_confidence))
        return malformed(prediction, view, "'slot_confidence' must hold numbers from 0 to 1");
    status = take_metadata(json_object_get(object, "metadata"), view, prediction);
    if (status == STATUS_OK)
        status = tool_desk_take(json_object_get(object, "tool_calls"), view, prediction);
    return status == STATUS_OK || status == STATUS_NO_MEMORY || prediction->error
               ? status
               : malformed(prediction, view,
                           "'tool_calls' is not a short list of {method, parameters}");
}

bool agent_answer_arrived(const struct far_answer *answer, const struct turn_view *view,
                          struct prediction *prediction)
{
    prediction->attempts = answer->attempts;
    prediction->metadata->latency_ms = answer->latency_ms;
    prediction->time_to_first_token_ms = answer->first_byte_ms;
    if (answer->outcome == CALL_OK)
        return true;
    enum error_class error_class = ERROR_CLASS_INFRASTRUCTURE;
    if (answer->outcome == CALL_BUDGET)
        error_class = ERROR_CLASS_BUDGET;
    /* It answered, but with too much, or with something that is no line of JSON: that is the
     * candidate's own doing. */
    if (answer->outcome == CALL_TOO_LARGE || answer->outcome == CALL_PROTOCOL)
        error_class = ERROR_CLASS_MALFORMED;
    char what[320];
    snprintf(what, sizeof what, "%s: %.*s", call_outcome_name(answer->outcome),
             STRVIEW_ARG(answer->error));
    candidate_fail(prediction, view->arena, error_class, strview_of(what));
    return false;
}

static void property(struct json_write *writer, const char *key, const char *json)
{
    json_write_key(writer, strview_of(key));
    json_write_raw(writer, strview_of(json));
}

void agent_answer_schema(const struct task_spec *task, struct json_write *writer)
{
    json_write_begin_object(writer);
    json_write_key_text(writer, "type", strview_of("object"));
    json_write_key(writer, strview_of("properties"));
    json_write_begin_object(writer);
    property(writer, "response", "{\"type\": \"string\"}");
    json_write_key(writer, strview_of("extracted_slots"));
    json_write_begin_object(writer);
    json_write_key_text(writer, "type", strview_of("object"));
    json_write_key(writer, strview_of("properties"));
    json_write_begin_object(writer);
    for (size_t i = 0; i < task->slot_count; i++) {
        json_write_key(writer, task->slots[i].name);
        json_write_raw(writer, strview_of("{\"type\": [\"string\", \"null\"]}"));
    }
    json_write_end_object(writer);
    json_write_key_bool(writer, "additionalProperties", false);
    json_write_end_object(writer);
    property(writer, "confidence", "{\"type\": \"number\", \"minimum\": 0, \"maximum\": 1}");
    property(writer, "slot_confidence",
             "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"number\"}}");
    property(writer, "intent", "{\"type\": [\"string\", \"null\"]}");
    property(writer, "requested_slots", "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}");
    property(writer, "next_state", "{\"type\": [\"string\", \"null\"]}");
    json_write_end_object(writer);
    property(writer, "required",
             "[\"response\", \"extracted_slots\", \"confidence\", \"next_state\"]");
    json_write_end_object(writer);
}
