/*
 * terminal_table.h: a run's result for a terminal: verdict, headline table, where the calls went,
 * gates, accounts. Deterministic bytes; thread: any. Never wider than asked (40 columns at least),
 * except for a single number.
 */
#ifndef ASSAY_REPORT_TERMINAL_TABLE_H
#define ASSAY_REPORT_TERMINAL_TABLE_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"

struct terminal_options {
    size_t width;   /* columns; 0: 100 */
    bool colour;    /* the caller decides: a terminal, NO_COLOR, --color */
    bool canonical; /* leave out the run's environment and times of live calls */
};

void terminal_table(struct strbuf *out, const struct run_summary *summary,
                    const struct terminal_options *options);

#endif
