#include "base/file.h"
#include "base/file_stream.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/assay_stream_XXXXXX";
static char path[64], fresh[80];

static void make_folder(void)
{
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    snprintf(path, sizeof path, "%s/out", folder);
    snprintf(fresh, sizeof fresh, "%s.new", path);
}

static void remove_folder(void)
{
    unlink(path);
    cr_expect(eq(int, rmdir(folder), 0), "a file was left behind");
}

TestSuite(file_stream, .init = make_folder, .fini = remove_folder);

Test(file_stream, the_file_has_its_name_when_it_is_whole_and_belongs_to_its_owner)
{
    struct file_stream stream = {.descriptor = -1};
    struct error err = {0};
    struct stat info;
    struct strbuf read = {0};
    cr_assert(eq(int, file_stream_open(&stream, path, &err), STATUS_OK), "%s", err.what);
    strbuf_add_text(&stream.text, "one\n");
    cr_assert(eq(int, file_stream_flush(&stream, 100, &err), STATUS_OK));
    cr_expect(eq(sz, stream.text.size, 4), "flushed before it was due");
    cr_assert(eq(int, file_stream_flush(&stream, 0, &err), STATUS_OK));
    cr_expect(eq(sz, stream.text.size, 0));
    cr_expect(not(file_exists(path)));
    strbuf_add_text(&stream.text, "two\n");
    cr_assert(eq(int, file_stream_commit(&stream, &err), STATUS_OK), "%s", err.what);
    file_stream_close(&stream);
    cr_expect(not(file_exists(fresh)));
    cr_assert(eq(int, file_read(path, 100, &read, &err), STATUS_OK));
    cr_expect(eq(str, read.data, "one\ntwo\n"));
    cr_expect(eq(int, stat(path, &info), 0));
    cr_expect(eq(int, info.st_mode & 0777, 0600));
    strbuf_done(&read);
}

Test(file_stream, what_is_not_committed_leaves_the_old_file)
{
    struct file_stream stream = {.descriptor = -1};
    struct error err = {0};
    struct strbuf read = {0};
    cr_assert(eq(int, file_write(path, strview_of("old"), &err), STATUS_OK));
    cr_assert(eq(int, file_stream_open(&stream, path, &err), STATUS_OK), "%s", err.what);
    strbuf_add_text(&stream.text, "new");
    cr_assert(eq(int, file_stream_flush(&stream, 0, &err), STATUS_OK));
    file_stream_close(&stream);
    file_stream_close(&stream);
    cr_expect(not(file_exists(fresh)));
    cr_assert(eq(int, file_read(path, 100, &read, &err), STATUS_OK));
    cr_expect(eq(str, read.data, "old"));
    strbuf_done(&read);
}

Test(file_stream, a_folder_that_is_not_there_is_told)
{
    struct file_stream stream = {.descriptor = -1};
    struct error err = {0};
    cr_expect(eq(int, file_stream_open(&stream, "/nowhere/at/all", &err), STATUS_IO));
    cr_expect(strstr(err.what, "/nowhere/at/all") != NULL, "%s", err.what);
    cr_expect(not(file_stream_is_open(&stream)));
    cr_expect(eq(int, file_stream_commit(&stream, &err), STATUS_OK));
    file_stream_close(&stream);
}
