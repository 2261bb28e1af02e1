/*
 * multiplicity.c: step-down and step-up over the sorted p-values; decisions are made on the
 * thresholds themselves, as statsmodels does, not on rounded adjusted values. Any thread.
 */
#include "stats/multiplicity.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/order.h"

DEFINE_CLEANUP(free_order, uint32_t, memory_free)

static void holm(struct sample p, const uint32_t *order, double alpha,
                 struct multiplicity_result *ret_results)
{
    double most = 0;
    bool rejecting = true;
    for (size_t i = 0; i < p.count; i++) {
        double value = p.values[order[i]];
        double tests_left = (double)(p.count - i);
        most = fmax(most, value * tests_left);
        rejecting = rejecting && value <= alpha / tests_left;
        ret_results[order[i]] = (struct multiplicity_result){fmin(1, most), rejecting};
    }
}

static void benjamini_hochberg(struct sample p, const uint32_t *order, double alpha,
                               struct multiplicity_result *ret_results)
{
    double least = 1;
    bool rejecting = false;
    for (size_t i = p.count; i-- > 0;) {
        double value = p.values[order[i]];
        double share = (double)(i + 1) / (double)p.count;
        least = fmin(least, value / share);
        rejecting = rejecting || value <= share * alpha;
        ret_results[order[i]] = (struct multiplicity_result){least, rejecting};
    }
}

enum status multiplicity_adjust(struct sample p, enum multiplicity_method method, double alpha,
                                struct multiplicity_result *ret_results, const char **ret_undefined,
                                struct error *err)
{
    for (size_t i = 0; i < p.count; i++) {
        if (!(p.values[i] >= 0 && p.values[i] <= 1)) {
            *ret_undefined = "a p-value does not lie in [0, 1]";
            return STATUS_OK;
        }
    }
    CLEANUP(free_order) uint32_t *order = memory_alloc((p.count + 1) * sizeof *order);
    if (!order)
        return error_no_memory(err);
    enum status status = order_indexes(p, order, err);
    if (status != STATUS_OK)
        return status;
    if (method == MULTIPLICITY_HOLM)
        holm(p, order, alpha, ret_results);
    else
        benjamini_hochberg(p, order, alpha, ret_results);
    *ret_undefined = NULL;
    return STATUS_OK;
}
