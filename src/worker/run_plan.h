/*
 * run_plan.h: what a bounded run over a topic is to read: each partition's start and end, fixed
 * once, kept in the compacted topic of runs under the run's id, and the same for every worker.
 * Thread: main.
 */
#ifndef ASSAY_WORKER_RUN_PLAN_H
#define ASSAY_WORKER_RUN_PLAN_H

#include "journal/run_folder.h"
#include "worker/run_topics.h"

struct plan_partition {
    int32_t partition;
    int64_t start, end; /* [start, end) */
};

struct run_plan {
    const char *run_id, *experiment, *created, *topic, *group;
    struct plan_partition *partitions;
    size_t partition_count;
    int64_t
        *journal_starts; /* one a partition of the journal topic: the run's results lie behind */
    size_t journal_count;
    const struct manifest_input *inputs; /* names and hashes */
    size_t input_count;
};

/* The plan of the run, or NULL when there is none. */
enum status run_plan_find(struct kafka_admin *admin, const struct run_topics *topics,
                          const char *run_id, struct arena *arena, struct run_plan **ret_plan,
                          struct error *err);
/*
 * Makes the topics and a plan from the start of the topic to its last stable offset, and writes it
 * unless there is one by now; gives the one that counts.
 */
enum status run_plan_make(struct kafka_admin *admin, const struct kafka_config *config,
                          const struct pipeline_spec *pipeline, const struct run_manifest *manifest,
                          struct arena *arena, struct run_plan **ret_plan, struct error *err);
/* STATUS_CONFIG naming an input that is not what the plan was made of. */
enum status run_plan_check(const struct run_plan *plan, const struct run_manifest *manifest,
                           struct error *err);

#endif
