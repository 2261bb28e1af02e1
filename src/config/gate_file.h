/*
 * gate_file.h: the gates of another file in place of a pipeline's own, for `assay report --gates`.
 * Thread: main.
 */
#ifndef ASSAY_CONFIG_GATE_FILE_H
#define ASSAY_CONFIG_GATE_FILE_H

#include "config/pipeline_spec.h"

/* Reads `gates` of a pipeline file, or of a file that has nothing else, checks them against the
 * candidates of `pipeline` and puts them there. Whether their metrics are known is not asked
 * (gate_check_names). Faults name the file. */
enum status gate_file_take(const char *path, struct pipeline_spec *pipeline,
                           struct fault_list *faults, struct error *err);

#endif
