/*
 * trial_causes.h: the counterfactual replays that tell what made a trial fail. They are trials of
 * the same conversation on other terms: without a far end they run at once; with one they wait for
 * its answers like any trial, from the same cassettes, limits and budget, and what they cost stands
 * in the trial's first_cause. Thread: any of the team; one trial, one thread at a time.
 */
#ifndef ASSAY_PIPELINE_TRIAL_CAUSES_H
#define ASSAY_PIPELINE_TRIAL_CAUSES_H

#include "pipeline/lane_private.h"

/* Scores a finished run of the work's trial: the trial itself, or a replay. */
enum status trial_causes_score(const struct session *session, struct trial_work *work,
                               struct trial_run *run, struct candidate_scratch *scratch);

/* The run at work was scored: takes its result, and begins the next replay if one is needed.
 * *ret_done false: work->run is a replay that waits for its far end. */
enum status trial_causes_go_on(const struct session *session, struct trial_work *work,
                               struct candidate_scratch *scratch, bool *ret_done);

#endif
