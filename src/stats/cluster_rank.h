/*
 * cluster_rank.h: statistics of the order of values that come in clusters: AUROC of confidence
 * (placement values summed by cluster: Obuchowski, Biometrics 53 (1997) 567, Student's t) and
 * quantiles (cluster bootstrap, percentile). One sample, or the difference of two over the same
 * clusters. Threads: called from one; quantiles use an OpenMP team, the same bits for any number of
 * threads.
 */
#ifndef ASSAY_STATS_CLUSTER_RANK_H
#define ASSAY_STATS_CLUSTER_RANK_H

#include "stats/cluster_bootstrap.h"

#include <stdint.h>

struct ranked {
    double value;
    uint32_t cluster;
    uint32_t right; /* AUROC: 1 for the class that should be higher */
};

/* Start from {0}. */
struct ranked_list {
    struct ranked *items;
    size_t count, capacity;
};

/* False: memory ran out. No NaN. */
bool cluster_rank_add(struct ranked_list *list, double value, size_t cluster, bool right);
void cluster_rank_done(struct ranked_list *list);

/* own, or own - reference (NULL: none), over clusters 0 .. clusters - 1. Sorts the lists. */
enum status cluster_rank_auroc(struct ranked_list *own, struct ranked_list *reference,
                               size_t clusters, struct cluster_bootstrap_result *ret_result,
                               struct error *err);

struct cluster_rank_quantile {
    unsigned percent; /* nearest rank */
    size_t resamples; /* fewer, at least 200, where values x resamples is large */
    uint64_t seed;
    const char *purpose;
};

enum status cluster_rank_quantile(struct cluster_rank_quantile quantile, struct ranked_list *own,
                                  struct ranked_list *reference, size_t clusters,
                                  struct cluster_bootstrap_result *ret_result, struct error *err);

/* A result without a value. */
struct cluster_bootstrap_result cluster_rank_undefined(const char *convention, const char *reason);

#endif
