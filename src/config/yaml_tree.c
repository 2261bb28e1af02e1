/*
 * yaml_tree.c: libyaml's events made into a tree. The only user of libyaml. Errors are collected as
 * faults with their place.
 */
#include "config/yaml_tree.h"

#include "base/file.h"

#include <yaml.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_LIMIT_BYTES = 4 << 20, DEPTH_LIMIT = 64 };

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct fault_list *faults;
    bool no_memory;
    bool failed; /* a fault was added; the tree is of no use */
};

static struct yaml_node *make_node(struct reader *reader, enum yaml_kind kind, yaml_mark_t mark)
{
    struct yaml_node *node = arena_alloc(reader->arena, sizeof *node);
    if (!node) {
        reader->no_memory = true;
        return NULL;
    }
    node->kind = kind;
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    return node;
}

static void refuse(struct reader *reader, yaml_mark_t mark, const char *fix, const char *what)
{
    struct yaml_node at = {.line = mark.line + 1, .column = mark.column + 1};
    fault_add(reader->faults, &at, fix, "%s", what);
    reader->failed = true;
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event))
        return true;
    const yaml_parser_t *parser = &reader->parser;
    if (parser->error == YAML_MEMORY_ERROR) {
        reader->no_memory = true;
        return false;
    }
    yaml_mark_t mark = parser->problem_mark;
    char what[200];
    snprintf(what, sizeof what, "this is not YAML: %s%s%s",
             parser->problem ? parser->problem : "unreadable", parser->context ? ", " : "",
             parser->context ? parser->context : "");
    refuse(reader, mark, "Check indentation, quotes and colons around this place.", what);
    return false;
}

static struct yaml_node *read_node(struct reader *reader, yaml_event_t *event, int depth);

static bool add_pair(struct reader *reader, struct yaml_node *node, size_t *capacity,
                     struct yaml_pair pair)
{
    if (!arena_grow(reader->arena, &node->pairs, node->count, capacity, sizeof *node->pairs)) {
        reader->no_memory = true;
        return false;
    }
    node->pairs[node->count++] = pair;
    return true;
}

static struct yaml_node *read_map(struct reader *reader, yaml_mark_t mark, int depth)
{
    struct yaml_node *map = make_node(reader, YAML_MAP, mark);
    size_t capacity = 0;
    while (map) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return NULL;
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return map;
        }
        yaml_mark_t key_mark = event.start_mark;
        struct yaml_node *key = read_node(reader, &event, depth + 1);
        if (!key)
            return NULL;
        if (key->kind != YAML_SCALAR) {
            refuse(reader, key_mark, NULL, "a key must be a plain text");
            return NULL;
        }
        if (yaml_find(map, key->text.data))
            fault_add(reader->faults, key, "Remove one of the two.", "key '%s' is there twice",
                      key->text.data);
        if (!next_event(reader, &event))
            return NULL;
        struct yaml_node *value = read_node(reader, &event, depth + 1);
        if (!value || !add_pair(reader, map, &capacity, (struct yaml_pair){key, value}))
            return NULL;
    }
    return NULL;
}

static struct yaml_node *read_list(struct reader *reader, yaml_mark_t mark, int depth)
{
    struct yaml_node *list = make_node(reader, YAML_LIST, mark);
    size_t capacity = 0;
    while (list) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return NULL;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return list;
        }
        struct yaml_node *value = read_node(reader, &event, depth + 1);
        if (!value || !add_pair(reader, list, &capacity, (struct yaml_pair){NULL, value}))
            return NULL;
    }
    return NULL;
}

static struct yaml_node *read_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct yaml_node *node = make_node(reader, YAML_SCALAR, event->start_mark);
    if (!node)
        return NULL;
    const char *text = (const char *)event->data.scalar.value;
    node->text = arena_copy_view(reader->arena, (struct strview){text, event->data.scalar.length});
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (!node->text.data) {
        reader->no_memory = true;
        return NULL;
    }
    return node;
}

/* Takes the event over. */
static struct yaml_node *read_node(struct reader *reader, yaml_event_t *event, int depth)
{
    struct yaml_node *node = NULL;
    yaml_mark_t mark = event->start_mark;
    yaml_event_type_t type = event->type;
    if (type == YAML_SCALAR_EVENT)
        node = read_scalar(reader, event);
    yaml_event_delete(event);
    if (type == YAML_SCALAR_EVENT)
        return node;
    if (depth > DEPTH_LIMIT)
        refuse(reader, mark, NULL, "nested deeper than 64 levels");
    else if (type == YAML_ALIAS_EVENT)
        refuse(reader, mark, "Write the value out.", "aliases (*name) are not supported");
    else if (type == YAML_MAPPING_START_EVENT)
        return read_map(reader, mark, depth);
    else if (type == YAML_SEQUENCE_START_EVENT)
        return read_list(reader, mark, depth);
    else
        refuse(reader, mark, NULL, "a value is missing here");
    return NULL;
}

/* Reads on behind the root: what follows it would be lost without a word. */
static void read_to_end(struct reader *reader)
{
    yaml_event_t event;
    while (next_event(reader, &event)) {
        yaml_mark_t mark = event.start_mark;
        yaml_event_type_t type = event.type;
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            return;
        if (type == YAML_DOCUMENT_END_EVENT)
            continue;
        refuse(reader, mark, "Remove the line '---' and what follows it, or make a file of it.",
               "a second document begins here, and only one is read");
        return;
    }
}

static struct yaml_node *read_document(struct reader *reader)
{
    yaml_event_t event;
    while (next_event(reader, &event)) {
        if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT) {
            yaml_event_delete(&event);
            continue;
        }
        if (event.type == YAML_STREAM_END_EVENT) {
            refuse(reader, event.start_mark, NULL, "the file is empty");
            yaml_event_delete(&event);
            return NULL;
        }
        struct yaml_node *root = read_node(reader, &event, 0);
        if (root)
            read_to_end(reader);
        return root;
    }
    return NULL;
}

enum status yaml_tree_parse(const char *path, struct strview text, struct arena *arena,
                            struct fault_list *faults, struct yaml_node **ret_root,
                            struct error *err)
{
    struct reader reader = {.arena = arena, .faults = faults};
    *ret_root = NULL;
    faults->arena = arena;
    faults->file = arena_copy_text(arena, path);
    if (!faults->file || !yaml_parser_initialize(&reader.parser))
        return error_no_memory(err);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text.data, text.size);
    struct yaml_node *root = read_document(&reader);
    yaml_parser_delete(&reader.parser);
    if (reader.no_memory)
        return error_no_memory(err);
    *ret_root = reader.failed ? NULL : root;
    return STATUS_OK;
}

enum status yaml_tree_read(const char *path, struct arena *arena, struct fault_list *faults,
                           struct yaml_node **ret_root, struct error *err)
{
    struct strbuf text = {0};
    enum status status = file_read(path, FILE_LIMIT_BYTES, &text, err);
    if (status == STATUS_OK)
        status = yaml_tree_parse(path, strbuf_view(&text), arena, faults, ret_root, err);
    strbuf_done(&text);
    return status;
}

static const struct yaml_pair *find_pair(const struct yaml_node *map, const char *key)
{
    for (size_t i = 0; map && map->kind == YAML_MAP && i < map->count; i++)
        if (strview_is(map->pairs[i].key->text, key))
            return &map->pairs[i];
    return NULL;
}

struct yaml_node *yaml_find(const struct yaml_node *map, const char *key)
{
    const struct yaml_pair *pair = find_pair(map, key);
    return pair ? pair->value : NULL;
}

const struct yaml_node *yaml_find_key(const struct yaml_node *map, const char *key)
{
    const struct yaml_pair *pair = find_pair(map, key);
    return pair ? pair->key : NULL;
}

/* The child of `node` named by one part of a dotted path; made when a map lacks it. */
static struct yaml_node *step(struct yaml_node *node, const char *part, struct arena *arena)
{
    if (node->kind == YAML_LIST) {
        char *end;
        unsigned long index = strtoul(part, &end, 10);
        return *end == '\0' && end != part && index < node->count ? node->pairs[index].value : NULL;
    }
    struct yaml_node *found = yaml_find(node, part);
    if (found || node->kind != YAML_MAP)
        return found;
    struct yaml_pair *pairs = arena_array(arena, node->count + 1, sizeof *pairs);
    struct yaml_node *key = arena_alloc(arena, sizeof *key);
    struct yaml_node *value = arena_alloc(arena, sizeof *value);
    char *text = arena_copy_text(arena, part);
    if (!pairs || !key || !value || !text)
        return NULL;
    if (node->count)
        memcpy(pairs, node->pairs, node->count * sizeof *pairs);
    *key = (struct yaml_node){.kind = YAML_SCALAR, .text = strview_of(text)};
    value->kind = YAML_MAP;
    pairs[node->count++] = (struct yaml_pair){key, value};
    node->pairs = pairs;
    return value;
}

enum status yaml_set(struct yaml_node *root, const char *path, const char *value,
                     struct arena *arena, struct error *err)
{
    struct yaml_node *node = root;
    const char *at = path;
    while (node && *at) {
        size_t size = strcspn(at, ".");
        char *part = arena_format(arena, "%.*s", (int)size, at);
        node = part ? step(node, part, arena) : NULL;
        at += size + (at[size] == '.');
    }
    char *own = arena_copy_text(arena, value);
    if (!node || !own || node == root) {
        enum status status = error_set(err, STATUS_CONFIG, "there is no '%s' to set", path);
        error_fix(err, "Write a path such as candidates.0.temperature=0.2.");
        return status;
    }
    *node = (struct yaml_node){.kind = YAML_SCALAR, .text = strview_of(own)};
    return STATUS_OK;
}

void fault_add_no_memory(struct fault_list *faults)
{
    static struct fault lost = {.file = "assay", .what = "memory ran out"}; /* never written to */
    if (faults->count)
        return;
    faults->items = &lost;
    faults->count = faults->capacity = 1;
}

void fault_add(struct fault_list *faults, const struct yaml_node *at, const char *fix,
               const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (!arena_grow(faults->arena, &faults->items, faults->count, &faults->capacity,
                    sizeof *faults->items)) {
        fault_add_no_memory(faults);
        return;
    }
    struct fault *fault = &faults->items[faults->count++];
    *fault = (struct fault){.file = faults->file,
                            .line = at ? at->line : 0,
                            .column = at ? at->column : 0,
                            .what = arena_copy_text(faults->arena, what),
                            .fix = fix ? arena_copy_text(faults->arena, fix) : NULL};
}

static int by_place(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

void fault_print(const struct fault_list *faults, struct strbuf *out)
{
    if (faults->count)
        qsort(faults->items, faults->count, sizeof *faults->items, by_place);
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        strbuf_add_text(out, fault->file);
        if (fault->line)
            strbuf_add_format(out, ":%zu:%zu", fault->line, fault->column);
        strbuf_add_format(out, ": %s.", fault->what ? fault->what : "memory ran out");
        if (fault->fix)
            strbuf_add_format(out, " %s", fault->fix);
        strbuf_add_char(out, '\n');
    }
}

const char *fault_did_you_mean(struct fault_list *faults, struct strview text,
                               const char *const *names)
{
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    for (; *names; names++) {
        size_t distance = strview_edit_distance(text, strview_of(*names));
        if (distance < best) {
            best = distance;
            nearest = *names;
        }
    }
    if (!nearest || best > 2 + text.size / 4)
        return NULL;
    return arena_format(faults->arena, "Did you mean '%s'?", nearest);
}
