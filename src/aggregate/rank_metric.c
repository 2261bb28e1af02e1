/*
 * rank_metric.c: metrics of the order of values: AUROC of confidence and quantiles of times. Values
 * are gathered with the position of their conversation and sorted once; a resample weighs them by
 * how often their conversation was drawn. Memory: 16 bytes a value, freed before return.
 */
#include "aggregate/vector_metric_private.h"
#include "base/cleanup.h"
#include "base/counter_rng.h"
#include "base/memory.h"
#include "numeric/beta_law.h"
#include "numeric/resample.h"

#include <omp.h>

#include <stdlib.h>

enum { SEED = 20250101, VALUES_MOST = 2000000, RESAMPLES_LEAST = 200 };
static const double work_most = 2e8;

struct ranked {
    double value;
    uint32_t cluster;
    uint32_t right;
};

struct ranked_list {
    struct ranked *items;
    size_t count, capacity;
};

static void ranked_list_done(struct ranked_list *list)
{
    memory_free(list->items);
}

DEFINE_CLEANUP(free_doubles, double, memory_free)
DEFINE_CLEANUP(free_times, uint32_t, memory_free)

/* Equal values by cluster, so that the order is one. */
static int by_value(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->value < right->value)
        return -1;
    if (left->value > right->value)
        return 1;
    return left->cluster < right->cluster ? -1 : left->cluster > right->cluster;
}

static bool push(struct ranked_list *list, double value, size_t cluster, bool right)
{
    if (!memory_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return false;
    list->items[list->count++] = (struct ranked){value, (uint32_t)cluster, right};
    return true;
}

enum ranked_of { OF_CONFIDENCE, OF_LATENCY, OF_FIRST_TOKEN };

static bool push_row(struct ranked_list *list, const struct outcome_row *row, enum ranked_of what,
                     size_t cluster)
{
    bool pushed = true;
    for (size_t i = 0; what == OF_CONFIDENCE && pushed && i < row->confidence_count; i++)
        pushed =
            push(list, (double)row->confidences[i].confidence, cluster, row->confidences[i].right);
    for (size_t i = 0; what == OF_LATENCY && pushed && i < row->latency_count; i++)
        pushed = push(list, row->latency_ms[i], cluster, true);
    for (size_t i = 0; what == OF_FIRST_TOKEN && pushed && i < row->first_token_count; i++)
        pushed = push(list, row->first_token_ms[i], cluster, true);
    return pushed;
}

static bool gather(struct outcome_side side, size_t count, enum ranked_of what,
                   struct ranked_list *list)
{
    struct outcome_row row = {0};
    bool gathered = true;
    for (size_t i = 0; i < count && gathered; i++)
        gathered = run_outcomes_row(side.outcomes, side.at[i], side.candidate, &row) &&
                   push_row(list, &row, what, i);
    outcome_row_done(&row);
    if (gathered && list->count)
        qsort(list->items, list->count, sizeof *list->items, by_value);
    return gathered;
}

/* --- the area under the curve ---------------------------------------------------------------- */

/* Adds sign times each conversation's influence to `influence`: for a right value the share of
 * wrong ones below it, for a wrong one the share of right ones above, ties half, each less the
 * area. NaN: one class is empty. */
static double add_area(const struct ranked_list *list, double sign, double *influence)
{
    double rights = 0, wrongs = 0, area = 0, wrong_below = 0, right_below = 0;
    for (size_t i = 0; i < list->count; i++)
        *(list->items[i].right ? &rights : &wrongs) += 1;
    if (!(rights > 0 && wrongs > 0))
        return (double)NAN;
    for (int pass = 0; pass < 2; pass++, wrong_below = right_below = 0)
        for (size_t i = 0, end; i < list->count; i = end) {
            double right_ties = 0, wrong_ties = 0;
            for (end = i; end < list->count && !(list->items[end].value > list->items[i].value);
                 end++)
                *(list->items[end].right ? &right_ties : &wrong_ties) += 1;
            double won = (wrong_below + wrong_ties / 2) / wrongs;
            double lost = (rights - right_below - right_ties / 2) / rights;
            for (size_t j = i; pass == 1 && j < end; j++) {
                bool right = list->items[j].right;
                influence[list->items[j].cluster] +=
                    sign * (right ? (won - area) / rights : (lost - area) / wrongs);
            }
            area += pass == 0 ? right_ties * won / rights : 0;
            wrong_below += wrong_ties;
            right_below += right_ties;
        }
    return area;
}

static void set_by_influence(const double *influence, size_t count,
                             struct cluster_bootstrap_result *result)
{
    static const char convention[] =
        "placement values summed by conversation (Obuchowski 1997), Student's t";
    double squares = 0, n = (double)count;
    for (size_t i = 0; i < count; i++)
        squares += influence[i] * influence[i];
    double error = sqrt(squares * n / (n - 1)), estimate = result->estimate;
    if (!(squares > 1e-20)) {
        *result = vector_metric_undefined(convention, "nothing varies between conversations");
        result->estimate = estimate;
        return;
    }
    double margin = beta_law_student_upper_quantile(.025, n - 1) * error;
    result->standard_error = error;
    result->interval = interval_of(estimate - margin, estimate + margin, convention);
    result->p = beta_law_student_two_sided(estimate / error, n - 1);
}

enum status rank_metric_auroc(struct outcome_side own, const struct outcome_side *reference,
                              size_t count, struct cluster_bootstrap_result *ret_result,
                              struct error *err)
{
    CLEANUP(ranked_list_done) struct ranked_list list = {0}, other = {0};
    CLEANUP(free_doubles) double *influence = memory_alloc((count + 1) * sizeof *influence);
    bool gathered = influence && gather(own, count, OF_CONFIDENCE, &list) &&
                    (!reference || gather(*reference, count, OF_CONFIDENCE, &other));
    if (!gathered)
        return error_no_memory(err);
    struct cluster_bootstrap_result result = {.estimate = add_area(&list, 1, influence)};
    if (reference)
        result.estimate -= add_area(&other, -1, influence);
    if (isnan(result.estimate) || count < 2)
        result = vector_metric_undefined(NULL, count < 2 ? "fewer than two conversations"
                                                         : "only one class is there");
    else
        set_by_influence(influence, count, &result);
    *ret_result = result;
    return STATUS_OK;
}

/* --- quantiles ------------------------------------------------------------------------------- */

/* Nearest rank among the values, each as often as its conversation. */
static double quantile_of(const struct ranked_list *list, const uint32_t *times, unsigned percent)
{
    uint64_t total = 0, passed = 0;
    for (size_t i = 0; i < list->count; i++)
        total += times ? times[list->items[i].cluster] : 1;
    uint64_t rank = (total * percent + 99) / 100;
    for (size_t i = 0; total && i < list->count; i++) {
        passed += times ? times[list->items[i].cluster] : 1;
        if (passed >= rank && passed)
            return list->items[i].value;
    }
    return (double)NAN;
}

struct quantile_pair {
    const struct ranked_list *own, *reference; /* reference NULL: none */
    unsigned percent;
};

static double change_of(struct quantile_pair pair, const uint32_t *times)
{
    double own = quantile_of(pair.own, times, pair.percent);
    return pair.reference ? own - quantile_of(pair.reference, times, pair.percent) : own;
}

static bool fill(struct quantile_pair pair, const char *purpose, size_t count, double *estimates,
                 size_t resamples)
{
    size_t team = (size_t)omp_get_max_threads();
    CLEANUP(free_times) uint32_t *times = memory_alloc(team * count * sizeof *times);
    if (!times)
        return false;
    uint32_t key = counter_rng_purpose(purpose);
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < resamples; r++) {
        uint32_t *own = times + (size_t)omp_get_thread_num() * count;
        resample_times(count, (struct resample_key){SEED, key, r}, own);
        estimates[r] = change_of(pair, own);
    }
    return true;
}

static double p_of(const double *estimates, size_t count)
{
    size_t not_above = 0, not_below = 0;
    for (size_t i = 0; i < count; i++) {
        not_above += !(estimates[i] > 0);
        not_below += !(estimates[i] < 0);
    }
    size_t fewer = not_above < not_below ? not_above : not_below;
    return fmin(1, 2 * (double)(fewer + 1) / (double)(count + 1));
}

static enum status read_ends(double *estimates, size_t resamples,
                             struct cluster_bootstrap_result *result, struct error *err)
{
    static const char convention[] = "cluster bootstrap, percentile";
    for (size_t i = 0; i < resamples; i++)
        if (!isfinite(estimates[i])) {
            *result = vector_metric_undefined(convention, "too few conversations tell it");
            return STATUS_OK;
        }
    struct bootstrap_result ends;
    result->p = p_of(estimates, resamples);
    enum status status =
        bootstrap_of_estimates(estimates, resamples, result->estimate, 0, .95, &ends, err);
    if (status != STATUS_OK)
        return status;
    result->interval = ends.percentile;
    result->interval.convention = convention;
    result->standard_error = ends.standard_error;
    result->resamples = resamples;
    if (!(ends.standard_error > 0))
        *result = vector_metric_undefined(convention, "nothing varies between conversations");
    return STATUS_OK;
}

enum status rank_metric_quantile_change(struct rank_metric_quantile quantile,
                                        struct outcome_side own,
                                        const struct outcome_side *reference, size_t count,
                                        struct cluster_bootstrap_result *ret_result,
                                        struct error *err)
{
    enum ranked_of what = quantile.first_token ? OF_FIRST_TOKEN : OF_LATENCY;
    CLEANUP(ranked_list_done) struct ranked_list list = {0}, other = {0};
    if (!gather(own, count, what, &list) || (reference && !gather(*reference, count, what, &other)))
        return error_no_memory(err);
    struct quantile_pair pair = {&list, reference ? &other : NULL, quantile.percent};
    size_t values = list.count + other.count;
    if (count < 2 || !list.count || (reference && !other.count) || values > VALUES_MOST) {
        *ret_result =
            vector_metric_undefined(NULL, count < 2              ? "fewer than two conversations"
                                          : values > VALUES_MOST ? "too many values to resample"
                                                                 : "no call tells it");
        return STATUS_OK;
    }
    double most = work_most / (double)values;
    size_t resamples = quantile.resamples;
    if ((double)resamples > most)
        resamples = most < RESAMPLES_LEAST ? RESAMPLES_LEAST : (size_t)most;
    struct cluster_bootstrap_result result = {.estimate = change_of(pair, NULL)};
    CLEANUP(free_doubles) double *estimates = memory_alloc(resamples * sizeof *estimates);
    if (!estimates || !fill(pair, quantile.purpose, count, estimates, resamples))
        return error_no_memory(err);
    enum status status = read_ends(estimates, resamples, &result, err);
    if (status == STATUS_OK)
        *ret_result = result;
    return status;
}
