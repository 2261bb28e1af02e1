/*
 * kafka_client.h: one librdkafka handle, with what it said last, and errors in words. Only for this
 * room. Thread: the owner's; the log comes from librdkafka's threads and has its own lock.
 */
#ifndef ASSAY_KAFKA_KAFKA_CLIENT_H
#define ASSAY_KAFKA_KAFKA_CLIENT_H

#include "kafka/kafka_config.h"

#include <librdkafka/rdkafka.h>

#include <pthread.h>

struct kafka_client {
    rd_kafka_t *handle;
    const struct kafka_config *config;
    char brokers[200]; /* for texts */
    pthread_mutex_t lock;
    char said[256];              /* the last complaint of librdkafka */
    rd_kafka_resp_err_t trouble; /* the last one of its kind: authentication before all */
    bool leaves_at_once;         /* a consumer that has left its group, or could not */
    void *owner;                 /* of callbacks */
    void (*delivered)(rd_kafka_t *handle, const rd_kafka_message_t *message, void *client);
    void (*rebalanced)(void *owner, rd_kafka_resp_err_t what,
                       rd_kafka_topic_partition_list_t *list);
};

struct kafka_own_property {
    const char *name, *value;
};

/* The user's properties first, then `own` (ends with a NULL name), which win. `client` is zeroed
 * but for owner and rebalanced. */
enum status kafka_client_open(struct kafka_client *client, rd_kafka_type_t type,
                              const struct kafka_config *config,
                              const struct kafka_own_property *own, struct error *err);
void kafka_client_close(struct kafka_client *client);

/* Sets `err` from a code: what could not be done ("read the topic 'x'"), why and what to do. */
enum status kafka_client_fail(struct kafka_client *client, rd_kafka_resp_err_t code,
                              struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
