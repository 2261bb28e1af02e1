/*
 * dataset_records_test.c: every line of datasets/booking is a record that assay reads, knows all
 * keys of, and writes again byte for byte. Reads the source tree; one thread.
 */
#include "codec/json_record.h"
#include "record/gold.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>

#define DATASET ASSAY_SOURCE_DIR "/datasets/booking/"

static enum status rewrite(const struct record_type *type, struct strview line, struct arena *arena,
                           struct json_unknown *unknown, struct strbuf *out, struct error *err)
{
    struct json_write writer = {.out = out};
    if (!type) {
        struct event event;
        enum status status = json_record_decode_event(line, &event, arena, unknown, err);
        if (status == STATUS_OK)
            json_record_encode_event(&event, &writer);
        return status;
    }
    void *record = arena_alloc(arena, type->size);
    enum status status = json_record_decode(type, line, record, arena, unknown, err);
    if (status == STATUS_OK)
        json_record_encode(type, record, &writer);
    return status;
}

/* type NULL: events. Returns the number of lines. */
static int expect_every_line_to_survive(const char *path, const struct record_type *type)
{
    FILE *file = fopen(path, "r");
    cr_assert(ne(ptr, file, NULL), "%s", path);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(1 << 16, 0);
    struct strbuf out = {0};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int number = 0;
    while ((length = getline(&line, &capacity, file)) > 0) {
        number++;
        line[length - 1] = '\0';
        struct error err = {0};
        struct json_unknown unknown = {0};
        arena_reset(arena);
        strbuf_clear(&out);
        struct strview text = {.data = line, .size = (size_t)length - 1};
        enum status status = rewrite(type, text, arena, &unknown, &out, &err);
        cr_assert(eq(int, status, STATUS_OK), "%s:%d: %s %s", path, number, err.where, err.what);
        cr_assert(eq(u64, unknown.count, 0), "%s:%d: %s", path, number, unknown.first_pointer);
        cr_assert(eq(str, out.data, line), "%s:%d", path, number);
    }
    strbuf_done(&out);
    free(line); // NOLINT: getline's own
    fclose(file);
    return number;
}

Test(booking, every_event_is_read_and_written_again_unchanged)
{
    cr_expect(ge(int, expect_every_line_to_survive(DATASET "conversations.jsonl", NULL), 2000));
}

Test(booking, every_gold_conversation_is_read_and_written_again_unchanged)
{
    cr_expect(
        ge(int, expect_every_line_to_survive(DATASET "gold.jsonl", &gold_conversation_type), 150));
}
