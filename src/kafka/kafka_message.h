/* kafka_message.h: what consumer and admin share: a message as a record, committed offsets. Only
 * for this room. Thread: the owner's of the client. */
#ifndef ASSAY_KAFKA_KAFKA_MESSAGE_H
#define ASSAY_KAFKA_KAFKA_MESSAGE_H

#include "kafka/kafka_client.h"
#include "kafka/kafka_record.h"

enum { KAFKA_MESSAGE_HEADERS = 32 }; /* more are left out */

/* Borrows from the message. */
void kafka_message_view(const rd_kafka_message_t *message,
                        struct kafka_header headers[KAFKA_MESSAGE_HEADERS],
                        struct kafka_record *ret_record);

/* The group's committed offset (-1: none) and its metadata. A transaction that is pending is waited
 * for, until timeout_ms. */
enum status kafka_message_committed(struct kafka_client *client, const char *topic,
                                    int32_t partition, int timeout_ms, int64_t *ret_offset,
                                    struct strbuf *metadata, struct error *err);

#endif
