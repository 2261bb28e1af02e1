/*
 * gate_check.h: do the pipeline's thresholds hold? On the point value for now. A gate whose metric
 * has no value, or whose candidate had more infrastructure errors than max_error_share, is
 * inconclusive: never passed by accident. Pure; thread: main.
 */
#ifndef ASSAY_AGGREGATE_GATE_CHECK_H
#define ASSAY_AGGREGATE_GATE_CHECK_H

#include "aggregate/run_summary.h"
#include "config/pipeline_spec.h"

/* Gates on metrics that do not exist become faults, with the nearest name. For validate, and before
 * a run. */
void gate_check_names(const struct pipeline_spec *pipeline, struct fault_list *faults);

/* Fills summary->gates (one a gate and candidate), too_many_errors and the decision's verdict.
 * False: memory ran out. */
bool gate_check_run(const struct pipeline_spec *pipeline, struct run_summary *summary);

#endif
