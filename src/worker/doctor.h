/*
 * doctor.h: whether a run over the pipeline's topic can work: broker, rights, topics, registry, and
 * the far ends of candidates. Each check is told as it is made. Thread: main.
 */
#ifndef ASSAY_WORKER_DOCTOR_H
#define ASSAY_WORKER_DOCTOR_H

#include "config/pipeline_spec.h"

enum doctor_finding { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAULT };

/* `text` is one line; `fix` is NULL when there is nothing to do. */
typedef void doctor_tell(void *context, enum doctor_finding finding, const char *text,
                         const char *fix);

/* The number of faults is what counts; errors of its own: memory. */
enum status doctor_examine(const struct pipeline_spec *pipeline, doctor_tell *tell, void *context,
                           size_t *ret_faults, struct error *err);

#endif
