/*
 * meaning_parts.h: the parts of time_meaning.c: terminals, uniting, ranges. For the chart's thread.
 */
#ifndef ASSAY_EXTRACT_MEANING_PARTS_H
#define ASSAY_EXTRACT_MEANING_PARTS_H

#include "extract/extract_private.h"

/* What the token of a step adds; false when it contradicts what is there. */
bool meaning_terminal_take(const struct extract_scratch *scratch, struct meaning *m,
                           const struct path_step *step);
/* Sets one field by its HAS_ bit; false when it is set already. */
bool meaning_terminal_set(struct meaning *m, uint32_t bit, int32_t value);

/* The day, or the time of day, of one meaning over another. */
void meaning_unite_day(struct meaning *to, const struct meaning *from);
void meaning_unite_time(struct meaning *to, const struct meaning *from);
/* Both; false when they contradict each other. */
bool meaning_unite_whole(const struct extract_scratch *scratch, struct meaning *m,
                         const struct meaning *more);
/* A clock and a part of day: the part decides am or pm and is used up. */
bool meaning_unite_part(struct meaning *m);

/* A range form over its path; `m` starts empty. */
bool meaning_range_make(struct extract_scratch *scratch, struct meaning *m, const struct form *form,
                        const struct path_step *path, size_t count);
/* Stores a meaning in the scratch; -1 when memory ran out. */
int32_t meaning_range_add(struct extract_scratch *scratch, const struct meaning *m);

#endif
