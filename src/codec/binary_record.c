/*
 * binary_record.c: writes a record as Avro binary, by its field table; binary_record_read.c reads
 * it back. A list is one block (its count, the items, 0), which keeps equal records equal in bytes.
 * The writer goes on after a failure and looks at the end: strbuf remembers it.
 */
#include "codec/binary_record.h"

#include "record/event.h"
#include "record/slot_value.h"

enum { VARINT_MAX_BYTES = 10 };

struct writer {
    struct strbuf *out;
    struct error *err;
    enum status status; /* of the first fault in the record itself */
};

static enum status write_fields(struct writer *writer, const struct record_type *type,
                                const void *record);

static void refuse(struct writer *writer, enum status status, const struct record_type *type,
                   const struct field *field, const char *what)
{
    if (writer->status == STATUS_OK)
        writer->status =
            error_set(writer->err, status, "cannot write %s.%s: %s", type->name, field->name, what);
}

/* Zigzag, then seven bits a byte, low ones first. */
static inline char *put_long(char *at, int64_t value)
{
    uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    while (rest > 0x7f) {
        *at++ = (char)(rest | 0x80);
        rest >>= 7;
    }
    *at++ = (char)rest;
    return at;
}

/* A double as little-endian bytes, which is how the machines that assay runs on keep it. */
static inline char *put_double(char *at, double value)
{
    _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "Avro's doubles are little-endian");
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static inline void finish(struct writer *writer, const char *start, const char *end)
{
    writer->out->size += (size_t)(end - start);
}

static void write_long(struct writer *writer, int64_t value)
{
    char *start = strbuf_reserve(writer->out, VARINT_MAX_BYTES);
    if (start)
        finish(writer, start, put_long(start, value));
}

static void write_double(struct writer *writer, double value)
{
    char *start = strbuf_reserve(writer->out, sizeof value);
    if (start)
        finish(writer, start, put_double(start, value));
}

static void write_text(struct writer *writer, struct strview text)
{
    char *start = strbuf_reserve(writer->out, text.size + VARINT_MAX_BYTES);
    if (!start)
        return;
    char *at = put_long(start, (int64_t)text.size);
    if (text.size)
        memcpy(at, text.data, text.size);
    finish(writer, start, at + text.size);
}

static void write_texts(struct writer *writer, const struct strview *items, size_t count)
{
    if (count)
        write_long(writer, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        write_text(writer, items[i]);
    write_long(writer, 0);
}

static void write_reals(struct writer *writer, const struct real_list *list)
{
    if (list->count)
        write_long(writer, (int64_t)list->count);
    for (size_t i = 0; i < list->count; i++)
        write_double(writer, list->items[i]);
    write_long(writer, 0);
}

static void write_numbers(struct writer *writer, const struct number_map *map)
{
    if (map->count)
        write_long(writer, (int64_t)map->count);
    for (size_t i = 0; i < map->count; i++) {
        write_text(writer, map->items[i].name);
        write_double(writer, map->items[i].value);
    }
    write_long(writer, 0);
}

static void write_slot_value(struct writer *writer, const struct slot_value *value)
{
    write_long(writer, value->kind);
    switch (value->kind) {
    case SLOT_VALUE_NULL:
        break;
    case SLOT_VALUE_TEXT:
    case SLOT_VALUE_JSON:
        write_text(writer, slot_value_first(value));
        break;
    case SLOT_VALUE_LIST:
        write_texts(writer, value->texts, value->count);
        break;
    case SLOT_VALUE_DONTCARE:
        write_long(writer, 0); /* the only symbol of SlotWord */
        break;
    }
}

static void write_slots(struct writer *writer, const struct slot_map *map)
{
    if (map->count)
        write_long(writer, (int64_t)map->count);
    for (size_t i = 0; i < map->count; i++) {
        write_text(writer, map->slots[i].name);
        write_slot_value(writer, &map->slots[i].value);
    }
    write_long(writer, 0);
}

static void write_records(struct writer *writer, const struct record_type *type,
                          const struct record_list *list)
{
    if (list->count)
        write_long(writer, (int64_t)list->count);
    for (size_t i = 0; i < list->count; i++)
        if (write_fields(writer, type, (const char *)list->items + i * type->size) != STATUS_OK)
            return;
    write_long(writer, 0);
}

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static size_t symbol_count(const struct field *field)
{
    size_t count = 1; /* names[0] is NULL: absent */
    while (field->names[count])
        count++;
    return count;
}

/* NULL, or why Avro cannot hold the value. */
static const char *fault_of(const struct field *field, const void *at)
{
    if (field->kind == FIELD_SLOTS && ((const struct slot_map *)at)->count > BINARY_RECORD_MAP_MAX)
        return "the map has too many names";
    if (field->kind == FIELD_NUMBERS &&
        ((const struct number_map *)at)->count > BINARY_RECORD_MAP_MAX)
        return "the map has too many names";
    if (field->kind == FIELD_ENUM &&
        (*(const int *)at < 0 || (size_t) * (const int *)at >= symbol_count(field)))
        return "the enum has no such symbol";
    return NULL;
}

static void write_value(struct writer *writer, const struct field *field, const void *at)
{
    switch (field->kind) {
    case FIELD_BOOL:
        strbuf_add_char(writer->out, *(const int8_t *)at ? 1 : 0);
        break;
    case FIELD_I64:
    case FIELD_USD:
        write_long(writer, *(const int64_t *)at);
        break;
    case FIELD_TIME:
        write_long(writer, floor_divide(*(const int64_t *)at, 1000));
        break;
    case FIELD_REAL:
    case FIELD_NUMBER:
        write_double(writer, *(const double *)at);
        break;
    case FIELD_TEXT:
    case FIELD_JSON:
        write_text(writer, *(const struct strview *)at);
        break;
    case FIELD_ENUM:
        write_long(writer, *(const int *)at);
        break;
    case FIELD_TEXTS: {
        const struct text_list *list = at;
        write_texts(writer, list->items, list->count);
        break;
    }
    case FIELD_REALS:
        write_reals(writer, at);
        break;
    case FIELD_SLOTS:
        write_slots(writer, at);
        break;
    case FIELD_NUMBERS:
        write_numbers(writer, at);
        break;
    case FIELD_RECORD:
        write_fields(writer, field->type, *(void *const *)at);
        break;
    case FIELD_RECORDS:
        write_records(writer, field->type, at);
        break;
    }
}

static enum status write_fields(struct writer *writer, const struct record_type *type,
                                const void *record)
{
    for (const struct field *field = type->fields; field->name; field++) {
        const void *at = (const char *)record + field->offset;
        bool absent = record_field_is_absent(field, at);
        const char *fault = fault_of(field, at);
        if (type == &event_envelope_type && field->kind == FIELD_ENUM)
            continue; /* the body's branch says it */
        if (fault)
            refuse(writer, field->kind == FIELD_ENUM ? STATUS_DATA : STATUS_LIMIT, type, field,
                   fault);
        else if (field->kind == FIELD_ENUM)
            absent = false; /* symbol 0 says it */
        else if (field->need == FIELD_OPTIONAL)
            strbuf_add_char(writer->out, absent ? 0 : 2);
        else if (absent)
            refuse(writer, STATUS_DATA, type, field, "it is required and absent");
        if (writer->status != STATUS_OK || writer->out->failed)
            return writer->status;
        if (!absent)
            write_value(writer, field, at);
    }
    return writer->status;
}

static void write_event_body(struct writer *writer, const struct event *event)
{
    const struct record_type *type = event_body_type(event->type);
    if (!type || !event->body) {
        writer->status = error_set(writer->err, STATUS_DATA, "cannot write an event without body");
        return;
    }
    write_long(writer, event->type - 1);
    write_fields(writer, type, event->body);
}

enum status binary_record_encode(const struct record_type *type, const void *record,
                                 struct strbuf *out, struct error *err)
{
    struct writer writer = {.out = out, .err = err};
    size_t before = out->size;
    bool was_failed = out->failed;
    if (write_fields(&writer, type, record) == STATUS_OK && type == &event_envelope_type)
        write_event_body(&writer, record);
    strbuf_add_text(out, ""); /* the NUL that strbuf promises */
    enum status status = writer.status;
    if (status == STATUS_OK && out->failed)
        status = out->limit_was_hit ? error_set(err, STATUS_LIMIT, "%s is larger than %zu bytes",
                                                type->name, out->limit)
                                    : error_no_memory(err);
    if (status == STATUS_OK)
        return STATUS_OK;
    out->size = before;
    out->failed = was_failed;
    if (out->data)
        out->data[before] = '\0';
    return status;
}
