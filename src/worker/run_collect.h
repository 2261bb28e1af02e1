/*
 * run_collect.h: the journal topic into a run folder's journal.log, from which every report is
 * made: conversations in canonical order (start, id), whichever worker and partition they came
 * from. Checks that the accounting of each partition has neither gap nor overlap. Thread: main.
 */
#ifndef ASSAY_WORKER_RUN_COLLECT_H
#define ASSAY_WORKER_RUN_COLLECT_H

#include "pipeline/session.h"
#include "worker/run_plan.h"

struct run_collect_options {
    const struct pipeline_spec *pipeline;
    const struct run_topics *topics;
    const struct run_plan *plan;
    struct kafka_admin *admin;
    const char *folder;
    bool is_complete; /* every partition is committed to its end: the sums must hold */
    double wall_s;
    int64_t threads;
    bool interrupted, stopped_by_budget;
};

enum status run_collect(const struct run_collect_options *options, struct error *err);

#endif
