/*
 * split_fold_private.h: what the fold keeps apart by the gold's split; for this room only.
 */
#ifndef ASSAY_AGGREGATE_SPLIT_FOLD_PRIVATE_H
#define ASSAY_AGGREGATE_SPLIT_FOLD_PRIVATE_H

#include "aggregate/confidence_fold.h"
#include "aggregate/figure_fold.h"
#include "aggregate/outcome_rows.h"
#include "aggregate/ratio_metric.h"

/* Quality is told apart by the gold's split. The headline is that of all conversations but the
 * challenge; of the challenge when there are no others: run_fold.headline. */
enum fold_split { FOLD_RANDOM, FOLD_CHALLENGE, FOLD_SPLITS };

/* One slot with one candidate. */
struct slot_part {
    uint64_t counts[FOLD_SPLITS][SLOT_LATE + 1]; /* by enum slot_verdict */
    uint64_t now[SLOT_LATE + 1];                 /* of the open conversation */
    struct ratio_sums ratios[FOLD_SPLITS][SLOT_RATIO_COUNT];
};

struct slot_fold {
    struct strview name;
    struct slot_part *by_candidate;
};

/* One number of a scorer of kind command. */
struct extra_fold {
    struct strview name;
    struct extra_part {
        struct ratio_part now;
        struct ratio_sums sums[FOLD_SPLITS];
        struct ratio_pairs pairs[FOLD_SPLITS];
    } *by_candidate;
};

/* What one candidate did in the conversations of one split. */
struct split_fold {
    struct figure_fold figures;
    struct ratio_sums ratios[FOLD_COUNT];
    struct ratio_pairs pairs[FOLD_COUNT]; /* with the first candidate; not used in that one */
    struct paired_table success_table;    /* this one first, the first candidate second */
    bool success_in_parts;                /* a repeat went otherwise: the table does not hold */
    double success_noise; /* sum over conversations of the variance of their mean success */
    uint64_t repeated;    /* conversations with two scored repeats or more */
    struct confidence_fold confidence;
};

#endif
