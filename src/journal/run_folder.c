/*
 * run_folder.c: run folders and manifests. A manifest is written once, when the run begins, and
 * only read afterwards.
 */
#include "journal/run_folder.h"

#include "base/file.h"
#include "base/json_write.h"
#include "codec/json_record.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MANIFEST_LIMIT_BYTES = 4 << 20, KEPT_LIMIT_BYTES = 16 << 20 };

enum status run_manifest_add(struct run_manifest *manifest, struct arena *arena, const char *name,
                             const char *path, struct error *err)
{
    if (!path || !file_exists(path))
        return STATUS_OK;
    if (!arena_grow(arena, &manifest->inputs, manifest->input_count, &manifest->input_capacity,
                    sizeof *manifest->inputs))
        return error_no_memory(err);
    struct manifest_input *input = &manifest->inputs[manifest->input_count];
    input->name = arena_copy_text(arena, name);
    input->path = arena_copy_text(arena, path);
    if (!input->name || !input->path)
        return error_no_memory(err);
    enum status status = sha256_hex_of_path(path, input->sha256, err);
    if (status == STATUS_OK)
        manifest->input_count++;
    return status;
}

enum status run_manifest_add_text(struct run_manifest *manifest, struct arena *arena,
                                  const char *name, struct strview text, struct error *err)
{
    if (!arena_grow(arena, &manifest->inputs, manifest->input_count, &manifest->input_capacity,
                    sizeof *manifest->inputs))
        return error_no_memory(err);
    struct manifest_input *input = &manifest->inputs[manifest->input_count++];
    *input = (struct manifest_input){.name = name, .path = "built in"};
    sha256_hex(text.data, text.size, input->sha256);
    return STATUS_OK;
}

static struct manifest_input *find_input(const struct run_manifest *manifest, const char *name)
{
    for (size_t i = 0; i < manifest->input_count; i++)
        if (strcmp(manifest->inputs[i].name, name) == 0)
            return &manifest->inputs[i];
    return NULL;
}

enum status run_manifest_keep(struct run_manifest *manifest, struct arena *arena, const char *name,
                              struct error *err)
{
    struct manifest_input *input = find_input(manifest, name);
    if (!input)
        return STATUS_OK;
    char *kept = arena_format(arena, "inputs/%s.yaml", name);
    if (!kept)
        return error_no_memory(err);
    for (char *at = kept; *at; at++)
        if (*at == ' ')
            *at = '_';
    input->kept = kept;
    return STATUS_OK;
}

enum status run_manifest_kept(const struct run_manifest *manifest, const char *folder,
                              const char *name, struct arena *arena, const char **ret_path,
                              struct error *err)
{
    const struct manifest_input *input = find_input(manifest, name);
    char now[SHA256_HEX_SIZE];
    *ret_path = NULL;
    if (!input || !input->kept)
        return STATUS_OK;
    const char *path = arena_format(arena, "%s/%s", folder, input->kept);
    if (!path)
        return error_no_memory(err);
    enum status status = sha256_hex_of_path(path, now, err);
    if (status == STATUS_OK && strcmp(now, input->sha256) != 0) {
        status = error_set(err, STATUS_DATA, "the run's copy of its %s was changed", name);
        error_where(err, "%s", path);
        error_fix(err, "Put it back: the run's numbers belong to what it said then.");
    }
    if (status == STATUS_OK)
        *ret_path = path;
    return status;
}

static enum status copy_input(const struct manifest_input *input, const char *folder,
                              struct arena *arena, struct error *err)
{
    const char *path = arena_format(arena, "%s/%s", folder, input->kept);
    char copied[SHA256_HEX_SIZE];
    struct strbuf text = {0};
    if (!path)
        return error_no_memory(err);
    enum status status = file_read(input->path, KEPT_LIMIT_BYTES, &text, err);
    if (status == STATUS_OK)
        status = file_write(path, strbuf_view(&text), err);
    sha256_hex(text.data, text.size, copied);
    strbuf_done(&text);
    if (status != STATUS_OK || strcmp(copied, input->sha256) == 0)
        return status;
    status = error_set(err, STATUS_IO, "'%s' was changed while the run was begun", input->path);
    error_fix(err, "Run it again.");
    return status;
}

static enum status copy_inputs(const struct run_manifest *manifest, const char *folder,
                               struct arena *arena, struct error *err)
{
    const char *inputs = arena_format(arena, "%s/inputs", folder);
    enum status status = inputs ? file_make_folder(inputs, err) : error_no_memory(err);
    for (size_t i = 0; i < manifest->input_count && status == STATUS_OK; i++)
        if (manifest->inputs[i].kept)
            status = copy_input(&manifest->inputs[i], folder, arena, err);
    return status;
}

void run_folder_remove(const char *folder)
{
    static const char *const files[] = {"manifest.json",
                                        "journal.log",
                                        "inputs/pipeline.yaml",
                                        "inputs/task.yaml",
                                        "inputs/back_end.yaml",
                                        "inputs/prices.yaml",
                                        "inputs"};
    char path[4096];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int size = snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        if (size > 0 && (size_t)size < sizeof path)
            remove(path);
    }
    rmdir(folder);
}

static void write_manifest(const struct run_manifest *manifest, struct strbuf *out)
{
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "manifest_version", 1);
    json_write_key_text(&writer, "run_id", strview_of(manifest->run_id));
    json_write_key_text(&writer, "experiment", strview_of(manifest->experiment));
    json_write_key_text(&writer, "created", strview_of(manifest->created));
    json_write_key_text(&writer, "assay_version", strview_of(manifest->assay_version));
    json_write_key_text(&writer, "pipeline", strview_of(manifest->pipeline_path));
    json_write_key_text(&writer, "folder", strview_of(manifest->folder));
    json_write_key_text(&writer, "overrides", strview_of(manifest->overrides));
    json_write_key_i64(&writer, "conversation_limit", manifest->conversation_limit);
    json_write_key(&writer, strview_of("inputs"));
    json_write_begin_array(&writer);
    for (size_t i = 0; i < manifest->input_count; i++) {
        json_write_begin_object(&writer);
        json_write_key_text(&writer, "name", strview_of(manifest->inputs[i].name));
        json_write_key_text(&writer, "path", strview_of(manifest->inputs[i].path));
        json_write_key_text(&writer, "sha256", strview_of(manifest->inputs[i].sha256));
        if (manifest->inputs[i].kept)
            json_write_key_text(&writer, "kept", strview_of(manifest->inputs[i].kept));
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    json_write_end_object(&writer);
    strbuf_add_char(out, '\n');
}

/* A run id becomes a folder's name. */
static bool is_safe_id(const char *id)
{
    size_t size = strlen(id);
    for (size_t i = 0; i < size; i++) {
        bool plain = (id[i] >= 'a' && id[i] <= 'z') || (id[i] >= 'A' && id[i] <= 'Z') ||
                     (id[i] >= '0' && id[i] <= '9') || strchr("-_.", id[i]);
        if (!plain)
            return false;
    }
    return size > 0 && size <= 128 && id[0] != '.';
}

enum status run_folder_create(const char *runs, const struct run_manifest *manifest,
                              struct arena *arena, const char **ret_folder, struct error *err)
{
    if (!is_safe_id(manifest->run_id)) {
        enum status status =
            error_set(err, STATUS_CONFIG, "'%.60s' is no run id", manifest->run_id);
        error_fix(err, "Use letters, digits, '-', '_' and '.', at most 128.");
        return status;
    }
    char *folder = arena_format(arena, "%s/%s", runs, manifest->run_id);
    char *path = arena_format(arena, "%s/%s/manifest.json", runs, manifest->run_id);
    if (!folder || !path)
        return error_no_memory(err);
    if (file_exists(path)) {
        enum status status = error_set(err, STATUS_CONFIG, "run '%s' is there already", folder);
        error_fix(err, "Go on with `assay resume %s`, or choose another --run-id.",
                  manifest->run_id);
        return status;
    }
    enum status status = file_make_folder(folder, err);
    if (status == STATUS_OK)
        status = copy_inputs(manifest, folder, arena, err);
    if (status != STATUS_OK) {
        run_folder_remove(folder);
        return status;
    }
    struct strbuf text = {0};
    write_manifest(manifest, &text); /* last: it says that the folder is whole */
    status = text.failed ? error_no_memory(err) : file_write(path, strbuf_view(&text), err);
    strbuf_done(&text);
    *ret_folder = folder;
    return status;
}

static const char *text_of(const json_t *object, const char *key, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(object, key));
    return arena_copy_text(arena, text ? text : "");
}

static void take_inputs(const json_t *list, struct arena *arena, struct run_manifest *manifest)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!arena_grow(arena, &manifest->inputs, manifest->input_count, &manifest->input_capacity,
                        sizeof *manifest->inputs))
            return;
        struct manifest_input *input = &manifest->inputs[manifest->input_count++];
        input->name = text_of(item, "name", arena);
        input->path = text_of(item, "path", arena);
        snprintf(input->sha256, sizeof input->sha256, "%s", text_of(item, "sha256", arena));
        if (json_object_get(item, "kept"))
            input->kept = text_of(item, "kept", arena);
    }
}

enum status run_manifest_read(const char *folder, struct arena *arena,
                              struct run_manifest **ret_manifest, struct error *err)
{
    char *path = arena_format(arena, "%s/manifest.json", folder);
    struct run_manifest *manifest = arena_alloc(arena, sizeof *manifest);
    if (!path || !manifest)
        return error_no_memory(err);
    struct strbuf text = {0};
    json_t *json = NULL;
    enum status status = file_read(path, MANIFEST_LIMIT_BYTES, &text, err);
    if (status == STATUS_OK)
        status = json_record_parse(strbuf_view(&text), &json, err);
    strbuf_done(&text);
    if (status != STATUS_OK) {
        error_where(err, "%s", path);
        return status;
    }
    manifest->run_id = text_of(json, "run_id", arena);
    manifest->experiment = text_of(json, "experiment", arena);
    manifest->created = text_of(json, "created", arena);
    manifest->assay_version = text_of(json, "assay_version", arena);
    manifest->pipeline_path = text_of(json, "pipeline", arena);
    manifest->folder = text_of(json, "folder", arena);
    manifest->overrides = text_of(json, "overrides", arena);
    manifest->conversation_limit = json_integer_value(json_object_get(json, "conversation_limit"));
    take_inputs(json_object_get(json, "inputs"), arena, manifest);
    json_decref(json);
    *ret_manifest = manifest;
    return STATUS_OK;
}

enum status run_manifest_compare(const struct run_manifest *then, const struct run_manifest *now,
                                 struct error *err)
{
    char changed[400] = "";
    for (size_t i = 0; i < then->input_count; i++) {
        const struct manifest_input *old = &then->inputs[i], *new = find_input(now, old->name);
        if (new &&strcmp(old->sha256, new->sha256) == 0)
            continue;
        size_t used = strlen(changed);
        snprintf(changed + used, sizeof changed - used, "%s%s (%s) %s", used ? "; " : "", old->name,
                 old->path, new ? "changed" : "is gone");
    }
    for (size_t i = 0; i < now->input_count; i++) {
        size_t used = strlen(changed);
        if (!find_input(then, now->inputs[i].name))
            snprintf(changed + used, sizeof changed - used, "%s%s (%s) is new", used ? "; " : "",
                     now->inputs[i].name, now->inputs[i].path);
    }
    if (strlen(changed) == sizeof changed - 1)
        memcpy(changed + sizeof changed - 5, " ...", 5);
    if (strcmp(then->overrides, now->overrides) != 0 && !changed[0])
        snprintf(changed, sizeof changed, "the --set arguments changed");
    if (!changed[0])
        return STATUS_OK;
    enum status status = error_set(err, STATUS_CONFIG, "the run cannot be resumed: %s", changed);
    error_where(err, "run %s", then->run_id);
    error_fix(err, "Put the inputs back as they were, or begin a new run with `assay run`.");
    return status;
}

enum status run_manifest_check(const struct run_manifest *manifest, const char *name,
                               const char *path, struct error *err)
{
    const struct manifest_input *then = find_input(manifest, name);
    char now[SHA256_HEX_SIZE];
    if (!then)
        return STATUS_OK;
    enum status status = sha256_hex_of_path(path, now, err);
    if (status != STATUS_OK || strcmp(then->sha256, now) == 0)
        return status;
    status = error_set(err, STATUS_CONFIG, "the %s has changed since the run was made", name);
    error_where(err, "%s", path);
    error_fix(err, "Put it back as it was: the run's numbers belong to what it said then.");
    return status;
}

static int is_run(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int newest_first(const void *a, const void *b)
{
    const struct run_manifest *const *x = a, *const *y = b;
    int order = strcmp((*y)->created, (*x)->created);
    return order ? order : strcmp((*y)->run_id, (*x)->run_id);
}

enum status run_folder_list(const char *runs, struct arena *arena, struct run_manifest ***ret_runs,
                            size_t *ret_count, struct error *err)
{
    struct dirent **entries = NULL;
    int count = scandir(runs, &entries, is_run, alphasort);
    *ret_count = 0;
    *ret_runs = NULL;
    if (count < 0)
        return STATUS_OK; /* no folder: no runs */
    struct run_manifest **list = arena_array(arena, (size_t)count + 1, sizeof *list);
    for (int i = 0; i < count; i++) {
        char *folder = arena_format(arena, "%s/%s", runs, entries[i]->d_name);
        struct run_manifest *manifest;
        if (list && folder && run_manifest_read(folder, arena, &manifest, NULL) == STATUS_OK)
            list[(*ret_count)++] = manifest;
        free(entries[i]);
    }
    free(entries);
    if (!list)
        return error_no_memory(err);
    if (*ret_count)
        qsort(list, *ret_count, sizeof *list, newest_first);
    *ret_runs = list;
    return STATUS_OK;
}

static bool has_manifest(const char *folder, struct arena *arena)
{
    char *path = arena_format(arena, "%s/manifest.json", folder);
    return path && file_exists(path);
}

enum status run_folder_find(const char *runs, const char *run, struct arena *arena,
                            const char **ret_folder, struct error *err)
{
    struct run_manifest **list;
    size_t count;
    enum status status = run_folder_list(runs, arena, &list, &count, err);
    if (status != STATUS_OK)
        return status;
    if (strcmp(run, "latest") == 0 && count > 0)
        run = list[0]->run_id;
    char *inside = arena_format(arena, "%s/%s", runs, run);
    *ret_folder = has_manifest(run, arena)                ? arena_copy_text(arena, run)
                  : inside && has_manifest(inside, arena) ? inside
                                                          : NULL;
    if (*ret_folder)
        return STATUS_OK;
    status = error_set(err, STATUS_CONFIG, "there is no run '%.100s' in '%s'", run, runs);
    error_fix(err, count ? "`assay runs` lists them." : "Make one with `assay run -c PIPELINE`.");
    return status;
}
