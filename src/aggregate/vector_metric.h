/*
 * vector_metric.h: error bars of the metrics that are no single ratio but follow from what each
 * conversation adds: macro means over slots and calibration errors (cluster bootstrap,
 * stats/cluster_bootstrap.h), AUROC of confidence (placement values summed by conversation:
 * Obuchowski, Biometrics 53 (1997) 567, Student's t), and quantiles of times (cluster bootstrap).
 * One candidate's value, or the difference of two over the same conversations. Thread: main; OpenMP
 * inside, the same bits for any number of threads.
 */
#ifndef ASSAY_AGGREGATE_VECTOR_METRIC_H
#define ASSAY_AGGREGATE_VECTOR_METRIC_H

#include "aggregate/run_outcomes.h"
#include "stats/cluster_bootstrap.h"

/* One candidate over some conversations; `at` has their places in the outcomes. */
struct outcome_side {
    const struct run_outcomes *outcomes;
    size_t candidate;
    const uint32_t *at;
};

enum { VECTOR_METRIC_RESAMPLES = 2000 };

/* Whether this file has error bars for it. */
bool vector_metric_is_known(const char *metric);
/* The trials that a conversation must have to count. */
enum ratio_basis vector_metric_basis(const char *metric);

/*
 * own's value, or own - reference (reference NULL: none), over `count` conversations, those at the
 * same position being the same one. resamples 0: VECTOR_METRIC_RESAMPLES. The estimate of
 * confidences is from rounded ones (outcome_rows.h): for the interval, not for the report.
 */
enum status vector_metric_estimate(const char *metric, struct outcome_side own,
                                   const struct outcome_side *reference, size_t count,
                                   size_t resamples, struct cluster_bootstrap_result *ret_result,
                                   struct error *err);

#endif
