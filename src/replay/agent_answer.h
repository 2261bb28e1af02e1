/*
 * agent_answer.h: an answer (of a model, an endpoint or a command) read strictly into a prediction.
 * Keys are those of the prediction log's `output`: response, extracted_slots, confidence,
 * next_state; then intent, requested_slots, slot_confidence, metadata. Anything else than one JSON
 * object with extracted_slots is malformed: the candidate's fault, scored as wrong, with the reason
 * kept. Thread: any.
 */
#ifndef ASSAY_REPLAY_AGENT_ANSWER_H
#define ASSAY_REPLAY_AGENT_ANSWER_H

#include "replay/candidate.h"

#include <jansson.h>

/* The output keys of a parsed object into the prediction. STATUS_DATA: malformed, told in
 * prediction->error; STATUS_NO_MEMORY: nobody knows what the answer is worth. */
enum status agent_answer_take(const json_t *object, const struct turn_view *view,
                              struct prediction *prediction);

/* Errors of the far end become the prediction's error, with their class. True: there is a body to
 * read. */
bool agent_answer_arrived(const struct far_answer *answer, const struct turn_view *view,
                          struct prediction *prediction);

/* The JSON schema of an answer, for response_format: slots and states by name. */
void agent_answer_schema(const struct task_spec *task, struct json_write *writer);

#endif
