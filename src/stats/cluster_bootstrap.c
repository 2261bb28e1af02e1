/*
 * cluster_bootstrap.c: an OpenMP team fills one slot a resample; one thread reads the ends. Memory:
 * 8 bytes a resample, 8 a cluster, and 4 a cluster and thread; freed before return.
 */
#include "stats/cluster_bootstrap.h"

#include "base/cleanup.h"
#include "base/counter_rng.h"
#include "base/memory.h"
#include "numeric/beta_law.h"
#include "numeric/exact_sum.h"
#include "numeric/normal_law.h"
#include "numeric/resample.h"

#include <omp.h>

#include <string.h>

enum { RESAMPLES_MOST = 10000, RESAMPLES_LEAST = 2000 };
static const double work_most = 1e8; /* additions */

DEFINE_CLEANUP(free_doubles, double, memory_free)
DEFINE_CLEANUP(free_times, uint32_t, memory_free)

static const char jackknife_convention[] = "jackknife over conversations, Student's t";

static struct cluster_bootstrap_result undefined_result(double estimate, const char *reason)
{
    double nan = (double)NAN;
    return (struct cluster_bootstrap_result){
        .estimate = estimate,
        .standard_error = nan,
        .interval = interval_undefined("cluster bootstrap, BCa", reason),
        .p = nan,
        .undefined = reason};
}

static void add_up(struct cluster_rows rows, double *ret_sums)
{
    for (size_t j = 0; j < rows.width; j++) {
        struct exact_sum sum = {0};
        for (size_t i = 0; i < rows.clusters; i++)
            exact_sum_add(&sum, rows.values[i * rows.width + j]);
        ret_sums[j] = exact_sum_value(&sum);
    }
}

/* What the jackknife says. */
struct jackknife {
    double standard_error, acceleration;
    bool is_defined;
};

/* `left_out` gets the estimates without each cluster; `sums` holds the totals and is worked on. */
static struct jackknife jackknife_of(struct cluster_rows rows, cluster_statistic *statistic,
                                     const void *context, const double *totals, double *scratch,
                                     double *left_out)
{
    struct exact_sum mean = {0}, squares = {0}, cubes = {0};
    double n = (double)rows.clusters;
    for (size_t i = 0; i < rows.clusters; i++) {
        for (size_t j = 0; j < rows.width; j++)
            scratch[j] = totals[j] - rows.values[i * rows.width + j];
        left_out[i] = statistic(scratch, context);
        if (!isfinite(left_out[i]))
            return (struct jackknife){(double)NAN, 0, false};
        exact_sum_add(&mean, left_out[i]);
    }
    double centre = exact_sum_value(&mean) / n;
    for (size_t i = 0; i < rows.clusters; i++) {
        double u = centre - left_out[i];
        exact_sum_add(&squares, u * u);
        exact_sum_add(&cubes, u * u * u);
    }
    double square = exact_sum_value(&squares);
    double acceleration = square > 0 ? exact_sum_value(&cubes) / (6 * square * sqrt(square)) : 0;
    return (struct jackknife){sqrt((n - 1) / n * square), acceleration, true};
}

static void resampled(struct cluster_rows rows, const uint32_t *times, double *sums)
{
    memset(sums, 0, rows.width * sizeof *sums);
    for (size_t i = 0; i < rows.clusters; i++) {
        if (!times[i])
            continue;
        double weight = times[i];
        const double *row = rows.values + i * rows.width;
        for (size_t j = 0; j < rows.width; j++)
            sums[j] += weight * row[j];
    }
}

/* One estimate a resample; false: memory ran out. */
static bool fill(struct cluster_rows rows, cluster_statistic *statistic, const void *context,
                 struct bootstrap_options options, double *estimates, size_t resamples)
{
    int team = omp_get_max_threads();
    CLEANUP(free_times)
    uint32_t *times = memory_alloc((size_t)team * rows.clusters * sizeof *times);
    CLEANUP(free_doubles) double *sums = memory_alloc((size_t)team * rows.width * sizeof *sums);
    if (!times || !sums)
        return false;
    uint32_t purpose = counter_rng_purpose(options.purpose ? options.purpose : "clusters");
    /* The team's size is said again, since memory was made for just so many: LLVM 16's runtime
     * keeps a num_threads whose if-clause did not hold for the next region. */
#pragma omp parallel for schedule(static) num_threads(team)
    for (size_t r = 0; r < resamples; r++) {
        size_t own = (size_t)omp_get_thread_num();
        uint32_t *own_times = times + own * rows.clusters;
        double *own_sums = sums + own * rows.width;
        resample_times(rows.clusters, (struct resample_key){options.seed, purpose, r}, own_times);
        resampled(rows, own_times, own_sums);
        estimates[r] = statistic(own_sums, context);
    }
    return true;
}

static size_t resamples_for(struct cluster_rows rows, size_t asked)
{
    if (asked)
        return asked;
    double most = work_most / (double)(rows.clusters * (rows.width + 2));
    return most >= RESAMPLES_MOST    ? RESAMPLES_MOST
           : most <= RESAMPLES_LEAST ? RESAMPLES_LEAST
                                     : (size_t)most;
}

/* Of BCa, for few clusters: see the header. */
static double expanded_level(double level, size_t clusters)
{
    double c = (double)clusters, tail = (1 - (level > 0 ? level : .95)) / 2;
    double t = beta_law_student_upper_quantile(tail, c - 1);
    return 1 - 2 * normal_law_sf(sqrt(c / (c - 1)) * t);
}

/* Resamples without a value are left out when they are rare. */
static size_t keep_finite(double *estimates, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(estimates[i]))
            estimates[kept++] = estimates[i];
    return kept;
}

static enum status resample_all(struct cluster_rows rows, cluster_statistic *statistic,
                                const void *context, struct bootstrap_options options,
                                double acceleration, struct cluster_bootstrap_result *result,
                                struct error *err)
{
    size_t resamples = resamples_for(rows, options.resamples);
    CLEANUP(free_doubles) double *estimates = memory_alloc(resamples * sizeof *estimates);
    if (!estimates || !fill(rows, statistic, context, options, estimates, resamples))
        return error_no_memory(err);
    size_t kept = keep_finite(estimates, resamples);
    if (kept * 100 < resamples * 99) {
        *result = undefined_result(result->estimate, "too few conversations: in more than 1 % of "
                                                     "the resamples it has no value");
        return STATUS_OK;
    }
    struct bootstrap_result ends;
    enum status status =
        bootstrap_of_estimates(estimates, kept, result->estimate, acceleration,
                               expanded_level(options.level, rows.clusters), &ends, err);
    if (status != STATUS_OK)
        return status;
    result->interval = ends.bca.undefined ? ends.percentile : ends.bca;
    result->interval.convention =
        ends.bca.undefined ? "cluster bootstrap, percentile" : "cluster bootstrap, BCa";
    result->resamples = resamples;
    return STATUS_OK;
}

static void set_by_error(struct cluster_rows rows, double level,
                         struct cluster_bootstrap_result *result)
{
    double degrees = (double)rows.clusters - 1, tail = (1 - (level > 0 ? level : .95)) / 2;
    double margin = beta_law_student_upper_quantile(tail, degrees) * result->standard_error;
    result->interval =
        interval_of(result->estimate - margin, result->estimate + margin, jackknife_convention);
}

enum status cluster_bootstrap(struct cluster_rows rows, cluster_statistic *statistic,
                              const void *context, struct bootstrap_options options,
                              struct cluster_bootstrap_result *ret_result, struct error *err)
{
    CLEANUP(free_doubles)
    double *work = memory_alloc((2 * rows.width + rows.clusters + 1) * sizeof *work);
    if (!work)
        return error_no_memory(err);
    add_up(rows, work);
    struct cluster_bootstrap_result result = {.estimate = statistic(work, context)};
    if (rows.clusters < 2 || !isfinite(result.estimate)) {
        *ret_result =
            undefined_result(result.estimate, rows.clusters < 2 ? "fewer than two conversations"
                                                                : "there is no value");
        return STATUS_OK;
    }
    struct jackknife jackknife =
        jackknife_of(rows, statistic, context, work, work + rows.width, work + 2 * rows.width);
    result.standard_error = jackknife.standard_error;
    result.p = beta_law_student_two_sided(result.estimate / result.standard_error,
                                          (double)rows.clusters - 1);
    enum status status = STATUS_OK;
    if (!jackknife.is_defined)
        result = undefined_result(result.estimate,
                                  "it rests on one conversation: without that it has no value");
    else if (!(jackknife.standard_error > 0))
        result = undefined_result(result.estimate, "nothing varies between conversations");
    else if (rows.clusters > CLUSTER_BOOTSTRAP_MOST)
        set_by_error(rows, options.level, &result);
    else
        status =
            resample_all(rows, statistic, context, options, jackknife.acceleration, &result, err);
    if (status == STATUS_OK)
        *ret_result = result;
    return status;
}
