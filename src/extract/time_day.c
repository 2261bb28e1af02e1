/*
 * time_day.c: a meaning and the reference day -> days of the calendar, with the other reading where
 * there is one. Future days are preferred; years are this one to ten ahead unless written out.
 * Pure.
 */
#include "extract/time_day.h"

#include "base/civil_time.h"

static int32_t weekday_index(const struct extract_scratch *scratch, int32_t weekday)
{
    return scratch->locale.week_start == 7 ? weekday % 7 : weekday - 1;
}

/* The first day of the week that holds `day`, by the locale. */
static int64_t week_start(const struct extract_scratch *scratch, int64_t day)
{
    return day - weekday_index(scratch, civil_time_weekday(day));
}

static int64_t next_weekday(int64_t after, int32_t weekday)
{
    int32_t ahead = (weekday - civil_time_weekday(after) + 7) % 7;
    return after + (ahead == 0 ? 7 : ahead);
}

void time_day_one(struct time_day *day, int64_t days)
{
    day->days = day->other = days;
    day->span = 1;
    day->grain = EXTRACT_GRAIN_DAY;
}

static bool resolve_weekday(const struct extract_scratch *scratch, const struct meaning *m,
                            struct time_day *day)
{
    int64_t today = scratch->today, coming = next_weekday(today, m->weekday);
    /* Weekdays count from Monday in any locale: "Sunday this week" is never the one just past. */
    int64_t this_week = today - civil_time_weekday(today) + m->weekday;
    if (m->has & HAS_WEEK) {
        time_day_one(day, this_week + 7 * (int64_t)m->week);
        if (m->week == 0 && day->days < today && !(m->flags & MEANING_PAST))
            day->conflict = true;
        return true;
    }
    switch (m->modifier) {
    case WEEK_THIS:
        time_day_one(day, this_week >= today ? this_week : coming);
        return true;
    case WEEK_NEXT:
        if (scratch->extractor->options.next_weekday == EXTRACT_NEXT_IS_COMING) {
            time_day_one(day, coming);
            day->other = this_week + 7;
        } else {
            time_day_one(day, this_week + 7);
            day->other = coming;
        }
        day->next_ambiguous = day->other != day->days;
        return true;
    case WEEK_LAST:
        time_day_one(day, coming - (coming - 7 >= today ? 14 : 7));
        return true;
    default:
        time_day_one(day, coming);
        return true;
    }
}

/* The next time a month and day come, from today on. */
static bool next_month_day(const struct extract_scratch *scratch, const struct meaning *m,
                           struct time_day *day)
{
    int32_t year = civil_time_date(scratch->today).year;
    int64_t first = INT64_MIN;
    for (int32_t y = year; y <= year + 8; y++) {
        if (!civil_time_date_exists(y, m->month, m->mday))
            continue;
        int64_t days = civil_time_days(y, m->month, m->mday);
        if (days < scratch->today)
            continue;
        bool right = !(m->has & HAS_WEEKDAY) || civil_time_weekday(days) == m->weekday;
        if (first == INT64_MIN)
            first = days;
        if (right && y <= year + 1) {
            time_day_one(day, days);
            day->inferred = true;
            return true;
        }
    }
    if (first == INT64_MIN)
        return false;
    time_day_one(day, first);
    day->inferred = true;
    day->conflict = (m->has & HAS_WEEKDAY) != 0;
    return true;
}

static bool resolve_month_day(const struct extract_scratch *scratch, const struct meaning *m,
                              struct time_day *day)
{
    if (!(m->has & HAS_YEAR))
        return next_month_day(scratch, m, day);
    if (!civil_time_date_exists(m->year, m->month, m->mday))
        return false;
    time_day_one(day, civil_time_days(m->year, m->month, m->mday));
    day->absolute = true;
    day->conflict = (m->has & HAS_WEEKDAY) && civil_time_weekday(day->days) != m->weekday;
    return true;
}

/* "the 15th": this month or the next that has it; with a weekday, the first that fits. */
static bool resolve_month_day_alone(const struct extract_scratch *scratch, const struct meaning *m,
                                    struct time_day *day)
{
    struct civil_date today = civil_time_date(scratch->today);
    int64_t first = INT64_MIN;
    for (int32_t ahead = 0; ahead <= 12; ahead++) {
        int32_t month = (today.month - 1 + ahead) % 12 + 1;
        int32_t year = today.year + (today.month - 1 + ahead) / 12;
        if (!civil_time_date_exists(year, month, m->mday))
            continue;
        int64_t days = civil_time_days(year, month, m->mday);
        if (days < scratch->today)
            continue;
        if (first == INT64_MIN)
            first = days;
        if (!(m->has & HAS_WEEKDAY) || civil_time_weekday(days) == m->weekday) {
            time_day_one(day, days);
            day->inferred = true;
            day->conflict = days > first + 62; /* a fit so far away is a slip of the tongue */
            if (day->conflict)
                day->days = day->other = first;
            return true;
        }
    }
    return false;
}

static bool resolve_two_way(const struct extract_scratch *scratch, const struct meaning *m,
                            struct time_day *day)
{
    const struct locale_rule *locale = &scratch->locale;
    struct meaning monthly = *m, daily = *m;
    monthly.has = daily.has = (m->has & ~(uint32_t)HAS_TWOWAY) | HAS_MONTH | HAS_MDAY;
    daily.month = m->mday;
    daily.mday = m->month;
    struct time_day a = {0}, b = {0};
    bool month_first =
        m->month >= 1 && m->month <= 12 && m->mday >= 1 && resolve_month_day(scratch, &monthly, &a);
    bool day_first = daily.month >= 1 && daily.month <= 12 && daily.mday >= 1 &&
                     resolve_month_day(scratch, &daily, &b);
    if (!month_first && !day_first)
        return false;
    bool use_day = day_first && (locale->day_first || !month_first);
    *day = use_day ? b : a;
    if (month_first && day_first && a.days != b.days && !locale->day_first &&
        !locale->month_first) {
        day->two_way = true;
        day->other = b.days;
    }
    return true;
}

static void month_span(struct time_day *day, int32_t year, int32_t month)
{
    *day = (struct time_day){.days = civil_time_days(year, month, 1),
                             .span = civil_time_days_in_month(year, month),
                             .grain = EXTRACT_GRAIN_MONTH,
                             .year = year,
                             .index = month};
    day->other = day->days;
}

static void week_span(const struct extract_scratch *scratch, struct time_day *day, int64_t inside)
{
    int64_t start = week_start(scratch, inside);
    *day = (struct time_day){.days = start, .other = start, .span = 7, .grain = EXTRACT_GRAIN_WEEK};
    civil_time_iso_week(start + (scratch->locale.week_start == 7), &day->year, &day->index);
}

static bool resolve_nth(const struct meaning *m, struct time_day *day, const struct time_day *month)
{
    int64_t found;
    if (m->nth < 0) {
        int64_t last = month->days + month->span - 1;
        found = last - (civil_time_weekday(last) - m->weekday + 7) % 7;
    } else {
        found = next_weekday(month->days - 1, m->weekday) + 7 * (int64_t)(m->nth - 1);
        if (found >= month->days + month->span)
            return false;
    }
    time_day_one(day, found);
    day->inferred = true;
    return true;
}

/* The month that is meant by a name, or relative to this one; `day` of it may be past. */
static bool resolve_month(const struct extract_scratch *scratch, const struct meaning *m,
                          struct time_day *day)
{
    struct civil_date today = civil_time_date(scratch->today);
    if (m->has & HAS_MONTHREL) {
        int32_t months = today.year * 12 + today.month - 1 + m->month_rel;
        month_span(day, months / 12, months % 12 + 1);
        return true;
    }
    int32_t year = m->has & HAS_YEAR ? m->year : today.year + (m->month < today.month);
    month_span(day, year, m->month);
    day->inferred = !(m->has & HAS_YEAR);
    return true;
}

static bool resolve_in_month(const struct extract_scratch *scratch, const struct meaning *m,
                             struct time_day *day)
{
    struct time_day month;
    if (!resolve_month(scratch, m, &month))
        return false;
    if (m->has & HAS_NTH) {
        if (!resolve_nth(m, day, &month))
            return false;
        if (day->days < scratch->today && !(m->has & (HAS_YEAR | HAS_MONTHREL))) {
            month_span(&month, month.year + 1, month.index);
            return resolve_nth(m, day, &month);
        }
        return true;
    }
    if ((m->has & HAS_EDGE) && m->edge == 3) {
        time_day_one(day, month.days + month.span - 1);
        return true;
    }
    if (m->has & HAS_MDAY) {
        if (m->mday > month.span)
            return false;
        time_day_one(day, month.days + m->mday - 1);
        return true;
    }
    *day = month;
    return true;
}

static bool add_units(int64_t *days, int32_t amount, uint8_t unit)
{
    switch (unit) {
    case UNIT_DAY:
        *days += amount;
        return true;
    case UNIT_WEEK:
        *days += 7 * (int64_t)amount;
        return true;
    case UNIT_MONTH:
        *days = civil_time_add_months(*days, amount);
        return true;
    case UNIT_YEAR:
        *days = civil_time_add_months(*days, amount * 12);
        return true;
    default:
        return false;
    }
}

static bool resolve_base_day(const struct extract_scratch *scratch, const struct meaning *m,
                             struct time_day *day)
{
    if (m->has & HAS_NOW) {
        time_day_one(day, scratch->today);
        return true;
    }
    if (m->has & HAS_OFFSET) {
        time_day_one(day, scratch->today + m->offset);
        day->absolute = true;
        day->conflict = (m->has & HAS_MDAY) && civil_time_date(day->days).day != m->mday;
        return true;
    }
    if (m->has & HAS_TWOWAY)
        return resolve_two_way(scratch, m, day);
    if ((m->has & HAS_NTH) || (m->has & HAS_MONTHREL) || ((m->has & HAS_EDGE) && m->edge == 3))
        return resolve_in_month(scratch, m, day);
    if ((m->has & HAS_MDAY) && (m->has & HAS_MONTH))
        return resolve_month_day(scratch, m, day);
    if (m->has & HAS_MDAY)
        return resolve_month_day_alone(scratch, m, day);
    if (m->has & HAS_WEEKDAY)
        return resolve_weekday(scratch, m, day);
    if (m->has & HAS_MONTH)
        return resolve_month(scratch, m, day);
    if (m->has & HAS_WEEK) {
        week_span(scratch, day, scratch->today + 7 * (int64_t)m->week);
        return true;
    }
    if (m->has & HAS_WEEKEND) {
        int64_t monday = scratch->today - (civil_time_weekday(scratch->today) - 1);
        *day = (struct time_day){
            .days = monday + 5 + 7 * (int64_t)m->week, .span = 2, .grain = EXTRACT_GRAIN_WEEKEND};
        day->other = day->days;
        if (m->week == 1) {
            day->other = day->days - 7;
            day->next_ambiguous = true;
        }
        return true;
    }
    if (m->has & HAS_YEARREL) {
        int32_t year = civil_time_date(scratch->today).year + m->year_rel;
        int64_t first = civil_time_days(year, 1, 1);
        *day = (struct time_day){.days = first,
                                 .other = first,
                                 .span = civil_time_days(year + 1, 1, 1) - first,
                                 .grain = EXTRACT_GRAIN_YEAR,
                                 .year = year};
        return true;
    }
    return false;
}

static bool year_is_plausible(const struct extract_scratch *scratch, const struct meaning *m,
                              int64_t days)
{
    int32_t year = civil_time_date(days).year, now = civil_time_date(scratch->today).year;
    bool written = (m->has & HAS_YEAR) && !(m->flags & MEANING_YEAR2);
    return written ? year >= 1000 && year <= 9999 : year >= now - 1 && year <= now + 10;
}

bool time_day_resolve(const struct extract_scratch *scratch, const struct meaning *m,
                      struct time_day *day)
{
    *day = (struct time_day){0};
    if (!resolve_base_day(scratch, m, day))
        return false;
    if ((m->has & HAS_SHIFT) && !add_units(&day->days, m->amount, m->unit))
        return false;
    if (m->has & HAS_SHIFT)
        day->other = day->days;
    if (m->has & HAS_ADD) {
        day->days += m->add_days;
        day->other += m->add_days;
    }
    if ((m->has & HAS_EDGE) && m->edge == 6) { /* the weekend of a day */
        day->days += 6 - civil_time_weekday(day->days);
        day->other = day->days;
        day->span = 2;
        day->grain = EXTRACT_GRAIN_WEEKEND;
    } else if ((m->has & HAS_EDGE) && m->edge >= 4)
        week_span(scratch, day, day->days + (m->edge == 5 ? 7 : 0));
    return year_is_plausible(scratch, m, day->days);
}
