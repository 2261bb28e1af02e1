/*
 * trial_choice.h: which trials of a run are made. Not those of a candidate's conversations beyond
 * its `share`; not those of callers who did not agree; and with `stop_when_decided` the source is
 * gone through once for each prefix of a seeded order of the conversations, and a candidate that
 * was decided at a look has no trials in later prefixes (gate/early_stop.h). All of it follows from
 * the conversations' ids, the seed and the trials in the journal. Thread: main, but for the pure
 * ones.
 */
#ifndef ASSAY_PIPELINE_TRIAL_CHOICE_H
#define ASSAY_PIPELINE_TRIAL_CHOICE_H

#include "pipeline/session.h"

/* Shares of the conversations after which is looked, the last one all of them. */
enum { TRIAL_CHOICE_PREFIXES = 12 };
int trial_choice_prefix(const struct pipeline_spec *pipeline, struct strview conversation_id);

/* Whether the finished run's settings and stops left this candidate's trials of the conversation
 * out. Pure. */
bool trial_choice_left_out(const struct pipeline_spec *pipeline,
                           const struct run_accounts *accounts, struct strview conversation_id,
                           size_t candidate);

struct trial_choice {
    struct session *session;
    int prefix; /* at work */
};

/* Whether the candidate's trials of the conversation are made in this prefix. */
bool trial_choice_wants(const struct trial_choice *choice, const struct conversation *conversation,
                        size_t candidate);
/* The caller has not agreed that their words leave the house: told once, counted always. */
bool trial_choice_is_withheld(struct session *session, const struct conversation *conversation,
                              const struct session_candidate *candidate);
/* Behind the last trial of a prefix: looks, and begins the accounts anew when the source is to be
 * gone through again (*ret_again). */
enum status trial_choice_look(struct trial_choice *choice, bool *ret_again, struct error *err);

#endif
