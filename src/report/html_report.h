/*
 * html_report.h: report.html: one file that needs nothing else and asks nothing of the network. Its
 * own content security policy allows only the style and the script that it carries, by their
 * SHA-256. Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_HTML_REPORT_H
#define ASSAY_REPORT_HTML_REPORT_H

#include "report/html_write.h"

/* canonical: without the environment and without values measured on live calls. */
void html_report(struct strbuf *out, const struct run_summary *summary, bool canonical);
/* What stands before and behind the cards, for other pages. */
void html_report_begin(struct html *html);
void html_report_end(struct strbuf *out);

#endif
