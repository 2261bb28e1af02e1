/*
 * csv_trials.h: trials.csv, one row a trial, written trial by trial, since there may be a million:
 * the caller hands on what was added and clears the buffer. RFC 4180; a text that a spreadsheet
 * would take for a formula gets an apostrophe in front. Deterministic bytes; thread: one at a time.
 */
#ifndef ASSAY_REPORT_CSV_TRIALS_H
#define ASSAY_REPORT_CSV_TRIALS_H

#include "base/strbuf.h"
#include "record/trial.h"

void csv_trials_header(struct strbuf *out);
/* `facts` of the trial's conversation; NULL: its columns stay empty. */
void csv_trials_row(struct strbuf *out, struct strview candidate, const struct trial *trial,
                    const struct conversation_facts *facts);

#endif
