/*
 * markdown_report.h: report.md, for a pull request or a chat: a banner of one line with the
 * verdict, then tables. GitHub's Markdown; texts of others can neither form markup nor notify or
 * link anybody. Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_MARKDOWN_REPORT_H
#define ASSAY_REPORT_MARKDOWN_REPORT_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"

/* canonical: without the environment and without values measured on live calls. */
void markdown_report(struct strbuf *out, const struct run_summary *summary, bool canonical);

#endif
