/*
 * cluster_error.c: sandwich errors of a mean and of a ratio. Sums are exact, so neither order nor
 * threads can change a digit. Scratch memory of the call only; any thread.
 */
#include "stats/cluster_error.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/beta_law.h"
#include "numeric/exact_sum.h"
#include "stats/correlation.h"
#include "stats/moments.h"
#include "stats/proportion.h"

DEFINE_CLEANUP(free_values, double, memory_free)

static const char mean_convention[] = "mean over items, CR1 cluster errors, t with C - 1 degrees";

static const char *note_of(size_t clusters, double error)
{
    if (error == 0)
        return "no variation between clusters";
    return clusters < CLUSTER_ERROR_FEW ? "few clusters: the interval is too narrow" : NULL;
}

static double margin_of(size_t clusters, double error, double alpha)
{
    return beta_law_student_upper_quantile(alpha / 2, (double)clusters - 1) * error;
}

static enum status sums_by_cluster(struct sample scores, struct cluster_labels clusters,
                                   double mean, struct cluster_error *error, struct error *err)
{
    size_t count = clusters.cluster_count;
    CLEANUP(free_values) double *sums = memory_alloc(2 * count * sizeof *sums);
    if (!sums)
        return error_no_memory(err);
    double *sizes = sums + count;
    struct exact_sum squares = {0};
    for (size_t i = 0; i < scores.count; i++) {
        double deviation = scores.values[i] - mean;
        sums[clusters.of_item[i]] += deviation;
        sizes[clusters.of_item[i]]++;
        exact_sum_add(&squares, deviation * deviation);
    }
    struct exact_sum between = {0};
    for (size_t c = 0; c < count; c++) {
        error->clusters += sizes[c] > 0;
        exact_sum_add(&between, sums[c] * sums[c]);
    }
    double n = (double)scores.count;
    double within_square = exact_sum_value(&squares);
    double between_square = exact_sum_value(&between);
    error->se_clt = sqrt(within_square / (n - 1) / n);
    error->se_cr0 = sqrt(between_square) / n;
    /* Cross terms of a cluster: its squared sum less its sum of squares. */
    error->se_miller =
        sqrt(within_square / (n - 1) / n + (between_square - within_square) / (n * n));
    return STATUS_OK;
}

static const char *fault_of(struct sample scores, struct cluster_labels clusters, double alpha)
{
    if (scores.count == 0)
        return "there are no scores";
    if (sample_has_non_finite(scores))
        return "a score is not a finite number";
    if (!(alpha > 0 && alpha < 1))
        return "alpha does not lie between 0 and 1";
    for (size_t i = 0; i < scores.count; i++) {
        if (clusters.of_item[i] >= clusters.cluster_count)
            return "a cluster number is out of range";
    }
    return NULL;
}

enum status cluster_error_mean(struct sample scores, struct cluster_labels clusters, double alpha,
                               struct cluster_error *ret_error, struct error *err)
{
    double nan = (double)NAN;
    struct cluster_error error = {.items = scores.count,
                                  .mean = nan,
                                  .se_clt = nan,
                                  .se_miller = nan,
                                  .se_cr0 = nan,
                                  .se_cr1 = nan,
                                  .low = nan,
                                  .high = nan,
                                  .design_effect = nan,
                                  .convention = mean_convention};
    error.undefined = fault_of(scores, clusters, alpha);
    if (error.undefined) {
        *ret_error = error;
        return STATUS_OK;
    }
    error.mean = exact_sum_mean(scores);
    enum status status = sums_by_cluster(scores, clusters, error.mean, &error, err);
    if (status != STATUS_OK)
        return status;
    if (error.clusters < 2) {
        error.undefined = "fewer than two clusters";
        error.se_cr0 = error.se_miller = nan; /* a confident zero otherwise */
        *ret_error = error;
        return STATUS_OK;
    }
    double c = (double)error.clusters;
    error.se_cr1 = error.se_cr0 * sqrt(c / (c - 1));
    double margin = margin_of(error.clusters, error.se_cr1, alpha);
    error.low = error.mean - margin;
    error.high = error.mean + margin;
    error.design_effect = (error.se_cr1 / error.se_clt) * (error.se_cr1 / error.se_clt);
    error.note = note_of(error.clusters, error.se_cr1);
    *ret_error = error;
    return STATUS_OK;
}

enum status cluster_error_paired_mean(struct sample first, struct sample second,
                                      struct cluster_labels clusters, double alpha,
                                      struct cluster_error_paired *ret_error, struct error *err)
{
    struct cluster_error_paired paired = {0};
    if (first.count != second.count)
        return error_set(err, STATUS_INTERNAL, "paired samples of %zu and %zu scores", first.count,
                         second.count);
    CLEANUP(free_values) double *gaps = memory_alloc(first.count * sizeof *gaps);
    if (!gaps)
        return error_no_memory(err);
    for (size_t i = 0; i < first.count; i++)
        gaps[i] = first.values[i] - second.values[i];
    enum status status = cluster_error_mean((struct sample){gaps, first.count}, clusters, alpha,
                                            &paired.difference, err);
    if (status != STATUS_OK)
        return status;
    struct moments one = moments_of(first);
    struct moments two = moments_of(second);
    paired.se_unpaired = hypot(moments_standard_error(&one), moments_standard_error(&two));
    paired.correlation = correlation_pearson(first, second).value;
    *ret_error = paired;
    return STATUS_OK;
}

struct cluster_ratio cluster_error_ratio(struct sample sums, struct sample sizes, double alpha)
{
    double nan = (double)NAN;
    struct cluster_ratio result = {
        nan, nan, nan, nan, "ratio of sums, CR1 cluster errors, t with C - 1 degrees", NULL, NULL};
    double size = exact_sum_of(sizes);
    size_t clusters = 0;
    for (size_t c = 0; c < sizes.count; c++)
        clusters += sizes.values[c] > 0;
    if (sums.count != sizes.count || clusters < 2)
        result.undefined = "fewer than two clusters";
    else if (sample_has_non_finite(sums) || !isfinite(size))
        result.undefined = "a sum or size is not a finite number";
    else if (!(alpha > 0 && alpha < 1))
        result.undefined = "alpha does not lie between 0 and 1";
    if (result.undefined)
        return result;
    double c = (double)clusters;
    result.ratio = exact_sum_of(sums) / size;
    struct exact_sum squares = {0};
    for (size_t i = 0; i < sums.count; i++) {
        double deviation = sums.values[i] - result.ratio * sizes.values[i];
        exact_sum_add(&squares, deviation * deviation);
    }
    result.se_cr1 = sqrt(exact_sum_value(&squares) * c / (c - 1)) / size;
    double margin = margin_of(clusters, result.se_cr1, alpha);
    result.low = result.ratio - margin;
    result.high = result.ratio + margin;
    result.note = note_of(clusters, result.se_cr1);
    return result;
}

struct interval cluster_error_share(struct sample successes, struct sample sizes, double alpha)
{
    static const char convention[] =
        "Wilson on the effective number of items, CR1 cluster errors, t with C - 1 degrees";
    struct cluster_ratio ratio = cluster_error_ratio(successes, sizes, alpha);
    if (ratio.undefined)
        return interval_undefined(convention, ratio.undefined);
    double p = ratio.ratio;
    if (!(p >= 0 && p <= 1))
        return interval_undefined(convention, "a share does not lie in [0, 1]");
    size_t clusters = 0;
    for (size_t c = 0; c < sizes.count; c++)
        clusters += sizes.values[c] > 0;
    double items = exact_sum_of(sizes);
    double effective = (double)clusters;
    if (ratio.se_cr1 > 0)
        effective = fmin(items, p * (1 - p) / (ratio.se_cr1 * ratio.se_cr1));
    double critical = beta_law_student_upper_quantile(alpha / 2, (double)clusters - 1);
    struct interval interval =
        proportion_wilson_with((struct share){p * effective, effective}, critical);
    interval.convention = convention;
    return interval;
}
