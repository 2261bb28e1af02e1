/*
 * event_publish.h: a file of conversations as events on the pipeline's topic, keyed by
 * conversation_id. Thread: main.
 */
#ifndef ASSAY_WORKER_EVENT_PUBLISH_H
#define ASSAY_WORKER_EVENT_PUBLISH_H

#include "config/pipeline_spec.h"

struct event_publish_options {
    const struct pipeline_spec *pipeline;
    const char *path;   /* .jsonl, .jsonl.gz or .avro */
    int64_t partitions; /* 0: the topic has to be there; else it is made with so many */
    bool event_time;    /* the records carry the events' times instead of now */
};

/* An event that cannot be read is an error, and names its place; what was sent before stays. */
enum status event_publish(const struct event_publish_options *options, uint64_t *ret_events,
                          struct error *err);

#endif
