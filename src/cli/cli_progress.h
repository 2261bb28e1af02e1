/*
 * cli_progress.h: the live line of a run on a terminal: done, rate, time, spend, errors. Thread:
 * main.
 */
#ifndef ASSAY_CLI_CLI_PROGRESS_H
#define ASSAY_CLI_CLI_PROGRESS_H

#include "pipeline/session.h"

struct cli_progress {
    bool is_live; /* stderr is a terminal, and neither CI nor TERM=dumb is set */
    bool shown;
};

void cli_progress_begin(struct cli_progress *progress);
void cli_progress_show(void *context, const struct run_progress *progress);
/* Wipes the line. */
void cli_progress_end(struct cli_progress *progress);

#endif
