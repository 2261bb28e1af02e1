/*
 * comparison_report.c: comparison_report_json. The renderers for people are
 * comparison_report_text.c and comparison_report_markdown.c.
 */
#include "report/comparison_report.h"

#include "base/json_write.h"
#include "report/measure_text.h"

static const struct candidate_summary *candidate_of(const struct comparison_input *input,
                                                    const struct run_column *column)
{
    return &input->sides[column->run].summary->candidates[column->candidate];
}

static void write_measure(const struct measure *measure, struct json_write *writer)
{
    json_write_begin_object(writer);
    json_write_key_real(writer, "value", measure->value);
    json_write_key_real(writer, "low", measure->low);
    json_write_key_real(writer, "high", measure->high);
    json_write_key_i64(writer, "n", (int64_t)measure->n);
    if (measure->undefined)
        json_write_key_text(writer, "undefined", strview_of(measure->undefined));
    json_write_end_object(writer);
}

static void write_difference(const struct metric_difference *difference, struct json_write *writer)
{
    static const char *const verdicts[] = {[DIFFERENCE_UNDEFINED] = "undefined",
                                           [DIFFERENCE_NOT_SHOWN] = "not_shown",
                                           [DIFFERENCE_BETTER] = "better",
                                           [DIFFERENCE_WORSE] = "worse",
                                           [DIFFERENCE_CHANGED] = "changed"};
    json_write_begin_object(writer);
    json_write_key_real(writer, "value", difference->change.value);
    json_write_key_real(writer, "low", difference->change.low);
    json_write_key_real(writer, "high", difference->change.high);
    json_write_key_i64(writer, "n", (int64_t)difference->change.n);
    json_write_key_real(writer, "p", difference->p);
    json_write_key_real(writer, "adjusted_p", difference->adjusted_p);
    json_write_key_real(writer, "detectable", difference->detectable);
    json_write_key_text(writer, "verdict", strview_of(verdicts[difference->verdict]));
    if (difference->method)
        json_write_key_text(writer, "method", strview_of(difference->method));
    if (difference->change.undefined)
        json_write_key_text(writer, "undefined", strview_of(difference->change.undefined));
    json_write_end_object(writer);
}

static void write_row(const struct comparison_input *input, const struct compared_row *row,
                      struct json_write *writer)
{
    static const char *const families[] = {
        [FAMILY_NONE] = "none", [FAMILY_GATES] = "gates", [FAMILY_OTHERS] = "others"};
    json_write_begin_object(writer);
    json_write_key_text(writer, "metric", strview_of(row->row.name));
    json_write_key_text(writer, "unit", strview_of(measure_text_unit_name(row->row.unit)));
    json_write_key_text(writer, "family", strview_of(families[row->family]));
    json_write_key(writer, strview_of("values"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < input->comparison->column_count; i++)
        write_measure(&row->row.by_candidate[i], writer);
    json_write_end_array(writer);
    json_write_key(writer, strview_of("differences"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < input->comparison->column_count; i++)
        write_difference(&row->differences[i], writer);
    json_write_end_array(writer);
    json_write_end_object(writer);
}

static void write_names(const struct comparison_input *input, const char *key, size_t run,
                        const struct run_change *changes, size_t count, struct json_write *writer)
{
    json_write_key(writer, strview_of(key));
    json_write_begin_array(writer);
    for (size_t i = 0; i < count; i++)
        json_write_text(writer, input->name(input->context, run, changes[i].second_ordinal));
    json_write_end_array(writer);
}

static void write_columns(const struct comparison_input *input, struct json_write *writer)
{
    json_write_key(writer, strview_of("columns"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < input->comparison->column_count; i++) {
        const struct run_column *column = &input->comparison->columns[i];
        json_write_begin_object(writer);
        json_write_key_text(writer, "run", input->sides[column->run].summary->environment.run_id);
        json_write_key_text(writer, "candidate", candidate_of(input, column)->name);
        if (column->reference != SIZE_MAX)
            json_write_key_i64(writer, "reference", (int64_t)column->reference);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_sections(const struct comparison_input *input, struct json_write *writer)
{
    const struct run_comparison *comparison = input->comparison;
    json_write_key(writer, strview_of("sections"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < comparison->section_count; i++) {
        json_write_begin_object(writer);
        json_write_key_text(writer, "section", strview_of(comparison->sections[i].name));
        json_write_key(writer, strview_of("rows"));
        json_write_begin_array(writer);
        for (size_t j = 0; j < comparison->sections[i].count; j++)
            write_row(input, &comparison->sections[i].rows[j], writer);
        json_write_end_array(writer);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_texts(const char *key, const char *const *texts, size_t count,
                        struct json_write *writer)
{
    json_write_key(writer, strview_of(key));
    json_write_begin_array(writer);
    for (size_t i = 0; i < count; i++)
        json_write_text(writer, strview_of(texts[i]));
    json_write_end_array(writer);
}

static void write_slices(const struct comparison_input *input, struct json_write *writer)
{
    const struct run_comparison *comparison = input->comparison;
    if (!comparison->slice_key)
        return;
    json_write_key(writer, strview_of("slices"));
    json_write_begin_object(writer);
    json_write_key_text(writer, "key", strview_of(comparison->slice_key));
    if (comparison->slice_warning)
        json_write_key_text(writer, "warning", strview_of(comparison->slice_warning));
    json_write_key(writer, strview_of("values"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < comparison->slice_count; i++) {
        json_write_begin_object(writer);
        json_write_key_text(writer, "value", comparison->slices[i].value);
        json_write_key(writer, strview_of("rows"));
        json_write_begin_array(writer);
        for (size_t k = 0; k < comparison->slices[i].row_count; k++)
            write_row(input, &comparison->slices[i].rows[k], writer);
        json_write_end_array(writer);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
}

static void write_trade_offs(const struct comparison_input *input, struct json_write *writer)
{
    json_write_key(writer, strview_of("trade_offs"));
    json_write_begin_array(writer);
    for (size_t j = 0; j < input->comparison->column_count; j++) {
        const struct trade_off *point = &input->comparison->trade_offs[j];
        json_write_begin_object(writer);
        json_write_key_i64(writer, "column", (int64_t)point->column);
        json_write_key_real(writer, "success_rate", point->success_rate);
        json_write_key_real(writer, "cost_per_conversation_usd", point->cost_per_conversation_usd);
        json_write_key_real(writer, "latency_p95_ms", point->latency_p95_ms);
        json_write_key_bool(writer, "on_front", point->on_front);
        if (point->dominated_by != SIZE_MAX)
            json_write_key_i64(writer, "dominated_by", (int64_t)point->dominated_by);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

void comparison_report_json(struct strbuf *out, const struct comparison_input *input)
{
    const struct run_comparison *comparison = input->comparison;
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "schema_version", 1);
    write_texts("recommendations", comparison->recommendations, comparison->recommendation_count,
                &writer);
    write_texts("warnings", comparison->warnings, comparison->warning_count, &writer);
    write_columns(input, &writer);
    write_sections(input, &writer);
    write_slices(input, &writer);
    write_trade_offs(input, &writer);
    json_write_key(&writer, strview_of("flips"));
    json_write_begin_array(&writer);
    for (size_t i = 0; i < comparison->flip_count; i++) {
        const struct run_flips *flips = &comparison->flips[i];
        size_t run = comparison->columns[flips->column].run;
        json_write_begin_object(&writer);
        json_write_key_i64(&writer, "column", (int64_t)flips->column);
        json_write_key_i64(&writer, "compared", (int64_t)flips->compared);
        write_names(input, "newly_failing", run, flips->newly_failing, flips->failing_count,
                    &writer);
        write_names(input, "newly_fixed", run, flips->newly_fixed, flips->fixed_count, &writer);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    json_write_end_object(&writer);
    strbuf_add_char(out, '\n');
}
