/*
 * gate_check.c: each gate with each candidate that it concerns. Baselines are read once; a look is
 * taken down once a baseline and candidate, then its gates decide at that look's level. Called by
 * pipeline/run_report.c behind the fold.
 */
#include "gate/gate_check.h"

#include "aggregate/metric_catalogue.h"
#include "aggregate/run_decision.h"
#include "gate/baseline_looks.h"
#include "gate/gate_margin.h"

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

/* Margins need a metric that is a ratio by conversation and has a good side. */
static void check_comparable(const struct gate_spec *gate, struct fault_list *faults)
{
    struct metric_source source;
    const struct metric_entry *entry = metric_catalogue_find(gate->metric);
    if (gate->kind == GATE_THRESHOLD)
        return;
    if (!entry || !metric_source_find(gate->metric, 1, &source))
        fault_add(faults, yaml_find(gate->place, "metric"),
                  "Rates, shares, means and costs can; quantiles and counts have thresholds only.",
                  "metric '%.*s' cannot be compared by conversation", STRVIEW_ARG(gate->metric));
    else if (entry->direction == NO_DIRECTION)
        fault_add(faults, yaml_find(gate->place, "metric"), NULL,
                  "metric '%.*s' has no better side", STRVIEW_ARG(gate->metric));
}

void gate_check_names(const struct pipeline_spec *pipeline, struct fault_list *faults)
{
    gate_check_metrics(pipeline, pipeline->path, faults);
}

void gate_check_metrics(const struct pipeline_spec *pipeline, const char *own,
                        struct fault_list *faults)
{
    const char *file = faults->file;
    const char *const *names = NULL;
    faults->file = own;
    for (size_t i = 0; i < pipeline->gate_count; i++) {
        struct strview metric = pipeline->gates[i].metric;
        if (!metric.data)
            continue;
        if (is_known(pipeline, metric)) {
            check_comparable(&pipeline->gates[i], faults);
            continue;
        }
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

static struct gate_view view_of(const struct run_summary *summary, struct strview metric,
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

/* What the metric cannot be under or over: shares lie in [0, 1], nothing else is known to end. */
static struct gate_limits limits_of(const struct gate_spec *spec)
{
    const struct metric_entry *entry = metric_catalogue_find(spec->metric);
    bool is_ratio = entry && entry->unit == UNIT_RATIO;
    return (struct gate_limits){spec->at_least, spec->at_most, entry ? 0 : -INFINITY,
                                is_ratio ? 1 : INFINITY};
}

static void decide(const struct gate_spec *spec, struct gate_summary *gate, struct arena *arena)
{
    struct gate_limits limits = limits_of(spec);
    struct measure measure = gate->measure;
    bool by_value;
    if (spec->by_value)
        measure.low = measure.high = (double)NAN;
    gate->verdict = gate_decision_limits(&measure, &limits, &by_value);
    double value = measure.value;
    bool too_low = spec->at_least > value, too_high = spec->at_most < value;
    bool low_side = too_low || (!too_high && !isnan(spec->at_least));
    const char *text =
        low_side
            ? against(arena, gate->metric, value, too_low ? "below" : "at least", spec->at_least)
            : against(arena, gate->metric, value, too_high ? "above" : "at most", spec->at_most);
    if (!text || by_value) {
        gate->reason = text;
        return;
    }
    static const char *const words[] = {
        [VERDICT_PASS] = "holds with its whole 95 % interval",
        [VERDICT_FAIL] = "fails with its whole 95 % interval",
        [VERDICT_INCONCLUSIVE] = "cannot be decided: the limit lies in the 95 % interval"};
    gate->reason = arena_format(arena, "%s It %s, %.4g to %.4g.", text, words[gate->verdict],
                                measure.low, measure.high);
}

static const char *rule_of(const struct gate_spec *spec, struct arena *arena)
{
    if (isnan(spec->at_most))
        return arena_format(arena, "at least %.10g", spec->at_least);
    if (isnan(spec->at_least))
        return arena_format(arena, "at most %.10g", spec->at_most);
    return arena_format(arena, "at least %.10g and at most %.10g", spec->at_least, spec->at_most);
}

static bool has_too_many_errors(const struct pipeline_spec *pipeline,
                                const struct candidate_summary *candidate, struct arena *arena,
                                const char **ret_reason)
{
    double share = candidate_summary_error_share(candidate);
    if (!(share > pipeline->max_error_share))
        return false;
    *ret_reason = arena_format(arena,
                               "%.1f%% of its trials ended in infrastructure errors, more than the "
                               "%.1f%% that are allowed.",
                               share * 100, pipeline->max_error_share * 100);
    return true;
}

/* What the recorded agent did to callers, and what its own model did. */
static bool is_of_recorded_agent(struct strview metric)
{
    const struct metric_entry *entry = metric_catalogue_find(metric);
    return entry &&
           (strcmp(entry->section, "recorded") == 0 || strcmp(entry->section, "feedback") == 0 ||
            (strcmp(entry->section, "services") == 0 && strview_starts_with(metric, "llm_")));
}

static struct gate_view look(const struct gate_task *task)
{
    struct strview metric = task->spec->metric;
    if (is_of_recorded_agent(metric) &&
        !run_decision_was_heard(&task->pipeline->candidates[task->candidate]))
        return (struct gate_view){
            nothing("it is a fact of the recording, and no caller heard this candidate"), NULL};
    return view_of(task->summary, metric, task->candidate, task->arena);
}

static void check_threshold(const struct gate_task *task)
{
    struct gate_summary *gate = task->gate;
    struct gate_view view = look(task);
    gate->rule = rule_of(task->spec, task->arena);
    gate->measure = view.measure;
    gate->measured_live = view.row && view.row->measured_live[task->candidate];
    if (has_too_many_errors(task->pipeline, &task->summary->candidates[task->candidate],
                            task->arena, &gate->reason))
        return;
    if (view.measure.undefined || isnan(view.measure.value))
        gate->reason = arena_format(task->arena, "There is no value: %s.",
                                    view.measure.undefined ? view.measure.undefined : "unknown");
    else
        decide(task->spec, gate, task->arena);
}

/* All that the gates of one run need. */
struct checking {
    const struct pipeline_spec *pipeline;
    const struct gate_context *context;
    struct run_summary *summary;
    struct gate_baseline **baselines; /* one a gate; the same ones are shared; NULL: none */
    struct gate_task *tasks;          /* one a gate_summary */
    size_t task_count;
};

static bool concerns(const struct gate_spec *spec, struct strview candidate)
{
    return (!spec->candidate.data || strview_equal(spec->candidate, candidate)) &&
           !(spec->against.data && strview_equal(spec->against, candidate));
}

/* Why this run cannot be held against the baseline, or NULL. */
static const char *misfit(const struct checking *checking, const struct baseline *baseline)
{
    const struct run_summary *summary = checking->summary;
    if (strcmp(baseline->mode, replay_mode_names[checking->pipeline->mode]) != 0)
        return "the baseline was run in another mode";
    if (summary->gold_sha256.data && baseline->gold_sha256[0] &&
        !strview_is(summary->gold_sha256, baseline->gold_sha256))
        return "gold is not what the baseline was scored with; score and bless it again";
    return NULL;
}

static enum status read_baseline(struct checking *checking, size_t gate, struct error *err)
{
    const struct gate_spec *specs = checking->pipeline->gates;
    struct arena *arena = checking->summary->arena;
    struct error fault = {0};
    for (size_t i = 0; i < gate; i++)
        if (specs[i].baseline.data && strview_equal(specs[i].baseline, specs[gate].baseline)) {
            checking->baselines[gate] = checking->baselines[i];
            return STATUS_OK;
        }
    struct gate_baseline *read = arena_alloc(arena, sizeof *read);
    if (!read)
        return error_no_memory(err);
    checking->baselines[gate] = read;
    if (!checking->context->baselines) {
        read->fault = "there is no folder of baselines";
        return STATUS_OK;
    }
    enum status status =
        baseline_folder_read(checking->context->baselines, specs[gate].baseline.data, arena,
                             &read->baseline, &read->table, &fault);
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    read->fault = status == STATUS_OK ? misfit(checking, &read->baseline)
                                      : arena_copy_text(arena, fault.what);
    return STATUS_OK;
}

static bool is_fresh(const struct gate_task *task)
{
    return task->spec->conversations == GATE_FRESH_CONVERSATIONS;
}

/* The sums of the candidate's gates on fresh conversations, and the index of each task's. */
static size_t collect_sums(const struct checking *checking, const struct gate_task *first,
                           struct look_sums *sums)
{
    size_t count = 0;
    for (size_t i = 0; i < checking->task_count; i++) {
        const struct gate_task *task = &checking->tasks[i];
        if (task->baseline != first->baseline || task->candidate != first->candidate ||
            !is_fresh(task))
            continue;
        struct gate_difference d = gate_margin_difference(task);
        double n = (double)d.n, sum = d.undefined ? 0 : d.estimate * n;
        double guard = d.unit * d.unit; /* is added again to the totals */
        sums[count++] =
            (struct look_sums){task->gate->name, d.undefined ? 0 : n, sum,
                               d.undefined ? 0 : d.variance * (n - 1) - guard + sum * d.estimate};
    }
    return count;
}

static enum status hash_outcomes(const struct checking *checking, size_t candidate,
                                 char ret_hex[SHA256_HEX_SIZE], struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(64 * 1024, 0);
    struct outcome_table table;
    struct strbuf text = {0};
    struct column_side side = {checking->context->outcomes, candidate};
    if (!scratch || !outcome_table_make(side, scratch, &table))
        return error_no_memory(err);
    outcome_table_print(&table, &text);
    if (!text.failed)
        sha256_hex(text.data, text.size, ret_hex);
    enum status status = text.failed ? error_no_memory(err) : STATUS_OK;
    strbuf_done(&text);
    return status;
}

/* Takes down the look of one candidate at one baseline, then decides its gates. */
static enum status look_and_decide(struct checking *checking, const struct gate_task *first,
                                   struct error *err)
{
    struct arena *arena = checking->summary->arena;
    struct look_sums *sums = arena_array(arena, checking->task_count + 1, sizeof *sums);
    struct look_sums *totals = arena_array(arena, checking->task_count + 1, sizeof *totals);
    const char *own =
        arena_format(arena, "%s/%s", checking->context->baselines, first->baseline->baseline.name);
    struct look at = {.candidate = arena_format(arena, "%.*s", STRVIEW_ARG(first->gate->candidate)),
                      .run_id = checking->context->run_id,
                      .at = checking->context->at,
                      .sums = sums};
    uint64_t number;
    size_t used = 0;
    if (!sums || !totals || !own || !at.candidate)
        return error_no_memory(err);
    at.sums_count = collect_sums(checking, first, sums);
    enum status status = hash_outcomes(checking, first->candidate, at.outcomes_sha256, err);
    if (status == STATUS_OK)
        status = baseline_looks_take(own, &at, totals, &number, err);
    for (size_t i = 0; status == STATUS_OK && i < checking->task_count; i++) {
        const struct gate_task *task = &checking->tasks[i];
        if (task->baseline == first->baseline && task->candidate == first->candidate)
            status = gate_margin_decide(task, number, is_fresh(task) ? &totals[used++] : NULL, err);
    }
    return status;
}

static bool comes_first(const struct checking *checking, size_t index)
{
    const struct gate_task *task = &checking->tasks[index];
    for (size_t i = 0; i < index; i++)
        if (checking->tasks[i].baseline == task->baseline &&
            checking->tasks[i].candidate == task->candidate)
            return false;
    return true;
}

/* Errors and baselines that cannot be relied on leave the gate open, and count no look. */
static bool is_open(struct checking *checking, struct gate_task *task)
{
    struct gate_summary *gate = task->gate;
    struct arena *arena = task->arena;
    gate->rule = gate_margin_rule(task);
    gate->against = task->spec->against.data ? task->spec->against : task->spec->baseline;
    gate->measure = nothing("there is no difference");
    if (has_too_many_errors(checking->pipeline, &checking->summary->candidates[task->candidate],
                            arena, &gate->reason))
        return true;
    if (checking->summary->partial) {
        gate->reason = "The run did not come to its end.";
        return true;
    }
    if (task->baseline && task->baseline->fault) {
        gate->reason = arena_format(arena, "There is no verdict: %s.", task->baseline->fault);
        return true;
    }
    return false;
}

static const struct early_stop *stop_of(const struct gate_context *context, size_t candidate)
{
    for (size_t i = 0; i < context->stop_count; i++)
        if (context->stops[i].candidate == candidate)
            return &context->stops[i];
    return NULL;
}

/* The sequence that ended the replay decides the gates that it looked at; for all others there is
 * too little, and what there is was chosen by its outcome. */
static void decide_stopped(const struct gate_task *task, const struct early_stop *stop)
{
    struct gate_summary *gate = task->gate;
    bool is_worse = stop->verdict == EARLY_STOP_WORSE;
    gate->measure = nothing("its replay ended early");
    if (!early_stop_decides(task->pipeline, task->spec)) {
        gate->reason = arena_format(
            task->arena,
            "There is no verdict: the candidate was clearly %s after %llu conversations, its "
            "replay ended there (stop_when_decided), and this gate would need the others.",
            is_worse ? "worse" : "better", (unsigned long long)stop->conversations);
        return;
    }
    gate->verdict = is_worse ? VERDICT_FAIL : VERDICT_PASS;
    gate->measure = (struct measure){stop->estimate,      stop->low,       stop->high,
                                     stop->conversations, "conversations", NULL};
    gate->reason = arena_format(
        task->arena,
        "%s: %+.4g (%+.4g to %+.4g, a confidence sequence) against %.*s over %llu conversations; "
        "it was clearly %s and its replay ended there.",
        gate->metric, stop->estimate, stop->low, stop->high, STRVIEW_ARG(task->spec->against),
        (unsigned long long)stop->conversations, is_worse ? "worse" : "better");
}

/* The gate's candidate, or the one that it is held against, has only a part of its trials, and that
 * part was chosen by its outcome. */
static bool is_stopped(struct gate_task *task)
{
    const struct early_stop *stop = stop_of(task->context, task->candidate);
    for (size_t i = 0; i < task->context->stop_count; i++) {
        const struct early_stop *other = &task->context->stops[i];
        struct strview name = task->summary->candidates[other->candidate].name;
        if (!stop && task->spec->against.data && strview_equal(name, task->spec->against))
            task->gate->reason =
                arena_format(task->arena, "There is no verdict: the replay of '%.*s' ended early.",
                             STRVIEW_ARG(name));
    }
    if (stop)
        decide_stopped(task, stop);
    return stop || task->gate->reason;
}

static enum status add_task(struct checking *checking, size_t gate, size_t candidate,
                            struct error *err)
{
    const struct gate_spec *spec = &checking->pipeline->gates[gate];
    struct run_summary *summary = checking->summary;
    struct gate_summary *made = &summary->gates[summary->gate_count++];
    struct strview name = spec->name.data ? spec->name : spec->metric;
    *made = (struct gate_summary){
        .name = arena_format(summary->arena, "%.*s", STRVIEW_ARG(name)),
        .metric = arena_format(summary->arena, "%.*s", STRVIEW_ARG(spec->metric)),
        .candidate = summary->candidates[candidate].name,
        .verdict = VERDICT_INCONCLUSIVE,
        .line = spec->place ? spec->place->line : 0};
    struct gate_task task = {
        checking->pipeline, spec, checking->context, summary, candidate, checking->baselines[gate],
        summary->arena,     made};
    if (!made->name || !made->metric)
        return error_no_memory(err);
    if (spec->kind == GATE_THRESHOLD && !stop_of(task.context, candidate)) {
        check_threshold(&task);
        return made->reason && made->rule ? STATUS_OK : error_no_memory(err);
    }
    bool open = spec->kind != GATE_THRESHOLD && is_open(checking, &task);
    if (spec->kind == GATE_THRESHOLD)
        made->rule = rule_of(spec, summary->arena);
    open = open || is_stopped(&task);
    if (!made->rule || (open && !made->reason))
        return error_no_memory(err);
    if (!open && !task.baseline) /* another candidate of this run: this one look is all */
        return gate_margin_decide(&task, 0, NULL, err);
    if (!open)
        checking->tasks[checking->task_count++] = task;
    return STATUS_OK;
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

static enum status check_gate(struct checking *checking, size_t gate, struct error *err)
{
    const struct gate_spec *spec = &checking->pipeline->gates[gate];
    enum status status = spec->kind != GATE_THRESHOLD && spec->baseline.data
                             ? read_baseline(checking, gate, err)
                             : STATUS_OK;
    for (size_t c = 0; status == STATUS_OK && c < checking->summary->candidate_count; c++)
        if (concerns(spec, checking->summary->candidates[c].name))
            status = add_task(checking, gate, c, err);
    return status;
}

enum status gate_check_run(const struct pipeline_spec *pipeline, const struct gate_context *context,
                           struct run_summary *summary, struct error *err)
{
    size_t most = pipeline->gate_count * summary->candidate_count + 1;
    struct arena *arena = summary->arena;
    struct checking checking = {
        .pipeline = pipeline,
        .context = context,
        .summary = summary,
        .baselines = arena_array(arena, pipeline->gate_count + 1, sizeof *checking.baselines),
        .tasks = arena_array(arena, most, sizeof *checking.tasks)};
    summary->gates = arena_array(arena, most, sizeof *summary->gates);
    if (!summary->gates || !checking.baselines || !checking.tasks)
        return error_no_memory(err);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < pipeline->gate_count; i++)
        status = check_gate(&checking, i, err);
    for (size_t i = 0; status == STATUS_OK && i < checking.task_count; i++)
        if (comes_first(&checking, i))
            status = look_and_decide(&checking, &checking.tasks[i], err);
    if (status != STATUS_OK)
        return status;
    summary->decision.has_gates = pipeline->gate_count > 0;
    summary->decision.verdict = verdict_of(summary);
    return run_decision_say(summary) ? STATUS_OK : error_no_memory(err);
}
