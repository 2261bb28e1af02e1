/*
 * output_list.h: records that wait for their transaction, in one buffer, so that they can be
 * written again when it was aborted. Thread: one owner.
 */
#ifndef ASSAY_WORKER_OUTPUT_LIST_H
#define ASSAY_WORKER_OUTPUT_LIST_H

#include "kafka/kafka_producer.h"
#include "worker/run_topics.h"

/* Copies key, value and headers. A value of no data is a tombstone. */
void output_list_add(struct strbuf *list, enum run_topic topic, const struct kafka_record *record);
enum status output_list_send(struct strview list, const struct run_topics *topics,
                             struct kafka_producer *producer, struct error *err);

#endif
