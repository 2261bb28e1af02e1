/*
 * tool_desk.h: a candidate's tool calls, carried out against the trial's back end and written down
 * in the prediction. Thread: any, one trial one thread at a time.
 */
#ifndef ASSAY_REPLAY_TOOL_DESK_H
#define ASSAY_REPLAY_TOOL_DESK_H

#include "replay/candidate.h"

#include <jansson.h>

enum { TOOL_DESK_MOST_CALLS_A_TURN = 16 };

/* view->back_end is there. */
enum status tool_desk_call(const struct turn_view *view, const struct back_end_call *call,
                           struct prediction *prediction, struct back_end_answer *ret_answer,
                           struct error *err);

/* The `tool_calls` of an answer: [{"method": ..., "parameters": {...}, "idempotency_key": ...}].
 * In modes without a back end they are left alone. STATUS_NO_MEMORY; anything else but STATUS_OK:
 * they are malformed, or too many. */
enum status tool_desk_take(const json_t *calls, const struct turn_view *view,
                           struct prediction *prediction);

#endif
