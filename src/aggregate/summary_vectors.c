/*
 * summary_vectors.c: error bars of the metrics of vector_metric, put into rows that have their
 * values: the candidate's own (quantiles bring theirs) and the change to the first candidate. The
 * rows' values are exact and the outcomes rounded, so ranges are moved to the values.
 */
#include "aggregate/run_fold_private.h"
#include "aggregate/vector_metric.h"
#include "base/memory.h"

struct vectors {
    const struct run_fold *fold;
    struct metric_row *row;
    uint32_t *at; /* conversations that count for the candidate, or for it and the first one */
    size_t count;
    struct outcome_row scratch;
    struct error *err;
};

static enum status has_trials(struct vectors *vectors, size_t conversation, size_t candidate,
                              bool *ret_has)
{
    enum ratio_basis basis = vector_metric_basis(vectors->row->name);
    if (!run_outcomes_row(&vectors->fold->outcomes, conversation, candidate, &vectors->scratch))
        return error_no_memory(vectors->err);
    *ret_has = vectors->scratch.trials[basis] > 0;
    return STATUS_OK;
}

static enum status list(struct vectors *vectors, size_t candidate, bool with_first)
{
    const struct run_outcomes *outcomes = &vectors->fold->outcomes;
    enum status status = STATUS_OK;
    vectors->count = 0;
    for (size_t i = 0; status == STATUS_OK && i < outcomes->count; i++) {
        bool own = false, first = true;
        if (!run_outcomes_is_headline(outcomes, i))
            continue;
        status = has_trials(vectors, i, candidate, &own);
        if (status == STATUS_OK && with_first)
            status = has_trials(vectors, i, 0, &first);
        if (own && first)
            vectors->at[vectors->count++] = (uint32_t)i;
    }
    return status;
}

static void set_range(const struct cluster_bootstrap_result *result, struct measure *measure)
{
    if (result->undefined || measure->undefined)
        return;
    double by = measure->value - result->estimate;
    measure->low = result->interval.low + by;
    measure->high = result->interval.high + by;
}

static enum status add_own(struct vectors *vectors, size_t candidate)
{
    struct cluster_bootstrap_result result;
    struct measure *measure = &vectors->row->by_candidate[candidate];
    if (measure->undefined || !isnan(measure->low) || vectors->row->unit == UNIT_MS)
        return STATUS_OK;
    enum status status = list(vectors, candidate, false);
    struct outcome_side own = {&vectors->fold->outcomes, candidate, vectors->at};
    if (status == STATUS_OK)
        status = vector_metric_estimate(vectors->row->name, own, NULL, vectors->count, 0, &result,
                                        vectors->err);
    if (status != STATUS_OK)
        return status;
    set_range(&result, measure);
    if (vectors->row->unit == UNIT_RATIO && !isnan(measure->low)) {
        measure->low = fmax(measure->low, 0);
        measure->high = fmin(measure->high, 1);
    }
    return STATUS_OK;
}

static enum status add_change(struct vectors *vectors, size_t candidate)
{
    struct cluster_bootstrap_result result;
    struct measure *change = &vectors->row->difference[candidate];
    if (change->undefined)
        return STATUS_OK;
    enum status status = list(vectors, candidate, true);
    struct outcome_side own = {&vectors->fold->outcomes, candidate, vectors->at};
    struct outcome_side first = {&vectors->fold->outcomes, 0, vectors->at};
    if (status == STATUS_OK)
        status = vector_metric_estimate(vectors->row->name, own, &first, vectors->count, 0, &result,
                                        vectors->err);
    if (status == STATUS_OK)
        set_range(&result, change);
    return status;
}

enum status summary_vectors_add(const struct run_fold *fold, struct metric_row *row,
                                struct error *err)
{
    struct vectors vectors = {.fold = fold, .row = row, .err = err};
    if (!vector_metric_is_known(row->name))
        return STATUS_OK;
    vectors.at = memory_alloc((fold->outcomes.count + 1) * sizeof *vectors.at);
    enum status status = vectors.at ? STATUS_OK : error_no_memory(err);
    for (size_t c = 0; status == STATUS_OK && c < fold->candidate_count; c++) {
        status = add_own(&vectors, c);
        if (status == STATUS_OK && c && row->difference)
            status = add_change(&vectors, c);
    }
    memory_free(vectors.at);
    outcome_row_done(&vectors.scratch);
    return status;
}
