/*
 * dead_letter.h: what could not be read: listed, shown, and put back onto the topic it came from.
 * Thread: main.
 */
#ifndef ASSAY_WORKER_DEAD_LETTER_H
#define ASSAY_WORKER_DEAD_LETTER_H

#include "config/pipeline_spec.h"
#include "kafka/kafka_record.h"

/* One dead letter; borrowed during the call. */
typedef enum status dead_letter_visit(void *context, const struct kafka_record *letter,
                                      struct error *err);

/* A header's value as text; absent when there is none. */
struct strview dead_letter_header(const struct kafka_record *letter, const char *name);

/* Every dead letter in order of partition and offset; run_id NULL: of every run. */
enum status dead_letter_read(const struct pipeline_spec *pipeline, const char *run_id,
                             dead_letter_visit *visit, void *context, struct error *err);

/*
 * Writes the letters back to the topics that they came from, with their keys and without our
 * headers: in one transaction, so that all are there or none. Truncated ones are left out and
 * counted. partition -1: all; else the one letter at (partition, offset).
 */
struct dead_letter_replay {
    const char *run_id;
    int32_t partition;
    int64_t offset;
    uint64_t replayed, truncated; /* results */
};
enum status dead_letter_put_back(const struct pipeline_spec *pipeline,
                                 struct dead_letter_replay *replay, struct error *err);

#endif
