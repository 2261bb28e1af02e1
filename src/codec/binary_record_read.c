/*
 * binary_record_read.c: reads a record out of Avro binary, by its field table. The bytes are copied
 * once into the arena and every text is a view of that copy, so that a record costs one copy and
 * only its lists and nested records are allocated. Tables have no cycles, so nesting is bounded.
 */
#include "codec/binary_reader_private.h"
#include "codec/binary_record.h"
#include "record/event.h"
#include "record/slot_value.h"

static bool read_fields(struct binary_reader *reader, const struct record_type *type, void *record);

static bool read_long(struct binary_reader *reader, int64_t *ret_value)
{
    if (!reader_good(reader, cursor_long(&reader->cursor, ret_value)))
        return false;
    return *ret_value != FIELD_ABSENT_I64 ||
           reader_refuse(reader, "the number -2^63 stands for 'absent'");
}

static bool read_time(struct binary_reader *reader, int64_t *ret_time_ns)
{
    int64_t time_us, time_ns;
    if (!reader_good(reader, cursor_long(&reader->cursor, &time_us)))
        return false;
    if (__builtin_mul_overflow(time_us, 1000, &time_ns))
        return reader_refuse(reader, "the time is outside of the years 1677 to 2262");
    *ret_time_ns = time_ns;
    return true;
}

static bool read_index(struct binary_reader *reader, int64_t count, int64_t *ret_index)
{
    if (!reader_good(reader, cursor_long(&reader->cursor, ret_index)))
        return false;
    return (*ret_index >= 0 && *ret_index < count) ||
           reader_refuse(reader, "a branch or symbol is unknown");
}

static bool read_texts(struct binary_reader *reader, const struct strview **ret_items,
                       size_t *ret_count)
{
    struct growing list = {.items = reader_nothing};
    for (size_t more;;) {
        if (!reader_block(reader, &list, 1, sizeof **ret_items, &more))
            return false;
        if (more == 0)
            break;
        for (struct strview *items = list.items; more; more--)
            if (!reader_good(reader, cursor_text(&reader->cursor, &items[list.count++])))
                return false;
    }
    *ret_items = list.items;
    *ret_count = list.count;
    return true;
}

static bool read_reals(struct binary_reader *reader, struct real_list *ret_list)
{
    struct growing list = {.items = reader_nothing};
    for (size_t more;;) {
        if (!reader_block(reader, &list, sizeof(double), sizeof(double), &more))
            return false;
        if (more == 0)
            break;
        for (double *items = list.items; more; more--)
            if (!reader_good(reader, cursor_double(&reader->cursor, &items[list.count++])))
                return false;
    }
    *ret_list = (struct real_list){list.items, list.count};
    return true;
}

static bool read_numbers(struct binary_reader *reader, struct number_map *ret_map)
{
    struct growing list = {.items = reader_nothing};
    for (size_t more;;) {
        if (!reader_block(reader, &list, 1 + sizeof(double), sizeof(struct named_number), &more) ||
            !reader_map_has_room(reader, list.count, more))
            return false;
        if (more == 0)
            break;
        for (struct named_number *items = list.items; more; more--) {
            struct named_number *item = &items[list.count];
            if (!reader_good(reader, cursor_text(&reader->cursor, &item->name)) ||
                !reader_good(reader, cursor_double(&reader->cursor, &item->value)))
                return false;
            for (size_t i = 0; i < list.count; i++)
                if (strview_equal(items[i].name, item->name))
                    return reader_refuse(reader, "a name stands twice in the map");
            list.count++;
        }
    }
    *ret_map = (struct number_map){list.items, list.count};
    return true;
}

static bool read_slot_value(struct binary_reader *reader, struct slot_value *ret_value)
{
    int64_t kind, word;
    if (!read_index(reader, SLOT_VALUE_JSON + 1, &kind))
        return false;
    *ret_value = (struct slot_value){.kind = (enum slot_value_kind)kind};
    switch (ret_value->kind) {
    case SLOT_VALUE_NULL:
        return true;
    case SLOT_VALUE_DONTCARE:
        return read_index(reader, 1, &word);
    case SLOT_VALUE_LIST:
        return read_texts(reader, &ret_value->texts, &ret_value->count);
    case SLOT_VALUE_TEXT:
    case SLOT_VALUE_JSON:
        break;
    }
    struct strview *text = reader_take(reader, 1, sizeof *text);
    if (!text || !reader_good(reader, cursor_text(&reader->cursor, text)))
        return false;
    ret_value->texts = text;
    ret_value->count = 1;
    return true;
}

static bool read_slots(struct binary_reader *reader, struct slot_map *ret_map)
{
    struct growing list = {.items = reader_nothing};
    for (size_t more;;) {
        if (!reader_block(reader, &list, 2, sizeof(struct slot), &more) ||
            !reader_map_has_room(reader, list.count, more))
            return false;
        if (more == 0)
            break;
        for (struct slot *slots = list.items; more; more--) {
            struct slot *slot = &slots[list.count];
            if (!reader_good(reader, cursor_text(&reader->cursor, &slot->name)) ||
                !read_slot_value(reader, &slot->value))
                return false;
            for (size_t i = 0; i < list.count; i++)
                if (strview_equal(slots[i].name, slot->name))
                    return reader_refuse(reader, "a slot stands twice in the map");
            list.count++;
        }
    }
    *ret_map = list.count ? (struct slot_map){list.items, list.count} : slot_map_empty();
    return true;
}

/* The fewest bytes that a record of the type takes. */
static size_t least_bytes(const struct record_type *type)
{
    size_t bytes = 0;
    for (const struct field *field = type->fields; field->name; field++) {
        bool is_double = field->kind == FIELD_REAL || field->kind == FIELD_NUMBER;
        if (field->need == FIELD_REQUIRED && is_double)
            bytes += sizeof(double);
        else if (field->need == FIELD_REQUIRED && field->kind == FIELD_RECORD)
            bytes += least_bytes(field->type);
        else
            bytes++;
    }
    return bytes;
}

static bool read_records(struct binary_reader *reader, const struct record_type *type,
                         struct record_list *ret_list)
{
    const struct record_type *outer_type = reader->type;
    const struct field *outer_field = reader->field;
    struct growing list = {.items = reader_nothing};
    size_t item_bytes = least_bytes(type);
    for (size_t more;;) {
        if (!reader_block(reader, &list, item_bytes, type->size, &more))
            return false;
        if (more == 0)
            break;
        for (; more; more--)
            if (!read_fields(reader, type, (char *)list.items + list.count++ * type->size))
                return false;
        reader->type = outer_type;
        reader->field = outer_field;
    }
    *ret_list = (struct record_list){list.items, list.count};
    return true;
}

static bool read_record(struct binary_reader *reader, const struct record_type *type,
                        void **ret_record)
{
    *ret_record = reader_take(reader, 1, type->size);
    return *ret_record && read_fields(reader, type, *ret_record);
}

static bool read_enum(struct binary_reader *reader, const struct field *field, int *ret_symbol)
{
    int64_t index, count = 1;
    while (field->names[count])
        count++;
    if (!read_index(reader, count, &index))
        return false;
    *ret_symbol = (int)index;
    return true;
}

static bool read_value(struct binary_reader *reader, const struct field *field, void *at)
{
    switch (field->kind) {
    case FIELD_BOOL:
        return reader_good(reader, cursor_bool(&reader->cursor, at));
    case FIELD_I64:
    case FIELD_USD:
        return read_long(reader, at);
    case FIELD_TIME:
        return read_time(reader, at);
    case FIELD_REAL:
    case FIELD_NUMBER:
        return reader_good(reader, cursor_double(&reader->cursor, at));
    case FIELD_TEXT:
    case FIELD_JSON:
        return reader_good(reader, cursor_text(&reader->cursor, at));
    case FIELD_ENUM:
        return read_enum(reader, field, at);
    case FIELD_TEXTS: {
        struct text_list *list = at;
        return read_texts(reader, &list->items, &list->count);
    }
    case FIELD_REALS:
        return read_reals(reader, at);
    case FIELD_SLOTS:
        return read_slots(reader, at);
    case FIELD_NUMBERS:
        return read_numbers(reader, at);
    case FIELD_RECORD:
        return read_record(reader, field->type, at);
    case FIELD_RECORDS:
        return read_records(reader, field->type, at);
    }
    return reader_refuse(reader, "the field's kind is unknown");
}

static bool read_fields(struct binary_reader *reader, const struct record_type *type, void *record)
{
    record_init(type, record);
    for (const struct field *field = type->fields; field->name; field++) {
        if (type == &event_envelope_type && field->kind == FIELD_ENUM)
            continue; /* the body's branch says it */
        reader->type = type;
        reader->field = field;
        if (field->need == FIELD_OPTIONAL && field->kind != FIELD_ENUM) {
            int64_t branch;
            if (!read_index(reader, 2, &branch))
                return false;
            if (branch == 0)
                continue;
        }
        if (!read_value(reader, field, (char *)record + field->offset))
            return false;
    }
    return true;
}

static bool read_event_body(struct binary_reader *reader, struct event *event)
{
    int64_t branch;
    reader->field = record_field(&event_envelope_type, strview_of("type"));
    if (!read_index(reader, EVENT_FEEDBACK, &branch))
        return false;
    event->type = (int)branch + 1;
    return read_record(reader, event_body_type(event->type), &event->body);
}

enum status binary_record_decode(const struct record_type *type, struct strview bytes, void *record,
                                 struct arena *arena, struct error *err)
{
    struct binary_reader reader = {.arena = arena, .err = err, .type = type};
    char *copy = reader_take(&reader, bytes.size ? bytes.size : 1, 1);
    if (!copy)
        return reader.status;
    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    reader.start = copy;
    reader.cursor = (struct binary_cursor){copy, copy + bytes.size};
    if (read_fields(&reader, type, record) &&
        (type != &event_envelope_type || read_event_body(&reader, record)) &&
        reader.cursor.at != reader.cursor.end)
        reader_refuse(&reader, "bytes follow behind the record");
    return reader.status;
}
