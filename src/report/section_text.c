/*
 * section_text.c: see section_text.h.
 */
#include "report/section_text.h"

#include "report/measure_text.h"
#include "report/terminal_text.h"

enum { TITLE_COLUMN = 44, RANGE_COLUMN = 60 };

static void add_row(struct strbuf *out, const struct metric_row *row, size_t candidate)
{
    const struct measure *measure = &row->by_candidate[candidate];
    size_t start = out->size;
    strbuf_add_format(out, "  %s", row->title);
    terminal_text_pad_to(out, start, TITLE_COLUMN);
    measure_text_value(out, measure, row->unit);
    if (measure_text_has_range(measure)) {
        terminal_text_pad_to(out, start, RANGE_COLUMN);
        measure_text_range(out, measure, row->unit);
    }
    strbuf_add_char(out, '\n');
}

static bool has_value(const struct metric_section *section, size_t candidate)
{
    for (size_t i = 0; i < section->count; i++)
        if (measure_text_is_defined(&section->rows[i].by_candidate[candidate]))
            return true;
    return false;
}

void section_text(struct strbuf *out, const struct run_summary *summary, size_t candidate)
{
    for (size_t i = 0; i < summary->section_count; i++) {
        const struct metric_section *section = &summary->sections[i];
        if (!has_value(section, candidate))
            continue;
        strbuf_add_format(out, "\n%s\n", section->title);
        for (size_t j = 0; j < section->count; j++)
            if (measure_text_is_defined(&section->rows[j].by_candidate[candidate]))
                add_row(out, &section->rows[j], candidate);
    }
}
