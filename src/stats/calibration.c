/*
 * calibration.c: bins are accumulated with exact sums, so neither order nor threads matter. Bins
 * live in memory of this call only; any thread.
 */
#include "stats/calibration.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/exact_sum.h"
#include "numeric/order.h"

#include <float.h>

struct bin_sums {
    struct exact_sum confidence;
    size_t count;
    size_t correct;
};

DEFINE_CLEANUP(free_bins, struct bin_sums, memory_free)
DEFINE_CLEANUP(free_order, uint32_t, memory_free)

static const char *fault_of(struct forecasts forecasts)
{
    if (forecasts.count == 0)
        return "there are no forecasts";
    for (size_t i = 0; i < forecasts.count; i++) {
        if (!(forecasts.confidence[i] >= 0 && forecasts.confidence[i] <= 1))
            return "a confidence does not lie in [0, 1]";
    }
    return NULL;
}

static const char *convention_of(enum calibration_bins kind)
{
    switch (kind) {
    case CALIBRATION_WIDTH_LEFT_CLOSED:
        return "equal width, left-closed";
    case CALIBRATION_WIDTH_RIGHT_CLOSED:
        return "equal width, right-closed";
    case CALIBRATION_MASS:
        return "equal mass";
    }
    return "";
}

static size_t bin_by_width(double confidence, size_t bin_count, bool right_closed)
{
    double scaled = confidence * (double)bin_count;
    size_t bin = (size_t)floor(scaled);
    if (bin >= bin_count)
        bin = bin_count - 1;
    if (!right_closed)
        return bin;
    /* By comparison with the edges k/B, since a product may round across one. */
    while (bin > 0 && confidence <= (double)bin / (double)bin_count)
        bin--;
    while (bin + 1 < bin_count && confidence > (double)(bin + 1) / (double)bin_count)
        bin++;
    return bin;
}

static void bin_add(struct bin_sums *bin, struct forecasts forecasts, size_t i)
{
    exact_sum_add(&bin->confidence, forecasts.confidence[i]);
    bin->count++;
    bin->correct += forecasts.correct[i];
}

static enum status fill_by_mass(struct forecasts forecasts, struct bin_sums *bins, size_t bin_count,
                                struct error *err)
{
    CLEANUP(free_order)
    uint32_t *order = memory_alloc(forecasts.count * sizeof *order);
    if (!order)
        return error_no_memory(err);
    struct sample sample = {forecasts.confidence, forecasts.count};
    enum status status = order_indexes(sample, order, err);
    if (status != STATUS_OK)
        return status;
    size_t smaller = forecasts.count / bin_count;
    size_t larger_bins = forecasts.count % bin_count;
    size_t at = 0;
    for (size_t b = 0; b < bin_count; b++) {
        size_t size = smaller + (b < larger_bins);
        for (size_t i = 0; i < size; i++)
            bin_add(&bins[b], forecasts, order[at++]);
    }
    return STATUS_OK;
}

static struct calibration_error error_of(const struct bin_sums *bins, size_t bin_count,
                                         size_t total, struct calibration_bin *ret_bins)
{
    struct exact_sum expected = {0};
    struct calibration_error error = {0};
    for (size_t b = 0; b < bin_count; b++) {
        struct calibration_bin bin = {.count = bins[b].count};
        if (bin.count) {
            double count = (double)bin.count;
            double confidence_sum = exact_sum_value(&bins[b].confidence);
            bin.mean_confidence = confidence_sum / count;
            bin.accuracy = (double)bins[b].correct / count;
            double gap = fabs((double)bins[b].correct - confidence_sum);
            exact_sum_add(&expected, gap);
            error.maximum = fmax(error.maximum, gap / count);
        }
        if (ret_bins)
            ret_bins[b] = bin;
    }
    error.expected = exact_sum_value(&expected) / (double)total;
    return error;
}

enum status calibration_measure(struct forecasts forecasts, enum calibration_bins kind,
                                size_t bin_count, struct calibration_bin *ret_bins,
                                struct calibration_error *ret_error, struct error *err)
{
    const char *fault = fault_of(forecasts);
    if (!fault && (bin_count == 0 || bin_count > CALIBRATION_MAX_BINS))
        fault = "the number of bins is out of range";
    if (fault) {
        *ret_error = (struct calibration_error){.expected = (double)NAN,
                                                .maximum = (double)NAN,
                                                .convention = convention_of(kind),
                                                .undefined = fault};
        return STATUS_OK;
    }
    CLEANUP(free_bins) struct bin_sums *bins = memory_alloc(bin_count * sizeof *bins);
    if (!bins)
        return error_no_memory(err);
    if (kind == CALIBRATION_MASS) {
        enum status status = fill_by_mass(forecasts, bins, bin_count, err);
        if (status != STATUS_OK)
            return status;
    } else {
        bool right = kind == CALIBRATION_WIDTH_RIGHT_CLOSED;
        for (size_t i = 0; i < forecasts.count; i++)
            bin_add(&bins[bin_by_width(forecasts.confidence[i], bin_count, right)], forecasts, i);
    }
    *ret_error = error_of(bins, bin_count, forecasts.count, ret_bins);
    ret_error->convention = convention_of(kind);
    return STATUS_OK;
}

struct estimate calibration_brier(struct forecasts forecasts)
{
    static const char convention[] = "Brier score";
    const char *fault = fault_of(forecasts);
    if (fault)
        return estimate_undefined(convention, fault);
    struct exact_sum sum = {0};
    for (size_t i = 0; i < forecasts.count; i++) {
        double gap = forecasts.confidence[i] - (forecasts.correct[i] ? 1 : 0);
        exact_sum_add(&sum, gap * gap);
    }
    return estimate_of(exact_sum_value(&sum) / (double)forecasts.count, convention);
}

struct estimate calibration_log_loss(struct forecasts forecasts)
{
    static const char convention[] = "log loss (natural logarithm, clipped at epsilon)";
    const char *fault = fault_of(forecasts);
    if (fault)
        return estimate_undefined(convention, fault);
    struct exact_sum sum = {0};
    for (size_t i = 0; i < forecasts.count; i++) {
        double p = fmin(fmax(forecasts.confidence[i], DBL_EPSILON), 1 - DBL_EPSILON);
        exact_sum_add(&sum, -log(forecasts.correct[i] ? p : 1 - p));
    }
    return estimate_of(exact_sum_value(&sum) / (double)forecasts.count, convention);
}

/* Adds the risks at each k of one group of equal confidence that starts behind `seen` items. */
static void add_group(struct exact_sum *area, size_t seen, double errors_before, size_t group,
                      double group_errors)
{
    for (size_t j = 1; j <= group; j++) {
        double errors = errors_before + group_errors * (double)j / (double)group;
        exact_sum_add(area, errors / (double)(seen + j));
    }
}

static double best_area(size_t count, size_t errors)
{
    struct exact_sum area = {0};
    size_t right = count - errors;
    for (size_t k = right + 1; k <= count; k++)
        exact_sum_add(&area, (double)(k - right) / (double)k);
    return exact_sum_value(&area) / (double)count;
}

enum status calibration_risk_coverage(struct forecasts forecasts, struct risk_coverage *ret_risk,
                                      struct error *err)
{
    struct risk_coverage risk = {.area = (double)NAN,
                                 .area_excess = (double)NAN,
                                 .convention = "risk-coverage, ties spread evenly",
                                 .undefined = fault_of(forecasts)};
    if (risk.undefined) {
        *ret_risk = risk;
        return STATUS_OK;
    }
    size_t count = forecasts.count;
    CLEANUP(free_order) uint32_t *order = memory_alloc(count * sizeof *order);
    if (!order)
        return error_no_memory(err);
    enum status status = order_indexes((struct sample){forecasts.confidence, count}, order, err);
    if (status != STATUS_OK)
        return status;
    struct exact_sum area = {0};
    size_t errors = 0;
    for (size_t seen = 0; seen < count;) { /* from the most confident down */
        double confidence = forecasts.confidence[order[count - 1 - seen]];
        size_t group = 0;
        size_t group_errors = 0;
        while (seen + group < count &&
               forecasts.confidence[order[count - 1 - seen - group]] == confidence) {
            group_errors += !forecasts.correct[order[count - 1 - seen - group]];
            group++;
        }
        add_group(&area, seen, (double)errors, group, (double)group_errors);
        seen += group;
        errors += group_errors;
    }
    risk.area = exact_sum_value(&area) / (double)count;
    risk.area_excess = risk.area - best_area(count, errors);
    *ret_risk = risk;
    return STATUS_OK;
}
