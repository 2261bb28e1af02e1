/*
 * estimate.h: the shapes that the statistics of this room share. Each result carries the convention
 * it was computed under (`convention`, a text for the report line) and, where there is no value,
 * the reason (`undefined`, else NULL): a degenerate input never gives a confident number. Both
 * texts are literals. Numbers beside a set `undefined` are NaN. Thread: any (plain data).
 */
#ifndef ASSAY_STATS_ESTIMATE_H
#define ASSAY_STATS_ESTIMATE_H

#include "numeric/sample.h"

struct estimate {
    double value;
    const char *convention;
    const char *undefined;
};

struct interval {
    double low;
    double high;
    const char *convention;
    const char *undefined;
};

/* "greater": the first sample tends to be larger (or the value is above the null). */
enum alternative { ALTERNATIVE_TWO_SIDED, ALTERNATIVE_GREATER, ALTERNATIVE_LESS };

static inline struct estimate estimate_of(double value, const char *convention)
{
    return (struct estimate){.value = value, .convention = convention};
}

static inline struct estimate estimate_undefined(const char *convention, const char *reason)
{
    return (struct estimate){.value = (double)NAN, .convention = convention, .undefined = reason};
}

static inline struct interval interval_of(double low, double high, const char *convention)
{
    return (struct interval){.low = low, .high = high, .convention = convention};
}

static inline struct interval interval_undefined(const char *convention, const char *reason)
{
    return (struct interval){
        .low = (double)NAN, .high = (double)NAN, .convention = convention, .undefined = reason};
}

#endif
