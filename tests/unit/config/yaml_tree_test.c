#include "base/memory.h"
#include "config/yaml_tree.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>

static struct arena *arena;
static struct fault_list faults;

static void begin(void)
{
    arena = arena_create(64 * 1024, 0);
    faults = (struct fault_list){0};
}

static void end(void)
{
    arena_destroy(arena);
}

static struct yaml_node *parse(const char *text)
{
    struct yaml_node *root = NULL;
    struct error err = {0};
    cr_assert(eq(int, yaml_tree_parse("p.yaml", strview_of(text), arena, &faults, &root, &err),
                 STATUS_OK),
              "%s", err.what);
    return root;
}

static char *printed(void)
{
    struct strbuf out = {0};
    fault_print(&faults, &out);
    char *text = arena_copy_text(arena, out.size ? out.data : "");
    strbuf_done(&out);
    return text;
}

TestSuite(yaml_tree, .init = begin, .fini = end);

Test(yaml_tree, nodes_know_their_place_kind_and_quotes)
{
    struct yaml_node *root =
        parse("# a comment\nname: quick\nlist:\n  - 12\n  - '12'\n  - \"x\\ny\""
              "\nmap: {a: 1, b: [2, 3]}\nempty:\n");
    cr_assert(eq(sz, faults.count, 0));
    cr_assert(eq(int, root->kind, YAML_MAP));
    cr_expect(eq(sz, root->count, 4));
    struct yaml_node *name = yaml_find(root, "name");
    cr_expect(eq(sz, name->line, 2));
    cr_expect(eq(sz, name->column, 7));
    cr_expect(strview_is(name->text, "quick"));
    cr_expect(eq(chr, name->text.data[name->text.size], '\0'));
    struct yaml_node *list = yaml_find(root, "list");
    cr_assert(eq(int, list->kind, YAML_LIST));
    cr_assert(eq(sz, list->count, 3));
    cr_expect(not(list->pairs[0].value->quoted));
    cr_expect(list->pairs[1].value->quoted);
    cr_expect(strview_is(list->pairs[2].value->text, "x\ny"));
    cr_expect(eq(sz, list->pairs[1].value->line, 5));
    cr_expect(eq(sz, list->pairs[1].value->column, 5));
    cr_expect(eq(ptr, list->pairs[0].key, NULL));
    cr_expect(strview_is(yaml_find(yaml_find(root, "map"), "b")->pairs[1].value->text, "3"));
    cr_expect(eq(sz, yaml_find_key(root, "map")->line, 7));
    cr_expect(eq(sz, yaml_find_key(root, "map")->column, 1));
    cr_expect(strview_is(yaml_find(root, "empty")->text, ""));
    cr_expect(eq(ptr, yaml_find(root, "nothing"), NULL));
    cr_expect(eq(ptr, yaml_find(list, "name"), NULL));
    cr_expect(eq(ptr, yaml_find(NULL, "name"), NULL));
}

Test(yaml_tree, what_is_refused_says_where_and_gives_no_tree)
{
    static const struct {
        const char *text, *printed;
    } rows[] = {
        {"a: &x 1\nb: *x\n", "p.yaml:2:4: aliases (*name) are not supported. Write the value out."},
        {"", "the file is empty."},
        {"# only a comment\n", "the file is empty."},
        {"a: [1, 2\nb: 3\n", "p.yaml:2:2: this is not YAML: "},
        {"a: 'open\n", "this is not YAML: "},
        {"a: b: c\n", "p.yaml:1:5: this is not YAML: "},
        {"? [1]\n: 2\n", "p.yaml:1:3: a key must be a plain text."},
        {"a: \xff\xfe\n", "this is not YAML: "},
        {"a: 1\n---\nb: 2\n", "p.yaml:2:1: a second document begins here, and only one is read."},
        {"---\na: 1\n...\n# over\n---\n", "p.yaml:5:1: a second document begins here"},
        {"a: 1\n...\n]\n", "p.yaml:3:1: this is not YAML: "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        faults = (struct fault_list){0};
        cr_expect(eq(ptr, parse(rows[i].text), NULL), "row %zu", i);
        cr_expect(eq(sz, faults.count, 1), "row %zu", i);
        cr_expect(strstr(printed(), rows[i].printed) != NULL, "row %zu: %s", i, printed());
    }
}

Test(yaml_tree, one_document_may_begin_and_end_with_marks)
{
    cr_expect(ne(ptr, parse("%YAML 1.1\n---\na: 1\n...\n# a comment\n"), NULL));
    cr_expect(eq(sz, faults.count, 0), "%s", printed());
}

Test(yaml_tree, a_key_that_is_there_twice_is_told_at_the_second_one)
{
    struct yaml_node *root = parse("a: 1\nb: {c: 1, c: 2}\na: 3\n");
    cr_expect(ne(ptr, root, NULL));
    cr_expect(eq(str, printed(),
                 "p.yaml:2:11: key 'c' is there twice. Remove one of the two.\n"
                 "p.yaml:3:1: key 'a' is there twice. Remove one of the two.\n"));
}

static char *nested(size_t depth)
{
    char *text = arena_alloc(arena, 2 * depth + 1);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return text;
}

Test(yaml_tree, nesting_is_bounded)
{
    cr_expect(ne(ptr, parse(nested(64)), NULL));
    cr_expect(eq(sz, faults.count, 0));
    cr_expect(eq(ptr, parse(nested(67)), NULL));
    cr_assert(eq(sz, faults.count, 1));
    cr_expect(strstr(faults.items[0].what, "nested deeper than 64 levels") != NULL);
}

Test(yaml_tree, a_dotted_path_sets_what_is_there_and_makes_what_is_not)
{
    struct error err = {0};
    struct yaml_node *root =
        parse("candidates:\n  - name: a\n    temperature: 1\n  - name: b\nseed: 3\n");
    static const char *const sets[][2] = {{"candidates.0.temperature", "0.2"},
                                          {"candidates.1.model", "x/y"},
                                          {"report.worst", "5"},
                                          {"seed", "9"},
                                          {"report.monthly_calls", "7"}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        cr_assert(eq(int, yaml_set(root, sets[i][0], sets[i][1], arena, &err), STATUS_OK), "%s",
                  sets[i][0]);
    struct yaml_node *candidates = yaml_find(root, "candidates");
    struct yaml_node *first = candidates->pairs[0].value, *second = candidates->pairs[1].value;
    cr_expect(strview_is(yaml_find(first, "temperature")->text, "0.2"));
    cr_expect(eq(sz, yaml_find(first, "temperature")->line, 0));
    cr_expect(strview_is(yaml_find(first, "name")->text, "a"));
    cr_expect(strview_is(yaml_find(second, "model")->text, "x/y"));
    cr_expect(strview_is(yaml_find(second, "name")->text, "b"));
    cr_expect(strview_is(yaml_find(root, "seed")->text, "9"));
    cr_expect(strview_is(yaml_find(yaml_find(root, "report"), "worst")->text, "5"));
    cr_expect(strview_is(yaml_find(yaml_find(root, "report"), "monthly_calls")->text, "7"));
}

Test(yaml_tree, a_path_that_leads_nowhere_is_refused_and_sets_nothing)
{
    static const char *const paths[] = {"candidates.2.name", "candidates.x.name", "seed.deeper", "",
                                        "candidates.-1.name"};
    struct yaml_node *root = parse("candidates:\n  - name: a\n  - name: b\nseed: 3\n");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct error err = {0};
        cr_expect(eq(int, yaml_set(root, paths[i], "1", arena, &err), STATUS_CONFIG), "'%s'",
                  paths[i]);
        cr_expect(strstr(err.what, "to set") != NULL);
    }
    cr_expect(eq(sz, root->count, 2));
    cr_expect(strview_is(yaml_find(root, "seed")->text, "3"));
}

Test(yaml_tree, faults_are_printed_in_the_order_of_the_file)
{
    parse("a: 1\n");
    struct yaml_node late = {.line = 9, .column = 1}, early = {.line = 2, .column = 5},
                     left = {.line = 2, .column = 3};
    fault_add(&faults, &late, NULL, "c");
    fault_add(&faults, &early, "Do %s.", "b");
    fault_add(&faults, &left, NULL, "a");
    fault_add(&faults, NULL, NULL, "%s", "whole file");
    cr_expect(eq(str, printed(),
                 "p.yaml: whole file.\np.yaml:2:3: a.\np.yaml:2:5: b. Do %s.\n"
                 "p.yaml:9:1: c.\n"));
}

Test(yaml_tree, the_nearest_name_is_offered_only_when_it_is_near)
{
    static const char *const names[] = {"temperature", "model", "prompt", NULL};
    static const char *const none[] = {NULL};
    parse("a: 1\n");
    cr_expect(eq(str,
                 (char *)(uintptr_t)fault_did_you_mean(&faults, strview_of("temprature"), names),
                 "Did you mean 'temperature'?"));
    cr_expect(eq(ptr, (void *)(uintptr_t)fault_did_you_mean(&faults, strview_of("zzzzzzzz"), names),
                 NULL));
    cr_expect(
        eq(ptr, (void *)(uintptr_t)fault_did_you_mean(&faults, strview_of("model"), none), NULL));
}

Test(yaml_tree, a_missing_file_is_an_error_and_no_fault)
{
    struct yaml_node *root;
    struct error err = {0};
    cr_expect(eq(int, yaml_tree_read("/nowhere/p.yaml", arena, &faults, &root, &err), STATUS_IO));
    cr_expect(eq(sz, faults.count, 0));
}

/* Small blocks, so that nearly every request of the arena reaches the allocator. */
Test(yaml_tree, lost_memory_is_told_and_never_hides_a_fault)
{
    static const char *const texts[] = {"a: {b: [1, 2, 3], c: 'some longer text'}\nd: e\n",
                                        "a: 1\na: 2\n", "a: [1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t nth = 0;
        for (bool hit = true; hit; nth++) {
            CLEANUP(arena_cleanup) struct arena *small = arena_create(32, 0);
            struct fault_list list = {0};
            struct yaml_node *root = NULL;
            memory_fail_nth(nth + 1);
            enum status status =
                yaml_tree_parse("p.yaml", strview_of(texts[i]), small, &list, &root, NULL);
            hit = memory_fault_was_hit();
            memory_fail_nth(0);
            cr_expect(status == STATUS_NO_MEMORY || list.count > 0 || (!hit && root),
                      "text %zu, request %ld", i, (long)nth + 1);
            struct strbuf out = {0};
            fault_print(&list, &out);
            strbuf_done(&out);
        }
        cr_expect(gt(i64, nth, 3), "text %zu", i);
    }
}
