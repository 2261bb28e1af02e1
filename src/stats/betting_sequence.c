/*
 * betting_sequence.c: the wealth falls in m on its side, so each end is a root found by halving.
 * Logarithms throughout: wealth overflows. No memory. Any thread.
 */
#include "stats/betting_sequence.h"

enum { STAKES = 32, HALVINGS = 52 };

static const double least_stake = 0.005, most_stake = 0.95;

static double log_wealth_of(const struct betting_counts *counts, double sign, double mean,
                            double stake)
{
    double scale = stake / (1 + mean), sum = 0;
    for (size_t i = 0; i < counts->kinds; i++)
        sum += (double)counts->times[i] * log1p(scale * (sign * counts->values[i] - mean));
    return sum;
}

/* Of the mixture, against "the mean of sign x is at most `mean`". */
static double log_wealth(const struct betting_counts *counts, double sign, double mean)
{
    double logs[STAKES], top = -INFINITY, sum = 0;
    double step = pow(most_stake / least_stake, 1.0 / (STAKES - 1)), stake = least_stake;
    for (size_t i = 0; i < STAKES; i++, stake *= step) {
        logs[i] = log_wealth_of(counts, sign, mean, stake);
        top = fmax(top, logs[i]);
    }
    for (size_t i = 0; i < STAKES; i++)
        sum += exp(logs[i] - top);
    return top + log(sum / STAKES);
}

/* The largest mean of sign x that is excluded from below. */
static double lower_end(const struct betting_counts *counts, double sign, double bar)
{
    double low = -1, high = 1;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = low + (high - low) / 2;
        bool is_excluded = log_wealth(counts, sign, middle) >= bar;
        low = is_excluded ? middle : low;
        high = is_excluded ? high : middle;
    }
    return low;
}

struct interval betting_sequence_interval(const struct betting_counts *counts, double alpha)
{
    static const char convention[] = "confidence sequence by betting, mixture of stakes";
    if (!(alpha > 0 && alpha < 1))
        return interval_undefined(convention, "alpha does not lie between 0 and 1");
    for (size_t i = 0; i < counts->kinds; i++)
        if (!(counts->values[i] >= -1 && counts->values[i] <= 1))
            return interval_undefined(convention, "a value does not lie in [-1, 1]");
    double bar = log(2 / alpha);
    return interval_of(lower_end(counts, 1, bar), -lower_end(counts, -1, bar), convention);
}
