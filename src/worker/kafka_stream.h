/*
 * kafka_stream.h: a worker's share of a run over a topic, as a conversation_stream: records in by
 * the consumer group, conversations to the lane, results out in short transactions with their
 * offsets (docs/EXACTLY_ONCE.md). Everything, rebalances too, happens on the thread that calls.
 */
#ifndef ASSAY_WORKER_KAFKA_STREAM_H
#define ASSAY_WORKER_KAFKA_STREAM_H

#include "pipeline/conversation_stream.h"
#include "pipeline/session.h"
#include "worker/run_plan.h"

struct kafka_stream;

struct kafka_stream_options {
    const struct pipeline_spec *pipeline;
    const struct kafka_config *config;
    const struct run_topics *topics;
    const struct run_plan *plan;
    struct kafka_admin *admin; /* of the run's group */
    const char *slot;          /* with the group it makes the transactional id */
};

enum status kafka_stream_open(const struct kafka_stream_options *options,
                              struct kafka_stream **ret_stream, struct error *err);
/* Leaves the group. What was not committed is done anew by somebody. */
void kafka_stream_close(struct kafka_stream *stream);

/* Faults of the session go into the run's results from now on. */
struct conversation_stream *kafka_stream_attach(struct kafka_stream *stream,
                                                struct session *session);
/* Commits what is finished. */
enum status kafka_stream_flush(struct kafka_stream *stream, struct error *err);
/* Whether every partition of the plan is committed to its end, by whomever. */
enum status kafka_stream_is_complete(struct kafka_stream *stream, bool *ret_complete,
                                     struct error *err);

DEFINE_CLEANUP(kafka_stream_cleanup, struct kafka_stream, kafka_stream_close)

#endif
