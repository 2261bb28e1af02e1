/*
 * avro_mapping_read.c: follows the plan of avro_mapping.c over one record's bytes. Every value that
 * is visited costs one step of a budget that grows with the bytes, so that a schema full of values
 * without bytes cannot make a short record long.
 */
#include "base/civil_time.h"
#include "base/utf8.h"
#include "codec/avro_mapping_private.h"
#include "codec/binary_reader_private.h"
#include "codec/json_text.h"
#include "record/event.h"
#include "record/slot_value.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>

enum { DEPTH_MAX = 64, STEPS_AT_LEAST = 4096, STEPS_PER_BYTE = 16 };

struct mapping_reader {
    struct binary_reader base;
    size_t steps_left;
};

static bool run(struct mapping_reader *reader, const struct avro_step *step, void *record);
static bool run_fields(struct mapping_reader *reader, const struct avro_step *step, void *record);

static bool may_step(struct mapping_reader *reader)
{
    if (reader->steps_left-- > 0)
        return true;
    reader->steps_left = 0;
    return reader_refuse(&reader->base, "there are too many values without bytes");
}

static bool skip_bytes(struct mapping_reader *reader, uint64_t size)
{
    if (size > cursor_left(&reader->base.cursor))
        return reader_refuse(&reader->base, "the bytes end inside a value");
    reader->base.cursor.at += size;
    return true;
}

static bool read_index(struct mapping_reader *reader, size_t count, size_t *ret_index)
{
    int64_t index;
    if (!reader_good(&reader->base, cursor_long(&reader->base.cursor, &index)))
        return false;
    if (index < 0 || (uint64_t)index >= count)
        return reader_refuse(&reader->base, "a branch or symbol is unknown");
    *ret_index = (size_t)index;
    return true;
}

static bool skip(struct mapping_reader *reader, const struct avro_node *node, int depth);

static bool skip_list(struct mapping_reader *reader, const struct avro_node *node, int depth)
{
    struct binary_cursor *cursor = &reader->base.cursor;
    const struct avro_node *item = node->parts[0].node;
    for (;;) {
        int64_t count, size;
        if (!reader_good(&reader->base, cursor_long(cursor, &count)))
            return false;
        if (count == 0)
            return true;
        if (count < 0) { /* the block says its size */
            if (!reader_good(&reader->base, cursor_long(cursor, &size)) ||
                !skip_bytes(reader, (uint64_t)size))
                return false;
            continue;
        }
        for (; count > 0; count--) {
            struct strview name;
            if (node->kind == AVRO_KIND_MAP &&
                !reader_good(&reader->base, cursor_text(cursor, &name)))
                return false;
            if (node->kind == AVRO_KIND_ARRAY && item->least_bytes == 0)
                break; /* all of its items have none */
            if (!skip(reader, item, depth + 1))
                return false;
        }
    }
}

static bool skip_fields(struct mapping_reader *reader, const struct avro_node *node, int depth)
{
    for (size_t i = 0; i < node->part_count; i++)
        if (!skip(reader, node->parts[i].node, depth + 1))
            return false;
    return true;
}

static bool skip(struct mapping_reader *reader, const struct avro_node *node, int depth)
{
    struct binary_cursor *cursor = &reader->base.cursor;
    int64_t number;
    int8_t boolean;
    size_t index;
    struct strview text;
    if (!may_step(reader))
        return false;
    if (node->least_bytes == 0)
        return true; /* and never more */
    if (depth > DEPTH_MAX)
        return reader_refuse(&reader->base, "values are nested too deeply");
    switch (node->kind) {
    case AVRO_KIND_NULL:
        return true;
    case AVRO_KIND_BOOLEAN:
        return reader_good(&reader->base, cursor_bool(cursor, &boolean));
    case AVRO_KIND_INT:
    case AVRO_KIND_LONG:
    case AVRO_KIND_ENUM:
        return reader_good(&reader->base, cursor_long(cursor, &number));
    case AVRO_KIND_FLOAT:
    case AVRO_KIND_DOUBLE:
    case AVRO_KIND_FIXED:
        return skip_bytes(reader, node->least_bytes);
    case AVRO_KIND_BYTES:
    case AVRO_KIND_STRING:
        return reader_good(&reader->base, cursor_text(cursor, &text));
    case AVRO_KIND_ARRAY:
    case AVRO_KIND_MAP:
        return skip_list(reader, node, depth);
    case AVRO_KIND_RECORD:
        return skip_fields(reader, node, depth);
    case AVRO_KIND_UNION:
        return read_index(reader, node->part_count, &index) &&
               skip(reader, node->parts[index].node, depth + 1);
    }
    return false;
}

static bool copy_text(struct mapping_reader *reader, struct strview text, struct strview *ret_text)
{
    char *copy = reader_take(&reader->base, text.size + 1, 1);
    if (!copy)
        return false;
    if (text.size)
        memcpy(copy, text.data, text.size);
    *ret_text = (struct strview){copy, text.size};
    return true;
}

static bool read_text(struct mapping_reader *reader, struct strview *ret_text)
{
    struct strview text;
    if (!reader_good(&reader->base, cursor_text(&reader->base.cursor, &text)))
        return false;
    if (utf8_first_invalid(text) < text.size)
        return reader_refuse(&reader->base, "a text is not UTF-8");
    return copy_text(reader, text, ret_text);
}

/* JSON is kept as canonical text, as json_record keeps it. */
static bool read_json(struct mapping_reader *reader, struct strview *ret_text)
{
    struct strview text;
    if (!read_text(reader, &text))
        return false;
    json_t *json;
    enum status status = json_text_load(text, JSON_DECODE_ANY, &json, NULL);
    if (status == STATUS_DATA)
        return reader_refuse(&reader->base, "the text is not JSON");
    if (status != STATUS_OK) {
        reader->base.status = error_no_memory(reader->base.err);
        return false;
    }
    struct strbuf compact = {0};
    json_text_add(json, &compact);
    json_decref(json);
    bool copied = !compact.failed && copy_text(reader, strbuf_view(&compact), ret_text);
    if (compact.failed)
        reader->base.status = error_no_memory(reader->base.err);
    strbuf_done(&compact);
    return copied;
}

static bool read_whole(struct mapping_reader *reader, int64_t *ret_value)
{
    if (!reader_good(&reader->base, cursor_long(&reader->base.cursor, ret_value)))
        return false;
    return *ret_value != FIELD_ABSENT_I64 ||
           reader_refuse(&reader->base, "the number -2^63 stands for 'absent'");
}

static bool read_number(struct mapping_reader *reader, const struct avro_node *node,
                        double *ret_value)
{
    struct binary_cursor *cursor = &reader->base.cursor;
    int64_t whole;
    float real;
    if (node->kind == AVRO_KIND_DOUBLE)
        return reader_good(&reader->base, cursor_double(cursor, ret_value));
    if (node->kind == AVRO_KIND_FLOAT) {
        const char *at = cursor->at;
        if (!skip_bytes(reader, sizeof real))
            return false;
        memcpy(&real, at, sizeof real);
        *ret_value = (double)real;
        return true;
    }
    if (!reader_good(&reader->base, cursor_long(cursor, &whole)))
        return false;
    *ret_value = (double)whole;
    return true;
}

static bool read_usd(struct mapping_reader *reader, const struct avro_node *node,
                     int64_t *ret_usd_nano)
{
    double usd;
    if (node->kind == AVRO_KIND_INT || node->kind == AVRO_KIND_LONG)
        return read_whole(reader, ret_usd_nano);
    if (!read_number(reader, node, &usd))
        return false;
    if (!(fabs(usd) < 9e9))
        return reader_refuse(&reader->base, "the number is no amount in USD");
    *ret_usd_nano = (int64_t)llround(usd * 1e9);
    return true;
}

static bool read_time(struct mapping_reader *reader, const struct avro_node *node,
                      int64_t *ret_time_ns)
{
    int64_t time;
    if (node->kind != AVRO_KIND_LONG) {
        struct strview text;
        struct civil_parsed parsed;
        if (!reader_good(&reader->base, cursor_text(&reader->base.cursor, &text)))
            return false;
        if (civil_time_parse(text, &parsed, NULL) != STATUS_OK || !parsed.has_offset)
            return reader_refuse(&reader->base, "the text is no ISO 8601 time with an offset");
        time = parsed.utc_ns;
    } else {
        if (!reader_good(&reader->base, cursor_long(&reader->base.cursor, &time)))
            return false;
        int64_t unit_ns = strview_is(node->logical_type, "timestamp-millis")  ? 1000000
                          : strview_is(node->logical_type, "timestamp-nanos") ? 1
                                                                              : 1000;
        if (__builtin_mul_overflow(time, unit_ns, &time))
            return reader_refuse(&reader->base, "the time is outside of the years 1677 to 2262");
    }
    if (time < INT64_MIN + 1000)
        return reader_refuse(&reader->base, "the time is outside of the years 1677 to 2262");
    int64_t below_us = time % 1000;
    *ret_time_ns = time - below_us - (below_us < 0 ? 1000 : 0);
    return true;
}

static bool read_enum(struct mapping_reader *reader, const struct avro_step *step, int *ret_symbol)
{
    const struct field *field = step->field;
    struct strview symbol;
    if (step->symbols) {
        size_t index;
        if (!read_index(reader, step->node->symbols.count, &index))
            return false;
        *ret_symbol = step->symbols[index];
        symbol = step->node->symbols.items[index];
    } else {
        if (!reader_good(&reader->base, cursor_text(&reader->base.cursor, &symbol)))
            return false;
        *ret_symbol = -1;
        for (int i = 1; field->names[i]; i++)
            if (strview_is(symbol, field->names[i]))
                *ret_symbol = i;
    }
    if (*ret_symbol >= 0)
        return true;
    char what[120];
    snprintf(what, sizeof what, "the symbol '%.*s' is unknown",
             symbol.size < 60 ? (int)symbol.size : 60, symbol.data);
    return reader_refuse(&reader->base, what);
}

static bool read_texts(struct mapping_reader *reader, const struct strview **ret_items,
                       size_t *ret_count)
{
    struct growing list = {.items = reader_nothing};
    for (size_t more;;) {
        if (!reader_block(&reader->base, &list, 1, sizeof **ret_items, &more))
            return false;
        if (more == 0)
            break;
        for (struct strview *items = list.items; more; more--)
            if (!read_text(reader, &items[list.count++]))
                return false;
    }
    *ret_items = list.items;
    *ret_count = list.count;
    return true;
}

static bool read_reals(struct mapping_reader *reader, const struct avro_node *item,
                       struct real_list *ret_list)
{
    struct growing list = {.items = reader_nothing};
    for (size_t more;;) {
        if (!reader_block(&reader->base, &list, item->least_bytes, sizeof(double), &more))
            return false;
        if (more == 0)
            break;
        for (double *items = list.items; more; more--)
            if (!read_number(reader, item, &items[list.count++]))
                return false;
    }
    *ret_list = (struct real_list){list.items, list.count};
    return true;
}

static bool read_numbers(struct mapping_reader *reader, const struct avro_node *item,
                         struct number_map *ret_map)
{
    struct growing list = {.items = reader_nothing};
    for (size_t more;;) {
        if (!reader_block(&reader->base, &list, 1 + item->least_bytes, sizeof(struct named_number),
                          &more) ||
            !reader_map_has_room(&reader->base, list.count, more))
            return false;
        if (more == 0)
            break;
        for (struct named_number *items = list.items; more; more--) {
            struct named_number *named = &items[list.count];
            if (!read_text(reader, &named->name) || !read_number(reader, item, &named->value))
                return false;
            for (size_t i = 0; i < list.count; i++)
                if (strview_equal(items[i].name, named->name))
                    return reader_refuse(&reader->base, "a name stands twice in the map");
            list.count++;
        }
    }
    *ret_map = (struct number_map){list.items, list.count};
    return true;
}

static bool set_text(struct mapping_reader *reader, enum slot_value_kind kind, struct strview text,
                     struct slot_value *ret_value)
{
    if (kind == SLOT_VALUE_TEXT && strview_is(text, SLOT_DONTCARE_TEXT)) {
        *ret_value = (struct slot_value){.kind = SLOT_VALUE_DONTCARE};
        return true;
    }
    struct strview *texts = reader_take(&reader->base, 1, sizeof *texts);
    if (!texts)
        return false;
    *texts = text;
    *ret_value = (struct slot_value){kind, 1, texts};
    return true;
}

/* A number or boolean of a slot is kept as JSON text, as from JSON. */
static bool read_scalar_slot(struct mapping_reader *reader, const struct avro_node *node,
                             struct slot_value *ret_value)
{
    char text[40];
    int8_t boolean;
    int64_t whole;
    double real;
    if (node->kind == AVRO_KIND_BOOLEAN) {
        if (!reader_good(&reader->base, cursor_bool(&reader->base.cursor, &boolean)))
            return false;
        snprintf(text, sizeof text, "%s", boolean ? "true" : "false");
    } else if (node->kind == AVRO_KIND_INT || node->kind == AVRO_KIND_LONG) {
        if (!reader_good(&reader->base, cursor_long(&reader->base.cursor, &whole)))
            return false;
        snprintf(text, sizeof text, "%lld", (long long)whole);
    } else {
        if (!read_number(reader, node, &real))
            return false;
        if (!isfinite(real)) {
            *ret_value = (struct slot_value){.kind = SLOT_VALUE_NULL};
            return true;
        }
        snprintf(text, sizeof text, "%.17g", real);
        if (!strpbrk(text, ".e"))
            snprintf(text, sizeof text, "%.1f", real);
    }
    struct strview copy;
    return copy_text(reader, strview_of(text), &copy) &&
           set_text(reader, SLOT_VALUE_JSON, copy, ret_value);
}

static bool read_slot_value(struct mapping_reader *reader, const struct avro_node *node,
                            struct slot_value *ret_value)
{
    struct strview text;
    size_t index;
    *ret_value = (struct slot_value){.kind = SLOT_VALUE_NULL};
    switch (node->kind) {
    case AVRO_KIND_NULL:
        return true;
    case AVRO_KIND_UNION:
        return read_index(reader, node->part_count, &index) &&
               read_slot_value(reader, node->parts[index].node, ret_value);
    case AVRO_KIND_BYTES:
    case AVRO_KIND_STRING:
        return read_text(reader, &text) && set_text(reader, SLOT_VALUE_TEXT, text, ret_value);
    case AVRO_KIND_ENUM:
        if (!read_index(reader, node->symbols.count, &index))
            return false;
        return copy_text(reader, node->symbols.items[index], &text) &&
               set_text(reader, SLOT_VALUE_TEXT, text, ret_value);
    case AVRO_KIND_RECORD:
        return read_json(reader, &text) && set_text(reader, SLOT_VALUE_JSON, text, ret_value);
    case AVRO_KIND_ARRAY:
        ret_value->kind = SLOT_VALUE_LIST;
        return read_texts(reader, &ret_value->texts, &ret_value->count);
    case AVRO_KIND_BOOLEAN:
    case AVRO_KIND_INT:
    case AVRO_KIND_LONG:
    case AVRO_KIND_FLOAT:
    case AVRO_KIND_DOUBLE:
        return read_scalar_slot(reader, node, ret_value);
    case AVRO_KIND_FIXED:
    case AVRO_KIND_MAP:
        break;
    }
    return reader_refuse(&reader->base, "the type is none of a slot's");
}

static bool read_slots(struct mapping_reader *reader, const struct avro_node *item,
                       struct slot_map *ret_map)
{
    struct growing list = {.items = reader_nothing};
    for (size_t more;;) {
        if (!reader_block(&reader->base, &list, 1 + item->least_bytes, sizeof(struct slot),
                          &more) ||
            !reader_map_has_room(&reader->base, list.count, more))
            return false;
        if (more == 0)
            break;
        for (struct slot *slots = list.items; more; more--) {
            struct slot *slot = &slots[list.count];
            if (!read_text(reader, &slot->name) || !read_slot_value(reader, item, &slot->value))
                return false;
            for (size_t i = 0; i < list.count; i++)
                if (strview_equal(slots[i].name, slot->name))
                    return reader_refuse(&reader->base, "a slot stands twice in the map");
            list.count++;
        }
    }
    *ret_map = list.count ? (struct slot_map){list.items, list.count} : slot_map_empty();
    return true;
}

static bool read_value(struct mapping_reader *reader, const struct avro_step *step, void *at)
{
    const struct avro_node *node = step->node;
    switch (step->field->kind) {
    case FIELD_BOOL:
        return reader_good(&reader->base, cursor_bool(&reader->base.cursor, at));
    case FIELD_I64:
        return read_whole(reader, at);
    case FIELD_USD:
        return read_usd(reader, node, at);
    case FIELD_TIME:
        return read_time(reader, node, at);
    case FIELD_REAL:
    case FIELD_NUMBER:
        return read_number(reader, node, at);
    case FIELD_TEXT:
        return read_text(reader, at);
    case FIELD_JSON:
        return read_json(reader, at);
    case FIELD_ENUM:
        return read_enum(reader, step, at);
    case FIELD_TEXTS: {
        struct text_list *list = at;
        return read_texts(reader, &list->items, &list->count);
    }
    case FIELD_REALS:
        return read_reals(reader, node->parts[0].node, at);
    case FIELD_SLOTS:
        return read_slots(reader, node->parts[0].node, at);
    case FIELD_NUMBERS:
        return read_numbers(reader, node->parts[0].node, at);
    case FIELD_RECORD:
    case FIELD_RECORDS:
        break; /* these have actions of their own */
    }
    return reader_refuse(&reader->base, "the field's kind is unknown");
}

static bool run_records(struct mapping_reader *reader, const struct avro_step *step,
                        struct record_list *ret_list)
{
    struct growing list = {.items = reader_nothing};
    /* An item without bytes would be believed in any number; no schema of use has one. */
    size_t item_bytes = step->parts->node->least_bytes ? step->parts->node->least_bytes : 1;
    for (size_t more;;) {
        if (!reader_block(&reader->base, &list, item_bytes, step->type->size, &more))
            return false;
        if (more == 0)
            break;
        for (; more; more--)
            if (!run_fields(reader, step->parts,
                            (char *)list.items + list.count++ * step->type->size))
                return false;
    }
    *ret_list = (struct record_list){list.items, list.count};
    return true;
}

static bool run_new_record(struct mapping_reader *reader, const struct avro_step *step,
                           void **ret_record)
{
    *ret_record = reader_take(&reader->base, 1, step->type->size);
    return *ret_record && run_fields(reader, step, *ret_record);
}

static bool misfit(struct mapping_reader *reader, const struct avro_step *step)
{
    char what[160];
    const struct avro_node *node = step->node;
    snprintf(what, sizeof what, "the branch '%.*s' is none that this field can take",
             node->name.data ? (int)(node->name.size < 60 ? node->name.size : 60) : 20,
             node->name.data ? node->name.data : avro_kind_names[node->kind]);
    return reader_refuse(&reader->base, what);
}

static bool run(struct mapping_reader *reader, const struct avro_step *step, void *record)
{
    char *at = step->field ? (char *)record + step->field->offset : record;
    size_t index;
    switch (step->action) {
    case AVRO_SKIP:
        return skip(reader, step->node, 0);
    case AVRO_ABSENT:
        return true;
    case AVRO_MISFIT:
        return misfit(reader, step);
    case AVRO_READ:
        return read_value(reader, step, at);
    case AVRO_UNION:
        return read_index(reader, step->part_count, &index) &&
               run(reader, &step->parts[index], record);
    case AVRO_RECORD:
        return run_new_record(reader, step, (void **)(void *)at);
    case AVRO_RECORDS:
        return run_records(reader, step, (struct record_list *)(void *)at);
    case AVRO_BODY: {
        struct event *event = record;
        event->type = step->event_type;
        return run_new_record(reader, step->parts, &event->body);
    }
    }
    return false;
}

static bool run_fields(struct mapping_reader *reader, const struct avro_step *step, void *record)
{
    const struct record_type *outer_type = reader->base.type;
    const struct field *outer_field = reader->base.field;
    record_init(step->type, record);
    for (size_t i = 0; i < step->part_count; i++) {
        reader->base.type = step->type;
        reader->base.field = step->parts[i].field;
        if (!may_step(reader) || !run(reader, &step->parts[i], record))
            return false;
    }
    reader->base.type = outer_type;
    reader->base.field = outer_field;
    return true;
}

enum status avro_mapping_read(const struct avro_mapping *mapping, struct strview *bytes,
                              void *record, struct arena *arena, struct error *err)
{
    struct mapping_reader reader = {
        .base = {.cursor = {bytes->data, bytes->data + bytes->size},
                 .start = bytes->data,
                 .arena = arena,
                 .err = err,
                 .type = mapping->type},
        .steps_left = STEPS_AT_LEAST + STEPS_PER_BYTE * bytes->size,
    };
    if (run_fields(&reader, &mapping->root, record))
        *bytes = (struct strview){reader.base.cursor.at, cursor_left(&reader.base.cursor)};
    return reader.base.status;
}

enum status avro_mapping_decode(const struct avro_mapping *mapping, struct strview bytes,
                                void *record, struct arena *arena, struct error *err)
{
    struct strview rest = bytes;
    enum status status = avro_mapping_read(mapping, &rest, record, arena, err);
    if (status != STATUS_OK || rest.size == 0)
        return status;
    status = error_set(err, STATUS_DATA, "%zu bytes follow behind the %s", rest.size,
                       mapping->type->name);
    error_where(err, "byte %zu", bytes.size - rest.size);
    return status;
}
