/*
 * ratio_sums.c: the ratio R = S/N is linearised: its error is that of the mean of
 * u_i = (s_i - R n_i)/N over the clusters, and the sum of u_i^2 is made of moments. What cancels
 * down to rounding is taken for zero. No memory is allocated.
 */
#include "aggregate/ratio_sums.h"

#include "numeric/beta_law.h"
#include "stats/proportion.h"

static const double alpha = .05;
static const double rounding = 1e-13; /* of the terms that cancel */

/* A conversation without a success has a size of 0 in the cost per success, and still counts. */
static bool is_there(struct ratio_part part)
{
    return part.size > 0 || part.sum > 0;
}

void ratio_sums_add(struct ratio_sums *sums, struct ratio_part part)
{
    sums->clusters += is_there(part);
    sums->sum += part.sum;
    sums->size += part.size;
    sums->sum_sum += part.sum * part.sum;
    sums->sum_size += part.sum * part.size;
    sums->size_size += part.size * part.size;
}

void ratio_pairs_add(struct ratio_pairs *pairs, struct ratio_part first, struct ratio_part second)
{
    ratio_sums_add(&pairs->first, first);
    ratio_sums_add(&pairs->second, second);
    pairs->clusters += is_there(first) || is_there(second);
    pairs->sum1_sum2 += first.sum * second.sum;
    pairs->sum1_size2 += first.sum * second.size;
    pairs->size1_sum2 += first.size * second.sum;
    pairs->size1_size2 += first.size * second.size;
}

double ratio_sums_value(const struct ratio_sums *sums)
{
    return sums->size > 0 ? sums->sum / sums->size : (double)NAN;
}

/* Sum over the clusters of u_i^2. */
static double spread(const struct ratio_sums *sums)
{
    double ratio = ratio_sums_value(sums);
    double squares = sums->sum_sum + ratio * ratio * sums->size_size;
    double left = squares - 2 * ratio * sums->sum_size;
    return left <= rounding * squares ? 0 : left / sums->size / sums->size;
}

static double error_of(double spread, uint64_t clusters)
{
    double c = (double)clusters;
    return clusters < 2 ? (double)NAN : sqrt(spread * c / (c - 1));
}

double ratio_sums_error(const struct ratio_sums *sums)
{
    return sums->size > 0 ? error_of(spread(sums), sums->clusters) : (double)NAN;
}

static struct interval around(double value, double error, uint64_t clusters)
{
    static const char convention[] = "CR1 errors clustered by conversation, Student's t";
    if (!(clusters >= 2))
        return interval_undefined(convention, "fewer than two conversations");
    if (!(error > 0))
        return interval_undefined(convention, "nothing varies between conversations");
    double margin = beta_law_student_upper_quantile(alpha / 2, (double)clusters - 1) * error;
    return interval_of(value - margin, value + margin, convention);
}

struct interval ratio_sums_interval(const struct ratio_sums *sums)
{
    return around(ratio_sums_value(sums), ratio_sums_error(sums), sums->clusters);
}

struct interval ratio_sums_share_interval(const struct ratio_sums *sums)
{
    static const char convention[] = "Wilson on the effective number of items, CR1, Student's t";
    double p = ratio_sums_value(sums), error = ratio_sums_error(sums);
    if (sums->clusters < 2)
        return interval_undefined(convention, "fewer than two conversations");
    if (!(p >= 0 && p <= 1))
        return interval_undefined(convention, "the share does not lie in [0, 1]");
    double effective = (double)sums->clusters;
    if (error > 0)
        effective = fmin(sums->size, p * (1 - p) / (error * error));
    double critical = beta_law_student_upper_quantile(alpha / 2, (double)sums->clusters - 1);
    struct interval interval =
        proportion_wilson_with((struct share){p * effective, effective}, critical);
    interval.convention = convention;
    return interval;
}

double ratio_pairs_difference(const struct ratio_pairs *pairs)
{
    return ratio_sums_value(&pairs->first) - ratio_sums_value(&pairs->second);
}

double ratio_pairs_error(const struct ratio_pairs *pairs)
{
    double r1 = ratio_sums_value(&pairs->first), r2 = ratio_sums_value(&pairs->second);
    if (!(pairs->first.size > 0 && pairs->second.size > 0))
        return (double)NAN;
    double own = spread(&pairs->first) + spread(&pairs->second);
    double cross = (pairs->sum1_sum2 - r2 * pairs->sum1_size2 - r1 * pairs->size1_sum2 +
                    r1 * r2 * pairs->size1_size2) /
                   pairs->first.size / pairs->second.size;
    double left = own - 2 * cross;
    return error_of(left <= 1e-9 * own ? 0 : left, pairs->clusters);
}

struct interval ratio_pairs_interval(const struct ratio_pairs *pairs)
{
    if (!(pairs->first.size > 0 && pairs->second.size > 0))
        return interval_undefined(NULL, "one of the two has no value");
    return around(ratio_pairs_difference(pairs), ratio_pairs_error(pairs), pairs->clusters);
}
