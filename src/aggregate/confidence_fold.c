/*
 * confidence_fold.c: see confidence_fold.h. Edges are the decimals k/10 as doubles: .3 lies in
 * (.2, .3]. The area under the curve is counted in whole pairs, ties as halves.
 */
#include "aggregate/confidence_fold.h"

#include "aggregate/value_collector.h"
#include "base/memory.h"

enum { HISTOGRAM_BINS = 10000 };

static size_t bin_of(double confidence, size_t bins)
{
    size_t bin = (size_t)(confidence * (double)bins);
    if (bin >= bins)
        bin = bins - 1;
    while (bin > 0 && confidence <= (double)bin / (double)bins)
        bin--;
    while (bin + 1 < bins && confidence > (double)(bin + 1) / (double)bins)
        bin++;
    return bin;
}

static bool make_histogram(struct confidence_fold *fold)
{
    fold->histogram = memory_alloc(HISTOGRAM_BINS * sizeof *fold->histogram);
    if (!fold->histogram)
        return false;
    for (size_t i = 0; i < fold->exact.capacity; i++) {
        const struct value_count *place = &fold->exact.places[i];
        uint64_t *bin = fold->histogram[bin_of(place->value, HISTOGRAM_BINS)];
        bin[0] += place->counts[0];
        bin[1] += place->counts[1];
    }
    value_counts_done(&fold->exact);
    return true;
}

bool confidence_fold_add(struct confidence_fold *fold, double confidence, bool right)
{
    if (isnan(confidence))
        return true;
    if (!(confidence >= 0 && confidence <= 1)) {
        fold->outside++;
        return true;
    }
    if (!fold->histogram && fold->count >= VALUE_COLLECTOR_EXACT && !make_histogram(fold))
        return false;
    if (fold->histogram)
        fold->histogram[bin_of(confidence, HISTOGRAM_BINS)][right]++;
    else if (!value_counts_add(&fold->exact, confidence, right))
        return false;
    struct confidence_bin *bin = &fold->bins[bin_of(confidence, CONFIDENCE_BINS)];
    exact_sum_add(&bin->confidence, confidence);
    bin->count++;
    bin->right += right;
    fold->count++;
    fold->right += right;
    return true;
}

const char *confidence_fold_undefined(const struct confidence_fold *fold)
{
    if (fold->outside)
        return "a slot confidence does not lie in [0, 1]";
    return fold->count ? NULL : "no slot confidence was given";
}

static struct measure measure_of(const struct confidence_fold *fold, double value)
{
    double nan = (double)NAN;
    const char *undefined = confidence_fold_undefined(fold);
    return (struct measure){undefined ? nan : value, nan, nan, fold->count, "slots", undefined};
}

/* |accuracy - mean confidence| times the count of the bin. */
static double gap_of(const struct confidence_bin *bin)
{
    return fabs((double)bin->right - exact_sum_value(&bin->confidence));
}

struct measure confidence_fold_expected_error(const struct confidence_fold *fold)
{
    double sum = 0;
    for (size_t i = 0; i < CONFIDENCE_BINS; i++)
        sum += gap_of(&fold->bins[i]);
    return measure_of(fold, sum / (double)fold->count);
}

struct measure confidence_fold_maximum_error(const struct confidence_fold *fold)
{
    double most = 0;
    for (size_t i = 0; i < CONFIDENCE_BINS; i++)
        if (fold->bins[i].count)
            most = fmax(most, gap_of(&fold->bins[i]) / (double)fold->bins[i].count);
    return measure_of(fold, most);
}

/* Twice the number of (right, wrong) pairs in which the right one is surer; a tie counts one. */
struct pair_count {
    uint64_t wrong_below;
    long double twice_won;
};

static void count_pairs(struct pair_count *pairs, uint64_t wrong, uint64_t right)
{
    pairs->twice_won += (long double)right * (long double)(2 * pairs->wrong_below + wrong);
    pairs->wrong_below += wrong;
}

enum status confidence_fold_auroc(const struct confidence_fold *fold, struct measure *ret_measure,
                                  struct error *err)
{
    struct pair_count pairs = {0};
    *ret_measure = measure_of(fold, (double)NAN);
    if (ret_measure->undefined)
        return STATUS_OK;
    if (fold->right == 0 || fold->right == fold->count) {
        ret_measure->undefined = fold->right ? "no value is wrong: there is nothing to tell apart"
                                             : "no value is right: there is nothing to tell apart";
        return STATUS_OK;
    }
    if (fold->histogram) {
        for (size_t i = 0; i < HISTOGRAM_BINS; i++)
            count_pairs(&pairs, fold->histogram[i][0], fold->histogram[i][1]);
    } else {
        struct value_count *sorted = value_counts_sorted(&fold->exact);
        if (!sorted)
            return error_no_memory(err);
        for (size_t i = 0; i < fold->exact.distinct; i++)
            count_pairs(&pairs, sorted[i].counts[0], sorted[i].counts[1]);
        memory_free(sorted);
    }
    ret_measure->value = (double)(pairs.twice_won / 2 / (long double)fold->right /
                                  (long double)(fold->count - fold->right));
    return STATUS_OK;
}

void confidence_fold_reliability(const struct confidence_fold *fold,
                                 struct reliability_bin *ret_bins)
{
    for (size_t i = 0; i < CONFIDENCE_BINS; i++) {
        const struct confidence_bin *bin = &fold->bins[i];
        double n = (double)bin->count;
        ret_bins[i] = (struct reliability_bin){
            .low = (double)i / CONFIDENCE_BINS,
            .high = (double)(i + 1) / CONFIDENCE_BINS,
            .n = bin->count,
            .mean_confidence = bin->count ? exact_sum_value(&bin->confidence) / n : (double)NAN,
            .accuracy = bin->count ? (double)bin->right / n : (double)NAN};
    }
}

bool confidence_fold_is_histogram(const struct confidence_fold *fold)
{
    return fold->histogram != NULL;
}

void confidence_fold_done(struct confidence_fold *fold)
{
    value_counts_done(&fold->exact);
    memory_free(fold->histogram);
    *fold = (struct confidence_fold){0};
}
