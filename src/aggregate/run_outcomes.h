/*
 * run_outcomes.h: what each candidate did in each conversation, kept by the fold, so that
 * candidates, runs and slices can be compared conversation by conversation (compare/ reads it).
 * About 20 bytes a conversation, and a packed row (outcome_rows.h) for each candidate. Start from
 * {0} and set `candidates` and `slices.arena`. Thread: one writer, then any readers.
 */
#ifndef ASSAY_AGGREGATE_RUN_OUTCOMES_H
#define ASSAY_AGGREGATE_RUN_OUTCOMES_H

#include "aggregate/outcome_rows.h"
#include "aggregate/slice_table.h"

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
    uint32_t *ordinals;        /* of the conversation in its run: where the journal has it */
    uint8_t *marks;            /* 4 in a byte */
    bool leaves_out_challenge; /* there are conversations that are not of the split `challenge` */
    struct outcome_rows rows;  /* conversation x candidates + candidate */
    struct slice_table slices;
    /* what the rows' numbers stand for; there once the fold is finished */
    const struct strview *slot_names, *extra_names;
    size_t slot_count, extra_count;
};

/* A new conversation without outcomes. False: memory ran out. */
bool run_outcomes_add(struct run_outcomes *outcomes, const struct conversation_facts *facts);
/* Whether headline numbers rest on it: not when it is of the split `challenge` and others are
 * there.
 */
bool run_outcomes_is_headline(const struct run_outcomes *outcomes, size_t conversation);
/* The row of the next candidate of the conversation added last. False: memory ran out. */
bool run_outcomes_add_row(struct run_outcomes *outcomes, const struct outcome_row *row);
/* False: memory ran out. */
bool run_outcomes_row(const struct run_outcomes *outcomes, size_t conversation, size_t candidate,
                      struct outcome_row *ret_row);
/* For the conversation added last. */
void run_outcomes_mark(struct run_outcomes *outcomes, size_t candidate, enum run_outcome outcome);
enum run_outcome run_outcomes_get(const struct run_outcomes *outcomes, size_t conversation,
                                  size_t candidate);
void run_outcomes_done(struct run_outcomes *outcomes);

#endif
