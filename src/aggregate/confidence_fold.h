/*
 * confidence_fold.h: slot confidences against whether the value was right: reliability bins,
 * expected and maximum calibration error, AUROC. Exact up to VALUE_COLLECTOR_EXACT slots; beyond
 * that AUROC is taken from a histogram of 10,000 bins (the rest stays exact). Start from {0}.
 * Thread: one at a time.
 */
#ifndef ASSAY_AGGREGATE_CONFIDENCE_FOLD_H
#define ASSAY_AGGREGATE_CONFIDENCE_FOLD_H

#include "aggregate/run_summary.h"
#include "base/error.h"
#include "numeric/exact_sum.h"
#include "numeric/value_counts.h"

enum { CONFIDENCE_BINS = 10 };

struct confidence_fold {
    struct confidence_bin {
        struct exact_sum confidence;
        uint64_t count, right;
    } bins[CONFIDENCE_BINS]; /* equal width, right-closed, 0 in the first (Guo et al. 2017) */
    uint64_t count, right;
    uint64_t outside; /* confidences that do not lie in [0, 1] */
    struct value_counts exact;
    uint64_t (*histogram)[2]; /* NULL: still exact */
};

/* NaN (none was given) is passed over. False: memory ran out. */
bool confidence_fold_add(struct confidence_fold *fold, double confidence, bool right);

/* Why there is no calibration, or NULL. */
const char *confidence_fold_undefined(const struct confidence_fold *fold);
struct measure confidence_fold_expected_error(const struct confidence_fold *fold);
struct measure confidence_fold_maximum_error(const struct confidence_fold *fold);
enum status confidence_fold_auroc(const struct confidence_fold *fold, struct measure *ret_measure,
                                  struct error *err);
/* CONFIDENCE_BINS of them; an empty bin has NaN. */
void confidence_fold_reliability(const struct confidence_fold *fold,
                                 struct reliability_bin *ret_bins);
bool confidence_fold_is_histogram(const struct confidence_fold *fold);
void confidence_fold_done(struct confidence_fold *fold);

#endif
