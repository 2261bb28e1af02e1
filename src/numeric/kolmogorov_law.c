/*
 * kolmogorov_law.c: by region, as R. Simard and P. L'Ecuyer, "Computing the two-sided
 * Kolmogorov-Smirnov distribution", J. Stat. Software 39 (2011), with the cut-offs that scipy uses:
 * closed forms at both ends, twice the one-sided law for small tails, Durbin's matrix power
 * (Marsaglia, Tsang, Wang 2003) for small n, the expansion of Pelz and Good (1976) else. Scratch
 * memory of the call only; any thread.
 */
#include "numeric/kolmogorov_law.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/gamma_law.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

DEFINE_CLEANUP(free_matrix, long double, memory_free)

static const double two_pi_root = 2.50662827463100050242;
static const double pi = 3.14159265358979323846;

/* --- one-sided ------------------------------------------------------------------------------- */

/* x C(n, j) (x + j/n)^(j - 1) (1 - x - j/n)^(n - j), the chance that the gap is last passed at j.
 */
static double smirnov_term(double n, double j, double x)
{
    double p = x + j / n;
    double q = 1 - p;
    if (q <= 0)
        return 0;
    if (j == 0)
        return exp(n * log1p(-x));
    double rest = n - j;
    /* Deviances of j from n p and of n - j from n q; both gaps are n x. */
    double gap = n * x;
    double deviance = -j * (double)gamma_law_log1p_minus((long double)(gap / j)) -
                      rest * (double)gamma_law_log1p_minus((long double)(-gap / rest));
    if (deviance > 745)
        return 0;
    double stirling = (double)(gamma_law_stirling_error((long double)n) -
                               gamma_law_stirling_error((long double)j) -
                               gamma_law_stirling_error((long double)rest));
    return x / p * exp(stirling - deviance) * sqrt(n / (j * rest)) / two_pi_root;
}

double kolmogorov_law_one_sided_sf(uint64_t n, double x)
{
    if (isnan(x) || n == 0)
        return (double)NAN;
    if (x <= 0 || x >= 1)
        return x <= 0;
    double count = (double)n;
    double last = floor(count * (1 - x));
    /* The terms are a smooth hump that vanishes at both ends with all its derivatives: a coarser
     * step gives the same sum to the last digits, once there are thousands of steps. */
    double step = n > 16384 ? floor(count / 8192) : 1;
    double sum = 0;
    for (double j = step == 1 ? 0 : step; j <= last && j < count; j += step)
        sum += smirnov_term(count, j, x);
    return fmin(1, sum * step);
}

/* --- Durbin's matrix ------------------------------------------------------------------------- */

/* A matrix times 2^exponent. */
struct scaled_matrix {
    long double *cells;
    size_t size;
    long exponent;
};

static void multiply(const struct scaled_matrix *a, const struct scaled_matrix *b,
                     struct scaled_matrix *ret_product)
{
    size_t m = a->size;
    long double *out = ret_product->cells;
    memset(out, 0, m * m * sizeof *out);
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < m; k++) {
            long double factor = a->cells[i * m + k];
            for (size_t j = 0; factor != 0 && j < m; j++)
                out[i * m + j] += factor * b->cells[k * m + j];
        }
    }
    ret_product->exponent = a->exponent + b->exponent;
    long double middle = out[(m / 2) * m + m / 2];
    if (middle > 0x1p500L) {
        for (size_t i = 0; i < m * m; i++)
            out[i] *= 0x1p-500L;
        ret_product->exponent += 500;
    }
}

static void fill_durbin(struct scaled_matrix *matrix, long double h)
{
    size_t m = matrix->size;
    long double *cells = matrix->cells;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++)
            cells[i * m + j] = i + 1 >= j ? 1 : 0;
    }
    long double power = h;
    for (size_t i = 0; i < m; i++) {
        cells[i * m] -= power;
        cells[(m - 1) * m + (m - 1 - i)] -= power;
        power *= h;
    }
    if (2 * h > 1)
        cells[(m - 1) * m] += powl(2 * h - 1, (long double)m);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j <= i; j++) {
            for (size_t g = 2; g <= i + 1 - j; g++)
                cells[i * m + j] /= (long double)g;
        }
    }
}

/* P(D < x) */
static double cdf_by_matrix(uint64_t n, double x)
{
    long double reach = (long double)n * (long double)x;
    size_t k = (size_t)ceill(reach);
    size_t m = 2 * k - 1;
    CLEANUP(free_matrix) long double *memory = memory_alloc(3 * m * m * sizeof *memory);
    if (!memory)
        return (double)NAN;
    struct scaled_matrix base = {memory, m, 0};
    struct scaled_matrix power = {memory + m * m, m, 0};
    struct scaled_matrix spare = {memory + 2 * m * m, m, 0};
    fill_durbin(&base, (long double)k - reach);
    for (size_t i = 0; i < m; i++)
        power.cells[i * m + i] = 1;
    for (uint64_t left = n; left > 0; left /= 2) {
        if (left % 2) {
            multiply(&power, &base, &spare);
            struct scaled_matrix swap = power;
            power = spare;
            spare = swap;
        }
        if (left > 1) {
            multiply(&base, &base, &spare);
            struct scaled_matrix swap = base;
            base = spare;
            spare = swap;
        }
    }
    long double p = power.cells[(k - 1) * m + (k - 1)];
    long exponent = power.exponent;
    for (uint64_t i = 1; i <= n; i++) {
        p *= (long double)i / (long double)n;
        if (p < 0x1p-500L) {
            p *= 0x1p500L;
            exponent -= 500;
        }
    }
    return (double)ldexpl(p, (int)exponent);
}

/* --- Pelz and Good --------------------------------------------------------------------------- */

/* K0(z) + K1(z)/sqrt(n) + K2(z)/n + K3(z)/n^1.5, by the theta sums that converge for small z. */
static double cdf_by_expansion(double n, double x)
{
    double z = sqrt(n) * x;
    double z2 = z * z;
    double z4 = z2 * z2;
    double z6 = z4 * z2;
    double pi2 = pi * pi;
    double pi4 = pi2 * pi2;
    if (pi2 / 8 / z2 > 708)
        return 0;
    double k[4] = {0};
    int last = (int)ceil(16 * z / pi);
    for (int i = last; i >= 1; i--) {
        double odd = 2 * i - 1;
        double o2 = odd * odd;
        double o4 = o2 * o2;
        double term = exp(-pi2 / 8 / z2 * o2);
        k[0] += term;
        k[1] += term * (pi2 / 4 * o2 - z2);
        k[2] += term *
                (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * pi2 / 4 * o2 + pi4 * (1 - 2 * z2) / 16 * o4);
        k[3] += term *
                (-30 * z6 - 90 * z4 * z4 + pi2 * (135 * z4 - 96 * z6) / 4 * o2 +
                 pi4 * (212 * z4 - 60 * z2) / 16 * o4 + pi4 * pi2 * (5 - 30 * z2) / 64 * o4 * o2);
    }
    double even2 = 0;
    double even3 = 0;
    for (int i = last; i >= 1; i--) {
        double square = (double)i * i;
        double term = exp(-pi2 / 2 / z2 * square);
        even2 += square * term;
        even3 += (3 * z2 - pi2 * square) * square * term;
    }
    double k0 = k[0] * two_pi_root / z;
    double k1 = k[1] * two_pi_root / (6 * z4);
    double k2 = k[2] * two_pi_root / (72 * z6 * z) - even2 * pi2 * two_pi_root / (36 * z2 * z);
    double k3 = k[3] * two_pi_root / (6480 * z6 * z4) + even3 * pi2 * two_pi_root / (216 * z6);
    return k0 + k1 / sqrt(n) + k2 / n + k3 / (n * sqrt(n));
}

/* --- the choice ------------------------------------------------------------------------------ */

double kolmogorov_law_sf(uint64_t n, double x)
{
    if (isnan(x) || n == 0)
        return (double)NAN;
    if (x <= 0 || x >= 1)
        return x <= 0;
    double count = (double)n;
    double reach = count * x;
    double spread = reach * x; /* n x^2 */
    if (reach <= 0.5)
        return 1;
    if (reach <= 1) { /* 1 - n!/n^n (2 n x - 1)^n */
        double log_factorial =
            0.5 * log(2 * pi * count) - count + (double)gamma_law_stirling_error((long double)n);
        return -expm1(log_factorial + count * log(2 * reach - 1));
    }
    if (reach >= count - 1)
        return fmin(1, 2 * pow(1 - x, count));
    if (n > 140 && spread >= 370)
        return 0;
    if (x >= 0.5 || spread > (n <= 140 ? 4 : 2.2))
        return fmin(1, 2 * kolmogorov_law_one_sided_sf(n, x));
    double cdf = n <= 140 || (n <= 100000 && reach * sqrt(x) <= 1.4) ? cdf_by_matrix(n, x)
                                                                     : cdf_by_expansion(count, x);
    return isnan(cdf) ? cdf : fmax(0, fmin(1, 1 - cdf));
}
