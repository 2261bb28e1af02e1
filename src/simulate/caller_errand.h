/*
 * caller_errand.h: what a caller wants done, one errand after the other, made from gold: each
 * booking of the first acceptable set is one; a goal that books nothing is one that only asks, or
 * that is broken off. Lives in the arena that is given. Thread: any.
 */
#ifndef ASSAY_SIMULATE_CALLER_ERRAND_H
#define ASSAY_SIMULATE_CALLER_ERRAND_H

#include "config/task_spec.h"
#include "record/gold.h"

struct caller_errand {
    struct strview intent;
    struct slot_map slots; /* with all alternatives, the first preferred */
    bool breaks_off;       /* gold has no booking: the caller leaves before it is made */
};

struct caller_errands {
    struct caller_errand *items;
    size_t count; /* at least 1 */
};

/* False: memory ran out. */
bool caller_errands_make(const struct task_spec *task, const struct gold_conversation *gold,
                         struct arena *arena, struct caller_errands *ret_errands);
/* The agent's value says what one of the goal's alternatives says. A value in a form that cannot be
 * compared (a date that is not 2025-01-14) is taken as right. */
bool caller_errand_agrees(const struct slot_spec *spec, const struct slot_value *goal,
                          const struct slot_value *held);

#endif
