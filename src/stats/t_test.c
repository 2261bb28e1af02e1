/*
 * t_test.c: means and variances come from exact sums, so a large common offset costs no digits.
 * No memory, no state; any thread.
 */
#include "stats/t_test.h"

#include "numeric/beta_law.h"
#include "numeric/exact_sum.h"
#include "stats/moments.h"

/* Fills t, p and the interval from difference, standard error and degrees. */
static void finish(struct t_test *test, struct t_test_options options)
{
    double level = options.level > 0 ? options.level : 0.95;
    test->t = test->difference / test->standard_error;
    if (isnan(test->t)) {
        test->p = test->low = test->high = (double)NAN;
        test->undefined = isnan(test->standard_error)
                              ? "too few values, or a value is not a finite number"
                              : "no variation and no difference";
        return;
    }
    if (test->standard_error == 0)
        test->note = "no variation";
    bool two_sided = options.alternative == ALTERNATIVE_TWO_SIDED;
    double tail = two_sided ? (1 - level) / 2 : 1 - level;
    double margin = beta_law_student_upper_quantile(tail, test->degrees) * test->standard_error;
    test->low = test->difference - margin;
    test->high = test->difference + margin;
    if (options.alternative == ALTERNATIVE_TWO_SIDED) {
        test->p = beta_law_student_two_sided(test->t, test->degrees);
    } else if (options.alternative == ALTERNATIVE_GREATER) {
        test->p = beta_law_student_sf(test->t, test->degrees);
        test->high = test->difference + HUGE_VAL * test->standard_error; /* NaN without variation */
    } else {
        test->p = beta_law_student_sf(-test->t, test->degrees);
        test->low = test->difference - HUGE_VAL * test->standard_error;
    }
}

static struct t_test failed(const char *convention, const char *reason)
{
    double nan = (double)NAN;
    return (struct t_test){nan, nan, nan, nan, nan, nan, nan, convention, NULL, reason};
}

struct t_test t_test_paired(struct sample first, struct sample second,
                            struct t_test_options options)
{
    static const char convention[] = "paired t";
    if (first.count != second.count)
        return failed(convention, "the samples differ in length");
    if (first.count < 2)
        return failed(convention, "fewer than two pairs");
    double n = (double)first.count;
    struct exact_sum sum = {0};
    bool varies = false;
    for (size_t i = 0; i < first.count; i++) {
        double gap = first.values[i] - second.values[i];
        exact_sum_add(&sum, gap);
        varies |= gap != first.values[0] - second.values[0];
    }
    struct t_test test = {.convention = convention, .degrees = n - 1};
    test.difference = varies ? exact_sum_value(&sum) / n : first.values[0] - second.values[0];
    struct exact_sum squares = {0};
    for (size_t i = 0; i < first.count; i++) {
        double deviation = first.values[i] - second.values[i] - test.difference;
        exact_sum_add(&squares, deviation * deviation);
    }
    test.standard_error = sqrt(exact_sum_value(&squares) / (n - 1) / n);
    finish(&test, options);
    return test;
}

struct t_test t_test_one_sample(struct sample sample, double expected,
                                struct t_test_options options)
{
    static const char convention[] = "one-sample t";
    if (sample.count < 2)
        return failed(convention, "fewer than two values");
    struct moments moments = moments_of(sample);
    struct t_test test = {.convention = convention, .degrees = (double)sample.count - 1};
    test.difference = moments.mean - expected;
    test.standard_error = moments_standard_error(&moments);
    finish(&test, options);
    return test;
}

struct t_test t_test_welch(struct sample first, struct sample second, struct t_test_options options)
{
    static const char convention[] = "Welch t";
    if (first.count < 2 || second.count < 2)
        return failed(convention, "fewer than two values in a sample");
    struct moments one = moments_of(first);
    struct moments two = moments_of(second);
    double share1 = moments_variance(&one) / (double)one.n;
    double share2 = moments_variance(&two) / (double)two.n;
    double sum = share1 + share2;
    struct t_test test = {.convention = convention, .difference = one.mean - two.mean};
    test.standard_error = sqrt(sum);
    /* Welch and Satterthwaite; one degree where nothing varies, as scipy has it. */
    test.degrees =
        sum == 0
            ? 1
            : sum * sum /
                  (share1 * share1 / ((double)one.n - 1) + share2 * share2 / ((double)two.n - 1));
    finish(&test, options);
    return test;
}

static double covariance_of(struct covaried_sample sample, double outcome_mean, double before_mean)
{
    struct exact_sum products = {0};
    for (size_t i = 0; i < sample.outcome.count; i++)
        exact_sum_add(&products, (sample.outcome.values[i] - outcome_mean) *
                                     (sample.before.values[i] - before_mean));
    return exact_sum_value(&products) / ((double)sample.outcome.count - 1);
}

/* One arm's moments. */
struct covaried {
    struct moments outcome, before;
    double covariance, n;
};

static struct covaried covaried_of(struct covaried_sample sample)
{
    struct covaried arm = {.outcome = moments_of(sample.outcome),
                           .before = moments_of(sample.before),
                           .n = (double)sample.outcome.count};
    arm.covariance = covariance_of(sample, arm.outcome.mean, arm.before.mean);
    return arm;
}

/* Slope over both arms as one sample. */
static double slope_of(const struct covaried *a, const struct covaried *b)
{
    double between = a->n * b->n / (a->n + b->n), gap = a->before.mean - b->before.mean;
    double products = a->covariance * (a->n - 1) + b->covariance * (b->n - 1) +
                      between * gap * (a->outcome.mean - b->outcome.mean);
    double squares = moments_variance(&a->before) * (a->n - 1) +
                     moments_variance(&b->before) * (b->n - 1) + between * gap * gap;
    return products / squares;
}

/* Variance of the adjusted mean. */
static double adjusted_share(const struct covaried *arm, double theta)
{
    double variance = moments_variance(&arm->outcome) +
                      theta * theta * moments_variance(&arm->before) - 2 * theta * arm->covariance;
    return fmax(variance, 0) / arm->n;
}

struct cuped_test t_test_cuped(struct covaried_sample first, struct covaried_sample second,
                               struct t_test_options options)
{
    static const char convention[] = "CUPED, Welch t";
    double nan = (double)NAN;
    struct cuped_test result = {failed(convention, NULL), nan, nan};
    if (first.outcome.count != first.before.count || second.outcome.count != second.before.count)
        result.test.undefined = "the samples differ in length";
    else if (first.outcome.count < 2 || second.outcome.count < 2)
        result.test.undefined = "fewer than two values in a sample";
    if (result.test.undefined)
        return result;
    struct covaried one = covaried_of(first), two = covaried_of(second);
    double theta = slope_of(&one, &two);
    if (!isfinite(theta)) {
        result.test.undefined = "what was known before does not vary, or is not a finite number";
        return result;
    }
    double share1 = adjusted_share(&one, theta), share2 = adjusted_share(&two, theta);
    double sum = share1 + share2;
    double plain = moments_variance(&one.outcome) / one.n + moments_variance(&two.outcome) / two.n;
    struct t_test test = {.convention = convention, .standard_error = sqrt(sum)};
    test.difference =
        one.outcome.mean - two.outcome.mean - theta * (one.before.mean - two.before.mean);
    test.degrees =
        sum > 0 ? sum * sum / (share1 * share1 / (one.n - 1) + share2 * share2 / (two.n - 1)) : 1;
    finish(&test, options);
    return (struct cuped_test){test, theta, sum / plain};
}
