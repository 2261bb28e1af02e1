/*
 * summary_rows.c: the catalogue, walked in order, with each metric's numbers from where the fold
 * has them: a ratio of trials, a ratio of the recording, a quantile, or a number of its own. A
 * section without any value is left out, but for the headline and cost, whose reasons matter.
 */
#include "aggregate/metric_catalogue.h"
#include "aggregate/run_fold_private.h"
#include "stats/proportion.h"

#include <stdlib.h>

struct rows {
    struct run_fold *fold;
    struct run_summary *summary;
    struct arena *arena;
    struct error *err;
};

#define SKETCHED                                                                                   \
    "nearest rank in a DDSketch, within 0.5 % (more than 1,000,000 values); 95 %: ranks by "       \
    "Wilson at the effective number of values"
#define HISTOGRAM "ties count half; from a histogram of 10,000 bins (more than 1,000,000 slots)"

static const struct {
    const char *metric;
    unsigned percent;
    bool recorded;
    size_t offset; /* of the collector in candidate_fold or recorded_fold */
    const char *unit_of_n, *undefined;
} quantiles[] = {
#define OF_TRIALS(name, member, reason)                                                            \
    {name "_p50_ms", 50, false, offsetof(struct candidate_fold, member), "calls", reason},         \
        {name "_p95_ms", 95, false, offsetof(struct candidate_fold, member), "calls", reason},     \
    {                                                                                              \
        name "_p99_ms", 99, false, offsetof(struct candidate_fold, member), "calls", reason        \
    }
#define OF_RECORDING(name, member, unit, reason)                                                   \
    {name "_p50_ms", 50, true, offsetof(struct recorded_fold, member), unit, reason},              \
        {name "_p95_ms", 95, true, offsetof(struct recorded_fold, member), unit, reason},          \
    {                                                                                              \
        name "_p99_ms", 99, true, offsetof(struct recorded_fold, member), unit, reason             \
    }
    OF_TRIALS("latency", latency, "no model is called"),
    OF_TRIALS("first_token", first_token, "no call tells it"),
    OF_RECORDING("duration", duration, "conversations", "the recording does not tell it"),
    OF_RECORDING("response_gap", gap, "turns", "the recording has no times of speech"),
    OF_RECORDING("stt_latency", services[SERVICE_STT], "calls", "no such call was recorded"),
    OF_RECORDING("llm_latency", services[SERVICE_LLM], "calls", "no such call was recorded"),
    OF_RECORDING("tts_latency", services[SERVICE_TTS], "calls", "no such call was recorded"),
    OF_RECORDING("tool_latency", tools, "calls", "no such call was recorded"),
};

static bool make_changes(struct rows *rows, struct metric_row *row)
{
    double nan = (double)NAN;
    if (rows->fold->candidate_count < 2)
        return true;
    row->difference =
        arena_array(rows->arena, rows->fold->candidate_count, sizeof *row->difference);
    if (row->difference)
        row->difference[0] =
            (struct measure){nan, nan, nan, 0, NULL, "the others are compared with this one"};
    return row->difference != NULL;
}

/* The plain difference of two values, without a range. */
static struct measure difference_of(const struct measure *own, const struct measure *first)
{
    double nan = (double)NAN;
    const char *undefined = own->undefined ? own->undefined : first->undefined;
    if (undefined)
        return (struct measure){nan, nan, nan, 0, own->unit_of_n, undefined};
    return (struct measure){own->value - first->value, nan, nan, own->n, own->unit_of_n, NULL};
}

/* Why a ratio says nothing of this candidate although it was counted. */
static const char *objection(const struct candidate_fold *candidate, enum fold_ratio ratio,
                             enum fold_split split)
{
    if (ratio == FOLD_INTENT && !candidate->names_intent)
        return "the candidate names no intent";
    if (ratio == FOLD_REQUESTED_F1 && !candidate->names_requests)
        return "the candidate names no requested slots";
    const struct confidence_fold *confidence = &candidate->splits[split].confidence;
    if ((ratio == FOLD_CONFIDENCE || ratio == FOLD_BRIER) && confidence->outside)
        return confidence_fold_undefined(confidence);
    if ((ratio == FOLD_COST || ratio == FOLD_COST_PER_SUCCESS) &&
        summary_numbers_cost_is_unknown(candidate))
        return summary_numbers_no_cost;
    return NULL;
}

static struct measure object(struct measure measure, const char *reason)
{
    if (!reason || measure.undefined)
        return measure;
    measure.value = measure.low = measure.high = (double)NAN;
    measure.undefined = reason;
    return measure;
}

static bool fill_split(struct rows *rows, struct metric_row *row, enum fold_ratio ratio,
                       enum fold_split split)
{
    const struct ratio_metric *metric = &ratio_metric_of_trials[ratio];
    const struct candidate_fold *candidates = rows->fold->candidates;
    if (!make_changes(rows, row))
        return false;
    for (size_t c = 0; c < rows->fold->candidate_count; c++) {
        const struct split_fold *own = &candidates[c].splits[split];
        const char *reason = objection(&candidates[c], ratio, split);
        row->by_candidate[c] = object(ratio_metric_measure(metric, &own->ratios[ratio]), reason);
        if (c == 0)
            continue;
        bool in_table = ratio == FOLD_SUCCESS && !own->success_in_parts;
        reason = reason ? reason : objection(&candidates[0], ratio, split);
        row->difference[c] = object(
            ratio_metric_change(metric, &own->pairs[ratio], in_table ? &own->success_table : NULL),
            reason);
    }
    return true;
}

static bool fill_trials(struct rows *rows, struct metric_row *row, enum fold_ratio ratio)
{
    return fill_split(rows, row, ratio, rows->fold->headline);
}

/* The success rate of just these conversations: what repeats would have given besides. */
static void fill_this_gold(struct rows *rows, struct metric_row *row)
{
    for (size_t c = 0; c < rows->fold->candidate_count; c++) {
        const struct split_fold *own = fold_headline(rows->fold, c);
        const struct ratio_sums *sums = &own->ratios[FOLD_SUCCESS];
        struct measure *measure = &row->by_candidate[c];
        *measure = ratio_metric_measure(&ratio_metric_of_trials[FOLD_SUCCESS], sums);
        if (measure->undefined)
            continue;
        double n = sums->size, p = measure->value;
        double variance = own->success_noise / (n * n);
        measure->low = measure->high = (double)NAN;
        if (own->repeated < sums->clusters)
            *measure = object(*measure, "each conversation needs two scored repeats or more");
        else if (variance > 0) {
            struct interval interval = proportion_wilson(
                (struct share){p * p * (1 - p) / variance, p * (1 - p) / variance}, .05);
            measure->low = interval.low;
            measure->high = interval.high;
        }
    }
}

static void fill_recorded(struct rows *rows, struct metric_row *row, enum recorded_ratio ratio)
{
    struct measure measure = ratio_metric_measure(&ratio_metric_of_recording[ratio],
                                                  &rows->fold->recorded.ratios[ratio]);
    for (size_t c = 0; c < rows->fold->candidate_count; c++)
        row->by_candidate[c] = measure;
}

static enum status fill_quantile(struct rows *rows, struct metric_row *row, size_t which)
{
    bool recorded = quantiles[which].recorded;
    for (size_t c = 0; c < rows->fold->candidate_count; c++) {
        char *base = recorded ? (char *)&rows->fold->recorded : (char *)&rows->fold->candidates[c];
        struct value_collector *collector = (void *)(base + quantiles[which].offset);
        enum status status = value_collector_quantile(
            collector, quantiles[which].percent, quantiles[which].unit_of_n,
            quantiles[which].undefined, &row->by_candidate[c], rows->err);
        if (status != STATUS_OK)
            return status;
        if (value_collector_is_sketch(collector))
            row->convention = SKETCHED;
        row->measured_live[c] =
            !recorded && summary_numbers_is_live(&rows->fold->pipeline->candidates[c]);
    }
    if (recorded)
        return STATUS_OK;
    if (!make_changes(rows, row))
        return error_no_memory(rows->err);
    for (size_t c = 1; c < rows->fold->candidate_count; c++)
        row->difference[c] = difference_of(&row->by_candidate[c], &row->by_candidate[0]);
    return STATUS_OK;
}

static bool fill_number(struct rows *rows, struct metric_row *row,
                        const struct summary_number_entry *entry)
{
    for (size_t c = 0; c < rows->fold->candidate_count; c++)
        row->by_candidate[c] = entry->number(rows->fold, c);
    if (!entry->has_change)
        return true;
    if (!make_changes(rows, row))
        return false;
    for (size_t c = 1; c < rows->fold->candidate_count; c++)
        row->difference[c] = difference_of(&row->by_candidate[c], &row->by_candidate[0]);
    return true;
}

/* A measure in another unit: value x factor + offset; a negative factor turns the range round. */
static struct measure rescaled(struct measure measure, double factor, double offset)
{
    double low = measure.low * factor + offset, high = measure.high * factor + offset;
    measure.value = measure.value * factor + offset;
    measure.low = factor < 0 ? high : low;
    measure.high = factor < 0 ? low : high;
    return measure;
}

static bool fill_rescaled(struct rows *rows, struct metric_row *row, enum fold_ratio ratio,
                          double factor, double offset)
{
    if (!fill_trials(rows, row, ratio))
        return false;
    for (size_t c = 0; c < rows->fold->candidate_count; c++) {
        row->by_candidate[c] = rescaled(row->by_candidate[c], factor, offset);
        if (c)
            row->difference[c] = rescaled(row->difference[c], factor, 0);
    }
    return true;
}

static enum status fill_auroc(struct rows *rows, struct metric_row *row)
{
    for (size_t c = 0; c < rows->fold->candidate_count; c++) {
        const struct confidence_fold *confidence = &fold_headline(rows->fold, c)->confidence;
        enum status status = confidence_fold_auroc(confidence, &row->by_candidate[c], rows->err);
        if (status != STATUS_OK)
            return status;
        if (confidence_fold_is_histogram(confidence))
            row->convention = HISTOGRAM;
    }
    if (!make_changes(rows, row))
        return error_no_memory(rows->err);
    for (size_t c = 1; c < rows->fold->candidate_count; c++)
        row->difference[c] = difference_of(&row->by_candidate[c], &row->by_candidate[0]);
    return STATUS_OK;
}

static enum status checked(struct rows *rows, bool filled)
{
    return filled ? STATUS_OK : error_no_memory(rows->err);
}

/* "challenge_success_rate": over the split `challenge`, where it is not the headline itself. */
static bool fill_challenge(struct rows *rows, struct metric_row *row, enum fold_ratio ratio)
{
    if (rows->fold->headline != FOLD_CHALLENGE)
        return fill_split(rows, row, ratio, FOLD_CHALLENGE);
    double nan = (double)NAN;
    for (size_t c = 0; c < rows->fold->candidate_count; c++)
        row->by_candidate[c] =
            (struct measure){nan, nan, nan, 0, "conversations", "all conversations are of it"};
    return true;
}

static enum status fill(struct rows *rows, const char *metric, struct metric_row *row)
{
    static const char challenge[] = "challenge_";
    size_t prefix = sizeof challenge - 1;
    for (int i = 0; strncmp(metric, challenge, prefix) == 0 && i < FOLD_COUNT; i++)
        if (strcmp(metric + prefix, ratio_metric_of_trials[i].metric) == 0)
            return checked(rows, fill_challenge(rows, row, (enum fold_ratio)i));
    if (strcmp(metric, "failed_per_1000") == 0)
        return checked(rows, fill_rescaled(rows, row, FOLD_SUCCESS, -1000, 1000));
    if (strcmp(metric, "monthly_cost_usd") == 0)
        return checked(rows, fill_rescaled(rows, row, FOLD_COST,
                                           (double)rows->fold->pipeline->report.monthly_calls, 0));
    if (strcmp(metric, "auroc") == 0)
        return fill_auroc(rows, row);
    if (strcmp(metric, "success_rate_this_gold") == 0) {
        fill_this_gold(rows, row);
        return STATUS_OK;
    }
    for (int i = 0; i < FOLD_COUNT; i++)
        if (strcmp(metric, ratio_metric_of_trials[i].metric) == 0)
            return checked(rows, fill_trials(rows, row, (enum fold_ratio)i));
    for (int i = 0; i < RECORDED_COUNT; i++)
        if (strcmp(metric, ratio_metric_of_recording[i].metric) == 0) {
            fill_recorded(rows, row, (enum recorded_ratio)i);
            return STATUS_OK;
        }
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        if (strcmp(metric, quantiles[i].metric) == 0)
            return fill_quantile(rows, row, i);
    for (const struct summary_number_entry *entry = summary_numbers; entry->metric; entry++)
        if (strcmp(metric, entry->metric) == 0)
            return checked(rows, fill_number(rows, row, entry));
    return error_set(rows->err, STATUS_INTERNAL, "metric '%s' has no numbers", metric);
}

static bool start_row(struct rows *rows, const struct metric_entry *entry, struct metric_row *row)
{
    size_t candidates = rows->fold->candidate_count;
    *row = (struct metric_row){
        .name = entry->name,
        .title = entry->title,
        .unit = entry->unit,
        .direction = entry->direction,
        .convention = entry->convention,
        .by_candidate = arena_array(rows->arena, candidates + 1, sizeof *row->by_candidate),
        .measured_live = arena_array(rows->arena, candidates + 1, sizeof *row->measured_live)};
    if (strcmp(entry->name, "success_rate") == 0)
        row->title = run_decision_success_title(rows->fold->pipeline);
    return row->by_candidate && row->measured_live;
}

static bool has_value(const struct rows *rows, const struct metric_row *row)
{
    for (size_t c = 0; c < rows->fold->candidate_count; c++)
        if (!row->by_candidate[c].undefined)
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    const struct extra_fold *left = a, *right = b;
    return strview_compare(left->name, right->name);
}

static bool fill_extra(struct rows *rows, const struct extra_fold *extra, struct metric_row *row)
{
    static const struct ratio_metric metric = {
        NULL, RATIO_SIGNED_MEAN, BASIS_FINISHED, 1, "trials", "the scorer gave no number"};
    const struct run_fold *fold = rows->fold;
    row->title = arena_format(rows->arena, "%.*s", STRVIEW_ARG(extra->name));
    row->name = row->title;
    if (!row->title || !make_changes(rows, row))
        return false;
    for (size_t c = 0; c < rows->fold->candidate_count; c++) {
        const struct extra_part *part = &extra->by_candidate[c];
        row->by_candidate[c] = ratio_metric_measure(&metric, &part->sums[fold->headline]);
        if (c)
            row->difference[c] = ratio_metric_change(&metric, &part->pairs[fold->headline], NULL);
    }
    return true;
}

/* The scorers' own numbers, by name. */
static bool fill_extras(struct rows *rows, struct metric_section *section)
{
    static const struct metric_entry entry = {
        "",
        "",
        UNIT_COUNT,
        NO_DIRECTION,
        "scorers",
        "95 %: t, errors clustered by conversation (CR1); change: paired by conversation",
        ""};
    struct run_fold *fold = rows->fold;
    qsort(fold->extras, fold->extra_count, sizeof *fold->extras, by_name);
    for (size_t i = 0; i < fold->extra_count; i++) {
        struct metric_row *row = &section->rows[section->count];
        if (!start_row(rows, &entry, row) || !fill_extra(rows, &fold->extras[i], row))
            return false;
        section->count++;
    }
    return true;
}

static bool has_errors(const struct run_fold *fold)
{
    uint64_t errors = 0;
    for (size_t c = 0; c < fold->candidate_count; c++)
        errors += fold->candidates[c].errors;
    return errors > 0;
}

/* Of whom the headline speaks. */
static const char *headline_note(struct rows *rows)
{
    const uint64_t *of_split = rows->fold->of_split;
    static const char callers[] = "Intervals are for callers like these";
    if (!of_split[FOLD_CHALLENGE])
        return arena_format(rows->arena, "%s, not just for these conversations.", callers);
    if (!of_split[FOLD_RANDOM])
        return arena_format(rows->arena,
                            "All conversations are of the split challenge: chosen because they are "
                            "hard. %s.",
                            callers);
    return arena_format(
        rows->arena,
        "Over %llu conversations; %llu more, of the split challenge, are in a table "
        "of their own. %s, not just for these conversations.",
        (unsigned long long)of_split[FOLD_RANDOM], (unsigned long long)of_split[FOLD_CHALLENGE],
        callers);
}

static enum status make_section(struct rows *rows, const struct section_entry *entry)
{
    struct metric_section *section = &rows->summary->sections[rows->summary->section_count];
    size_t most = FOLD_EXTRAS;
    bool any_value = strcmp(entry->name, "headline") == 0 || strcmp(entry->name, "cost") == 0;
    for (const struct metric_entry *metric = metric_catalogue; metric->name; metric++)
        most += strcmp(metric->section, entry->name) == 0;
    *section = (struct metric_section){entry->name, entry->title, entry->note,
                                       arena_array(rows->arena, most, sizeof *section->rows), 0};
    section->note = strcmp(entry->name, "headline") == 0 ? headline_note(rows) : entry->note;
    if (!section->rows || (!section->note && strcmp(entry->name, "headline") == 0))
        return error_no_memory(rows->err);
    for (const struct metric_entry *metric = metric_catalogue; metric->name; metric++) {
        if (strcmp(metric->section, entry->name) != 0 || strchr(metric->name, '.'))
            continue;
        struct metric_row *row = &section->rows[section->count];
        if (!start_row(rows, metric, row))
            return error_no_memory(rows->err);
        enum status status = fill(rows, metric->name, row);
        if (status == STATUS_OK)
            status = summary_vectors_add(rows->fold, row, rows->err);
        if (status != STATUS_OK)
            return status;
        bool is_told = has_value(rows, row);
        any_value = any_value || is_told;
        section->count += is_told || strcmp(entry->name, "repeats") != 0;
    }
    bool is_scorers = strcmp(entry->name, "scorers") == 0;
    if (is_scorers && !fill_extras(rows, section))
        return error_no_memory(rows->err);
    if (strcmp(entry->name, "bounds") == 0 && !has_errors(rows->fold))
        any_value = false; /* they are the success rate itself */
    rows->summary->section_count += any_value || (is_scorers && section->count);
    return STATUS_OK;
}

enum status summary_rows_make(struct run_fold *fold, struct run_summary *summary, struct error *err)
{
    struct rows rows = {fold, summary, summary->arena, err};
    size_t count = 0;
    while (metric_catalogue_sections[count].name)
        count++;
    summary->sections = arena_array(summary->arena, count, sizeof *summary->sections);
    if (!summary->sections)
        return error_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        enum status status = make_section(&rows, &metric_catalogue_sections[i]);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}
