/*
 * page_hinkley.c: the two sums and their extremes. No memory; the struct belongs to the caller.
 */
#include "drift/page_hinkley.h"

#include <math.h>

struct page_hinkley page_hinkley_start(struct page_hinkley_options options)
{
    return (struct page_hinkley){.options = options, .min_increase = HUGE_VAL, .max_decrease = -1};
}

bool page_hinkley_update(struct page_hinkley *t, double value)
{
    if (!isfinite(value))
        return false;
    if (t->detected)
        *t = page_hinkley_start(t->options);
    t->n++;
    t->mean += 1 / t->n * (value - t->mean);
    double deviation = value - t->mean;
    t->sum_increase = t->options.alpha * t->sum_increase + deviation - t->options.delta;
    t->sum_decrease = t->options.alpha * t->sum_decrease + deviation + t->options.delta;
    t->min_increase = fmin(t->min_increase, t->sum_increase);
    t->max_decrease = fmax(t->max_decrease, t->sum_decrease);
    if (t->n < t->options.min_instances)
        return false;
    bool up = t->sum_increase - t->min_increase > t->options.threshold;
    bool down = t->max_decrease - t->sum_decrease > t->options.threshold;
    t->detected = (up && t->options.mode != PAGE_HINKLEY_DOWN) ||
                  (down && t->options.mode != PAGE_HINKLEY_UP);
    return t->detected;
}
