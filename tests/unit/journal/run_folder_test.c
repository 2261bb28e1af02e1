#include "base/file.h"
#include "journal/run_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

Test(run_folder, a_changed_input_is_named_and_an_unchanged_one_is_not)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    char folder[] = "/tmp/assay_runs_XXXXXX";
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    char *gold = arena_format(arena, "%s/gold.jsonl", folder);
    char *task = arena_format(arena, "%s/task.yaml", folder);
    struct error err = {0};
    cr_assert(eq(int, file_write(gold, strview_of("one\n"), &err), STATUS_OK));
    cr_assert(eq(int, file_write(task, strview_of("two\n"), &err), STATUS_OK));
    struct run_manifest then = {.run_id = "r-1",
                                .experiment = "e",
                                .created = "2025-01-01T00:00:00Z",
                                .assay_version = "0",
                                .pipeline_path = "p.yaml",
                                .overrides = ""};
    cr_assert(eq(int, run_manifest_add(&then, arena, "gold", gold, &err), STATUS_OK));
    cr_assert(eq(int, run_manifest_add(&then, arena, "task", task, &err), STATUS_OK));
    const char *made;
    cr_assert(eq(int, run_folder_create(folder, &then, arena, &made, &err), STATUS_OK), "%s",
              err.what);
    struct stat info;
    cr_assert(eq(int, stat(made, &info), 0));
    cr_expect(eq(u32, info.st_mode & 0777, 0700));
    struct run_manifest *read;
    cr_assert(eq(int, run_manifest_read(made, arena, &read, &err), STATUS_OK), "%s", err.what);
    cr_expect(eq(int, run_manifest_compare(read, &then, &err), STATUS_OK));

    cr_assert(eq(int, file_write(gold, strview_of("ONE\n"), &err), STATUS_OK));
    struct run_manifest now = {.run_id = "r-1", .overrides = ""};
    cr_assert(eq(int, run_manifest_add(&now, arena, "gold", gold, &err), STATUS_OK));
    cr_assert(eq(int, run_manifest_add(&now, arena, "task", task, &err), STATUS_OK));
    cr_expect(eq(int, run_manifest_compare(read, &now, &err), STATUS_CONFIG));
    cr_expect(ne(ptr, strstr(err.what, "gold ("), NULL), "%s", err.what);
    cr_expect(eq(ptr, strstr(err.what, "task ("), NULL), "%s", err.what);
    cr_expect(eq(int, run_folder_create(folder, &then, arena, &made, &err), STATUS_CONFIG));
    cr_expect(ne(ptr, strstr(err.fix, "assay resume r-1"), NULL));
}
