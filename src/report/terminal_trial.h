/*
 * terminal_trial.h: one conversation with one candidate for a terminal: what was said, and how gold
 * and the candidate differ, turn by turn (`assay show`). Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_TERMINAL_TRIAL_H
#define ASSAY_REPORT_TERMINAL_TRIAL_H

#include "report/terminal_table.h"

/* `candidate` is the name of the trial's candidate. options->canonical has no meaning here. */
void terminal_trial(struct strbuf *out, const struct trial_summary *trial, struct strview candidate,
                    const struct terminal_options *options);

#endif
