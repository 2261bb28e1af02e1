/*
 * check_inputs.h: reads everything that a run would read and tells what is wrong, without running.
 * Thread: main.
 */
#ifndef ASSAY_PIPELINE_CHECK_INPUTS_H
#define ASSAY_PIPELINE_CHECK_INPUTS_H

#include "config/pipeline_spec.h"

struct input_counts {
    uint64_t events, conversations, with_gold;
};

typedef void check_inputs_fault(void *context, const struct error *fault);

/* Prompts always; events, gold and prediction logs when with_data. STATUS_OK also when faults were
 * told. */
enum status check_inputs(const struct pipeline_spec *pipeline, bool with_data,
                         check_inputs_fault *on_fault, void *context,
                         struct input_counts *ret_counts, struct error *err);

#endif
