/*
 * gate_margin.h: gates that compare: a candidate's conversations with the same ones of a blessed
 * baseline, or of another candidate of the run. Called by gate_check for each. Thread: main.
 */
#ifndef ASSAY_GATE_GATE_MARGIN_H
#define ASSAY_GATE_GATE_MARGIN_H

#include "gate/baseline_folder.h"
#include "gate/gate_check.h"
#include "gate/gate_decision.h"

/* A baseline as this run's gates found it; read once for all of them. */
struct gate_baseline {
    struct baseline baseline;
    struct outcome_table table;
    const char *fault; /* why it cannot be relied on, or NULL */
};

/* One gate and candidate. */
struct gate_task {
    const struct pipeline_spec *pipeline;
    const struct gate_spec *spec;
    const struct gate_context *context;
    const struct run_summary *summary;
    size_t candidate;
    const struct gate_baseline *baseline; /* NULL: against another candidate alone */
    struct arena *arena;
    struct gate_summary *gate; /* filled: measure, verdict, reason, look */
};

/* The difference that a gate on fresh conversations adds up over looks, made so that more is
 * better; undefined says why there is none. */
struct gate_difference gate_margin_difference(const struct gate_task *task);
/* look: 0: not counted. totals: of a gate on fresh conversations, else NULL. */
enum status gate_margin_decide(const struct gate_task *task, uint64_t look,
                               const struct look_sums *totals, struct error *err);
/* "at most 0.02 worse than production" */
const char *gate_margin_rule(const struct gate_task *task);

#endif
