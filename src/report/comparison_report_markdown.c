/*
 * comparison_report_markdown.c: comparison_report_markdown, for a pull request.
 */
#include "report/comparison_words.h"
#include "report/measure_text.h"
#include "report/safe_text.h"

enum { FLIPS_SHOWN = 20 };

static void add_safe(struct strbuf *out, struct strbuf *text)
{
    strbuf_fail_with(out, text);
    safe_text_markdown(out, strbuf_view(text));
    strbuf_clear(text);
}

static void add_heads(struct strbuf *out, const char *first)
{
    strbuf_add_format(out, "| %s |", first);
    for (int i = 0; i < CELL_COUNT; i++)
        strbuf_add_format(out, " %s |", comparison_words_heads[i]);
    strbuf_add_text(out, "\n| --- |");
    for (int i = 0; i < CELL_COUNT; i++)
        strbuf_add_text(out, i == CELL_VERDICT ? " --- |" : " ---: |");
    strbuf_add_char(out, '\n');
}

static void add_row(const struct comparison_input *input, const struct compared_row *row,
                    size_t column, struct strbuf *out)
{
    CLEANUP(strbuf_done) struct strbuf text = {0};
    strbuf_add_text(out, "| ");
    safe_text_markdown(out, strview_of(row->row.name));
    strbuf_add_text(out, " |");
    for (int i = 0; i < CELL_COUNT; i++) {
        strbuf_add_char(out, ' ');
        comparison_words_cell(&text, input, row, column, (enum comparison_cell)i);
        add_safe(out, &text);
        strbuf_add_text(out, " |");
    }
    strbuf_add_char(out, '\n');
}

static void add_sections(const struct comparison_input *input, size_t column, bool headline,
                         struct strbuf *out)
{
    const struct run_comparison *comparison = input->comparison;
    for (size_t i = 0; i < comparison->section_count; i++) {
        const struct compared_section *section = &comparison->sections[i];
        if ((strcmp(section->name, "headline") == 0) != headline)
            continue;
        for (size_t k = 0; k < section->count; k++)
            if (comparison_words_is_shown(input, &section->rows[k], column))
                add_row(input, &section->rows[k], column, out);
    }
}

static void add_slices(const struct comparison_input *input, size_t column, struct strbuf *out)
{
    const struct run_comparison *comparison = input->comparison;
    for (size_t i = 0; i < comparison->slice_count; i++) {
        const struct compared_slice *slice = &comparison->slices[i];
        strbuf_add_text(out, "\n**");
        safe_text_markdown(out, strview_of(comparison->slice_key));
        strbuf_add_text(out, ": ");
        safe_text_markdown(out, slice->value);
        strbuf_add_text(out, "**\n\n");
        add_heads(out, "metric");
        for (size_t k = 0; k < slice->row_count; k++)
            add_row(input, &slice->rows[k], column, out);
    }
}

static void add_column(const struct comparison_input *input, size_t column, struct strbuf *out)
{
    CLEANUP(strbuf_done) struct strbuf text = {0};
    comparison_words_column(&text, input, column);
    strbuf_add_text(&text, " against ");
    comparison_words_column(&text, input, input->comparison->columns[column].reference);
    strbuf_add_text(out, "\n## ");
    add_safe(out, &text);
    strbuf_add_text(out, "\n\n");
    add_heads(out, "metric");
    add_sections(input, column, true, out);
    add_slices(input, column, out);
    strbuf_add_text(out, "\n<details><summary>All metrics</summary>\n\n");
    add_heads(out, "metric");
    add_sections(input, column, false, out);
    strbuf_add_text(out, "\n</details>\n");
}

static void add_value(struct strbuf *out, double value, enum metric_unit unit)
{
    CLEANUP(strbuf_done) struct strbuf text = {0};
    comparison_words_value(&text, value, unit);
    strbuf_add_char(out, ' ');
    add_safe(out, &text);
    strbuf_add_text(out, " |");
}

static void add_trade_offs(const struct comparison_input *input, struct strbuf *out)
{
    CLEANUP(strbuf_done) struct strbuf text = {0};
    strbuf_add_text(out, "\n## Quality, cost, latency\n\n| candidate | success | cost a call | p95 "
                         "latency | |\n| --- | ---: | ---: | ---: | --- |\n");
    for (size_t j = 0; j < input->comparison->column_count; j++) {
        const struct trade_off *point = &input->comparison->trade_offs[j];
        strbuf_add_text(out, "| ");
        comparison_words_column(&text, input, j);
        add_safe(out, &text);
        strbuf_add_text(out, " |");
        add_value(out, point->success_rate, UNIT_RATIO);
        add_value(out, point->cost_per_conversation_usd, UNIT_USD);
        add_value(out, point->latency_p95_ms, UNIT_MS);
        strbuf_add_text(out, point->on_front ? " on the front" : "");
        if (point->dominated_by != SIZE_MAX) {
            strbuf_add_text(out, " dominated by ");
            comparison_words_column(&text, input, point->dominated_by);
            add_safe(out, &text);
        }
        strbuf_add_text(out, " |\n");
    }
}

static void add_changes(const struct comparison_input *input, const struct run_flips *flips,
                        const char *title, const struct run_change *changes, size_t count,
                        struct strbuf *out)
{
    size_t run = input->comparison->columns[flips->column].run;
    strbuf_add_format(out, "- %s: %zu", title, count);
    for (size_t i = 0; i < count && i < FLIPS_SHOWN; i++) {
        strbuf_add_text(out, i ? ", " : " (");
        safe_text_markdown(out, input->name(input->context, run, changes[i].second_ordinal));
    }
    if (count > FLIPS_SHOWN)
        strbuf_add_format(out, " and %zu more", count - FLIPS_SHOWN);
    strbuf_add_text(out, count ? ")\n" : "\n");
}

static void add_flips(const struct comparison_input *input, const struct run_flips *flips,
                      struct strbuf *out)
{
    CLEANUP(strbuf_done) struct strbuf text = {0};
    comparison_words_column(&text, input, flips->column);
    strbuf_add_text(out, "\n**Changed conversations, ");
    add_safe(out, &text);
    strbuf_add_format(out, "** (%llu that both scored)\n\n", (unsigned long long)flips->compared);
    add_changes(input, flips, "newly failing", flips->newly_failing, flips->failing_count, out);
    add_changes(input, flips, "newly fixed", flips->newly_fixed, flips->fixed_count, out);
}

void comparison_report_markdown(struct strbuf *out, const struct comparison_input *input)
{
    const struct run_comparison *comparison = input->comparison;
    for (size_t i = 0; i < comparison->recommendation_count; i++) {
        strbuf_add_text(out, i ? "- " : "# Comparison: ");
        safe_text_markdown(out, strview_of(comparison->recommendations[i]));
        strbuf_add_text(out, i ? "\n" : "\n\n");
    }
    for (size_t i = 0; i < comparison->warning_count; i++) {
        strbuf_add_text(out, "- Note: ");
        safe_text_markdown(out, strview_of(comparison->warnings[i]));
        strbuf_add_char(out, '\n');
    }
    for (size_t j = 0; j < comparison->column_count; j++)
        if (comparison->columns[j].reference != SIZE_MAX)
            add_column(input, j, out);
    if (comparison->slice_warning) {
        strbuf_add_text(out, "\nSlices: ");
        safe_text_markdown(out, strview_of(comparison->slice_warning));
        strbuf_add_char(out, '\n');
    }
    add_trade_offs(input, out);
    for (size_t i = 0; i < comparison->flip_count; i++)
        add_flips(input, &comparison->flips[i], out);
    strbuf_add_text(out,
                    "\nIntervals are 95 %. Adjusted p: Holm over the metrics of gates and "
                    "success, Benjamini-Hochberg over the others. Could see: the smallest true "
                    "difference that this comparison finds four times in five.\n");
}
