/*
 * correlation.h: how well one number orders or follows another: area under the ROC curve (ties
 * count half), Spearman's and Pearson's correlation. Undefined with a reason for one class, no
 * variation or NaN. Thread: any.
 */
#ifndef ASSAY_STATS_CORRELATION_H
#define ASSAY_STATS_CORRELATION_H

#include "base/error.h"
#include "stats/estimate.h"

struct correlation {
    double value;
    double p; /* two-sided, from Student's t with n - 2 degrees */
    const char *convention;
    const char *undefined;
};

/* positive: `scores.count` flags. P(score of a positive > score of a negative) + half the ties. */
enum status correlation_auroc(const bool *positive, struct sample scores, struct estimate *ret_area,
                              struct error *err);
enum status correlation_spearman(struct sample x, struct sample y, struct correlation *ret_result,
                                 struct error *err);
struct correlation correlation_pearson(struct sample x, struct sample y);

/* Kendall's tau-b in n log n steps; p two-sided: exact without ties for up to 33 pairs (or when at
 * most one pair is out of order), else normal with the variance corrected for ties, as scipy. */
enum status correlation_kendall(struct sample x, struct sample y, struct correlation *ret_result,
                                struct error *err);

#endif
