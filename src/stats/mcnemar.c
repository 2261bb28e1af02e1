/*
 * mcnemar.c: tests and intervals for a paired two by two table. No memory, no state; any thread.
 */
#include "stats/mcnemar.h"

#include "numeric/beta_law.h"
#include "numeric/gamma_law.h"
#include "numeric/normal_law.h"
#include "stats/proportion.h"

static double total_of(struct paired_table table)
{
    return table.both + table.only_first + table.only_second + table.neither;
}

static const char *fault_of(struct paired_table table)
{
    if (!(table.both >= 0 && table.only_first >= 0 && table.only_second >= 0 && table.neither >= 0))
        return "a count is negative or not a number";
    return isinf(total_of(table)) ? "a count is infinite" : NULL;
}

static struct mcnemar_test failed_test(const char *convention, const char *reason)
{
    return (struct mcnemar_test){
        .statistic = (double)NAN, .p = (double)NAN, .convention = convention, .undefined = reason};
}

struct mcnemar_test mcnemar_exact(struct paired_table table)
{
    static const char convention[] = "McNemar exact";
    const char *fault = fault_of(table);
    if (fault)
        return failed_test(convention, fault);
    double fewer = fmin(table.only_first, table.only_second);
    double differing = table.only_first + table.only_second;
    double p = fmin(1, 2 * beta_law_binomial_cdf(fewer, differing, 0.5));
    return (struct mcnemar_test){.statistic = fewer, .p = p, .convention = convention};
}

struct mcnemar_test mcnemar_midp(struct paired_table table)
{
    static const char convention[] = "McNemar mid-p";
    const char *fault = fault_of(table);
    if (fault)
        return failed_test(convention, fault);
    double fewer = fmin(table.only_first, table.only_second);
    double differing = table.only_first + table.only_second;
    double p = differing == 0 ? 1
                              : 2 * beta_law_binomial_cdf(fewer - 1, differing, 0.5) +
                                    beta_law_binomial_pmf(fewer, differing, 0.5);
    return (struct mcnemar_test){.statistic = fewer, .p = fmin(1, p), .convention = convention};
}

struct mcnemar_test mcnemar_chi_square(struct paired_table table, bool continuity_correction)
{
    const char *convention =
        continuity_correction ? "McNemar chi-square, continuity corrected" : "McNemar chi-square";
    const char *fault = fault_of(table);
    double differing = table.only_first + table.only_second;
    if (!fault && differing == 0)
        fault = "the two never differ";
    if (fault)
        return failed_test(convention, fault);
    double gap = fabs(table.only_first - table.only_second) - (continuity_correction ? 1 : 0);
    double statistic = gap * gap / differing;
    return (struct mcnemar_test){.statistic = statistic,
                                 .p = gamma_law_chi_square_sf(statistic, 1),
                                 .convention = convention};
}

static const char *fault_of_interval(struct paired_table table, double alpha)
{
    const char *fault = fault_of(table);
    if (!fault && !(alpha > 0 && alpha < 1))
        fault = "alpha does not lie between 0 and 1";
    if (!fault && total_of(table) == 0)
        fault = "there are no items";
    return fault;
}

/* Correlation of the two judgements. */
static double phi_of(struct paired_table t, bool corrected)
{
    double margins = (t.both + t.only_first) * (t.only_second + t.neither) *
                     (t.both + t.only_second) * (t.only_first + t.neither);
    if (margins == 0)
        return 0;
    double product = t.both * t.neither - t.only_first * t.only_second;
    if (corrected && product > 0)
        product = fmax(product - total_of(t) / 2, 0);
    return product / sqrt(margins);
}

static struct interval newcombe(struct paired_table table, double alpha, bool corrected)
{
    const char *convention = corrected ? "Newcombe paired, method 10" : "Newcombe paired, method 8";
    const char *fault = fault_of_interval(table, alpha);
    if (fault)
        return interval_undefined(convention, fault);
    double n = total_of(table);
    struct share first = {table.both + table.only_first, n};
    struct share second = {table.both + table.only_second, n};
    struct interval one = proportion_wilson(first, alpha);
    struct interval two = proportion_wilson(second, alpha);
    double phi = phi_of(table, corrected);
    double difference = (table.only_first - table.only_second) / n;
    double down1 = first.successes / n - one.low;
    double up1 = one.high - first.successes / n;
    double down2 = second.successes / n - two.low;
    double up2 = two.high - second.successes / n;
    double down = sqrt(fmax(0, down1 * down1 - 2 * phi * down1 * up2 + up2 * up2));
    double up = sqrt(fmax(0, up1 * up1 - 2 * phi * up1 * down2 + down2 * down2));
    return interval_of(difference - down, difference + up, convention);
}

struct interval mcnemar_newcombe(struct paired_table table, double alpha)
{
    return newcombe(table, alpha, true);
}

struct interval mcnemar_newcombe_uncorrected(struct paired_table table, double alpha)
{
    return newcombe(table, alpha, false);
}

/* Tango's score statistic against a difference of `delta`; falls as delta grows. */
static double tango_score(struct paired_table t, double delta)
{
    double n = total_of(t);
    double b = t.only_first;
    double c = t.only_second;
    double gap = b - c - n * delta;
    if (gap == 0)
        return 0;
    /* The share of `only second` that is most likely under delta: a quadratic's larger root. */
    double linear = -b - c + (2 * n - b + c) * delta;
    double constant = -c * delta * (1 - delta);
    double root = sqrt(fmax(0, linear * linear - 8 * n * constant));
    double share = linear <= 0 ? (root - linear) / (4 * n)
                               : (root + linear > 0 ? -2 * constant / (root + linear) : 0);
    double variance = n * (2 * share + delta * (1 - delta));
    if (variance <= 0)
        return gap > 0 ? HUGE_VAL : -HUGE_VAL;
    return gap / sqrt(variance);
}

/* The delta between low and high at which the score passes `level`. */
static double solve_score(struct paired_table table, double level, double low, double high)
{
    for (int i = 0; i < 2000; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (tango_score(table, middle) > level)
            low = middle;
        else
            high = middle;
    }
    return low + (high - low) / 2;
}

struct interval mcnemar_tango(struct paired_table table, double alpha)
{
    static const char convention[] = "Tango score, paired";
    const char *fault = fault_of_interval(table, alpha);
    if (fault)
        return interval_undefined(convention, fault);
    double z = normal_law_upper_quantile(alpha / 2);
    double difference = (table.only_first - table.only_second) / total_of(table);
    double low = difference <= -1 ? -1 : solve_score(table, z, -1, difference);
    double high = difference >= 1 ? 1 : solve_score(table, -z, difference, 1);
    return interval_of(low, high, convention);
}
