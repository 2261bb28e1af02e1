/*
 * gate_check.c: see gate_check.h.
 */
#include "aggregate/gate_check.h"

#include "aggregate/metric_catalogue.h"

#include <math.h>
#include <stdio.h>

static bool is_slot_metric(const struct pipeline_spec *pipeline, struct strview name)
{
    const struct metric_entry *entry = metric_catalogue_find(name);
    const char *dot = entry ? strchr(entry->name, '.') : NULL;
    if (!dot)
        return false;
    size_t prefix = (size_t)(dot - entry->name) + 1;
    struct strview slot = {name.data + prefix, name.size - prefix};
    return !pipeline->task || task_spec_slot(pipeline->task, slot);
}

static bool is_scorer_metric(const struct pipeline_spec *pipeline, struct strview name)
{
    for (size_t i = 0; i < pipeline->scorer_count; i++) {
        struct strview prefix = pipeline->scorers[i].name;
        if (prefix.data && name.size > prefix.size &&
            memcmp(name.data, prefix.data, prefix.size) == 0 && name.data[prefix.size] == '.')
            return true;
    }
    return false;
}

static bool is_known(const struct pipeline_spec *pipeline, struct strview name)
{
    const struct metric_entry *entry = metric_catalogue_find(name);
    if (entry && !strchr(entry->name, '.'))
        return true;
    return is_slot_metric(pipeline, name) || is_scorer_metric(pipeline, name);
}

/* All names that a gate could have meant; ends with NULL. */
static const char *const *known_names(const struct pipeline_spec *pipeline, struct arena *arena)
{
    size_t slots = pipeline->task ? pipeline->task->slot_count : 0, entries = 0, count = 0;
    while (metric_catalogue[entries].name)
        entries++;
    const char **names = arena_array(arena, entries * (slots + 1) + 1, sizeof *names);
    for (size_t i = 0; names && i < entries; i++) {
        const char *name = metric_catalogue[i].name, *dot = strchr(name, '.');
        if (!dot) {
            names[count++] = name;
            continue;
        }
        for (size_t s = 0; s < slots; s++) {
            const char *made = arena_format(arena, "%.*s%.*s", (int)(dot - name) + 1, name,
                                            STRVIEW_ARG(pipeline->task->slots[s].name));
            if (made)
                names[count++] = made;
        }
    }
    return names;
}

void gate_check_names(const struct pipeline_spec *pipeline, struct fault_list *faults)
{
    const char *file = faults->file;
    const char *const *names = NULL;
    faults->file = pipeline->path;
    for (size_t i = 0; i < pipeline->gate_count; i++) {
        struct strview metric = pipeline->gates[i].metric;
        if (!metric.data || is_known(pipeline, metric))
            continue;
        names = names ? names : known_names(pipeline, faults->arena);
        const char *fix = names ? fault_did_you_mean(faults, metric, names) : NULL;
        fault_add(faults, yaml_find(pipeline->gates[i].place, "metric"),
                  fix ? fix : "`assay list metrics` shows every name.", "there is no metric '%.*s'",
                  STRVIEW_ARG(metric));
    }
    faults->file = file;
}

/* Where the gate looks: one candidate's measure and its row. */
struct gate_view {
    struct measure measure;
    const struct metric_row *row; /* NULL: a metric of one slot */
};

static struct measure nothing(const char *reason)
{
    double nan = (double)NAN;
    return (struct measure){nan, nan, nan, 0, NULL, reason};
}

static struct measure slot_measure(const struct run_summary *summary, struct strview metric,
                                   size_t candidate)
{
    const char *dot = memchr(metric.data, '.', metric.size);
    size_t prefix = dot ? (size_t)(dot - metric.data) + 1 : metric.size;
    struct strview slot = {metric.data + prefix, metric.size - prefix};
    for (size_t i = 0; i < summary->slot_count; i++) {
        const struct slot_summary *at = &summary->slots[i].by_candidate[candidate];
        if (!strview_equal(summary->slots[i].slot, slot))
            continue;
        if (strview_starts_with(metric, "slot_precision."))
            return at->precision;
        return strview_starts_with(metric, "slot_recall.") ? at->recall : at->f1;
    }
    return nothing("neither gold nor a candidate ever had this slot");
}

static struct gate_view look(const struct run_summary *summary, struct strview metric,
                             size_t candidate, struct arena *arena)
{
    const char *name = arena_format(arena, "%.*s", STRVIEW_ARG(metric));
    const struct metric_row *row = name ? run_summary_row(summary, name) : NULL;
    /* without errors there are no bounds: they are the value */
    if (!row && strview_starts_with(metric, "success_rate_errors_"))
        row = run_summary_row(summary, "success_rate");
    if (row)
        return (struct gate_view){row->by_candidate[candidate], row};
    const struct metric_entry *entry = metric_catalogue_find(metric);
    if (entry && strchr(entry->name, '.'))
        return (struct gate_view){slot_measure(summary, metric, candidate), NULL};
    return (struct gate_view){nothing("this run has no value of it"), NULL};
}

static double error_share(const struct candidate_summary *candidate)
{
    uint64_t run = candidate->trials - candidate->not_run;
    return run ? (double)candidate->infrastructure_errors / (double)run : 0;
}

/* A value and a limit, with as many digits as it takes to tell them apart. */
static const char *against(struct arena *arena, const char *metric, double value, const char *word,
                           double limit)
{
    const char *text = arena_format(arena, "%s is %.4g, %s %.4g.", metric, value, word, limit);
    char own[32], other[32];
    snprintf(own, sizeof own, "%.4g", value);
    snprintf(other, sizeof other, "%.4g", limit);
    if (strcmp(own, other) != 0 || (value >= limit && value <= limit))
        return text;
    return arena_format(arena, "%s is %.17g, %s %.10g.", metric, value, word, limit);
}

static void decide(const struct gate_spec *spec, struct gate_summary *gate, struct arena *arena)
{
    double value = gate->measure.value;
    bool too_low = spec->at_least > value, too_high = spec->at_most < value;
    gate->verdict = too_low || too_high ? VERDICT_FAIL : VERDICT_PASS;
    if (too_low || (!too_high && !isnan(spec->at_least)))
        gate->reason =
            against(arena, gate->metric, value, too_low ? "below" : "at least", spec->at_least);
    else
        gate->reason =
            against(arena, gate->metric, value, too_high ? "above" : "at most", spec->at_most);
}

static const char *rule_of(const struct gate_spec *spec, struct arena *arena)
{
    if (isnan(spec->at_most))
        return arena_format(arena, "at least %.10g", spec->at_least);
    if (isnan(spec->at_least))
        return arena_format(arena, "at most %.10g", spec->at_most);
    return arena_format(arena, "at least %.10g and at most %.10g", spec->at_least, spec->at_most);
}

static bool check_one(const struct pipeline_spec *pipeline, const struct gate_spec *spec,
                      struct run_summary *summary, size_t candidate)
{
    struct arena *arena = summary->arena;
    const struct candidate_summary *at = &summary->candidates[candidate];
    struct gate_view view = look(summary, spec->metric, candidate, arena);
    struct gate_summary *gate = &summary->gates[summary->gate_count++];
    struct strview name = spec->name.data ? spec->name : spec->metric;
    *gate = (struct gate_summary){.name = arena_format(arena, "%.*s", STRVIEW_ARG(name)),
                                  .metric = arena_format(arena, "%.*s", STRVIEW_ARG(spec->metric)),
                                  .candidate = at->name,
                                  .rule = rule_of(spec, arena),
                                  .measure = view.measure,
                                  .measured_live = view.row && view.row->measured_live[candidate],
                                  .verdict = VERDICT_INCONCLUSIVE};
    if (!gate->name || !gate->metric || !gate->rule)
        return false;
    double share = error_share(at);
    if (share > pipeline->max_error_share)
        gate->reason =
            arena_format(arena,
                         "%.1f%% of its trials ended in infrastructure errors, more than the "
                         "%.1f%% that are allowed.",
                         share * 100, pipeline->max_error_share * 100);
    else if (view.measure.undefined || isnan(view.measure.value))
        gate->reason = arena_format(arena, "There is no value: %s.",
                                    view.measure.undefined ? view.measure.undefined : "unknown");
    else
        decide(spec, gate, arena);
    return gate->reason != NULL;
}

static enum verdict verdict_of(const struct run_summary *summary)
{
    enum verdict verdict = VERDICT_PASS;
    for (size_t i = 0; i < summary->gate_count; i++) {
        if (summary->gates[i].verdict == VERDICT_FAIL)
            return VERDICT_FAIL;
        if (summary->gates[i].verdict == VERDICT_INCONCLUSIVE)
            verdict = VERDICT_INCONCLUSIVE;
    }
    return summary->too_many_errors ? VERDICT_INCONCLUSIVE : verdict;
}

bool gate_check_run(const struct pipeline_spec *pipeline, struct run_summary *summary)
{
    size_t most = pipeline->gate_count * summary->candidate_count + 1;
    summary->gates = arena_array(summary->arena, most, sizeof *summary->gates);
    if (!summary->gates)
        return false;
    for (size_t c = 0; c < summary->candidate_count; c++)
        summary->too_many_errors = summary->too_many_errors ||
                                   error_share(&summary->candidates[c]) > pipeline->max_error_share;
    for (size_t i = 0; i < pipeline->gate_count; i++) {
        const struct gate_spec *spec = &pipeline->gates[i];
        for (size_t c = 0; c < summary->candidate_count; c++)
            if ((!spec->candidate.data ||
                 strview_equal(spec->candidate, summary->candidates[c].name)) &&
                !check_one(pipeline, spec, summary, c))
                return false;
    }
    summary->decision.has_gates = pipeline->gate_count > 0;
    summary->decision.verdict = verdict_of(summary);
    return true;
}
