/*
 * task_extractor.h: an extraction engine that knows a task's categories, locale and opening hours.
 * Thread: main.
 */
#ifndef ASSAY_PIPELINE_TASK_EXTRACTOR_H
#define ASSAY_PIPELINE_TASK_EXTRACTOR_H

#include "config/task_spec.h"
#include "extract/extractor.h"

/* `arena` holds what is only needed while it is made. */
enum status task_extractor_create(const struct task_spec *task, struct arena *arena,
                                  struct extractor **ret_extractor, struct error *err);
/* The same with a table of calibration; NULL: the built-in one. */
enum status task_extractor_create_with(const struct task_spec *task,
                                       const struct extract_calibration *calibration,
                                       struct arena *arena, struct extractor **ret_extractor,
                                       struct error *err);

#endif
