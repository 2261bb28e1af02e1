/*
 * kolmogorov_law.h: the largest gap between an empirical distribution of n values and the true one.
 * Relative error of sf below 1e-9 where it is above 1e-6. Thread: any.
 */
#ifndef ASSAY_NUMERIC_KOLMOGOROV_LAW_H
#define ASSAY_NUMERIC_KOLMOGOROV_LAW_H

#include <stdint.h>

/* P(D >= x), two-sided; n >= 1. NaN when scratch memory ran out. */
double kolmogorov_law_sf(uint64_t n, double x);
/* P(D+ >= x), one-sided (Smirnov; Birnbaum and Tingey 1951). */
double kolmogorov_law_one_sided_sf(uint64_t n, double x);

#endif
