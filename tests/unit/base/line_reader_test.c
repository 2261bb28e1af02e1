#include "base/file.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <zlib.h>

#include <stdlib.h>
#include <unistd.h>

static char path[64];

static void make_path(void)
{
    snprintf(path, sizeof path, "/tmp/assay_lines_XXXXXX");
    close(mkstemp(path));
}

static void remove_path(void)
{
    unlink(path);
}

static void write_text(const char *bytes, size_t size)
{
    struct error err = {0};
    cr_assert(eq(int, file_write(path, (struct strview){bytes, size}, &err), STATUS_OK));
}

static struct line_reader *open_lines(size_t limit_bytes)
{
    struct line_reader *reader = NULL;
    struct error err = {0};
    cr_assert(eq(int, line_reader_open(path, limit_bytes, &reader, &err), STATUS_OK), "%s",
              err.what);
    return reader;
}

static void expect_line(struct line_reader *reader, const char *text, uint64_t number,
                        uint64_t offset, bool too_long)
{
    struct line line = {0};
    enum status status;
    struct error err = {0};
    cr_assert(line_reader_next(reader, &line, &status, &err), "line %lu: %s", (unsigned long)number,
              err.what);
    cr_expect(strview_is(line.bytes, text), "line %lu is '%.*s'", (unsigned long)number,
              STRVIEW_ARG(line.bytes));
    cr_expect(eq(u64, line.number, number));
    cr_expect(eq(u64, line.offset, offset));
    cr_expect(eq(int, line.too_long, too_long));
}

static void expect_end(struct line_reader *reader, enum status wanted)
{
    struct line line;
    enum status status = STATUS_INTERNAL;
    struct error err = {0};
    cr_expect(not(line_reader_next(reader, &line, &status, &err)));
    cr_expect(eq(int, status, wanted), "%s", err.what);
}

Test(line_reader, lines_know_their_number_and_offset_whatever_ends_them, .init = make_path,
     .fini = remove_path)
{
    static const char text[] = "one\r\ntwo\n\nlast";
    write_text(text, sizeof text - 1);
    struct line_reader *reader = open_lines(100);
    expect_line(reader, "one", 1, 0, false);
    expect_line(reader, "two", 2, 5, false);
    expect_line(reader, "", 3, 9, false);
    expect_line(reader, "last", 4, 10, false);
    expect_end(reader, STATUS_OK);
    expect_end(reader, STATUS_OK);
    line_reader_close(reader);
}

Test(line_reader, an_empty_file_has_no_line, .init = make_path, .fini = remove_path)
{
    struct line_reader *reader = open_lines(100);
    expect_end(reader, STATUS_OK);
    line_reader_close(reader);
}

Test(line_reader, a_line_at_the_limit_is_whole_and_one_over_it_is_cut_and_told, .init = make_path,
     .fini = remove_path)
{
    static const char text[] = "1234\n12345\n123\n";
    write_text(text, sizeof text - 1);
    struct line_reader *reader = open_lines(4);
    expect_line(reader, "1234", 1, 0, false);
    expect_line(reader, "1234", 2, 5, true);
    expect_line(reader, "123", 3, 11, false);
    expect_end(reader, STATUS_OK);
    line_reader_close(reader);
}

Test(line_reader, a_line_longer_than_the_read_buffer_is_put_together, .init = make_path,
     .fini = remove_path)
{
    enum { SIZE = 200001 };
    char *text = malloc(SIZE + 3);
    memset(text, 'x', SIZE);
    memcpy(text + SIZE, "\ny\n", 3);
    write_text(text, SIZE + 3);
    free(text);
    struct line_reader *reader = open_lines(1 << 20);
    struct line line;
    enum status status;
    cr_assert(line_reader_next(reader, &line, &status, NULL));
    cr_expect(eq(sz, line.bytes.size, SIZE));
    cr_expect(not(line.too_long));
    expect_line(reader, "y", 2, SIZE + 1, false);
    line_reader_close(reader);
    reader = open_lines(10); /* skipped over several buffers */
    expect_line(reader, "xxxxxxxxxx", 1, 0, true);
    expect_line(reader, "y", 2, SIZE + 1, false);
    line_reader_close(reader);
}

/* 4000 lines that do not compress away, so that a cut file ends in the middle of the data. */
static void write_gzip(void)
{
    gzFile file = gzopen(path, "wb");
    uint64_t state = 1;
    for (int i = 0; i < 4000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        gzprintf(file, "%016llx\n", (unsigned long long)state);
    }
    gzclose(file);
}

Test(line_reader, gzip_is_read_like_plain_text, .init = make_path, .fini = remove_path)
{
    write_gzip();
    struct line_reader *reader = open_lines(100);
    struct line line;
    enum status status;
    uint64_t lines = 0;
    while (line_reader_next(reader, &line, &status, NULL)) {
        cr_assert(eq(sz, line.bytes.size, 16));
        cr_assert(eq(u64, line.offset, 17 * lines));
        lines++;
    }
    cr_expect(eq(int, status, STATUS_OK));
    cr_expect(eq(u64, lines, 4000));
    line_reader_close(reader);
}

Test(line_reader, a_gzip_file_that_was_cut_off_is_an_error_and_no_short_file, .init = make_path,
     .fini = remove_path)
{
    write_gzip();
    cr_assert(eq(int, truncate(path, 9000), 0));
    struct line_reader *reader = open_lines(100);
    struct line line;
    enum status status;
    struct error err = {0};
    while (line_reader_next(reader, &line, &status, &err))
        continue;
    cr_expect(eq(int, status, STATUS_IO));
    cr_expect(strstr(err.what, path) != NULL, "%s", err.what);
    line_reader_close(reader);
}

Test(line_reader, a_damaged_gzip_file_is_an_error, .init = make_path, .fini = remove_path)
{
    write_gzip();
    FILE *file = fopen(path, "r+b");
    fseek(file, 5000, SEEK_SET);
    fwrite("\xff\xff\xff\xff\xff\xff\xff\xff", 1, 8, file);
    fclose(file);
    struct line_reader *reader = open_lines(100);
    struct line line;
    enum status status;
    while (line_reader_next(reader, &line, &status, NULL))
        continue;
    cr_expect(eq(int, status, STATUS_IO));
    line_reader_close(reader);
}

Test(line_reader, a_byte_order_mark_is_no_part_of_the_first_line, .init = make_path,
     .fini = remove_path)
{
    static const char text[] = "\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n";
    write_text(text, sizeof text - 1);
    struct line_reader *reader = open_lines(100);
    expect_line(reader, "{}", 1, 3, false);
    expect_line(reader, "\xef\xbb\xbf{}", 2, 6, false);
    line_reader_close(reader);
}

Test(line_reader, a_folder_and_a_missing_file_are_told)
{
    struct line_reader *reader = NULL;
    struct error err = {0};
    cr_expect(eq(int, line_reader_open("/", 10, &reader, &err), STATUS_IO));
    cr_expect(strstr(err.what, "'/' is a folder, not a file") != NULL, "%s", err.what);
    cr_expect(eq(int, line_reader_open("/nowhere/at/all", 10, &reader, &err), STATUS_IO));
    cr_expect(strstr(err.what, "/nowhere/at/all") != NULL, "%s", err.what);
    cr_expect(ne(int, err.fix[0], 0));
    cr_expect(eq(ptr, reader, NULL));
    line_reader_close(NULL);
}

Test(line_reader, running_out_of_memory_is_told_at_every_request, .init = make_path,
     .fini = remove_path)
{
    write_text("some line\n", 10);
    for (int64_t nth = 1;; nth++) {
        struct line_reader *reader = NULL;
        struct line line;
        memory_fail_nth(nth);
        enum status status = line_reader_open(path, 100, &reader, NULL);
        if (status == STATUS_OK)
            (void)line_reader_next(reader, &line, &status, NULL);
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        line_reader_close(reader);
        if (!hit) {
            cr_expect(ge(i64, nth, 5), "only %ld requests were seen", (long)nth - 1);
            return;
        }
        cr_expect(eq(int, status, STATUS_NO_MEMORY), "request %ld", (long)nth);
    }
}
