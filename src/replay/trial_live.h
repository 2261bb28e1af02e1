/*
 * trial_live.h: the part of a trial in which the candidate acts for itself (modes free_running and
 * simulated_user): a conversation of its own that grows turn by turn, the trial's back end, and the
 * caller, recorded or simulated. Lives in the trial's arena. Thread: as the trial's.
 */
#ifndef ASSAY_REPLAY_TRIAL_LIVE_H
#define ASSAY_REPLAY_TRIAL_LIVE_H

#include "replay/trial_run.h"

struct trial_live;

/* Turns that a trial in this mode may have: what its predictions need room for. */
size_t trial_live_most_turns(const struct pipeline_spec *pipeline,
                             const struct conversation *conversation);
/* NULL: memory ran out. `run` has its arena, candidate, conversation, gold and zone. */
struct trial_live *trial_live_create(const struct trial_run *run);
/* What the caller says at the turn at work. *ret_more false: nothing more, the call is over. */
enum status trial_live_next(struct trial_live *live, struct trial_run *run, bool *ret_more,
                            struct error *err);
/* The candidate's answer becomes the agent's turn, which the caller hears. */
enum status trial_live_answered(struct trial_live *live, struct trial_run *run, struct error *err);
/* The trial's own conversation, and what answers its tool calls. */
const struct conversation *trial_live_conversation(const struct trial_live *live);
struct back_end_session *trial_live_back_end(const struct trial_live *live);
/* What the caller of the turn at work meant; only in mode simulated_user. */
const struct turn_truth *trial_live_truth(const struct trial_live *live);
/* Of a finished trial: calls that met a fault of the back end; whether the simulated caller hung up
 * of itself. */
size_t trial_live_back_end_faults(const struct trial_live *live);
/* Why no agent could reach gold's end; absent: one can. */
struct strview trial_live_gold_fault(const struct trial_run *run);
/* Bookings, answered requests and the simulator's fault into the trial. */
enum status trial_live_finish(struct trial_live *live, struct trial_run *run, struct error *err);

#endif
