/*
 * import_map.c: reads a foreign log line by line, makes events of each element by the mapping's
 * rules and hands them to the import_table. One thread; a line's JSON and its scratch arena live
 * until the next line.
 */
#include "ingest/import_map.h"

#include "base/file.h"
#include "base/time_zone.h"
#include "codec/json_record.h"
#include "ingest/import_mapping.h"

#include <stdio.h>

enum { SCRATCH_BLOCK_BYTES = 64 * 1024, SCRATCH_LIMIT_BYTES = 256 << 20 };

struct import {
    const struct import_map_options *options;
    struct import_mapping mapping;
    struct time_zone *zone; /* NULL: times must have one */
    struct import_table *table;
    struct import_counts *counts;
    struct arena *scratch;
    uint64_t line_number;
    const char *path; /* of the element in the line, for faults */
};

/* `fault->where` holds the pointer from the element, or nothing. */
static void tell(struct import *import, struct error *fault)
{
    char pointer[sizeof fault->where];
    bool of_line = strncmp(fault->where, "line:", 5) == 0;
    snprintf(pointer, sizeof pointer, "%s%s", of_line ? "" : import->path,
             of_line ? fault->where + 5 : fault->where);
    fault->where[0] = '\0';
    error_where(fault, "%s:%llu%s%s", import->options->input,
                (unsigned long long)import->line_number, pointer[0] ? ": " : "", pointer);
    import->counts->faults++;
    if (import->options->on_fault)
        import->options->on_fault(import->options->context, fault);
}

static bool condition_holds(const struct import_condition *condition,
                            const struct import_scope *scope)
{
    const char *fault;
    const json_t *value = import_pointer_find(&condition->pointer, scope, &fault);
    bool present = value && !json_is_null(value);
    if (condition->any_of.count == 0)
        return present == condition->present;
    char buffer[32];
    struct strview text = import_value_text(value, buffer);
    for (size_t i = 0; text.data && i < condition->any_of.count; i++)
        if (strview_equal(text, condition->any_of.items[i]))
            return true;
    return false;
}

static bool rule_holds(const struct import_rule *rule, const struct import_scope *scope)
{
    for (size_t i = 0; i < rule->condition_count; i++)
        if (!condition_holds(&rule->conditions[i], scope))
            return false;
    return true;
}

static bool set_field(json_t *object, const struct import_field *field, json_t *value)
{
    json_t *target = object;
    if (field->group) {
        target = json_object_get(object, field->group);
        if (!target) {
            target = json_object();
            if (json_object_set_new(object, field->group, target) != 0) {
                json_decref(value);
                return false;
            }
        }
    }
    return json_object_set_new(target, field->key, value) == 0;
}

/* The body of an event as JSON, as the decoder wants it. */
static enum status fill(const struct import_rule *rule, const struct import_scope *scope,
                        json_t *object, struct error *err)
{
    for (size_t i = 0; i < rule->field_count; i++) {
        const struct import_field *field = &rule->fields[i];
        json_t *value;
        enum status status = import_value_get(&field->value, scope, &field->target, &value, err);
        if (status != STATUS_OK)
            return status;
        if (value && !set_field(object, field, value))
            return error_no_memory(err);
    }
    const struct record_type *type = event_body_type(rule->type);
    for (size_t i = 0; i < rule->field_count; i++) {
        const struct import_field *field = &rule->fields[i];
        const struct field *known = record_field(type, strview_of(field->key));
        if (field->group || !known || known->need != FIELD_REQUIRED ||
            json_object_get(object, field->key))
            continue;
        enum status status = error_set(err, STATUS_DATA, "a %s needs '%s', but nothing is here",
                                       type->name, field->key);
        if (field->value.pointer.text.data)
            error_where(err, "%s", field->value.pointer.text.data);
        error_fix(err, "Give the field a 'default', or leave such lines out with 'when'.");
        return status;
    }
    return STATUS_OK;
}

static enum status find_id(const struct import *import, const struct import_scope *scope,
                           char buffer[32], struct strview *ret_id, struct error *err)
{
    const char *fault;
    const struct import_pointer *pointer = &import->mapping.conversation;
    *ret_id = import_value_text(import_pointer_find(pointer, scope, &fault), buffer);
    if (ret_id->size)
        return STATUS_OK;
    enum status status =
        error_set(err, STATUS_DATA, "%s", fault ? fault : "the conversation's id is missing");
    error_where(err, "%s", pointer->text.data);
    return status;
}

static enum status find_time(const struct import *import, const struct import_rule *rule,
                             const struct import_scope *scope, struct strview id, int64_t *ret_ns,
                             struct error *err)
{
    bool found;
    enum status status = import_value_time(&rule->time, scope, ret_ns, &found, err);
    if (status == STATUS_OK && !found) {
        status = error_set(err, STATUS_DATA, "the time is missing");
        if (rule->time.pointer.text.data)
            error_where(err, "%s", rule->time.pointer.text.data);
    }
    if (status == STATUS_OK && rule->time.step_ns)
        *ret_ns += rule->time.step_ns * (int64_t)import_table_event_count(import->table, id);
    return status;
}

static enum status make_event(struct import *import, const struct import_rule *rule,
                              const struct import_scope *scope, json_t *object, struct error *err)
{
    char buffer[32];
    struct strview id;
    struct import_event event = {.type = rule->type, .slots_change = rule->slots_change};
    enum status status = find_id(import, scope, buffer, &id, err);
    if (status == STATUS_OK)
        status = find_time(import, rule, scope, id, &event.time_ns, err);
    if (status == STATUS_OK)
        status = fill(rule, scope, object, err);
    if (status != STATUS_OK)
        return status;
    const struct record_type *type = event_body_type(rule->type);
    event.body = arena_alloc(import->scratch, type->size);
    if (!event.body)
        return error_no_memory(err);
    status = json_record_decode_value(type, object, event.body, import->scratch, NULL, err);
    if (status != STATUS_OK) { /* its pointer is the event's, not the log's */
        struct error in_event = *err;
        status = error_set(err, status, "%s%s: %s", type->name, in_event.where, in_event.what);
        return status;
    }
    return import_table_add(import->table, id, &event, err);
}

static bool stops(enum status status)
{
    return status != STATUS_OK && status != STATUS_DATA && status != STATUS_LIMIT;
}

static enum status take_element(struct import *import, const struct import_scope *scope,
                                struct error *err)
{
    bool any = false;
    for (size_t i = 0; i < import->mapping.rule_count; i++) {
        const struct import_rule *rule = &import->mapping.rules[i];
        if (!rule_holds(rule, scope))
            continue;
        any = true;
        json_t *object = json_object();
        if (!object)
            return error_no_memory(err);
        enum status status = make_event(import, rule, scope, object, err);
        json_decref(object);
        if (stops(status))
            return status;
        if (status != STATUS_OK)
            tell(import, err);
    }
    import->counts->skipped += !any;
    return STATUS_OK;
}

static enum status take_json(struct import *import, json_t *json, json_t *owned, struct error *err)
{
    struct import_scope scope = {
        .line = json, .element = json, .owned = owned, .zone = import->zone};
    struct import_element whole = {.value = json, .path = ""}, *elements = &whole;
    size_t count = 1;
    const struct import_pointer *each = &import->mapping.each;
    if (each->text.data && !import_pointer_each(each, &scope, import->scratch, &elements, &count))
        return error_no_memory(err);
    import->counts->skipped += count == 0;
    for (size_t i = 0; i < count; i++) {
        scope.element = elements[i].value;
        import->path = elements[i].path;
        enum status status = take_element(import, &scope, err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status take_line(struct import *import, const struct line *line, struct error *err)
{
    json_t *json = NULL, *owned = json_array();
    import->line_number = line->number;
    import->path = "";
    import->counts->lines++;
    arena_reset(import->scratch);
    enum status status = owned ? STATUS_OK : error_no_memory(err);
    if (status == STATUS_OK && line->too_long)
        status = error_set(err, STATUS_DATA, "the line is longer than %d MiB",
                           IMPORT_LINE_LIMIT_BYTES >> 20);
    if (status == STATUS_OK)
        status = json_record_parse(line->bytes, &json, err);
    if (status == STATUS_OK)
        status = take_json(import, json, owned, err);
    json_decref(json);
    json_decref(owned);
    if (status == STATUS_OK || stops(status))
        return status;
    tell(import, err);
    return STATUS_OK;
}

static enum status take_lines(struct import *import, struct error *err)
{
    struct line_reader *reader;
    enum status status =
        line_reader_open(import->options->input, IMPORT_LINE_LIMIT_BYTES, &reader, err);
    if (status != STATUS_OK)
        return status;
    struct line line;
    while (line_reader_next(reader, &line, &status, err)) {
        if (strview_trim(line.bytes).size == 0)
            continue;
        status = take_line(import, &line, err);
        if (status != STATUS_OK)
            break;
    }
    line_reader_close(reader);
    return status;
}

static enum status prepare(struct import *import, struct error *err)
{
    const struct import_map_options *options = import->options;
    struct fault_list *faults = options->mapping_faults;
    enum status status =
        import_mapping_load(options->mapping, faults->arena, faults, &import->mapping, err);
    if (status != STATUS_OK)
        return status;
    if (faults->count) {
        status = error_set(err, STATUS_CONFIG, "the mapping has %zu fault%s", faults->count,
                           faults->count == 1 ? "" : "s");
        error_where(err, "%s", options->mapping);
        return status;
    }
    const struct import_mapping *mapping = &import->mapping;
    if (mapping->time_zone.data) {
        status = time_zone_load(mapping->time_zone, &import->zone, err);
        if (status != STATUS_OK) {
            error_where(err, "%s", options->mapping);
            return status;
        }
    }
    struct import_table_options table = {.output = options->output,
                                         .max_open = mapping->grouped ? 1 : mapping->max_open,
                                         .by_time = true,
                                         .outcome = mapping->outcome,
                                         .time_zone = mapping->time_zone};
    return import_table_create(&table, import->counts, &import->table, err);
}

enum status import_map_run(const struct import_map_options *options,
                           struct import_counts *ret_counts, struct error *err)
{
    struct import_counts counts = {0};
    CLEANUP(arena_cleanup)
    struct arena *scratch = arena_create(SCRATCH_BLOCK_BYTES, SCRATCH_LIMIT_BYTES);
    if (!scratch)
        return error_no_memory(err);
    struct import import = {.options = options, .counts = &counts, .scratch = scratch, .path = ""};
    enum status status = prepare(&import, err);
    if (status == STATUS_OK)
        status = take_lines(&import, err);
    if (status == STATUS_OK)
        status = import_table_finish(import.table, err);
    import_table_destroy(import.table);
    time_zone_destroy(import.zone);
    if (status == STATUS_OK)
        *ret_counts = counts;
    return status;
}
