/*
 * avro_tree.c: parses an Avro schema out of JSON. Names are registered before their fields are
 * read, so that a type may hold itself.
 */
#include "codec/avro_tree.h"

#include "base/memory.h"
#include "codec/json_record.h"

enum {
    NODES_MAX = 10000,
    NAME_BYTES_MAX = 1024,
    LEAST_BYTES_MAX = 1 << 20,
    ARENA_BYTES_MAX = 8 << 20,
};
#define BYTES_UNKNOWN SIZE_MAX
#define BYTES_BUSY (SIZE_MAX - 1)

const char *const avro_kind_names[] = {"null",   "boolean", "int",    "long",  "float",
                                       "double", "bytes",   "string", "fixed", "enum",
                                       "array",  "map",     "record", "union"};

struct named {
    struct named *next;
    struct avro_node *node;
};

struct parser {
    struct arena *arena;
    struct error *err;
    struct named *names;
    size_t node_count;
};

static enum status parse_node(struct parser *parser, const json_t *json, struct strview space,
                              const struct avro_node **ret_node);

static struct avro_node *add_node(struct parser *parser, enum avro_kind kind)
{
    struct avro_node *node =
        parser->node_count++ < NODES_MAX ? arena_alloc(parser->arena, sizeof *node) : NULL;
    if (!node)
        return NULL;
    node->kind = kind;
    node->default_symbol = -1;
    node->least_bytes = kind == AVRO_KIND_NULL     ? 0
                        : kind == AVRO_KIND_FLOAT  ? 4
                        : kind == AVRO_KIND_DOUBLE ? 8
                        : kind == AVRO_KIND_RECORD ? BYTES_UNKNOWN
                                                   : 1;
    return node;
}

static enum status no_room(struct parser *parser)
{
    if (parser->node_count < NODES_MAX && !arena_limit_was_hit(parser->arena))
        return error_no_memory(parser->err);
    return error_set(parser->err, STATUS_LIMIT, "the Avro schema is too large");
}

static enum status refuse(struct parser *parser, const char *what, struct strview name)
{
    return error_set(parser->err, STATUS_DATA, "the Avro schema is wrong: %s '%.*s'", what,
                     name.size < 60 ? (int)name.size : 60, name.data ? name.data : "");
}

static struct strview text_of(const json_t *json)
{
    return (struct strview){json_string_value(json), json_string_length(json)};
}

static bool is_name(struct strview name, bool may_have_dots)
{
    bool is_start = true;
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        bool is_letter =
            (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
        bool is_digit = byte >= '0' && byte <= '9';
        if (byte == '.' && may_have_dots && !is_start)
            is_start = true;
        else if (is_letter || (is_digit && !is_start))
            is_start = false;
        else
            return false;
    }
    return !is_start && name.size < NAME_BYTES_MAX;
}

/* What follows the last dot. */
static struct strview without_space(struct strview name)
{
    for (size_t i = name.size; i-- > 0;)
        if (name.data[i] == '.')
            return (struct strview){name.data + i + 1, name.size - i - 1};
    return name;
}

static struct strview space_of(struct strview full_name)
{
    size_t name_size = without_space(full_name).size;
    return (struct strview){full_name.data,
                            full_name.size > name_size ? full_name.size - name_size - 1 : 0};
}

static struct strview join_name(struct parser *parser, struct strview space, struct strview name)
{
    bool has_space = memchr(name.data, '.', name.size) != NULL;
    if (has_space || space.size == 0)
        return arena_copy_view(parser->arena, name);
    char *text = arena_format(parser->arena, "%.*s.%.*s", STRVIEW_ARG(space), STRVIEW_ARG(name));
    return strview_of(text);
}

static const struct avro_node *find_name(const struct parser *parser, struct strview full_name)
{
    for (const struct named *named = parser->names; named; named = named->next)
        if (strview_equal(named->node->full_name, full_name))
            return named->node;
    return NULL;
}

/* The kind of {"type": name, ...} when it is one of those that say more than a primitive. */
static bool is_complex(struct strview name, enum avro_kind *ret_kind)
{
    for (int kind = AVRO_KIND_FIXED; kind < AVRO_KIND_UNION; kind++) {
        if (strview_is(name, avro_kind_names[kind])) {
            *ret_kind = (enum avro_kind)kind;
            return true;
        }
    }
    *ret_kind = AVRO_KIND_RECORD;
    return strview_is(name, "error");
}

/* A primitive or the name of a type that was defined before. */
static enum status parse_reference(struct parser *parser, struct strview name, struct strview space,
                                   const struct avro_node **ret_node)
{
    for (int kind = AVRO_KIND_NULL; kind <= AVRO_KIND_STRING; kind++) {
        if (strview_is(name, avro_kind_names[kind])) {
            struct avro_node *node = add_node(parser, (enum avro_kind)kind);
            *ret_node = node;
            return node ? STATUS_OK : no_room(parser);
        }
    }
    if (!is_name(name, true))
        return refuse(parser, "no type is called", name);
    struct strview full_name = join_name(parser, space, name);
    if (!full_name.data)
        return no_room(parser);
    *ret_node = find_name(parser, full_name);
    if (!*ret_node)
        *ret_node = find_name(parser, name);
    return *ret_node ? STATUS_OK : refuse(parser, "no type is called", name);
}

static enum status parse_texts(struct parser *parser, const json_t *list, bool cut_space,
                               struct text_list *ret_list)
{
    size_t count = json_array_size(list);
    struct strview *items = arena_array(parser->arena, count + 1, sizeof *items);
    if (!items)
        return no_room(parser);
    for (size_t i = 0; i < count; i++) {
        struct strview text = text_of(json_array_get(list, i));
        if (!text.data || !is_name(text, cut_space))
            return refuse(parser, "this is no name:", text);
        items[i] = arena_copy_view(parser->arena, cut_space ? without_space(text) : text);
        if (!items[i].data)
            return no_room(parser);
    }
    *ret_list = (struct text_list){items, count};
    return STATUS_OK;
}

static enum status parse_union(struct parser *parser, const json_t *list, struct strview space,
                               const struct avro_node **ret_node)
{
    struct avro_node *node = add_node(parser, AVRO_KIND_UNION);
    size_t count = json_array_size(list);
    struct avro_part *parts = arena_array(parser->arena, count + 1, sizeof *parts);
    if (!node || !parts)
        return no_room(parser);
    node->parts = parts;
    node->part_count = count;
    for (size_t i = 0; i < count; i++) {
        enum status status = parse_node(parser, json_array_get(list, i), space, &parts[i].node);
        if (status != STATUS_OK)
            return status;
        if (parts[i].node->kind == AVRO_KIND_UNION)
            return refuse(parser, "a union holds a union", strview_of(""));
    }
    *ret_node = node;
    return count ? STATUS_OK : refuse(parser, "a union is empty", strview_of(""));
}

static enum status register_name(struct parser *parser, const json_t *json, struct strview *space,
                                 struct avro_node *node)
{
    struct strview name = text_of(json_object_get(json, "name"));
    if (!name.data || !is_name(name, true))
        return refuse(parser, "a type's name is missing or wrong:", name);
    const json_t *own_space = json_object_get(json, "namespace");
    if (json_is_string(own_space) &&
        (json_string_length(own_space) == 0 || is_name(text_of(own_space), true)))
        *space = text_of(own_space);
    node->full_name = join_name(parser, *space, name);
    struct named *named = arena_alloc(parser->arena, sizeof *named);
    if (!node->full_name.data || !named)
        return no_room(parser);
    if (find_name(parser, node->full_name))
        return refuse(parser, "two types are called", node->full_name);
    node->name = without_space(node->full_name);
    *space = space_of(node->full_name);
    *named = (struct named){parser->names, node};
    parser->names = named;
    return parse_texts(parser, json_object_get(json, "aliases"), true, &node->aliases);
}

static enum status parse_fields(struct parser *parser, const json_t *list, struct strview space,
                                struct avro_node *node)
{
    if (!json_is_array(list))
        return refuse(parser, "fields are missing in", node->full_name);
    size_t count = json_array_size(list);
    node->parts = arena_array(parser->arena, count + 1, sizeof *node->parts);
    if (!node->parts)
        return no_room(parser);
    for (size_t i = 0; i < count; i++) {
        const json_t *json = json_array_get(list, i);
        struct avro_part *part = &node->parts[i];
        struct strview name = text_of(json_object_get(json, "name"));
        if (!name.data || !is_name(name, false) || avro_tree_part(node, name))
            return refuse(parser, "a field's name is missing, wrong or there twice:", name);
        part->name = arena_copy_view(parser->arena, name);
        if (!part->name.data)
            return no_room(parser);
        enum status status =
            parse_texts(parser, json_object_get(json, "aliases"), false, &part->aliases);
        if (status == STATUS_OK)
            status = parse_node(parser, json_object_get(json, "type"), space, &part->node);
        if (status != STATUS_OK)
            return status;
        part->has_default = json_object_get(json, "default") != NULL;
        node->part_count = i + 1;
    }
    return STATUS_OK;
}

static enum status parse_enum(struct parser *parser, const json_t *json, struct avro_node *node)
{
    enum status status =
        parse_texts(parser, json_object_get(json, "symbols"), false, &node->symbols);
    if (status != STATUS_OK)
        return status;
    if (node->symbols.count == 0)
        return refuse(parser, "an enum has no symbols:", node->full_name);
    struct strview preset = text_of(json_object_get(json, "default"));
    for (size_t i = 0; i < node->symbols.count && preset.data; i++)
        if (strview_equal(preset, node->symbols.items[i]))
            node->default_symbol = (int64_t)i;
    return STATUS_OK;
}

static enum status parse_item(struct parser *parser, const json_t *json, struct strview space,
                              struct avro_node *node)
{
    node->parts = arena_alloc(parser->arena, sizeof *node->parts);
    if (!node->parts)
        return no_room(parser);
    node->part_count = 1;
    return parse_node(parser, json, space, &node->parts[0].node);
}

static enum status parse_complex(struct parser *parser, const json_t *json, enum avro_kind kind,
                                 struct strview space, const struct avro_node **ret_node)
{
    struct avro_node *node = add_node(parser, kind);
    if (!node)
        return no_room(parser);
    *ret_node = node;
    bool is_named = kind == AVRO_KIND_RECORD || kind == AVRO_KIND_ENUM || kind == AVRO_KIND_FIXED;
    if (is_named) {
        enum status status = register_name(parser, json, &space, node);
        if (status != STATUS_OK)
            return status;
    }
    if (kind == AVRO_KIND_RECORD)
        return parse_fields(parser, json_object_get(json, "fields"), space, node);
    if (kind == AVRO_KIND_ENUM)
        return parse_enum(parser, json, node);
    if (kind == AVRO_KIND_ARRAY)
        return parse_item(parser, json_object_get(json, "items"), space, node);
    if (kind == AVRO_KIND_MAP)
        return parse_item(parser, json_object_get(json, "values"), space, node);
    json_int_t size = json_integer_value(json_object_get(json, "size"));
    if (size < 0 || size > LEAST_BYTES_MAX)
        return refuse(parser, "a fixed has a wrong size:", node->full_name);
    node->fixed_bytes = node->least_bytes = (size_t)size;
    return STATUS_OK;
}

static enum status parse_node(struct parser *parser, const json_t *json, struct strview space,
                              const struct avro_node **ret_node)
{
    if (json_is_string(json))
        return parse_reference(parser, text_of(json), space, ret_node);
    if (json_is_array(json))
        return parse_union(parser, json, space, ret_node);
    const json_t *type = json_object_get(json, "type");
    if (!type)
        return refuse(parser, "a type is missing", strview_of(""));
    if (!json_is_string(type)) /* {"type": {...}}; JSON's depth is limited */
        return parse_node(parser, type, space, ret_node);
    enum avro_kind kind;
    if (is_complex(text_of(type), &kind))
        return parse_complex(parser, json, kind, space, ret_node);
    const struct avro_node *plain;
    enum status status = parse_reference(parser, text_of(type), space, &plain);
    if (status != STATUS_OK)
        return status;
    struct strview logical = text_of(json_object_get(json, "logicalType"));
    if (logical.data && plain->kind <= AVRO_KIND_STRING) {
        struct avro_node *node = add_node(parser, plain->kind);
        struct strview copy = arena_copy_view(parser->arena, logical);
        if (!node || !copy.data)
            return no_room(parser);
        node->logical_type = copy;
        plain = node;
    }
    *ret_node = plain;
    return STATUS_OK;
}

/*
 * Each record once; one that is being counted adds nothing to itself. The nesting is at most the
 * number of nodes.
 */
static size_t count_least_bytes(struct avro_node *node)
{
    if (node->least_bytes == BYTES_UNKNOWN) {
        size_t sum = 0;
        node->least_bytes = BYTES_BUSY;
        for (size_t i = 0; i < node->part_count && sum < LEAST_BYTES_MAX; i++)
            sum += count_least_bytes((struct avro_node *)(uintptr_t)node->parts[i].node);
        node->least_bytes = sum < LEAST_BYTES_MAX ? sum : LEAST_BYTES_MAX;
    }
    return node->least_bytes == BYTES_BUSY ? 0 : node->least_bytes;
}

enum status avro_tree_parse(struct strview schema, struct avro_tree **ret_tree, struct error *err)
{
    json_t *json = NULL;
    enum status status = json_record_parse(schema, &json, err);
    if (status != STATUS_OK) {
        error_where(err, "Avro schema");
        return status;
    }
    struct arena *arena = arena_create(16 * 1024, ARENA_BYTES_MAX);
    struct avro_tree *tree = arena ? arena_alloc(arena, sizeof *tree) : NULL;
    struct parser parser = {.arena = arena, .err = err};
    if (tree) {
        tree->arena = arena;
        status = parse_node(&parser, json, strview_of(""), &tree->root);
    } else {
        status = error_no_memory(err);
    }
    json_decref(json);
    if (status != STATUS_OK) {
        arena_destroy(arena);
        return status;
    }
    for (struct named *named = parser.names; named; named = named->next)
        count_least_bytes(named->node);
    *ret_tree = tree;
    return STATUS_OK;
}

void avro_tree_destroy(struct avro_tree *tree)
{
    if (tree)
        arena_destroy(tree->arena);
}

const struct avro_part *avro_tree_part(const struct avro_node *node, struct strview name)
{
    for (size_t i = 0; i < node->part_count; i++)
        if (strview_equal(node->parts[i].name, name))
            return &node->parts[i];
    return NULL;
}

const struct avro_part *avro_tree_part_by_alias(const struct avro_node *node, struct strview alias)
{
    for (size_t i = 0; i < node->part_count; i++)
        for (size_t j = 0; j < node->parts[i].aliases.count; j++)
            if (strview_equal(node->parts[i].aliases.items[j], alias))
                return &node->parts[i];
    return NULL;
}

const struct avro_node *avro_tree_present(const struct avro_node *node)
{
    const struct avro_node *present = NULL;
    if (node->kind != AVRO_KIND_UNION)
        return node;
    for (size_t i = 0; i < node->part_count; i++) {
        if (node->parts[i].node->kind == AVRO_KIND_NULL)
            continue;
        if (present)
            return node; /* several */
        present = node->parts[i].node;
    }
    return present ? present : node;
}
