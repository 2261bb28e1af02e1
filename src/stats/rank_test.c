/*
 * rank_test.c: Mann-Whitney's U by the Gaussian binomial's coefficients, Wilcoxon's signed ranks by
 * a sum over the ranks in half units, so that ties cost nothing. Counts and shares in long double,
 * in scratch memory of the call. Any thread.
 */
#include "stats/rank_test.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/beta_law.h"
#include "numeric/normal_law.h"
#include "numeric/order.h"

#include <string.h>

/* Exact distributions above these sizes take too long; the normal law is then exact enough. */
enum { MANN_WHITNEY_MAX_CELLS = 50000000, WILCOXON_MAX_COUNT = 1000, WILCOXON_MAX_FLIPS = 13 };

DEFINE_CLEANUP(free_values, double, memory_free)
DEFINE_CLEANUP(free_counts, long double, memory_free)

static struct rank_test undefined_test(const char *convention, const char *reason)
{
    return (struct rank_test){
        .statistic = (double)NAN, .p = (double)NAN, .convention = convention, .undefined = reason};
}

/*
 * P(U >= k) without ties. The number of arrangements with U = u is the coefficient of q^u in the
 * product over i of (1 - q^(larger + i))/(1 - q^i); low coefficients need only lower ones.
 */
static enum status mann_whitney_tail(size_t smaller, size_t larger, double k, double *ret_p,
                                     struct error *err)
{
    double most = (double)smaller * (double)larger;
    bool mirrored = k < most - k; /* then 1 - P(U < k) */
    double last = mirrored ? k - 1 : most - k;
    if (last < 0) {
        *ret_p = mirrored ? 1 : 0;
        return STATUS_OK;
    }
    size_t size = (size_t)last + 1;
    CLEANUP(free_counts) long double *counts = memory_alloc(size * sizeof *counts);
    if (!counts)
        return error_no_memory(err);
    long double all = 1;
    counts[0] = 1;
    for (size_t i = 1; i <= smaller; i++) {
        all *= (long double)(larger + i) / (long double)i;
        for (size_t u = size; u-- > larger + i;)
            counts[u] -= counts[u - larger - i];
        for (size_t u = i; u < size; u++)
            counts[u] += counts[u - i];
    }
    long double sum = 0;
    for (size_t u = 0; u < size; u++)
        sum += counts[u];
    *ret_p = (double)(mirrored ? 1 - sum / all : sum / all);
    return STATUS_OK;
}

static double mann_whitney_normal(double u, double n1, double n2, double ties, bool correction)
{
    double n = n1 + n2;
    double deviation = sqrt(n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1))));
    double z = (u - n1 * n2 / 2 - (correction ? 0.5 : 0)) / deviation;
    return normal_law_sf(z);
}

static enum status rank_both(struct sample first, struct sample second, double *ret_rank_sum,
                             double *ret_ties, struct error *err)
{
    size_t count = first.count + second.count;
    CLEANUP(free_values) double *values = memory_alloc(2 * count * sizeof *values);
    if (!values)
        return error_no_memory(err);
    double *ranks = values + count;
    memcpy(values, first.values, first.count * sizeof *values);
    memcpy(values + first.count, second.values, second.count * sizeof *values);
    enum status status = order_ranks((struct sample){values, count}, ranks, ret_ties, err);
    double sum = 0;
    for (size_t i = 0; i < first.count; i++)
        sum += ranks[i];
    *ret_rank_sum = sum;
    return status;
}

enum status rank_test_mann_whitney(struct sample first, struct sample second,
                                   struct rank_test_options options, struct rank_test *ret_test,
                                   struct error *err)
{
    struct rank_test test = {.convention = "Mann-Whitney U"};
    if (first.count == 0 || second.count == 0 || sample_has_nan(first) || sample_has_nan(second)) {
        *ret_test = undefined_test(test.convention, "a sample is empty or holds NaN");
        return STATUS_OK;
    }
    double n1 = (double)first.count;
    double n2 = (double)second.count;
    double rank_sum;
    double ties;
    enum status status = rank_both(first, second, &rank_sum, &ties, err);
    if (status != STATUS_OK)
        return status;
    test.statistic = rank_sum - n1 * (n1 + 1) / 2;
    double other = n1 * n2 - test.statistic;
    double u = fmax(test.statistic, other);
    if (options.alternative != ALTERNATIVE_TWO_SIDED)
        u = options.alternative == ALTERNATIVE_GREATER ? test.statistic : other;
    bool exact = options.method == RANK_TEST_EXACT ||
                 (options.method == RANK_TEST_AUTOMATIC && fmin(n1, n2) <= 8 && ties == 0);
    if (exact && n1 * n2 / 2 <= MANN_WHITNEY_MAX_CELLS) {
        test.convention = "Mann-Whitney U, exact";
        size_t smaller = first.count < second.count ? first.count : second.count;
        size_t larger = first.count + second.count - smaller;
        status = mann_whitney_tail(smaller, larger, floor(u), &test.p, err);
        if (status != STATUS_OK)
            return status;
    } else {
        test.convention = options.continuity_correction
                              ? "Mann-Whitney U, normal, ties and continuity corrected"
                              : "Mann-Whitney U, normal, ties corrected";
        test.p = mann_whitney_normal(u, n1, n2, ties, options.continuity_correction);
    }
    if (isnan(test.p))
        test.undefined = "all values are equal";
    else
        test.p = fmin(1, options.alternative == ALTERNATIVE_TWO_SIDED ? 2 * test.p : test.p);
    *ret_test = test;
    return STATUS_OK;
}

struct signed_ranks {
    double *ranks; /* of the differences that have a sign */
    size_t signed_count;
    size_t count; /* that were ranked */
    size_t zeros;
    double plus;
    double minus;
    double half_zeros; /* half the ranks of zeros, when split */
    double ties;       /* sum of t^3 - t that corrects the variance */
};

static enum status rank_differences(struct sample d, enum rank_test_zeros zeros,
                                    struct signed_ranks *ret_ranks, struct error *err)
{
    struct signed_ranks r = {.count = d.count};
    CLEANUP(free_values) double *sizes = memory_alloc(2 * d.count * sizeof *sizes);
    if (!sizes)
        return error_no_memory(err);
    double *ranks = sizes + d.count;
    size_t used = 0;
    for (size_t i = 0; i < d.count; i++) {
        r.zeros += d.values[i] == 0;
        if (d.values[i] != 0 || zeros != RANK_TEST_ZEROS_DROPPED)
            sizes[used++] = fabs(d.values[i]);
    }
    r.count = used;
    enum status status = order_ranks((struct sample){sizes, used}, ranks, &r.ties, err);
    if (status != STATUS_OK)
        return status;
    size_t at = 0;
    for (size_t i = 0; i < d.count; i++) {
        if (d.values[i] == 0 && zeros == RANK_TEST_ZEROS_DROPPED)
            continue;
        double rank = ranks[at++];
        r.plus += d.values[i] > 0 ? rank : 0;
        r.minus += d.values[i] < 0 ? rank : 0;
        r.half_zeros += d.values[i] == 0 ? rank / 2 : 0;
    }
    if (zeros == RANK_TEST_ZEROS_RANKED) { /* ties among zeros do not correct the variance */
        double tied = (double)r.zeros;
        r.ties -= tied * tied * tied - tied;
        r.half_zeros = 0;
    }
    r.plus += r.half_zeros;
    r.minus += r.half_zeros;
    /* Ranks of the differences that have a sign, for the exact distribution. */
    at = 0;
    size_t kept = 0;
    for (size_t i = 0; i < d.count; i++) {
        if (d.values[i] == 0 && zeros == RANK_TEST_ZEROS_DROPPED)
            continue;
        if (d.values[i] != 0)
            sizes[kept++] = ranks[at];
        at++;
    }
    r.signed_count = kept;
    r.ranks = TAKE(sizes);
    *ret_ranks = r;
    return STATUS_OK;
}

/* shares[s] = P(sum of the ranks of random positive signs = s/2), for s = 0 .. total. */
static void sign_flip_shares(const double *ranks, size_t count, long double *shares, size_t total)
{
    shares[0] = 1;
    size_t reached = 0;
    for (size_t i = 0; i < count; i++) {
        size_t step = (size_t)(2 * ranks[i]);
        reached += step;
        for (size_t s = reached <= total ? reached : total;; s--) {
            shares[s] = (shares[s] + (s >= step ? shares[s - step] : 0)) / 2;
            if (s == 0)
                break;
        }
    }
}

/* P(sum <= low_end) and P(sum >= high_end) over sign flips of `ranks`. */
static enum status sign_flip_tails(const double *ranks, size_t count, double low_end,
                                   double high_end, double ret_tails[2], struct error *err)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += (size_t)(2 * ranks[i]);
    CLEANUP(free_counts) long double *shares = memory_alloc((total + 1) * sizeof *shares);
    if (!shares)
        return error_no_memory(err);
    sign_flip_shares(ranks, count, shares, total);
    long double low = 0;
    long double high = 0;
    for (size_t s = 0; s <= total; s++) {
        low += (double)s <= 2 * low_end ? shares[s] : 0;
        high += (double)s >= 2 * high_end ? shares[s] : 0;
    }
    ret_tails[0] = (double)low;
    ret_tails[1] = (double)high;
    return STATUS_OK;
}

static double wilcoxon_normal(const struct signed_ranks *r, struct rank_test_options options)
{
    double n = (double)r->count;
    double mean = n * (n + 1) / 4;
    double spread = n * (n + 1) * (2 * n + 1);
    if (options.zeros == RANK_TEST_ZEROS_RANKED) {
        double zeros = (double)r->zeros;
        mean -= zeros * (zeros + 1) / 4;
        spread -= zeros * (zeros + 1) * (2 * zeros + 1);
    }
    double deviation = sqrt((spread - r->ties / 2) / 24);
    double z = (r->plus - mean) / deviation;
    if (options.continuity_correction) {
        double sign = options.alternative == ALTERNATIVE_GREATER ? 1
                      : options.alternative == ALTERNATIVE_LESS  ? -1
                                                                 : (double)((z > 0) - (z < 0));
        z -= sign * 0.5 / deviation;
    }
    if (options.alternative == ALTERNATIVE_TWO_SIDED)
        return 2 * normal_law_sf(fabs(z));
    return normal_law_sf(options.alternative == ALTERNATIVE_GREATER ? z : -z);
}

/* exact: the textbook distribution of ranks 1..n; else the ranks at hand, ties included. */
static enum status wilcoxon_exact(const struct signed_ranks *r, bool textbook,
                                  enum alternative alternative, double *ret_p, struct error *err)
{
    double tails[2];
    enum status status;
    if (textbook) {
        CLEANUP(free_values) double *plain = memory_alloc(r->count * sizeof *plain);
        if (!plain)
            return error_no_memory(err);
        for (size_t i = 0; i < r->count; i++)
            plain[i] = (double)(i + 1);
        status = sign_flip_tails(plain, r->count, ceil(r->plus), floor(r->plus), tails, err);
    } else {
        double plus = r->plus - r->half_zeros;
        status = sign_flip_tails(r->ranks, r->signed_count, plus, plus, tails, err);
    }
    if (status != STATUS_OK)
        return status;
    if (alternative == ALTERNATIVE_TWO_SIDED)
        *ret_p = fmin(1, 2 * fmin(tails[0], tails[1]));
    else
        *ret_p = fmin(1, alternative == ALTERNATIVE_GREATER ? tails[1] : tails[0]);
    return STATUS_OK;
}

enum status rank_test_wilcoxon(struct sample differences, struct rank_test_options options,
                               struct rank_test *ret_test, struct error *err)
{
    struct rank_test test = {.convention = "Wilcoxon signed ranks"};
    if (differences.count == 0 || sample_has_nan(differences)) {
        *ret_test = undefined_test(test.convention, "there are no differences, or one is NaN");
        return STATUS_OK;
    }
    struct signed_ranks r;
    enum status status = rank_differences(differences, options.zeros, &r, err);
    if (status != STATUS_OK)
        return status;
    CLEANUP(free_values) double *ranks = r.ranks;
    (void)ranks;
    test.statistic = options.alternative == ALTERNATIVE_TWO_SIDED ? fmin(r.plus, r.minus) : r.plus;
    bool plain = r.ties == 0 && r.zeros == 0;
    bool automatic = options.method == RANK_TEST_AUTOMATIC;
    bool textbook =
        options.method == RANK_TEST_EXACT || (automatic && differences.count <= 50 && plain);
    bool flips = automatic && !plain && differences.count <= WILCOXON_MAX_FLIPS;
    if ((textbook || flips) && r.count <= WILCOXON_MAX_COUNT) {
        test.convention = textbook ? "Wilcoxon signed ranks, exact"
                                   : "Wilcoxon signed ranks, exact over all sign flips";
        status = wilcoxon_exact(&r, textbook, options.alternative, &test.p, err);
    } else {
        test.convention = "Wilcoxon signed ranks, normal, ties corrected";
        test.p = wilcoxon_normal(&r, options);
    }
    if (isnan(test.p))
        test.undefined = "all differences are zero";
    if (status == STATUS_OK)
        *ret_test = test;
    return status;
}

/* Sum of squares of the placements' deviations: joint rank less own rank, about their mean. */
static double placement_squares(const double *joint, const double *own, size_t count)
{
    double mean = 0, squares = 0, n = (double)count;
    for (size_t i = 0; i < count; i++)
        mean += (joint[i] - own[i]) / n;
    for (size_t i = 0; i < count; i++) {
        double deviation = joint[i] - own[i] - mean;
        squares += deviation * deviation;
    }
    return squares;
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0; /* halves below 2^52: exact */
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

/* From joint ranks (first sample, then second) and ranks within each. */
static struct brunner_munzel brunner_munzel_of(const double *joint, const double *own, size_t n1,
                                               size_t n2, enum alternative alternative)
{
    double count1 = (double)n1, count2 = (double)n2, n = count1 + count2;
    double s1 = count1 * placement_squares(joint, own, n1) / (count1 - 1);
    double s2 = count2 * placement_squares(joint + n1, own + n1, n2) / (count2 - 1);
    double mean1 = mean_of(joint, n1), mean2 = mean_of(joint + n1, n2);
    struct brunner_munzel test = {.convention = "Brunner-Munzel, Student's t"};
    test.win_share = 1 - (mean2 - (count2 + 1) / 2) / count1;
    test.statistic = count1 * count2 * (mean2 - mean1) / (n * sqrt(s1 + s2));
    test.degrees = (s1 + s2) * (s1 + s2) / (s1 * s1 / (count1 - 1) + s2 * s2 / (count2 - 1));
    if (!(s1 + s2 > 0)) {
        test.undefined = "the samples do not overlap, or do not vary";
        test.statistic = test.p = test.degrees = (double)NAN;
    } else if (alternative == ALTERNATIVE_TWO_SIDED) {
        test.p = beta_law_student_two_sided(test.statistic, test.degrees);
    } else {
        double sign = alternative == ALTERNATIVE_GREATER ? -1 : 1;
        test.p = beta_law_student_sf(sign * test.statistic, test.degrees);
    }
    return test;
}

enum status rank_test_brunner_munzel(struct sample first, struct sample second,
                                     enum alternative alternative, struct brunner_munzel *ret_test,
                                     struct error *err)
{
    size_t n = first.count + second.count;
    double nan = (double)NAN;
    *ret_test = (struct brunner_munzel){nan, nan, nan, nan, "Brunner-Munzel, Student's t", NULL};
    if (first.count < 2 || second.count < 2)
        ret_test->undefined = "fewer than two values in a sample";
    else if (sample_has_nan(first) || sample_has_nan(second))
        ret_test->undefined = "a value is not a number";
    if (ret_test->undefined)
        return STATUS_OK;
    CLEANUP(free_values) double *work = memory_alloc(3 * n * sizeof *work);
    if (!work)
        return error_no_memory(err);
    double *joint = work + n, *own = joint + n;
    memcpy(work, first.values, first.count * sizeof *work);
    memcpy(work + first.count, second.values, second.count * sizeof *work);
    enum status status = order_ranks((struct sample){work, n}, joint, NULL, err);
    if (status == STATUS_OK)
        status = order_ranks(first, own, NULL, err);
    if (status == STATUS_OK)
        status = order_ranks(second, own + first.count, NULL, err);
    if (status == STATUS_OK)
        *ret_test = brunner_munzel_of(joint, own, first.count, second.count, alternative);
    return status;
}
