/*
 * compare_slices.c: the headline metrics once more, over the conversations that have one value of
 * a key. Values come in the order of their names, from all runs.
 */
#include "aggregate/metric_catalogue.h"
#include "compare/run_compare_private.h"

#include <stdlib.h>

static const char *const slice_metrics[] = {"success_rate", "joint_goal_accuracy", "slot_f1_micro",
                                            "cost_per_conversation_usd"};
enum { SLICE_METRICS = sizeof slice_metrics / sizeof *slice_metrics };

static int by_text(const void *a, const void *b)
{
    return strview_compare(*(const struct strview *)a, *(const struct strview *)b);
}

/* All values of the key in any run; ret_more: some run has too many of them. */
static size_t values_of(struct compare *compare, struct strview key, struct strview *ret_values,
                        bool *ret_more)
{
    size_t count = 0;
    for (size_t i = 0; i < compare->count; i++) {
        const struct run_outcomes *outcomes = compare->sides[i].outcomes;
        size_t at = outcomes ? slice_table_key(&outcomes->slices, key) : SIZE_MAX;
        if (at == SIZE_MAX)
            continue;
        const struct slice_key *own = &outcomes->slices.keys[at];
        *ret_more = *ret_more || own->has_others;
        for (size_t v = SLICE_OTHER + 1; v < own->value_count; v++) {
            bool is_new = true;
            for (size_t k = 0; k < count && is_new; k++)
                is_new = !strview_equal(ret_values[k], own->values[v]);
            if (is_new)
                ret_values[count++] = own->values[v];
        }
    }
    if (count)
        qsort(ret_values, count, sizeof *ret_values, by_text);
    return count;
}

static struct measure measure_of(struct compare *compare, size_t column,
                                 const struct metric_source *source,
                                 struct conversation_filter filter)
{
    const struct run_column *at = &compare->comparison->columns[column];
    struct column_side side = {compare->sides[at->run].outcomes, at->candidate};
    struct metric_column values;
    struct ratio_sums sums = {0};
    if (!side.outcomes)
        return run_compare_nothing("the run's trials are not at hand");
    if (!metric_column_make(side, source, filter, compare->scratch, &values)) {
        compare->no_memory = true;
        return run_compare_nothing("no memory");
    }
    for (size_t i = 0; i < values.count; i++)
        ratio_sums_add(&sums, (struct ratio_part){values.sums[i], values.sizes[i]});
    arena_reset(compare->scratch);
    return ratio_metric_measure(&source->metric, &sums);
}

static enum status add_row(struct compare *compare, struct compared_slice *slice,
                           const char *metric, struct conversation_filter filter,
                           const struct conversation_pairing *pairings)
{
    const struct metric_entry *entry = metric_catalogue_find(strview_of(metric));
    const struct compared_row *whole = run_comparison_row(compare->comparison, metric);
    struct compared_row *row = &slice->rows[slice->row_count];
    struct metric_source source;
    size_t columns = compare->comparison->column_count;
    if (!whole || !metric_source_find(strview_of(metric), 0, &source))
        return STATUS_OK;
    row->row = (struct metric_row){entry->name,
                                   entry->title,
                                   entry->unit,
                                   entry->direction,
                                   entry->convention,
                                   run_compare_array(compare, columns, sizeof(struct measure)),
                                   NULL,
                                   whole->row.measured_live};
    for (size_t j = 0; !compare->no_memory && j < columns; j++) {
        const char *reason = whole->row.by_candidate[j].undefined;
        row->row.by_candidate[j] =
            reason ? run_compare_nothing(reason) : measure_of(compare, j, &source, filter);
    }
    if (compare->no_memory)
        return error_no_memory(compare->err);
    slice->row_count++;
    return compare_tests_row_of(compare, pairings, row);
}

static enum status add_slice(struct compare *compare, struct strview key, struct strview value)
{
    struct run_comparison *comparison = compare->comparison;
    CLEANUP(arena_cleanup) struct arena *own = arena_create(64 << 10, 0);
    size_t columns = comparison->column_count;
    struct conversation_filter filter = {key, value};
    struct compared_slice *slice = &comparison->slices[comparison->slice_count];
    struct conversation_pairing *pairings =
        own ? arena_array(own, columns + 1, sizeof *pairings) : NULL;
    *slice = (struct compared_slice){
        value, run_compare_array(compare, SLICE_METRICS, sizeof *slice->rows), 0};
    if (!pairings || compare->no_memory)
        return error_no_memory(compare->err);
    for (size_t j = 0; j < columns; j++) {
        const struct conversation_pairing *whole = &compare->pairings[j];
        if (whole->own.outcomes &&
            !conversation_pairing_make(whole->own, whole->reference, filter, own, &pairings[j]))
            return error_no_memory(compare->err);
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < SLICE_METRICS && status == STATUS_OK; i++)
        status = add_row(compare, slice, slice_metrics[i], filter, pairings);
    comparison->slice_count += status == STATUS_OK;
    return status;
}

enum status compare_slices_make(struct compare *compare, struct strview key)
{
    struct run_comparison *comparison = compare->comparison;
    size_t most = compare->count * SLICE_VALUES_MOST;
    struct strview *values = run_compare_array(compare, most, sizeof *values);
    comparison->slices = run_compare_array(compare, most, sizeof *comparison->slices);
    comparison->slice_key = arena_format(compare->arena, "%.*s", STRVIEW_ARG(key));
    if (compare->no_memory || !comparison->slice_key)
        return error_no_memory(compare->err);
    bool more = false;
    size_t count = values_of(compare, key, values, &more);
    if (!count)
        comparison->slice_warning = "no conversation has this key: keys are split, tag, locale and "
                                    "those of ConversationStarted's metadata";
    else if (more)
        comparison->slice_warning = "the key has many values: only the first 63 are shown";
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_slice(compare, key, values[i]);
    return status;
}
