/* html_figures_private.h: the frame of a figure and of the table beside it, for the two files of
 * figures. */
#ifndef ASSAY_REPORT_HTML_FIGURES_PRIVATE_H
#define ASSAY_REPORT_HTML_FIGURES_PRIVATE_H

#include "report/html_write.h"

enum { HTML_FIGURES_WIDTH = 340 };

/* <figure> with the candidate's name and colour; the caller closes it. */
void html_figures_open(struct html *html, size_t candidate);
/* A table behind "As numbers": its heads follow, then "</tr></thead><tbody>" and the rows. */
void html_figures_begin_numbers(struct strbuf *out, const char *caption);
void html_figures_head(struct strbuf *out, const char *title, bool is_number);
void html_figures_end_numbers(struct strbuf *out);
/* The inside of an SVG text: what is not plain becomes U+FFFD, as no element may stand there. */
void html_figures_text(struct strbuf *out, struct strview text);

#endif
