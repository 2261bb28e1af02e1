/*
 * trial_gold.h: whether any agent could reach the end that gold asks for: no forbidden or refused
 * thing is wanted, the booking is what the turns say, the calendar can hold it, and what the goal
 * asks can be told. Pure; results live in the arena. Thread: any.
 */
#ifndef ASSAY_REPLAY_TRIAL_GOLD_H
#define ASSAY_REPLAY_TRIAL_GOLD_H

#include "simulate/back_end_session.h"

struct trial_gold {
    const struct gold_conversation *gold;
    const struct back_end *back_end;
    int64_t today;
    bool follows_turns; /* the caller's words are the recorded ones: the last turn's state counts */
};

/* Why it cannot be reached; absent: it can. */
struct strview trial_gold_fault(const struct trial_gold *gold, struct arena *arena);

#endif
