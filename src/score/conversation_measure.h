/*
 * conversation_measure.h: what can be measured of a recorded conversation without gold: response
 * gaps, dead air, talk-over, services, tools, re-asks. Pure; the facts live in the arena that is
 * given. Formulas: docs/METRICS.md. Thread: any.
 */
#ifndef ASSAY_SCORE_CONVERSATION_MEASURE_H
#define ASSAY_SCORE_CONVERSATION_MEASURE_H

#include "config/task_spec.h"
#include "record/conversation.h"
#include "record/trial.h"

enum status conversation_measure(const struct conversation *conversation,
                                 const struct task_spec *task, const struct gold_conversation *gold,
                                 enum gold_status gold_status, struct arena *arena,
                                 struct conversation_facts *ret_facts, struct error *err);

#endif
