/*
 * confidence_sequence.c: closed forms, and one small accumulator. Any thread.
 */
#include "stats/confidence_sequence.h"

struct confidence_sequence_width confidence_sequence_asymptotic(double n, double variance,
                                                                double alpha, double tuning)
{
    struct confidence_sequence_width width = {.rho = (double)NAN,
                                              .half_width = (double)NAN,
                                              .convention = "asymptotic confidence sequence"};
    if (!(alpha > 0 && alpha < 1 && tuning > 0))
        width.undefined = "alpha does not lie between 0 and 1, or the tuning is not positive";
    else if (!(n > 0 && variance >= 0))
        width.undefined = "no observations, or the variance is not a number";
    if (width.undefined)
        return width;
    double log_alpha = -2 * log(alpha);
    width.rho = sqrt((log_alpha + log1p(log_alpha)) / tuning);
    double scale = n * width.rho * width.rho;
    width.half_width =
        sqrt(variance) * sqrt(2 * (scale + 1) / (n * scale) * log(sqrt(scale + 1) / alpha));
    return width;
}

struct estimate confidence_sequence_msprt_p(double n, double mean, double sigma2, double tau2)
{
    static const char convention[] = "mixture SPRT, running minimum not applied";
    if (!(n >= 0 && sigma2 > 0 && tau2 > 0) || isnan(mean))
        return estimate_undefined(convention, "a variance is not positive, or the mean is NaN");
    double spread = sigma2 + n * tau2;
    double log_ratio =
        0.5 * log(sigma2 / spread) + n * n * tau2 * mean * mean / (2 * sigma2 * spread);
    return estimate_of(fmin(1, exp(-log_ratio)), convention);
}

struct confidence_sequence_bounded confidence_sequence_bounded_start(double alpha)
{
    return (struct confidence_sequence_bounded){.alpha = alpha, .squares = 0.25, .high = 1};
}

void confidence_sequence_bounded_add(struct confidence_sequence_bounded *s, double value)
{
    if (!(value >= 0 && value <= 1) || isnan(s->low)) {
        s->low = s->high = (double)NAN;
        return;
    }
    double t = (double)(s->n + 1);
    double mean_before = (0.5 + s->sum) / t; /* with one prior observation of 1/2 */
    double variance_before = s->squares / t;
    double log_bound = log(2 / s->alpha);
    double lambda = fmin(0.75, sqrt(2 * log_bound / (variance_before * t * log1p(t))));
    double gap = value - mean_before;
    /* psi of the exponential supermartingale, (-log(1 - lambda) - lambda), times 4 (gap)^2 / 4. */
    s->penalty += gap * gap * (-log1p(-lambda) - lambda);
    s->lambda_sum += lambda;
    s->weighted_sum += lambda * value;
    s->n++;
    s->sum += value;
    double mean_after = (0.5 + s->sum) / (t + 1);
    s->squares += (value - mean_after) * (value - mean_after);
    double centre = s->weighted_sum / s->lambda_sum;
    double half = (log_bound + s->penalty) / s->lambda_sum;
    s->low = fmax(s->low, centre - half);
    s->high = fmin(s->high, centre + half);
}

struct interval
confidence_sequence_bounded_interval(const struct confidence_sequence_bounded *sequence)
{
    static const char convention[] = "empirical-Bernstein confidence sequence";
    if (!(sequence->alpha > 0 && sequence->alpha < 1))
        return interval_undefined(convention, "alpha does not lie between 0 and 1");
    if (isnan(sequence->low))
        return interval_undefined(convention, "a value does not lie in [0, 1]");
    return interval_of(sequence->low, sequence->high, convention);
}
