/*
 * sgd_import.c: file after file, dialogue after dialogue, line after line. Thread: main. Ownership:
 * the cursor and the arena are reused from dialogue to dialogue and freed at the end.
 */
#include "ingest/sgd_import.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "codec/json_record.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t file_limit_bytes = (size_t)2 * 1024 * 1024 * 1024;

struct import {
    const struct sgd_import_options *options;
    struct arena *schema_arena, *dialogue_arena;
    struct sgd_schema schema;
    struct sgd_json json;
    struct hash_set ids;
    struct strbuf line;
    struct sgd_gold_counts counts;
    FILE *output;
    char *temporary_path; /* until the output is whole; NULL: standard output */
};

static void import_done(struct import *import)
{
    if (import->output && import->output != stdout)
        fclose(import->output);
    if (import->temporary_path)
        unlink(import->temporary_path);
    memory_free(import->temporary_path);
    strbuf_done(&import->line);
    hash_set_done(&import->ids);
    sgd_json_done(&import->json);
    arena_destroy(import->dialogue_arena);
    arena_destroy(import->schema_arena);
}

/* --- output -------------------------------------------------------------------------------- */

static enum status fail_output(const struct import *import, struct error *err)
{
    error_set(err, STATUS_IO, "could not write the file: %s", strerror(errno));
    error_where(err, "%s", import->options->output_path);
    return STATUS_IO;
}

static enum status open_output(struct import *import, struct error *err)
{
    const char *path = import->options->output_path;
    if (strcmp(path, "-") == 0) {
        import->output = stdout;
        return STATUS_OK;
    }
    struct strbuf temporary = {0};
    strbuf_add_format(&temporary, "%s.new", path);
    if (temporary.failed) {
        strbuf_done(&temporary);
        return error_no_memory(err);
    }
    int file = open(temporary.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    import->output = file < 0 ? NULL : fdopen(file, "w");
    if (!import->output) {
        if (file >= 0)
            close(file);
        strbuf_done(&temporary);
        return fail_output(import, err);
    }
    import->temporary_path = temporary.data; /* handed over */
    return STATUS_OK;
}

static enum status close_output(struct import *import, struct error *err)
{
    bool is_written = fflush(import->output) == 0 && !ferror(import->output);
    if (!import->temporary_path)
        return is_written ? STATUS_OK : fail_output(import, err);
    is_written = is_written && fsync(fileno(import->output)) == 0;
    is_written = fclose(import->output) == 0 && is_written;
    import->output = NULL;
    if (!is_written || rename(import->temporary_path, import->options->output_path) != 0)
        return fail_output(import, err);
    memory_free(import->temporary_path);
    import->temporary_path = NULL;
    return STATUS_OK;
}

/* --- input --------------------------------------------------------------------------------- */

static enum status write_gold(struct import *import, const struct gold_conversation *gold,
                              struct error *err)
{
    struct json_write writer = {.out = &import->line};
    strbuf_clear(&import->line);
    json_record_encode(&gold_conversation_type, gold, &writer);
    strbuf_add_char(&import->line, '\n');
    if (import->line.failed)
        return error_no_memory(err);
    if (fwrite(import->line.data, 1, import->line.size, import->output) != import->line.size)
        return fail_output(import, err);
    return STATUS_OK;
}

static enum status import_dialogue(struct import *import, struct strview id, struct error *err)
{
    uint32_t begin = sgd_json_tell(&import->json);
    struct gold_conversation gold;
    arena_reset(import->dialogue_arena);
    const struct sgd_gold_source source = {&import->json, &import->schema, import->dialogue_arena,
                                           &import->counts};
    enum status status = sgd_gold_read(&source, id, &gold, err);
    if (status != STATUS_OK)
        return status;
    uint64_t hash = hash_64(gold.conversation_id.data, gold.conversation_id.size);
    if (hash_set_has(&import->ids, hash))
        return sgd_json_complain(&import->json, begin, err, "dialogue '%.*s' stands twice",
                                 STRVIEW_ARG(gold.conversation_id));
    if (!hash_set_add(&import->ids, hash))
        return error_no_memory(err);
    return write_gold(import, &gold, err);
}

static enum status import_file(struct import *import, const char *path, struct error *err)
{
    struct sgd_json *json = &import->json;
    const struct strview absent = {NULL, 0};
    struct strview id;
    enum status status = sgd_json_open(json, path, file_limit_bytes, err);
    if (status != STATUS_OK)
        return status;
    enum sgd_json_kind kind = sgd_json_peek(json);
    if (kind != SGD_JSON_ARRAY && kind != SGD_JSON_OBJECT)
        return sgd_json_complain(json, 0, err, "the file is neither a list nor an object");
    sgd_json_enter(json);
    if (kind == SGD_JSON_ARRAY)
        while (status == STATUS_OK && sgd_json_next_element(json))
            status = import_dialogue(import, absent, err);
    else
        while (status == STATUS_OK && sgd_json_next_key(json, &id))
            status = import_dialogue(import, id, err);
    return status == STATUS_OK ? sgd_json_finish(json, err) : status;
}

/* glob's wildcards in the folder's own name are taken literally. */
static bool add_escaped(struct strbuf *pattern, const char *folder)
{
    for (; *folder; folder++) {
        if (strchr("*?[\\", *folder))
            strbuf_add_char(pattern, '\\');
        strbuf_add_char(pattern, *folder);
    }
    strbuf_add_text(pattern, "/dialogues_*.json");
    return !pattern->failed;
}

static int compare_paths(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b); /* by bytes, whatever the locale */
}

static enum status import_folder(struct import *import, struct error *err)
{
    const char *folder = import->options->input_dir;
    struct strbuf pattern = {0};
    glob_t files = {0};
    int outcome = GLOB_NOSPACE;
    if (add_escaped(&pattern, folder))
        outcome = glob(pattern.data, GLOB_NOSORT, NULL, &files);
    strbuf_done(&pattern);
    if (outcome == GLOB_NOMATCH) {
        error_set(err, STATUS_IO, "the folder has no dialogues_*.json");
        error_where(err, "%s", folder);
        error_fix(err, "Give the folder of one split, such as train/.");
        return STATUS_IO;
    }
    if (outcome != 0)
        return error_no_memory(err);
    qsort(files.gl_pathv, files.gl_pathc, sizeof *files.gl_pathv, compare_paths);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < files.gl_pathc && status == STATUS_OK; i++)
        status = import_file(import, files.gl_pathv[i], err);
    globfree(&files);
    return status;
}

enum status sgd_import(const struct sgd_import_options *options, struct sgd_gold_counts *ret_counts,
                       struct error *err)
{
    CLEANUP(import_done) struct import import = {.options = options};
    import.schema_arena = arena_create((size_t)64 * 1024, 0);
    import.dialogue_arena = arena_create((size_t)256 * 1024, 0);
    if (!import.schema_arena || !import.dialogue_arena)
        return error_no_memory(err);
    enum status status =
        sgd_schema_read(options->schema_path, import.schema_arena, &import.schema, err);
    if (status == STATUS_OK)
        status = open_output(&import, err);
    if (status == STATUS_OK)
        status = import_folder(&import, err);
    if (status == STATUS_OK)
        status = close_output(&import, err);
    if (status == STATUS_OK && ret_counts)
        *ret_counts = import.counts;
    return status;
}
