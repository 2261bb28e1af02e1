/*
 * cluster_error.h: means whose items are not independent: turns of one conversation, repeats of one
 * question. The mean is over items, so it is the ratio of the clusters' sums to their sizes.
 *
 * Standard errors of the mean:
 *   clt     sd/sqrt(n), as if items were independent
 *   miller  Miller 2024 (arXiv 2411.00640), appendix A; may be the root of a negative number: NaN
 *   cr0     sqrt(sum over clusters of (sum of deviations)^2)/n
 *   cr1     cr0 sqrt(C/(C - 1)): the default (Inspect AI, statsmodels' cluster covariance)
 * Intervals use Student's t with C - 1 degrees; under about forty clusters the errors are too
 * small all the same, see `note`. Undefined with fewer than two clusters. Thread: any.
 */
#ifndef ASSAY_STATS_CLUSTER_ERROR_H
#define ASSAY_STATS_CLUSTER_ERROR_H

#include "base/error.h"
#include "stats/estimate.h"

#include <stdint.h>

struct cluster_error {
    size_t items;
    size_t clusters;
    double mean;
    double se_clt;
    double se_miller;
    double se_cr0;
    double se_cr1;
    double low; /* mean -+ t se_cr1 */
    double high;
    double design_effect; /* (se_cr1/se_clt)^2 */
    const char *convention;
    const char *note; /* NULL, or a caution: few clusters, no variation */
    const char *undefined;
};

/* Cluster of each item: 0 .. cluster_count - 1; clusters without items do not count. */
struct cluster_labels {
    const uint32_t *of_item;
    size_t cluster_count;
};

enum { CLUSTER_ERROR_FEW = 20 };

enum status cluster_error_mean(struct sample scores, struct cluster_labels clusters, double alpha,
                               struct cluster_error *ret_error, struct error *err);

struct cluster_error_paired {
    struct cluster_error difference; /* first minus second, item by item */
    double se_unpaired;              /* sqrt(se_clt(first)^2 + se_clt(second)^2) */
    double correlation;              /* of the two arms; NaN where one does not vary */
};

enum status cluster_error_paired_mean(struct sample first, struct sample second,
                                      struct cluster_labels clusters, double alpha,
                                      struct cluster_error_paired *ret_error, struct error *err);

/* Sums and sizes by cluster: the ratio of the totals with its CR1 error (linearised). A size may be
 * any non-negative number, such as the gold slots of a conversation. */
struct cluster_ratio {
    double ratio;
    double se_cr1;
    double low;
    double high;
    const char *convention;
    const char *note;
    const char *undefined;
};

struct cluster_ratio cluster_error_ratio(struct sample sums, struct sample sizes, double alpha);

/*
 * Interval of a share of successes with clusters, the default for 0/1 scores: Wilson's interval on
 * the effective number of items p(1 - p)/se_cr1^2, with the t quantile of C - 1 degrees; where all
 * items ended alike each cluster counts as one item. Coverage: tests/statcheck/coverage.c.
 */
struct interval cluster_error_share(struct sample successes, struct sample sizes, double alpha);

#endif
