/*
 * metric_column.h: the shape on which every comparison, gate and slice stands: a metric as columns,
 * one row a conversation, its sum and its size over the conversation's repeats. The metric is
 * (sum of sums)/(sum of sizes) x scale + offset; the conversation is the cluster, so errors follow
 * from the rows alone (stats/cluster_error.h, stats/bootstrap.h, aggregate/ratio_sums.h).
 *
 *   struct metric_source source;
 *   metric_source_find(strview_of("success_rate"), 0, &source)
 *   metric_column_make(side, &source, filter, arena, &column)          one candidate
 *   conversation_pairing_make(own, reference, filter, arena, &pairing, err)
 *   metric_pairs_make(pairing, &source, arena, &pairs)                 two, over what both have
 *
 * Metrics that are no ratio by conversation (quantiles, macro means, calibration errors, plain
 * counts) have no columns: metric_source_find says so by false, and metric_difference.h has the
 * comparisons that exist for them. Arrays live in the caller's arena: 24 bytes a row and column, 40
 * a pair; reset it between metrics of a large run. Plain data. Thread: any.
 */
#ifndef ASSAY_COMPARE_METRIC_COLUMN_H
#define ASSAY_COMPARE_METRIC_COLUMN_H

#include "aggregate/run_outcomes.h"
#include "base/error.h"

/* One candidate of one run. */
struct column_side {
    const struct run_outcomes *outcomes; /* run_fold_outcomes() of a finished fold */
    size_t candidate;
};

/* Which conversations: key absent: all that headline numbers rest on, which is all but the split
 * `challenge` where there are others (run_outcomes_is_headline). Else those of them that have the
 * value, as in {"tag", "noisy"}, {"locale", "es-ES"} or a key of the metadata (slice_table.h); by
 * {"split", "challenge"} those of that split. */
struct conversation_filter {
    struct strview key, value;
};

enum metric_source_kind { METRIC_SOURCE_RATIO, METRIC_SOURCE_SLOT, METRIC_SOURCE_EXTRA };

/* Where a metric's sums come from. */
struct metric_source {
    enum metric_source_kind kind;
    enum fold_ratio ratio;      /* RATIO */
    enum slot_ratio slot_ratio; /* SLOT */
    struct strview name;        /* of the slot, or of the scorer's number; borrowed */
    struct ratio_metric metric; /* kind of interval, basis, scale, unit of n, reason of no value */
    double offset;              /* failed_per_1000 is success_rate x -1000 + 1000 */
};

/* monthly_calls: the pipeline's report.monthly_calls, for monthly_cost_usd. False: the metric is no
 * ratio by conversation, or unknown. `metric` must stay: the source borrows from it. */
bool metric_source_find(struct strview metric, double monthly_calls,
                        struct metric_source *ret_source);

/* A number of a scorer of kind command, by its name. */
struct metric_source metric_source_of_extra(struct strview name);

struct metric_column {
    size_t count;            /* conversations in which the candidate has what the metric needs */
    uint32_t *conversations; /* their places in the outcomes, ascending */
    double *sums, *sizes;    /* averaged over repeats where the metric is (RATIO_AVERAGED: size 1);
                                not scaled */
};

/* False: memory ran out. A slot or number that this run does not have: no rows. */
bool metric_column_make(struct column_side side, const struct metric_source *source,
                        struct conversation_filter filter, struct arena *arena,
                        struct metric_column *ret_column);

/* The conversations of two sides that are the same ones, by id. */
struct conversation_pairing {
    struct column_side own, reference;
    size_t count;
    uint32_t *own_at, *reference_at; /* places in the outcomes; own_at ascending */
};

/* The filter is asked of `own`. */
bool conversation_pairing_make(struct column_side own, struct column_side reference,
                               struct conversation_filter filter, struct arena *arena,
                               struct conversation_pairing *ret_pairing);

/* Only conversations in which both have what the metric needs: differences are own - reference. */
struct metric_pairs {
    size_t count;
    uint32_t *own_at, *reference_at;
    double *own_sums, *own_sizes, *reference_sums, *reference_sizes;
};

bool metric_pairs_make(const struct conversation_pairing *pairing,
                       const struct metric_source *source, struct arena *arena,
                       struct metric_pairs *ret_pairs);

#endif
