/*
 * stream_private.h: the state of a kafka_stream, in four files: kafka_stream.c (the interface, the
 * loop), stream_intake.c (records and rebalances), stream_commit.c (transactions), stream_output.c
 * (results as records). Thread: the stream's.
 */
#ifndef ASSAY_WORKER_STREAM_PRIVATE_H
#define ASSAY_WORKER_STREAM_PRIVATE_H

#include "assemble/partition_table.h"
#include "ingest/kafka_event.h"
#include "kafka/kafka_consumer.h"
#include "worker/kafka_stream.h"
#include "worker/output_list.h"

/* One partition of the plan. */
struct stream_partition {
    const struct plan_partition *plan;
    struct partition_table *table; /* NULL: not ours */
    int64_t read;                  /* all below was read, by us or before */
    int64_t accounted;             /* all below is in a committed accounting record */
    bool is_over;                  /* the end was reached */
    bool is_done;                  /* and committed */
    bool is_known_done;            /* by whomever */
    /* since the last commit */
    uint64_t consumed, taken, outside, tombstones, feedback, dead;
    struct strbuf faults;  /* JSON objects, comma between */
    struct strbuf pending; /* output list */
};

struct kafka_stream {
    struct conversation_stream base; /* first: the lane's view */
    struct kafka_stream_options options;
    struct session *session;
    size_t faults_seen;
    struct kafka_consumer *consumer;
    struct kafka_producer *producer;
    struct schema_registry *registry; /* NULL: not used */
    struct kafka_event_codec *codec;
    uint32_t prediction_schema, score_schema; /* ids in the registry */
    struct stream_partition *partitions;      /* as in the plan */
    size_t partition_count;
    struct partition_table **abandoned;
    size_t abandoned_count, abandoned_capacity;
    struct arena *decode, *scratch;
    struct strbuf key, value, note;
    enum status status; /* of what could not return one */
    struct error error;
    int64_t last_commit_ns, last_ask_ns;
    bool is_paused, is_in_rebalance, is_complete;
    int renewals;
};

struct stream_partition *kafka_stream_partition_of(struct kafka_stream *stream, int32_t partition);
/* Keeps the first fault, for the next function that can return one. */
void kafka_stream_keep_error(struct kafka_stream *stream, enum status status,
                             const struct error *err);

/* After a fatal error of the producer: drops what is owned, and makes producer and consumer anew.
 * Too often: `why` is told. */
enum status kafka_stream_renew(struct kafka_stream *stream, const struct error *why,
                               struct error *err);

/* stream_intake.c */
extern const struct kafka_consumer_hooks stream_intake_hooks;
/* Waits up to wait_ms for one record and takes it in. *ret_any: there was one. */
enum status stream_intake_poll(struct kafka_stream *stream, int wait_ms, bool *ret_any,
                               struct error *err);
/* Partitions that have reached their end and were not told of by a record. */
void stream_intake_drop(struct kafka_stream *stream, struct stream_partition *partition);

/* stream_commit.c */
bool stream_commit_is_dirty(const struct stream_partition *partition);
enum status stream_commit(struct kafka_stream *stream, struct error *err);

/* stream_output.c */
enum status stream_output_facts(struct kafka_stream *stream, struct log_conversation *log,
                                struct strview payload, struct error *err);
enum status stream_output_trial(struct kafka_stream *stream, struct log_conversation *log,
                                const struct trial *trial, struct strview payload,
                                struct error *err);
enum status stream_output_finished(struct kafka_stream *stream, struct log_conversation *log,
                                   const struct conversation *conversation, enum skip_reason skip,
                                   struct error *err);
enum status stream_output_accounting(struct kafka_stream *stream,
                                     struct stream_partition *partition, struct strbuf *list,
                                     struct error *err);
enum status stream_output_dead_letter(struct kafka_stream *stream,
                                      struct stream_partition *partition,
                                      const struct kafka_record *record, const struct error *why,
                                      struct error *err);
enum status stream_output_feedback(struct kafka_stream *stream, struct stream_partition *partition,
                                   const struct kafka_record *record, const struct event *event,
                                   struct error *err);
enum status stream_output_register(struct kafka_stream *stream, struct error *err);

#endif
