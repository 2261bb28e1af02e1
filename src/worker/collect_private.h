/* collect_private.h: what run_collect.c reads and collect_write.c writes. Thread: main. */
#ifndef ASSAY_WORKER_COLLECT_PRIVATE_H
#define ASSAY_WORKER_COLLECT_PRIVATE_H

#include "codec/json_record.h"
#include "worker/run_collect.h"

/* One conversation; places are those of payloads in the spool, 0: none. */
struct collected {
    int64_t partition, first_offset, records, events, duplicates, start_ns;
    const char *id;
    enum skip_reason skip;
    uint64_t facts, *trials;
};

struct accounted {
    int64_t partition, from, to;
};

struct late_feedback {
    const char *id;
    int64_t partition, offset;
    uint64_t event;
};

struct placed_fault {
    int64_t partition, offset, order;
    struct run_fault fault;
};

struct collecting {
    const struct run_collect_options *options;
    struct arena *arena, *scratch;
    struct journal_log *spool, *journal;
    struct collected *items;
    size_t count, capacity, per_conversation;
    struct hash_set index; /* (partition, first offset) -> item */
    struct accounted *ranges;
    size_t range_count, range_capacity;
    struct late_feedback *feedback;
    size_t feedback_count, feedback_capacity;
    struct placed_fault *faults; /* the first by place, at most RUN_FAULTS_KEPT after each step */
    size_t fault_count, fault_capacity;
    uint64_t faults_total, taken;
    struct run_accounts accounts;
    struct strbuf payload;
};

/* The faults that a message tells. */
enum status collect_write_faults(struct collecting *collecting, const json_t *head,
                                 int64_t partition, int64_t offset, struct error *err);
/* Sorts, joins late feedback, and writes the journal. */
enum status collect_write(struct collecting *collecting, struct error *err);

#endif
