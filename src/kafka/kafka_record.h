/* kafka_record.h: one record of a topic. Plain data; bytes are borrowed from who gave it. */
#ifndef ASSAY_KAFKA_KAFKA_RECORD_H
#define ASSAY_KAFKA_KAFKA_RECORD_H

#include "base/strview.h"

#include <stdbool.h>
#include <stdint.h>

enum { KAFKA_RECORD_HEADERS = 48 }; /* more are left out */

struct kafka_header {
    const char *name;
    struct strview value;
};

struct kafka_record {
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* the broker's or the producer's, by the topic's setting; -1: none */
    struct strview key;   /* data NULL: none */
    struct strview value; /* data NULL: a tombstone */
    const struct kafka_header *headers;
    size_t header_count;
};

#endif
