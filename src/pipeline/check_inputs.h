/*
 * check_inputs.h: reads everything that a run would read, the way a run reads it, and tells what is
 * wrong, without running. Thread: main.
 */
#ifndef ASSAY_PIPELINE_CHECK_INPUTS_H
#define ASSAY_PIPELINE_CHECK_INPUTS_H

#include "pipeline/session.h"

struct input_check {
    struct run_accounts accounts;  /* as a run would have them */
    uint64_t configuration_faults; /* of prompts and back end; the rest is of the data */
};

/*
 * Prompts and the back end always; events, gold and prediction logs when with_data. The
 * accounts have faults also for what a run only counts: events that are
 * skipped, gold that fits no conversation. Its faults are the caller's to free (memory_free).
 */
enum status check_inputs(const struct pipeline_spec *pipeline, bool with_data, struct arena *arena,
                         struct input_check *ret_check, struct error *err);

#endif
