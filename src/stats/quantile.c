/*
 * quantile.c: the index arithmetic follows numpy's double operations step for step, so that equal
 * input gives equal values also where n p is rounded across an integer. Any thread.
 */
#include "stats/quantile.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/order.h"

#include <string.h>

DEFINE_CLEANUP(free_values, double, memory_free)

const char *quantile_kind_name(enum quantile_kind kind)
{
    return kind == QUANTILE_LINEAR ? "linear" : "nearest rank";
}

static size_t nearest_rank_index(size_t count, double probability)
{
    double index = (double)count * probability - 1;
    double floor_index = floor(index);
    double wanted = index == floor_index ? floor_index : floor_index + 1;
    if (wanted <= 0)
        return 0;
    return wanted >= (double)count ? count - 1 : (size_t)wanted;
}

static double blend(double low, double high, double share)
{
    double step = high - low;
    if (!(low < high))
        return low;
    return share >= 0.5 ? high - step * (1 - share) : low + step * share;
}

double quantile_of_sorted(struct sample sorted, double probability, enum quantile_kind kind)
{
    if (sorted.count == 0 || !(probability >= 0 && probability <= 1))
        return (double)NAN;
    if (kind == QUANTILE_NEAREST_RANK)
        return sorted.values[nearest_rank_index(sorted.count, probability)];
    double index = (double)(sorted.count - 1) * probability;
    size_t low = (size_t)floor(index);
    if (low + 1 >= sorted.count)
        return sorted.values[sorted.count - 1];
    return blend(sorted.values[low], sorted.values[low + 1], index - (double)low);
}

double quantile_select(double *values, size_t count, double probability, enum quantile_kind kind)
{
    if (count == 0 || !(probability >= 0 && probability <= 1))
        return (double)NAN;
    if (kind == QUANTILE_NEAREST_RANK)
        return order_select(values, count, nearest_rank_index(count, probability));
    double index = (double)(count - 1) * probability;
    size_t low = (size_t)floor(index);
    double below = order_select(values, count, low);
    if (low + 1 >= count)
        return below;
    double above = values[low + 1]; /* selection left nothing smaller behind place `low` */
    for (size_t i = low + 2; i < count; i++)
        above = fmin(above, values[i]);
    return blend(below, above, index - (double)low);
}

enum status quantile_estimate(struct sample sample, double probability, enum quantile_kind kind,
                              struct estimate *ret_estimate, struct error *err)
{
    const char *convention = quantile_kind_name(kind);
    if (sample.count == 0 || sample_has_nan(sample)) {
        *ret_estimate = estimate_undefined(convention, sample.count ? "a value is not a number"
                                                                    : "there are no values");
        return STATUS_OK;
    }
    CLEANUP(free_values) double *copy = memory_alloc(sample.count * sizeof *copy);
    if (!copy)
        return error_no_memory(err);
    memcpy(copy, sample.values, sample.count * sizeof *copy);
    *ret_estimate = estimate_of(quantile_select(copy, sample.count, probability, kind), convention);
    return STATUS_OK;
}
