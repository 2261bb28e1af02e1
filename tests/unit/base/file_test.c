#include "base/file.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[96];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/assay_file_XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/a", folder);
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

Test(file, what_is_written_is_read_again_and_only_its_owner_may, .init = make_folder,
     .fini = remove_folder)
{
    struct error err = {0};
    struct strbuf text = {0};
    struct stat info;
    cr_assert(eq(int, file_write(path, strview_of("first"), &err), STATUS_OK));
    cr_assert(eq(int, file_write(path, strview_of("second"), &err), STATUS_OK));
    strbuf_add_text(&text, "before ");
    cr_assert(eq(int, file_read(path, 6, &text, &err), STATUS_OK), "%s", err.what);
    cr_expect(eq(str, text.data, "before second"));
    cr_assert(eq(int, stat(path, &info), 0));
    cr_expect(eq(int, (int)(info.st_mode & 0777), 0600));
    char fresh[128];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    cr_expect(not(file_exists(fresh)));
    strbuf_done(&text);
}

Test(file, one_byte_over_the_limit_is_refused, .init = make_folder, .fini = remove_folder)
{
    struct error err = {0};
    struct strbuf text = {0};
    cr_assert(eq(int, file_write(path, strview_of("123456"), &err), STATUS_OK));
    cr_expect(eq(int, file_read(path, 5, &text, &err), STATUS_LIMIT));
    cr_expect(eq(int, file_read(path, 6, &text, &err), STATUS_OK));
    strbuf_done(&text);
}

Test(file, what_cannot_be_read_or_written_is_told, .init = make_folder, .fini = remove_folder)
{
    struct error err = {0};
    struct strbuf text = {0};
    cr_expect(eq(int, file_read(path, 10, &text, &err), STATUS_IO));
    cr_expect(strstr(err.what, "No such file") != NULL, "%s", err.what);
    cr_expect(strstr(err.fix, "Check the path") != NULL, "%s", err.fix);
    cr_expect(eq(int, file_read(folder, 10, &text, &err), STATUS_IO));
    cr_expect(strstr(err.what, "could not read") != NULL, "%s", err.what);
    cr_expect(eq(int, file_write("/nowhere/at/all", strview_of("x"), &err), STATUS_IO));
    strbuf_done(&text);
}

Test(file, a_folder_is_made_with_its_parents_and_may_be_there, .init = make_folder,
     .fini = remove_folder)
{
    struct error err = {0};
    struct stat info;
    char deep[128];
    snprintf(deep, sizeof deep, "%s/x/y", folder);
    cr_assert(eq(int, file_make_folder(deep, &err), STATUS_OK), "%s", err.what);
    cr_assert(eq(int, file_make_folder(deep, &err), STATUS_OK), "%s", err.what);
    cr_assert(eq(int, stat(deep, &info), 0));
    cr_expect(eq(int, (int)(info.st_mode & 0777), 0700));
    rmdir(deep);
    snprintf(deep, sizeof deep, "%s/x", folder);
    rmdir(deep);
    cr_expect(eq(int, file_make_folder("", &err), STATUS_IO));
}

Test(file, a_name_is_taken_from_the_folder_of_a_path)
{
    static const struct {
        const char *path, *name;
        char *wanted;
    } rows[] = {{"pipelines/a.yaml", "task.yaml", "pipelines/task.yaml"},
                {"a.yaml", "task.yaml", "task.yaml"},
                {"pipelines/a.yaml", "/etc/task.yaml", "/etc/task.yaml"},
                {"/a.yaml", "../b", "/../b"},
                {"x/y/", "z", "x/y/z"}};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(1024, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect(eq(str, file_beside(arena, rows[i].path, rows[i].name), rows[i].wanted),
                  "row %zu", i);
}
