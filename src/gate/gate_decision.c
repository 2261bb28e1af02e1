/*
 * gate_decision.c: closed forms over sums; no memory, no state. Called by gate_check with columns
 * of compare/, and by the simulations with drawn ones. Any thread.
 */
#include "gate/gate_decision.h"

#include "numeric/beta_law.h"
#include "stats/confidence_sequence.h"

#include <math.h>

enum { FEWEST_CONVERSATIONS = 2, FEWEST_WITHOUT_VARIATION = 20 };

static struct gate_difference undefined_difference(const char *why)
{
    return (struct gate_difference){
        .estimate = (double)NAN, .variance = (double)NAN, .undefined = why};
}

static double total(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

struct gate_difference gate_difference_paired(const struct gate_pairs *pairs)
{
    double n = (double)pairs->count;
    double own_size = total(pairs->own_sizes, pairs->count);
    double reference_size = total(pairs->reference_sizes, pairs->count);
    if (pairs->count < FEWEST_CONVERSATIONS)
        return undefined_difference("fewer than two conversations give both a value");
    if (!(own_size > 0 && reference_size > 0))
        return undefined_difference("the metric has nothing to count in these conversations");
    double own = total(pairs->own_sums, pairs->count) / own_size;
    double reference = total(pairs->reference_sums, pairs->count) / reference_size;
    double squares = 0;
    for (size_t i = 0; i < pairs->count; i++) {
        /* what conversation i adds to the difference of the ratios, linearised */
        double part =
            (pairs->own_sums[i] - own * pairs->own_sizes[i]) * n / own_size -
            (pairs->reference_sums[i] - reference * pairs->reference_sizes[i]) * n / reference_size;
        squares += part * part;
    }
    squares += pairs->is_bounded ? 1 : 0;
    return (struct gate_difference){.estimate = (own - reference) * pairs->scale,
                                    .variance = squares / (n - 1) * pairs->scale * pairs->scale,
                                    .n = pairs->count,
                                    .unit = pairs->is_bounded ? fabs(pairs->scale) : 0};
}

struct gate_difference gate_difference_of_moments(double n, double sum, double squares, double unit)
{
    if (n < FEWEST_CONVERSATIONS)
        return undefined_difference("fewer than two conversations give both a value");
    double mean = sum / n;
    double around = fmax(0, squares - n * mean * mean) + unit * unit;
    return (struct gate_difference){
        .estimate = mean, .variance = around / (n - 1), .n = (uint64_t)n, .unit = unit};
}

static struct gate_decision undefined_decision(const char *why)
{
    double nan = (double)NAN;
    return (struct gate_decision){VERDICT_INCONCLUSIVE, nan, nan, nan, nan, why};
}

/* If the truth were the threshold, this many conversations would differ. */
static double variance_at(const struct gate_difference *difference, double threshold)
{
    if (!(difference->unit > 0))
        return difference->variance;
    double size = fmin(fabs(threshold) / difference->unit, 0.5);
    double least = (size - size * size) * difference->unit * difference->unit;
    return fmax(difference->variance, least);
}

static void judge(struct gate_decision *decision, double threshold)
{
    if (decision->high < threshold)
        decision->verdict = VERDICT_FAIL;
    else if (decision->low > threshold)
        decision->verdict = VERDICT_PASS;
    else
        decision->verdict = VERDICT_INCONCLUSIVE;
}

/* Such as the cost of rules: what never varied in many conversations is taken as known. */
static struct gate_decision without_variation(const struct gate_difference *difference,
                                              double threshold)
{
    if (difference->n < FEWEST_WITHOUT_VARIATION)
        return undefined_decision("nothing varies, so that there is no error bar");
    struct gate_decision decision = {.low = difference->estimate,
                                     .high = difference->estimate,
                                     .p_fail = difference->estimate < threshold ? 0 : 1,
                                     .p_pass = difference->estimate > threshold ? 0 : 1};
    judge(&decision, threshold);
    return decision;
}

struct gate_decision gate_decision_at(const struct gate_difference *difference, double threshold,
                                      double alpha)
{
    if (difference->undefined)
        return undefined_decision(difference->undefined);
    if (!(alpha > 0 && alpha < 1) || isnan(threshold))
        return undefined_decision("alpha does not lie between 0 and 1, or there is no threshold");
    double n = (double)difference->n;
    double error = sqrt(variance_at(difference, threshold) / n);
    if (!(error > 0))
        return without_variation(difference, threshold);
    double half = beta_law_student_upper_quantile(alpha, n - 1) * error;
    double t = (difference->estimate - threshold) / error;
    struct gate_decision decision = {.low = difference->estimate - half,
                                     .high = difference->estimate + half,
                                     .p_fail = beta_law_student_sf(-t, n - 1),
                                     .p_pass = beta_law_student_sf(t, n - 1)};
    judge(&decision, threshold);
    return decision;
}

struct gate_decision gate_decision_sequence(const struct gate_difference *difference,
                                            double threshold, double alpha, double tuning)
{
    if (difference->undefined)
        return undefined_decision(difference->undefined);
    struct confidence_sequence_width width = confidence_sequence_asymptotic(
        (double)difference->n, variance_at(difference, threshold), alpha, tuning);
    if (width.undefined)
        return undefined_decision(width.undefined);
    if (!(width.half_width > 0))
        return without_variation(difference, threshold);
    double nan = (double)NAN;
    struct gate_decision decision = {.low = difference->estimate - width.half_width,
                                     .high = difference->estimate + width.half_width,
                                     .p_fail = nan,
                                     .p_pass = nan};
    judge(&decision, threshold);
    return decision;
}

/* One side: `value` must be at least `limit`; its interval, or NaN. */
static enum verdict side(double value, double low, double high, double limit, bool by_value)
{
    if (by_value)
        return value >= limit ? VERDICT_PASS : VERDICT_FAIL;
    if (low >= limit)
        return VERDICT_PASS;
    return high < limit ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
}

static enum verdict worse_of(enum verdict first, enum verdict second)
{
    if (first == VERDICT_FAIL || second == VERDICT_FAIL)
        return VERDICT_FAIL;
    return first == VERDICT_PASS ? second : first;
}

enum verdict gate_decision_limits(const struct measure *measure, const struct gate_limits *limits,
                                  bool *ret_by_value)
{
    *ret_by_value = false;
    if (measure->undefined || isnan(measure->value))
        return VERDICT_INCONCLUSIVE;
    bool no_interval = isnan(measure->low) || isnan(measure->high);
    enum verdict verdict = VERDICT_PASS;
    if (!isnan(limits->at_least)) {
        bool by_value = no_interval || limits->at_least >= limits->most;
        verdict = side(measure->value, measure->low, measure->high, limits->at_least, by_value);
        *ret_by_value = by_value;
    }
    if (!isnan(limits->at_most)) {
        bool by_value = no_interval || limits->at_most <= limits->least;
        verdict = worse_of(verdict, side(-measure->value, -measure->high, -measure->low,
                                         -limits->at_most, by_value));
        *ret_by_value = *ret_by_value || by_value;
    }
    return verdict;
}

static const double sum_of_inverse_squares = 1.6449340668482264; /* pi^2/6 */

double gate_decision_look_alpha(double alpha, uint64_t look)
{
    double k = (double)(look ? look : 1);
    return alpha / (sum_of_inverse_squares * k * k);
}

double gate_decision_spent(double alpha, uint64_t looks)
{
    double spent = 0;
    uint64_t counted = looks < 1000000 ? looks : 1000000;
    for (uint64_t k = counted; k > 0; k--)
        spent += gate_decision_look_alpha(alpha, k);
    return spent;
}
