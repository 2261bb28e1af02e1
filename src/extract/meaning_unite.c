/*
 * meaning_unite.c: puts two meanings into one: "Monday" and "January 20th", "tomorrow" and "2 pm",
 * "3" and "in the afternoon". Part of time_meaning.c's work; pure.
 */
#include "extract/meaning_parts.h"

void meaning_unite_day(struct meaning *to, const struct meaning *from)
{
    to->has |= from->has & (HAS_ANY_DAY | HAS_ADD | HAS_EDGE | HAS_NOW);
    if (from->has & HAS_WEEKDAY) {
        to->weekday = from->weekday;
        to->modifier = from->modifier;
    }
    if (from->has & (HAS_MDAY | HAS_TWOWAY))
        to->mday = from->mday;
    if (from->has & (HAS_MONTH | HAS_TWOWAY))
        to->month = from->month;
    if (from->has & HAS_YEAR)
        to->year = from->year;
    if (from->has & HAS_OFFSET)
        to->offset = from->offset;
    if (from->has & (HAS_WEEK | HAS_WEEKEND))
        to->week = from->week;
    if (from->has & HAS_MONTHREL)
        to->month_rel = from->month_rel;
    if (from->has & HAS_YEARREL)
        to->year_rel = from->year_rel;
    if (from->has & HAS_ADD)
        to->add_days = (int16_t)(to->add_days + from->add_days);
    if (from->has & HAS_EDGE)
        to->edge = from->edge;
    if (from->has & HAS_NTH)
        to->nth = from->nth;
    if (from->has & HAS_SHIFT) {
        to->amount = from->amount;
        to->unit = from->unit;
        to->amount2 = from->amount2;
        to->unit2 = from->unit2;
    }
    to->flags |= from->flags & (MEANING_ORDINAL | MEANING_YEAR2 | MEANING_PAST);
}

void meaning_unite_time(struct meaning *to, const struct meaning *from)
{
    if (from->has & HAS_CLOCK) {
        to->hour = from->hour;
        to->minute = from->minute;
        to->meridiem = from->meridiem;
        to->flags |= from->flags & (MEANING_MINUTE | MEANING_WRITTEN | MEANING_BARE | MEANING_ONE);
    }
    if (from->has & HAS_PART)
        to->part = from->part;
    to->has |= from->has & HAS_ANY_TIME;
}

/* Two things said of the same day: "Monday" and "January 20th"; not "Monday" and "Tuesday". */
static bool days_unite(const struct extract_scratch *scratch, const struct meaning *a,
                       const struct meaning *b)
{
    uint32_t both = a->has & b->has & HAS_ANY_DAY;
    if (both)
        return false;
    uint32_t all = a->has | b->has;
    if ((all & HAS_OFFSET) && (all & HAS_WEEKDAY)) { /* "tomorrow, Thursday" */
        const struct meaning *day = a->has & HAS_OFFSET ? a : b;
        const struct meaning *weekday = a->has & HAS_WEEKDAY ? a : b;
        int32_t today = (int32_t)(((scratch->today + 3) % 7 + 7) % 7);
        int32_t index = ((today + day->offset) % 7 + 7) % 7;
        return weekday->weekday == index + 1;
    }
    if (all & HAS_WEEKDAY)
        return (all & (HAS_MDAY | HAS_TWOWAY)) != 0;
    bool ordinal = (a->flags | b->flags) & MEANING_ORDINAL;
    bool month = (all & (HAS_MONTH | HAS_MONTHREL)) && (all & HAS_MDAY) && ordinal;
    bool offset = (all & HAS_OFFSET) && (all & HAS_MDAY);
    return month || offset;
}

bool meaning_unite_whole(const struct extract_scratch *scratch, struct meaning *m,
                         const struct meaning *more)
{
    if (more->has & HAS_RANGE)
        return false;
    if ((m->has & HAS_ANY_DAY) && (more->has & HAS_ANY_DAY) && !days_unite(scratch, m, more))
        return false;
    if (m->has & more->has & HAS_CLOCK)
        return false;
    if ((m->has & more->has & HAS_PART) && m->part != more->part)
        return false;
    meaning_unite_day(m, more);
    meaning_unite_time(m, more);
    if (more->has & HAS_DURATION) {
        m->has |= HAS_DURATION;
        m->amount = more->amount;
        m->amount2 = more->amount2;
        m->unit = more->unit;
        m->unit2 = more->unit2;
    }
    if (more->confidence < m->confidence)
        m->confidence = more->confidence;
    m->inferred |= more->inferred;
    return true;
}

/* "3" and "in the afternoon": the part decides am or pm and is used up. */
bool meaning_unite_part(struct meaning *m)
{
    if (!(m->has & HAS_PART) || !(m->has & HAS_CLOCK))
        return true;
    m->flags &= (uint16_t)~MEANING_BARE;
    if (m->meridiem == MERIDIEM_UNKNOWN) {
        bool small = m->hour < 6 || m->hour == 12; /* 12, 1..5 */
        if (m->part == PART_MORNING)
            m->meridiem = MERIDIEM_AM;
        else if (m->part == PART_NIGHT)
            m->meridiem = small ? MERIDIEM_AM : MERIDIEM_PM;
        else
            m->meridiem = MERIDIEM_PM;
        if (m->part == PART_MORNING && m->hour == 12 && !(m->flags & MEANING_MINUTE))
            m->meridiem = MERIDIEM_PM; /* "twelve in the morning" is said of noon more often */
    }
    m->has &= ~(uint32_t)HAS_PART;
    m->part = PART_NONE;
    return true;
}
