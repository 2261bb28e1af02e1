/*
 * distance.c: one walk over both sorted samples for the distances of distribution functions, plain
 * sums for those of bins. Scratch memory of the call only; any thread.
 */
#include "drift/distance.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/exact_sum.h"
#include "numeric/gamma_law.h"
#include "numeric/order.h"
#include "stats/quantile.h"

DEFINE_CLEANUP(free_values, double, memory_free)
DEFINE_CLEANUP(free_order, uint32_t, memory_free)

/* --- raw samples ----------------------------------------------------------------------------- */

/* Sorted values with the distribution function behind each. */
struct steps {
    double *values;
    double *shares; /* NULL without weights: (i + 1)/count */
    size_t count;
};

static void steps_done(struct steps *steps)
{
    memory_free(steps->values);
    memory_free(steps->shares);
}

static const char *fault_of_sample(struct distance_sample sample)
{
    if (sample.values.count == 0)
        return "a sample is empty";
    if (sample_has_non_finite(sample.values))
        return "a value is not a finite number";
    if (!sample.weights)
        return NULL;
    double sum = 0;
    for (size_t i = 0; i < sample.values.count; i++) {
        if (!(sample.weights[i] >= 0))
            return "a weight is negative or not a number";
        sum += sample.weights[i];
    }
    return sum > 0 && isfinite(sum) ? NULL : "the weights add up to nothing";
}

static enum status steps_init(struct steps *steps, struct distance_sample sample, struct error *err)
{
    size_t count = sample.values.count;
    steps->count = count;
    if (!sample.weights)
        return order_sorted_copy(sample.values, &steps->values, err);
    CLEANUP(free_order) uint32_t *order = memory_alloc(count * sizeof *order);
    steps->values = memory_alloc(count * sizeof *steps->values);
    steps->shares = memory_alloc(count * sizeof *steps->shares);
    if (!order || !steps->values || !steps->shares)
        return error_no_memory(err);
    enum status status = order_indexes(sample.values, order, err);
    if (status != STATUS_OK)
        return status;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += sample.weights[order[i]];
        steps->values[i] = sample.values.values[order[i]];
        steps->shares[i] = sum;
    }
    for (size_t i = 0; i < count; i++)
        steps->shares[i] /= sum;
    return STATUS_OK;
}

static double share_at(const struct steps *steps, size_t passed)
{
    if (passed == 0)
        return 0;
    return steps->shares ? steps->shares[passed - 1] : (double)passed / (double)steps->count;
}

/* The integral of |F - G|, or of (F - G)^2. */
static double integrate(const struct steps *f, const struct steps *g, bool squared)
{
    struct exact_sum sum = {0};
    size_t i = 0;
    size_t j = 0;
    double at = fmin(f->values[0], g->values[0]);
    while (i < f->count || j < g->count) {
        while (i < f->count && f->values[i] <= at)
            i++;
        while (j < g->count && g->values[j] <= at)
            j++;
        double next =
            fmin(i < f->count ? f->values[i] : HUGE_VAL, j < g->count ? g->values[j] : HUGE_VAL);
        if (isinf(next))
            break;
        double gap = fabs(share_at(f, i) - share_at(g, j));
        exact_sum_add(&sum, (squared ? gap * gap : gap) * (next - at));
        at = next;
    }
    return exact_sum_value(&sum);
}

static enum status sample_distance(struct distance_sample reference, struct distance_sample current,
                                   bool energy, struct estimate *ret_distance, struct error *err)
{
    const char *convention = energy ? "energy distance" : "Wasserstein-1";
    const char *fault = fault_of_sample(reference);
    fault = fault ? fault : fault_of_sample(current);
    if (fault) {
        *ret_distance = estimate_undefined(convention, fault);
        return STATUS_OK;
    }
    CLEANUP(steps_done) struct steps f = {0};
    CLEANUP(steps_done) struct steps g = {0};
    enum status status = steps_init(&f, reference, err);
    if (status == STATUS_OK)
        status = steps_init(&g, current, err);
    if (status != STATUS_OK)
        return status;
    double integral = integrate(&f, &g, energy);
    *ret_distance = estimate_of(energy ? sqrt(2 * integral) : integral, convention);
    return STATUS_OK;
}

enum status distance_wasserstein(struct distance_sample reference, struct distance_sample current,
                                 struct estimate *ret_distance, struct error *err)
{
    return sample_distance(reference, current, false, ret_distance, err);
}

enum status distance_energy(struct distance_sample reference, struct distance_sample current,
                            struct estimate *ret_distance, struct error *err)
{
    return sample_distance(reference, current, true, ret_distance, err);
}

/* --- counts by bin --------------------------------------------------------------------------- */

struct totals {
    double reference;
    double current;
};

static const char *fault_of_bins(struct sample reference, struct sample current,
                                 struct totals *ret_totals)
{
    if (reference.count != current.count || reference.count == 0)
        return "the bins differ, or there are none";
    struct totals totals = {0};
    for (size_t i = 0; i < reference.count; i++) {
        if (!(reference.values[i] >= 0 && current.values[i] >= 0))
            return "a count is negative or not a number";
        totals.reference += reference.values[i];
        totals.current += current.values[i];
    }
    bool good = totals.reference > 0 && totals.current > 0 && isfinite(totals.reference) &&
                isfinite(totals.current);
    *ret_totals = totals;
    return good ? NULL : "one side has no counts";
}

/* p log(p/q) */
static double relative_entropy(double p, double q)
{
    return p > 0 ? p * log(p / q) : 0;
}

struct estimate distance_jensen_shannon(struct sample reference, struct sample current, double base)
{
    static const char convention[] = "Jensen-Shannon distance";
    struct totals totals;
    const char *fault = fault_of_bins(reference, current, &totals);
    if (!fault && !(base > 0 && base != 1))
        fault = "the base of the logarithm is not positive";
    if (fault)
        return estimate_undefined(convention, fault);
    double sum = 0;
    for (size_t i = 0; i < reference.count; i++) {
        double p = reference.values[i] / totals.reference;
        double q = current.values[i] / totals.current;
        double middle = (p + q) / 2;
        sum += relative_entropy(p, middle) + relative_entropy(q, middle);
    }
    return estimate_of(sqrt(fmax(0, sum / 2 / log(base))), convention);
}

struct estimate distance_hellinger(struct sample reference, struct sample current)
{
    static const char convention[] = "Hellinger distance";
    struct totals totals;
    const char *fault = fault_of_bins(reference, current, &totals);
    if (fault)
        return estimate_undefined(convention, fault);
    /* 1 - sum sqrt(p q) = sum (sqrt p - sqrt q)^2 / 2, which does not cancel. */
    double sum = 0;
    for (size_t i = 0; i < reference.count; i++) {
        double gap =
            sqrt(reference.values[i] / totals.reference) - sqrt(current.values[i] / totals.current);
        sum += gap * gap;
    }
    return estimate_of(sqrt(sum / 2), convention);
}

struct estimate distance_total_variation(struct sample reference, struct sample current)
{
    static const char convention[] = "total variation";
    struct totals totals;
    const char *fault = fault_of_bins(reference, current, &totals);
    if (fault)
        return estimate_undefined(convention, fault);
    double sum = 0;
    for (size_t i = 0; i < reference.count; i++)
        sum += fabs(reference.values[i] / totals.reference - current.values[i] / totals.current);
    return estimate_of(sum / 2, convention);
}

struct estimate distance_psi(struct sample reference, struct sample current, double floor)
{
    static const char convention[] = "PSI, shares floored, not normalised again";
    struct totals totals;
    const char *fault = fault_of_bins(reference, current, &totals);
    if (!fault && !(floor >= 0))
        fault = "the floor is negative";
    if (fault)
        return estimate_undefined(convention, fault);
    double sum = 0;
    for (size_t i = 0; i < reference.count; i++) {
        double p = fmax(reference.values[i] / totals.reference, floor);
        double q = fmax(current.values[i] / totals.current, floor);
        sum += p == q ? 0 : (p - q) * log(p / q);
    }
    return estimate_of(sum, convention);
}

struct estimate distance_psi_p(struct sample reference, struct sample current, double floor)
{
    static const char convention[] = "PSI p, chi-square with B - 1 degrees (Yurdakul)";
    struct totals totals;
    const char *fault = fault_of_bins(reference, current, &totals);
    if (!fault && reference.count < 2)
        fault = "one bin says nothing";
    if (fault)
        return estimate_undefined(convention, fault);
    double psi = distance_psi(reference, current, floor).value;
    double scale = 1 / totals.reference + 1 / totals.current;
    return estimate_of(gamma_law_chi_square_sf(psi / scale, (double)reference.count - 1),
                       convention);
}

static void count_bins(const struct distance_deciles *deciles, struct sample values,
                       double *ret_counts)
{
    for (size_t i = 0; i < values.count; i++) {
        size_t bin = 0;
        while (bin < deciles->edge_count && values.values[i] > deciles->edges[bin])
            bin++;
        ret_counts[bin]++;
    }
}

enum status distance_psi_deciles(struct sample reference, struct sample current, double floor,
                                 struct distance_deciles *ret_deciles, struct error *err)
{
    struct distance_deciles deciles = {0};
    if (reference.count == 0 || current.count == 0 || sample_has_nan(reference) ||
        sample_has_nan(current)) {
        deciles.psi =
            estimate_undefined("PSI, deciles", "a sample is empty or holds a value that is NaN");
        *ret_deciles = deciles;
        return STATUS_OK;
    }
    CLEANUP(free_values) double *sorted = NULL;
    enum status status = order_sorted_copy(reference, &sorted, err);
    if (status != STATUS_OK)
        return status;
    for (int i = 1; i <= DISTANCE_DECILE_EDGES; i++) {
        double edge =
            quantile_of_sorted((struct sample){sorted, reference.count}, i / 10.0, QUANTILE_LINEAR);
        if (deciles.edge_count == 0 || edge > deciles.edges[deciles.edge_count - 1])
            deciles.edges[deciles.edge_count++] = edge;
    }
    count_bins(&deciles, reference, deciles.reference_counts);
    count_bins(&deciles, current, deciles.current_counts);
    size_t bins = deciles.edge_count + 1;
    deciles.psi = distance_psi((struct sample){deciles.reference_counts, bins},
                               (struct sample){deciles.current_counts, bins}, floor);
    deciles.psi.convention = "PSI, deciles of the reference";
    *ret_deciles = deciles;
    return STATUS_OK;
}
