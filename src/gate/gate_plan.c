/*
 * gate_plan.c: a root in n by doubling and halving, since t depends on n too. Used by `assay plan`
 * and by the simulations that check it. Any thread.
 */
#include "gate/gate_plan.h"

#include "numeric/beta_law.h"
#include "numeric/normal_law.h"

static const char convention[] = "one-sided t, both verdicts, Miller 2024 section 5";

static double variance_of(const struct gate_plan_variances *v, const struct gate_plan_goal *goal)
{
    return v->between + v->own / goal->repeats + v->reference / goal->reference_repeats;
}

/* Under the worse of the two truths, a drop of twice the margin. */
static double worst_variance(const struct gate_plan_variances *v, const struct gate_plan_goal *goal,
                             double margin)
{
    double drop = fmin(2 * margin, 0.5);
    return variance_of(v, goal) + (v->is_bounded ? drop - drop * drop : 0);
}

static double needed_margin(const struct gate_plan_variances *v, const struct gate_plan_goal *goal,
                            double margin, double n)
{
    double guard = v->is_bounded ? 1 / (n - 1) : 0; /* of gate_difference_paired */
    double error = sqrt((worst_variance(v, goal, margin) + guard) / n);
    return (beta_law_student_upper_quantile(goal->alpha, n - 1) +
            normal_law_quantile(goal->power)) *
           error;
}

static const char *fault_of(const struct gate_plan_variances *v, const struct gate_plan_goal *goal)
{
    if (!(goal->alpha > 0 && goal->alpha < 0.5 && goal->power >= 0.5 && goal->power < 1))
        return "alpha does not lie between 0 and .5, or the power not between .5 and 1";
    if (!(goal->repeats >= 1 && goal->reference_repeats >= 1))
        return "there are no repeats";
    double variance = variance_of(v, goal);
    return variance >= 0 && isfinite(variance) ? NULL : "the variance is not known";
}

struct estimate gate_plan_conversations(const struct gate_plan_variances *variances,
                                        const struct gate_plan_goal *goal)
{
    const char *fault = fault_of(variances, goal);
    if (!fault && !(goal->margin > 0 && isfinite(goal->margin)))
        fault = "the margin is not more than 0";
    if (fault)
        return estimate_undefined(convention, fault);
    double low = 2, high = 4;
    while (needed_margin(variances, goal, goal->margin, high) > goal->margin && high < 1e12)
        high *= 2;
    while (high - low > 1) {
        double middle = floor((low + high) / 2);
        bool enough = needed_margin(variances, goal, goal->margin, middle) <= goal->margin;
        low = enough ? low : middle;
        high = enough ? middle : high;
    }
    return estimate_of(high, convention);
}

struct estimate gate_plan_margin(const struct gate_plan_variances *variances,
                                 const struct gate_plan_goal *goal, double conversations)
{
    const char *fault = fault_of(variances, goal);
    if (!fault && !(conversations >= 2))
        fault = "fewer than two conversations";
    if (fault)
        return estimate_undefined(convention, fault);
    double low = 0, high = 1e-9;
    while (needed_margin(variances, goal, high, conversations) > high && high < 1e15)
        high *= 2;
    for (int i = 0; i < 100; i++) {
        double middle = low + (high - low) / 2;
        bool enough = needed_margin(variances, goal, middle, conversations) <= middle;
        low = enough ? low : middle;
        high = enough ? middle : high;
    }
    return estimate_of(high, convention);
}

void gate_plan_within_add(struct gate_plan_within *within, const double *scores, size_t repeats)
{
    double sum = 0;
    for (size_t i = 0; i < repeats; i++)
        sum += scores[i];
    double mean = repeats ? sum / (double)repeats : 0;
    for (size_t i = 0; i < repeats; i++)
        within->squares += (scores[i] - mean) * (scores[i] - mean);
    within->degrees += repeats > 1 ? (double)(repeats - 1) : 0;
    within->sum += sum;
    within->count += (double)repeats;
}

double gate_plan_within_variance(const struct gate_plan_within *within)
{
    return within->degrees > 0 ? within->squares / within->degrees : (double)NAN;
}
