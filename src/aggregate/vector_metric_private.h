/*
 * vector_metric_private.h: what the parts of vector_metric share; for this room only.
 */
#ifndef ASSAY_AGGREGATE_VECTOR_METRIC_PRIVATE_H
#define ASSAY_AGGREGATE_VECTOR_METRIC_PRIVATE_H

#include "aggregate/vector_metric.h"

/* rank_metric.c */
enum status rank_metric_auroc(struct outcome_side own, const struct outcome_side *reference,
                              size_t count, struct cluster_bootstrap_result *ret_result,
                              struct error *err);

struct rank_metric_quantile {
    unsigned percent;
    bool first_token; /* else the latency */
    size_t resamples;
    const char *purpose;
};

enum status rank_metric_quantile_change(struct rank_metric_quantile quantile,
                                        struct outcome_side own,
                                        const struct outcome_side *reference, size_t count,
                                        struct cluster_bootstrap_result *ret_result,
                                        struct error *err);

/* vector_metric.c */
struct cluster_bootstrap_result vector_metric_undefined(const char *convention, const char *reason);

#endif
