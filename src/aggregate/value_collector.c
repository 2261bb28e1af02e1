/*
 * value_collector.c: see value_collector.h. The sketch's bin i holds (gamma^(i-1), gamma^i], gamma
 * = (1 + a)/(1 - a) with a = .005, and answers 2 gamma^i/(gamma + 1). Its bins cover 1e-6 to 1e12;
 * what is smaller counts as 0, what is larger as 1e12.
 */
#include "aggregate/value_collector.h"

#include "base/memory.h"
#include "numeric/beta_law.h"
#include "stats/proportion.h"

#include <float.h>

enum { LOWEST_BIN = -1382, BIN_COUNT = 4150 };
static const double gamma_of_bins = 1.005 / .995;
static const double alpha = .05;

/* Bin 0 is for zero. */
static size_t bin_of(double value)
{
    if (value < 1e-6)
        return 0;
    double index = ceil(log(value) / log(gamma_of_bins)) - LOWEST_BIN + 1;
    if (!(index >= 1))
        return 1;
    return index < BIN_COUNT ? (size_t)index : BIN_COUNT - 1;
}

static double value_of_bin(size_t bin)
{
    if (bin == 0)
        return 0;
    double index = (double)bin - 1 + LOWEST_BIN;
    return 2 * exp(index * log(gamma_of_bins)) / (gamma_of_bins + 1);
}

static bool make_sketch(struct value_collector *collector)
{
    uint64_t *bins = memory_alloc(BIN_COUNT * sizeof *bins);
    if (!bins)
        return false;
    for (size_t i = 0; i < collector->exact.capacity; i++)
        bins[bin_of(collector->exact.places[i].value)] += collector->exact.places[i].counts[0];
    value_counts_done(&collector->exact);
    collector->bins = bins;
    return true;
}

bool value_collector_add(struct value_collector *collector, double value)
{
    if (!isfinite(value))
        return true;
    value = fmax(value, 0);
    if (!collector->bins && collector->count >= VALUE_COLLECTOR_EXACT && !make_sketch(collector))
        return false;
    if (collector->bins)
        collector->bins[bin_of(value)]++;
    else if (!value_counts_add(&collector->exact, value, false))
        return false;
    collector->count++;
    collector->squares += value * value;
    collector->now.sum += value;
    collector->now.size += 1;
    return true;
}

void value_collector_end_cluster(struct value_collector *collector)
{
    ratio_sums_add(&collector->clusters, collector->now);
    collector->now = (struct ratio_part){0};
}

static double at_rank(const struct value_collector *collector, uint64_t rank)
{
    uint64_t passed = 0;
    size_t last = collector->bins ? BIN_COUNT : collector->exact.distinct;
    for (size_t i = 0; i < last; i++) {
        passed += collector->bins ? collector->bins[i] : collector->sorted[i].counts[0];
        if (passed >= rank)
            return collector->bins ? value_of_bin(i) : collector->sorted[i].value;
    }
    return (double)NAN;
}

/* How many independent values these are worth. */
static double effective_count(const struct value_collector *collector)
{
    double n = (double)collector->count, mean = ratio_sums_value(&collector->clusters);
    double variance = (collector->squares - n * mean * mean) / (n - 1);
    double error = ratio_sums_error(&collector->clusters);
    if (!(variance > 0) || !(error > 0))
        return (double)collector->clusters.clusters;
    return fmin(n, variance / (error * error));
}

static void set_interval(const struct value_collector *collector, double share,
                         struct measure *measure)
{
    double effective = effective_count(collector), n = (double)collector->count;
    if (collector->clusters.clusters < 2 || pow(share, effective) > alpha / 2 ||
        pow(1 - share, effective) > alpha / 2)
        return;
    double critical =
        beta_law_student_upper_quantile(alpha / 2, (double)collector->clusters.clusters - 1);
    struct interval ranks =
        proportion_wilson_with((struct share){share * effective, effective}, critical);
    if (ranks.undefined)
        return;
    uint64_t low = (uint64_t)fmax(1, floor(ranks.low * n));
    uint64_t high = (uint64_t)fmin(n, ceil(ranks.high * n) + 1);
    measure->low = at_rank(collector, low);
    measure->high = at_rank(collector, high);
}

enum status value_collector_quantile(struct value_collector *collector, unsigned percent,
                                     const char *unit_of_n, const char *undefined,
                                     struct measure *ret_measure, struct error *err)
{
    double nan = (double)NAN;
    *ret_measure = (struct measure){nan, nan, nan, 0, unit_of_n, undefined};
    if (collector->count == 0)
        return STATUS_OK;
    if (!collector->bins && !collector->sorted)
        collector->sorted = value_counts_sorted(&collector->exact);
    if (!collector->bins && !collector->sorted)
        return error_no_memory(err);
    uint64_t rank = (collector->count * percent + 99) / 100;
    ret_measure->value = at_rank(collector, rank ? rank : 1);
    ret_measure->n = collector->count;
    ret_measure->undefined = NULL;
    set_interval(collector, percent / 100.0, ret_measure);
    return STATUS_OK;
}

struct measure value_collector_mean(const struct value_collector *collector, const char *unit_of_n,
                                    const char *undefined)
{
    double nan = (double)NAN;
    if (collector->count == 0)
        return (struct measure){nan, nan, nan, 0, unit_of_n, undefined};
    struct interval interval = ratio_sums_interval(&collector->clusters);
    return (struct measure){ratio_sums_value(&collector->clusters),
                            interval.low,
                            interval.high,
                            collector->count,
                            unit_of_n,
                            NULL};
}

bool value_collector_is_sketch(const struct value_collector *collector)
{
    return collector->bins != NULL;
}

void value_collector_done(struct value_collector *collector)
{
    value_counts_done(&collector->exact);
    memory_free(collector->bins);
    memory_free(collector->sorted);
    *collector = (struct value_collector){0};
}
