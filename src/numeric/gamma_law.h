/*
 * gamma_law.h: the gamma function's logarithms, kept accurate by working with the error of
 * Stirling's formula instead of differences of lgamma (where digits vanish), and the chi-square
 * tail. Relative error below 1e-13. Thread: any.
 */
#ifndef ASSAY_NUMERIC_GAMMA_LAW_H
#define ASSAY_NUMERIC_GAMMA_LAW_H

/* log Gamma(x + 1) - [(x + 1/2) log x - x + log(2 pi)/2] for x > 0. */
long double gamma_law_stirling_error(long double x);
/* log(1 + u) - u without cancellation, u > -1. */
long double gamma_law_log1p_minus(long double u);
/* x log(x/m) + m - x: how far x lies from its mean m, in units of log-likelihood; x, m > 0. */
long double gamma_law_deviance(long double x, long double m);

/* log of n over k; 0 <= k <= n, else NaN. */
double gamma_law_log_choose(double n, double k);
double gamma_law_chi_square_sf(double x, double degrees);

#endif
