/*
 * experiment_report.h: the runs of one experiment summed up in sections metrics, cost, drift: each
 * run against the one before it (`assay report --experiment`). Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_EXPERIMENT_REPORT_H
#define ASSAY_REPORT_EXPERIMENT_REPORT_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"
#include "drift/drift_compare.h"

struct experiment_input {
    struct strview experiment;
    const struct run_summary *const *runs; /* oldest first */
    size_t count;
    const struct drift_result *const *drift; /* of each run against the one before; [0] and where
                                                they have nothing in common: NULL */
};

void experiment_report_text(struct strbuf *out, const struct experiment_input *input);
void experiment_report_json(struct strbuf *out, const struct experiment_input *input);

#endif
