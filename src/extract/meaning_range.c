/*
 * meaning_range.c: ranges: their ends lend each other what they leave out (am or pm, day, month),
 * and a day or part of day said beside a range goes into both ends. Part of time_meaning.c's work.
 */
#include "extract/meaning_parts.h"

int32_t meaning_range_add(struct extract_scratch *scratch, const struct meaning *m)
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
        meaning_unite_day(left, right);
    else if ((left->has & HAS_ANY_DAY) && !(right->has & HAS_ANY_DAY) &&
             (right->has & HAS_ANY_TIME))
        meaning_unite_day(right, left);
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
    if (left->has & HAS_PART || right->has & HAS_PART) /* "from friday night through sunday" */
        return left_day && right_day && !left_time && !right_time;
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
    m->left = meaning_range_add(scratch, &left);
    m->right = meaning_range_add(scratch, &right);
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
    int32_t index = meaning_range_add(scratch, &copy);
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
        meaning_unite_day(&end, day);
        if (day->has & HAS_PART) {
            end.has |= HAS_PART;
            end.part = day->part;
            meaning_unite_part(&end);
        }
        *ends[i] = meaning_range_add(scratch, &end);
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
    m->left = meaning_range_add(scratch, &start);
    m->right = meaning_range_add(scratch, &end);
    return m->right >= 0;
}

bool meaning_range_make(struct extract_scratch *scratch, struct meaning *m, const struct form *form,
                        const struct path_step *path, size_t count)
{
    int32_t parts[2] = {-1, -1};
    struct meaning word = {.confidence = 95}; /* "(in the) <partword>" */
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (path[i].meaning >= 0 && found < 2)
            parts[found++] = path[i].meaning;
        else if (path[i].symbol == C_PARTWORD)
            meaning_terminal_set(&word, HAS_PART, path[i].value);
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
    if (form->op == OP_FROMNOW) {
        struct meaning now = {.has = HAS_OFFSET, .confidence = 95, .left = -1, .right = -1};
        if (a.has & HAS_CLOCK)
            now = (struct meaning){.has = HAS_SHIFT | HAS_NOW, .unit = UNIT_HOUR, .confidence = 95};
        if ((a.has & (HAS_RANGE | HAS_DURATION | HAS_PART)) || !(a.has & HAS_ANY_DAY))
            return false;
        m->left = meaning_range_add(scratch, &now);
        m->right = meaning_range_add(scratch, &a);
        m->has |= HAS_RANGE;
        m->flags |= MEANING_TO_INCLUSIVE;
        return m->right >= 0;
    }
    if (form->op == OP_WITHIN)
        return make_within(scratch, m, form, &a);
    if (form->op == OP_UNTIL || form->op == OP_SINCE)
        return make_open(scratch, m, form, &a);
    struct meaning b = found == 2 ? scratch->meanings[parts[1]] : word;
    if (form->op == OP_BETWEEN)
        return make_between(scratch, m, form, &a, &b);
    return a.has & HAS_RANGE ? range_in_day(scratch, m, &a, &b) : range_in_day(scratch, m, &b, &a);
}
