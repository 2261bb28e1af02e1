/*
 * sgd_score_fuzz.c: gold and predicted dialogues, parted by the first NUL, through the profile
 * `sgd` and, gold alone, through the importer. Whatever comes in: an answer, or an error that says
 * what is wrong; the same answer from one thread and from three.
 */
#include "base/file.h"
#include "ingest/sgd_import.h"
#include "score/sgd_score.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema_text[] =
    "[{\"service_name\": \"Services_1\", \"slots\": [{\"name\": \"stylist\", \"is_categorical\": "
    "false}, {\"name\": \"city\", \"is_categorical\": false}, {\"name\": \"unisex\", "
    "\"is_categorical\": true}], \"intents\": [{\"name\": \"Book\", \"is_transactional\": true}]}, "
    "{\"service_name\": \"hotel\", \"slots\": [{\"name\": \"hotel-name\", \"is_categorical\": "
    "false}]}]";

static char folder[64], schema_path[96], gold_dir[96], gold_path[128], predictions_dir[96],
    predictions_path[128], import_path[96];

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void write_bytes(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    must(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

static void remove_folder(void)
{
    unlink(schema_path);
    unlink(gold_path);
    unlink(predictions_path);
    unlink(import_path);
    rmdir(gold_dir);
    rmdir(predictions_dir);
    rmdir(folder);
}

static void make_folder(void)
{
    struct error err = {0};
    snprintf(folder, sizeof folder, "/tmp/sgd_score_fuzz.XXXXXX");
    must(mkdtemp(folder) != NULL);
    snprintf(schema_path, sizeof schema_path, "%s/schema.json", folder);
    snprintf(gold_dir, sizeof gold_dir, "%s/gold", folder);
    snprintf(predictions_dir, sizeof predictions_dir, "%s/predictions", folder);
    snprintf(gold_path, sizeof gold_path, "%s/dialogues_1.json", gold_dir);
    snprintf(predictions_path, sizeof predictions_path, "%s/1.json", predictions_dir);
    snprintf(import_path, sizeof import_path, "%s/gold.jsonl", folder);
    must(file_make_folder(gold_dir, &err) == STATUS_OK);
    must(file_make_folder(predictions_dir, &err) == STATUS_OK);
    write_bytes(schema_path, (const uint8_t *)schema_text, sizeof schema_text - 1);
    atexit(remove_folder);
}

static enum status score(const struct sgd_schema *schema, int threads, bool is_exact,
                         struct strbuf *out)
{
    const struct sgd_dataset_paths paths = {gold_dir, predictions_dir};
    const struct sgd_score_options options = {
        .threads = threads, .no_fuzzy_match = is_exact, .joint_acc_across_turn = is_exact};
    CLEANUP(sgd_dataset_cleanup) struct sgd_dataset *dataset = NULL;
    struct error err = {0};
    enum status status = sgd_dataset_create(schema, &paths, threads, &dataset, &err);
    if (status == STATUS_OK)
        status = sgd_score_dataset(&options, dataset, schema, out, &err);
    must(status == STATUS_OK || (err.what[0] && status_exit_code(status) == 1));
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf once = {0}, again = {0}, exact = {0};
    struct error err = {0};
    struct sgd_schema schema;
    if (!folder[0])
        make_folder();
    const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
    size_t gold_size = end ? (size_t)(end - data) : size;
    write_bytes(gold_path, data, gold_size);
    write_bytes(predictions_path, end ? end + 1 : data, end ? size - gold_size - 1 : 0);
    struct arena *arena = arena_create(4096, 0);
    must(sgd_schema_read(schema_path, arena, &schema, &err) == STATUS_OK);
    enum status status = score(&schema, 1, false, &once);
    must(score(&schema, 3, false, &again) == status);
    must(strview_equal(strbuf_view(&once), strbuf_view(&again)));
    must((score(&schema, 1, true, &exact) == STATUS_OK) == (status == STATUS_OK));
    const struct sgd_import_options import = {schema_path, gold_dir, import_path};
    err = (struct error){0};
    must(sgd_import(&import, NULL, &err) == STATUS_OK || err.what[0]);
    arena_destroy(arena);
    strbuf_done(&once);
    strbuf_done(&again);
    strbuf_done(&exact);
    return 0;
}
