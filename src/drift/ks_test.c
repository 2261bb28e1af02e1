/*
 * ks_test.c: radix sort, one merge for the gap, and exact p-values by the share of lattice paths
 * that leave the band, carried as probabilities so that nothing cancels or overflows. Any thread.
 */
#include "drift/ks_test.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/gamma_law.h"
#include "numeric/kolmogorov_law.h"
#include "numeric/order.h"

DEFINE_CLEANUP(free_values, double, memory_free)

enum { AUTOMATIC_EXACT_MAX = 10000 };

/* --- the gap --------------------------------------------------------------------------------- */

struct gap {
    double least; /* most negative difference F1 - F2, and where it is reached first */
    double least_at;
    double most;
    double most_at;
};

/* The differences at the places of `own`, a sorted sample; both step over ties. */
static void scan_gap(struct sample own, struct sample other, bool own_is_first, struct gap *gap)
{
    double own_count = (double)own.count;
    double other_count = (double)other.count;
    size_t j = 0;
    for (size_t i = 0; i < own.count;) {
        double value = own.values[i];
        while (i < own.count && own.values[i] == value)
            i++;
        while (j < other.count && other.values[j] <= value)
            j++;
        double own_share = (double)i / own_count;
        double other_share = (double)j / other_count;
        double difference = own_is_first ? own_share - other_share : other_share - own_share;
        if (difference < gap->least) {
            gap->least = difference;
            gap->least_at = value;
        }
        if (difference > gap->most) {
            gap->most = difference;
            gap->most_at = value;
        }
    }
}

/* --- exact p-values -------------------------------------------------------------------------- */

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Equal sizes n, gap h/n: the reflection principle, terms nested so that they do not cancel. */
static double equal_sizes_p(uint64_t n, uint64_t h, bool two_sided)
{
    double total = 0;
    uint64_t last = two_sided ? n / h : 0;
    for (uint64_t k = last + 1; k-- > 0;) {
        double ratio = 1;
        for (uint64_t j = 0; j < h; j++)
            ratio *= ((double)n - (double)(k * h) - (double)j) / (double)(n + k * h + j + 1);
        total = ratio * (1 - total);
    }
    return two_sided ? 2 * total : total;
}

/*
 * The share of lattice paths from (0, 0) to (m, n) that touch the boundary x n' - y m' >= h (or,
 * two sided, <= -h), n' = n/g, m' = m/g: at each point the mean over the last step, weighted by how
 * many paths come that way.
 */
static enum status paths_outside_p(uint64_t m, uint64_t n, uint64_t h, bool two_sided,
                                   double *ret_p, struct error *err)
{
    uint64_t g = common_divisor(m, n);
    uint64_t step_x = n / g;
    uint64_t step_y = m / g;
    CLEANUP(free_values) double *column = memory_alloc((size_t)(n + 1) * sizeof *column);
    if (!column)
        return error_no_memory(err);
    for (uint64_t y = 0; y <= n; y++)
        column[y] = 1; /* outside, until the band reaches it */
    for (uint64_t x = 0; x <= m; x++) {
        uint64_t low = x * step_x >= h ? (x * step_x - h) / step_y + 1 : 0;
        uint64_t high = two_sided ? (x * step_x + h - 1) / step_y : n;
        if (low > 0)
            column[low - 1] = 1;
        for (uint64_t y = low; y <= high && y <= n; y++) {
            double from_left = x ? (double)x * column[y] : 0;
            double from_below = y ? (double)y * column[y - 1] : 0;
            column[y] = x + y ? (from_left + from_below) / (double)(x + y) : 0;
        }
    }
    *ret_p = column[n];
    return STATUS_OK;
}

/* Sets test->exact when a p-value was found; rounds the statistic to its lattice, as scipy does. */
static enum status exact_p(uint64_t n1, uint64_t n2, enum alternative alternative,
                           struct ks_test *test, struct error *err)
{
    uint64_t g = common_divisor(n1, n2);
    bool two_sided = alternative == ALTERNATIVE_TWO_SIDED;
    uint64_t reduced1 = n1 / g;
    uint64_t reduced2 = n2 / g;
    /* The least common multiple must fit 31 bits, and scipy's one-sided count a double. */
    if ((double)reduced1 >= 2147483647.0 / (double)reduced2)
        return STATUS_OK;
    if (!two_sided && n1 != n2 && gamma_law_log_choose((double)(n1 + n2), (double)n1) > 709.78)
        return STATUS_OK;
    double multiple = (double)reduced1 * (double)n2;
    double lattice = nearbyint(test->statistic * multiple);
    test->statistic = lattice / multiple;
    test->exact = true;
    if (lattice == 0) {
        test->p = 1;
        return STATUS_OK;
    }
    uint64_t h = (uint64_t)lattice;
    if (n1 == n2) {
        test->p = equal_sizes_p(n1, h, two_sided);
        return STATUS_OK;
    }
    /* The paths are counted with the larger sample along x; one-sided gaps are alike from both
     * ends, by turning the path round. */
    uint64_t larger = n1 > n2 ? n1 : n2;
    return paths_outside_p(larger, n1 + n2 - larger, h, two_sided, &test->p, err);
}

static double asymptotic_p(double n1, double n2, double d, enum alternative alternative)
{
    double m = fmax(n1, n2);
    double n = fmin(n1, n2);
    double effective = m * n / (m + n);
    if (alternative == ALTERNATIVE_TWO_SIDED)
        return kolmogorov_law_sf((uint64_t)nearbyint(effective), d);
    double z = sqrt(effective) * d;
    return exp(-2 * z * z - 2 * z * (m + 2 * n) / sqrt(m * n * (m + n)) / 3);
}

/* --- the test -------------------------------------------------------------------------------- */

static void choose_side(const struct gap *gap, enum alternative alternative, struct ks_test *test)
{
    double below = fmax(0, fmin(1, -gap->least));
    bool lower = alternative == ALTERNATIVE_LESS ||
                 (alternative == ALTERNATIVE_TWO_SIDED && below > gap->most);
    test->statistic = lower ? below : gap->most;
    test->location = lower ? gap->least_at : gap->most_at;
    test->sign = lower ? -1 : 1;
}

enum status ks_test_two_samples(struct sample first, struct sample second,
                                struct ks_test_options options, struct ks_test *ret_test,
                                struct error *err)
{
    struct ks_test test = {
        .statistic = (double)NAN, .p = (double)NAN, .location = (double)NAN, .convention = "KS"};
    if (first.count == 0 || second.count == 0)
        test.undefined = "a sample is empty";
    else if (sample_has_nan(first) || sample_has_nan(second))
        test.undefined = "a value is not a number";
    if (test.undefined) {
        *ret_test = test;
        return STATUS_OK;
    }
    CLEANUP(free_values) double *one = NULL;
    CLEANUP(free_values) double *two = NULL;
    enum status status = order_sorted_copy(first, &one, err);
    if (status == STATUS_OK)
        status = order_sorted_copy(second, &two, err);
    if (status != STATUS_OK)
        return status;
    struct gap gap = {.least = HUGE_VAL, .most = -HUGE_VAL};
    scan_gap((struct sample){one, first.count}, (struct sample){two, second.count}, true, &gap);
    scan_gap((struct sample){two, second.count}, (struct sample){one, first.count}, false, &gap);
    choose_side(&gap, options.alternative, &test);
    size_t larger = first.count > second.count ? first.count : second.count;
    bool exact = options.method == KS_TEST_EXACT ||
                 (options.method == KS_TEST_AUTOMATIC && larger <= AUTOMATIC_EXACT_MAX);
    if (exact)
        status = exact_p(first.count, second.count, options.alternative, &test, err);
    if (!test.exact)
        test.p = asymptotic_p((double)first.count, (double)second.count, test.statistic,
                              options.alternative);
    test.convention = test.exact ? "KS, exact" : "KS, asymptotic";
    if (isnan(test.p))
        test.undefined = "too few values for the asymptotic law";
    else
        test.p = fmax(0, fmin(1, test.p));
    if (status == STATUS_OK)
        *ret_test = test;
    return status;
}
