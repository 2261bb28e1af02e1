#include "base/file.h"
#include "base/memory.h"
#include "ingest/event_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <unistd.h>

static char path[64];
static struct line_batch batch;

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/assay_events_XXXXXX");
    close(mkstemp(path));
}

static void end(void)
{
    line_batch_done(&batch);
    unlink(path);
}

TestSuite(event_file, .init = begin, .fini = end);

static struct line_reader *open_text(const char *text, size_t limit_bytes)
{
    struct line_reader *reader = NULL;
    struct error err = {0};
    cr_assert(eq(int, file_write(path, strview_of(text), &err), STATUS_OK));
    cr_assert(eq(int, line_reader_open(path, limit_bytes, &reader, &err), STATUS_OK));
    return reader;
}

static void read_batch(struct line_reader *reader, size_t max_lines, size_t max_bytes)
{
    struct error err = {0};
    cr_assert(eq(int, line_batch_read(&batch, reader, max_lines, max_bytes, &err), STATUS_OK), "%s",
              err.what);
}

Test(event_file, lines_come_in_batches_and_keep_their_numbers)
{
    struct line_reader *reader = open_text("one\n\n  \ntwo\nthree\n", 100);
    read_batch(reader, 2, 1000);
    cr_assert(eq(sz, batch.count, 2));
    cr_expect(strview_is(line_batch_get(&batch, 0), "one"));
    cr_expect(strview_is(line_batch_get(&batch, 1), "two"));
    cr_expect(eq(u64, batch.lines[1].number, 4));
    read_batch(reader, 2, 1000);
    cr_assert(eq(sz, batch.count, 1));
    cr_expect(strview_is(line_batch_get(&batch, 0), "three"));
    cr_expect(eq(u64, batch.lines[0].number, 5));
    read_batch(reader, 2, 1000);
    cr_expect(eq(sz, batch.count, 0));
    line_reader_close(reader);
}

Test(event_file, a_batch_ends_when_its_bytes_are_full)
{
    struct line_reader *reader = open_text("12345\n12345\n12345\n", 100);
    read_batch(reader, 100, 6);
    cr_expect(eq(sz, batch.count, 2));
    read_batch(reader, 100, 6);
    cr_expect(eq(sz, batch.count, 1));
    line_reader_close(reader);
}

Test(event_file, a_line_that_is_too_long_costs_nothing_and_is_told)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct line_reader *reader = open_text("12345678901234567890\nshort\n", 10);
    struct decoded_event decoded;
    read_batch(reader, 100, 1000);
    cr_assert(eq(sz, batch.count, 2));
    cr_expect(batch.lines[0].too_long);
    cr_expect(eq(sz, line_batch_get(&batch, 0).size, 0));
    cr_expect(strview_is(line_batch_get(&batch, 1), "short"));
    event_file_decode(&batch, 0, arena, &decoded);
    cr_expect(not(decoded.valid));
    cr_expect(eq(int, decoded.error.status, STATUS_DATA));
    cr_expect(strstr(decoded.error.what, "the line is longer than") != NULL);
    cr_expect(strstr(decoded.error.fix, "missing line end") != NULL);
    line_reader_close(reader);
}

Test(event_file, a_line_is_an_event_or_says_why_not)
{
    static const struct {
        const char *line, *what; /* what NULL: valid */
    } rows[] = {
        {"{\"conversation_id\": \"c\", \"sequence\": 3, \"time\": \"2025-01-10T10:30:00Z\", "
         "\"type\": \"UserTurn\", \"text\": \"friday\"}",
         NULL},
        {"{\"conversation_id\": \"c\", \"sequence\": 3, \"time\": \"2025-01-10T10:30:00Z\", "
         "\"type\": \"Userturn\", \"text\": \"friday\"}",
         ""},
        {"{\"conversation_id\": \"c\", \"time\": \"2025-01-10T10:30:00Z\", \"type\": \"UserTurn\", "
         "\"text\": \"friday\"}",
         "sequence"},
        {"{\"conversation_id\": ", "this is not JSON"},
        {"[]", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
        struct decoded_event decoded;
        struct line_reader *reader = open_text(rows[i].line, 1000);
        read_batch(reader, 1, 1000);
        event_file_decode(&batch, 0, arena, &decoded);
        cr_assert(eq(int, decoded.valid, rows[i].what == NULL), "row %zu: %s", i,
                  decoded.error.what);
        if (decoded.valid) {
            cr_expect(eq(int, decoded.event.type, EVENT_USER_TURN));
            cr_expect(eq(i64, decoded.event.sequence, 3));
            cr_expect(strview_is(((struct user_turn *)decoded.event.body)->text, "friday"));
        } else {
            cr_expect(eq(int, decoded.error.status, STATUS_DATA), "row %zu", i);
            cr_expect(strstr(decoded.error.what, rows[i].what) != NULL ||
                          strstr(decoded.error.where, rows[i].what) != NULL,
                      "row %zu: %s %s", i, decoded.error.where, decoded.error.what);
        }
        line_reader_close(reader);
    }
}

Test(event_file, lost_memory_is_told)
{
    struct line_reader *reader = open_text("one\ntwo\n", 100);
    memory_fail_nth(1);
    cr_expect(eq(int, line_batch_read(&batch, reader, 10, 100, NULL), STATUS_NO_MEMORY));
    memory_fail_nth(0);
    line_reader_close(reader);
}
