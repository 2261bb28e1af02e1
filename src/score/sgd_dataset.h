/*
 * sgd_dataset.h: gold and predicted dialogues of two folders, loaded and linked: one table of
 * values over all files, gold lists and normalised texts prepared, each predicted dialogue beside
 * its gold one. Files are loaded by a team of threads; the result does not depend on their number.
 *
 * Ownership: create/destroy. Thread: main makes it; afterwards read-only.
 */
#ifndef ASSAY_SCORE_SGD_DATASET_H
#define ASSAY_SCORE_SGD_DATASET_H

#include "base/cleanup.h"
#include "score/fuzzy_ratio.h"
#include "score/sgd_load.h"

/* The accepted values of a gold slot. */
struct sgd_list {
    uint32_t first; /* in `members` */
    uint32_t count;
};

struct sgd_list_member {
    uint32_t value; /* its number; numbers of equal values are made equal */
    uint32_t words; /* in `texts`; SGD_VALUE_ABSENT for null, which is like nothing */
};

struct sgd_dialogue_pair {
    const struct sgd_file *predicted_file, *gold_file;
    const struct sgd_dialogue *predicted, *gold;
};

struct sgd_dataset {
    struct sgd_load_plan plan;
    struct sgd_values values;
    uint32_t *equal; /* per value: the number that all equal to it share (1, 1.0 and true) */
    uint32_t *words; /* per value: its sorted words, in `texts`; or SGD_VALUE_ABSENT */
    struct sgd_values word_values; /* the memory behind `texts` */
    struct fuzzy_text *texts;
    struct sgd_list *lists;
    struct sgd_list_member *members;
    struct sgd_dialogue_pair *pairs; /* in the order of the predictions */
    uint32_t list_count, member_count, pair_count;
    uint64_t gold_dialogue_count; /* predicted or not */

    struct sgd_file *gold_files, *predicted_files;
    size_t gold_file_count, predicted_file_count;
};

struct sgd_dataset_paths {
    const char *gold_dir;        /* dialogues_*.json */
    const char *predictions_dir; /* *.json */
};

/* `schema` must outlive the dataset. A predicted dialogue that gold lacks is STATUS_DATA. */
enum status sgd_dataset_create(const struct sgd_schema *schema,
                               const struct sgd_dataset_paths *paths, int threads,
                               struct sgd_dataset **ret_dataset, struct error *err);
void sgd_dataset_destroy(struct sgd_dataset *dataset);

DEFINE_CLEANUP(sgd_dataset_cleanup, struct sgd_dataset, sgd_dataset_destroy)

#endif
