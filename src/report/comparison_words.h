/*
 * comparison_words.h: what the renderers of a comparison say in the same words. Thread: any.
 */
#ifndef ASSAY_REPORT_COMPARISON_WORDS_H
#define ASSAY_REPORT_COMPARISON_WORDS_H

#include "report/comparison_report.h"

/* Columns of a row of differences, in this order. */
enum comparison_cell {
    CELL_REFERENCE,
    CELL_OWN,
    CELL_CHANGE, /* "+0.7 pp (−1.2 to +2.6 pp)" */
    CELL_P,      /* adjusted; "0.480" */
    CELL_SEEN,   /* the smallest difference that would have been found */
    CELL_VERDICT,
    CELL_COUNT
};
extern const char *const comparison_words_heads[CELL_COUNT];

void comparison_words_cell(struct strbuf *out, const struct comparison_input *input,
                           const struct compared_row *row, size_t column,
                           enum comparison_cell cell);
/* "better", "worse", "changed", "not shown", "" */
const char *comparison_words_verdict(enum difference_verdict verdict);
/* The candidate's name, and the run's number where there are several. */
void comparison_words_column(struct strbuf *out, const struct comparison_input *input,
                             size_t column);
/* False: neither of the two has a value. */
bool comparison_words_is_shown(const struct comparison_input *input, const struct compared_row *row,
                               size_t column);
/* "71.3%", "$0.0123", "1,240 ms", "n/a" */
void comparison_words_value(struct strbuf *out, double value, enum metric_unit unit);

#endif
