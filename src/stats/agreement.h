/*
 * agreement.h: do two raters (a judge and a person, or two models) give the same labels? Labels are
 * numbers 0 .. label_count - 1; their order matters only to the weighted forms. Thread: any.
 */
#ifndef ASSAY_STATS_AGREEMENT_H
#define ASSAY_STATS_AGREEMENT_H

#include "base/error.h"
#include "stats/estimate.h"

#include <stdint.h>

struct agreement_ratings {
    const uint32_t *first;
    const uint32_t *second;
    size_t count;
    size_t label_count;
};

enum agreement_weights { AGREEMENT_UNWEIGHTED, AGREEMENT_LINEAR, AGREEMENT_QUADRATIC };

/* Cohen's kappa; undefined when both use one and the same label only. */
enum status agreement_cohen_kappa(struct agreement_ratings ratings, enum agreement_weights weights,
                                  struct estimate *ret_kappa, struct error *err);
/* Matthews' correlation for any number of labels; 0 when one side does not vary. */
enum status agreement_matthews(struct agreement_ratings ratings, struct estimate *ret_value,
                               struct error *err);
/* Fleiss' kappa: counts[item * label_count + label], the same number of raters for each item. */
struct estimate agreement_fleiss_kappa(const double *counts, size_t items, size_t label_count);

#endif
