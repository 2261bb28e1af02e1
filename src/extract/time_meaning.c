/*
 * time_meaning.c: what a form means, before it is tied to the calendar: terminals fill fields,
 * nonterminals are united, and the form's operation does the rest; and what a correction leaves of
 * an earlier meaning. Pure functions over the scratch; called by the chart and the discourse.
 */
#include "extract/time_meaning.h"

#include "base/civil_time.h"
#include "extract/meaning_parts.h"

/* ---- durations ---- */

static bool make_duration(struct meaning *m, const struct form *form)
{
    m->has |= HAS_DURATION;
    if (form->value == 100 || form->value == 101 || form->value == 102)
        m->amount = form->value == 101 ? 1 : 2;
    if (form->value == 102)
        m->unit = UNIT_WEEK;
    else if (form->value > 0 && form->value < 100)
        m->unit = (uint8_t)form->value;
    else if (form->value == 101 && m->unit == UNIT_SECOND)
        m->unit = UNIT_HOUR; /* "an hour" names its unit literally */
    if (m->flags & MEANING_TENTHS) {
        int32_t tenths = m->amount % 10;
        m->amount /= 10;
        if (m->unit == UNIT_HOUR) {
            m->amount2 = tenths * 6;
            m->unit2 = UNIT_MINUTE;
        } else if (tenths) {
            return false;
        }
        if (m->amount == 0) { /* 0.5 hours */
            m->amount = m->amount2;
            m->unit = UNIT_MINUTE;
            m->amount2 = 0;
        }
    }
    return m->amount > 0 && m->amount <= (m->unit == UNIT_HOUR ? 500 : 5000);
}

static bool make_half(struct meaning *m, const struct form *form)
{
    static const int32_t halves[] = {0, 30, 30, 12, 0, 0, 6}; /* of a second, minute, ... year */
    static const uint8_t smaller[] = {0, UNIT_SECOND, UNIT_MINUTE, UNIT_HOUR, 0, 0, UNIT_MONTH};
    uint8_t unit = m->unit;
    if (form->value < 2 && unit == UNIT_SECOND)
        unit = UNIT_HOUR;
    if (!halves[unit])
        return false;
    m->has |= HAS_DURATION;
    if (form->value == 0) {
        m->amount = halves[unit];
        m->unit = smaller[unit];
        return true;
    }
    m->amount = form->value == 1 ? 1 : m->amount;
    m->unit = unit;
    m->amount2 = halves[unit];
    m->unit2 = smaller[unit];
    return m->amount > 0 && m->amount <= 5000;
}

static bool make_quarters(struct meaning *m, int32_t minutes)
{
    m->has |= HAS_DURATION;
    m->unit = minutes > 60 ? UNIT_HOUR : UNIT_MINUTE;
    m->amount = minutes > 60 ? minutes / 60 : minutes;
    m->amount2 = minutes > 60 ? minutes % 60 : 0;
    m->unit2 = UNIT_MINUTE;
    return true;
}

/* ---- operations ---- */

static bool minutes_from_hour(struct meaning *m, const struct form *form)
{
    int32_t minutes = form->value ? form->value : m->literal ? m->literal : m->amount;
    if (minutes < 1 || minutes > 59 || (m->flags & MEANING_MINUTE))
        return false;
    m->flags = (uint16_t)((m->flags | MEANING_MINUTE) & ~MEANING_AMOUNT);
    if (form->op == OP_PAST) {
        m->minute = (int8_t)minutes;
        return true;
    }
    m->minute = (int8_t)(60 - minutes);
    if (m->meridiem == MERIDIEM_24H)
        m->hour = (int8_t)((m->hour + 23) % 24);
    else {
        if (m->hour == 12 && m->meridiem == MERIDIEM_PM)
            m->meridiem = MERIDIEM_AM; /* quarter to 12 pm is 11:45 */
        else if (m->hour == 12 && m->meridiem == MERIDIEM_AM)
            m->meridiem = MERIDIEM_PM;
        m->hour = (int8_t)(m->hour == 1 ? 12 : m->hour - 1);
    }
    return true;
}

/* Easter Sunday of a Gregorian year (the anonymous algorithm, as Meeus prints it), in days. */
static int64_t easter_days(int32_t year)
{
    int32_t a = year % 19, b = year / 100, c = year % 100;
    int32_t d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int32_t e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
    int32_t f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;
    return civil_time_days(year, f / 31, f % 31 + 1);
}

/*
 * What a form's value says of a holiday: 1..1231 month and day; 2000 + month * 100 + n * 10 +
 * weekday the nth weekday of a month (n 0: the last); 4100 Easter Sunday and days around it; 1
 * Thanksgiving and 5001 the day after it.
 */
static void set_holiday(struct meaning *m, int32_t value, int64_t today)
{
    if (value >= 4000 && value < 5000) {
        int32_t year = civil_time_date(today).year;
        int64_t days = easter_days(year) + value - 4100;
        if (days < today)
            days = easter_days(year + 1) + value - 4100;
        struct civil_date date = civil_time_date(days);
        m->has |= HAS_YEAR | HAS_MONTH | HAS_MDAY;
        m->year = (int16_t)date.year;
        m->month = (int8_t)date.month;
        m->mday = (int8_t)date.day;
        return;
    }
    if (value >= 100 && value < 2000) {
        m->has |= HAS_MONTH | HAS_MDAY;
        m->month = (int8_t)(value / 100);
        m->mday = (int8_t)(value % 100);
        return;
    }
    bool thanks = value == 1 || value == 5001;
    int32_t code = thanks ? 1144 : value - 2000;
    m->has |= HAS_NTH | HAS_WEEKDAY | HAS_MONTH | (value == 5001 ? HAS_ADD : 0U);
    m->add_days = value == 5001;
    m->month = (int8_t)(code / 100);
    m->nth = (int8_t)(code / 10 % 10 == 0 ? -1 : code / 10 % 10);
    m->weekday = (uint8_t)(code % 10);
}

/* "tomorrow, friday": on another day than Thursday these are two days. */
static bool offset_agrees(const struct meaning *m, int64_t today)
{
    if (!(m->has & HAS_OFFSET) || !(m->has & HAS_WEEKDAY) || (m->has & HAS_MDAY))
        return true;
    return civil_time_weekday(today + m->offset) == m->weekday;
}

static bool apply_calendar(struct meaning *m, const struct form *form, int64_t today)
{
    switch ((int)form->op) {
    case OP_THIS:
        m->modifier = (uint8_t)form->value;
        return true;
    case OP_OFFSET:
        return meaning_terminal_set(m, HAS_OFFSET, form->value);
    case OP_WEEK:
        m->has |= HAS_WEEK;
        m->week = form->value;
        return true;
    case OP_WEEKEND:
        m->has |= HAS_WEEKEND;
        m->week = form->value;
        return true;
    case OP_MONTHREL:
        m->has |= HAS_MONTHREL;
        m->month_rel = form->value;
        return true;
    case OP_YEARREL:
        if (m->has & HAS_MONTH) { /* "May next year" */
            m->has |= HAS_YEAR;
            m->year = (int16_t)(civil_time_date(today).year + form->value);
            return true;
        }
        m->has |= HAS_YEARREL;
        m->year_rel = form->value;
        return true;
    case OP_LASTDAY:
    case OP_FIRSTDAY:
    case OP_NTH:
        if (form->value < 100) {
            m->has |= HAS_MONTHREL;
            m->month_rel = form->value;
        }
        if (form->op == OP_NTH) {
            m->nth = m->has & HAS_MDAY ? m->mday : -1;
            m->has = (m->has | HAS_NTH) & ~(uint32_t)HAS_MDAY;
            return m->nth <= 5;
        }
        m->has |= form->op == OP_LASTDAY ? HAS_EDGE : HAS_MDAY;
        m->edge = 3;
        m->mday = 1;
        return true;
    case OP_HOLIDAY:
        set_holiday(m, form->value, today);
        return true;
    case OP_NTHWEEK:
        m->has |= HAS_EDGE | HAS_MDAY | (m->has & HAS_MONTH ? 0U : HAS_MONTHREL);
        m->edge = 4;
        m->mday = (int8_t)(form->value % 100);
        m->month_rel = (int16_t)(form->value / 100);
        return true;
    case OP_WEEKOF:
        m->has |= HAS_EDGE;
        m->edge = (uint8_t)(4 + form->value);
        return true;
    default: /* OP_ADDWEEKS, OP_ADDDAYS */
        m->has |= HAS_ADD;
        m->add_days = (int16_t)(m->add_days + form->value * (form->op == OP_ADDWEEKS ? 7 : 1));
        return true;
    }
}

static bool apply_shift(struct meaning *m, const struct form *form)
{
    bool from_now = form->op == OP_AGO || form->value == 0;
    if (!(m->has & HAS_DURATION))
        return false;
    m->has = (m->has & ~(uint32_t)HAS_DURATION) | HAS_SHIFT | (from_now ? HAS_NOW : 0U);
    if (form->op == OP_AGO) {
        m->amount = -m->amount;
        m->amount2 = -m->amount2;
        m->flags |= MEANING_PAST;
    }
    return from_now || (m->unit >= UNIT_DAY && !m->amount2);
}

static bool apply_tonight(struct meaning *m, const struct form *form)
{
    m->has |= HAS_OFFSET | HAS_PART;
    m->offset = form->value < 0 ? -1 : 0;
    if (form->value)
        m->part = (uint8_t)(form->value < 0 ? -form->value : form->value);
    return true;
}

static bool apply_words(struct meaning *m, const struct form *form)
{
    if (form->op == OP_WORDCLOCK)
        return m->minute < 20 || m->minute % 10 != 1;
    if (form->op == OP_ZEROHOUR) {
        m->has |= HAS_CLOCK;
        m->hour = (int8_t)m->literal;
        m->meridiem = MERIDIEM_24H;
        return m->hour >= 1 && m->hour <= 9;
    }
    m->month = (int8_t)m->literal;
    m->has |= HAS_MONTH;
    return m->month >= 1 && m->month <= 12;
}

/* ---- the whole ---- */

static bool apply(struct extract_scratch *scratch, struct meaning *m, const struct form *form)
{
    switch (form->op) {
    case OP_NONE:
    case OP_ISODATE:
    case OP_HM4:
    case OP_MDAY:
        return true;
    case OP_WORDCLOCK:
    case OP_ZEROHOUR:
    case OP_DAYMONTH:
        return apply_words(m, form);
    case OP_AGREES: {
        struct resolved readings[RESOLVED_LIMIT];
        return time_resolve_run(scratch, m, readings) && !readings[0].conflict;
    }
    case OP_PAST:
    case OP_TO:
        return minutes_from_hour(m, form);
    case OP_SETPART:
        return meaning_terminal_set(m, HAS_PART, form->value);
    case OP_OVERPART:
        if (form->value && !meaning_terminal_set(m, HAS_PART, form->value))
            return false;
        return meaning_unite_part(m);
    case OP_TONIGHT:
        return apply_tonight(m, form);
    case OP_AHEAD:
    case OP_AGO:
        return apply_shift(m, form);
    case OP_DURATION:
        return make_duration(m, form);
    case OP_DURHALF:
        return make_half(m, form);
    case OP_DURQUARTER:
        return make_quarters(m, form->value * 15);
    case OP_COUPLE:
        m->has |= HAS_DURATION;
        if (form->value == 1) {
            m->amount2 = m->amount;
            m->amount = 1;
        }
        m->unit = UNIT_HOUR;
        m->unit2 = UNIT_MINUTE;
        return m->amount > 0 && m->amount2 > 0 && m->amount2 < 60;
    case OP_HUNDRED:
        if (m->flags & MEANING_MINUTE) { /* "oh nine hundred" */
            m->has |= HAS_CLOCK;
            m->hour = m->minute;
            m->minute = 0;
        }
        m->meridiem = MERIDIEM_24H;
        return true;
    case OP_THIS:
    case OP_OFFSET:
    case OP_WEEK:
    case OP_WEEKEND:
    case OP_MONTHREL:
    case OP_YEARREL:
    case OP_LASTDAY:
    case OP_FIRSTDAY:
    case OP_NTH:
    case OP_HOLIDAY:
    case OP_WEEKOF:
    case OP_NTHWEEK:
    case OP_ADDWEEKS:
    case OP_ADDDAYS:
        return apply_calendar(m, form, scratch->today);
    case OP_BETWEEN:
    case OP_UNTIL:
    case OP_SINCE:
    case OP_RANGEDAY:
    case OP_WITHIN:
    case OP_FROMNOW:
        return false; /* make_range */
    }
    return false;
}

bool time_meaning_make(struct extract_scratch *scratch, uint16_t form_index,
                       const struct path_step *path, size_t count, int32_t *ret_meaning)
{
    const struct form *form = scratch->grammar->forms[form_index];
    struct meaning m = {.confidence = form->confidence, .left = -1, .right = -1};
    if (form->makes == N_RANGE) {
        if (!meaning_range_make(scratch, &m, form, path, count))
            return false;
    } else {
        for (size_t i = 0; i < count; i++) {
            bool good = path[i].meaning >= 0
                            ? meaning_unite_whole(scratch, &m, &scratch->meanings[path[i].meaning])
                            : meaning_terminal_take(scratch, &m, &path[i]);
            if (!good)
                return false;
        }
        if (form->op != OP_DAYMONTH && m.literal && (m.has & HAS_MDAY) &&
            (m.flags & MEANING_ORDINAL))
            return false; /* two ordinals */
        if (!apply(scratch, &m, form) || !offset_agrees(&m, scratch->today))
            return false;
        if (form->makes == N_MOMENT && (m.has & HAS_PART) && (m.has & HAS_CLOCK))
            meaning_unite_part(&m);
    }
    /* what is past by its words is told, not booked: "since yesterday", "last week" */
    bool past = (m.has & HAS_OFFSET) && m.offset < 0;
    if (past || (m.flags & MEANING_PAST) || m.modifier == WEEK_LAST ||
        ((m.has & (HAS_WEEK | HAS_WEEKEND)) && m.week < 0) ||
        ((m.has & HAS_MONTHREL) && m.month_rel < 0))
        m.flags |= MEANING_WEAK | MEANING_PAST;
    if (form->makes == N_BARE)
        m.flags |= MEANING_BARE;
    else if (form->makes == N_CLOCK && (form->flags & FORM_FOLLOW) == 0)
        m.flags &= (uint16_t)~MEANING_BARE;
    if (form->flags & FORM_INFERRED)
        m.inferred = 1;
    m.form = form_index;
    *ret_meaning = meaning_range_add(scratch, &m);
    return *ret_meaning >= 0;
}

/* ---- corrections ---- */

bool time_meaning_conflicts(const struct meaning *a, const struct meaning *b)
{
    if ((a->has | b->has) & (HAS_DURATION | HAS_RANGE))
        return (a->has & b->has & HAS_DURATION) ||
               (!((a->has | b->has) & HAS_DURATION) && ((a->has | b->has) & HAS_RANGE));
    return ((a->has & HAS_ANY_DAY) && (b->has & HAS_ANY_DAY)) ||
           ((a->has & HAS_ANY_TIME) && (b->has & HAS_ANY_TIME));
}

/* "the 5th of March, no, the 6th"; "... I mean April"; "next Tuesday, no, Thursday". */
static void overlay_day(struct meaning *m, const struct meaning *base, const struct meaning *over)
{
    uint32_t said = over->has & HAS_ANY_DAY;
    if (said == HAS_MDAY && (base->has & HAS_MDAY) && (base->has & (HAS_MONTH | HAS_MONTHREL))) {
        m->has |= base->has & (HAS_MONTH | HAS_MONTHREL | HAS_YEAR);
        m->month = base->month;
        m->month_rel = base->month_rel;
        m->year = base->year;
    } else if (said == HAS_MONTH && (base->has & HAS_MDAY)) {
        m->has |= base->has & (HAS_MDAY | HAS_YEAR);
        m->mday = base->mday;
        m->year = base->year;
    } else if (said == HAS_WEEKDAY && over->modifier == WEEK_PLAIN && (base->has & HAS_WEEKDAY) &&
               !(base->has & HAS_MDAY)) {
        m->has |= base->has & HAS_WEEK;
        m->week = base->week;
        m->modifier = base->modifier;
    } else if (said == HAS_WEEK && (base->has & HAS_WEEKDAY)) {
        m->has |= HAS_WEEKDAY;
        m->weekday = base->weekday;
    }
}

/* Does the clock that was said with its half of the day also lie in the other part of the day? */
static bool part_moves_clock(const struct meaning *base, const struct meaning *over)
{
    if (!(base->has & HAS_CLOCK) ||
        (base->meridiem != MERIDIEM_AM && base->meridiem != MERIDIEM_PM))
        return false;
    int32_t hour = base->hour % 12;
    switch (over->part) {
    case PART_MORNING:
        return base->meridiem == MERIDIEM_PM && hour >= 5;
    case PART_AFTERNOON:
        return base->meridiem == MERIDIEM_AM && hour <= 5;
    case PART_EVENING:
    case PART_NIGHT:
        return base->meridiem == MERIDIEM_AM && hour >= 5;
    default:
        return false;
    }
}

struct meaning time_meaning_overlay(const struct meaning *base, const struct meaning *over)
{
    struct meaning m = *over;
    if ((base->has | over->has) & (HAS_RANGE | HAS_DURATION))
        return m;
    m.flags &= (uint16_t)~MEANING_WEAK;
    if (over->has & HAS_ANY_DAY)
        overlay_day(&m, base, over);
    else
        meaning_unite_day(&m, base);
    if (!(over->has & HAS_ANY_TIME)) {
        meaning_unite_time(&m, base);
    } else if ((over->has & HAS_CLOCK) && (base->has & HAS_PART) && !(over->has & HAS_PART)) {
        m.has |= HAS_PART; /* "tomorrow morning ... no, at nine" */
        m.part = base->part;
        meaning_unite_part(&m);
    } else if ((over->has & HAS_PART) && !(over->has & HAS_CLOCK) && part_moves_clock(base, over)) {
        m.has = (m.has & ~(uint32_t)HAS_PART) | HAS_CLOCK; /* "ten in the morning, no, evening" */
        m.part = PART_NONE;
        m.hour = base->hour;
        m.minute = base->minute;
        m.meridiem = over->part == PART_MORNING ? MERIDIEM_AM : MERIDIEM_PM;
    } else if ((over->has & base->has & HAS_CLOCK) && over->meridiem == MERIDIEM_UNKNOWN &&
               (base->meridiem == MERIDIEM_AM || base->meridiem == MERIDIEM_PM)) {
        /* "12 pm, no, at 10:00" does not mean ten at night */
        bool early = over->hour >= 8 && over->hour <= 11;
        bool base_early = base->hour >= 8 && base->hour <= 11;
        bool keeps =
            base->meridiem == MERIDIEM_PM ? !early || base_early : early || over->hour == 7;
        if (keeps)
            m.meridiem = base->meridiem;
    }
    if (over->has == 0 && over->meridiem != MERIDIEM_UNKNOWN)
        m.meridiem = over->meridiem; /* "... no, a m" */
    if (base->confidence < m.confidence)
        m.confidence = base->confidence;
    return m;
}
