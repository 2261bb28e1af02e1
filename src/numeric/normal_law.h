/*
 * normal_law.h: the standard normal distribution. Relative error below 1e-14 in both tails, since
 * everything runs in long double and the quantile is solved on the logarithm of the tail.
 * NaN in, NaN out; a probability outside [0, 1] gives NaN. Thread: any.
 */
#ifndef ASSAY_NUMERIC_NORMAL_LAW_H
#define ASSAY_NUMERIC_NORMAL_LAW_H

double normal_law_cdf(double x);
double normal_law_sf(double x); /* 1 - cdf, exact in the far tail */
double normal_law_quantile(double probability);
/* The value that is exceeded with this probability: quantile(1 - p) without the rounding of 1 - p.
 */
double normal_law_upper_quantile(double probability);

#endif
