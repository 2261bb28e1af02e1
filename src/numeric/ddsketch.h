/*
 * ddsketch.h: quantiles of a long stream in bounded memory, each within a stated relative error
 * (Masson, Rim, Lee, VLDB 2019). A value lands in the bin of its logarithm; counts of bins add up,
 * so merges are exact and no order can change an answer. Never collapses: all finite doubles have a
 * bin (at alpha = .005 at most 1.2 MB a sign). Thread: one at a time. Start with ddsketch_init.
 */
#ifndef ASSAY_NUMERIC_DDSKETCH_H
#define ASSAY_NUMERIC_DDSKETCH_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Counts of the bins first .. first + size - 1. */
struct ddsketch_bins {
    uint64_t *counts;
    int32_t first;
    int32_t size;
};

struct ddsketch {
    double alpha;
    double log_gamma; /* log of the ratio of a bin's ends, (1 + alpha)/(1 - alpha) */
    struct ddsketch_bins positive;
    struct ddsketch_bins negative;
    uint64_t zeros;
    uint64_t count;
};

/* alpha: largest relative error, between 1e-4 and .5. */
void ddsketch_init(struct ddsketch *sketch, double alpha);
void ddsketch_done(struct ddsketch *sketch);
/* The value must be finite. Fails only when memory ran out. */
enum status ddsketch_add(struct ddsketch *sketch, double value, struct error *err);
/* Both must have one alpha. `into` may hold a part of `from` after a failure. */
enum status ddsketch_merge(struct ddsketch *into, const struct ddsketch *from, struct error *err);
/* Within alpha of the value of that nearest rank; NaN when empty. Probability in [0, 1]. */
double ddsketch_quantile(const struct ddsketch *sketch, double probability);

#endif
