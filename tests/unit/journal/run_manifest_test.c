#include "base/cleanup.h"
#include "journal/run_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char runs[64];
static struct arena *arena;

static void begin(void)
{
    snprintf(runs, sizeof runs, "/tmp/assay_runs_XXXXXX");
    cr_assert(mkdtemp(runs) != NULL);
    arena = arena_create(4096, 0);
}

static void end(void)
{
    static const char *const ids[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        unlink(arena_format(arena, "%s/%s/manifest.json", runs, ids[i]));
        rmdir(arena_format(arena, "%s/%s", runs, ids[i]));
    }
    rmdir(runs);
    arena_destroy(arena);
}

TestSuite(run_manifest, .init = begin, .fini = end);

static enum status create(const char *id, const char *created, struct error *err)
{
    struct run_manifest manifest = {.run_id = id,
                                    .experiment = "e \"quoted\"",
                                    .created = created,
                                    .assay_version = "1",
                                    .pipeline_path = "p.yaml",
                                    .overrides = "a=1\nb=2",
                                    .conversation_limit = 12};
    const char *folder;
    return run_folder_create(runs, &manifest, arena, &folder, err);
}

Test(run_manifest, what_is_written_is_read_again)
{
    struct error err = {0};
    struct run_manifest *read;
    cr_assert(eq(int, create("a", "2025-01-01T00:00:00Z", &err), STATUS_OK), "%s", err.what);
    cr_assert(eq(int, run_manifest_read(arena_format(arena, "%s/a", runs), arena, &read, &err),
                 STATUS_OK));
    cr_expect(eq(str, (char *)(uintptr_t)read->run_id, "a"));
    cr_expect(eq(str, (char *)(uintptr_t)read->experiment, "e \"quoted\""));
    cr_expect(eq(str, (char *)(uintptr_t)read->overrides, "a=1\nb=2"));
    cr_expect(eq(i64, read->conversation_limit, 12));
    cr_expect(eq(sz, read->input_count, 0));
}

Test(run_manifest, a_run_is_made_once_and_its_id_is_a_safe_name)
{
    static const char *const bad[] = {"", ".", "..", "a/b", "../a", "a b", ".hidden"};
    struct error err = {0};
    cr_assert(eq(int, create("a", "1", &err), STATUS_OK));
    cr_expect(eq(int, create("a", "1", &err), STATUS_CONFIG));
    cr_expect(strstr(err.what, "is there already") != NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(eq(int, create(bad[i], "1", &err), STATUS_CONFIG), "'%s'", bad[i]);
}

Test(run_manifest, the_latest_run_is_the_newest_by_its_manifest)
{
    struct error err = {0};
    struct run_manifest **list;
    size_t count;
    const char *folder;
    cr_assert(eq(int, run_folder_find(runs, "latest", arena, &folder, &err), STATUS_CONFIG));
    cr_assert(eq(int, create("a", "2025-01-02T00:00:00Z", &err), STATUS_OK));
    cr_assert(eq(int, create("b", "2025-01-03T00:00:00Z", &err), STATUS_OK));
    cr_assert(eq(int, create("c", "2025-01-01T00:00:00Z", &err), STATUS_OK));
    cr_assert(eq(int, run_folder_list(runs, arena, &list, &count, &err), STATUS_OK));
    cr_assert(eq(sz, count, 3));
    cr_expect(eq(str, (char *)(uintptr_t)list[0]->run_id, "b"));
    cr_expect(eq(str, (char *)(uintptr_t)list[2]->run_id, "c"));
    cr_assert(eq(int, run_folder_find(runs, "latest", arena, &folder, &err), STATUS_OK));
    cr_expect(strstr(folder, "/b") != NULL, "%s", folder);
    cr_expect(eq(int, run_folder_find(runs, "nowhere", arena, &folder, &err), STATUS_CONFIG));
}

static struct run_manifest with_input(const char *name, const char *sha, const char *overrides)
{
    struct run_manifest manifest = {.run_id = "a", .overrides = overrides};
    manifest.inputs = arena_alloc(arena, sizeof *manifest.inputs);
    manifest.input_count = 1;
    manifest.inputs[0].name = name;
    manifest.inputs[0].path = "p";
    snprintf(manifest.inputs[0].sha256, SHA256_HEX_SIZE, "%s", sha);
    return manifest;
}

Test(run_manifest, a_run_is_resumed_only_with_the_inputs_it_began_with)
{
    static const struct {
        const char *name, *sha, *overrides, *what; /* what NULL: the same */
    } rows[] = {{"gold", "aa", "", NULL},
                {"gold", "bb", "", "gold (p) changed"},
                {"task", "aa", "", "gold (p) is gone; task (p) is new"},
                {"gold", "aa", "seed=1", "the --set arguments changed"}};
    struct run_manifest then = with_input("gold", "aa", "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct run_manifest now = with_input(rows[i].name, rows[i].sha, rows[i].overrides);
        struct error err = {0};
        enum status status = run_manifest_compare(&then, &now, &err);
        cr_expect(eq(int, status, rows[i].what ? STATUS_CONFIG : STATUS_OK), "row %zu", i);
        if (rows[i].what)
            cr_expect(strstr(err.what, rows[i].what) != NULL, "row %zu: %s", i, err.what);
    }
}
