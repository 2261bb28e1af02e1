/*
 * sgd_gold.h: one dialogue of the Schema-Guided Dialogue format as a gold conversation.
 *
 * - `turns` are the user's turns, counted from 0, each with the hash of its words.
 * - `state` is cumulative over the conversation: slots of a service that has no frame in a turn
 * stay. A slot's values are the accepted alternatives in the order of the source.
 * - A slot name that two services of the dialogue have is written "Service_1.slot", in states,
 * spans and requests; any other name stands alone. Bookings keep the names of the service call.
 * - `intent` is the one that is new in the turn; else the first frame's that is not NONE; else
 * NONE.
 * - `expected_bookings` is one set: each service call with a transactional intent that a
 *   NOTIFY_SUCCESS of the same service followed. A NOTIFY_FAILURE forgets the call.
 * - `goal` holds the last state, every request once, and the last intent that was not NONE.
 * - `tags` are the services.
 *
 * Thread: any, one per cursor.
 */
#ifndef ASSAY_INGEST_SGD_GOLD_H
#define ASSAY_INGEST_SGD_GOLD_H

#include "codec/sgd_json.h"
#include "codec/sgd_schema.h"
#include "record/gold.h"

/* What was read, in the source's terms. */
struct sgd_gold_counts {
    uint64_t dialogues;
    uint64_t user_turns;
    uint64_t state_slots;     /* of every user frame */
    uint64_t state_values;    /* with their alternatives */
    uint64_t requested_slots; /* of every user frame */
    uint64_t spans;           /* of every user frame */
    uint64_t
        spans_without_place; /* left out: no start or no end, as for values copied from before */
    uint64_t bookings;
    uint64_t failed_calls; /* transactional, then NOTIFY_FAILURE */
};

struct sgd_gold_source {
    struct sgd_json *json;
    const struct sgd_schema *schema;
    struct arena *arena;            /* for one dialogue */
    struct sgd_gold_counts *counts; /* added to */
};

/*
 * Reads the dialogue that stands next. `id` is absent where the dialogue itself holds it. Texts of
 * the conversation point into the cursor's file; everything else is in the arena. A part that is
 * missing or of a wrong kind is STATUS_DATA with its line and column.
 */
enum status sgd_gold_read(const struct sgd_gold_source *source, struct strview id,
                          struct gold_conversation *ret_gold, struct error *err);

#endif
