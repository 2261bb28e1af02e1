/*
 * order.h: sorting and ranking of doubles. Radix sort on the flipped bit pattern for long arrays,
 * insertion sort for short ones; the same result whatever the input order. NaN sorts last, -0 as 0.
 * Thread: any, on the caller's memory.
 */
#ifndef ASSAY_NUMERIC_ORDER_H
#define ASSAY_NUMERIC_ORDER_H

#include "base/error.h"
#include "numeric/sample.h"

#include <stdint.h>

/* Ascending, in place. NO_MEMORY only for more than a few dozen values. */
enum status order_sort(double *values, size_t count, struct error *err);
/* A new, sorted copy; freed with memory_free. */
enum status order_sorted_copy(struct sample sample, double **ret_sorted, struct error *err);
/* Stable: ret_order[i] is the index of the i-th smallest value. At most 2^32 - 1 values. */
enum status order_indexes(struct sample sample, uint32_t *ret_order, struct error *err);

/*
 * Mid-ranks from 1 (tied values share the mean of their ranks). *ret_ties, when not NULL, gets
 * the sum of t^3 - t over groups of t tied values, as the corrections for ties ask.
 */
enum status order_ranks(struct sample sample, double *ret_ranks, double *ret_ties,
                        struct error *err);

/* The k-th smallest (from 0) by quickselect; reorders `values`, which hold no NaN; k < count. */
double order_select(double *values, size_t count, size_t k);

#endif
