/*
 * html_write.h: the bricks of report.html: escaping, cells of measures, notes. Everything that a
 * caller, a model or a file said goes through html_write_text, html_write_said or
 * html_write_attribute; the rest is text of this program. Thread: one at a time.
 */
#ifndef ASSAY_REPORT_HTML_WRITE_H
#define ASSAY_REPORT_HTML_WRITE_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"

#include <stdbool.h>

/* What each part of the page is given. */
struct html {
    struct strbuf *out;
    const struct run_summary *summary;
    bool canonical;
};

/* Reasons for "n/a" that a table refers to by number; written below it. */
enum { HTML_MOST_NOTES = 16 };
struct html_notes {
    const char *reasons[HTML_MOST_NOTES];
    size_t count;
};

/* Element content: markup escaped, control and reordering characters shown as their names. */
void html_write_text(struct strbuf *out, struct strview text);
/* The same in an element of its own, so that its writing direction ends with it. */
void html_write_said(struct strbuf *out, struct strview text);
/* The inside of a double-quoted attribute. */
void html_write_attribute(struct strbuf *out, struct strview text);
/* A list of texts as a JSON array inside of a double-quoted attribute. */
void html_write_list_attribute(struct strbuf *out, const struct strview *texts, size_t count);

/* " data-v=\"0.57\"", what a column is sorted by; empty when undefined. */
void html_write_sort_key(struct strbuf *out, const struct measure *measure);

/* What a value is shown with. */
struct html_measure {
    const struct measure *value;
    const struct measure *change; /* NULL: none */
    enum metric_unit unit;
    enum metric_direction direction;
};

/* The inside of a cell: value, range and n, change; or "n/a" with a note's number. */
void html_write_measure(struct html *html, const struct html_measure *shown,
                        struct html_notes *notes);
/* "+7.2 pp better (+1.1 to +13.3)"; nothing when undefined. */
void html_write_change(struct strbuf *out, const struct html_measure *shown);
void html_write_notes(struct strbuf *out, const struct html_notes *notes);

/* The candidate's name with its colour mark and whether it was simulated. */
void html_write_candidate(struct html *html, size_t candidate);

/* A scrolling box with a table in it; `id` and `caption` are fit for an attribute. is_even: columns
 * of one width. */
void html_write_begin_table(struct strbuf *out, const char *id, const char *caption, bool is_even);
void html_write_end_table(struct strbuf *out);

#endif
