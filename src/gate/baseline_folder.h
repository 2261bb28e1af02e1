/*
 * baseline_folder.h: runs that were blessed, each under a name, kept apart from the run folders so
 * that a baseline outlives its run and can be versioned:
 *
 *   baselines/<name>/baseline.json   which run and candidate, when, hashes
 *                   /outcomes.jsonl  its canonical outcomes (outcome_table.h), pinned by SHA-256
 *                   /looks.jsonl     each run that was held against it; the file is locked (flock)
 *
 * Blessing under the same name replaces all three: looks begin anew. Thread: main.
 */
#ifndef ASSAY_GATE_BASELINE_FOLDER_H
#define ASSAY_GATE_BASELINE_FOLDER_H

#include "gate/outcome_table.h"

struct baseline {
    const char *name;
    const char *run_id, *run_folder, *candidate, *experiment, *mode, *gold_sha256;
    const char *pipeline_sha256;
    const char *served_models; /* model names that came back, by commas */
    const char *blessed_at;    /* ISO 8601 */
    int64_t repeats;
    char outcomes_sha256[SHA256_HEX_SIZE];
    char journal_sha256[SHA256_HEX_SIZE]; /* of the run folder's journal.log */
    uint64_t conversations;
    uint64_t looks;
};

/* "baselines" beside the folder of the run folders; NULL: memory ran out. */
const char *baseline_folder_beside(struct arena *arena, const char *runs);

/* Hashes and looks of `baseline` are filled here. STATUS_CONFIG for a name that is no file name. */
enum status baseline_folder_bless(const char *folder, struct baseline *baseline,
                                  const struct outcome_table *table, struct error *err);
/* STATUS_CONFIG when there is none of that name, STATUS_DATA when its files are not those that were
 * blessed or the run folder has changed since. ret_table may be NULL. */
enum status baseline_folder_read(const char *folder, const char *name, struct arena *arena,
                                 struct baseline *ret_baseline, struct outcome_table *ret_table,
                                 struct error *err);
/* Names in order; no folder: none. */
enum status baseline_folder_list(const char *folder, struct arena *arena, const char ***ret_names,
                                 size_t *ret_count, struct error *err);

/* For baseline_looks.h. What a gate on fresh conversations adds at one look. */
struct look_sums {
    const char *gate;
    double n, sum, squares;
};

/* A run held against a baseline. The same candidate with the same outcomes is the same look,
 * however often it is reported. */
struct look {
    const char *candidate, *run_id, *at;
    char outcomes_sha256[SHA256_HEX_SIZE];
    const struct look_sums *sums;
    size_t sums_count;
};

#endif
