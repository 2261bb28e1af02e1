/*
 * gate_slices.c: moments between slices, then each slice's posterior, then the two tests. Called
 * once a gate by gate_check. Any thread; two short arrays are this call's own.
 */
#include "gate/gate_slices.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/normal_law.h"
#include "stats/multiplicity.h"

#include <math.h>

DEFINE_CLEANUP(free_doubles, double, memory_free)
DEFINE_CLEANUP(free_results, struct multiplicity_result, memory_free)

struct spread {
    double mean, mean_variance, between;
};

static double own_variance(const struct gate_slice *slice)
{
    return slice->difference.variance / (double)slice->difference.n;
}

static struct spread weigh(const struct gate_slice *slices, size_t count, double between)
{
    double weights = 0, sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (!slices[i].is_judged)
            continue;
        double weight = 1 / (own_variance(&slices[i]) + between);
        weights += weight;
        sum += weight * slices[i].difference.estimate;
    }
    return (struct spread){sum / weights, 1 / weights, between};
}

/* DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177. */
static struct spread spread_of(const struct gate_slice *slices, size_t count)
{
    struct spread alike = weigh(slices, count, 0);
    double q = 0, weights = 0, squares = 0, judged = 0;
    for (size_t i = 0; i < count; i++) {
        if (!slices[i].is_judged)
            continue;
        double weight = 1 / own_variance(&slices[i]);
        double off = slices[i].difference.estimate - alike.mean;
        q += weight * off * off;
        weights += weight;
        squares += weight * weight;
        judged++;
    }
    double scale = weights - squares / weights;
    double between = judged > 1 && scale > 0 ? fmax(0, (q - (judged - 1)) / scale) : 0;
    return weigh(slices, count, between);
}

static void shrink(struct gate_slice *slice, const struct spread *spread, double alpha)
{
    double own = own_variance(slice);
    double keep = spread->between / (spread->between + own);
    double variance = keep * own + (1 - keep) * (1 - keep) * spread->mean_variance;
    double half = normal_law_upper_quantile(alpha) * sqrt(variance);
    slice->shrunk = keep * slice->difference.estimate + (1 - keep) * spread->mean;
    slice->low = slice->shrunk - half;
    slice->high = slice->shrunk + half;
}

static enum status find_failures(struct gate_slice *slices, size_t count,
                                 const struct gate_slices_rule *rule, struct error *err)
{
    CLEANUP(free_doubles) double *p = memory_alloc((count + 1) * sizeof *p);
    CLEANUP(free_results)
    struct multiplicity_result *results = memory_alloc((count + 1) * sizeof *results);
    const char *undefined = NULL;
    size_t judged = 0;
    if (!p || !results)
        return error_no_memory(err);
    for (size_t i = 0; i < count; i++)
        if (slices[i].is_judged)
            p[judged++] =
                gate_decision_at(&slices[i].difference, rule->threshold, rule->alpha).p_fail;
    enum status status = multiplicity_adjust((struct sample){p, judged}, MULTIPLICITY_HOLM,
                                             rule->alpha, results, &undefined, err);
    size_t at = 0;
    for (size_t i = 0; status == STATUS_OK && !undefined && i < count; i++) {
        if (!slices[i].is_judged)
            continue;
        slices[i].adjusted_p = results[at].adjusted_p;
        if (results[at++].rejected)
            slices[i].verdict = VERDICT_FAIL;
    }
    return status;
}

enum status gate_slices_decide(struct gate_slice *slices, size_t count,
                               const struct gate_slices_rule *rule, enum verdict *ret_verdict,
                               size_t *ret_worst, struct error *err)
{
    size_t judged = 0, worst = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        struct gate_slice *slice = &slices[i];
        slice->is_judged = !slice->difference.undefined && slice->difference.n >= rule->min_n &&
                           slice->difference.n >= 2 && slice->difference.variance > 0;
        slice->shrunk = slice->low = slice->high = slice->adjusted_p = (double)NAN;
        slice->verdict = VERDICT_INCONCLUSIVE;
        judged += slice->is_judged;
    }
    *ret_verdict = VERDICT_INCONCLUSIVE;
    *ret_worst = SIZE_MAX;
    if (!judged)
        return STATUS_OK;
    struct spread spread = spread_of(slices, count);
    bool all_pass = true;
    for (size_t i = 0; i < count; i++) {
        if (!slices[i].is_judged)
            continue;
        shrink(&slices[i], &spread, rule->alpha);
        if (slices[i].low > rule->threshold)
            slices[i].verdict = VERDICT_PASS;
        all_pass = all_pass && slices[i].verdict == VERDICT_PASS;
        if (worst == SIZE_MAX || slices[i].shrunk < slices[worst].shrunk)
            worst = i;
    }
    enum status status = find_failures(slices, count, rule, err);
    if (status != STATUS_OK)
        return status;
    *ret_worst = worst;
    *ret_verdict = all_pass ? VERDICT_PASS : VERDICT_INCONCLUSIVE;
    for (size_t i = 0; i < count; i++)
        if (slices[i].is_judged && slices[i].verdict == VERDICT_FAIL)
            *ret_verdict = VERDICT_FAIL;
    return STATUS_OK;
}
