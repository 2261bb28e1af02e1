/*
 * trial_truth.h: what a counterfactual replay puts in the place of what happened: the words as they
 * were said, and what a recorded caller meant by gold. Results live in the arena. Thread: any.
 */
#ifndef ASSAY_REPLAY_TRIAL_TRUTH_H
#define ASSAY_REPLAY_TRIAL_TRUTH_H

#include "replay/candidate.h"

/* Somebody wrote down what was said, and it differs from what was heard. */
bool trial_truth_words_differ(const struct conversation *conversation);
/* The conversation with the words as they were said, where they are known. NULL: memory ran out. */
const struct conversation *trial_truth_conversation(const struct conversation *conversation,
                                                    struct arena *arena);
/* What turn `turn` changed by gold, canonical values. NULL: gold has no such turn, or memory ran
 * out. */
const struct turn_truth *trial_truth_of_gold(const struct gold_conversation *gold, size_t turn,
                                             struct arena *arena);

#endif
