/*
 * moments.c: Welford's update, Chan's merge, and the exact two-pass form. No memory, no state.
 */
#include "stats/moments.h"

#include "numeric/exact_sum.h"

void moments_add(struct moments *moments, double value)
{
    moments->n++;
    double delta = value - moments->mean;
    moments->mean += delta / (double)moments->n;
    moments->m2 += delta * (value - moments->mean);
}

void moments_merge(struct moments *into, const struct moments *from)
{
    if (from->n == 0)
        return;
    if (into->n == 0) {
        *into = *from;
        return;
    }
    double left = (double)into->n;
    double right = (double)from->n;
    double delta = from->mean - into->mean;
    into->mean += delta * (right / (left + right));
    into->m2 += from->m2 + delta * delta * (left * right / (left + right));
    into->n += from->n;
}

struct moments moments_of(struct sample sample)
{
    struct moments moments = {.n = sample.count};
    if (sample.count == 0)
        return moments;
    double n = (double)sample.count;
    moments.mean = exact_sum_mean(sample);
    struct exact_sum deviations = {0};
    struct exact_sum squares = {0};
    for (size_t i = 0; i < sample.count; i++) {
        double deviation = sample.values[i] - moments.mean;
        exact_sum_add(&deviations, deviation);
        exact_sum_add(&squares, deviation * deviation);
    }
    /* What the rounding of the mean left over. */
    double rest = exact_sum_value(&deviations);
    moments.m2 = exact_sum_value(&squares) - rest * rest / n;
    if (moments.m2 < 0)
        moments.m2 = 0;
    return moments;
}

double moments_variance(const struct moments *moments)
{
    return moments->n < 2 ? (double)NAN : moments->m2 / (double)(moments->n - 1);
}

double moments_population_variance(const struct moments *moments)
{
    return moments->n < 1 ? (double)NAN : moments->m2 / (double)moments->n;
}

double moments_standard_error(const struct moments *moments)
{
    return sqrt(moments_variance(moments) / (double)moments->n);
}
