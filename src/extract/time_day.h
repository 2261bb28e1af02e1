/*
 * time_day.h: the day, week, month or weekend that a meaning names. Pure; of time_resolve.c.
 */
#ifndef ASSAY_EXTRACT_TIME_DAY_H
#define ASSAY_EXTRACT_TIME_DAY_H

#include "extract/extract_private.h"

struct time_day {
    int64_t days; /* the first day */
    int64_t span; /* how many days; 1: a day */
    enum extract_grain grain;
    int32_t year, index; /* of weeks and months */
    int64_t other;       /* the other reading's first day; equal to `days` when there is none */
    bool inferred;       /* year or month */
    bool next_ambiguous, two_way, conflict, absolute;
};

/* A single day without other readings. */
void time_day_one(struct time_day *day, int64_t days);
/* False when the calendar has no such day, or its year is out of bounds. */
bool time_day_resolve(const struct extract_scratch *scratch, const struct meaning *m,
                      struct time_day *day);

#endif
