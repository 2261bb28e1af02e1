/*
 * summary_builder.h: hand-made run summaries for the tests of report/ and for looking at the
 * design. Everything lives in `arena`; a test may change what it got. Thread: one at a time.
 */
#ifndef ASSAY_TESTS_SUMMARY_BUILDER_H
#define ASSAY_TESTS_SUMMARY_BUILDER_H

#include "aggregate/run_summary.h"

/* Three candidates (a recorded agent, rules, a simulated model) over 160 conversations, with
 * gates, two of which do not hold. Its sums add up. */
struct run_summary *summary_builder_sample(struct arena *arena);
/* The sample, with texts that try to break out of each format. */
struct run_summary *summary_builder_hostile(struct arena *arena);
/* No conversation, one candidate, no gate: every number is undefined. */
struct run_summary *summary_builder_empty(struct arena *arena);
/* Eight candidates with long names and 200 failed trials: what a report must still carry. */
struct run_summary *summary_builder_large(struct arena *arena);

struct measure summary_builder_measure(double value, double low, double high, uint64_t n,
                                       const char *unit_of_n);
struct measure summary_builder_undefined(const char *reason);

enum { SUMMARY_BUILDER_TRIALS = 6 };
/* The trial `index` of the sample as the journal keeps it, for the CSV. */
struct trial *summary_builder_trial(struct arena *arena, size_t index);
struct conversation_facts *summary_builder_facts(struct arena *arena, size_t index);

#endif
