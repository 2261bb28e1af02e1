/* kafka_consumer_private.h: what the producer's transactions need of a consumer. */
#ifndef ASSAY_KAFKA_KAFKA_CONSUMER_PRIVATE_H
#define ASSAY_KAFKA_KAFKA_CONSUMER_PRIVATE_H

#include "kafka/kafka_client.h"
#include "kafka/kafka_consumer.h"

/* Taken when partitions were assigned last; never newer than the assignment that the owner knows.
 */
const rd_kafka_consumer_group_metadata_t *
kafka_consumer_group(const struct kafka_consumer *consumer);
const char *kafka_consumer_topic(const struct kafka_consumer *consumer);

#endif
