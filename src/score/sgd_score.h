/*
 * sgd_score.h: the profile `sgd`: the numbers of the official scorer of the Schema-Guided Dialogue
 * set (google-research schema_guided_dst), to the last bit, from folders in its format.
 *
 * What the official scorer leaves out is left out here too: gold dialogues without a prediction,
 * turns that one side lacks, predicted frames of services that gold does not have. What it fails on
 * is an error. One thing is an error here alone: a value of a slot that is itself a list or an
 * object (the official scorer compares Python's notation of it).
 */
#ifndef ASSAY_SCORE_SGD_SCORE_H
#define ASSAY_SCORE_SGD_SCORE_H

#include "base/error.h"
#include "base/strbuf.h"
#include "score/sgd_dataset.h"

#include <stdbool.h>

/* How much of gold was scored: the official numbers alone do not tell. */
struct sgd_score_coverage {
    uint64_t gold_dialogues;
    uint64_t predicted_dialogues;
    uint64_t scored_frames;
    uint64_t missing_turns; /* turns of predicted dialogues that the prediction lacks */
};

struct sgd_score_options {
    const char *schema_path;
    const char *train_schema_path; /* NULL: no #SEEN_SERVICES and #UNSEEN_SERVICES */
    const char *gold_dir;
    const char *predictions_dir;
    bool joint_acc_across_turn; /* joint metrics: one product a turn instead of one a frame */
    bool no_fuzzy_match;        /* values are equal or not, instead of alike */
    const char *output_path;    /* "-": standard output */
    int threads;                /* 0: one a processor */
    struct sgd_score_coverage *ret_coverage; /* NULL: nobody asks */
};

/* Reads the folders and writes metrics.json. STATUS_DATA: something that the official scorer fails
 * on, such as a predicted dialogue that gold lacks. Thread: main, which starts a team. */
enum status sgd_score_directories(const struct sgd_score_options *options, struct error *err);

/* The scoring alone, of a dataset that is loaded; appends the JSON text. `train_schema` may be
 * NULL. Of the options the two flags, the threads and ret_coverage are used. */
enum status sgd_score_dataset(const struct sgd_score_options *options,
                              const struct sgd_dataset *dataset,
                              const struct sgd_schema *train_schema, struct strbuf *out,
                              struct error *err);

#endif
