/*
 * import_pointer.c: parsing pointers once, and following them through jansson values. Stands
 * between the lines of a foreign log and import_mapping's fields. Results are borrowed from the
 * line's JSON.
 */
#include "ingest/import_pointer.h"

#include "codec/json_record.h"

#include <stdlib.h>

enum { STEP_LIMIT = 64 };

/* ~1 is '/', ~0 is '~'. */
static char *unescape(struct strview text, struct arena *arena)
{
    char *copy = arena_alloc(arena, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; copy && i < text.size; i++) {
        char byte = text.data[i];
        if (byte == '~' && i + 1 < text.size &&
            (text.data[i + 1] == '0' || text.data[i + 1] == '1')) {
            if (text.data[++i] == '1')
                byte = '/';
        }
        copy[size++] = byte;
    }
    return copy;
}

static bool read_index(struct strview text, int64_t *ret_index)
{
    size_t start = text.size > 1 && text.data[0] == '-' ? 1 : 0;
    if (text.size == start || text.size > 9)
        return false;
    for (size_t i = start; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    *ret_index = strtoll(text.data, NULL, 10);
    return true;
}

/* [key=value] */
static bool read_find(struct strview text, struct arena *arena, struct import_step *step,
                      const char **ret_fault)
{
    const char *equals = memchr(text.data, '=', text.size);
    if (!equals || equals == text.data + 1 || text.data[text.size - 1] != ']') {
        *ret_fault = "'[' begins a step like [key=value]";
        return false;
    }
    size_t name_size = (size_t)(equals - text.data) - 1;
    struct strview value = {equals + 1, text.size - name_size - 3};
    step->kind = IMPORT_STEP_FIND;
    step->key = unescape((struct strview){text.data + 1, name_size}, arena);
    step->value = strview_of(unescape(value, arena));
    return step->key && step->value.data;
}

static bool read_step(struct strview text, struct arena *arena, struct import_step *step,
                      const char **ret_fault)
{
    *step = (struct import_step){.kind = IMPORT_STEP_KEY};
    if (text.size && text.data[0] == '[')
        return read_find(text, arena, step, ret_fault);
    if (strview_is(text, "*"))
        step->kind = IMPORT_STEP_EACH;
    else if (strview_is(text, "{json}"))
        step->kind = IMPORT_STEP_JSON;
    step->is_index = read_index(text, &step->index);
    step->key = unescape(text, arena);
    return step->key != NULL;
}

bool import_pointer_parse(struct strview text, struct arena *arena,
                          struct import_pointer *ret_pointer, const char **ret_fault)
{
    *ret_fault = NULL;
    struct import_pointer pointer = {.text = arena_copy_view(arena, text),
                                     .steps = arena_array(arena, STEP_LIMIT, sizeof *pointer.steps),
                                     .of_line = strview_starts_with(text, "line:")};
    if (!pointer.text.data || !pointer.steps)
        return false;
    struct strview rest = pointer.text;
    if (pointer.of_line)
        rest = (struct strview){rest.data + 5, rest.size - 5};
    while (rest.size) {
        if (rest.data[0] != '/') {
            *ret_fault = "a pointer begins with '/' (or 'line:/')";
            return false;
        }
        const char *end = memchr(rest.data + 1, '/', rest.size - 1);
        /* A slash inside [key=a/b] is written ~1, as in every step. */
        size_t size = end ? (size_t)(end - rest.data) - 1 : rest.size - 1;
        if (pointer.count == STEP_LIMIT) {
            *ret_fault = "the pointer has too many steps";
            return false;
        }
        struct import_step *step = &pointer.steps[pointer.count++];
        if (!read_step((struct strview){rest.data + 1, size}, arena, step, ret_fault))
            return false;
        pointer.each_count += step->kind == IMPORT_STEP_EACH;
        rest = (struct strview){rest.data + 1 + size, rest.size - 1 - size};
    }
    *ret_pointer = pointer;
    return true;
}

static bool is_text(const json_t *value, struct strview text)
{
    return json_is_string(value) &&
           strview_equal((struct strview){json_string_value(value), json_string_length(value)},
                         text);
}

static json_t *find_member(const struct import_step *step, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        if (is_text(json_object_get(item, step->key), step->value))
            return item;
    }
    return NULL;
}

static json_t *read_embedded(const json_t *text, json_t *owned, const char **ret_fault)
{
    json_t *value = NULL;
    if (!json_is_string(text) || json_string_length(text) == 0)
        return NULL;
    struct strview bytes = {json_string_value(text), json_string_length(text)};
    if (json_record_parse(bytes, &value, NULL) != STATUS_OK) {
        *ret_fault = "the text here is not JSON";
        return NULL;
    }
    return json_array_append_new(owned, value) == 0 ? value : NULL;
}

static json_t *take_step(const struct import_step *step, json_t *value, json_t *owned,
                         const char **ret_fault)
{
    switch (step->kind) {
    case IMPORT_STEP_FIND:
        return find_member(step, value);
    case IMPORT_STEP_JSON:
        return read_embedded(value, owned, ret_fault);
    case IMPORT_STEP_EACH:
        return NULL;
    case IMPORT_STEP_KEY:
        break;
    }
    if (!json_is_array(value))
        return json_object_get(value, step->key);
    int64_t size = (int64_t)json_array_size(value);
    int64_t index = step->index < 0 ? size + step->index : step->index;
    return step->is_index && index >= 0 && index < size ? json_array_get(value, (size_t)index)
                                                        : NULL;
}

json_t *import_pointer_find(const struct import_pointer *pointer, const struct import_scope *scope,
                            const char **ret_fault)
{
    *ret_fault = NULL;
    json_t *value = pointer->of_line ? scope->line : scope->element;
    for (size_t i = 0; value && i < pointer->count; i++)
        value = take_step(&pointer->steps[i], value, scope->owned, ret_fault);
    return value;
}

struct walk {
    const struct import_pointer *pointer;
    const struct import_scope *scope;
    struct arena *arena;
    struct import_element *elements;
    size_t count, capacity;
};

static bool walk_from(struct walk *walk, size_t at, json_t *value, const char *path)
{
    const struct import_pointer *pointer = walk->pointer;
    const char *fault = NULL;
    while (value && at < pointer->count && pointer->steps[at].kind != IMPORT_STEP_EACH) {
        value = take_step(&pointer->steps[at], value, walk->scope->owned, &fault);
        path = arena_format(walk->arena, "%s/%s", path, pointer->steps[at].key);
        if (!path)
            return false;
        at++;
    }
    if (!value)
        return true;
    if (at < pointer->count) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            const char *item_path = arena_format(walk->arena, "%s/%zu", path, i);
            if (!item_path || !walk_from(walk, at + 1, json_array_get(value, i), item_path))
                return false;
        }
        return true;
    }
    if (!arena_grow(walk->arena, &walk->elements, walk->count, &walk->capacity,
                    sizeof *walk->elements))
        return false;
    walk->elements[walk->count++] = (struct import_element){.value = value, .path = path};
    return true;
}

bool import_pointer_each(const struct import_pointer *pointer, const struct import_scope *scope,
                         struct arena *arena, struct import_element **ret_elements,
                         size_t *ret_count)
{
    struct walk walk = {.pointer = pointer, .scope = scope, .arena = arena};
    if (!walk_from(&walk, 0, scope->line, ""))
        return false;
    *ret_elements = walk.elements;
    *ret_count = walk.count;
    return true;
}
