/*
 * correlation.c: rank statistics over order.h. The coefficient is divided by the two deviations one
 * after the other, as numpy.corrcoef does, so that a perfect correlation rounds alike. Any thread.
 */
#include "stats/correlation.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/beta_law.h"
#include "numeric/exact_sum.h"
#include "numeric/order.h"

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
