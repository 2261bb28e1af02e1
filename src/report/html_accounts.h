/*
 * html_accounts.h: the end of report.html: what was tried, the sums that must add up, faults of the
 * input, and where the report comes from. Thread: one at a time.
 */
#ifndef ASSAY_REPORT_HTML_ACCOUNTS_H
#define ASSAY_REPORT_HTML_ACCOUNTS_H

#include "report/html_write.h"

void html_accounts_candidates(struct html *html);
void html_accounts(struct html *html);
void html_accounts_provenance(struct html *html);

#endif
