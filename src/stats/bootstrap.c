/*
 * bootstrap.c: an OpenMP team fills one slot a resample; one thread sorts the slots and reads the
 * ends. Memory: 8 bytes a resample and a copy of the values, freed before return.
 */
#include "stats/bootstrap.h"

#include "base/cleanup.h"
#include "base/counter_rng.h"
#include "base/memory.h"
#include "numeric/exact_sum.h"
#include "numeric/normal_law.h"
#include "numeric/order.h"
#include "numeric/resample.h"
#include "stats/moments.h"
#include "stats/quantile.h"

#include <string.h>

/* Drawing a kind's count costs about as much as drawing this many items. */
enum { ITEMS_A_KIND = 40, MAX_KINDS = 256, DEFAULT_RESAMPLES = 10000 };

DEFINE_CLEANUP(free_values, double, memory_free)

/* Items as (sum, size), or the distinct ones among them with their frequencies. */
struct items {
    struct resample_pair *pairs;
    double *sums; /* when all sizes are one and items are drawn one by one */
    uint64_t *frequencies;
    size_t count;
    size_t kinds; /* 0: not few */
};

static void items_done(struct items *items)
{
    memory_free(items->pairs);
    memory_free(items->sums);
    memory_free(items->frequencies);
}

static struct bootstrap_result undefined_result(const char *reason)
{
    return (struct bootstrap_result){.estimate = (double)NAN,
                                     .standard_error = (double)NAN,
                                     .percentile =
                                         interval_undefined("bootstrap, percentile", reason),
                                     .basic = interval_undefined("bootstrap, basic", reason),
                                     .bca = interval_undefined("bootstrap, BCa", reason),
                                     .undefined = reason};
}

/* --- ends ------------------------------------------------------------------------------------ */

/* What BCa needs beside the resampled estimates. */
struct correction {
    double bias;         /* z0 */
    double acceleration; /* a */
};

static struct interval ends_at(struct sample sorted, double low, double high,
                               const char *convention)
{
    return interval_of(quantile_of_sorted(sorted, low, QUANTILE_LINEAR),
                       quantile_of_sorted(sorted, high, QUANTILE_LINEAR), convention);
}

/* Share of the resampled estimates below `estimate`, ties (within `tolerance`) half. */
static double share_below(struct sample sorted, double estimate, double tolerance)
{
    size_t below = 0;
    size_t not_above = 0;
    for (size_t i = 0; i < sorted.count; i++) {
        below += sorted.values[i] < estimate - tolerance;
        not_above += sorted.values[i] <= estimate + tolerance;
    }
    return (double)(below + not_above) / 2 / (double)sorted.count;
}

static struct interval bca_ends(struct sample sorted, struct correction c, double level)
{
    static const char convention[] = "bootstrap, BCa";
    double z = normal_law_quantile((1 - level) / 2);
    double low = c.bias + z;
    double high = c.bias - z;
    double p_low = normal_law_cdf(c.bias + low / (1 - c.acceleration * low));
    double p_high = normal_law_cdf(c.bias + high / (1 - c.acceleration * high));
    if (isnan(p_low) || isnan(p_high))
        return interval_undefined(convention, "the resampled estimates allow no correction");
    return ends_at(sorted, p_low, p_high, convention);
}

/* Sorts `estimates` in place. */
static enum status read_ends(double *estimates, struct bootstrap_result *result,
                             struct correction correction, double level, struct error *err)
{
    struct sample sorted = {estimates, result->resamples};
    struct moments moments = moments_of(sorted);
    result->standard_error = sqrt(moments_variance(&moments));
    enum status status = order_sort(estimates, result->resamples, err);
    if (status != STATUS_OK)
        return status;
    double tail = (1 - level) / 2;
    result->percentile = ends_at(sorted, tail, 1 - tail, "bootstrap, percentile");
    result->basic = interval_of(2 * result->estimate - result->percentile.high,
                                2 * result->estimate - result->percentile.low, "bootstrap, basic");
    result->bca = bca_ends(sorted, correction, level);
    return STATUS_OK;
}

/* --- the acceleration, by the jackknife ------------------------------------------------------ */

/* sum u^3 / (6 (sum u^2)^1.5) of the jackknife's deviations. */
static double acceleration_of(struct sample deviations)
{
    struct exact_sum squares = {0};
    struct exact_sum cubes = {0};
    for (size_t i = 0; i < deviations.count; i++) {
        double u = deviations.values[i];
        exact_sum_add(&squares, u * u);
        exact_sum_add(&cubes, u * u * u);
    }
    double square = exact_sum_value(&squares);
    return exact_sum_value(&cubes) / (6 * square * sqrt(square));
}

/* From the estimates that leave out one item each, and their mean; overwrites them. */
static double acceleration_of_left_out(double *estimates, size_t count, double mean)
{
    for (size_t i = 0; i < count; i++)
        estimates[i] = mean - estimates[i];
    return acceleration_of((struct sample){estimates, count});
}

static enum status ratio_acceleration(struct sample sums, struct sample sizes,
                                      double *ret_acceleration, struct error *err)
{
    CLEANUP(free_values) double *left_out = memory_alloc(sums.count * sizeof *left_out);
    if (!left_out)
        return error_no_memory(err);
    double sum = exact_sum_of(sums);
    double size = sizes.values ? exact_sum_of(sizes) : (double)sums.count;
    for (size_t i = 0; i < sums.count; i++)
        left_out[i] = (sum - sums.values[i]) / (size - (sizes.values ? sizes.values[i] : 1));
    double mean = exact_sum_of((struct sample){left_out, sums.count}) / (double)sums.count;
    *ret_acceleration = acceleration_of_left_out(left_out, sums.count, mean);
    return STATUS_OK;
}

/* --- resampling ------------------------------------------------------------------------------ */

static bool same_pair(struct resample_pair a, struct resample_pair b)
{
    return a.sum == b.sum && a.size == b.size;
}

/* Finds the kinds of items; leaves items->kinds at 0 when there are too many. */
static enum status count_kinds(struct items *items, struct error *err)
{
    size_t most = items->count / ITEMS_A_KIND;
    if (most > MAX_KINDS)
        most = MAX_KINDS;
    struct resample_pair *kinds = memory_alloc((most + 1) * sizeof *kinds);
    uint64_t *frequencies = memory_alloc((most + 1) * sizeof *frequencies);
    size_t found = 0;
    bool few = kinds && frequencies && most > 0;
    for (size_t i = 0; few && i < items->count; i++) {
        size_t k = 0;
        while (k < found && !same_pair(kinds[k], items->pairs[i]))
            k++;
        few = k < most;
        if (few && k == found)
            kinds[found++] = items->pairs[i];
        if (few)
            frequencies[k]++;
    }
    bool no_memory = !kinds || !frequencies;
    if (few) {
        memory_free(items->pairs);
        items->pairs = TAKE(kinds);
        items->frequencies = TAKE(frequencies);
        items->kinds = found;
    }
    memory_free(kinds);
    memory_free(frequencies);
    return no_memory ? error_no_memory(err) : STATUS_OK;
}

static enum status items_init(struct items *items, struct sample sums, struct sample sizes,
                              struct error *err)
{
    items->count = sums.count;
    items->pairs = memory_alloc(sums.count * sizeof *items->pairs);
    if (!items->pairs)
        return error_no_memory(err);
    for (size_t i = 0; i < sums.count; i++) {
        items->pairs[i].sum = sums.values[i];
        items->pairs[i].size = sizes.values ? sizes.values[i] : 1;
    }
    enum status status = count_kinds(items, err);
    if (status != STATUS_OK || items->kinds || sizes.values)
        return status;
    items->sums = memory_alloc(sums.count * sizeof *items->sums);
    if (!items->sums)
        return error_no_memory(err);
    memcpy(items->sums, sums.values, sums.count * sizeof *items->sums);
    return STATUS_OK;
}

static double resampled_estimate(const struct items *items, struct resample_key key)
{
    if (items->sums)
        return resample_sum(items->sums, items->count, key) / (double)items->count;
    struct resample_pair totals = {0};
    if (items->kinds) {
        uint64_t counts[MAX_KINDS];
        resample_kind_counts(items->frequencies, items->kinds, key, counts);
        for (size_t k = 0; k < items->kinds; k++) {
            totals.sum += (double)counts[k] * items->pairs[k].sum;
            totals.size += (double)counts[k] * items->pairs[k].size;
        }
    } else {
        totals = resample_pair_sums(items->pairs, items->count, key);
    }
    return totals.sum / totals.size;
}

static const char *fault_of(struct sample sums, struct sample sizes,
                            struct bootstrap_options options)
{
    if (sums.count < 2 || (sizes.values && sizes.count != sums.count))
        return "fewer than two items";
    if (sums.count >= INT32_MAX)
        return "too many items";
    if (sample_has_non_finite(sums) || (sizes.values && sample_has_non_finite(sizes)))
        return "a value is not a finite number";
    if (options.resamples == 1 || !(options.level >= 0 && options.level < 1))
        return "too few resamples, or a level out of range";
    return NULL;
}

/* All items have one ratio. */
static bool is_constant(struct sample sums, struct sample sizes)
{
    for (size_t i = 1; i < sums.count; i++) {
        double size = sizes.values ? sizes.values[i] : 1;
        double first_size = sizes.values ? sizes.values[0] : 1;
        if (sums.values[i] * first_size != sums.values[0] * size)
            return false;
    }
    return true;
}

static void set_constant(struct bootstrap_result *result)
{
    double x = result->estimate;
    result->percentile = interval_of(x, x, "bootstrap, percentile");
    result->basic = interval_of(x, x, "bootstrap, basic");
    result->bca = interval_of(x, x, "bootstrap, BCa");
    result->note = "no variation";
}

enum status bootstrap_of_estimates(double *estimates, size_t count, double estimate,
                                   double acceleration, double level,
                                   struct bootstrap_result *ret_result, struct error *err)
{
    struct bootstrap_result result = {.estimate = estimate, .resamples = count};
    double tolerance = 1e-13 * fabs(estimate);
    double below = share_below((struct sample){estimates, count}, estimate, tolerance);
    struct correction correction = {normal_law_quantile(below), acceleration};
    enum status status = read_ends(estimates, &result, correction, level > 0 ? level : 0.95, err);
    if (status == STATUS_OK)
        *ret_result = result;
    return status;
}

static enum status bootstrap_items(const struct items *items, struct bootstrap_options options,
                                   double acceleration, struct bootstrap_result *result,
                                   struct error *err)
{
    CLEANUP(free_values) double *estimates = memory_alloc(result->resamples * sizeof *estimates);
    if (!estimates)
        return error_no_memory(err);
    uint32_t purpose = counter_rng_purpose(options.purpose ? options.purpose : "bootstrap");
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < result->resamples; r++)
        estimates[r] = resampled_estimate(items, (struct resample_key){options.seed, purpose, r});
    struct sample sample = {estimates, result->resamples};
    if (sample_has_non_finite(sample)) {
        *result = undefined_result("a resample has no size");
        return STATUS_OK;
    }
    return bootstrap_of_estimates(estimates, result->resamples, result->estimate, acceleration,
                                  options.level, result, err);
}

static enum status bootstrap_pairs(struct sample sums, struct sample sizes,
                                   struct bootstrap_options options,
                                   struct bootstrap_result *ret_result, struct error *err)
{
    const char *fault = fault_of(sums, sizes, options);
    double size = sizes.values ? exact_sum_of(sizes) : (double)sums.count;
    if (!fault && !(size > 0))
        fault = "the sizes add up to nothing";
    if (fault) {
        *ret_result = undefined_result(fault);
        return STATUS_OK;
    }
    struct bootstrap_result result = {.estimate = exact_sum_of(sums) / size};
    result.resamples = options.resamples ? options.resamples : DEFAULT_RESAMPLES;
    if (is_constant(sums, sizes)) {
        if (!sizes.values)
            result.estimate = sums.values[0];
        set_constant(&result);
        *ret_result = result;
        return STATUS_OK;
    }
    double acceleration;
    enum status status = ratio_acceleration(sums, sizes, &acceleration, err);
    if (status != STATUS_OK)
        return status;
    CLEANUP(items_done) struct items items = {0};
    status = items_init(&items, sums, sizes, err);
    if (status == STATUS_OK)
        status = bootstrap_items(&items, options, acceleration, &result, err);
    if (status == STATUS_OK)
        *ret_result = result;
    return status;
}

enum status bootstrap_mean(struct sample values, struct bootstrap_options options,
                           struct bootstrap_result *ret_result, struct error *err)
{
    return bootstrap_pairs(values, (struct sample){0}, options, ret_result, err);
}

enum status bootstrap_ratio(struct sample sums, struct sample sizes,
                            struct bootstrap_options options, struct bootstrap_result *ret_result,
                            struct error *err)
{
    return bootstrap_pairs(sums, sizes, options, ret_result, err);
}

/* --- given resamples ------------------------------------------------------------------------- */

/* numpy's pairwise sum: eight lanes within blocks of 128, halves beyond. */
static double pairwise_sum(const double *x, size_t count)
{
    if (count < 8) {
        double sum = -0.0;
        for (size_t i = 0; i < count; i++)
            sum += x[i];
        return sum;
    }
    if (count <= 128) {
        double lanes[8];
        memcpy(lanes, x, sizeof lanes);
        size_t i = 8;
        for (; i + 8 <= count; i += 8) {
            for (size_t lane = 0; lane < 8; lane++)
                lanes[lane] += x[i + lane];
        }
        double sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
                     ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
        for (; i < count; i++)
            sum += x[i];
        return sum;
    }
    size_t half = count / 2;
    half -= half % 8;
    return pairwise_sum(x, half) + pairwise_sum(x + half, count - half);
}

static double statistic_of(double *values, size_t count, enum bootstrap_statistic statistic)
{
    if (statistic == BOOTSTRAP_MEAN)
        return pairwise_sum(values, count) / (double)count;
    double upper = order_select(values, count, count / 2);
    if (count % 2)
        return upper;
    return (order_select(values, count, count / 2 - 1) + upper) / 2;
}

static double given_acceleration(struct sample values, double *scratch, double *left_out,
                                 enum bootstrap_statistic statistic)
{
    for (size_t i = 0; i < values.count; i++) {
        memcpy(scratch, values.values, i * sizeof *scratch);
        memcpy(scratch + i, values.values + i + 1, (values.count - 1 - i) * sizeof *scratch);
        left_out[i] = statistic_of(scratch, values.count - 1, statistic);
    }
    /* Where all are equal, what rounding leaves decides in numpy; so it does here. */
    double mean = pairwise_sum(left_out, values.count) / (double)values.count;
    return acceleration_of_left_out(left_out, values.count, mean);
}

enum status bootstrap_of_given(struct sample values, struct bootstrap_given given,
                               struct bootstrap_result *ret_result, struct error *err)
{
    size_t n = values.count;
    if (n < 2 || given.resamples < 2 || sample_has_non_finite(values)) {
        *ret_result = undefined_result(
            "fewer than two values or resamples, or a value that is not a finite number");
        return STATUS_OK;
    }
    CLEANUP(free_values)
    double *scratch = memory_alloc((2 * n + given.resamples) * sizeof *scratch);
    if (!scratch)
        return error_no_memory(err);
    double *left_out = scratch + n;
    double *estimates = left_out + n;
    for (size_t r = 0; r < given.resamples; r++) {
        for (size_t i = 0; i < n; i++)
            scratch[i] = values.values[given.index[r * n + i]];
        estimates[r] = statistic_of(scratch, n, given.statistic);
    }
    memcpy(scratch, values.values, n * sizeof *scratch);
    struct bootstrap_result result = {.resamples = given.resamples};
    result.estimate = statistic_of(scratch, n, given.statistic);
    struct correction correction = {
        .bias = normal_law_quantile(
            share_below((struct sample){estimates, given.resamples}, result.estimate, 0)),
        .acceleration = given_acceleration(values, scratch, left_out, given.statistic)};
    enum status status = read_ends(estimates, &result, correction, given.level, err);
    if (status == STATUS_OK)
        *ret_result = result;
    return status;
}
