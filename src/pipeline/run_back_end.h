/*
 * run_back_end.h: the back end of a pipeline's mode, ready to be shared by its trials. Thread:
 * main.
 */
#ifndef ASSAY_PIPELINE_RUN_BACK_END_H
#define ASSAY_PIPELINE_RUN_BACK_END_H

#include "config/pipeline_spec.h"
#include "simulate/back_end.h"

/* *ret_back_end is NULL in modes without one. The first fault of the file is the error. */
enum status run_back_end_open(const struct pipeline_spec *pipeline, struct arena *arena,
                              struct back_end **ret_back_end, struct error *err);

#endif
