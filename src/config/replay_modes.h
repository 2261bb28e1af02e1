/*
 * replay_modes.h: a run in several modes. `candidates` of its pipeline then holds every candidate
 * once a mode, mode by mode, named "rules@own_state": so trials are numbered, journaled and shown.
 * What a mode's replay, scores and tables need is the pipeline as that mode sees it: the mode, its
 * part of the candidates under their own names, its gates. A candidate that cannot play a mode
 * (rules and recordings do not speak for themselves) is left out of it. Thread: main loads, any
 * reads.
 */
#ifndef ASSAY_CONFIG_REPLAY_MODES_H
#define ASSAY_CONFIG_REPLAY_MODES_H

#include "config/pipeline_spec.h"

/* At least 1. */
size_t replay_modes_count(const struct pipeline_spec *pipeline);
/* The pipeline itself when it has one mode. */
const struct pipeline_spec *replay_modes_get(const struct pipeline_spec *pipeline, size_t index);
/* Place in `candidates` of the mode's first candidate. */
size_t replay_modes_first(const struct pipeline_spec *pipeline, size_t index);

/* While the pipeline is loaded: what the modes need, as faults (must_exist: its files too); then,
 * without faults, the modes. */
void replay_modes_check(struct pipeline_spec *pipeline, const struct yaml_node *root,
                        bool must_exist, struct fault_list *faults);
/* After the pipeline's gates were replaced: each mode takes those that hold in it. */
void replay_modes_take_gates(struct pipeline_spec *pipeline, struct fault_list *faults);
void replay_modes_expand(struct pipeline_spec *pipeline, struct fault_list *faults);

#endif
