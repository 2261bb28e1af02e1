/* run_topics.h: the topics that a run writes, by the prefix of `source.kafka`. Thread: main. */
#ifndef ASSAY_WORKER_RUN_TOPICS_H
#define ASSAY_WORKER_RUN_TOPICS_H

#include "config/pipeline_spec.h"
#include "kafka/kafka_admin.h"

enum run_topic {
    RUN_TOPIC_JOURNAL,     /* what the report is made of: conversations, trials, accounting */
    RUN_TOPIC_PREDICTIONS, /* for others: Avro, one a turn */
    RUN_TOPIC_SCORES,      /* for others: Avro, one a trial */
    RUN_TOPIC_DEAD_LETTER,
    RUN_TOPIC_PROGRESS, /* compacted: notes that a commit has no room for */
    RUN_TOPIC_RUNS,     /* compacted: the plan of each run */
    RUN_TOPIC_REPORTS,
    RUN_TOPIC_COUNT
};

struct run_topics {
    const char *names[RUN_TOPIC_COUNT];
};

enum status run_topics_name(const struct kafka_source_spec *spec, struct arena *arena,
                            struct run_topics *ret_topics, struct error *err);
/* Makes those that are not there; `partitions` for those that many workers write. */
enum status run_topics_create(const struct run_topics *topics, struct kafka_admin *admin,
                              size_t partitions, struct error *err);

/* The pipeline's properties as the Kafka room takes them. */
struct kafka_config *run_topics_config(const struct pipeline_spec *pipeline, struct arena *arena);

#endif
