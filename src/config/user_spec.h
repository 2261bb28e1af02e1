/*
 * user_spec.h: the section `user` of a pipeline: how the simulated caller behaves. Read-only after
 * loading. Thread: main loads, any reads.
 */
#ifndef ASSAY_CONFIG_USER_SPEC_H
#define ASSAY_CONFIG_USER_SPEC_H

#include "config/option_table.h"

/* Mode simulated_user: how the caller behaves. Shares are of turns (misheard: of words). */
struct user_spec {
    double volunteers;   /* says more than what was asked */
    double misheard;     /* words that recognition gets wrong */
    double interrupts;   /* speaks over the agent */
    double asks_besides; /* puts a question of the goal into an answer */
    double changes_mind; /* share of calls in which one wish is first another */
    double hangs_up;     /* share of calls in which the caller leaves although nothing is wrong */
    double lies;         /* for tests: says what the goal does not hold, a fault of the simulator */
    int64_t patience;    /* answers without progress before the caller gives up */
    int64_t max_turns;
};

/* For pipeline_spec and `assay list keys`. */
extern const struct option user_spec_options[];

#endif
