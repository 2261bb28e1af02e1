/*
 * html_decision.h: the first screen of report.html, also the first printed page: the verdict and
 * what it costs to be wrong, for the person who decides. Thread: one at a time.
 */
#ifndef ASSAY_REPORT_HTML_DECISION_H
#define ASSAY_REPORT_HTML_DECISION_H

#include "report/html_write.h"

void html_decision(struct html *html);
/* "pass", "fail", "open" or "none": the class that gives the verdict its colour. */
const char *html_decision_class(const struct run_summary *summary);

#endif
