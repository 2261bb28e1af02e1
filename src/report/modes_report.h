/*
 * modes_report.h: one report of a run in several replay modes: the gaps between the modes first,
 * then each mode by itself. Numbers of two modes never share a table. Deterministic bytes; thread:
 * any.
 */
#ifndef ASSAY_REPORT_MODES_REPORT_H
#define ASSAY_REPORT_MODES_REPORT_H

#include "compare/mode_gap.h"
#include "report/terminal_table.h"

struct modes_view {
    const struct run_summary *const *modes;
    size_t count;
    const struct mode_gaps *gaps;
    bool canonical;
};

/* {"kind": "modes", "gaps": [...], "modes": [report.json of each]} */
void modes_report_json(struct strbuf *out, const struct modes_view *view);
/* Gaps, and each mode's headline and first causes; the whole of a mode is report.MODE.html. */
void modes_report_html(struct strbuf *out, const struct modes_view *view);
void modes_report_markdown(struct strbuf *out, const struct modes_view *view);
void modes_report_terminal(struct strbuf *out, const struct modes_view *view,
                           const struct terminal_options *options);
/* The suites of all modes in one file. */
void modes_report_junit(struct strbuf *out, const struct modes_view *view);

#endif
