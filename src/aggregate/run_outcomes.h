/*
 * run_outcomes.h: which conversations succeeded with which candidate, two bits each, so that two
 * runs can be compared conversation by conversation. About 12 bytes a conversation. Start from {0}
 * and set `candidates`. Thread: one at a time.
 */
#ifndef ASSAY_AGGREGATE_RUN_OUTCOMES_H
#define ASSAY_AGGREGATE_RUN_OUTCOMES_H

#include "base/strview.h"

#include <stdint.h>

enum run_outcome {
    RUN_OUTCOME_NONE,      /* not scored */
    RUN_OUTCOME_FAILED,    /* some repeat did not succeed */
    RUN_OUTCOME_SUCCEEDED, /* every scored repeat succeeded */
};

struct run_outcomes {
    size_t candidates;
    size_t count, id_capacity, ordinal_capacity, mark_capacity;
    uint64_t *id_hashes;
    uint32_t *ordinals; /* of the conversation in its run: where the journal has it */
    uint8_t *marks;     /* 4 in a byte */
};

/* A new conversation without outcomes. False: memory ran out. */
bool run_outcomes_add(struct run_outcomes *outcomes, struct strview conversation_id,
                      int64_t ordinal);
/* For the conversation added last. */
void run_outcomes_mark(struct run_outcomes *outcomes, size_t candidate, enum run_outcome outcome);
enum run_outcome run_outcomes_get(const struct run_outcomes *outcomes, size_t conversation,
                                  size_t candidate);
void run_outcomes_done(struct run_outcomes *outcomes);

#endif
