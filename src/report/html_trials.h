/*
 * html_trials.h: the failed conversations of report.html, each with what was said and how gold and
 * the candidate differ, turn by turn. Thread: one at a time.
 */
#ifndef ASSAY_REPORT_HTML_TRIALS_H
#define ASSAY_REPORT_HTML_TRIALS_H

#include "report/html_write.h"

void html_trials(struct html *html);
/* Trials that the simulated caller spoilt; nothing when there is none. */
void html_trials_spoilt(struct html *html);

#endif
