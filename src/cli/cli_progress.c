/*
 * cli_progress.c: see cli_progress.h.
 */
#include "cli/cli_progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void cli_progress_begin(struct cli_progress *progress)
{
    const char *term = getenv("TERM");
    progress->is_live = isatty(STDERR_FILENO) && !getenv("CI") && term && strcmp(term, "dumb") != 0;
}

void cli_progress_show(void *context, const struct run_progress *now)
{
    struct cli_progress *progress = context;
    double rate = now->seconds > 0 ? (double)now->trials_done / now->seconds : 0;
    fprintf(stderr,
            "\r\033[K%llu conversations, %llu trials done (%.0f/s), %llu at work, %llu calls",
            (unsigned long long)now->conversations, (unsigned long long)now->trials_done, rate,
            (unsigned long long)now->trials_in_flight, (unsigned long long)now->calls);
    if (now->spent_usd_nano)
        fprintf(stderr, ", %.4f USD", (double)now->spent_usd_nano * 1e-9);
    if (now->errors)
        fprintf(stderr, ", %llu errors", (unsigned long long)now->errors);
    fflush(stderr);
    progress->shown = true;
}

void cli_progress_end(struct cli_progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}
