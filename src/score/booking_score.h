/*
 * booking_score.h: success by bookings, for the modes in which the candidate acts (docs/METRICS.md,
 * "Success"): bookings = one acceptable multiset of gold, every request told, nothing forbidden
 * done, a person called when gold requires one. Thread: any.
 */
#ifndef ASSAY_SCORE_BOOKING_SCORE_H
#define ASSAY_SCORE_BOOKING_SCORE_H

#include "score/slot_match.h"
#include "score/trial_score.h"

/* Turns that gold can be held against: all; up to the first divergence when the candidate's own
 * answers were heard; none when the caller was simulated. */
size_t booking_score_turns(const struct trial_score_input *input, const struct trial *trial);

/* Sets success, completed, outcome, handover, reason and the parts in `extra`. A trial that the
 * simulated caller spoilt is not scored. False: memory ran out. */
bool booking_score(const struct slot_match_context *match, const struct trial_score_input *input,
                   const struct trial *trial, bool handed_over, struct trial_score *score);

#endif
