/*
 * proportion.c: closed forms over the normal and beta laws. No memory, no state; any thread.
 */
#include "stats/proportion.h"

#include "numeric/beta_law.h"
#include "numeric/normal_law.h"

static const char *fault_of(struct share share)
{
    if (!(share.trials > 0) || isinf(share.trials))
        return "there are no trials";
    if (!(share.successes >= 0 && share.successes <= share.trials))
        return "the successes do not lie between 0 and the trials";
    return NULL;
}

static const char *fault_of_alpha(double alpha)
{
    return alpha > 0 && alpha < 1 ? NULL : "alpha does not lie between 0 and 1";
}

static struct interval wilson_ends(struct share share, double z, const char *convention)
{
    double n = share.trials;
    double p = share.successes / n;
    double square = z * z / n;
    double centre = (p + square / 2) / (1 + square);
    double half = z / (1 + square) * sqrt(p * (1 - p) / n + square / (4 * n));
    double low = share.successes <= 0 ? 0 : fmax(0, centre - half);
    double high = share.successes >= n ? 1 : fmin(1, centre + half);
    return interval_of(low, high, convention);
}

struct interval proportion_wilson_with(struct share share, double critical_value)
{
    static const char convention[] = "Wilson score";
    const char *fault = fault_of(share);
    if (!fault && !(critical_value > 0 && isfinite(critical_value)))
        fault = "there is no critical value";
    return fault ? interval_undefined(convention, fault)
                 : wilson_ends(share, critical_value, convention);
}

struct interval proportion_wilson(struct share share, double alpha)
{
    const char *fault = fault_of_alpha(alpha);
    if (fault)
        return interval_undefined("Wilson score", fault);
    return proportion_wilson_with(share, normal_law_upper_quantile(alpha / 2));
}

struct interval proportion_clopper_pearson(struct share share, double alpha)
{
    static const char convention[] = "Clopper-Pearson";
    const char *fault = fault_of(share);
    fault = fault ? fault : fault_of_alpha(alpha);
    if (fault)
        return interval_undefined(convention, fault);
    double k = share.successes;
    double n = share.trials;
    double low = k == 0 ? 0 : beta_law_quantile(k, n - k + 1, alpha / 2);
    double high = k == n ? 1 : beta_law_upper_quantile(k + 1, n - k, alpha / 2);
    return interval_of(low, high, convention);
}

struct z_test proportion_z_test(struct share first, struct share second,
                                enum alternative alternative)
{
    struct z_test test = {.z = (double)NAN,
                          .p = (double)NAN,
                          .convention = "z test, pooled variance",
                          .undefined = fault_of(first)};
    if (!test.undefined)
        test.undefined = fault_of(second);
    if (test.undefined)
        return test;
    double pooled = (first.successes + second.successes) / (first.trials + second.trials);
    double variance = pooled * (1 - pooled) * (1 / first.trials + 1 / second.trials);
    if (!(variance > 0)) {
        test.undefined = "no variance: all trials ended alike";
        return test;
    }
    test.z = (first.successes / first.trials - second.successes / second.trials) / sqrt(variance);
    if (alternative == ALTERNATIVE_TWO_SIDED)
        test.p = 2 * normal_law_sf(fabs(test.z));
    else
        test.p = normal_law_sf(alternative == ALTERNATIVE_GREATER ? test.z : -test.z);
    return test;
}

struct interval proportion_newcombe(struct share first, struct share second, double alpha)
{
    static const char convention[] = "Newcombe hybrid score, independent";
    struct interval one = proportion_wilson(first, alpha);
    struct interval two = proportion_wilson(second, alpha);
    if (one.undefined || two.undefined)
        return interval_undefined(convention, one.undefined ? one.undefined : two.undefined);
    double p1 = first.successes / first.trials;
    double p2 = second.successes / second.trials;
    double down = hypot(p1 - one.low, two.high - p2);
    double up = hypot(p2 - two.low, one.high - p1);
    return interval_of(p1 - p2 - down, p1 - p2 + up, convention);
}

/* The likeliest share of the second arm when the first is larger by `delta`: the root of a cubic.
 */
static double constrained_share(struct share first, struct share second, double delta)
{
    double n1 = first.trials, n2 = second.trials, x2 = second.successes;
    double n = n1 + n2, x = first.successes + x2;
    double b = ((n1 + 2 * n2) * delta - n - x) / n;
    double c = ((n2 * delta - n - 2 * x2) * delta + x) / n;
    double d = x2 * delta * (1 - delta) / n;
    double q = b * b * b / 27 - b * c / 6 + d / 2;
    double root = sqrt(fmax(b * b / 9 - c / 3, 0));
    double p = q < 0 ? -root : root;
    double cosine = root > 0 ? fmax(-1, fmin(1, q / (p * p * p))) : 1;
    double share = 2 * p * cos((M_PI + acos(cosine)) / 3) - b / 3;
    return fmax(fmax(0, -delta), fmin(fmin(1, 1 - delta), share));
}

/* How many errors the difference lies from `delta`. */
static double score_of(struct share first, struct share second, double delta)
{
    double n = first.trials + second.trials;
    double p2 = constrained_share(first, second, delta), p1 = p2 + delta;
    double variance = p1 * (1 - p1) / first.trials + p2 * (1 - p2) / second.trials;
    double gap = first.successes / first.trials - second.successes / second.trials - delta;
    return gap / sqrt(fmax(variance, 0) * n / (n - 1));
}

/* By halving between the difference and the end of the range until no double lies between. */
static double score_end(struct share first, struct share second, double end, double critical)
{
    double inside = first.successes / first.trials - second.successes / second.trials;
    double outside = end;
    if (fabs(score_of(first, second, end)) <= critical)
        return end;
    for (;;) {
        double middle = inside + (outside - inside) / 2;
        if (!(fmin(inside, outside) < middle && middle < fmax(inside, outside)))
            return middle;
        double score = fabs(score_of(first, second, middle));
        *(score <= critical ? &inside : &outside) = middle;
    }
}

struct interval proportion_miettinen_nurminen(struct share first, struct share second, double alpha)
{
    static const char convention[] = "Miettinen-Nurminen score";
    const char *fault = fault_of(first);
    fault = fault ? fault : fault_of(second);
    fault = fault ? fault : fault_of_alpha(alpha);
    if (fault)
        return interval_undefined(convention, fault);
    double critical = normal_law_upper_quantile(alpha / 2);
    return interval_of(score_end(first, second, -1, critical),
                       score_end(first, second, 1, critical), convention);
}
