/*
 * html_figures.h: the figures of report.html that stand on several numbers: differences with their
 * intervals (a forest plot), cost against quality with the Pareto front, latencies, slot
 * confusion. Inline SVG without style attributes, 340 wide so that a telephone shows it as large
 * as a desk; the same numbers stand beside each as a table. Thread: one at a time.
 */
#ifndef ASSAY_REPORT_HTML_FIGURES_H
#define ASSAY_REPORT_HTML_FIGURES_H

#include "report/html_write.h"

/* Cards of their own; nothing when there is nothing to show (one candidate, no prices). */
void html_figures_differences(struct html *html);
void html_figures_cost(struct html *html);
bool html_figures_has_differences(const struct html *html);
bool html_figures_has_cost(const struct html *html);

/* Inside of the card of models: how long answers took, by candidate. */
void html_figures_latency(struct html *html);
/* Inside of the card of slots: verdicts by slot, and gold against prediction for categorical
 * slots. */
void html_figures_slots(struct html *html);

#endif
