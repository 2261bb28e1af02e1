/*
 * kafka_consumer.h: one member of a consumer group that reads one topic, read_committed, by
 * cooperative rebalancing. Where each partition begins is its owner's to say; offsets are committed
 * by the producer's transactions only. Rebalances are told inside kafka_consumer_poll.
 * Thread: one owner.
 */
#ifndef ASSAY_KAFKA_KAFKA_CONSUMER_H
#define ASSAY_KAFKA_KAFKA_CONSUMER_H

#include "base/cleanup.h"
#include "kafka/kafka_config.h"
#include "kafka/kafka_record.h"

struct kafka_consumer;

struct kafka_consumer_hooks {
    /* A partition is this member's from now on; `committed` is -1 when the group has committed
     * nothing. *ret_start: the first offset to read. */
    enum status (*assigned)(void *context, int32_t partition, int64_t committed,
                            struct strview metadata, int64_t *ret_start, struct error *err);
    /* These go to somebody else when the call returns: commit what is finished, drop the rest.
     * is_lost: they are somebody else's already, nothing may be committed. */
    enum status (*revoked)(void *context, const int32_t *partitions, size_t count, bool is_lost,
                           struct error *err);
    void *context;
};

struct kafka_consumer_options {
    const struct kafka_config *config;
    const char *topic, *group;
    int patience_ms; /* without any broker for so long, polling fails; 0: 60 s */
    struct kafka_consumer_hooks hooks;
};

enum status kafka_consumer_open(const struct kafka_consumer_options *options,
                                struct kafka_consumer **ret_consumer, struct error *err);
/* Leaves the group; `revoked` is called for what is still assigned. */
void kafka_consumer_close(struct kafka_consumer *consumer);

/* After an aborted transaction: serves what rebalances wait, and takes the generation anew. Not in
 * a rebalance. */
enum status kafka_consumer_refresh(struct kafka_consumer *consumer, struct error *err);

enum kafka_polled {
    KAFKA_POLLED_NOTHING,
    KAFKA_POLLED_RECORD, /* borrowed until the next call */
    KAFKA_POLLED_END,    /* record->partition has nothing more: record->offset is the next one */
};

enum status kafka_consumer_poll(struct kafka_consumer *consumer, int wait_ms,
                                enum kafka_polled *ret_polled, struct kafka_record *ret_record,
                                struct error *err);

/* Stops or goes on with one partition; what was read ahead is read again. */
void kafka_consumer_pause(struct kafka_consumer *consumer, int32_t partition, bool is_paused);

/* True once the group gave this member its share, which may be empty. */
bool kafka_consumer_has_joined(const struct kafka_consumer *consumer);

DEFINE_CLEANUP(kafka_consumer_cleanup, struct kafka_consumer, kafka_consumer_close)

#endif
