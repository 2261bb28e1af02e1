#include "base/file.h"
#include "base/memory.h"
#include "codec/avro_container.h"
#include "ingest/gold_index.h"
#include "ingest/record_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/assay_records_XXXXXX";
static char avro_path[64], lines_path[64];
static struct arena *arena;

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

/* The same gold in both forms: b has no turns, a is there twice. */
static const char *const gold_lines[] = {
    "{\"conversation_id\": \"a\", \"turns\": [{\"turn\": 0, \"state\": {\"date\": \"\", \"time\": "
    "[], "
    "\"name\": \"dontcare\", \"phone\": null}}]}",
    "{\"conversation_id\": \"b\", \"turns\": []}",
    "{\"conversation_id\": \"a\", \"turns\": [{\"turn\": 0, \"state\": {}}]}",
    "{\"conversation_id\": \"c\", \"turns\": [{\"turn\": 0, \"state\": {}}]}",
};

static void make_files(void)
{
    struct error err = {0};
    struct strbuf text = {0};
    CLEANUP(avro_container_writer_cleanup) struct avro_container_writer *writer = NULL;
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    snprintf(avro_path, sizeof avro_path, "%s/gold.avro", folder);
    snprintf(lines_path, sizeof lines_path, "%s/gold.jsonl", folder);
    arena = arena_create(64 * 1024, 0);
    cr_assert(eq(int,
                 avro_container_create(avro_path, &gold_conversation_type, AVRO_CONTAINER_DEFLATE,
                                       &writer, &err),
                 STATUS_OK));
    for (size_t i = 0; i < sizeof gold_lines / sizeof *gold_lines; i++) {
        struct gold_conversation gold;
        cr_assert(eq(int,
                     json_record_decode(&gold_conversation_type, strview_of(gold_lines[i]), &gold,
                                        arena, NULL, &err),
                     STATUS_OK));
        cr_assert(eq(int, avro_container_append(writer, &gold, &err), STATUS_OK));
        strbuf_add_format(&text, "%s\n", gold_lines[i]);
    }
    cr_assert(eq(int, avro_container_commit(writer, &err), STATUS_OK));
    cr_assert(eq(int, file_write(lines_path, strbuf_view(&text), &err), STATUS_OK));
    strbuf_done(&text);
}

static void remove_files(void)
{
    unlink(avro_path);
    unlink(lines_path);
    cr_expect(eq(int, rmdir(folder), 0), "a file was left behind");
    arena_destroy(arena);
}

TestSuite(record_index, .init = make_files, .fini = remove_files);

static void check_form(const char *path, const char *const places[3])
{
    static const char *const whats[] = {"the gold conversation has no turns",
                                        "conversation 'a' has gold already",
                                        "the gold of 'c' fits no conversation of the source"};
    CLEANUP(gold_index_cleanup) struct gold_index *index = NULL;
    struct error err = {0};
    struct told told = {.count = 0};
    struct gold_conversation *gold;
    char place[256];
    cr_assert(eq(int, gold_index_open(path, on_fault, &told, &index, &err), STATUS_OK), "%s",
              err.what);
    cr_expect(eq(sz, gold_index_count(index), 2));
    cr_assert(eq(int, gold_index_find(index, strview_of("a"), arena, &gold, &err), STATUS_OK), "%s",
              err.what);
    cr_assert(ne(ptr, gold, NULL));
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    json_record_encode(&gold_conversation_type, gold, &writer);
    cr_expect(eq(str, text.data, (char *)(uintptr_t)gold_lines[0]));
    strbuf_done(&text);
    gold_index_place(index, strview_of("c"), place, sizeof place);
    cr_expect(eq(str, place + strlen(path), (char *)(uintptr_t)places[2]));
    cr_assert(eq(int, gold_index_tell_unused(index, on_fault, &told, &err), STATUS_OK));
    cr_assert(eq(sz, told.count, 3));
    for (size_t i = 0; i < 3; i++) {
        cr_expect(eq(str, told.where[i] + strlen(path), (char *)(uintptr_t)places[i]));
        cr_expect(eq(str, told.what[i], (char *)(uintptr_t)whats[i]));
    }
}

Test(record_index, gold_of_either_form_is_found_and_its_faults_are_placed)
{
    check_form(lines_path, (const char *const[]){":2: /turns", ":3", ":4"});
    check_form(avro_path, (const char *const[]){": record 2: /turns", ": record 3", ": record 4"});
}

Test(record_index, an_avro_file_is_known_by_its_first_bytes_too)
{
    cr_expect(record_file_is_avro(avro_path));
    cr_expect(not(record_file_is_avro(lines_path)));
    cr_expect(not(record_file_is_avro("-")));
    cr_assert(eq(int, rename(avro_path, lines_path), 0));
    cr_expect(record_file_is_avro(lines_path));
}

Test(record_index, lost_memory_is_told_at_every_request)
{
    const char *const paths[] = {lines_path, avro_path};
    for (size_t i = 0; i < 2; i++) {
        int64_t nth = 1;
        for (bool hit = true; hit; nth++) {
            struct gold_index *index = NULL;
            struct told told = {.count = 0};
            memory_fail_nth(nth);
            enum status status = gold_index_open(paths[i], on_fault, &told, &index, NULL);
            hit = memory_fault_was_hit();
            memory_fail_nth(0);
            cr_expect(eq(int, status, hit ? STATUS_NO_MEMORY : STATUS_OK), "%s: request %ld",
                      paths[i], (long)nth);
            gold_index_close(index);
        }
        cr_expect(gt(i64, nth, 10));
    }
}
