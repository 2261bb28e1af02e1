/*
 * beta_law.c: the incomplete beta function by its continued fraction (on the side of the mean where
 * it converges fast) with a prefactor in Loader's form, so that no digits are lost for large
 * parameters. Quantiles are solved by safeguarded Newton steps on log(tail) as a function of
 * log(x), where both are nearly straight. Long double inside. No state; any thread.
 */
#include "numeric/beta_law.h"

#include "numeric/gamma_law.h"
#include "numeric/normal_law.h"

#include <math.h>
#include <stdbool.h>

static const long double two_pi = 6.28318530717958647692528676655900577L;

/* x^a y^b Gamma(a + b + 1) / (Gamma(a + 1) Gamma(b + 1)), with y = 1 - x given to full precision.
 */
static long double binomial_term(long double a, long double b, long double x, long double y)
{
    long double n = a + b;
    long double exponent = -gamma_law_deviance(a, n * x) - gamma_law_deviance(b, n * y) +
                           gamma_law_stirling_error(n) - gamma_law_stirling_error(a) -
                           gamma_law_stirling_error(b);
    return expl(exponent) * sqrtl(n / (two_pi * a * b));
}

static long double continued_fraction(long double a, long double b, long double x)
{
    const long double tiny = 1e-4000L;
    long double c = 1;
    long double d = 1 - (a + b) * x / (a + 1);
    d = 1 / (d == 0 ? tiny : d);
    long double h = d;
    for (long double m = 1; m < 200000; m++) {
        long double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 + even * d;
        d = 1 / (d == 0 ? tiny : d);
        c = 1 + even / c;
        c = c == 0 ? tiny : c;
        h *= d * c;
        long double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + odd * d;
        d = 1 / (d == 0 ? tiny : d);
        c = 1 + odd / c;
        c = c == 0 ? tiny : c;
        h *= d * c;
        if (fabsl(d * c - 1) < 1e-19L)
            break;
    }
    return h;
}

/* I_x(a, b), or 1 - I_x(a, b) when `upper`; y = 1 - x. */
static long double beta_tail(long double a, long double b, long double x, long double y, bool upper)
{
    if (x <= 0 || y <= 0)
        return (x <= 0) == upper ? 1 : 0;
    if (x > (a + 1) / (a + b + 2))
        return beta_tail(b, a, y, x, !upper);
    long double lower = binomial_term(a, b, x, y) * b / (a + b) * continued_fraction(a, b, x);
    return upper ? 1 - lower : lower;
}

double beta_law_cdf(double a, double b, double x)
{
    if (!(a > 0 && b > 0 && x >= 0 && x <= 1) || isinf(a) || isinf(b))
        return (double)NAN;
    return (double)beta_tail((long double)a, (long double)b, (long double)x, 1 - (long double)x,
                             false);
}

/* A monotone tail to be solved for log(tail) = log(target) in u, with the derivative of the tail.
 */
struct tail_problem {
    long double (*tail)(const struct tail_problem *problem, long double u, long double *ret_slope);
    long double a;
    long double b;
    bool upper;
    bool mirrored;
    long double target;
};

/* Newton on log(tail), kept inside a shrinking bracket; `rising`: the tail grows with u. */
static long double solve_tail(const struct tail_problem *problem, long double low, long double high,
                              bool rising)
{
    long double goal = logl(problem->target);
    long double u = low / 2 + high / 2;
    for (int i = 0; i < 400 && low < high; i++) {
        long double slope;
        long double tail = problem->tail(problem, u, &slope);
        long double gap = tail > 0 ? logl(tail) - goal : -HUGE_VALL;
        if (gap == 0)
            return u;
        if ((gap > 0) == rising)
            high = u;
        else
            low = u;
        long double step = tail > 0 && slope != 0 ? gap * tail / slope : HUGE_VALL;
        long double next = u - step;
        /* The comparison is false for NaN, so a step out of the bracket halves it instead. */
        if (!(next > low && next < high))
            next = low / 2 + high / 2;
        if (fabsl(next - u) <= 2e-19L * fabsl(u) || next == u)
            return next;
        u = next;
    }
    return u;
}

/* u = log x (or log(1 - x) when mirrored). */
static long double beta_tail_of_log(const struct tail_problem *problem, long double u,
                                    long double *ret_slope)
{
    long double inner = expl(u);
    long double outer = -expm1l(u);
    long double x = problem->mirrored ? outer : inner;
    long double y = problem->mirrored ? inner : outer;
    long double a = problem->a;
    long double b = problem->b;
    /* density times |dx/du| */
    long double slope =
        x > 0 && y > 0 ? binomial_term(a, b, x, y) * a * b / (a + b) / (x * y) * inner : 0;
    *ret_slope = problem->upper != problem->mirrored ? -slope : slope;
    return beta_tail(a, b, x, y, problem->upper);
}

static double solve_beta(double a, double b, double probability, bool upper)
{
    if (!(a > 0 && b > 0 && probability >= 0 && probability <= 1) || isinf(a) || isinf(b))
        return (double)NAN;
    if (probability == 0 || probability == 1)
        return (probability == 1) != upper ? 1 : 0;
    struct tail_problem problem = {.tail = beta_tail_of_log,
                                   .a = (long double)a,
                                   .b = (long double)b,
                                   .upper = upper,
                                   .target = (long double)probability};
    if (probability > 0.5) {
        problem.upper = !upper;
        problem.target = 1 - problem.target;
    }
    long double middle = beta_tail(problem.a, problem.b, 0.5L, 0.5L, problem.upper);
    problem.mirrored = (problem.target > middle) != problem.upper;
    bool rising = problem.upper == problem.mirrored;
    long double u = solve_tail(&problem, -11300, -0.693147180559945309417L + 1e-15L, rising);
    return (double)(problem.mirrored ? -expm1l(u) : expl(u));
}

double beta_law_quantile(double a, double b, double probability)
{
    return solve_beta(a, b, probability, false);
}

double beta_law_upper_quantile(double a, double b, double probability)
{
    return solve_beta(a, b, probability, true);
}

/* P(|T| >= t), or P(|T| < t) when `inside`; t > 0. */
static long double student_both_sides(long double t, long double degrees, bool inside)
{
    /* By the larger of the two ratios, so that t squared does not overflow. */
    long double ratio = t / sqrtl(degrees);
    long double x = ratio < 1e2400L ? 1 / (1 + ratio * ratio) : 0;
    long double y = ratio < 1e2400L ? ratio * ratio / (1 + ratio * ratio) : 1;
    return beta_tail(degrees / 2, 0.5L, x, y, inside);
}

double beta_law_student_sf(double t, double degrees)
{
    if (isnan(t) || !(degrees > 0))
        return (double)NAN;
    if (isinf(degrees))
        return normal_law_sf(t);
    if (t == 0 || isinf(t))
        return t == 0 ? 0.5 : t < 0;
    long double outside = student_both_sides(fabsl((long double)t), (long double)degrees, false);
    return (double)(t > 0 ? outside / 2 : 1 - outside / 2);
}

double beta_law_student_two_sided(double t, double degrees)
{
    return fmin(1, 2 * beta_law_student_sf(fabs(t), degrees));
}

/* u = log t; a holds the degrees; `upper`: P(|T| < t), which rises. */
static long double student_tail_of_log(const struct tail_problem *problem, long double u,
                                       long double *ret_slope)
{
    long double degrees = problem->a;
    long double t = expl(u);
    long double ratio = t / sqrtl(degrees);
    long double x = 1 / (1 + ratio * ratio);
    long double y = ratio * ratio / (1 + ratio * ratio);
    /* d/du of I_x(df/2, 1/2) is 2 t times the density of |T|. */
    long double slope = binomial_term(degrees / 2, 0.5L, x, y) * degrees / (degrees + 1);
    *ret_slope = problem->upper ? slope : -slope;
    return student_both_sides(t, degrees, problem->upper);
}

double beta_law_student_upper_quantile(double probability, double degrees)
{
    if (!(probability >= 0 && probability <= 1 && degrees > 0))
        return (double)NAN;
    if (isinf(degrees))
        return normal_law_upper_quantile(probability);
    if (probability == 0.5)
        return 0;
    if (probability == 0 || probability == 1)
        return probability == 0 ? HUGE_VAL : -HUGE_VAL;
    long double p = (long double)probability;
    long double tail = p < 0.5L ? p : 1 - p;
    struct tail_problem problem = {
        .tail = student_tail_of_log, .a = (long double)degrees, .upper = tail > 0.25L};
    problem.target = problem.upper ? 1 - 2 * tail : 2 * tail;
    double t = (double)expl(solve_tail(&problem, -5000, 5000, problem.upper));
    return p < 0.5L ? t : -t;
}

double beta_law_student_quantile(double probability, double degrees)
{
    return -beta_law_student_upper_quantile(probability, degrees);
}

static bool is_binomial(double k, double n, double p)
{
    return !isnan(k) && n >= 0 && isfinite(n) && p >= 0 && p <= 1;
}

static double binomial_tail(double k, double n, double p, bool upper)
{
    if (!is_binomial(k, n, p))
        return (double)NAN;
    k = floor(k);
    if (k < 0 || k >= n)
        return (k >= n) != upper;
    return (double)beta_tail((long double)(n - k), (long double)(k + 1), 1 - (long double)p,
                             (long double)p, upper);
}

double beta_law_binomial_cdf(double k, double n, double p)
{
    return binomial_tail(k, n, p, false);
}

double beta_law_binomial_sf(double k, double n, double p)
{
    return binomial_tail(k, n, p, true);
}

double beta_law_binomial_pmf(double k, double n, double p)
{
    if (!is_binomial(k, n, p))
        return (double)NAN;
    if (k < 0 || k > n || k != floor(k))
        return 0;
    if (k == 0)
        return (double)expl((long double)n * log1pl(-(long double)p));
    if (k == n)
        return (double)powl((long double)p, (long double)n);
    if (p == 0 || p == 1)
        return 0;
    return (double)binomial_term((long double)k, (long double)(n - k), (long double)p,
                                 1 - (long double)p);
}
