/*
 * quantile.h: quantiles by the two kinds in use here, named in every report:
 *   nearest rank  the smallest value whose empirical distribution reaches the probability; always
 * an observed value (numpy "inverted_cdf", Hyndman and Fan type 1) linear        between the two
 * neighbours of (n - 1) p (numpy's default, type 7) Thread: any.
 */
#ifndef ASSAY_STATS_QUANTILE_H
#define ASSAY_STATS_QUANTILE_H

#include "base/error.h"
#include "stats/estimate.h"

enum quantile_kind { QUANTILE_NEAREST_RANK, QUANTILE_LINEAR };

/* "nearest rank" or "linear". */
const char *quantile_kind_name(enum quantile_kind kind);

/* Of ascending values without NaN; probability in [0, 1]; NaN when there are no values. */
double quantile_of_sorted(struct sample sorted, double probability, enum quantile_kind kind);

/*
 * One quantile by selection, without sorting; reorders `values` (no NaN). For several, sort once.
 */
double quantile_select(double *values, size_t count, double probability, enum quantile_kind kind);

/* Checks NaN and emptiness (undefined with a reason), works on a copy. */
enum status quantile_estimate(struct sample sample, double probability, enum quantile_kind kind,
                              struct estimate *ret_estimate, struct error *err);

#endif
