/*
 * quantile_collector.c: a growing array that becomes a sketch. The collector owns both; one thread
 * at a time.
 */
#include "stats/quantile_collector.h"

#include "base/memory.h"
#include "stats/quantile.h"

void quantile_collector_init(struct quantile_collector *collector, size_t limit)
{
    *collector = (struct quantile_collector){
        .limit = limit ? limit : QUANTILE_COLLECTOR_LIMIT, .least = HUGE_VAL, .most = -HUGE_VAL};
    ddsketch_init(&collector->sketch, QUANTILE_COLLECTOR_ALPHA);
}

void quantile_collector_done(struct quantile_collector *collector)
{
    memory_free(collector->values);
    ddsketch_done(&collector->sketch);
    collector->values = NULL;
    collector->count = collector->capacity = 0;
}

/* Moves all values into the sketch. */
static enum status turn_into_sketch(struct quantile_collector *c, struct error *err)
{
    struct ddsketch sketch;
    ddsketch_init(&sketch, QUANTILE_COLLECTOR_ALPHA);
    for (size_t i = 0; i < c->count; i++) {
        enum status status = ddsketch_add(&sketch, c->values[i], err);
        if (status != STATUS_OK) {
            ddsketch_done(&sketch);
            return status;
        }
    }
    memory_free(c->values);
    c->values = NULL;
    c->count = c->capacity = 0;
    c->sketch = sketch;
    c->is_sketched = true;
    return STATUS_OK;
}

static enum status keep(struct quantile_collector *c, double value, struct error *err)
{
    if (!c->is_sketched && c->count == c->limit) {
        enum status status = turn_into_sketch(c, err);
        if (status != STATUS_OK)
            return status;
    }
    if (c->is_sketched)
        return ddsketch_add(&c->sketch, value, err);
    if (!memory_grow(&c->values, &c->capacity, c->count + 1, sizeof *c->values))
        return error_no_memory(err);
    c->values[c->count++] = value;
    return STATUS_OK;
}

enum status quantile_collector_add(struct quantile_collector *c, double value, struct error *err)
{
    if (!isfinite(value)) {
        c->not_finite++;
        return STATUS_OK;
    }
    enum status status = keep(c, value, err);
    if (status != STATUS_OK)
        return status;
    exact_sum_add(&c->sum, value);
    c->least = fmin(c->least, value);
    c->most = fmax(c->most, value);
    c->total++;
    return STATUS_OK;
}

enum status quantile_collector_merge(struct quantile_collector *into,
                                     const struct quantile_collector *from, struct error *err)
{
    if (into->limit != from->limit)
        return error_set(err, STATUS_INTERNAL, "collectors of limits %zu and %zu cannot be merged",
                         into->limit, from->limit);
    enum status status = STATUS_OK;
    if (from->is_sketched && !into->is_sketched)
        status = turn_into_sketch(into, err);
    if (status == STATUS_OK && from->is_sketched)
        status = ddsketch_merge(&into->sketch, &from->sketch, err);
    for (size_t i = 0; status == STATUS_OK && i < from->count; i++)
        status = keep(into, from->values[i], err);
    if (status != STATUS_OK)
        return status;
    exact_sum_merge(&into->sum, &from->sum);
    into->least = fmin(into->least, from->least);
    into->most = fmax(into->most, from->most);
    into->total += from->total;
    into->not_finite += from->not_finite;
    return STATUS_OK;
}

struct estimate quantile_collector_quantile(struct quantile_collector *c, double probability)
{
    const char *convention = c->is_sketched ? "DDSketch, relative error .005" : "nearest rank";
    if (c->total == 0 || !(probability >= 0 && probability <= 1))
        return estimate_undefined(convention, c->total ? "the probability does not lie in [0, 1]"
                                                       : "there are no values");
    if (!c->is_sketched)
        return estimate_of(quantile_select(c->values, c->count, probability, QUANTILE_NEAREST_RANK),
                           convention);
    double rank = ceil(probability * (double)c->total);
    if (rank <= 1 || rank >= (double)c->total) /* the ends are known */
        return estimate_of(rank <= 1 ? c->least : c->most, convention);
    double value = ddsketch_quantile(&c->sketch, probability);
    return estimate_of(fmin(c->most, fmax(c->least, value)), convention);
}

double quantile_collector_mean(const struct quantile_collector *c)
{
    return c->total ? exact_sum_value(&c->sum) / (double)c->total : (double)NAN;
}
