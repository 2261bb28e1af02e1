/*
 * drift_log.h: a prediction log (JSON Lines or Avro, a turn each) into a drift fold. Lines of
 * one conversation may lie between those of others: up to 4,096 conversations are open at a time,
 * then the oldest is closed. Thread: main.
 */
#ifndef ASSAY_PIPELINE_DRIFT_LOG_H
#define ASSAY_PIPELINE_DRIFT_LOG_H

#include "compare/drift_fold.h"

struct drift_log_request {
    const char *path;
    const char *candidate;     /* lines of others are left out; NULL: the first that is met */
    int64_t from_ns, until_ns; /* of a conversation's first line; DRIFT_NO_TIME: open */
    struct drift_fold *fold;
    size_t subject;
    struct arena *arena; /* of the first fault's text */
};

struct drift_log_counts {
    uint64_t conversations, outside, faults;
    const char *first_fault;
};

enum status drift_log_read(const struct drift_log_request *request,
                           struct drift_log_counts *ret_counts, struct error *err);

#endif
