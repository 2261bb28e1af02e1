/*
 * gamma_law.c: Stirling's error by its asymptotic series (shifted up for small x), the deviance as
 * in C. Loader's "Fast and accurate computation of binomial probabilities" (2000), and the upper
 * incomplete gamma function by its series below the mean and Legendre's continued fraction above.
 * Long double inside. No state; any thread.
 */
#include "numeric/gamma_law.h"

#include <math.h>
#include <stddef.h>

static const long double half_log_two_pi = 0.918938533204672741780329736405617640L;

long double gamma_law_stirling_error(long double x)
{
    /* B(2k) / (2k (2k - 1)), the coefficients of x^(1 - 2k). */
    static const long double terms[] = {
        1.0L / 12,        -1.0L / 360, 1.0L / 1260,       -1.0L / 1680,      1.0L / 1188,
        -691.0L / 360360, 1.0L / 156,  -3617.0L / 122400, 43867.0L / 244188, -174611.0L / 125400,
    };
    long double shift = 0;
    while (x < 20) {
        /* error(x) - error(x + 1) = (x + 1/2) log(1 + 1/x) - 1 */
        shift += (x + 0.5L) * log1pl(1 / x) - 1;
        x += 1;
    }
    /* The step above is that of log Gamma(x) = (x - 1/2) log x - x + ..., which has the same error.
     */
    long double inverse = 1 / x;
    long double square = inverse * inverse;
    long double sum = 0;
    for (size_t i = sizeof terms / sizeof *terms; i-- > 0;)
        sum = sum * square + terms[i];
    return sum * inverse + shift;
}

long double gamma_law_log1p_minus(long double u)
{
    if (u < -0.5L || u > 1)
        return log1pl(u) - u;
    long double r = u / (2 + u);
    long double y = r * r;
    long double sum = 0;
    for (int k = 41; k >= 3; k -= 2)
        sum = sum * y + 1.0L / (long double)k;
    return r * (2 * y * sum - u);
}

long double gamma_law_deviance(long double x, long double m)
{
    /* x log(x/m) + m - x = -x (log(1 + u) - u) with u = (m - x)/x; directly where the two are far
     * apart, since u near -1 has lost its digits and nothing cancels there. */
    if (m > x / 3 && m < 3 * x)
        return -x * gamma_law_log1p_minus((m - x) / x);
    return x * (logl(x) - logl(m)) + m - x;
}

double gamma_law_log_choose(double n, double k)
{
    if (!(k >= 0 && k <= n) || !isfinite(n))
        return (double)NAN;
    long double total = (long double)n;
    long double few = (long double)fmin(k, n - k);
    if (few == 0)
        return 0;
    if (few <= 40) {
        long double sum = 0;
        for (long double i = 1; i <= few; i++)
            sum += logl((total - few + i) / i);
        if (few == floorl(few))
            return (double)sum;
    }
    long double many = total - few;
    long double entropy = -few * logl(few / total) - many * log1pl(-few / total);
    long double width = 0.5L * logl(total / (few * many)) - half_log_two_pi;
    return (double)(entropy + width + gamma_law_stirling_error(total) -
                    gamma_law_stirling_error(few) - gamma_law_stirling_error(many));
}

/* exp(-x) x^a / Gamma(a + 1) */
static long double poisson_density(long double a, long double x)
{
    return expl(-gamma_law_deviance(a, x) - gamma_law_stirling_error(a) - half_log_two_pi) /
           sqrtl(a);
}

static long double lower_by_series(long double a, long double x)
{
    long double term = 1;
    long double sum = 1;
    for (long double n = 1; term > 1e-21L * sum; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * poisson_density(a, x);
}

static long double upper_by_fraction(long double a, long double x)
{
    /* Lentz's evaluation of 1/(x + 1 - a - 1(1 - a)/(x + 3 - a - ...)). */
    const long double tiny = 1e-4000L;
    long double b = x + 1 - a;
    long double c = 1 / tiny;
    long double d = 1 / b;
    long double h = d;
    for (long double i = 1; i < 100000; i++) {
        long double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (d == 0 ? tiny : d);
        c = b + an / c;
        c = c == 0 ? tiny : c;
        long double change = d * c;
        h *= change;
        if (fabsl(change - 1) < 1e-19L)
            break;
    }
    return h * a * poisson_density(a, x);
}

double gamma_law_chi_square_sf(double x, double degrees)
{
    if (isnan(x) || !(degrees >= 0) || isinf(degrees))
        return (double)NAN;
    if (x <= 0)
        return degrees == 0 && x == 0 ? 0 : 1;
    if (isinf(x) || degrees == 0)
        return 0;
    long double a = (long double)degrees / 2;
    long double half = (long double)x / 2;
    if (half < a + 1 && !(a < 1 && half > 0.5L))
        return (double)(1 - lower_by_series(a, half));
    return (double)upper_by_fraction(a, half);
}
