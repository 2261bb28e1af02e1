#include "base/file.h"
#include "base/memory.h"
#include "ingest/prediction_log.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <unistd.h>

static char path[64];
static struct arena *arena;
static size_t faults;
static char first_where[256];

static void on_fault(void *context, const struct error *fault)
{
    (void)context;
    if (faults++ == 0)
        memcpy(first_where, fault->where, sizeof first_where);
}

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/assay_log_XXXXXX");
    close(mkstemp(path));
    arena = arena_create(4096, 0);
}

static void end(void)
{
    unlink(path);
    arena_destroy(arena);
}

TestSuite(prediction_log, .init = begin, .fini = end);

#define LINE(id, rest, response)                                                                   \
    "{\"conversation_id\": \"" id "\"" rest ", \"input\": {\"user_text\": \"x\"}, \"output\": "    \
    "{\"response\": \"" response "\", \"extracted_slots\": {}}}\n"

static struct prediction_log *open_text(const char *text)
{
    struct prediction_log *log = NULL;
    struct error err = {0};
    cr_assert(eq(int, file_write(path, strview_of(text), &err), STATUS_OK));
    cr_assert(eq(int, prediction_log_open(path, on_fault, NULL, &log, &err), STATUS_OK), "%s",
              err.what);
    return log;
}

static char *response(const struct prediction_log *log, const char *id, int64_t turn)
{
    struct prediction *prediction = NULL;
    struct error err = {0};
    cr_assert(eq(int, prediction_log_find(log, strview_of(id), turn, arena, &prediction, &err),
                 STATUS_OK),
              "%s", err.what);
    return prediction ? arena_format(arena, "%.*s", STRVIEW_ARG(prediction->output->response))
                      : arena_format(arena, "none");
}

Test(prediction_log, a_line_without_a_turn_has_its_place_in_the_conversation)
{
    CLEANUP(prediction_log_cleanup)
    struct prediction_log *log =
        open_text(LINE("a", "", "a0") LINE("b", "", "b0") "\n" LINE("a", "", "a1"));
    cr_expect(eq(str, response(log, "a", 0), "a0"));
    cr_expect(eq(str, response(log, "a", 1), "a1"));
    cr_expect(eq(str, response(log, "b", 0), "b0"));
    cr_expect(eq(str, response(log, "a", 2), "none"));
    cr_expect(eq(str, response(log, "c", 0), "none"));
    cr_expect(eq(sz, faults, 0));
}

Test(prediction_log, a_lines_own_turn_counts_in_any_order)
{
    CLEANUP(prediction_log_cleanup)
    struct prediction_log *log =
        open_text(LINE("a", ", \"turn\": 2", "two") LINE("a", ", \"turn\": 0", "zero"));
    cr_expect(eq(str, response(log, "a", 0), "zero"));
    cr_expect(eq(str, response(log, "a", 1), "none"));
    cr_expect(eq(str, response(log, "a", 2), "two"));
}

Test(prediction_log, bad_lines_are_told_and_left_out)
{
    CLEANUP(prediction_log_cleanup)
    struct prediction_log *log =
        open_text(LINE("a", "", "a0") "{\"conversation_id\": \n" LINE("a", "", "a1"));
    cr_expect(eq(sz, faults, 1));
    cr_expect(strstr(first_where, ":2") != NULL, "%s", first_where);
    cr_expect(eq(str, response(log, "a", 1), "a1"));
}

Test(prediction_log, a_missing_file_is_an_error)
{
    struct prediction_log *log = NULL;
    struct error err = {0};
    cr_expect(
        eq(int, prediction_log_open("/nowhere/at/all", on_fault, NULL, &log, &err), STATUS_IO));
    cr_expect(eq(ptr, log, NULL));
}

Test(prediction_log, a_log_that_was_cut_after_opening_is_told)
{
    CLEANUP(prediction_log_cleanup) struct prediction_log *log = open_text(LINE("a", "", "a0"));
    struct prediction *prediction = NULL;
    struct error err = {0};
    cr_assert(eq(int, truncate(path, 10), 0));
    cr_expect(
        eq(int, prediction_log_find(log, strview_of("a"), 0, arena, &prediction, &err), STATUS_IO));
    cr_expect(strstr(err.what, "was it changed?") != NULL);
    cr_expect(eq(ptr, prediction, NULL));
}

Test(prediction_log, lost_memory_is_told_at_every_request)
{
    struct error err = {0};
    int64_t nth = 1;
    cr_assert(eq(int, file_write(path, strview_of(LINE("a", "", "a0") LINE("a", "", "a1")), &err),
                 STATUS_OK));
    for (bool hit = true; hit; nth++) {
        struct prediction_log *log = NULL;
        memory_fail_nth(nth);
        enum status status = prediction_log_open(path, on_fault, NULL, &log, NULL);
        hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, status, hit ? STATUS_NO_MEMORY : STATUS_OK), "request %ld", (long)nth);
        prediction_log_close(log);
    }
    cr_expect(gt(i64, nth, 5));
    cr_expect(eq(sz, faults, 0));
}
