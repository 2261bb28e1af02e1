/*
 * slot_filling.h: what the extractor found in an utterance, put into the task's slots; and the
 * dialogue moves that follow from it. Pure; results live in the view's arena. Thread: any.
 */
#ifndef ASSAY_REPLAY_SLOT_FILLING_H
#define ASSAY_REPLAY_SLOT_FILLING_H

#include "replay/candidate.h"

/* Runs the extractor over the turn's text and fills extracted_slots, confidences, sources and
 * needs_confirmation. */
enum status slot_filling_run(const struct candidate *candidate, const struct turn_view *view,
                             struct candidate_scratch *scratch, struct prediction *prediction,
                             struct error *err);
/* Puts the view's truth in the place of what was extracted. False: memory ran out. */
bool slot_filling_take_truth(const struct turn_view *view, struct prediction *prediction);
/* The intent by the task's phrases: the longest one that stands in the text as whole words; else
 * the one known before. */
struct strview slot_filling_intent(const struct task_spec *task, struct strview text,
                                   struct strview known);
/* The state that a rules-driven agent goes to: ask for what is missing, then confirm, then
 * complete. */
struct strview slot_filling_next_state(const struct task_spec *task, const struct turn_view *view,
                                       struct strview intent, const struct slot_map *slots);

/* The phrase stands in the text as whole words, letter case aside. */
bool slot_filling_holds_phrase(struct strview text, struct strview phrase);
/* The text agrees to a read-back. */
bool slot_filling_says_yes(struct strview text);

/* slots_before with what the turn extracted: null removes. The result is new, in `arena`. False:
 * memory ran out. */
bool slot_filling_merge(struct arena *arena, const struct slot_map *before,
                        const struct slot_map *extracted, struct slot_map *ret_after);

/* Adds to growing lists of a prediction. False: memory ran out. */
/* Of the whole answer: the lowest of the slots that it gives a value, since each must be right; NaN
 * when there is none. */
double slot_filling_overall_confidence(const struct prediction *prediction);

bool slot_filling_add_confidence(struct prediction *prediction, struct arena *arena,
                                 struct strview slot, double confidence);
bool slot_filling_add_confirmation(struct prediction *prediction, struct arena *arena,
                                   struct strview slot);
bool slot_filling_set_source(struct prediction *prediction, struct arena *arena,
                             struct strview slot, const char *source);

#endif
