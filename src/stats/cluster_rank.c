/*
 * cluster_rank.c: values are sorted once; a resample weighs them by how often their cluster was
 * drawn. Memory: 16 bytes a value (the caller's), 8 a cluster, freed before return.
 */
#include "stats/cluster_rank.h"

#include "base/cleanup.h"
#include "base/counter_rng.h"
#include "base/memory.h"
#include "numeric/beta_law.h"
#include "numeric/resample.h"

#include <omp.h>

#include <stdlib.h>

enum { VALUES_MOST = 2000000, RESAMPLES_LEAST = 200 };
static const double work_most = 2e8;

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

static void sort(struct ranked_list *list)
{
    if (list && list->count)
        qsort(list->items, list->count, sizeof *list->items, by_value);
}

bool cluster_rank_add(struct ranked_list *list, double value, size_t cluster, bool right)
{
    if (!memory_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return false;
    list->items[list->count++] = (struct ranked){value, (uint32_t)cluster, right};
    return true;
}

void cluster_rank_done(struct ranked_list *list)
{
    memory_free(list->items);
    *list = (struct ranked_list){0};
}

struct cluster_bootstrap_result cluster_rank_undefined(const char *convention, const char *reason)
{
    double nan = (double)NAN;
    return (struct cluster_bootstrap_result){.estimate = nan,
                                             .standard_error = nan,
                                             .interval = interval_undefined(convention, reason),
                                             .p = nan,
                                             .undefined = reason};
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
        *result = cluster_rank_undefined(convention, "nothing varies between conversations");
        result->estimate = estimate;
        return;
    }
    double margin = beta_law_student_upper_quantile(.025, n - 1) * error;
    result->standard_error = error;
    result->interval = interval_of(estimate - margin, estimate + margin, convention);
    result->p = beta_law_student_two_sided(estimate / error, n - 1);
}

enum status cluster_rank_auroc(struct ranked_list *own, struct ranked_list *reference,
                               size_t clusters, struct cluster_bootstrap_result *ret_result,
                               struct error *err)
{
    CLEANUP(free_doubles) double *influence = memory_alloc((clusters + 1) * sizeof *influence);
    if (!influence)
        return error_no_memory(err);
    sort(own);
    sort(reference);
    struct cluster_bootstrap_result result = {.estimate = add_area(own, 1, influence)};
    if (reference)
        result.estimate -= add_area(reference, -1, influence);
    if (isnan(result.estimate) || clusters < 2)
        result = cluster_rank_undefined(NULL, clusters < 2 ? "fewer than two conversations"
                                                           : "only one class is there");
    else
        set_by_influence(influence, clusters, &result);
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

static bool fill(struct quantile_pair pair, struct cluster_rank_quantile quantile, size_t count,
                 double *estimates, size_t resamples)
{
    int team = omp_get_max_threads();
    CLEANUP(free_times) uint32_t *times = memory_alloc((size_t)team * count * sizeof *times);
    if (!times)
        return false;
    uint32_t key = counter_rng_purpose(quantile.purpose);
    /* Just so many as there is memory for: see cluster_bootstrap.c. */
#pragma omp parallel for schedule(static) num_threads(team)
    for (size_t r = 0; r < resamples; r++) {
        uint32_t *own = times + (size_t)omp_get_thread_num() * count;
        resample_times(count, (struct resample_key){quantile.seed, key, r}, own);
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
            *result = cluster_rank_undefined(convention, "too few conversations tell it");
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
        *result = cluster_rank_undefined(convention, "nothing varies between conversations");
    return STATUS_OK;
}

enum status cluster_rank_quantile(struct cluster_rank_quantile quantile, struct ranked_list *own,
                                  struct ranked_list *reference, size_t clusters,
                                  struct cluster_bootstrap_result *ret_result, struct error *err)
{
    struct quantile_pair pair = {own, reference, quantile.percent};
    size_t others = reference ? reference->count : 0, values = own->count + others;
    bool is_empty = !own->count || (reference && !others);
    if (clusters < 2 || is_empty || values > VALUES_MOST) {
        *ret_result = cluster_rank_undefined(NULL, clusters < 2 ? "fewer than two conversations"
                                                   : is_empty   ? "no call tells it"
                                                                : "too many values to resample");
        return STATUS_OK;
    }
    double most = work_most / (double)values;
    size_t resamples = quantile.resamples;
    if ((double)resamples > most)
        resamples = most < RESAMPLES_LEAST ? RESAMPLES_LEAST : (size_t)most;
    sort(own);
    sort(reference);
    struct cluster_bootstrap_result result = {.estimate = change_of(pair, NULL)};
    CLEANUP(free_doubles) double *estimates = memory_alloc(resamples * sizeof *estimates);
    if (!estimates || !fill(pair, quantile, clusters, estimates, resamples))
        return error_no_memory(err);
    enum status status = read_ends(estimates, resamples, &result, err);
    if (status == STATUS_OK)
        *ret_result = result;
    return status;
}
