/*
 * github_report.h: gates as annotations of GitHub Actions: one workflow command a line, at the
 * gate's line of the pipeline file. Texts of others are escaped: they can begin no command of their
 * own. Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_GITHUB_REPORT_H
#define ASSAY_REPORT_GITHUB_REPORT_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"

/* Failed gates are errors, undecided ones warnings; the verdict is a notice (an error when there
 * were too many errors for one). pipeline: its path as it was given. */
void github_report_annotations(struct strbuf *out, const struct run_summary *summary,
                               struct strview pipeline);

#endif
