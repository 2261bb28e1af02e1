/*
 * adwin.h: adaptive windowing (Bifet and Gavalda 2007): watches the mean of a stream and says when
 * the recent part differs from the older one. By default compatible with River 0.26: after a
 * detection it starts anew at the next value (its shrunken window is thrown away). By MOA's rule
 * (2023.04) it keeps the shrunken window and asks each part for two values more. Memory: 96
 * (max_buckets + 1) times 8 bytes, taken at creation. Thread: one at a time.
 */
#ifndef ASSAY_DRIFT_ADWIN_H
#define ASSAY_DRIFT_ADWIN_H

#include "base/cleanup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum adwin_rule { ADWIN_RIVER, ADWIN_MOA };

struct adwin_options {
    double delta;             /* .002: smaller is slower and surer */
    uint32_t clock;           /* 32: values between checks */
    uint32_t max_buckets;     /* 5: of each size */
    double min_window_length; /* 5: of either part */
    double grace_period;      /* 10: no check before */
    enum adwin_rule rule;
};

#define ADWIN_DEFAULTS                                                                             \
    ((struct adwin_options){.delta = 0.002,                                                        \
                            .clock = 32,                                                           \
                            .max_buckets = 5,                                                      \
                            .min_window_length = 5,                                                \
                            .grace_period = 10})

struct adwin;

/* NULL when memory ran out or an option is out of range (delta <= 0, clock 0, max_buckets outside
 * 1 .. 1000). */
struct adwin *adwin_create(struct adwin_options options);
void adwin_destroy(struct adwin *adwin);

/* True: a change was found at this value. A value that is not finite is left out. */
bool adwin_update(struct adwin *adwin, double value);

double adwin_width(const struct adwin *adwin);      /* values in the window */
double adwin_estimation(const struct adwin *adwin); /* their mean; 0 when there are none */
double adwin_variance(const struct adwin *adwin);   /* sum of squared deviations, as River's */

DEFINE_CLEANUP(adwin_cleanup, struct adwin, adwin_destroy)

#endif
