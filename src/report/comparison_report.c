/*
 * comparison_report.c: see comparison_report.h. Plain differences; the tests of issue 6 will stand
 * beside them.
 */
#include "report/comparison_report.h"

#include "base/json_write.h"
#include "base/utf8.h"
#include "report/measure_text.h"
#include "report/safe_text.h"

enum { TITLE_WIDTH = 32, COLUMN_WIDTH = 24, FLIPS_SHOWN = 50 };

static void pad(struct strbuf *out, size_t start, size_t width)
{
    size_t used = utf8_display_width((struct strview){out->data + start, out->size - start});
    do
        strbuf_add_char(out, ' ');
    while (++used < width);
}

static const struct candidate_summary *candidate_of(const struct comparison_input *input,
                                                    const struct run_column *column)
{
    return &input->sides[column->run].summary->candidates[column->candidate];
}

static void add_header(const struct comparison_input *input, struct strbuf *out)
{
    size_t start = out->size;
    strbuf_add_text(out, "metric");
    pad(out, start, TITLE_WIDTH);
    for (size_t i = 0; i < input->comparison->column_count; i++) {
        const struct run_column *column = &input->comparison->columns[i];
        start = out->size;
        strbuf_add_format(out, "%zu: %.*s", column->run + 1,
                          STRVIEW_ARG(candidate_of(input, column)->name));
        pad(out, start, COLUMN_WIDTH);
    }
    strbuf_add_char(out, '\n');
}

static void add_row(const struct comparison_input *input, const struct metric_row *row,
                    struct strbuf *out)
{
    size_t start = out->size;
    strbuf_add_text(out, row->name);
    pad(out, start, TITLE_WIDTH);
    for (size_t i = 0; i < input->comparison->column_count; i++) {
        start = out->size;
        measure_text_value(out, &row->by_candidate[i], row->unit);
        if (row->difference && measure_text_is_defined(&row->difference[i])) {
            strbuf_add_text(out, " (");
            measure_text_change(out, &row->difference[i], row->unit);
            strbuf_add_char(out, ')');
        }
        pad(out, start, COLUMN_WIDTH);
    }
    strbuf_add_char(out, '\n');
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
    const struct run_column *column = &input->comparison->columns[flips->column];
    strbuf_add_format(out, "\n%.*s, run %zu: %llu conversations in both\n",
                      STRVIEW_ARG(candidate_of(input, column)->name), column->run + 1,
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
    for (size_t i = 0; i < comparison->section_count; i++) {
        const struct metric_section *section = &comparison->sections[i];
        strbuf_add_format(out, "\n%s\n", section->title);
        add_header(input, out);
        for (size_t j = 0; j < section->count; j++)
            add_row(input, &section->rows[j], out);
    }
    for (size_t i = 0; i < comparison->flip_count; i++)
        add_flips(input, &comparison->flips[i], out);
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

static void write_row(const struct comparison_input *input, const struct metric_row *row,
                      struct json_write *writer)
{
    json_write_begin_object(writer);
    json_write_key_text(writer, "metric", strview_of(row->name));
    json_write_key_text(writer, "unit", strview_of(measure_text_unit_name(row->unit)));
    json_write_key(writer, strview_of("values"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < input->comparison->column_count; i++)
        write_measure(&row->by_candidate[i], writer);
    json_write_end_array(writer);
    if (row->difference) {
        json_write_key(writer, strview_of("differences"));
        json_write_begin_array(writer);
        for (size_t i = 0; i < input->comparison->column_count; i++)
            write_measure(&row->difference[i], writer);
        json_write_end_array(writer);
    }
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

void comparison_report_json(struct strbuf *out, const struct comparison_input *input)
{
    const struct run_comparison *comparison = input->comparison;
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "schema_version", 1);
    json_write_key(&writer, strview_of("warnings"));
    json_write_begin_array(&writer);
    for (size_t i = 0; i < comparison->warning_count; i++)
        json_write_text(&writer, strview_of(comparison->warnings[i]));
    json_write_end_array(&writer);
    write_columns(input, &writer);
    write_sections(input, &writer);
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
