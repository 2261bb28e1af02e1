/*
 * page_hinkley.h: a cumulative sum test for a change of the mean of a stream, compatible with River
 * 0.26 (its largest decrease starts at -1; the first value after a detection starts anew). delta
 * and threshold are in the units of the data: standardise first. Thread: one at a time.
 */
#ifndef ASSAY_DRIFT_PAGE_HINKLEY_H
#define ASSAY_DRIFT_PAGE_HINKLEY_H

#include <stdbool.h>
#include <stdint.h>

enum page_hinkley_mode { PAGE_HINKLEY_BOTH, PAGE_HINKLEY_UP, PAGE_HINKLEY_DOWN };

struct page_hinkley_options {
    double min_instances; /* 30 */
    double delta;         /* .005 */
    double threshold;     /* 50 */
    double alpha;         /* .9999 */
    enum page_hinkley_mode mode;
};

#define PAGE_HINKLEY_DEFAULTS                                                                      \
    ((struct page_hinkley_options){                                                                \
        .min_instances = 30, .delta = 0.005, .threshold = 50, .alpha = 1 - 0.0001})

struct page_hinkley {
    struct page_hinkley_options options;
    double n;
    double mean;
    double sum_increase;
    double sum_decrease;
    double min_increase;
    double max_decrease;
    bool detected;
};

struct page_hinkley page_hinkley_start(struct page_hinkley_options options);
/* True: a change was found at this value. A value that is not finite is left out. */
bool page_hinkley_update(struct page_hinkley *test, double value);

#endif
