/*
 * metric_difference.c: which method for which metric, and the arithmetic that is not in stats/.
 */
#include "compare/metric_difference.h"

#include "aggregate/vector_metric.h"
#include "numeric/beta_law.h"
#include "numeric/normal_law.h"
#include "stats/cluster_bootstrap.h"
#include "stats/mcnemar.h"
#include "stats/permutation.h"

enum { SEED = 20250101, FLIPS_MOST = 20000 };
static const double alpha = .05, power = .8;

static struct metric_difference undefined(const char *reason)
{
    double nan = (double)NAN;
    return (struct metric_difference){.change = {nan, nan, nan, 0, "conversations", reason},
                                      .p = nan,
                                      .adjusted_p = nan,
                                      .detectable = nan};
}

struct metric_difference metric_difference_plain(const struct measure *own,
                                                 const struct measure *reference)
{
    const char *reason = own->undefined ? own->undefined : reference->undefined;
    struct metric_difference difference = undefined(reason);
    if (reason)
        return difference;
    difference.change.value = own->value - reference->value;
    difference.change.n = own->n;
    difference.change.unit_of_n = own->unit_of_n;
    return difference;
}

static double detectable(double error)
{
    return (normal_law_quantile(1 - alpha / 2) + normal_law_quantile(power)) * error;
}

/* Of a share by conversation a true difference d adds up to d - d^2 to the variance that was seen:
 * the root of d = (z.975 + z.8) sqrt((variance + d - d^2)/n), at most 1. */
static double detectable_share(double variance, double n)
{
    double low = 0, high = 1;
    for (int i = 0; i < 50; i++) {
        double d = low + (high - low) / 2;
        bool is_found = detectable(sqrt((variance + d - d * d) / n)) <= d;
        low = is_found ? low : d;
        high = is_found ? d : high;
    }
    return high;
}

/* A difference of two shares. */
static void keep_in_scale(struct metric_difference *difference, double scale)
{
    double most = fabs(scale);
    difference->change.low = fmax(difference->change.low, -most);
    difference->change.high = fmin(difference->change.high, most);
}

/* In the metric's unit; a negative scale turns the range round. */
static void set_change(struct metric_difference *difference, double value, struct interval interval,
                       double scale, size_t n)
{
    bool turned = scale < 0;
    difference->change = (struct measure){.value = value * scale,
                                          .low = (turned ? interval.high : interval.low) * scale,
                                          .high = (turned ? interval.low : interval.high) * scale,
                                          .n = n,
                                          .unit_of_n = "conversations"};
    difference->detectable *= fabs(scale);
}

static bool is_all_or_nothing(double sum)
{
    return !(sum > 0) || !(sum < 1);
}

static bool is_binary(const struct metric_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (!is_all_or_nothing(pairs->own_sums[i]) || !is_all_or_nothing(pairs->reference_sums[i]))
            return false;
    return true;
}

/* The share that differs is taken one conversation and a half higher, so that few of them do not
 * make the comparison look sharper than it is. */
static struct metric_difference by_mcnemar(const struct metric_pairs *pairs, double scale)
{
    struct paired_table table = {0};
    for (size_t i = 0; i < pairs->count; i++) {
        bool own = pairs->own_sums[i] > 0, reference = pairs->reference_sums[i] > 0;
        table.both += own && reference;
        table.only_first += own && !reference;
        table.only_second += !own && reference;
        table.neither += !own && !reference;
    }
    double n = (double)pairs->count, d = (table.only_first - table.only_second) / n;
    double differ = (table.only_first + table.only_second + 1.5) / (n + 1.5);
    struct metric_difference difference = undefined(NULL);
    difference.p = mcnemar_midp(table).p;
    difference.detectable = detectable_share(fmax(differ - d * d, 0), n);
    difference.method = "McNemar mid-p; 95 %: Newcombe 1998, method 10";
    set_change(&difference, d, mcnemar_newcombe(table, alpha), scale, pairs->count);
    return difference;
}

static struct ratio_pairs sums_of(const struct metric_pairs *pairs)
{
    struct ratio_pairs sums = {0};
    for (size_t i = 0; i < pairs->count; i++)
        ratio_pairs_add(&sums, (struct ratio_part){pairs->own_sums[i], pairs->own_sizes[i]},
                        (struct ratio_part){pairs->reference_sums[i], pairs->reference_sizes[i]});
    return sums;
}

/* Where nothing varies there is no error: either the two never differ, or always by the same. */
static struct metric_difference without_error(const struct ratio_pairs *sums, double scale)
{
    double d = ratio_pairs_difference(sums);
    struct metric_difference difference = undefined(NULL);
    difference.method = "nothing varies between conversations";
    if (!(fabs(d) > 0))
        difference.p = 1;
    set_change(&difference, d, interval_undefined(NULL, NULL), scale, sums->clusters);
    return difference;
}

static struct metric_difference by_ratio(const struct ratio_pairs *sums, double scale)
{
    double error = ratio_pairs_error(sums), d = ratio_pairs_difference(sums);
    if (!(error > 0))
        return without_error(sums, scale);
    struct metric_difference difference = undefined(NULL);
    difference.p = beta_law_student_two_sided(d / error, (double)sums->clusters - 1);
    difference.detectable = detectable(error);
    difference.method = "paired by conversation: CR1 errors, Student's t";
    set_change(&difference, d, ratio_pairs_interval(sums), scale, sums->clusters);
    return difference;
}

static enum status by_flips(const struct metric_pairs *pairs, const struct ratio_pairs *sums,
                            double scale, struct arena *scratch,
                            struct metric_difference *ret_difference, struct error *err)
{
    struct permutation_test test;
    double n = (double)sums->clusters, error = ratio_pairs_error(sums);
    *ret_difference = by_ratio(sums, scale);
    if (error > 0)
        ret_difference->detectable = detectable_share(error * error * n, n) * fabs(scale);
    if (!isnan(ret_difference->change.low))
        keep_in_scale(ret_difference, scale);
    if (pairs->count > FLIPS_MOST || !(ratio_pairs_error(sums) > 0))
        return STATUS_OK;
    double *differences = arena_array(scratch, pairs->count, sizeof *differences);
    if (!differences)
        return error_no_memory(err);
    for (size_t i = 0; i < pairs->count; i++)
        differences[i] = pairs->own_sums[i] - pairs->reference_sums[i];
    enum status status =
        permutation_sign_flip((struct sample){differences, pairs->count},
                              (struct permutation_options){.seed = SEED}, &test, err);
    if (status != STATUS_OK || test.undefined)
        return status;
    ret_difference->p = test.p;
    ret_difference->method = "sign-flip permutation by conversation; 95 %: CR1 errors, Student's t";
    return STATUS_OK;
}

static void take_bootstrap(const struct cluster_bootstrap_result *result, double scale, size_t n,
                           const char *method, struct metric_difference *difference)
{
    difference->p = result->p;
    difference->detectable = detectable(result->standard_error);
    difference->method = method;
    set_change(difference, result->estimate, result->interval, scale, n);
}

static enum status of_columns(const struct metric_difference_request *request,
                              const struct metric_source *source, struct arena *scratch,
                              struct metric_difference *ret_difference, struct error *err)
{
    struct metric_pairs pairs;
    if (!metric_pairs_make(request->pairing, source, scratch, &pairs))
        return error_no_memory(err);
    struct ratio_pairs sums = sums_of(&pairs);
    double scale = source->metric.scale;
    *ret_difference = undefined(NULL);
    if (!(sums.first.size > 0 && sums.second.size > 0))
        *ret_difference = undefined("no conversation gives both a value");
    else if (sums.clusters < 2)
        *ret_difference = undefined("fewer than two conversations give both a value");
    else if (source->metric.kind == RATIO_AVERAGED && is_binary(&pairs))
        *ret_difference = by_mcnemar(&pairs, scale);
    else if (source->metric.kind == RATIO_AVERAGED)
        return by_flips(&pairs, &sums, scale, scratch, ret_difference, err);
    else
        *ret_difference = by_ratio(&sums, scale);
    if (source->metric.kind == RATIO_SHARE && !ret_difference->change.undefined &&
        !isnan(ret_difference->change.low))
        keep_in_scale(ret_difference, scale);
    return STATUS_OK;
}

/* Conversations in which both candidates have trials of that basis. */
static enum status both_have(const struct conversation_pairing *pairing, enum ratio_basis basis,
                             struct arena *scratch, struct conversation_pairing *ret_both,
                             struct error *err)
{
    struct outcome_row row = {0};
    struct conversation_pairing both = *pairing;
    bool read = true;
    both.count = 0;
    both.own_at = arena_array(scratch, pairing->count + 1, sizeof *both.own_at);
    both.reference_at = arena_array(scratch, pairing->count + 1, sizeof *both.reference_at);
    for (size_t i = 0; both.own_at && both.reference_at && read && i < pairing->count; i++) {
        read = run_outcomes_row(pairing->own.outcomes, pairing->own_at[i], pairing->own.candidate,
                                &row);
        bool has = read && row.trials[basis] > 0;
        read = read && run_outcomes_row(pairing->reference.outcomes, pairing->reference_at[i],
                                        pairing->reference.candidate, &row);
        if (!has || !read || !row.trials[basis])
            continue;
        both.own_at[both.count] = pairing->own_at[i];
        both.reference_at[both.count++] = pairing->reference_at[i];
    }
    outcome_row_done(&row);
    *ret_both = both;
    return both.own_at && both.reference_at && read ? STATUS_OK : error_no_memory(err);
}

/* Moves the change to `value`: the runs' own numbers are exact where the rows are rounded. */
static void centre(struct metric_difference *difference, double value)
{
    double by = value - difference->change.value;
    difference->change.value += by;
    difference->change.low += by;
    difference->change.high += by;
}

static enum status of_vectors(const struct metric_difference_request *request,
                              struct arena *scratch, struct metric_difference *ret_difference,
                              struct error *err)
{
    struct conversation_pairing both;
    struct cluster_bootstrap_result result;
    const struct conversation_pairing *pairing = request->pairing;
    enum status status =
        both_have(pairing, vector_metric_basis(request->metric), scratch, &both, err);
    if (status != STATUS_OK)
        return status;
    struct outcome_side own = {both.own.outcomes, both.own.candidate, both.own_at};
    struct outcome_side reference = {both.reference.outcomes, both.reference.candidate,
                                     both.reference_at};
    status = vector_metric_estimate(request->metric, own, &reference, both.count,
                                    VECTOR_METRIC_RESAMPLES, &result, err);
    if (status != STATUS_OK)
        return status;
    *ret_difference = metric_difference_plain(request->own, request->reference);
    double plain = ret_difference->change.value;
    ret_difference->method = result.undefined;
    if (result.undefined)
        return STATUS_OK;
    take_bootstrap(&result, 1, both.count, result.interval.convention, ret_difference);
    if (fabs(plain - result.estimate) <= 1e-3 * (fabs(plain) + 1))
        centre(ret_difference, plain);
    return STATUS_OK;
}

static bool has_extra(const struct run_outcomes *outcomes, struct strview name)
{
    for (size_t i = 0; i < outcomes->extra_count; i++)
        if (strview_equal(outcomes->extra_names[i], name))
            return true;
    return false;
}

enum status metric_difference_make(const struct metric_difference_request *request,
                                   struct arena *scratch, struct metric_difference *ret_difference,
                                   struct error *err)
{
    struct metric_source source;
    struct strview metric = strview_of(request->metric);
    *ret_difference = metric_difference_plain(request->own, request->reference);
    if (ret_difference->change.undefined || !request->pairing)
        return STATUS_OK;
    if (metric_source_find(metric, request->monthly_calls, &source))
        return of_columns(request, &source, scratch, ret_difference, err);
    if (vector_metric_is_known(request->metric))
        return of_vectors(request, scratch, ret_difference, err);
    if (!has_extra(request->pairing->own.outcomes, metric))
        return STATUS_OK;
    source = metric_source_of_extra(metric);
    return of_columns(request, &source, scratch, ret_difference, err);
}
