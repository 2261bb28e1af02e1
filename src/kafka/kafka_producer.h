/*
 * kafka_producer.h: a producer, with transactions when it has a transactional id. What is sent is
 * copied. Thread: one owner.
 */
#ifndef ASSAY_KAFKA_KAFKA_PRODUCER_H
#define ASSAY_KAFKA_KAFKA_PRODUCER_H

#include "base/cleanup.h"
#include "kafka/kafka_consumer.h"
#include "kafka/kafka_record.h"

struct kafka_producer;

/* transactional_id NULL: no transactions. With one, earlier producers of that id are fenced. */
enum status kafka_producer_open(const struct kafka_config *config, const char *transactional_id,
                                struct kafka_producer **ret_producer, struct error *err);
void kafka_producer_close(struct kafka_producer *producer);

/* record->partition -1: by the key, as Java's default partitioner does. STATUS_LIMIT: larger than
 * message.max.bytes. timestamp_ms 0: now. */
enum status kafka_producer_send(struct kafka_producer *producer, const char *topic,
                                const struct kafka_record *record, struct error *err);
/* The same, and waits until the broker has said where it lies; *ret_partition, *ret_offset. */
enum status kafka_producer_send_and_locate(struct kafka_producer *producer, const char *topic,
                                           const struct kafka_record *record,
                                           int32_t *ret_partition, int64_t *ret_offset,
                                           struct error *err);
/* Waits until all is delivered. STATUS_NETWORK when something was not. */
enum status kafka_producer_flush(struct kafka_producer *producer, struct error *err);
/* Of a record with its key and headers; what is larger is refused. */
size_t kafka_producer_largest(const struct kafka_producer *producer);

/* One partition's commit. */
struct kafka_commit {
    int32_t partition;
    int64_t offset;
    struct strview metadata; /* UTF-8; a broker takes 4,096 bytes */
};

enum kafka_outcome {
    KAFKA_COMMITTED,
    KAFKA_ABORTED, /* nothing of it counts: to be written anew for what is still owned */
};

enum status kafka_producer_begin(struct kafka_producer *producer, struct error *err);
/*
 * Offsets of the consumer's group, in this transaction, then the commit. `between` (MAY be NULL) is
 * called behind the offsets. KAFKA_ABORTED: the group has moved on (kafka_consumer_refresh, unless
 * this is in a rebalance) or the broker had to abort. Errors are fatal for the producer.
 */
enum status kafka_producer_commit(struct kafka_producer *producer, struct kafka_consumer *consumer,
                                  const struct kafka_commit *commits, size_t count,
                                  void (*between)(void), enum kafka_outcome *ret_outcome,
                                  struct error *err);
/* True once it is of no use any more: fenced, or its transaction was ended by the broker. */
bool kafka_producer_is_fatal(const struct kafka_producer *producer);
/* Whatever was sent since begin does not count. */
enum status kafka_producer_abort(struct kafka_producer *producer, struct error *err);

DEFINE_CLEANUP(kafka_producer_cleanup, struct kafka_producer, kafka_producer_close)

#endif
