/*
 * comparison_report_text.c: comparison_report_text, for a terminal: the verdict and why, one table
 * a candidate, slices, the trade-off, and conversations that changed.
 */
#include "report/comparison_words.h"
#include "report/measure_text.h"
#include "report/safe_text.h"
#include "report/terminal_text.h"

enum { TITLE_WIDTH = 29, FLIPS_SHOWN = 50, POINT_WIDTH = 14 };
static const size_t cell_widths[CELL_COUNT] = {11, 11, 32, 8, 13, 9};

/* No blanks at the end of a line. */
static void end_line(struct strbuf *out)
{
    while (out->size && out->data[out->size - 1] == ' ')
        out->size--;
    strbuf_add_char(out, '\n');
}

static void add_heads(struct strbuf *out, const char *first)
{
    size_t start = out->size;
    strbuf_add_text(out, first);
    terminal_text_pad_to(out, start, TITLE_WIDTH);
    for (int i = 0; i < CELL_COUNT; i++) {
        start = out->size;
        strbuf_add_text(out, comparison_words_heads[i]);
        terminal_text_pad_to(out, start, cell_widths[i]);
    }
    end_line(out);
}

static void add_row(const struct comparison_input *input, const struct compared_row *row,
                    size_t column, struct strbuf *out)
{
    size_t start = out->size;
    strbuf_add_text(out, row->row.name);
    terminal_text_pad_to(out, start, TITLE_WIDTH);
    for (int i = 0; i < CELL_COUNT; i++) {
        start = out->size;
        comparison_words_cell(out, input, row, column, (enum comparison_cell)i);
        terminal_text_pad_to(out, start, cell_widths[i]);
    }
    end_line(out);
}

static void add_section(const struct comparison_input *input,
                        const struct compared_section *section, size_t column, struct strbuf *out)
{
    bool any = false;
    for (size_t j = 0; j < section->count; j++)
        any = any || comparison_words_is_shown(input, &section->rows[j], column);
    if (!any)
        return;
    strbuf_add_format(out, "\n%s\n", section->title);
    add_heads(out, "metric");
    for (size_t j = 0; j < section->count; j++)
        if (comparison_words_is_shown(input, &section->rows[j], column))
            add_row(input, &section->rows[j], column, out);
}

static void add_slices(const struct comparison_input *input, size_t column, struct strbuf *out)
{
    const struct run_comparison *comparison = input->comparison;
    for (size_t i = 0; i < comparison->slice_count; i++) {
        const struct compared_slice *slice = &comparison->slices[i];
        strbuf_add_format(out, "\n%s: ", comparison->slice_key);
        safe_text_line(out, slice->value);
        strbuf_add_format(out, " (%llu conversations)\n",
                          (unsigned long long)(slice->row_count
                                                   ? slice->rows[0].differences[column].change.n
                                                   : 0));
        add_heads(out, "metric");
        for (size_t k = 0; k < slice->row_count; k++)
            add_row(input, &slice->rows[k], column, out);
    }
}

static void add_column(const struct comparison_input *input, size_t column, struct strbuf *out)
{
    const struct run_comparison *comparison = input->comparison;
    strbuf_add_text(out, "\n");
    comparison_words_column(out, input, column);
    strbuf_add_text(out, " against ");
    comparison_words_column(out, input, comparison->columns[column].reference);
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < comparison->section_count; i++)
        add_section(input, &comparison->sections[i], column, out);
    add_slices(input, column, out);
}

static void add_trade_offs(const struct comparison_input *input, struct strbuf *out)
{
    const struct run_comparison *comparison = input->comparison;
    static const char *const heads[] = {"success", "cost a call", "p95 latency"};
    size_t start;
    strbuf_add_text(out, "\nquality, cost, latency       ");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        start = out->size;
        strbuf_add_text(out, heads[i]);
        terminal_text_pad_to(out, start, POINT_WIDTH);
    }
    end_line(out);
    for (size_t j = 0; j < comparison->column_count; j++) {
        const struct trade_off *point = &comparison->trade_offs[j];
        start = out->size;
        comparison_words_column(out, input, j);
        terminal_text_pad_to(out, start, TITLE_WIDTH);
        const double values[] = {point->success_rate, point->cost_per_conversation_usd,
                                 point->latency_p95_ms};
        static const enum metric_unit units[] = {UNIT_RATIO, UNIT_USD, UNIT_MS};
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            start = out->size;
            comparison_words_value(out, values[i], units[i]);
            terminal_text_pad_to(out, start, POINT_WIDTH);
        }
        strbuf_add_text(out, point->on_front ? "on the front" : "");
        if (point->dominated_by != SIZE_MAX) {
            strbuf_add_text(out, "dominated by ");
            comparison_words_column(out, input, point->dominated_by);
        }
        end_line(out);
    }
}

static void add_changes(const struct comparison_input *input, const struct run_flips *flips,
                        const struct run_change *changes, size_t count, struct strbuf *out)
{
    size_t run = input->comparison->columns[flips->column].run;
    for (size_t i = 0; i < count && i < FLIPS_SHOWN; i++) {
        strbuf_add_text(out, "    ");
        safe_text_line(out, input->name(input->context, run, changes[i].second_ordinal));
        strbuf_add_char(out, '\n');
    }
    if (count > FLIPS_SHOWN)
        strbuf_add_format(out, "    ... and %zu more\n", count - FLIPS_SHOWN);
}

static void add_flips(const struct comparison_input *input, const struct run_flips *flips,
                      struct strbuf *out)
{
    strbuf_add_char(out, '\n');
    comparison_words_column(out, input, flips->column);
    strbuf_add_format(out, ": %llu conversations that both scored\n",
                      (unsigned long long)flips->compared);
    strbuf_add_format(out, "  newly failing: %zu\n", flips->failing_count);
    add_changes(input, flips, flips->newly_failing, flips->failing_count, out);
    strbuf_add_format(out, "  newly fixed: %zu\n", flips->fixed_count);
    add_changes(input, flips, flips->newly_fixed, flips->fixed_count, out);
}

void comparison_report_text(struct strbuf *out, const struct comparison_input *input)
{
    const struct run_comparison *comparison = input->comparison;
    for (size_t i = 0; i < input->side_count; i++)
        strbuf_add_format(out, "run %zu: %.*s (%.*s)\n", i + 1,
                          STRVIEW_ARG(input->sides[i].summary->environment.run_id),
                          STRVIEW_ARG(input->sides[i].summary->experiment));
    for (size_t i = 0; i < comparison->warning_count; i++)
        strbuf_add_format(out, "note: %s\n", comparison->warnings[i]);
    for (size_t i = 0; i < comparison->recommendation_count; i++) {
        strbuf_add_text(out, i ? "  " : "\nVERDICT: ");
        safe_text_line(out, strview_of(comparison->recommendations[i]));
        strbuf_add_char(out, '\n');
    }
    for (size_t j = 0; j < comparison->column_count; j++)
        if (comparison->columns[j].reference != SIZE_MAX)
            add_column(input, j, out);
    if (comparison->slice_warning)
        strbuf_add_format(out, "\n%s: %s\n", comparison->slice_key, comparison->slice_warning);
    add_trade_offs(input, out);
    for (size_t i = 0; i < comparison->flip_count; i++)
        add_flips(input, &comparison->flips[i], out);
    strbuf_add_text(out, "\nadj. p: Holm over the metrics of gates and success, Benjamini-Hochberg "
                         "over the others. could see: the\nsmallest true difference that this "
                         "comparison finds four times in five.\n");
}
