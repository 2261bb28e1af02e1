/*
 * scorer_command.h: scorers of kind `command`: a program of yours gets each finished trial as one
 * JSON line and answers with numbers.
 *
 * In:  {"conversation_id", "candidate", "repeat", "outcome", "success", "turns": [{"turn",
 * "user_text", "response", "state", "extracted_slots", "state_after", "intent", "gold_state",
 * "gold_intent"}]} Out: {"metrics": {"politeness": 0.8, ...}} with any names; each becomes the
 * metric <scorer>.<name>. A scorer that fails, or answers anything else, leaves its metrics out and
 * is counted. Thread: pure, any.
 */
#ifndef ASSAY_PIPELINE_SCORER_COMMAND_H
#define ASSAY_PIPELINE_SCORER_COMMAND_H

#include "pipeline/session.h"

/* Registers the pipeline's scorers with the session's call loop. Thread: main. */
enum status scorer_command_open(struct session *session, struct error *err);

/* The line for one trial, in `arena`. */
enum status scorer_command_request(const struct trial *trial, const struct gold_conversation *gold,
                                   struct strview candidate, struct arena *arena,
                                   struct strview *ret_line, struct error *err);
/* Adds the answer's numbers to trial->score->extra, their names prefixed. False: the answer is of
 * no use. */
bool scorer_command_take(struct strview scorer, const struct far_answer *answer,
                         struct trial *trial, struct arena *arena);

#endif
