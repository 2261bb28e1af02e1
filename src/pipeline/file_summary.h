/*
 * file_summary.h: a file of conversations summed up without gold and without a run (`assay
 * summary`). Thread: main.
 */
#ifndef ASSAY_PIPELINE_FILE_SUMMARY_H
#define ASSAY_PIPELINE_FILE_SUMMARY_H

#include "aggregate/run_summary.h"
#include "config/task_spec.h"

/* `task` MAY be NULL: then states and re-asks say nothing. The summary lives in `arena`. Memory
 * does not grow with the file. */
enum status file_summary_make(const char *path, const struct task_spec *task, struct arena *arena,
                              struct run_summary **ret_summary, struct error *err);

#endif
