/*
 * beta_law.h: the regularised incomplete beta function, its inverse, and the two laws that are made
 * of it: Student's t and the binomial. Relative error below 1e-13, also in far tails. Arguments
 * outside the domain give NaN. Thread: any.
 */
#ifndef ASSAY_NUMERIC_BETA_LAW_H
#define ASSAY_NUMERIC_BETA_LAW_H

/* I_x(a, b); a, b > 0, 0 <= x <= 1. */
double beta_law_cdf(double a, double b, double x);
/* x with I_x(a, b) = p. */
double beta_law_quantile(double a, double b, double probability);
/* x with 1 - I_x(a, b) = p: no rounding of 1 - p. */
double beta_law_upper_quantile(double a, double b, double probability);

/* degrees > 0; an infinite number of degrees is the normal law. */
double beta_law_student_sf(double t, double degrees);
double beta_law_student_two_sided(double t, double degrees); /* P(|T| >= |t|) */
double beta_law_student_quantile(double probability, double degrees);
double beta_law_student_upper_quantile(double probability, double degrees);

/* P(X <= k), P(X > k), P(X = k) for X ~ Binomial(n, p). */
double beta_law_binomial_cdf(double k, double n, double p);
double beta_law_binomial_sf(double k, double n, double p);
double beta_law_binomial_pmf(double k, double n, double p);

#endif
