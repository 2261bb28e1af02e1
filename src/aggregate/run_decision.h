/*
 * run_decision.h: the verdict in words. The fold makes it without gates; who checks gates has it
 * said again. Thread: main.
 */
#ifndef ASSAY_AGGREGATE_RUN_DECISION_H
#define ASSAY_AGGREGATE_RUN_DECISION_H

#include "aggregate/run_summary.h"
#include "config/candidate_spec.h"

/* Makes decision.sentence from gates, errors and success rates. False: memory ran out. */
bool run_decision_say(struct run_summary *summary);
/* Callers heard the recorded agent only: what they did is no fact about any other candidate. */
bool run_decision_was_heard(const struct candidate_spec *spec);

#endif
