/*
 * ddsketch.c: dense arrays of counts that grow to both sides in steps of 128 bins. The sketch owns
 * them; one thread at a time.
 */
#include "numeric/ddsketch.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { GROWTH = 128 };

void ddsketch_init(struct ddsketch *sketch, double alpha)
{
    *sketch = (struct ddsketch){.alpha = alpha, .log_gamma = log1p(2 * alpha / (1 - alpha))};
}

void ddsketch_done(struct ddsketch *sketch)
{
    memory_free(sketch->positive.counts);
    memory_free(sketch->negative.counts);
    sketch->positive = sketch->negative = (struct ddsketch_bins){0};
}

/* Makes room for bin `index`. */
static enum status reach(struct ddsketch_bins *bins, int32_t index, struct error *err)
{
    int32_t last = bins->first + bins->size - 1;
    if (bins->size > 0 && index >= bins->first && index <= last)
        return STATUS_OK;
    int32_t first = bins->size == 0 || index < bins->first ? index - GROWTH / 2 : bins->first;
    int32_t end = bins->size == 0 || index > last ? index + GROWTH / 2 : last + 1;
    uint64_t *counts = memory_alloc((size_t)(end - first) * sizeof *counts);
    if (!counts)
        return error_no_memory(err);
    if (bins->size > 0)
        memcpy(counts + (bins->first - first), bins->counts, (size_t)bins->size * sizeof *counts);
    memory_free(bins->counts);
    *bins = (struct ddsketch_bins){counts, first, end - first};
    return STATUS_OK;
}

static enum status add_count(struct ddsketch_bins *bins, int32_t index, uint64_t count,
                             struct error *err)
{
    enum status status = reach(bins, index, err);
    if (status == STATUS_OK)
        bins->counts[index - bins->first] += count;
    return status;
}

enum status ddsketch_add(struct ddsketch *sketch, double value, struct error *err)
{
    enum status status = STATUS_OK;
    if (value == 0) {
        sketch->zeros++;
    } else {
        int32_t index = (int32_t)ceil(log(fabs(value)) / sketch->log_gamma);
        status = add_count(value > 0 ? &sketch->positive : &sketch->negative, index, 1, err);
    }
    sketch->count += status == STATUS_OK;
    return status;
}

static enum status merge_bins(struct ddsketch_bins *into, const struct ddsketch_bins *from,
                              struct error *err)
{
    for (int32_t i = 0; i < from->size; i++) {
        if (from->counts[i] == 0)
            continue;
        enum status status = add_count(into, from->first + i, from->counts[i], err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status ddsketch_merge(struct ddsketch *into, const struct ddsketch *from, struct error *err)
{
    if (into->alpha != from->alpha)
        return error_set(err, STATUS_INTERNAL, "sketches of alpha %g and %g cannot be merged",
                         into->alpha, from->alpha);
    enum status status = merge_bins(&into->positive, &from->positive, err);
    if (status == STATUS_OK)
        status = merge_bins(&into->negative, &from->negative, err);
    if (status != STATUS_OK)
        return status;
    into->zeros += from->zeros;
    into->count += from->count;
    return STATUS_OK;
}

/* The point of a bin that is within alpha of all of it. */
static double bin_value(const struct ddsketch *sketch, int32_t index)
{
    return exp((double)index * sketch->log_gamma) * (1 - sketch->alpha);
}

double ddsketch_quantile(const struct ddsketch *sketch, double probability)
{
    if (sketch->count == 0 || !(probability >= 0 && probability <= 1))
        return (double)NAN;
    double wanted = fmax(1, ceil(probability * (double)sketch->count));
    double seen = 0;
    for (int32_t i = sketch->negative.size; i-- > 0;) {
        seen += (double)sketch->negative.counts[i];
        if (seen >= wanted)
            return -bin_value(sketch, sketch->negative.first + i);
    }
    seen += (double)sketch->zeros;
    if (seen >= wanted)
        return 0;
    for (int32_t i = 0; i < sketch->positive.size; i++) {
        seen += (double)sketch->positive.counts[i];
        if (seen >= wanted)
            return bin_value(sketch, sketch->positive.first + i);
    }
    return (double)NAN; /* not reached: the bins hold count values */
}
