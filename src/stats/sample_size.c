/*
 * sample_size.c: closed forms, and one root. No memory, no state; any thread.
 */
#include "stats/sample_size.h"

#include "numeric/normal_law.h"

static const char *fault_of(struct sample_size_goal goal)
{
    bool good = goal.alpha > 0 && goal.alpha < 1 && goal.power > 0 && goal.power < 1;
    return good ? NULL : "alpha or power does not lie between 0 and 1";
}

static double critical_sum(struct sample_size_goal goal)
{
    return normal_law_upper_quantile(goal.alpha / 2) + normal_law_quantile(goal.power);
}

static double variance_of(struct sample_size_variances v)
{
    return v.between + v.first / v.first_repeats + v.second / v.second_repeats;
}

struct estimate sample_size_paired(struct sample_size_variances variances, double effect,
                                   struct sample_size_goal goal)
{
    static const char convention[] = "Miller 2024, paired";
    const char *fault = fault_of(goal);
    double variance = variance_of(variances);
    if (!fault && !(variance >= 0 && isfinite(variance)))
        fault = "the variance is not a number";
    if (!fault && !(effect != 0 && isfinite(effect)))
        fault = "no sample is large enough to see no effect";
    if (fault)
        return estimate_undefined(convention, fault);
    double z = critical_sum(goal);
    return estimate_of(z * z * variance / (effect * effect), convention);
}

struct estimate sample_size_detectable(struct sample_size_variances variances, double n,
                                       struct sample_size_goal goal)
{
    static const char convention[] = "Miller 2024, paired, smallest detectable effect";
    const char *fault = fault_of(goal);
    double variance = variance_of(variances);
    if (!fault && !(variance >= 0 && isfinite(variance)))
        fault = "the variance is not a number";
    if (!fault && !(n > 0))
        fault = "there are no questions";
    if (fault)
        return estimate_undefined(convention, fault);
    return estimate_of(critical_sum(goal) * sqrt(variance / n), convention);
}

static double effect_size(double share1, double share2)
{
    return 2 * (asin(sqrt(share1)) - asin(sqrt(share2)));
}

static double power_of(double effect, double n, double alpha)
{
    double critical = normal_law_upper_quantile(alpha / 2);
    double shift = fabs(effect) * sqrt(n / 2);
    return normal_law_sf(critical - shift) + normal_law_cdf(-critical - shift);
}

static const char *fault_of_shares(double share1, double share2)
{
    bool good = share1 >= 0 && share1 <= 1 && share2 >= 0 && share2 <= 1;
    return good ? NULL : "a share does not lie in [0, 1]";
}

struct estimate sample_size_two_shares(double share1, double share2, struct sample_size_goal goal)
{
    static const char convention[] = "Cohen's h, normal, both tails";
    const char *fault = fault_of(goal);
    if (!fault)
        fault = fault_of_shares(share1, share2);
    if (!fault && share1 == share2)
        fault = "no sample is large enough to see no effect";
    if (!fault && goal.power <= goal.alpha)
        fault = "the power is not above alpha";
    if (fault)
        return estimate_undefined(convention, fault);
    double effect = effect_size(share1, share2);
    double low = 0;
    double high = 1;
    while (power_of(effect, high, goal.alpha) < goal.power)
        high *= 2;
    for (int i = 0; i < 200; i++) {
        double middle = low + (high - low) / 2;
        if (power_of(effect, middle, goal.alpha) < goal.power)
            low = middle;
        else
            high = middle;
    }
    return estimate_of(high, convention);
}

struct estimate sample_size_two_shares_power(double share1, double share2, double n, double alpha)
{
    static const char convention[] = "Cohen's h, normal, both tails";
    const char *fault = fault_of_shares(share1, share2);
    if (!fault && !(n > 0 && alpha > 0 && alpha < 1))
        fault = "no items, or alpha does not lie between 0 and 1";
    return fault ? estimate_undefined(convention, fault)
                 : estimate_of(power_of(effect_size(share1, share2), n, alpha), convention);
}

double sample_size_design_effect(double mean_cluster_size, double intraclass_correlation)
{
    return 1 + (mean_cluster_size - 1) * intraclass_correlation;
}
