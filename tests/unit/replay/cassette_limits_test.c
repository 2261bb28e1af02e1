#include "replay/cassette.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
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
static const char line[] = "{\"key\": \"00000000000000000000000000000001\", \"status\": 200, "
                           "\"body\": \"old\"}";

static void write_file(const char *end)
{
    snprintf(path, sizeof path, "/tmp/assay_cassette_XXXXXX");
    FILE *file = fdopen(mkstemp(path), "w");
    fprintf(file, "%s%s", line, end);
    fclose(file);
}

static void remove_path(void)
{
    unlink(path);
}

/* Records a second answer and finds both again, also when the file is opened anew. */
static void record_and_find(void)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct far_answer fresh = {.outcome = CALL_OK, .http_status = 200, .body = strview_of("new")};
    const char *keys[] = {"00000000000000000000000000000001", "00000000000000000000000000000002"};
    for (int is_replay = 0; is_replay < 2; is_replay++) {
        CLEANUP(cassette_cleanup) struct cassette *cassette = NULL;
        struct error err = {0};
        struct far_answer answer;
        cr_assert(eq(int, cassette_open(path, !is_replay, &cassette, &err), STATUS_OK), "%s",
                  err.what);
        cr_assert(
            eq(int, cassette_add(cassette, keys[1], strview_of("m"), &fresh, &err), STATUS_OK));
        cr_assert(find(cassette, keys[0], arena, &answer));
        cr_expect(strview_is(answer.body, "old"));
        cr_assert(find(cassette, keys[1], arena, &answer));
        cr_expect(strview_is(answer.body, "new"));
    }
}

Test(cassette, recording_goes_on_behind_a_line_without_an_end, .fini = remove_path)
{
    write_file("");
    record_and_find();
}

Test(cassette, recording_cuts_a_torn_last_line, .fini = remove_path)
{
    write_file("\n{\"key\": \"0000");
    record_and_find();
}

Test(cassette, recording_goes_on_behind_lines_of_another_system, .fini = remove_path)
{
    write_file("\r\n");
    record_and_find();
}

Test(cassette, a_second_recorder_is_refused, .fini = remove_path)
{
    write_file("\n");
    CLEANUP(cassette_cleanup) struct cassette *one = NULL;
    CLEANUP(cassette_cleanup) struct cassette *two = NULL;
    struct error err = {0};
    cr_assert(eq(int, cassette_open(path, true, &one, &err), STATUS_OK));
    cr_expect(eq(int, cassette_open(path, true, &two, &err), STATUS_IO));
}
