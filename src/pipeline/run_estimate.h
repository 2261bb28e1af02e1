/*
 * run_estimate.h: what a run would ask and cost, before it is made (`assay run --dry-run`). Nothing
 * is called and nothing is written: every turn's request is made as a run would make it, with an
 * empty answer in place of the model's. Thread: main.
 */
#ifndef ASSAY_PIPELINE_RUN_ESTIMATE_H
#define ASSAY_PIPELINE_RUN_ESTIMATE_H

#include "config/pipeline_spec.h"
#include "cost/cost_estimate.h"

struct candidate_estimate {
    uint64_t calls;
    uint64_t request_bytes;
    bool asks_model;  /* else there is nothing to pay */
    bool is_replayed; /* from a cassette: nothing is paid now */
    bool is_priced;
    struct cost_range range;
};

struct run_estimate {
    uint64_t conversations;
    struct candidate_estimate *candidates; /* one a candidate, in the arena */
};

enum status run_estimate_make(const struct pipeline_spec *pipeline, int64_t conversation_limit,
                              struct arena *arena, struct run_estimate *ret_estimate,
                              struct error *err);

#endif
