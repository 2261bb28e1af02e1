/*
 * normal_law.c: tails through erfc of libm in long double; the quantile starts from the rational
 * approximation of Abramowitz and Stegun 26.2.23 (error 4.5e-4) and is polished by Newton steps on
 * log(tail), or on erf near the centre, where the tail has no relative precision. No state; any
 * thread.
 */
#include "numeric/normal_law.h"

#include <math.h>

static const long double square_root_half = 0.707106781186547524400844362104849039L;
static const long double square_root_two_pi = 2.50662827463100050241576528481104525L;

double normal_law_sf(double x)
{
    return (double)(0.5L * erfcl((long double)x * square_root_half));
}

double normal_law_cdf(double x)
{
    return normal_law_sf(-x);
}

static long double density(long double x)
{
    return expl(-0.5L * x * x) / square_root_two_pi;
}

/* x with sf(x) = p, for 0 < p < 0.25. */
static long double upper_tail_value(long double p)
{
    long double t = sqrtl(-2 * logl(p));
    long double x = t - (2.515517L + 0.802853L * t + 0.010328L * t * t) /
                            (1 + 1.432788L * t + 0.189269L * t * t + 0.001308L * t * t * t);
    for (int i = 0; i < 6; i++) {
        long double tail = 0.5L * erfcl(x * square_root_half);
        long double step = (logl(tail) - logl(p)) * tail / density(x);
        x += step;
        if (fabsl(step) < 1e-18L * x)
            break;
    }
    return x;
}

/* x with cdf(x) - 1/2 = offset, for |offset| <= 0.25. */
static long double central_value(long double offset)
{
    long double x = offset * square_root_two_pi;
    for (int i = 0; i < 12; i++) {
        long double step = (0.5L * erfl(x * square_root_half) - offset) / density(x);
        x -= step;
        if (fabsl(step) <= 1e-18L * fabsl(x))
            break;
    }
    return x;
}

double normal_law_quantile(double probability)
{
    if (!(probability >= 0 && probability <= 1))
        return (double)NAN;
    if (probability == 0 || probability == 1)
        return probability == 0 ? -HUGE_VAL : HUGE_VAL;
    if (probability < 0.25)
        return (double)-upper_tail_value((long double)probability);
    if (probability > 0.75)
        return (double)upper_tail_value(1 - (long double)probability);
    return (double)central_value((long double)probability - 0.5L);
}

double normal_law_upper_quantile(double probability)
{
    return -normal_law_quantile(probability);
}
