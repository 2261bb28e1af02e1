/*
 * cli_run.h: a finished run, opened for a command that reads it: its pipeline as it was run, its
 * summary and its outcomes by conversation. Thread: main.
 */
#ifndef ASSAY_CLI_CLI_RUN_H
#define ASSAY_CLI_CLI_RUN_H

#include "aggregate/run_fold.h"
#include "journal/run_folder.h"

struct cli_run {
    const char *folder;
    struct run_manifest *manifest;
    struct pipeline_spec *pipeline;
    struct run_summary *summary;
    struct run_fold *fold;
};

/* name: run id, path of its folder, or "latest". Start from {0}; close it also when this fails. */
enum status cli_run_open(const char *runs, const char *name, struct arena *arena,
                         struct cli_run *ret_run, struct error *err);
void cli_run_close(struct cli_run *run);

#endif
