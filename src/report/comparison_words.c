/*
 * comparison_words.c: see comparison_words.h.
 */
#include "report/comparison_words.h"

#include "report/measure_text.h"
#include "report/safe_text.h"

const char *const comparison_words_heads[CELL_COUNT] = {"reference", "candidate",    "difference",
                                                        "adj. p",    "could see +-", "verdict"};

const char *comparison_words_verdict(enum difference_verdict verdict)
{
    static const char *const words[] = {[DIFFERENCE_UNDEFINED] = "",
                                        [DIFFERENCE_NOT_SHOWN] = "not shown",
                                        [DIFFERENCE_BETTER] = "better",
                                        [DIFFERENCE_WORSE] = "worse",
                                        [DIFFERENCE_CHANGED] = "changed"};
    return words[verdict];
}

void comparison_words_column(struct strbuf *out, const struct comparison_input *input,
                             size_t column)
{
    const struct run_column *at = &input->comparison->columns[column];
    safe_text_line(out, input->sides[at->run].summary->candidates[at->candidate].name);
    if (input->side_count > 1)
        strbuf_add_format(out, " (run %zu)", at->run + 1);
}

bool comparison_words_is_shown(const struct comparison_input *input, const struct compared_row *row,
                               size_t column)
{
    size_t reference = input->comparison->columns[column].reference;
    return measure_text_is_defined(&row->row.by_candidate[column]) ||
           measure_text_is_defined(&row->row.by_candidate[reference]);
}

void comparison_words_value(struct strbuf *out, double value, enum metric_unit unit)
{
    struct measure measure = {.value = value, .undefined = isnan(value) ? "not known" : NULL};
    measure.low = measure.high = (double)NAN;
    measure_text_value(out, &measure, unit);
}

static void add_change(struct strbuf *out, const struct metric_row *row,
                       const struct measure *change)
{
    if (!measure_text_is_defined(change)) {
        strbuf_add_text(out, "n/a");
        return;
    }
    measure_text_change(out, change, row->unit);
    if (!measure_text_has_range(change))
        return;
    strbuf_add_text(out, " (");
    measure_text_change_range(out, change, row->unit);
    strbuf_add_char(out, ')');
}

/* Without a sign. */
static void add_seen(struct strbuf *out, const struct metric_row *row, double detectable)
{
    struct measure measure = {.value = detectable};
    measure.low = measure.high = (double)NAN;
    if (row->unit == UNIT_RATIO)
        strbuf_add_format(out, "%.1f pp", detectable * 100);
    else
        measure_text_value(out, &measure, row->unit);
}

static void add_p(struct strbuf *out, double p)
{
    if (p < .001)
        strbuf_add_text(out, "<0.001");
    else
        strbuf_add_format(out, "%.3f", p);
}

void comparison_words_cell(struct strbuf *out, const struct comparison_input *input,
                           const struct compared_row *row, size_t column, enum comparison_cell cell)
{
    const struct metric_difference *difference = &row->differences[column];
    size_t reference = input->comparison->columns[column].reference;
    switch (cell) {
    case CELL_REFERENCE:
        measure_text_value(out, &row->row.by_candidate[reference], row->row.unit);
        break;
    case CELL_OWN:
        measure_text_value(out, &row->row.by_candidate[column], row->row.unit);
        break;
    case CELL_CHANGE:
        add_change(out, &row->row, &difference->change);
        break;
    case CELL_P:
        if (!isnan(difference->adjusted_p))
            add_p(out, difference->adjusted_p);
        break;
    case CELL_SEEN:
        if (!difference->change.undefined && !isnan(difference->detectable))
            add_seen(out, &row->row, difference->detectable);
        break;
    case CELL_VERDICT:
        strbuf_add_text(out, comparison_words_verdict(difference->verdict));
        break;
    case CELL_COUNT:
        break;
    }
}
