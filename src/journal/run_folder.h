/*
 * run_folder.h: where a run lies, and its manifest: what was run, with hashes. Folder and files are
 * readable by their owner only.
 *
 *   runs/<run-id>/manifest.json  journal.log  predictions.jsonl  scores.avro  report.{json,html,md}
 * junit.xml  trials.csv  inputs/{pipeline,task,prices,back_end}.yaml, as they were at the start
 *
 * Thread: main.
 */
#ifndef ASSAY_JOURNAL_RUN_FOLDER_H
#define ASSAY_JOURNAL_RUN_FOLDER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stdint.h>

/* One input of the run. */
struct manifest_input {
    const char *name; /* "pipeline", "events", "gold", "task", "prices", "prompt of mini", ... */
    const char *path;
    char sha256[SHA256_HEX_SIZE];
    const char *kept; /* the copy's name below the run folder: "inputs/task.yaml"; NULL: none */
};

struct run_manifest {
    const char *run_id;
    const char *experiment;
    const char *created; /* ISO 8601 */
    const char *assay_version;
    const char *pipeline_path;  /* as it was given */
    const char *folder;         /* from which relative paths were taken */
    const char *overrides;      /* "--set" arguments, one a line */
    int64_t conversation_limit; /* 0: none */
    struct manifest_input *inputs;
    size_t input_count, input_capacity;
};

/* Adds an input; a path that is NULL or not there is passed over. Files and folders are hashed. */
enum status run_manifest_add(struct run_manifest *manifest, struct arena *arena, const char *name,
                             const char *path, struct error *err);

/* run_folder_create copies this input into the folder; one that was passed over is so again. */
enum status run_manifest_keep(struct run_manifest *manifest, struct arena *arena, const char *name,
                              struct error *err);
/* Path of the copy of an input, which must be what the manifest says (STATUS_DATA); NULL: the run
 * kept none. In `arena`. */
enum status run_manifest_kept(const struct run_manifest *manifest, const char *folder,
                              const char *name, struct arena *arena, const char **ret_path,
                              struct error *err);

/* An input that is a text of the program itself. */
enum status run_manifest_add_text(struct run_manifest *manifest, struct arena *arena,
                                  const char *name, struct strview text, struct error *err);

/* Undoes run_folder_create when the run could not begin. */
void run_folder_remove(const char *folder);

/* Makes <runs>/<run_id>, copies what is kept and writes the manifest. STATUS_CONFIG when the run is
 * there already. */
enum status run_folder_create(const char *runs, const struct run_manifest *manifest,
                              struct arena *arena, const char **ret_folder, struct error *err);
/* Finds a run by its id or by the path of its folder; "latest" is the newest one. */
enum status run_folder_find(const char *runs, const char *run, struct arena *arena,
                            const char **ret_folder, struct error *err);
enum status run_manifest_read(const char *folder, struct arena *arena,
                              struct run_manifest **ret_manifest, struct error *err);
/* STATUS_CONFIG naming every input that is not what it was when the run began. */
enum status run_manifest_compare(const struct run_manifest *then, const struct run_manifest *now,
                                 struct error *err);
/* STATUS_CONFIG when one input, to be read again from `path`, is not what it was. An input that the
 * manifest lacks passes. */
enum status run_manifest_check(const struct run_manifest *manifest, const char *name,
                               const char *path, struct error *err);
/* Newest first, by the manifest's time; folders without a manifest are passed over. */
enum status run_folder_list(const char *runs, struct arena *arena, struct run_manifest ***ret_runs,
                            size_t *ret_count, struct error *err);

#endif
