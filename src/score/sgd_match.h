/*
 * sgd_match.h: what one predicted dialogue earns, frame by frame, as the official scorer has it.
 * Formulas: google-research schema_guided_dst, metrics.py and evaluate.py; a value that the
 * official scorer calls "NA" or leaves out is NaN here.
 *
 * Thread: one matcher per thread; the dataset is shared and read-only.
 */
#ifndef ASSAY_SCORE_SGD_MATCH_H
#define ASSAY_SCORE_SGD_MATCH_H

#include "score/sgd_dataset.h"

/* clang-format off */
#define SGD_METRIC_LIST(X) /* in the order of their names */ \
    X(ACTIVE_INTENT_ACCURACY,    "active_intent_accuracy")    \
    X(AVERAGE_CAT_ACCURACY,      "average_cat_accuracy")      \
    X(AVERAGE_GOAL_ACCURACY,     "average_goal_accuracy")     \
    X(AVERAGE_NONCAT_ACCURACY,   "average_noncat_accuracy")   \
    X(JOINT_CAT_ACCURACY,        "joint_cat_accuracy")        \
    X(JOINT_GOAL_ACCURACY,       "joint_goal_accuracy")       \
    X(JOINT_NONCAT_ACCURACY,     "joint_noncat_accuracy")     \
    X(REQUESTED_SLOTS_F1,        "requested_slots_f1")        \
    X(REQUESTED_SLOTS_PRECISION, "requested_slots_precision") \
    X(REQUESTED_SLOTS_RECALL,    "requested_slots_recall")    \
    X(SLOT_TAGGING_F1,           "slot_tagging_f1")           \
    X(SLOT_TAGGING_PRECISION,    "slot_tagging_precision")    \
    X(SLOT_TAGGING_RECALL,       "slot_tagging_recall")
/* clang-format on */

enum sgd_metric {
#define X(name, text) SGD_METRIC_##name,
    SGD_METRIC_LIST(X)
#undef X
        SGD_METRIC_COUNT
};

/* The scored frames of a dataset in the official order, one column a metric. */
struct sgd_frame_scores {
    double *columns[SGD_METRIC_COUNT];
    int32_t *services; /* index in the schema */
    uint32_t *turns;   /* the number of the turn's first frame: frames of one turn are neighbours */
};

/* A remembered comparison of a gold list with a predicted text. */
struct sgd_match_memo {
    uint64_t key; /* list << 32 | text, plus 1; 0: free */
    double score;
};

/* Start from {0} with the first two set. */
struct sgd_matcher {
    const struct sgd_dataset *dataset;
    bool exact; /* values without categories are equal or not, instead of alike */
    struct fuzzy_scratch fuzzy;
    struct sgd_match_memo *memo;
    size_t memo_mask, memo_count;
    double *active, *active_cat, *active_noncat; /* correctness of the slots that gold has */
};

enum status sgd_match_init(struct sgd_matcher *matcher, struct error *err);
void sgd_match_done(struct sgd_matcher *matcher);

/* How many frames of the pair are scored, if no fault is found. */
uint32_t sgd_match_frame_count(const struct sgd_dialogue_pair *pair);
/* Writes that many frames from number `first` on. */
enum status sgd_match_dialogue(struct sgd_matcher *matcher, const struct sgd_dialogue_pair *pair,
                               const struct sgd_frame_scores *scores, uint32_t first,
                               struct error *err);

/* The mean with numpy's pairwise sum; count > 0. */
double sgd_match_mean(const double *values, size_t count);

#endif
