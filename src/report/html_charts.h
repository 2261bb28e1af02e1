/*
 * html_charts.h: the drawings of report.html, as inline SVG without any style attribute. Each
 * stands beside the same numbers as text. Deterministic; thread: one at a time.
 */
#ifndef ASSAY_REPORT_HTML_CHARTS_H
#define ASSAY_REPORT_HTML_CHARTS_H

#include "report/html_write.h"

/* A value with its range on a scale from 0 to `most`; nothing when there is no value. */
void html_charts_interval(struct strbuf *out, const struct measure *measure, double most);
/* A bar for a share of 0 to 1. */
void html_charts_share(struct strbuf *out, const struct measure *measure);
/* How a candidate's trials ended, as one stacked bar. */
void html_charts_outcomes(struct strbuf *out, const struct candidate_summary *candidate);
/* Confidence against accuracy. */
void html_charts_reliability(struct strbuf *out, const struct candidate_summary *candidate);

#endif
