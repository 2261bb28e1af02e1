/*
 * kafka_run.h: a run over a topic: the planner finds or makes the plan, works like every worker,
 * and collects the report's journal when the plan is done; a worker only works. For run_execute's
 * hooks. Thread: main.
 */
#ifndef ASSAY_WORKER_KAFKA_RUN_H
#define ASSAY_WORKER_KAFKA_RUN_H

#include "base/cleanup.h"
#include "pipeline/run.h"

struct kafka_run;

/* worker_slot NULL: the planner. */
enum status kafka_run_create(const char *worker_slot, struct kafka_run **ret_run,
                             struct error *err);
void kafka_run_destroy(struct kafka_run *run);
const struct run_stream_hooks *kafka_run_hooks(struct kafka_run *run);

/* Puts report.json of the folder into the topic of reports, unless one of this run is there. */
enum status kafka_run_publish_report(struct kafka_run *run, const char *folder, struct error *err);

DEFINE_CLEANUP(kafka_run_cleanup, struct kafka_run, kafka_run_destroy)

#endif
