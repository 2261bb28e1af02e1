/*
 * json_record.c: walks the field tables over jansson values (reading) and over json_write
 * (writing). Parsed JSON lives only during one call; the record's bytes are copied into the
 * caller's arena.
 */
#include "codec/json_record.h"

#include "base/civil_time.h"
#include "base/utf8.h"
#include "codec/json_text.h"

#include <math.h>
#include <stdio.h>

struct decoder {
    struct arena *arena;
    struct json_unknown *unknown;
    struct error *err;
    char pointer[192]; /* of the value being read */
};

static enum status decode_record(struct decoder *decoder, const struct record_type *type,
                                 const json_t *object, void *record);

/* Appends "/part" and returns the old length, to be restored by pop(). */
static size_t push(struct decoder *decoder, const char *part)
{
    size_t size = strlen(decoder->pointer);
    snprintf(decoder->pointer + size, sizeof decoder->pointer - size, "/%s", part);
    return size;
}

static void pop(struct decoder *decoder, size_t size)
{
    decoder->pointer[size] = '\0';
}

static const char *type_word(const json_t *value)
{
    static const char *const words[] = {"an object", "a list", "a text", "a whole number",
                                        "a number",  "true",   "false",  "null"};
    return value ? words[json_typeof(value)] : "nothing";
}

static enum status wrong_type(struct decoder *decoder, const char *wanted, const json_t *value)
{
    enum status status =
        error_set(decoder->err, STATUS_DATA, "%s belongs here, not %s", wanted, type_word(value));
    error_where(decoder->err, "%s", decoder->pointer[0] ? decoder->pointer : "/");
    return status;
}

static enum status no_room(struct decoder *decoder)
{
    if (!arena_limit_was_hit(decoder->arena))
        return error_no_memory(decoder->err);
    return error_set(decoder->err, STATUS_LIMIT, "the record is larger than its memory limit");
}

static enum status copy_text(struct decoder *decoder, const json_t *value, struct strview *ret_text)
{
    if (!json_is_string(value))
        return wrong_type(decoder, "a text", value);
    struct strview text = {json_string_value(value), json_string_length(value)};
    *ret_text = arena_copy_view(decoder->arena, text);
    return ret_text->data ? STATUS_OK : no_room(decoder);
}

static enum status copy_json(struct decoder *decoder, const json_t *value, struct strview *ret_text)
{
    struct strbuf text = {0};
    json_text_add(value, &text);
    enum status status = text.failed ? error_no_memory(decoder->err) : STATUS_OK;
    if (status == STATUS_OK) {
        *ret_text = arena_copy_view(decoder->arena, strbuf_view(&text));
        status = ret_text->data ? STATUS_OK : no_room(decoder);
    }
    strbuf_done(&text);
    return status;
}

static enum status decode_slot_value(struct decoder *decoder, const json_t *value,
                                     struct slot_value *ret_value)
{
    *ret_value = (struct slot_value){.kind = SLOT_VALUE_NULL};
    if (json_is_null(value))
        return STATUS_OK;
    bool is_text_list = json_is_array(value);
    for (size_t i = 0; is_text_list && i < json_array_size(value); i++)
        is_text_list = json_is_string(json_array_get(value, i));
    if (json_is_string(value) && strcmp(json_string_value(value), SLOT_DONTCARE_TEXT) == 0) {
        ret_value->kind = SLOT_VALUE_DONTCARE;
        return STATUS_OK;
    }
    size_t count = is_text_list ? json_array_size(value) : 1;
    struct strview *texts = arena_array(decoder->arena, count ? count : 1, sizeof *texts);
    if (!texts)
        return no_room(decoder);
    enum status status = STATUS_OK;
    if (is_text_list) {
        ret_value->kind = SLOT_VALUE_LIST;
        for (size_t i = 0; i < count && status == STATUS_OK; i++)
            status = copy_text(decoder, json_array_get(value, i), &texts[i]);
    } else if (json_is_string(value)) {
        ret_value->kind = SLOT_VALUE_TEXT;
        status = copy_text(decoder, value, &texts[0]);
    } else {
        ret_value->kind = SLOT_VALUE_JSON;
        status = copy_json(decoder, value, &texts[0]);
    }
    ret_value->count = count;
    ret_value->texts = texts;
    return status;
}

static enum status decode_slots(struct decoder *decoder, const json_t *object,
                                struct slot_map *ret_map)
{
    if (!json_is_object(object))
        return wrong_type(decoder, "an object of slots", object);
    size_t count = json_object_size(object);
    *ret_map = slot_map_empty();
    if (count == 0)
        return STATUS_OK;
    struct slot *slots = arena_array(decoder->arena, count, sizeof *slots);
    if (!slots)
        return no_room(decoder);
    size_t at = 0;
    const char *name;
    json_t *value;
    json_t *mutable_object = (json_t *)(uintptr_t)object; /* jansson's iterators are not const */
    json_object_foreach(mutable_object, name, value)
    {
        size_t depth = push(decoder, name);
        slots[at].name = arena_copy_view(decoder->arena, strview_of(name));
        enum status status = slots[at].name.data
                                 ? decode_slot_value(decoder, value, &slots[at].value)
                                 : no_room(decoder);
        if (status != STATUS_OK)
            return status;
        pop(decoder, depth);
        at++;
    }
    *ret_map = (struct slot_map){slots, count};
    return STATUS_OK;
}

static enum status decode_numbers(struct decoder *decoder, const json_t *object,
                                  struct number_map *ret_map)
{
    if (!json_is_object(object))
        return wrong_type(decoder, "an object of numbers", object);
    size_t count = json_object_size(object), at = 0;
    struct named_number *items = arena_array(decoder->arena, count + 1, sizeof *items);
    if (!items)
        return no_room(decoder);
    const char *name;
    json_t *value;
    json_t *mutable_object = (json_t *)(uintptr_t)object;
    json_object_foreach(mutable_object, name, value)
    {
        size_t depth = push(decoder, name);
        if (!json_is_number(value))
            return wrong_type(decoder, "a number", value);
        items[at].name = arena_copy_view(decoder->arena, strview_of(name));
        if (!items[at].name.data)
            return no_room(decoder);
        items[at++].value = json_number_value(value);
        pop(decoder, depth);
    }
    *ret_map = (struct number_map){items, count};
    return STATUS_OK;
}

static enum status decode_texts(struct decoder *decoder, const json_t *list,
                                struct text_list *ret_list)
{
    if (!json_is_array(list))
        return wrong_type(decoder, "a list of texts", list);
    size_t count = json_array_size(list);
    struct strview *items = arena_array(decoder->arena, count + 1, sizeof *items);
    if (!items)
        return no_room(decoder);
    for (size_t i = 0; i < count; i++) {
        enum status status = copy_text(decoder, json_array_get(list, i), &items[i]);
        if (status != STATUS_OK)
            return status;
    }
    *ret_list = (struct text_list){items, count};
    return STATUS_OK;
}

static enum status decode_reals(struct decoder *decoder, const json_t *list,
                                struct real_list *ret_list)
{
    if (!json_is_array(list))
        return wrong_type(decoder, "a list of numbers", list);
    size_t count = json_array_size(list);
    double *items = arena_array(decoder->arena, count + 1, sizeof *items);
    if (!items)
        return no_room(decoder);
    for (size_t i = 0; i < count; i++) {
        if (!json_is_number(json_array_get(list, i)))
            return wrong_type(decoder, "a number", json_array_get(list, i));
        items[i] = json_number_value(json_array_get(list, i));
    }
    *ret_list = (struct real_list){items, count};
    return STATUS_OK;
}

static enum status decode_records(struct decoder *decoder, const struct field *field,
                                  const json_t *list, struct record_list *ret_list)
{
    if (!json_is_array(list))
        return wrong_type(decoder, "a list", list);
    size_t count = json_array_size(list);
    char *items = arena_array(decoder->arena, count + 1, field->type->size);
    if (!items)
        return no_room(decoder);
    for (size_t i = 0; i < count; i++) {
        char part[24];
        snprintf(part, sizeof part, "%zu", i);
        size_t depth = push(decoder, part);
        enum status status = decode_record(decoder, field->type, json_array_get(list, i),
                                           items + i * field->type->size);
        if (status != STATUS_OK)
            return status;
        pop(decoder, depth);
    }
    *ret_list = (struct record_list){items, count};
    return STATUS_OK;
}

static enum status decode_enum(struct decoder *decoder, const struct field *field,
                               const json_t *value, int *ret_symbol)
{
    if (!json_is_string(value))
        return wrong_type(decoder, "a text", value);
    for (int i = 1; field->names[i]; i++) {
        if (strcmp(field->names[i], json_string_value(value)) == 0) {
            *ret_symbol = i;
            return STATUS_OK;
        }
    }
    enum status status = error_set(decoder->err, STATUS_DATA, "'%.40s' is no %s",
                                   json_string_value(value), field->name);
    error_where(decoder->err, "%s", decoder->pointer);
    char known[200] = "";
    for (int i = 1; field->names[i]; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i > 1 ? ", " : "", field->names[i]);
    }
    error_fix(decoder->err, "Write one of: %s.", known);
    return status;
}

static enum status decode_time(struct decoder *decoder, const json_t *value, int64_t *ret_time_ns)
{
    if (!json_is_string(value))
        return wrong_type(decoder, "a time in ISO 8601", value);
    struct strview text = {json_string_value(value), json_string_length(value)};
    struct civil_parsed parsed;
    if (civil_time_parse(text, &parsed, NULL) == STATUS_OK && parsed.has_offset) {
        *ret_time_ns = parsed.utc_ns - parsed.utc_ns % 1000; /* Avro carries microseconds */
        return STATUS_OK;
    }
    enum status status =
        error_set(decoder->err, STATUS_DATA, "'%.40s' is no time with a zone", text.data);
    error_where(decoder->err, "%s", decoder->pointer);
    error_fix(decoder->err, "Write ISO 8601 with an offset: 2025-01-10T10:30:00Z.");
    return status;
}

static enum status decode_usd(struct decoder *decoder, const json_t *value, int64_t *ret_usd_nano)
{
    double usd = json_number_value(value);
    if (!json_is_number(value) || !(fabs(usd) < 9e9))
        return wrong_type(decoder, "an amount in USD", value);
    *ret_usd_nano = (int64_t)llround(usd * 1e9);
    return STATUS_OK;
}

static enum status decode_field(struct decoder *decoder, const struct field *field,
                                const json_t *value, void *at)
{
    switch (field->kind) {
    case FIELD_BOOL:
        if (!json_is_boolean(value))
            return wrong_type(decoder, "true or false", value);
        *(int8_t *)at = json_is_true(value);
        return STATUS_OK;
    case FIELD_I64:
        if (!json_is_integer(value))
            return wrong_type(decoder, "a whole number", value);
        *(int64_t *)at = json_integer_value(value);
        return STATUS_OK;
    case FIELD_REAL:
    case FIELD_NUMBER:
        if (!json_is_number(value))
            return wrong_type(decoder, "a number", value);
        *(double *)at = json_number_value(value);
        return STATUS_OK;
    case FIELD_USD:
        return decode_usd(decoder, value, at);
    case FIELD_TIME:
        return decode_time(decoder, value, at);
    case FIELD_TEXT:
        return copy_text(decoder, value, at);
    case FIELD_ENUM:
        return decode_enum(decoder, field, value, at);
    case FIELD_JSON:
        return copy_json(decoder, value, at);
    case FIELD_TEXTS:
        return decode_texts(decoder, value, at);
    case FIELD_REALS:
        return decode_reals(decoder, value, at);
    case FIELD_SLOTS:
        return decode_slots(decoder, value, at);
    case FIELD_NUMBERS:
        return decode_numbers(decoder, value, at);
    case FIELD_RECORDS:
        return decode_records(decoder, field, value, at);
    case FIELD_RECORD: {
        void *record = arena_alloc(decoder->arena, field->type->size);
        if (!record)
            return no_room(decoder);
        *(void **)at = record;
        return decode_record(decoder, field->type, value, record);
    }
    }
    return STATUS_INTERNAL;
}

static void note_unknown(struct decoder *decoder, const struct record_type *type, const char *key)
{
    struct json_unknown *unknown = decoder->unknown;
    if (!unknown)
        return;
    if (unknown->count++ == 0) {
        snprintf(unknown->first_pointer, sizeof unknown->first_pointer, "%.90s/%.30s",
                 decoder->pointer, key);
        unknown->nearest = record_nearest_field(type, strview_of(key));
    }
}

/* The keys of an event are those of its envelope and of its body. */
static bool is_known_key(const struct record_type *type, const char *key)
{
    bool known = record_field(type, strview_of(key)) != NULL;
    for (int body = 1; type == &event_envelope_type && !known && event_type_names[body]; body++)
        known = record_field(event_body_type(body), strview_of(key)) != NULL;
    return known;
}

/* A key of the object that no field has and that is nearly the name: it was meant, most likely. */
static const char *misspelt_key(const struct record_type *type, const char *name,
                                const json_t *object)
{
    const char *key;
    json_t *value;
    json_t *mutable_object = (json_t *)(uintptr_t)object;
    json_object_foreach(mutable_object, key, value)
    {
        const char *nearest =
            is_known_key(type, key) ? NULL : record_nearest_field(type, strview_of(key));
        if (nearest && strcmp(nearest, name) == 0)
            return key;
    }
    return NULL;
}

static enum status missing_key(struct decoder *decoder, const struct record_type *type,
                               const struct field *field, const json_t *object)
{
    enum status status = error_set(decoder->err, STATUS_DATA, "key '%s' is missing", field->name);
    error_where(decoder->err, "%s", decoder->pointer[0] ? decoder->pointer : "/");
    const char *misspelt = misspelt_key(type, field->name, object);
    if (misspelt)
        error_fix(decoder->err, "Is it meant by the key '%.40s'?", misspelt);
    return status;
}

/* Only the fields of the table; unknown keys are the caller's business. */
static enum status decode_fields(struct decoder *decoder, const struct record_type *type,
                                 const json_t *object, void *record)
{
    record_init(type, record);
    for (const struct field *field = type->fields; field->name; field++) {
        const json_t *value = json_object_get(object, field->name);
        if (!value || (json_is_null(value) && field->kind != FIELD_JSON)) {
            if (field->need == FIELD_REQUIRED)
                return missing_key(decoder, type, field, object);
            continue;
        }
        size_t depth = push(decoder, field->name);
        enum status status = decode_field(decoder, field, value, (char *)record + field->offset);
        if (status != STATUS_OK)
            return status;
        pop(decoder, depth);
    }
    return STATUS_OK;
}

static void note_unknown_keys(struct decoder *decoder, const struct record_type *type,
                              const struct record_type *other, const json_t *object)
{
    const char *key;
    json_t *value;
    json_t *mutable_object = (json_t *)(uintptr_t)object;
    json_object_foreach(mutable_object, key, value)
    {
        if (!record_field(type, strview_of(key)) &&
            !(other && record_field(other, strview_of(key))))
            note_unknown(decoder, type, key);
    }
}

static enum status decode_record(struct decoder *decoder, const struct record_type *type,
                                 const json_t *object, void *record)
{
    if (!json_is_object(object))
        return wrong_type(decoder, "an object", object);
    if (decoder->unknown)
        note_unknown_keys(decoder, type, NULL, object);
    return decode_fields(decoder, type, object, record);
}

enum status json_record_parse(struct strview text, json_t **ret_json, struct error *err)
{
    size_t invalid = utf8_first_invalid(text);
    if (invalid < text.size) {
        enum status status = error_set(err, STATUS_DATA, "byte %zu is not UTF-8", invalid + 1);
        error_fix(err, "Write the file as UTF-8, e.g. with iconv -t UTF-8.");
        return status;
    }
    json_error_t fault;
    enum status status = json_text_load(text, 0, ret_json, &fault);
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    if (status != STATUS_OK) {
        /* jansson quotes the place ("near '...'"): that may be what a caller said, so only the
         * cause is told. */
        char cause[JSON_ERROR_TEXT_LENGTH];
        snprintf(cause, sizeof cause, "%s", fault.text);
        char *place = strstr(cause, " near ");
        if (place)
            *place = '\0';
        return error_set(err, STATUS_DATA, "this is not JSON: %s (column %d)",
                         text.size ? cause : "it is empty", fault.column);
    }
    return STATUS_OK;
}

enum status json_record_decode_value(const struct record_type *type, const json_t *object,
                                     void *record, struct arena *arena,
                                     struct json_unknown *unknown, struct error *err)
{
    struct decoder decoder = {.arena = arena, .unknown = unknown, .err = err};
    return decode_record(&decoder, type, object, record);
}

enum status json_record_decode(const struct record_type *type, struct strview text, void *record,
                               struct arena *arena, struct json_unknown *unknown, struct error *err)
{
    json_t *json;
    enum status status = json_record_parse(text, &json, err);
    if (status != STATUS_OK)
        return status;
    status = json_record_decode_value(type, json, record, arena, unknown, err);
    json_decref(json);
    return status;
}

enum status json_record_decode_slots(const json_t *object, struct slot_map *ret_map,
                                     struct arena *arena, struct error *err)
{
    struct decoder decoder = {.arena = arena, .err = err};
    return decode_slots(&decoder, object, ret_map);
}

static enum status decode_event(struct decoder *decoder, const json_t *object, struct event *event)
{
    if (!json_is_object(object))
        return wrong_type(decoder, "an object", object);
    enum status status = decode_fields(decoder, &event_envelope_type, object, event);
    if (status != STATUS_OK)
        return status;
    const struct record_type *body_type = event_body_type(event->type);
    event->body = arena_alloc(decoder->arena, body_type->size);
    if (!event->body)
        return no_room(decoder);
    status = event_check(event, decoder->err);
    if (status != STATUS_OK)
        return status;
    note_unknown_keys(decoder, body_type, &event_envelope_type, object);
    return decode_fields(decoder, body_type, object, event->body);
}

enum status json_record_decode_event(struct strview text, struct event *ret_event,
                                     struct arena *arena, struct json_unknown *unknown,
                                     struct error *err)
{
    json_t *json;
    enum status status = json_record_parse(text, &json, err);
    if (status != STATUS_OK)
        return status;
    struct decoder decoder = {.arena = arena, .unknown = unknown, .err = err};
    status = decode_event(&decoder, json, ret_event);
    json_decref(json);
    return status;
}
