/*
 * html_tables.h: the tables of report.html: metrics, slots, calibration, outcomes, gates. Rows and
 * cells carry what the page filters by: data-c (candidate), data-slot, and data-v to sort by.
 * Thread: one at a time.
 */
#ifndef ASSAY_REPORT_HTML_TABLES_H
#define ASSAY_REPORT_HTML_TABLES_H

#include "report/html_write.h"

void html_tables_gates(struct html *html);
/* What a report says beside its metrics (run_note.h), a card each. */
void html_tables_notes(struct html *html);
/* A section's metrics; what belongs to it by name (slots, reliability, outcomes) follows it. */
void html_tables_section(struct html *html, const struct metric_section *section);
void html_tables_slots(struct html *html);
void html_tables_flaky(struct html *html);
void html_tables_reliability(struct html *html);
void html_tables_outcomes(struct html *html);

/* A card of the page with its heading; text of this program or of the summary, escaped. */
void html_tables_begin_card(struct html *html, const char *id, const char *title, const char *note);
void html_tables_end_card(struct html *html);

#endif
