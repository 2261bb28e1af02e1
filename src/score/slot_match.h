/*
 * slot_match.h: whether a predicted value says the same as gold (docs/METRICS.md, "When two values
 * are equal").
 *
 * Typed comparison normalises both sides by the slot's type: dates and times to ISO (a text such as
 * "next monday" or "2 PM" is read by the extraction engine at the turn's time), phones to E.164,
 * names and texts folded (case, accents, space, punctuation), categories to their canonical value.
 * Gold may list alternatives: one that matches is enough. Thread: any, with that thread's scratch.
 */
#ifndef ASSAY_SCORE_SLOT_MATCH_H
#define ASSAY_SCORE_SLOT_MATCH_H

#include "base/arena.h"
#include "config/task_spec.h"
#include "extract/extractor.h"
#include "record/slot_value.h"

struct slot_match_context {
    const struct task_spec *task;
    const struct extractor *extractor;
    struct extract_scratch *extract;
    int64_t reference_time_ns;
    const struct time_zone *zone;
    struct strview locale;
    struct arena *arena; /* scratch of the caller */
};

/* True when there is no value: the slot is absent (NULL), null, an empty list or an empty text. */
bool slot_match_is_empty(const struct slot_value *value);
/* Both may be NULL (absent). Two empty values are equal. */
bool slot_match_equal(const struct slot_match_context *context, struct strview slot,
                      const struct slot_value *gold, const struct slot_value *predicted);
/* The normalised form of one text of a slot, in context->arena; the text itself when memory ran
 * out. */
struct strview slot_match_normalise(const struct slot_match_context *context,
                                    const struct slot_spec *spec, struct strview text);

#endif
