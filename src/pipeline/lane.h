/*
 * lane.h: the main loop of a run: conversations in, trials through the score team and the far ends,
 * finished ones into the journal.
 */
#ifndef ASSAY_PIPELINE_LANE_H
#define ASSAY_PIPELINE_LANE_H

#include "pipeline/session.h"

/*
 * Reads the source to its end and finishes every trial that is not in the journal yet. STATUS_OK
 * also when it was stopped (see session->interrupted, stopped_by_budget); then what is finished is
 * in the journal. Thread: main; OpenMP inside.
 */
enum status lane_run(struct session *session, struct error *err);

#endif
