/*
 * spoken.h: values as gold writes them, as callers say them and as the agent reads them back. Words
 * and values are chosen so that they mean the same under task.yaml (opening hours settle am and pm;
 * "next tuesday" is said only when both of its readings agree).
 */
#ifndef ASSAY_TESTS_GENERATE_SPOKEN_H
#define ASSAY_TESTS_GENERATE_SPOKEN_H

#include "draw.h"
#include "phrase.h"

enum { SPOKEN_BYTES = 80 };

/* One value of a slot, held as a number where it is one. */
struct spoken_value {
    enum phrase_slot slot;
    int32_t number; /* service, practitioner: index; date: days since 1970; time: minutes */
    char text[SPOKEN_BYTES]; /* canonical, as in gold */
};

/* What decides how words are chosen. */
struct spoken_place {
    int64_t today_days;
    bool british; /* day before month, +44 */
    bool written; /* typed, not spoken */
};

void spoken_draw(struct draw *draw, enum phrase_slot slot, const struct spoken_place *place,
                 struct spoken_value *ret_value);
/* A value near to `value` and different from it: what a careless agent understands. */
void spoken_mistake(struct draw *draw, const struct spoken_place *place,
                    const struct spoken_value *value, struct spoken_value *ret_wrong);
/* As the caller says it. */
void spoken_words(struct draw *draw, const struct spoken_place *place,
                  const struct spoken_value *value, char ret_words[SPOKEN_BYTES]);
/* As the agent reads it back. */
void spoken_formal(const struct spoken_value *value, char ret_words[SPOKEN_BYTES]);

#endif
