/*
 * correlation.c: rank statistics over order.h; Kendall by merging. The coefficient is divided by
 * the two deviations one after the other, as numpy.corrcoef does, so that a perfect correlation
 * rounds alike. Any thread.
 */
#include "stats/correlation.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/beta_law.h"
#include "numeric/exact_sum.h"
#include "numeric/normal_law.h"
#include "numeric/order.h"

#include <string.h>

DEFINE_CLEANUP(free_ranks, double, memory_free)

enum status correlation_auroc(const bool *positive, struct sample scores, struct estimate *ret_area,
                              struct error *err)
{
    static const char convention[] = "AUROC, ties count half";
    size_t positives = 0;
    for (size_t i = 0; i < scores.count; i++)
        positives += positive[i];
    const char *fault = NULL;
    if (positives == 0 || positives == scores.count)
        fault = "only one class is present";
    else if (sample_has_nan(scores))
        fault = "a score is not a number";
    if (fault) {
        *ret_area = estimate_undefined(convention, fault);
        return STATUS_OK;
    }
    CLEANUP(free_ranks) double *ranks = memory_alloc(scores.count * sizeof *ranks);
    if (!ranks)
        return error_no_memory(err);
    enum status status = order_ranks(scores, ranks, NULL, err);
    if (status != STATUS_OK)
        return status;
    double rank_sum = 0; /* halves below 2^52: exact */
    for (size_t i = 0; i < scores.count; i++)
        rank_sum += positive[i] ? ranks[i] : 0;
    double ones = (double)positives;
    double zeros = (double)(scores.count - positives);
    *ret_area = estimate_of((rank_sum - ones * (ones + 1) / 2) / (ones * zeros), convention);
    return STATUS_OK;
}

static struct correlation correlate(struct sample x, struct sample y, const char *convention)
{
    struct correlation result = {.value = (double)NAN, .p = (double)NAN, .convention = convention};
    if (x.count != y.count || x.count < 3)
        result.undefined = "fewer than three pairs";
    else if (sample_has_non_finite(x) || sample_has_non_finite(y))
        result.undefined = "a value is not a finite number";
    if (result.undefined)
        return result;
    double n = (double)x.count;
    double mean_x = exact_sum_mean(x);
    double mean_y = exact_sum_mean(y);
    struct exact_sum xx = {0};
    struct exact_sum yy = {0};
    struct exact_sum xy = {0};
    for (size_t i = 0; i < x.count; i++) {
        double dx = x.values[i] - mean_x;
        double dy = y.values[i] - mean_y;
        exact_sum_add(&xx, dx * dx);
        exact_sum_add(&yy, dy * dy);
        exact_sum_add(&xy, dx * dy);
    }
    double variance_x = exact_sum_value(&xx) / (n - 1);
    double variance_y = exact_sum_value(&yy) / (n - 1);
    if (!(variance_x > 0 && variance_y > 0)) {
        result.undefined = "one of the two does not vary";
        return result;
    }
    double value = exact_sum_value(&xy) / (n - 1) / sqrt(variance_x) / sqrt(variance_y);
    result.value = fmax(-1, fmin(1, value));
    double degrees = n - 2;
    double t = result.value * sqrt(degrees / ((result.value + 1) * (1 - result.value)));
    result.p = beta_law_student_two_sided(t, degrees);
    return result;
}

struct correlation correlation_pearson(struct sample x, struct sample y)
{
    return correlate(x, y, "Pearson");
}

enum status correlation_spearman(struct sample x, struct sample y, struct correlation *ret_result,
                                 struct error *err)
{
    static const char convention[] = "Spearman, mid-ranks, t approximation";
    if (x.count != y.count || sample_has_nan(x) || sample_has_nan(y)) {
        *ret_result = (struct correlation){.value = (double)NAN,
                                           .p = (double)NAN,
                                           .convention = convention,
                                           .undefined = "a value is not a number"};
        return STATUS_OK;
    }
    CLEANUP(free_ranks) double *ranks_x = memory_alloc(x.count * sizeof *ranks_x);
    CLEANUP(free_ranks) double *ranks_y = memory_alloc(x.count * sizeof *ranks_y);
    if (!ranks_x || !ranks_y)
        return error_no_memory(err);
    enum status status = order_ranks(x, ranks_x, NULL, err);
    if (status == STATUS_OK)
        status = order_ranks(y, ranks_y, NULL, err);
    if (status != STATUS_OK)
        return status;
    *ret_result =
        correlate((struct sample){ranks_x, x.count}, (struct sample){ranks_y, x.count}, convention);
    return STATUS_OK;
}

/* --- Kendall --------------------------------------------------------------------------------- */

enum { KENDALL_EXACT_MOST = 33 };

/* Sums over groups of t tied values. */
struct tie_sums {
    double pairs;   /* t (t - 1)/2 */
    double triples; /* t (t - 1)(t - 2) */
    double spread;  /* t (t - 1)(2 t + 5) */
};

static void add_group(struct tie_sums *ties, double t)
{
    ties->pairs += t * (t - 1) / 2;
    ties->triples += t * (t - 1) * (t - 2);
    ties->spread += t * (t - 1) * (2 * t + 5);
}

static struct tie_sums ties_of_sorted(const double *values, size_t count)
{
    struct tie_sums ties = {0};
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && !(values[end] > values[i]);)
            end++;
        add_group(&ties, (double)(end - i));
    }
    return ties;
}

/* Pairs out of order, by merging; sorts `values`; `scratch` as long. */
static double inversions(double *values, double *scratch, size_t count)
{
    if (count < 2)
        return 0;
    size_t half = count / 2, left = 0, right = half;
    double found =
        inversions(values, scratch, half) + inversions(values + half, scratch, count - half);
    for (size_t i = 0; i < count; i++) {
        bool takes_left = right == count || (left < half && !(values[left] > values[right]));
        found += takes_left ? 0 : (double)(half - left);
        scratch[i] = values[takes_left ? left++ : right++];
    }
    memcpy(values, scratch, count * sizeof *values);
    return found;
}

/* Twice the share of permutations with at most `out` pairs out of order, at most 1. */
static double kendall_exact(size_t n, double out)
{
    double total = (double)n * (double)(n - 1) / 2;
    if (out * 2 >= total)
        return 1;
    if (out < 2) { /* one permutation with none, n - 1 with one pair out of order */
        double count = out < 1 ? 1 : (double)n;
        return fmin(1, 2 * count * exp(-lgamma((double)n + 1)));
    }
    enum { MOST = KENDALL_EXACT_MOST * (KENDALL_EXACT_MOST - 1) / 4 + 1 };
    double shares[MOST + 1] = {1}, next[MOST + 1];
    size_t last = (size_t)out;
    for (size_t k = 2; k <= n; k++) { /* the k-th value is put before 0 .. k - 1 others */
        double window = 0;
        for (size_t i = 0; i <= last; i++) {
            window += shares[i] - (i >= k ? shares[i - k] : 0);
            next[i] = window / (double)k;
        }
        memcpy(shares, next, sizeof shares);
    }
    double below = 0;
    for (size_t i = 0; i <= last; i++)
        below += shares[i];
    return fmin(1, 2 * below);
}

struct kendall_counts {
    struct tie_sums x, y;
    double both, out; /* pairs tied in both; pairs out of order */
    size_t n;
};

static struct correlation kendall_of(const struct kendall_counts *counts)
{
    double n = (double)counts->n, total = n * (n - 1) / 2;
    double surplus = total - counts->x.pairs - counts->y.pairs + counts->both - 2 * counts->out;
    double nan = (double)NAN;
    struct correlation result = {nan, nan, "Kendall tau-b", NULL};
    if (!(counts->x.pairs < total && counts->y.pairs < total)) {
        result.undefined = "one of the two does not vary";
        return result;
    }
    result.value = surplus / sqrt(total - counts->x.pairs) / sqrt(total - counts->y.pairs);
    result.value = fmax(-1, fmin(1, result.value));
    double fewer = fmin(counts->out, total - counts->out);
    bool has_ties = counts->x.pairs > 0 || counts->y.pairs > 0;
    if (!has_ties && (counts->n <= KENDALL_EXACT_MOST || fewer <= 1)) {
        result.p = kendall_exact(counts->n, fewer);
        result.convention = "Kendall tau-b, exact";
        return result;
    }
    double m = n * (n - 1);
    double variance = (m * (2 * n + 5) - counts->x.spread - counts->y.spread) / 18 +
                      2 * counts->x.pairs * counts->y.pairs / m +
                      counts->x.triples * counts->y.triples / (9 * m * (n - 2));
    result.p = 2 * normal_law_sf(fabs(surplus) / sqrt(variance));
    result.convention = "Kendall tau-b, asymptotic";
    return result;
}

/* `order` sorts by x; values of y with one x are sorted among themselves. */
static enum status kendall_sort(struct sample x, struct sample y, const uint32_t *order,
                                double *sorted, struct kendall_counts *counts, struct error *err)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < x.count; i++)
        sorted[i] = y.values[order[i]];
    for (size_t i = 0, end; i < x.count && status == STATUS_OK; i = end) {
        for (end = i; end < x.count && !(x.values[order[end]] > x.values[order[i]]);)
            end++;
        add_group(&counts->x, (double)(end - i));
        status = order_sort(sorted + i, end - i, err);
        counts->both += ties_of_sorted(sorted + i, end - i).pairs;
    }
    return status;
}

DEFINE_CLEANUP(free_order, uint32_t, memory_free)

enum status correlation_kendall(struct sample x, struct sample y, struct correlation *ret_result,
                                struct error *err)
{
    double nan = (double)NAN;
    size_t n = x.count;
    *ret_result = (struct correlation){nan, nan, "Kendall tau-b", NULL};
    if (n != y.count || n < 2)
        ret_result->undefined = "fewer than two pairs";
    else if (sample_has_nan(x) || sample_has_nan(y))
        ret_result->undefined = "a value is not a number";
    if (ret_result->undefined)
        return STATUS_OK;
    CLEANUP(free_order) uint32_t *order = memory_alloc(n * sizeof *order);
    CLEANUP(free_ranks) double *work = memory_alloc(2 * n * sizeof *work);
    if (!order || !work)
        return error_no_memory(err);
    struct kendall_counts counts = {.n = n};
    enum status status = order_indexes(x, order, err);
    if (status == STATUS_OK)
        status = kendall_sort(x, y, order, work, &counts, err);
    if (status != STATUS_OK)
        return status;
    counts.out = inversions(work, work + n, n);
    counts.y = ties_of_sorted(work, n);
    *ret_result = kendall_of(&counts);
    return STATUS_OK;
}
