/* The field tables, the files of schemas/ and the bytes of binary_record have to say the same. */
#include "codec/avro_embedded.h"
#include "codec/avro_tree.h"
#include "codec/binary_record.h"
#include "record/gold.h"
#include "record/score_row.h"
#include "support/random_record.h"

#include <avro.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct record_type *const published[] = {&event_envelope_type, &gold_conversation_type,
                                                      &prediction_type, &score_row_type,
                                                      &conversation_facts_type};
enum { PUBLISHED = sizeof published / sizeof *published };

static struct avro_tree *tree_of(const struct record_type *type)
{
    struct avro_tree *tree = NULL;
    struct error err = {0};
    struct strview text = avro_embedded_schema_of(type);
    cr_assert(ne(ptr, (void *)(uintptr_t)text.data, NULL), "%s has no schema", type->name);
    cr_assert(eq(int, avro_tree_parse(text, &tree, &err), STATUS_OK), "%s: %s", type->name,
              err.what);
    return tree;
}

static void same_record(const struct record_type *type, const struct avro_node *node);

static void is_kind(const char *place, const struct avro_node *node, enum avro_kind kind)
{
    cr_expect(eq(int, node->kind, kind), "%s is a %s", place, avro_kind_names[node->kind]);
}

static void is_slot_value(const char *place, const struct avro_node *node)
{
    static const enum avro_kind kinds[] = {
        [SLOT_VALUE_NULL] = AVRO_KIND_NULL,   [SLOT_VALUE_TEXT] = AVRO_KIND_STRING,
        [SLOT_VALUE_LIST] = AVRO_KIND_ARRAY,  [SLOT_VALUE_DONTCARE] = AVRO_KIND_ENUM,
        [SLOT_VALUE_JSON] = AVRO_KIND_RECORD,
    };
    is_kind(place, node, AVRO_KIND_UNION);
    cr_assert(eq(sz, node->part_count, 5), "%s", place);
    for (size_t i = 0; i < 5; i++)
        is_kind(place, node->parts[i].node, kinds[i]);
    cr_expect(
        strview_is(node->parts[SLOT_VALUE_DONTCARE].node->symbols.items[0], SLOT_DONTCARE_TEXT));
}

static void same_symbols(const char *place, const struct field *field, const struct avro_node *node)
{
    is_kind(place, node, AVRO_KIND_ENUM);
    cr_assert(strview_is(node->symbols.items[0], "unknown"), "%s", place);
    cr_expect(eq(i64, node->default_symbol, 0), "%s", place);
    size_t count = 1;
    for (; field->names[count]; count++)
        cr_assert(count < node->symbols.count &&
                      strview_is(node->symbols.items[count], field->names[count]),
                  "%s: symbol %zu", place, count);
    cr_expect(eq(sz, node->symbols.count, count), "%s", place);
}

static void same_type(const char *place, const struct field *field, const struct avro_node *node)
{
    switch (field->kind) {
    case FIELD_BOOL:
        is_kind(place, node, AVRO_KIND_BOOLEAN);
        break;
    case FIELD_I64:
    case FIELD_USD:
        is_kind(place, node, AVRO_KIND_LONG);
        cr_expect(eq(ptr, (void *)(uintptr_t)node->logical_type.data, NULL), "%s", place);
        break;
    case FIELD_TIME:
        is_kind(place, node, AVRO_KIND_LONG);
        cr_expect(strview_is(node->logical_type, "timestamp-micros"), "%s", place);
        break;
    case FIELD_REAL:
    case FIELD_NUMBER:
        is_kind(place, node, AVRO_KIND_DOUBLE);
        break;
    case FIELD_TEXT:
    case FIELD_JSON:
        is_kind(place, node, AVRO_KIND_STRING);
        break;
    case FIELD_ENUM:
        same_symbols(place, field, node);
        break;
    case FIELD_TEXTS:
    case FIELD_REALS:
        is_kind(place, node, AVRO_KIND_ARRAY);
        is_kind(place, node->parts[0].node,
                field->kind == FIELD_TEXTS ? AVRO_KIND_STRING : AVRO_KIND_DOUBLE);
        break;
    case FIELD_SLOTS:
        is_kind(place, node, AVRO_KIND_MAP);
        is_slot_value(place, node->parts[0].node);
        break;
    case FIELD_NUMBERS:
        is_kind(place, node, AVRO_KIND_MAP);
        is_kind(place, node->parts[0].node, AVRO_KIND_DOUBLE);
        break;
    case FIELD_RECORD:
        same_record(field->type, node);
        break;
    case FIELD_RECORDS:
        is_kind(place, node, AVRO_KIND_ARRAY);
        same_record(field->type, node->parts[0].node);
        break;
    }
}

static void same_bodies(const struct avro_part *part)
{
    cr_assert(strview_is(part->name, "body"));
    cr_assert(eq(int, part->node->kind, AVRO_KIND_UNION));
    cr_assert(eq(sz, part->node->part_count, EVENT_FEEDBACK));
    for (int type = 1; type <= EVENT_FEEDBACK; type++) {
        cr_expect(strview_is(part->node->parts[type - 1].node->name, event_type_names[type]));
        same_record(event_body_type(type), part->node->parts[type - 1].node);
    }
}

static void same_record(const struct record_type *type, const struct avro_node *node)
{
    cr_assert(eq(int, node->kind, AVRO_KIND_RECORD), "%s", type->name);
    cr_expect(strview_is(node->name, type->name), "%.*s is %s", STRVIEW_ARG(node->name),
              type->name);
    size_t at = 0;
    for (const struct field *field = type->fields; field->name; field++) {
        char place[128];
        snprintf(place, sizeof place, "%s.%s", type->name, field->name);
        if (type == &event_envelope_type && field->kind == FIELD_ENUM)
            continue; /* the body's branch says it */
        cr_assert(at < node->part_count && strview_is(node->parts[at].name, field->name),
                  "%s is not field %zu of the schema", place, at);
        const struct avro_part *part = &node->parts[at++];
        if (field->kind == FIELD_ENUM) { /* its symbol 0 is absent */
            cr_expect(eq(int, part->has_default, field->need == FIELD_OPTIONAL), "%s", place);
            same_type(place, field, part->node);
        } else if (field->need == FIELD_OPTIONAL) {
            cr_assert(part->node->kind == AVRO_KIND_UNION && part->node->part_count == 2 &&
                          part->node->parts[0].node->kind == AVRO_KIND_NULL,
                      "%s is not [null, T]", place);
            cr_expect(part->has_default, "%s has no default", place);
            same_type(place, field, part->node->parts[1].node);
        } else {
            cr_expect(not(part->has_default), "%s is required", place);
            same_type(place, field, part->node);
        }
    }
    if (type == &event_envelope_type)
        same_bodies(&node->parts[at++]);
    cr_expect(eq(sz, at, node->part_count), "%s: the schema has more fields than the table",
              type->name);
}

Test(avro_schema, every_schema_says_what_its_field_table_says)
{
    for (size_t i = 0; i < PUBLISHED; i++) {
        CLEANUP(avro_tree_cleanup) struct avro_tree *tree = tree_of(published[i]);
        same_record(published[i], tree->root);
        char full_name[80];
        snprintf(full_name, sizeof full_name, "assay.%s", published[i]->name);
        cr_expect(strview_is(tree->root->full_name, full_name));
    }
}

/* Avro C is the judge here: it reads our bytes with our schema, all of them, and writes them again.
 */
Test(avro_schema, avro_c_reads_what_we_write_and_writes_the_same_bytes)
{
    for (size_t i = 0; i < PUBLISHED; i++) {
        struct strview text = avro_embedded_schema_of(published[i]);
        avro_schema_t schema;
        cr_assert(eq(int, avro_schema_from_json_length(text.data, text.size, &schema), 0), "%s: %s",
                  published[i]->name, avro_strerror());
        avro_value_iface_t *generic = avro_generic_class_from_schema(schema);
        avro_value_t value;
        avro_generic_value_new(generic, &value);
        for (uint64_t seed = 0; seed < 100; seed++) {
            CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
            struct random_source random = {seed, arena};
            void *record = arena_alloc(arena, published[i]->size);
            random_record_fill(&random, published[i], record);
            struct strbuf ours = {0};
            struct error err = {0};
            cr_assert(eq(int, binary_record_encode(published[i], record, &ours, &err), 0), "%s",
                      err.what);
            avro_reader_t reader = avro_reader_memory(ours.data, (int64_t)ours.size);
            avro_value_reset(&value);
            cr_assert(eq(int, avro_value_read(reader, &value), 0), "%s", avro_strerror());
            size_t size = 0;
            avro_value_sizeof(&value, &size);
            cr_assert(eq(sz, size, ours.size), "%s", published[i]->name);
            char *theirs = arena_alloc(arena, size);
            avro_writer_t writer = avro_writer_memory(theirs, (int64_t)size);
            cr_assert(eq(int, avro_value_write(writer, &value), 0));
            cr_expect(memcmp(theirs, ours.data, size) == 0, "%s", published[i]->name);
            avro_writer_free(writer);
            avro_reader_free(reader);
            strbuf_done(&ours);
        }
        avro_value_decref(&value);
        avro_value_iface_decref(generic);
        avro_schema_decref(schema);
    }
}

Test(avro_schema, a_wrong_schema_is_refused_with_the_name_at_fault)
{
    static const struct {
        char *schema, *what;
    } rows[] = {
        {"{", "this is not JSON"},
        {"[\"strin\"]", "the Avro schema is wrong: no type is called 'strin'"},
        {"{\"type\": \"record\", \"name\": \"R\"}",
         "the Avro schema is wrong: fields are missing in 'R'"},
        {"{\"type\": \"record\", \"name\": \"1R\", \"fields\": []}",
         "the Avro schema is wrong: a type's name is missing or wrong: '1R'"},
        {"{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": "
         "\"int\"}, {\"name\": \"a\", \"type\": \"int\"}]}",
         "the Avro schema is wrong: a field's name is missing, wrong or there twice: 'a'"},
        {"[\"null\", [\"null\"]]", "the Avro schema is wrong: a union holds a union ''"},
        {"[]", "the Avro schema is wrong: a union is empty ''"},
        {"{\"type\": \"enum\", \"name\": \"E\", \"symbols\": []}",
         "the Avro schema is wrong: an enum has no symbols: 'E'"},
        {"[{\"type\": \"fixed\", \"name\": \"F\", \"size\": 1}, {\"type\": \"fixed\", \"name\": "
         "\"F\", \"size\": 2}]",
         "the Avro schema is wrong: two types are called 'F'"},
        {"{\"type\": \"fixed\", \"name\": \"F\", \"size\": -1}",
         "the Avro schema is wrong: a fixed has a wrong size: 'F'"},
        {"{\"type\": \"array\"}", "the Avro schema is wrong: a type is missing ''"},
        {"{\"type\": \"array\", \"items\": \"Later\"}",
         "the Avro schema is wrong: no type is called 'Later'"},
        {"[3]", "the Avro schema is wrong: a type is missing ''"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct avro_tree *tree = NULL;
        struct error err = {0};
        cr_expect(eq(int, avro_tree_parse(strview_of(rows[i].schema), &tree, &err), STATUS_DATA),
                  "row %zu", i);
        cr_expect(strstr(err.what, rows[i].what) == err.what, "row %zu: %s", i, err.what);
        cr_expect(eq(ptr, tree, NULL));
    }
}

Test(avro_schema, names_go_by_their_namespaces)
{
    static const char schema[] =
        "{\"type\": \"record\", \"name\": \"a.b.R\", \"fields\": ["
        "{\"name\": \"x\", \"type\": {\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"p\"]}},"
        "{\"name\": \"y\", \"type\": {\"type\": \"record\", \"name\": \"S\", \"namespace\": \"c\","
        " \"fields\": [{\"name\": \"e\", \"type\": \"a.b.E\"}, {\"name\": \"s\", \"type\": "
        "[\"null\", \"S\"]}]}},"
        "{\"name\": \"z\", \"type\": \"c.S\"}, {\"name\": \"t\", \"type\": {\"type\": \"E\"}}]}";
    CLEANUP(avro_tree_cleanup) struct avro_tree *tree = NULL;
    struct error err = {0};
    cr_assert(eq(int, avro_tree_parse(strview_of(schema), &tree, &err), STATUS_OK), "%s", err.what);
    const struct avro_part *parts = tree->root->parts;
    cr_expect(strview_is(tree->root->full_name, "a.b.R"));
    cr_expect(strview_is(parts[0].node->full_name, "a.b.E"));
    cr_expect(strview_is(parts[1].node->full_name, "c.S"));
    cr_expect(parts[1].node->parts[0].node == parts[0].node);
    cr_expect(parts[1].node->parts[1].node->parts[1].node == parts[1].node, "it holds itself");
    cr_expect(parts[2].node == parts[1].node);
    cr_expect(parts[3].node == parts[0].node);
    cr_expect(eq(sz, tree->root->least_bytes, 1 + 2 + 2 + 1));
}

Test(avro_schema, types_that_double_at_each_step_are_read_in_their_own_size)
{
    struct strbuf text = {0};
    strbuf_add_text(&text, "[{\"type\": \"record\", \"name\": \"R0\", \"fields\": []}");
    for (int i = 1; i < 200; i++)
        strbuf_add_format(&text,
                          ", {\"type\": \"record\", \"name\": \"R%d\", \"fields\": [{\"name\": "
                          "\"a\", \"type\": \"R%d\"}, {\"name\": \"b\", \"type\": \"R%d\"}]}",
                          i, i - 1, i - 1);
    strbuf_add_text(&text, "]");
    CLEANUP(avro_tree_cleanup) struct avro_tree *tree = NULL;
    struct error err = {0};
    cr_assert(eq(int, avro_tree_parse(strbuf_view(&text), &tree, &err), STATUS_OK), "%s", err.what);
    cr_expect(eq(sz, tree->root->parts[199].node->least_bytes, 0));
    strbuf_done(&text);
}
