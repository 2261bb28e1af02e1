/*
 * caller_phrase.h: how a caller says a value: "the fourteenth of january", "half past two in the
 * afternoon", "two one two, five five five". Relative dates are true on the day of the call. The
 * choice between forms is the generator's; the same draw gives the same words. Results live in the
 * arena. Thread: any.
 */
#ifndef ASSAY_SIMULATE_CALLER_PHRASE_H
#define ASSAY_SIMULATE_CALLER_PHRASE_H

#include "base/arena.h"
#include "base/counter_rng.h"
#include "config/task_spec.h"

struct caller_phrase {
    struct counter_rng *rng;
    struct arena *arena;
    int64_t today; /* local day of the call */
};

/* A canonical value of the slot in spoken words; data NULL when memory ran out. */
struct strview caller_phrase_value(const struct caller_phrase *phrase, const struct slot_spec *slot,
                                   struct strview value);
/* One of the texts, up to NULL. */
const char *caller_phrase_pick(const struct caller_phrase *phrase, const char *const *texts);
/* What a recogniser may have heard: a share of the words is another word or missing. */
struct strview caller_phrase_mishear(const struct caller_phrase *phrase, struct strview text,
                                     double share);

#endif
