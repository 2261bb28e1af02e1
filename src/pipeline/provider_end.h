/*
 * provider_end.h: the far end of a candidate: where its calls go, with which key; and one answer as
 * the journal keeps it. Keys come from the environment only and are never written anywhere. Thread:
 * main.
 */
#ifndef ASSAY_PIPELINE_PROVIDER_END_H
#define ASSAY_PIPELINE_PROVIDER_END_H

#include "pipeline/session.h"

/* Registers the candidate's far end with the session's call loop (made when first needed). Nothing
 * to do for rules and recorded, and for cassettes that are only replayed. */
enum status provider_end_open(struct session *session, struct session_candidate *own,
                              struct error *err);
void provider_end_close(struct session_candidate *own);

/* Registers a program of its own that speaks JSON Lines. */
enum status provider_end_command(struct session *session, const char *name,
                                 const struct option_texts *command, int64_t processes,
                                 uint32_t *ret_far_end, struct error *err);

/* An answer as journal payload and back; texts of the latter live in `arena`. Its price is not
 * known yet: what was reserved for it is the most that it can be. */
void provider_end_encode_answer(const struct far_answer *answer, int64_t reserved_usd_nano,
                                struct strbuf *out);
/* STATUS_NO_MEMORY, or STATUS_DATA for what is no answer. */
enum status provider_end_decode_answer(struct strview payload, struct arena *arena,
                                       struct far_answer *ret_answer,
                                       int64_t *ret_reserved_usd_nano);

#endif
