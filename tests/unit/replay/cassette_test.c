#include "base/file.h"
#include "base/memory.h"
#include "replay/cassette.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static bool find(struct cassette *cassette, const char *key, struct arena *arena,
                 struct far_answer *ret_answer)
{
    bool found = false;
    struct error err = {0};
    cr_assert(eq(int, cassette_find(cassette, key, arena, ret_answer, &found, &err), STATUS_OK));
    return found;
}

static char path[64];
static struct arena *arena;

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/assay_cassette_XXXXXX");
    close(mkstemp(path));
    unlink(path);
    arena = arena_create(4096, 0);
}

static void end(void)
{
    unlink(path);
    arena_destroy(arena);
}

TestSuite(cassette, .init = begin, .fini = end);

static struct cassette *open_it(bool record)
{
    struct cassette *cassette = NULL;
    struct error err = {0};
    cr_assert(eq(int, cassette_open(path, record, &cassette, &err), STATUS_OK), "%s: %s", err.where,
              err.what);
    return cassette;
}

static void add(struct cassette *cassette, const char *key, const char *body)
{
    struct error err = {0};
    struct far_answer answer = {.http_status = 200,
                                .body = strview_of(body),
                                .latency_ms = 812.5,
                                .first_byte_ms = (double)NAN};
    cr_assert(eq(int, cassette_add(cassette, key, strview_of("p/m"), &answer, &err), STATUS_OK));
}

static void expect_body(struct cassette *cassette, const char *key, const char *body)
{
    struct far_answer answer;
    cr_assert(find(cassette, key, arena, &answer), "%s", key);
    cr_expect(strview_is(answer.body, body), "%.*s", STRVIEW_ARG(answer.body));
}

Test(cassette, a_key_is_of_the_request_and_of_the_draw)
{
    char a[CASSETTE_KEY_SIZE], b[CASSETTE_KEY_SIZE];
    cassette_key(strview_of("{\"x\": 1}"), 0, a);
    cassette_key(strview_of("{\"x\": 1}"), 0, b);
    cr_expect(eq(str, a, b));
    cr_expect(eq(sz, strlen(a), 32));
    cr_expect(eq(sz, strspn(a, "0123456789abcdef"), 32));
    cassette_key(strview_of("{\"x\": 1}"), 1, b);
    cr_expect(ne(str, a, b));
    cassette_key(strview_of("{\"x\": 2}"), 0, b);
    cr_expect(ne(str, a, b));
}

Test(cassette, what_was_recorded_is_found_at_once_and_after_a_reopen)
{
    CLEANUP(cassette_cleanup) struct cassette *recorder = open_it(true);
    add(recorder, "k1", "{\"a\": \"caf\xc3\xa9\\n\"}");
    add(recorder, "k2", "second");
    expect_body(recorder, "k2", "second");
    expect_body(recorder, "k1", "{\"a\": \"caf\xc3\xa9\\n\"}");
    CLEANUP(cassette_cleanup) struct cassette *player = open_it(false);
    struct far_answer answer;
    cr_assert(find(player, "k1", arena, &answer));
    cr_expect(eq(int, answer.outcome, CALL_OK));
    cr_expect(eq(i32, answer.http_status, 200));
    cr_expect(eq(dbl, answer.latency_ms, 812.5));
    cr_expect(isnan(answer.first_byte_ms));
    cr_expect(eq(i64, answer.attempts, 1));
    expect_body(player, "k2", "second");
    cr_expect(not(find(player, "k3", arena, &answer)));
}

Test(cassette, recording_goes_on_and_the_first_answer_to_a_key_stays)
{
    struct cassette *cassette = open_it(true);
    add(cassette, "k1", "first");
    add(cassette, "k1", "again");
    cassette_close(cassette);
    cassette = open_it(true);
    add(cassette, "k1", "once more");
    add(cassette, "k2", "second");
    expect_body(cassette, "k1", "first");
    expect_body(cassette, "k2", "second");
    cassette_close(cassette);
    struct strbuf text = {0};
    cr_assert(eq(int, file_read(path, 4096, &text, NULL), STATUS_OK));
    size_t lines = 0;
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    cr_expect(eq(sz, lines, 2));
    strbuf_done(&text);
}

Test(cassette, a_player_records_nothing)
{
    struct error err = {0};
    cr_assert(eq(int, file_write(path, strview_of(""), &err), STATUS_OK));
    struct cassette *cassette = open_it(false);
    struct far_answer answer = {.body = strview_of("x")};
    add(cassette, "k1", "x");
    cr_expect(not(find(cassette, "k1", arena, &answer)));
    cassette_close(cassette);
}

Test(cassette, what_is_no_cassette_is_told_with_its_line)
{
    static const char *const texts[] = {"{\"key\": \"a\", \"body\": \"x\"}\nnot json\n",
                                        "{\"key\": \"a\", \"body\": \"x\"}\n{\"body\": \"x\"}\n",
                                        "{\"key\": \"a\", \"body\": \"x\"}\n{\"key\": \"b\", \"bo"};
    for (size_t i = 0; i < 3; i++) {
        struct cassette *cassette = NULL;
        struct error err = {0};
        cr_assert(eq(int, file_write(path, strview_of(texts[i]), &err), STATUS_OK));
        cr_expect(eq(int, cassette_open(path, false, &cassette, &err), STATUS_DATA), "row %zu", i);
        cr_expect(strstr(err.where, ":2") != NULL, "%s", err.where);
        cr_expect(eq(ptr, cassette, NULL));
    }
    unlink(path);
    struct cassette *cassette = NULL;
    struct error err = {0};
    cr_expect(eq(int, cassette_open(path, false, &cassette, &err), STATUS_IO));
}

Test(cassette, a_line_without_a_body_is_a_miss)
{
    struct error err = {0};
    struct far_answer answer;
    cr_assert(eq(int, file_write(path, strview_of("{\"key\": \"a\"}\n"), &err), STATUS_OK));
    CLEANUP(cassette_cleanup) struct cassette *cassette = open_it(false);
    cr_expect(not(find(cassette, "a", arena, &answer)));
}

/* A cassette that was edited by hand: no line end at its end, or the line ends of another system.
 */
Test(cassette, recording_behind_a_hand_made_end_keeps_every_answer)
{
    static const char *const texts[] = {"{\"key\": \"a\", \"body\": \"x\"}",
                                        "{\"key\": \"a\", \"body\": \"x\"}\r\n"};
    for (size_t i = 0; i < 2; i++) {
        struct error err = {0};
        cr_assert(eq(int, file_write(path, strview_of(texts[i]), &err), STATUS_OK));
        struct cassette *cassette = open_it(true);
        add(cassette, "b", "y");
        expect_body(cassette, "b", "y");
        cassette_close(cassette);
        cassette = open_it(false);
        expect_body(cassette, "a", "x");
        expect_body(cassette, "b", "y");
        cassette_close(cassette);
    }
}

Test(cassette, lost_memory_is_told_and_the_file_stays_whole)
{
    struct cassette *cassette = open_it(true);
    add(cassette, "k1", "first");
    cassette_close(cassette);
    int64_t nth = 1;
    for (bool hit = true; hit; nth++) {
        cassette = NULL;
        struct far_answer answer = {.body = strview_of("second")};
        memory_fail_nth(nth);
        enum status status = cassette_open(path, true, &cassette, NULL);
        if (status == STATUS_OK)
            status = cassette_add(cassette, "k2", strview_of("m"), &answer, NULL);
        hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, status, hit ? STATUS_NO_MEMORY : STATUS_OK), "request %ld", (long)nth);
        cassette_close(cassette);
    }
    cr_expect(gt(i64, nth, 4));
    cassette = open_it(false);
    expect_body(cassette, "k1", "first");
    expect_body(cassette, "k2", "second");
    cassette_close(cassette);
}
