/*
 * time_meaning.c: what a form means, before it is tied to the calendar: terminals fill fields,
 * nonterminals are united, and the form's operation does the rest. Ends of a range lend each other
 * what they leave out. Pure functions over the scratch; called by the chart.
 */
#include "base/civil_time.h"
#include "extract/extract_private.h"

#include <string.h>

/* ---- terminals ---- */

static bool set_hour(struct meaning *m, int32_t hour, bool is_24h)
{
    if (m->has & HAS_CLOCK)
        return false;
    m->has |= HAS_CLOCK;
    m->hour = (int8_t)hour;
    if (is_24h || hour > 12 || hour == 0)
        m->meridiem = MERIDIEM_24H;
    return hour <= 24;
}

static bool set_packed_clock(struct meaning *m, int32_t packed)
{
    bool zero = packed >= 10000;
    packed %= 10000;
    m->minute = (int8_t)(packed % 100);
    m->flags |= MEANING_MINUTE;
    return set_hour(m, packed / 100, zero);
}

static bool set_field(struct meaning *m, uint32_t bit, int32_t value)
{
    if (m->has & bit)
        return false;
    m->has |= bit;
    switch (bit) {
    case HAS_PART:
        m->part = (uint8_t)value;
        break;
    case HAS_WEEKDAY:
        m->weekday = (uint8_t)value;
        break;
    case HAS_MONTH:
        m->month = (int8_t)value;
        break;
    case HAS_MDAY:
        m->mday = (int8_t)value;
        break;
    case HAS_YEAR:
        m->year = (int16_t)value;
        break;
    default:
        m->offset = (int16_t)value;
    }
    return true;
}

static void set_amount(struct meaning *m, int32_t value)
{
    if (m->flags & MEANING_AMOUNT)
        m->amount2 = value;
    else
        m->amount = value;
    m->flags |= MEANING_AMOUNT;
}

/* A date of the lexer: packed a/b/year or year-month-day. */
static bool set_numeric_date(struct meaning *m, uint32_t symbol, int32_t value)
{
    if (symbol == C_DATEISO) {
        m->year = (int16_t)(value / 10000);
        m->month = (int8_t)(value / 100 % 100);
        m->mday = (int8_t)(value % 100);
        m->has |= HAS_YEAR | HAS_MONTH | HAS_MDAY;
        return true;
    }
    m->has |= HAS_TWOWAY;
    if (symbol == C_DATEDM) {
        m->month = (int8_t)(value / 100);
        m->mday = (int8_t)(value % 100);
        return true;
    }
    m->month = (int8_t)(value / 1000000);
    m->mday = (int8_t)(value / 10000 % 100);
    int32_t year = value % 10000;
    m->year = (int16_t)(year < 100 ? 2000 + year : year);
    if (year < 100)
        m->flags |= MEANING_YEAR2;
    m->has |= HAS_YEAR;
    return true;
}

static bool take_clock_terminal(struct meaning *m, const struct token *token,
                                const struct path_step *step)
{
    int32_t value = step->value;
    switch (step->symbol) {
    case C_H12:
    case C_HW:
        if (value == 1 && token->word)
            m->flags |= MEANING_ONE;
        return set_hour(m, value, false);
    case C_H24:
        return set_hour(m, value, true);
    case C_HM:
        return set_packed_clock(m, value) && (m->flags |= MEANING_WRITTEN);
    case C_HMDOT:
        return set_packed_clock(m, value);
    case C_HM4:
        return set_packed_clock(m, value + (token->digits == 4 && value < 1000 ? 10000 : 0));
    case C_MIN:
    case C_MINW:
    case C_MINX:
        m->minute = (int8_t)value;
        m->flags |= MEANING_MINUTE;
        return true;
    case C_NOON:
        if (m->has & HAS_CLOCK) { /* "twelve noon" */
            m->meridiem = MERIDIEM_24H;
            bool twelve = m->hour == 12;
            m->hour = (int8_t)value;
            return twelve;
        }
        return set_hour(m, value, true);
    default: /* C_AMPM */
        if (m->hour > 12 && value == MERIDIEM_AM)
            return false;
        if (m->hour <= 12)
            m->meridiem = (uint8_t)value;
        return true;
    }
}

static bool take_literal(struct meaning *m, const struct token *token)
{
    if (token->kind == TOKEN_NUMBER && token->word)
        m->literal = (int16_t)(m->literal + token->value);
    return true;
}

static bool take_terminal(const struct extract_scratch *scratch, struct meaning *m,
                          const struct path_step *step)
{
    const struct token *token = &scratch->tokens[step->end - 1];
    switch (step->symbol) {
    case C_H12:
    case C_HW:
    case C_H24:
    case C_HM:
    case C_HMDOT:
    case C_HM4:
    case C_MIN:
    case C_MINW:
    case C_MINX:
    case C_NOON:
    case C_AMPM:
        return take_clock_terminal(m, token, step);
    case C_PARTWORD:
    case C_PARTS:
        return set_field(m, HAS_PART, step->value);
    case C_WEEKDAY:
    case C_WEEKDAYW:
    case C_WEEKDAYS:
        return set_field(m, HAS_WEEKDAY, step->value);
    case C_MONTH:
    case C_MONTHW:
        return set_field(m, HAS_MONTH, step->value);
    case C_ORD:
    case C_ORDS:
        m->flags |= MEANING_ORDINAL;
        return set_field(m, HAS_MDAY, step->value);
    case C_MDAY:
    case C_MDAYD:
        return set_field(m, HAS_MDAY, step->value);
    case C_YEAR:
        return set_field(m, HAS_YEAR, step->value);
    case C_RELDAY:
        return set_field(m, HAS_OFFSET, step->value);
    case C_DATEISO:
    case C_DATENUM:
    case C_DATEDM:
        return set_numeric_date(m, step->symbol, step->value);
    case C_NUM:
        set_amount(m, step->value);
        return true;
    case C_DECIMAL:
        m->flags |= MEANING_TENTHS;
        set_amount(m, step->value);
        return true;
    case C_UNIT:
    case C_CLOCKUNIT:
    case C_DAYUNIT:
        m->unit = (uint8_t)step->value;
        return true;
    default:
        return step->symbol < SYMBOL_LITERAL_FIRST || take_literal(m, token);
    }
}

/* ---- uniting ---- */

static void copy_day(struct meaning *to, const struct meaning *from)
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

static void copy_time(struct meaning *to, const struct meaning *from)
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

static bool unite(const struct extract_scratch *scratch, struct meaning *m,
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
    copy_day(m, more);
    copy_time(m, more);
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
static bool apply_part(struct meaning *m)
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

static bool apply_calendar(struct meaning *m, const struct form *form, int64_t today)
{
    switch ((int)form->op) {
    case OP_THIS:
        m->modifier = (uint8_t)form->value;
        return true;
    case OP_OFFSET:
        return set_field(m, HAS_OFFSET, form->value);
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
        if (form->value == 1) { /* the fourth Thursday of November */
            m->has |= HAS_NTH | HAS_WEEKDAY | HAS_MONTH;
            m->nth = 4;
            m->weekday = 4;
            m->month = 11;
        } else {
            m->has |= HAS_MONTH | HAS_MDAY;
            m->month = (int8_t)(form->value / 100);
            m->mday = (int8_t)(form->value % 100);
        }
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

/* ---- ranges ---- */

static int32_t add_meaning(struct extract_scratch *scratch, const struct meaning *m)
{
    if (!extract_scratch_reserve(scratch, &scratch->meanings, &scratch->meaning_capacity,
                                 scratch->meaning_count + 1, sizeof *scratch->meanings)) {
        scratch->failed = true;
        return -1;
    }
    scratch->meanings[scratch->meaning_count] = *m;
    return (int32_t)scratch->meaning_count++;
}

/* A whole hour of the day for comparing ends; the meridiem must be known. */
static int32_t minute_of_day(const struct meaning *m, uint8_t meridiem)
{
    int32_t hour = m->hour;
    if (meridiem == MERIDIEM_AM)
        hour %= 12;
    else if (meridiem == MERIDIEM_PM)
        hour = hour % 12 + 12;
    return hour * 60 + m->minute;
}

static void lend_meridiem(struct meaning *left, struct meaning *right)
{
    if (!(left->has & right->has & HAS_CLOCK))
        return;
    if (left->meridiem == MERIDIEM_UNKNOWN && right->meridiem != MERIDIEM_UNKNOWN) {
        int32_t end = minute_of_day(right, right->meridiem);
        bool pm = minute_of_day(left, MERIDIEM_PM) < end;
        left->meridiem = pm ? MERIDIEM_PM : MERIDIEM_AM;
        left->flags &= (uint16_t)~MEANING_BARE;
    } else if (right->meridiem == MERIDIEM_UNKNOWN && left->meridiem != MERIDIEM_UNKNOWN) {
        int32_t start = minute_of_day(left, left->meridiem);
        bool am = minute_of_day(right, MERIDIEM_AM) > start;
        right->meridiem = am ? MERIDIEM_AM : MERIDIEM_PM;
        right->flags &= (uint16_t)~MEANING_BARE;
    }
}

static void lend_day(struct meaning *left, struct meaning *right)
{
    if (!(left->has & HAS_ANY_DAY) && (right->has & HAS_ANY_DAY) && (left->has & HAS_ANY_TIME))
        copy_day(left, right);
    else if ((left->has & HAS_ANY_DAY) && !(right->has & HAS_ANY_DAY) &&
             (right->has & HAS_ANY_TIME))
        copy_day(right, left);
    static const uint32_t months = HAS_MONTH | HAS_MONTHREL;
    if ((left->has & right->has & HAS_MDAY) && !(left->has & months) && (right->has & months)) {
        left->has |= right->has & (months | HAS_YEAR);
        left->month = right->month;
        left->month_rel = right->month_rel;
        left->year = right->year;
    } else if ((left->has & right->has & HAS_MDAY) && (left->has & months) &&
               !(right->has & months)) {
        right->has |= left->has & (months | HAS_YEAR);
        right->month = left->month;
        right->month_rel = left->month_rel;
        right->year = left->year;
    }
    if ((left->has & HAS_MONTH) && (right->has & HAS_YEAR) && !(left->has & HAS_YEAR) &&
        (left->has & HAS_MONTH)) {
        left->has |= HAS_YEAR;
        left->year = (int16_t)(right->year - (left->month > right->month));
    }
    if ((left->has & right->has & HAS_WEEKDAY) && !(right->has & HAS_WEEK) &&
        right->modifier == WEEK_PLAIN && ((left->has & HAS_WEEK) || left->modifier)) {
        right->has |= left->has & HAS_WEEK;
        right->week = left->week;
        right->modifier = left->modifier;
    } else if ((left->has & right->has & HAS_WEEKDAY) && (right->has & HAS_WEEK) &&
               !(left->has & HAS_WEEK) && left->modifier == WEEK_PLAIN) {
        left->has |= HAS_WEEK;
        left->week = right->week;
    }
}

static bool ends_match(const struct meaning *left, const struct meaning *right, bool strict)
{
    bool left_time = left->has & HAS_CLOCK, right_time = right->has & HAS_CLOCK;
    bool left_day = left->has & HAS_ANY_DAY, right_day = right->has & HAS_ANY_DAY;
    if (left->has & HAS_PART || right->has & HAS_PART)
        return (left->has & right->has & HAS_PART) && left_day && right_day;
    if (left_time != right_time || (!left_time && left_day != right_day))
        return false;
    if (left_time)
        return true;
    /* days of the month alone need a month, or ordinals on both sides */
    bool left_lone = (left->has & HAS_ANY_DAY) == HAS_MDAY;
    bool right_lone = (right->has & HAS_ANY_DAY) == HAS_MDAY;
    bool named = (left->has | right->has) & (HAS_MONTH | HAS_MONTHREL);
    bool ordinals = (left->flags & right->flags & MEANING_ORDINAL) && !strict;
    if (left_lone && right_lone)
        return ordinals;
    if (left_lone || right_lone)
        return named && (left->has & right->has & HAS_MDAY);
    bool left_named = left->has & HAS_TWOWAY, right_named = right->has & HAS_TWOWAY;
    return left_named == right_named;
}

static bool make_between(struct extract_scratch *scratch, struct meaning *m,
                         const struct form *form, const struct meaning *a, const struct meaning *b)
{
    struct meaning left = *a, right = *b;
    if ((a->has | b->has) & (HAS_RANGE | HAS_DURATION) || !ends_match(a, b, form->value == 1))
        return false;
    bool bare = (a->flags & MEANING_BARE) && (b->flags & MEANING_BARE);
    if (form->value == 1 && bare)
        m->flags |= MEANING_WEAK | MEANING_BARE;
    if (b->flags & MEANING_BARE)
        m->flags |= MEANING_BARE;
    lend_meridiem(&left, &right);
    lend_day(&left, &right);
    m->confidence = a->confidence < b->confidence ? a->confidence : b->confidence;
    if (form->confidence < m->confidence)
        m->confidence = form->confidence;
    m->left = add_meaning(scratch, &left);
    m->right = add_meaning(scratch, &right);
    m->has |= HAS_RANGE;
    m->flags |= MEANING_TO_INCLUSIVE;
    return m->right >= 0;
}

static bool make_open(struct extract_scratch *scratch, struct meaning *m, const struct form *form,
                      const struct meaning *end)
{
    struct meaning copy = *end;
    bool lone_day = (copy.has & HAS_ANY_DAY) == HAS_MDAY && !(copy.flags & MEANING_ORDINAL);
    if ((copy.has & (HAS_RANGE | HAS_DURATION)) || (lone_day && !(copy.has & HAS_ANY_TIME)) ||
        copy.has & HAS_PART)
        return false;
    if (copy.flags & MEANING_PAST)
        m->flags |= MEANING_PAST;
    int32_t index = add_meaning(scratch, &copy);
    m->has |= HAS_RANGE;
    m->flags |= copy.flags & MEANING_BARE;
    m->confidence = copy.confidence < form->confidence ? copy.confidence : form->confidence;
    m->left = form->op == OP_SINCE ? index : -1;
    m->right = form->op == OP_UNTIL ? index : -1;
    /* "by Friday" keeps Friday, "before Friday" does not; "after Friday" starts on Saturday */
    if (form->value == 1)
        m->flags |= MEANING_TO_INCLUSIVE;
    return index >= 0;
}

/* "tomorrow" and "between 2 and 4"; "in the afternoon" and "after 3". */
static bool range_in_day(struct extract_scratch *scratch, struct meaning *m,
                         const struct meaning *range, const struct meaning *day)
{
    int32_t *ends[2] = {&m->left, &m->right};
    if (!(range->has & HAS_RANGE) || (day->has & (HAS_CLOCK | HAS_RANGE)))
        return false;
    *m = (struct meaning){.has = HAS_RANGE,
                          .left = range->left,
                          .right = range->right,
                          .confidence = range->confidence < day->confidence ? range->confidence
                                                                            : day->confidence,
                          .flags = range->flags & MEANING_TO_INCLUSIVE};
    for (size_t i = 0; i < 2; i++) {
        if (*ends[i] < 0)
            continue;
        struct meaning end = scratch->meanings[*ends[i]];
        if (!(end.has & HAS_CLOCK) || ((end.has & HAS_ANY_DAY) && (day->has & HAS_ANY_DAY)))
            return false;
        copy_day(&end, day);
        if (day->has & HAS_PART) {
            end.has |= HAS_PART;
            end.part = day->part;
            apply_part(&end);
        }
        *ends[i] = add_meaning(scratch, &end);
        if (*ends[i] < 0)
            return false;
    }
    return true;
}

/* "within the next two hours". */
static bool make_within(struct extract_scratch *scratch, struct meaning *m, const struct form *form,
                        const struct meaning *duration)
{
    struct meaning end = *duration, start = *duration;
    if (!(duration->has & HAS_DURATION))
        return false;
    start.has = end.has = HAS_SHIFT | HAS_NOW;
    start.amount = start.amount2 = 0;
    m->has |= HAS_RANGE;
    m->confidence = form->confidence;
    m->left = add_meaning(scratch, &start);
    m->right = add_meaning(scratch, &end);
    return m->right >= 0;
}

static bool make_range(struct extract_scratch *scratch, struct meaning *m, const struct form *form,
                       const struct path_step *path, size_t count)
{
    int32_t parts[2] = {-1, -1};
    struct meaning word = {.confidence = 95}; /* "(in the) <partword>" */
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (path[i].meaning >= 0 && found < 2)
            parts[found++] = path[i].meaning;
        else if (path[i].symbol == C_PARTWORD)
            set_field(&word, HAS_PART, path[i].value);
    }
    if (found == 0 && form->op == OP_WITHIN) { /* "in the next hour" */
        struct meaning unit = {.has = HAS_DURATION,
                               .amount = 1,
                               .unit = (uint8_t)path[count - 1].value,
                               .left = -1,
                               .right = -1};
        return unit.unit > UNIT_MINUTE && make_within(scratch, m, form, &unit);
    }
    if (found == 0)
        return false;
    struct meaning a = scratch->meanings[parts[0]];
    if (form->op == OP_WITHIN)
        return make_within(scratch, m, form, &a);
    if (form->op == OP_UNTIL || form->op == OP_SINCE)
        return make_open(scratch, m, form, &a);
    struct meaning b = found == 2 ? scratch->meanings[parts[1]] : word;
    if (form->op == OP_BETWEEN)
        return make_between(scratch, m, form, &a, &b);
    return a.has & HAS_RANGE ? range_in_day(scratch, m, &a, &b) : range_in_day(scratch, m, &b, &a);
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
    case OP_AGREES: {
        struct resolved readings[RESOLVED_LIMIT];
        return time_resolve_run(scratch, m, readings) && !readings[0].conflict;
    }
    case OP_PAST:
    case OP_TO:
        return minutes_from_hour(m, form);
    case OP_SETPART:
        return set_field(m, HAS_PART, form->value);
    case OP_OVERPART:
        if (form->value && !set_field(m, HAS_PART, form->value))
            return false;
        return apply_part(m);
    case OP_TONIGHT:
        return apply_tonight(m, form);
    case OP_AHEAD:
    case OP_AGO:
        return apply_shift(m, form);
    case OP_DURATION:
        return make_duration(m, form);
    case OP_DURHALF:
        return make_half(m, form);
    case OP_DURQUARTER: {
        int32_t minutes = form->value * 15;
        m->has |= HAS_DURATION;
        m->unit = minutes > 60 ? UNIT_HOUR : UNIT_MINUTE;
        m->amount = minutes > 60 ? minutes / 60 : minutes;
        m->amount2 = minutes > 60 ? minutes % 60 : 0;
        m->unit2 = UNIT_MINUTE;
        return true;
    }
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
    case OP_ADDWEEKS:
    case OP_ADDDAYS:
        return apply_calendar(m, form, scratch->today);
    case OP_BETWEEN:
    case OP_UNTIL:
    case OP_SINCE:
    case OP_RANGEDAY:
    case OP_WITHIN:
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
        if (!make_range(scratch, &m, form, path, count))
            return false;
    } else {
        for (size_t i = 0; i < count; i++) {
            bool good = path[i].meaning >= 0
                            ? unite(scratch, &m, &scratch->meanings[path[i].meaning])
                            : take_terminal(scratch, &m, &path[i]);
            if (!good)
                return false;
        }
        if (!apply(scratch, &m, form))
            return false;
        if (form->makes == N_MOMENT && (m.has & HAS_PART) && (m.has & HAS_CLOCK))
            apply_part(&m);
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
    *ret_meaning = add_meaning(scratch, &m);
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

struct meaning time_meaning_overlay(const struct meaning *base, const struct meaning *over)
{
    struct meaning m = *over;
    if ((base->has | over->has) & (HAS_RANGE | HAS_DURATION))
        return m;
    m.flags &= (uint16_t)~MEANING_WEAK;
    if (over->has & HAS_ANY_DAY)
        overlay_day(&m, base, over);
    else
        copy_day(&m, base);
    if (!(over->has & HAS_ANY_TIME)) {
        copy_time(&m, base);
    } else if ((over->has & HAS_CLOCK) && (base->has & HAS_PART) && !(over->has & HAS_PART)) {
        m.has |= HAS_PART; /* "tomorrow morning ... no, at nine" */
        m.part = base->part;
        apply_part(&m);
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
