/*
 * gate_margin.c: two columns are matched by conversation, turned so that more is better, and put to
 * gate_decision; slices to gate_slices. Memory of one gate. Thread: main.
 */
#include "gate/gate_margin.h"

#include "aggregate/metric_catalogue.h"
#include "base/hash_set.h"
#include "gate/gate_slices.h"
#include "numeric/normal_law.h"

#include <math.h>

/* A metric's sums by conversation, of either side. */
struct side_column {
    size_t count;
    const uint64_t *ids; /* of all rows, or NULL: by `places` in `outcomes` */
    const double *sums, *sizes;
};

struct matched {
    struct gate_pairs pairs;
    double sign; /* of the metric: 1: higher is better */
    const char *undefined;
    bool no_memory;
};

static struct matched nothing_matched(const char *why)
{
    return (struct matched){.undefined = why};
}

static bool own_side(const struct gate_task *task, size_t candidate,
                     const struct metric_source *source, struct conversation_filter filter,
                     struct side_column *ret_side)
{
    struct metric_column column;
    struct column_side side = {task->context->outcomes, candidate};
    if (!metric_column_make(side, source, filter, task->arena, &column))
        return false;
    uint64_t *ids = arena_array(task->arena, column.count + 1, sizeof *ids);
    for (size_t i = 0; ids && i < column.count; i++)
        ids[i] = task->context->outcomes->id_hashes[column.conversations[i]];
    *ret_side = (struct side_column){column.count, ids, column.sums, column.sizes};
    return ids != NULL;
}

static size_t candidate_named(const struct run_summary *summary, struct strview name)
{
    for (size_t i = 0; i < summary->candidate_count; i++)
        if (strview_equal(summary->candidates[i].name, name))
            return i;
    return SIZE_MAX;
}

/* False: memory ran out. *ret_why: why there is no reference. */
static bool reference_side(const struct gate_task *task, const struct metric_source *source,
                           struct conversation_filter filter, struct side_column *ret_side,
                           const char **ret_why)
{
    if (task->spec->against.data) {
        size_t other = candidate_named(task->summary, task->spec->against);
        *ret_why = other == SIZE_MAX ? "the candidate to compare with is not in this run" : NULL;
        return *ret_why || own_side(task, other, source, filter, ret_side);
    }
    const struct outcome_table *table = &task->baseline->table;
    const struct outcome_column *column = outcome_table_column(table, task->spec->metric);
    if (!column && source->kind == METRIC_SOURCE_RATIO) /* one that is another one scaled */
        column = outcome_table_column(table, strview_of(source->metric.metric));
    *ret_why = column ? NULL : "the baseline has no value of it";
    if (column)
        *ret_side = (struct side_column){table->count, table->ids, column->sums, column->sizes};
    return true;
}

static bool match(const struct side_column *own, const struct side_column *reference,
                  struct arena *arena, struct gate_pairs *pairs)
{
    CLEANUP(hash_set_done) struct hash_set index = HASH_MAP;
    double *columns[4];
    for (size_t i = 0; i < 4; i++)
        if (!(columns[i] = arena_array(arena, own->count + 1, sizeof(double))))
            return false;
    for (size_t i = 0; i < reference->count; i++)
        if (!isnan(reference->sizes[i]) && !hash_set_put(&index, reference->ids[i], i))
            return false;
    size_t count = 0;
    for (size_t i = 0; i < own->count; i++) {
        uint64_t at;
        if (!hash_set_get(&index, own->ids[i], &at))
            continue;
        columns[0][count] = own->sums[i];
        columns[1][count] = own->sizes[i];
        columns[2][count] = reference->sums[at];
        columns[3][count++] = reference->sizes[at];
    }
    *pairs = (struct gate_pairs){.own_sums = columns[0],
                                 .own_sizes = columns[1],
                                 .reference_sums = columns[2],
                                 .reference_sizes = columns[3],
                                 .count = count};
    return true;
}

/* own - reference (1 +- share): the margin is in the reference, and the threshold is 0 then. */
static void take_share(struct gate_pairs *pairs, double factor)
{
    double *sums = (double *)(uintptr_t)pairs->reference_sums; /* made by match() */
    for (size_t i = 0; i < pairs->count; i++)
        sums[i] *= factor;
}

static struct matched match_task(const struct gate_task *task, struct conversation_filter filter)
{
    struct metric_source source;
    struct side_column own, reference = {0};
    const struct metric_entry *entry = metric_catalogue_find(task->spec->metric);
    const char *why = NULL;
    double monthly = (double)task->pipeline->report.monthly_calls;
    if (!task->context->outcomes || !entry ||
        !metric_source_find(task->spec->metric, monthly, &source))
        return nothing_matched("the metric cannot be compared by conversation");
    struct matched made = {.sign = entry->direction == LOWER_IS_BETTER ? -1 : 1};
    made.no_memory = !own_side(task, task->candidate, &source, filter, &own) ||
                     !reference_side(task, &source, filter, &reference, &why) ||
                     (!why && !match(&own, &reference, task->arena, &made.pairs));
    made.undefined = why;
    made.pairs.scale = source.metric.scale * made.sign;
    made.pairs.is_bounded = source.metric.kind == RATIO_AVERAGED;
    if (!isnan(task->spec->margin_share) && !why && !made.no_memory) {
        double share = task->spec->margin_share * made.sign;
        take_share(&made.pairs, task->spec->kind == GATE_NON_INFERIORITY ? 1 - share : 1 + share);
        made.pairs.is_bounded = false;
        made.undefined = source.offset < 0 || source.offset > 0 ? "a margin_share needs a metric "
                                                                  "that is 0 when nothing happens"
                                                                : NULL;
    }
    return made;
}

static struct gate_difference difference_of(const struct matched *matched)
{
    if (matched->undefined)
        return (struct gate_difference){.undefined = matched->undefined};
    return gate_difference_paired(&matched->pairs);
}

struct gate_difference gate_margin_difference(const struct gate_task *task)
{
    struct conversation_filter all = {0};
    struct matched matched = match_task(task, all);
    if (matched.no_memory)
        matched.undefined = "memory ran out";
    return difference_of(&matched);
}

static double threshold_of(const struct gate_spec *spec)
{
    double margin = isnan(spec->margin) ? 0 : spec->margin;
    return spec->kind == GATE_NON_INFERIORITY ? -margin : margin;
}

static const char *reference_name(const struct gate_task *task)
{
    return task->spec->against.data ? task->spec->against.data : task->spec->baseline.data;
}

const char *gate_margin_rule(const struct gate_task *task)
{
    const struct gate_spec *spec = task->spec;
    bool is_share = !isnan(spec->margin_share);
    double margin = is_share ? spec->margin_share * 100 : isnan(spec->margin) ? 0 : spec->margin;
    const char *percent = is_share ? "%" : "", *name = reference_name(task);
    const char *slice = spec->slice.data ? arena_format(task->arena, ", worst value of '%.*s'",
                                                        STRVIEW_ARG(spec->slice))
                                         : "";
    if (!slice)
        return NULL;
    if (spec->kind == GATE_NON_INFERIORITY)
        return margin > 0 ? arena_format(task->arena, "at most %.10g%s worse than %s%s", margin,
                                         percent, name, slice)
                          : arena_format(task->arena, "not worse than %s%s", name, slice);
    return margin > 0 ? arena_format(task->arena, "more than %.10g%s better than %s%s", margin,
                                     percent, name, slice)
                      : arena_format(task->arena, "better than %s%s", name, slice);
}

/* About how many conversations would decide, if the difference is none. */
static double conversations_needed(const struct gate_difference *difference, double threshold,
                                   double alpha)
{
    double z = normal_law_upper_quantile(alpha) + normal_law_quantile(.8);
    return threshold < 0 ? ceil(z * z * difference->variance / (threshold * threshold))
                         : (double)NAN;
}

/* What came back under a model's name may be another model than when the baseline was blessed. */
static void say_models(const struct gate_task *task, struct strbuf *text)
{
    const struct text_list *now = &task->summary->candidates[task->candidate].served_models;
    struct strbuf names = {0};
    if (!task->baseline || !task->baseline->baseline.served_models[0] || !now->count)
        return;
    for (size_t i = 0; i < now->count; i++)
        strbuf_add_format(&names, "%s%.*s", i ? ", " : "", STRVIEW_ARG(now->items[i]));
    strbuf_fail_with(text, &names);
    if (!names.failed && strcmp(names.data, task->baseline->baseline.served_models) != 0)
        strbuf_add_format(
            text,
            " The model that answers calls itself %.200s; it was %.200s when '%s' was blessed.",
            names.data, task->baseline->baseline.served_models, task->baseline->baseline.name);
    strbuf_done(&names);
}

static const char *say(const struct gate_task *task, const struct gate_difference *difference,
                       const struct gate_decision *decision, double alpha)
{
    static const char *const words[] = {[VERDICT_PASS] = "the worse end is over",
                                        [VERDICT_FAIL] = "the better end is under",
                                        [VERDICT_INCONCLUSIVE] = "the interval holds"};
    const struct gate_summary *gate = task->gate;
    double threshold = threshold_of(task->spec), needed;
    struct strbuf text = {0};
    strbuf_add_format(&text, "%s: %+.4g (%+.4g to %+.4g) against %s over %llu conversations; %s ",
                      gate->metric, gate->measure.value, gate->measure.low, gate->measure.high,
                      reference_name(task), (unsigned long long)difference->n,
                      words[decision->verdict]);
    if (!isnan(task->spec->margin_share))
        strbuf_add_text(&text, "the margin");
    else
        strbuf_add_format(&text, "%.4g",
                          gate->measure.value * difference->estimate < 0 ? -threshold : threshold);
    strbuf_add_char(&text, '.');
    needed = conversations_needed(difference, threshold, alpha);
    if (decision->verdict == VERDICT_INCONCLUSIVE && needed > (double)difference->n)
        strbuf_add_format(&text, " About %.0f conversations would decide if nothing changed.",
                          needed);
    if (gate->look && task->spec->conversations == GATE_FRESH_CONVERSATIONS)
        strbuf_add_format(&text, " One confidence sequence over %llu look%s.",
                          (unsigned long long)gate->look, gate->look == 1 ? "" : "s");
    else if (gate->look)
        strbuf_add_format(&text, " Look %llu: %.3g of alpha %.3g, %.3g spent in all.",
                          (unsigned long long)gate->look, alpha, gate->alpha, gate->alpha_spent);
    say_models(task, &text);
    const char *reason = text.failed ? NULL : arena_copy_text(task->arena, text.data);
    strbuf_done(&text);
    return reason;
}

static enum status take_decision(const struct gate_task *task, double sign,
                                 const struct gate_difference *difference,
                                 const struct gate_decision *decision, double alpha)
{
    struct gate_summary *gate = task->gate;
    gate->verdict = decision->verdict;
    gate->measure = (struct measure){.value = difference->estimate * sign,
                                     .low = sign > 0 ? decision->low : -decision->high,
                                     .high = sign > 0 ? decision->high : -decision->low,
                                     .n = difference->n,
                                     .unit_of_n = "conversations",
                                     .undefined = decision->undefined};
    gate->reason = decision->undefined
                       ? arena_format(task->arena, "There is no verdict: %s.", decision->undefined)
                       : say(task, difference, decision, alpha);
    return gate->reason ? STATUS_OK : STATUS_NO_MEMORY;
}

static const char *say_slices(const struct gate_task *task, const struct slice_key *key,
                              const struct gate_slice *slices, size_t worst, double sign)
{
    struct strbuf text = {0};
    size_t judged = 0;
    for (size_t v = 0; v < key->value_count; v++)
        judged += slices[v].is_judged;
    strbuf_add_format(&text, "%s: %zu of %zu values of '%.*s' have %lld conversations or more",
                      task->gate->metric, judged, key->value_count, STRVIEW_ARG(key->name),
                      (long long)task->spec->min_n);
    if (worst != SIZE_MAX)
        strbuf_add_format(
            &text, "; worst is '%.*s': %+.4g over %llu, shrunk towards the others %+.4g",
            STRVIEW_ARG(key->values[worst]), slices[worst].difference.estimate * sign,
            (unsigned long long)slices[worst].difference.n, slices[worst].shrunk * sign);
    strbuf_add_char(&text, '.');
    for (size_t v = 0, named = 0; v < key->value_count && named < 3; v++)
        if (slices[v].is_judged && slices[v].verdict == VERDICT_FAIL && ++named)
            strbuf_add_format(&text, " '%.*s' fails (p %.2g after Holm).",
                              STRVIEW_ARG(key->values[v]), slices[v].adjusted_p);
    if (task->gate->look)
        strbuf_add_format(&text, " Look %llu: alpha %.3g, %.3g spent in all.",
                          (unsigned long long)task->gate->look, task->gate->alpha,
                          task->gate->alpha_spent);
    const char *reason = text.failed ? NULL : arena_copy_text(task->arena, text.data);
    strbuf_done(&text);
    return reason;
}

static enum status decide_slices(const struct gate_task *task, double alpha, struct error *err)
{
    const struct slice_table *table = &task->context->outcomes->slices;
    size_t at = slice_table_key(table, task->spec->slice), worst;
    double sign = 1;
    if (at == SIZE_MAX) {
        task->gate->reason = arena_format(task->arena, "No conversation has the key '%.*s'.",
                                          STRVIEW_ARG(task->spec->slice));
        return task->gate->reason ? STATUS_OK : error_no_memory(err);
    }
    const struct slice_key *key = &table->keys[at];
    struct gate_slice *slices = arena_array(task->arena, key->value_count + 1, sizeof *slices);
    if (!slices)
        return error_no_memory(err);
    for (size_t v = 0; v < key->value_count; v++) {
        struct conversation_filter filter = {key->name, key->values[v]};
        struct matched matched = match_task(task, filter);
        if (matched.no_memory)
            return error_no_memory(err);
        slices[v].difference = difference_of(&matched);
        sign = matched.sign;
    }
    struct gate_slices_rule rule = {threshold_of(task->spec), alpha, (uint64_t)task->spec->min_n};
    enum status status =
        gate_slices_decide(slices, key->value_count, &rule, &task->gate->verdict, &worst, err);
    if (status != STATUS_OK)
        return status;
    if (worst != SIZE_MAX)
        task->gate->measure =
            (struct measure){.value = slices[worst].shrunk * sign,
                             .low = (sign > 0 ? slices[worst].low : slices[worst].high) * sign,
                             .high = (sign > 0 ? slices[worst].high : slices[worst].low) * sign,
                             .n = slices[worst].difference.n,
                             .unit_of_n = "conversations"};
    task->gate->reason = say_slices(task, key, slices, worst, sign);
    return task->gate->reason ? STATUS_OK : error_no_memory(err);
}

enum status gate_margin_decide(const struct gate_task *task, uint64_t look,
                               const struct look_sums *totals, struct error *err)
{
    const struct gate_spec *spec = task->spec;
    struct gate_summary *gate = task->gate;
    double alpha = look && !totals ? gate_decision_look_alpha(spec->alpha, look) : spec->alpha;
    gate->look = look;
    gate->alpha = spec->alpha;
    gate->alpha_spent = look && !totals ? gate_decision_spent(spec->alpha, look) : spec->alpha;
    if (spec->slice.data)
        return decide_slices(task, alpha, err);
    struct conversation_filter all = {0};
    struct matched matched = match_task(task, all);
    if (matched.no_memory)
        return error_no_memory(err);
    struct gate_difference difference = difference_of(&matched);
    struct gate_decision decision;
    if (totals) {
        difference =
            gate_difference_of_moments(totals->n, totals->sum, totals->squares, difference.unit);
        decision = gate_decision_sequence(&difference, threshold_of(spec), spec->alpha,
                                          (double)spec->tuned_for);
    } else {
        decision = gate_decision_at(&difference, threshold_of(spec), alpha);
    }
    enum status status = take_decision(task, matched.sign, &difference, &decision, alpha);
    return status == STATUS_OK ? status : error_no_memory(err);
}
