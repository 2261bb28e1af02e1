/*
 * gate_check.h: do the pipeline's gates hold? Thresholds by the end of the metric's 95 % interval;
 * margins by the difference to a blessed baseline or to another candidate (gate_margin.h). A gate
 * whose metric has no value, whose candidate had more infrastructure errors than max_error_share or
 * whose baseline cannot be relied on is inconclusive: never passed by accident. Thread: main.
 */
#ifndef ASSAY_GATE_GATE_CHECK_H
#define ASSAY_GATE_GATE_CHECK_H

#include "aggregate/run_outcomes.h"
#include "aggregate/run_summary.h"
#include "config/pipeline_spec.h"
#include "gate/early_stop.h"

/* Gates on metrics that do not exist, or that cannot be compared by conversation, become faults,
 * with the nearest name. For validate, and before a run. */
void gate_check_names(const struct pipeline_spec *pipeline, struct fault_list *faults);

/* The same, of gates that stand in another file. */
void gate_check_metrics(const struct pipeline_spec *pipeline, const char *file,
                        struct fault_list *faults);

struct gate_context {
    const struct run_outcomes *outcomes; /* of the finished fold; NULL: thresholds only */
    const char *baselines;               /* folder of the blessed runs; NULL: none */
    const char *run_id, *at;             /* of the run, for the book of looks */
    const struct early_stop *stops;      /* candidates of this mode whose replay ended early */
    size_t stop_count;
};

/* Fills summary->gates (one a gate and candidate) and the decision's verdict and sentence. Takes
 * down a look at each baseline that is used. */
enum status gate_check_run(const struct pipeline_spec *pipeline, const struct gate_context *context,
                           struct run_summary *summary, struct error *err);

#endif
