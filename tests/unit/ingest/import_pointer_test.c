#include "ingest/import_pointer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(import_pointer, leads_to_the_value_or_to_nothing)
{
    static const struct {
        char *pointer, *wanted; /* NULL: nothing is there */
    } rows[] = {
        {"/a~1b", "1"},
        {"/m~0n", "2"},
        {"/list/0", "10"},
        {"/list/-1", "30"},
        {"/list/-4", NULL},
        {"/list/3", NULL},
        {"/list/first", NULL},
        {"/pairs/[key=x]/value", "5"},
        {"/pairs/[key=z]/value", NULL},
        {"/text/{json}/in/1", "8"},
        {"/text/{json}/in/{json}", NULL},
        {"/object/0", "9"},
        {"/missing/deeper", NULL},
        {"line:/outside", "7"},
    };
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    json_t *line =
        json_loads("{\"outside\": 7, \"e\": {\"a/b\": 1, \"m~n\": 2, \"list\": [10, 20, 30], "
                   "\"pairs\": [{\"key\": \"w\"}, {\"key\": \"x\", \"value\": 5}], "
                   "\"text\": \"{\\\"in\\\": [6, 8]}\", \"object\": {\"0\": 9}}}",
                   0, NULL);
    struct import_scope scope = {
        .line = line, .element = json_object_get(line, "e"), .owned = json_array()};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct import_pointer pointer;
        const char *fault;
        cr_assert(import_pointer_parse(strview_of(rows[i].pointer), arena, &pointer, &fault), "%s",
                  rows[i].pointer);
        json_t *found = import_pointer_find(&pointer, &scope, &fault);
        char *text = found ? json_dumps(found, JSON_ENCODE_ANY) : NULL;
        if (rows[i].wanted)
            cr_expect(text && strcmp(text, rows[i].wanted) == 0, "%s", rows[i].pointer);
        else
            cr_expect(found == NULL, "%s", rows[i].pointer);
        free(text);
    }
    json_decref(scope.owned);
    json_decref(line);
}

Test(import_pointer, a_text_that_is_no_json_is_told_and_an_empty_one_is_nothing)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct import_pointer pointer;
    const char *fault;
    cr_assert(import_pointer_parse(strview_of("/t/{json}/x"), arena, &pointer, &fault));
    json_t *line = json_loads("{\"t\": \"hello\"}", 0, NULL);
    struct import_scope scope = {.line = line, .element = line, .owned = json_array()};
    cr_expect(import_pointer_find(&pointer, &scope, &fault) == NULL);
    cr_expect(fault != NULL);
    json_object_set_new(line, "t", json_string(""));
    cr_expect(import_pointer_find(&pointer, &scope, &fault) == NULL);
    cr_expect(fault == NULL);
    json_decref(scope.owned);
    json_decref(line);
}

Test(import_pointer, elements_are_listed_with_their_paths)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct import_pointer pointer;
    const char *fault;
    cr_assert(import_pointer_parse(strview_of("/a/*/b/*"), arena, &pointer, &fault));
    json_t *line = json_loads("{\"a\": [{\"b\": [1, 2]}, {}, {\"b\": [3]}, 4]}", 0, NULL);
    struct import_scope scope = {.line = line, .element = line, .owned = json_array()};
    struct import_element *elements;
    size_t count;
    cr_assert(import_pointer_each(&pointer, &scope, arena, &elements, &count));
    cr_assert(eq(sz, count, 3));
    cr_expect(strcmp(elements[0].path, "/a/0/b/0") == 0);
    cr_expect(strcmp(elements[2].path, "/a/2/b/0") == 0);
    cr_expect(json_integer_value(elements[2].value) == 3);
    json_decref(scope.owned);
    json_decref(line);
}

Test(import_pointer, a_text_that_is_no_pointer_is_refused)
{
    static const char *const wrong[] = {"a", "a/b", "line:a", "/[x]", "/[=x]", "/[x=y"};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct import_pointer pointer;
        const char *fault = NULL;
        bool parsed = import_pointer_parse(strview_of(wrong[i]), arena, &pointer, &fault);
        cr_expect(parsed == false, "%s", wrong[i]);
        cr_expect(fault != NULL, "%s", wrong[i]);
    }
}
