/*
 * baseline_folder.c: small JSON files, written whole under another name and renamed; but for the
 * looks, which grow by a line under a lock. Called by `assay baseline` and by gate_check.
 */
#include "gate/baseline_folder.h"

#include "base/file.h"
#include "base/json_write.h"
#include "base/memory.h"
#include "gate/baseline_looks.h"

#include <jansson.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { OUTCOMES_MOST_BYTES = 1 << 30, BASELINE_MOST_BYTES = 1 << 20, NAME_MOST = 100 };

const char *baseline_folder_beside(struct arena *arena, const char *runs)
{
    size_t size = strlen(runs);
    while (size > 1 && runs[size - 1] == '/')
        size--;
    char *own = arena_format(arena, "%.*s", (int)size, runs);
    return own ? file_beside(arena, own, "baselines") : NULL;
}

static enum status check_name(const char *name, struct error *err)
{
    size_t size = strlen(name);
    bool is_good = size > 0 && size <= NAME_MOST && name[0] != '.';
    for (size_t i = 0; i < size; i++)
        is_good = is_good && (unsigned char)name[i] > ' ' && name[i] != '/' && name[i] != 0x7f;
    if (is_good)
        return STATUS_OK;
    enum status status = error_set(err, STATUS_CONFIG, "'%.100s' is no name for a baseline", name);
    error_fix(err, "Use letters, digits, '-' and '_', as in 'production'.");
    return status;
}

static void print_baseline(const struct baseline *baseline, struct strbuf *out)
{
    const struct {
        const char *key, *value;
    } texts[] = {{"name", baseline->name},
                 {"run_id", baseline->run_id},
                 {"run_folder", baseline->run_folder},
                 {"candidate", baseline->candidate},
                 {"experiment", baseline->experiment},
                 {"mode", baseline->mode},
                 {"blessed_at", baseline->blessed_at},
                 {"served_models", baseline->served_models},
                 {"pipeline_sha256", baseline->pipeline_sha256},
                 {"gold_sha256", baseline->gold_sha256},
                 {"outcomes_sha256", baseline->outcomes_sha256},
                 {"journal_sha256", baseline->journal_sha256}};
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_write_key_text(&writer, texts[i].key,
                            strview_of(texts[i].value ? texts[i].value : ""));
    json_write_key_i64(&writer, "repeats", baseline->repeats);
    json_write_key_i64(&writer, "conversations", (int64_t)baseline->conversations);
    json_write_end_object(&writer);
    strbuf_add_char(out, '\n');
}

static enum status write_in(struct arena *arena, const char *folder, const char *name,
                            const struct strbuf *text, struct error *err)
{
    const char *path = arena_format(arena, "%s/%s", folder, name);
    return path && !text->failed ? file_write(path, strbuf_view(text), err) : error_no_memory(err);
}

static enum status hash_journal(struct arena *arena, const char *run_folder,
                                char ret_hex[SHA256_HEX_SIZE], struct error *err)
{
    const char *path = arena_format(arena, "%s/journal.log", run_folder);
    return path ? sha256_hex_of_path(path, ret_hex, err) : error_no_memory(err);
}

/* Looks are begun anew under their lock, so that a run that is at its gates ends first. */
static enum status forget_looks(struct arena *arena, const char *own, struct error *err)
{
    struct strbuf nothing = {0};
    return write_in(arena, own, "looks.jsonl", &nothing, err);
}

enum status baseline_folder_bless(const char *folder, struct baseline *baseline,
                                  const struct outcome_table *table, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct strbuf outcomes = {0}, text = {0};
    enum status status = arena ? check_name(baseline->name, err) : error_no_memory(err);
    const char *own =
        status == STATUS_OK ? arena_format(arena, "%s/%s", folder, baseline->name) : NULL;
    if (status != STATUS_OK)
        return status;
    outcome_table_print(table, &outcomes);
    if (!own || outcomes.failed)
        status = error_no_memory(err);
    if (status == STATUS_OK) {
        sha256_hex(outcomes.data, outcomes.size, baseline->outcomes_sha256);
        baseline->conversations = table->count;
        baseline->looks = 0;
        status = hash_journal(arena, baseline->run_folder, baseline->journal_sha256, err);
    }
    print_baseline(baseline, &text);
    if (status == STATUS_OK)
        status = file_make_folder(own, err);
    if (status == STATUS_OK)
        status = write_in(arena, own, "outcomes.jsonl", &outcomes, err);
    if (status == STATUS_OK)
        status = forget_looks(arena, own, err);
    if (status == STATUS_OK)
        status = write_in(arena, own, "baseline.json", &text, err);
    strbuf_done(&outcomes);
    strbuf_done(&text);
    return status;
}

static const char *text_in(const json_t *object, const char *key, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(object, key));
    return arena_copy_text(arena, text ? text : "");
}

static void take_baseline(const json_t *object, struct arena *arena, struct baseline *baseline)
{
    *baseline = (struct baseline){
        .name = text_in(object, "name", arena),
        .run_id = text_in(object, "run_id", arena),
        .run_folder = text_in(object, "run_folder", arena),
        .candidate = text_in(object, "candidate", arena),
        .experiment = text_in(object, "experiment", arena),
        .mode = text_in(object, "mode", arena),
        .blessed_at = text_in(object, "blessed_at", arena),
        .served_models = text_in(object, "served_models", arena),
        .pipeline_sha256 = text_in(object, "pipeline_sha256", arena),
        .gold_sha256 = text_in(object, "gold_sha256", arena),
        .repeats = json_integer_value(json_object_get(object, "repeats")),
        .conversations = (uint64_t)json_integer_value(json_object_get(object, "conversations"))};
    const char *outcomes = json_string_value(json_object_get(object, "outcomes_sha256"));
    const char *journal = json_string_value(json_object_get(object, "journal_sha256"));
    if (outcomes && strlen(outcomes) == SHA256_HEX_SIZE - 1)
        memcpy(baseline->outcomes_sha256, outcomes, SHA256_HEX_SIZE);
    if (journal && strlen(journal) == SHA256_HEX_SIZE - 1)
        memcpy(baseline->journal_sha256, journal, SHA256_HEX_SIZE);
}

static enum status has_changed(const struct baseline *baseline, const char *what, struct error *err)
{
    enum status status =
        error_set(err, STATUS_DATA, "baseline '%.100s' is not what was blessed: %.200s has changed",
                  baseline->name, what);
    error_fix(err, "Put it back, or bless a run again: `assay baseline bless RUN --name %.80s`.",
              baseline->name);
    return status;
}

/* A run folder that is gone is no change: the outcomes are kept here. */
static enum status check_run_folder(const struct baseline *baseline, struct arena *arena,
                                    struct error *err)
{
    char now[SHA256_HEX_SIZE];
    const char *journal = arena_format(arena, "%s/journal.log", baseline->run_folder);
    if (!journal)
        return error_no_memory(err);
    if (!baseline->run_folder[0] || !file_exists(journal))
        return STATUS_OK;
    enum status status = hash_journal(arena, baseline->run_folder, now, err);
    if (status == STATUS_OK && strcmp(now, baseline->journal_sha256) != 0)
        status = has_changed(baseline, journal, err);
    return status;
}

static enum status read_outcomes(const char *own, const struct baseline *baseline,
                                 struct arena *arena, struct outcome_table *ret_table,
                                 struct error *err)
{
    char now[SHA256_HEX_SIZE];
    struct strbuf text = {0};
    const char *path = arena_format(arena, "%s/outcomes.jsonl", own);
    enum status status =
        path ? file_read(path, OUTCOMES_MOST_BYTES, &text, err) : error_no_memory(err);
    if (status == STATUS_OK) {
        sha256_hex(text.data ? text.data : "", text.size, now);
        if (strcmp(now, baseline->outcomes_sha256) != 0)
            status = has_changed(baseline, path, err);
    }
    if (status == STATUS_OK && ret_table)
        status = outcome_table_parse(strbuf_view(&text), arena, ret_table, err);
    strbuf_done(&text);
    return status;
}

static enum status not_there(const char *folder, const char *name, struct error *err)
{
    enum status status =
        error_set(err, STATUS_CONFIG, "there is no baseline '%.100s' in '%.200s'", name, folder);
    error_fix(err, "Bless a run: `assay baseline bless RUN --name %.80s`.", name);
    return status;
}

enum status baseline_folder_read(const char *folder, const char *name, struct arena *arena,
                                 struct baseline *ret_baseline, struct outcome_table *ret_table,
                                 struct error *err)
{
    struct strbuf text = {0};
    struct baseline baseline;
    enum status status = check_name(name, err);
    if (status != STATUS_OK)
        return status;
    const char *own = arena_format(arena, "%s/%s", folder, name);
    const char *path = own ? arena_format(arena, "%s/baseline.json", own) : NULL;
    if (!path)
        return error_no_memory(err);
    if (!file_exists(path))
        return not_there(folder, name, err);
    status = file_read(path, BASELINE_MOST_BYTES, &text, err);
    json_t *object =
        status == STATUS_OK ? json_loadb(text.data ? text.data : "", text.size, 0, NULL) : NULL;
    strbuf_done(&text);
    if (status == STATUS_OK && !json_is_object(object))
        status = error_set(err, STATUS_DATA, "'%s' is no baseline", path);
    if (status == STATUS_OK) {
        take_baseline(object, arena, &baseline);
        status = arena_memory_ran_out(arena) ? error_no_memory(err)
                                             : read_outcomes(own, &baseline, arena, ret_table, err);
    }
    json_decref(object);
    if (status == STATUS_OK)
        status = check_run_folder(&baseline, arena, err);
    if (status == STATUS_OK)
        status = baseline_looks_count(own, &baseline.looks, err);
    if (status == STATUS_OK)
        *ret_baseline = baseline;
    return status;
}

static int by_name(const void *first, const void *second)
{
    const char *const *a = first, *const *b = second;
    return strcmp(*a, *b);
}

enum status baseline_folder_list(const char *folder, struct arena *arena, const char ***ret_names,
                                 size_t *ret_count, struct error *err)
{
    const char **names = NULL;
    size_t count = 0, capacity = 0;
    DIR *listing = opendir(folder);
    if (!listing && errno != ENOENT)
        return error_set(err, STATUS_IO, "could not read '%.200s': %s", folder, strerror(errno));
    bool no_memory = false;
    for (struct dirent *entry; listing && !no_memory && (entry = readdir(listing));) {
        const char *path = arena_format(arena, "%s/%s/baseline.json", folder, entry->d_name);
        if (entry->d_name[0] == '.' || !path || !file_exists(path))
            continue;
        no_memory = !arena_grow(arena, &names, count, &capacity, sizeof *names);
        if (!no_memory)
            names[count++] = arena_copy_text(arena, entry->d_name);
    }
    if (listing)
        closedir(listing);
    if (no_memory || arena_memory_ran_out(arena))
        return error_no_memory(err);
    if (count)
        qsort(names, count, sizeof *names, by_name);
    *ret_names = names;
    *ret_count = count;
    return STATUS_OK;
}
