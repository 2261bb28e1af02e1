/*
 * reference_words.h: what the reference agent says: its questions, offers and read-backs, in plain
 * English. Appends to `out`. Thread: any.
 */
#ifndef ASSAY_REPLAY_REFERENCE_WORDS_H
#define ASSAY_REPLAY_REFERENCE_WORDS_H

#include "base/strbuf.h"
#include "simulate/back_end_session.h"

/* "Which day would suit you?" */
void reference_words_ask(struct strview slot, struct strbuf *out);
/* "On Tuesday, January 14 I have 9:30 AM, 11:00 AM and 2:30 PM." */
void reference_words_offer(const struct back_end_answer *free, struct strbuf *out);
/* "So that is a checkup on Tuesday, January 14 at 2:30 PM for Ana Díaz. Is that right?" */
void reference_words_read_back(struct strview intent, const struct slot_map *slots,
                               struct strbuf *out);
/* A value as it is said: dates and times in words, underscores as spaces. */
void reference_words_value(struct strview value, struct strbuf *out);

#endif
