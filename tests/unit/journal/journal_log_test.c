#include "base/memory.h"
#include "journal/journal_log.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];

static void new_path(void)
{
    snprintf(path, sizeof path, "/tmp/assay_journal_XXXXXX");
    close(mkstemp(path));
    unlink(path);
}

static void remove_path(void)
{
    unlink(path);
}

struct seen {
    uint64_t count, keys, bytes;
};

static enum status visit(void *context, enum journal_kind kind, uint64_t key,
                         struct strview payload, uint64_t offset, struct error *err)
{
    struct seen *seen = context;
    (void)kind, (void)offset, (void)err;
    seen->count++;
    seen->keys += key;
    seen->bytes += payload.size;
    return STATUS_OK;
}

static struct journal_log *open_it(bool read_only, struct seen *seen, uint64_t *cut)
{
    struct journal_log *log = NULL;
    struct error err = {0};
    struct journal_open options = {
        .path = path, .read_only = read_only, .visit = visit, .context = seen};
    cr_assert(eq(int, journal_log_open(&options, &log, cut, &err), STATUS_OK), "%s", err.what);
    return log;
}

static void append(struct journal_log *log, uint64_t key, const char *text, uint64_t *offset)
{
    struct error err = {0};
    cr_assert(eq(int, journal_log_append(log, JOURNAL_TRIAL, key, strview_of(text), offset, &err),
                 STATUS_OK));
}

Test(journal_log, what_was_appended_is_read_again_before_and_after_a_reopen, .init = new_path,
     .fini = remove_path)
{
    struct seen seen = {0};
    uint64_t cut, first, second;
    struct journal_log *log = open_it(false, &seen, &cut);
    append(log, 7, "seven", &first);
    append(log, 8, "", &second);
    struct strbuf payload = {0};
    cr_assert(eq(int, journal_log_read(log, first, &payload, NULL), STATUS_OK));
    cr_expect(eq(str, payload.data, "seven"));
    cr_assert(eq(int, journal_log_sync(log, NULL), STATUS_OK));
    journal_log_close(log);
    log = open_it(true, &seen, &cut);
    cr_expect(eq(u64, seen.count, 2));
    cr_expect(eq(u64, seen.keys, 15));
    cr_expect(eq(u64, cut, 0));
    strbuf_clear(&payload);
    cr_assert(eq(int, journal_log_read(log, second, &payload, NULL), STATUS_OK));
    cr_expect(eq(sz, payload.size, 0));
    strbuf_done(&payload);
    journal_log_close(log);
}

Test(journal_log, a_torn_tail_is_cut_at_every_length_and_the_rest_stays, .init = new_path,
     .fini = remove_path)
{
    struct seen seen = {0};
    uint64_t cut, offset;
    struct journal_log *log = open_it(false, &seen, &cut);
    append(log, 1, "the first record", &offset);
    append(log, 2, "the second record", &offset);
    journal_log_sync(log, NULL);
    journal_log_close(log);
    struct stat info;
    cr_assert(eq(int, stat(path, &info), 0));
    for (off_t size = info.st_size - 1; size > (off_t)offset; size--) {
        cr_assert(eq(int, truncate(path, size), 0));
        seen = (struct seen){0};
        log = open_it(true, &seen, &cut);
        cr_expect(eq(u64, seen.count, 1), "size %lld", (long long)size);
        cr_expect(eq(u64, cut, (uint64_t)size - offset), "size %lld", (long long)size);
        journal_log_close(log);
    }
    seen = (struct seen){0};
    log = open_it(false, &seen, &cut); /* the writer cuts and goes on */
    append(log, 3, "a third one", &offset);
    journal_log_sync(log, NULL);
    journal_log_close(log);
    seen = (struct seen){0};
    journal_log_close(open_it(true, &seen, &cut));
    cr_expect(eq(u64, seen.count, 2));
    cr_expect(eq(u64, seen.keys, 4));
}

Test(journal_log, one_changed_byte_is_found, .init = new_path, .fini = remove_path)
{
    struct seen seen = {0};
    uint64_t cut, offset;
    struct journal_log *log = open_it(false, &seen, &cut);
    append(log, 1, "the first record", &offset);
    append(log, 2, "the second record", NULL);
    journal_log_sync(log, NULL);
    journal_log_close(log);
    FILE *file = fopen(path, "r+b");
    fseek(file, (long)offset + 20, SEEK_SET);
    fputc('X', file);
    fclose(file);
    seen = (struct seen){0};
    log = open_it(true, &seen, &cut);
    cr_expect(eq(u64, seen.count, 1)); /* the record behind it is still there */
    cr_expect(gt(u64, journal_log_damaged_bytes(log), 0));
    cr_expect(eq(u64, cut, 0));
    journal_log_close(log);
}

Test(journal_log, a_second_writer_is_refused_and_a_reader_is_not, .init = new_path,
     .fini = remove_path)
{
    struct seen seen = {0};
    uint64_t cut;
    struct journal_log *log = open_it(false, &seen, &cut), *other = NULL;
    struct error err = {0};
    struct journal_open options = {.path = path};
    cr_expect(eq(int, journal_log_open(&options, &other, &cut, &err), STATUS_IO));
    cr_expect(ne(ptr, strstr(err.what, "another process"), NULL));
    journal_log_close(open_it(true, &seen, &cut));
    journal_log_close(log);
}

Test(journal_log, only_the_owner_can_read_it, .init = new_path, .fini = remove_path)
{
    struct seen seen = {0};
    uint64_t cut;
    journal_log_close(open_it(false, &seen, &cut));
    struct stat info;
    cr_assert(eq(int, stat(path, &info), 0));
    cr_expect(eq(u32, info.st_mode & 0777, 0600));
}
