/*
 * json_record_write.c: the writing half of json_record.h. Absent fields are left out; everything
 * else in the table's order.
 */
#include "base/civil_time.h"
#include "codec/json_record.h"

static void write_slot_value(const struct slot_value *value, struct json_write *writer)
{
    switch (value->kind) {
    case SLOT_VALUE_NULL:
        json_write_null(writer);
        break;
    case SLOT_VALUE_DONTCARE:
        json_write_text(writer, strview_of(SLOT_DONTCARE_TEXT));
        break;
    case SLOT_VALUE_TEXT:
        json_write_text(writer, value->texts[0]);
        break;
    case SLOT_VALUE_JSON:
        json_write_raw(writer, value->texts[0]);
        break;
    case SLOT_VALUE_LIST:
        json_write_begin_array(writer);
        for (size_t i = 0; i < value->count; i++)
            json_write_text(writer, value->texts[i]);
        json_write_end_array(writer);
        break;
    }
}

void json_record_encode_slots(const struct slot_map *map, struct json_write *writer)
{
    json_write_begin_object(writer);
    for (size_t i = 0; i < map->count; i++) {
        json_write_key(writer, map->slots[i].name);
        write_slot_value(&map->slots[i].value, writer);
    }
    json_write_end_object(writer);
}

static void write_numbers(const struct number_map *map, struct json_write *writer)
{
    json_write_begin_object(writer);
    for (size_t i = 0; i < map->count; i++) {
        json_write_key(writer, map->items[i].name);
        json_write_real(writer, map->items[i].value);
    }
    json_write_end_object(writer);
}

static void write_texts(const struct text_list *list, struct json_write *writer)
{
    json_write_begin_array(writer);
    for (size_t i = 0; i < list->count; i++)
        json_write_text(writer, list->items[i]);
    json_write_end_array(writer);
}

static void write_reals(const struct real_list *list, struct json_write *writer)
{
    json_write_begin_array(writer);
    for (size_t i = 0; i < list->count; i++)
        json_write_number(writer, list->items[i]);
    json_write_end_array(writer);
}

static void write_records(const struct record_type *type, const struct record_list *list,
                          struct json_write *writer)
{
    json_write_begin_array(writer);
    for (size_t i = 0; i < list->count; i++)
        json_record_encode(type, (const char *)list->items + i * type->size, writer);
    json_write_end_array(writer);
}

static void write_time(int64_t time_ns, struct json_write *writer)
{
    char text[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_utc(time_ns, text);
    json_write_text(writer, strview_of(text));
}

static void write_field(const struct field *field, const void *at, struct json_write *writer)
{
    switch (field->kind) {
    case FIELD_BOOL:
        json_write_bool(writer, *(const int8_t *)at != 0);
        break;
    case FIELD_I64:
        json_write_i64(writer, *(const int64_t *)at);
        break;
    case FIELD_REAL:
        json_write_real(writer, *(const double *)at);
        break;
    case FIELD_NUMBER:
        json_write_number(writer, *(const double *)at);
        break;
    case FIELD_USD:
        json_write_usd(writer, *(const int64_t *)at);
        break;
    case FIELD_TIME:
        write_time(*(const int64_t *)at, writer);
        break;
    case FIELD_TEXT:
        json_write_text(writer, *(const struct strview *)at);
        break;
    case FIELD_ENUM:
        json_write_text(writer, strview_of(field->names[*(const int *)at]));
        break;
    case FIELD_JSON:
        json_write_raw(writer, *(const struct strview *)at);
        break;
    case FIELD_TEXTS:
        write_texts(at, writer);
        break;
    case FIELD_REALS:
        write_reals(at, writer);
        break;
    case FIELD_SLOTS:
        json_record_encode_slots(at, writer);
        break;
    case FIELD_NUMBERS:
        write_numbers(at, writer);
        break;
    case FIELD_RECORD:
        json_record_encode(field->type, *(const void *const *)at, writer);
        break;
    case FIELD_RECORDS:
        write_records(field->type, at, writer);
        break;
    }
}

void json_record_encode_fields(const struct record_type *type, const void *record,
                               struct json_write *writer)
{
    for (const struct field *field = type->fields; field->name; field++) {
        const char *at = (const char *)record + field->offset;
        if (record_field_is_absent(field, at))
            continue;
        json_write_key(writer, strview_of(field->name));
        write_field(field, at, writer);
    }
}

void json_record_encode(const struct record_type *type, const void *record,
                        struct json_write *writer)
{
    json_write_begin_object(writer);
    json_record_encode_fields(type, record, writer);
    json_write_end_object(writer);
}

void json_record_encode_event(const struct event *event, struct json_write *writer)
{
    json_write_begin_object(writer);
    json_record_encode_fields(&event_envelope_type, event, writer);
    json_record_encode_fields(event_body_type(event->type), event->body, writer);
    json_write_end_object(writer);
}
