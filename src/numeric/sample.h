/*
 * sample.h: some numbers to compute on, borrowed from the caller. Thread: any (plain data).
 */
#ifndef ASSAY_NUMERIC_SAMPLE_H
#define ASSAY_NUMERIC_SAMPLE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

struct sample {
    const double *values;
    size_t count;
};

static inline bool sample_has_nan(struct sample sample)
{
    for (size_t i = 0; i < sample.count; i++) {
        if (isnan(sample.values[i]))
            return true;
    }
    return false;
}

static inline bool sample_has_non_finite(struct sample sample)
{
    for (size_t i = 0; i < sample.count; i++) {
        if (!isfinite(sample.values[i]))
            return true;
    }
    return false;
}

#endif
