#include "base/file.h"
#include "ingest/gold_index.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <unistd.h>

struct told {
    char where[8][256], what[8][512];
    size_t count;
};

static void on_fault(void *context, const struct error *fault)
{
    struct told *told = context;
    cr_assert(lt(sz, told->count, 8));
    memcpy(told->where[told->count], fault->where, sizeof fault->where);
    memcpy(told->what[told->count++], fault->what, sizeof fault->what);
}

Test(gold_index, bad_lines_are_told_with_their_place_and_the_rest_is_found)
{
    char path[] = "/tmp/assay_gold_XXXXXX";
    close(mkstemp(path));
    const char *text =
        "{\"conversation_id\": \"a\", \"turns\": [{\"turn\": 0, \"state\": {\"date\": "
        "\"2025-01-15\"}}]}\n"
        "{\"conversation_id\": \"b\", \"turns\": []}\n"
        "{\"conversation_id\": \"c\", \"turns\": [{\"turn\": 1, \"state\": {}}]}\n"
        "{\"conversation_id\": \"d\", \"turns\": [{\"turn\": 0, \n"
        "{\"conversation_id\": \"a\", \"turns\": [{\"turn\": 0, \"state\": {}}]}\n"
        "\n"
        "{\"conversation_id\": \"e\", \"trns\": 3, \"turns\": [{\"turn\": 0, \"state\": {}}]}\n";
    struct error err = {0};
    cr_assert(eq(int, file_write(path, strview_of(text), &err), STATUS_OK));
    struct told told = {.count = 0};
    CLEANUP(gold_index_cleanup) struct gold_index *index = NULL;
    cr_assert(eq(int, gold_index_open(path, on_fault, &told, &index, &err), STATUS_OK), "%s",
              err.what);
    unlink(path);
    static const struct {
        const char *place, *what;
    } wanted[] = {{":2: /turns", "the gold conversation has no turns"},
                  {":3: /turns/0/turn", "turn 1 stands at place 0"},
                  {":4", "this is not JSON"},
                  {":5", "conversation 'a' has gold already"},
                  {":7", "unknown key /trns is left out"}};
    cr_assert(eq(sz, told.count, 5));
    for (size_t i = 0; i < 5; i++) {
        cr_expect(ne(ptr, (void *)strstr(told.where[i], wanted[i].place), NULL), "%s",
                  told.where[i]);
        cr_expect(ne(ptr, (void *)strstr(told.what[i], wanted[i].what), NULL), "%s", told.what[i]);
    }
    cr_expect(eq(sz, gold_index_count(index), 2));
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct gold_conversation *gold;
    cr_assert(eq(int, gold_index_find(index, strview_of("a"), arena, &gold, &err), STATUS_OK));
    cr_assert(ne(ptr, gold, NULL));
    cr_expect(eq(sz, gold->turns.count, 1));
    cr_assert(eq(int, gold_index_find(index, strview_of("nobody"), arena, &gold, &err), STATUS_OK));
    cr_expect(eq(ptr, gold, NULL));
}
