/*
 * time_resolve.c: a meaning and the reference time -> calendar values, all readings, best first.
 * Pure; integers only. Everything happens on the wall clock of the request's zone; the zone itself
 * is needed for "in two hours" and for times that a clock change leaves out.
 */
#include "base/civil_time.h"
#include "extract/time_day.h"
#include "extract/time_meaning.h"

#include <stdio.h>
#include <string.h>

struct clock {
    int32_t minute; /* of the day */
    int32_t other;  /* the other reading; -1 */
    bool inferred;  /* am or pm was not said */
    bool ambiguous; /* ... and both readings are hours at which people are up */
};

/* ---- clocks ---- */

enum { WAKING_FROM = 7 * 60, WAKING_TO = 21 * 60 };

static void lower_confidence(struct resolved *r, uint8_t most)
{
    if (r->confidence > most)
        r->confidence = most;
}

/* Of which day and end of a range a clock is read. */
struct clock_context {
    int32_t not_before; /* minute of the day; earlier ones are past */
    int32_t weekday;    /* 1 Monday .. 7; 0: not known */
    bool is_end;
};

static bool within_hours(const struct extract_scratch *scratch, int32_t minute,
                         const struct clock_context *context)
{
    const struct extractor_options *options = &scratch->extractor->options;
    int32_t opens = options->opens_minute, closes = options->closes_minute;
    if (context->weekday && options->day_hours[context->weekday - 1].closes_minute) {
        opens = options->day_hours[context->weekday - 1].opens_minute;
        closes = options->day_hours[context->weekday - 1].closes_minute;
    }
    if (context->is_end) /* "until 8" is closing time, not opening time */
        return minute > opens && minute <= closes;
    return minute >= opens && minute < closes;
}

/* Opening hours decide between morning and afternoon, after what is past was dropped. */
static void resolve_clock(const struct extract_scratch *scratch, const struct meaning *m,
                          const struct clock_context *context, struct clock *clock)
{
    *clock = (struct clock){.other = -1};
    int32_t am = m->hour % 12 * 60 + m->minute, pm = am + 12 * 60;
    switch (m->meridiem) {
    case MERIDIEM_AM:
        clock->minute = am;
        return;
    case MERIDIEM_PM:
        clock->minute = pm;
        return;
    case MERIDIEM_24H:
        clock->minute = m->hour * 60 + m->minute;
        return;
    default:
        break;
    }
    bool am_open = within_hours(scratch, am, context), pm_open = within_hours(scratch, pm, context);
    bool use_pm = pm_open && !am_open;
    if (am_open == pm_open)
        use_pm = m->hour == 12 || m->hour < 7;
    bool am_past = am < context->not_before, pm_past = pm < context->not_before;
    if (am_past && !pm_past)
        use_pm = true;
    clock->minute = use_pm ? pm : am;
    clock->other = use_pm ? am : pm;
    /* 12 is noon, and 10:30 also says 10:30 on a 24-hour clock: nothing was guessed */
    bool both_agree = (m->flags & MEANING_WRITTEN) && !use_pm && am_open;
    clock->inferred = !(m->hour == 12 && use_pm) && !both_agree;
    if (!clock->inferred)
        clock->other = -1;
    clock->ambiguous = clock->inferred && clock->other >= WAKING_FROM && clock->other < WAKING_TO;
}

/* What inferring am or pm leaves of the confidence, and what the other reading gets. */
static void judge_clock(const struct clock *clock, struct resolved *r)
{
    r->am_pm_inferred = clock->ambiguous;
    if (clock->inferred)
        lower_confidence(r, clock->ambiguous ? 78 : 85);
}

static uint8_t other_confidence(const struct clock *clock, const struct resolved *r)
{
    return (uint8_t)(r->confidence - (clock->ambiguous ? 8 : 25));
}

/* ---- writing ---- */

static const char *const part_names[] = {"", "TMO", "TMI", "TAF", "TEV", "TNI"};

static void print_date(char text[40], int64_t days)
{
    struct civil_date date = civil_time_date(days);
    char *p = text;
    *p++ = (char)('0' + date.year / 1000 % 10);
    *p++ = (char)('0' + date.year / 100 % 10);
    *p++ = (char)('0' + date.year / 10 % 10);
    *p++ = (char)('0' + date.year % 10);
    *p++ = '-';
    *p++ = (char)('0' + date.month / 10);
    *p++ = (char)('0' + date.month % 10);
    *p++ = '-';
    *p++ = (char)('0' + date.day / 10);
    *p++ = (char)('0' + date.day % 10);
    *p = '\0';
}

static void print_clock(char *text, int32_t minute)
{
    text[0] = (char)('0' + minute / 600);
    text[1] = (char)('0' + minute / 60 % 10);
    text[2] = ':';
    text[3] = (char)('0' + minute % 60 / 10);
    text[4] = (char)('0' + minute % 10);
    text[5] = '\0';
}

static void print_day(char text[40], const struct time_day *day, int64_t days)
{
    switch (day->grain) {
    case EXTRACT_GRAIN_WEEK:
        snprintf(text, 40, "%04d-W%02d", day->year, day->index);
        break;
    case EXTRACT_GRAIN_MONTH:
        snprintf(text, 40, "%04d-%02d", day->year, day->index);
        break;
    case EXTRACT_GRAIN_YEAR:
        snprintf(text, 40, "%04d", day->year);
        break;
    case EXTRACT_GRAIN_NONE:
    case EXTRACT_GRAIN_SECOND:
    case EXTRACT_GRAIN_MINUTE:
    case EXTRACT_GRAIN_HOUR:
    case EXTRACT_GRAIN_PART_OF_DAY:
    case EXTRACT_GRAIN_DAY:
    case EXTRACT_GRAIN_WEEKEND:
    default:
        print_date(text, days);
    }
}

static void print_datetime(char text[40], int64_t days, int32_t minute)
{
    print_date(text, days + minute / 1440);
    text[10] = 'T';
    print_clock(text + 11, minute % 1440);
}

/* ---- kinds of values ---- */

static const char unit_letters[] = {'S', 'M', 'H', 'D', 'W', 'M', 'Y'};

static size_t resolve_duration(const struct meaning *m, struct resolved *r)
{
    static const enum extract_grain grains[] = {
        EXTRACT_GRAIN_SECOND, EXTRACT_GRAIN_MINUTE, EXTRACT_GRAIN_HOUR, EXTRACT_GRAIN_DAY,
        EXTRACT_GRAIN_WEEK,   EXTRACT_GRAIN_MONTH,  EXTRACT_GRAIN_YEAR};
    bool two = m->amount2 != 0;
    bool clock = m->unit < UNIT_DAY, clock2 = m->unit2 < UNIT_DAY;
    int size = snprintf(r->value, sizeof r->value, "P%s%d%c", clock ? "T" : "", m->amount,
                        unit_letters[m->unit]);
    if (two && size > 0)
        snprintf(r->value + size, sizeof r->value - (size_t)size, "%s%d%c",
                 clock2 && !clock ? "T" : "", m->amount2, unit_letters[m->unit2]);
    r->type = EXTRACT_DURATION;
    r->grain = grains[two ? m->unit2 : m->unit];
    return 1;
}

/* "in two hours": the day and the minute of an instant, on the wall clock. */
static int32_t instant_minute(const struct extract_scratch *scratch, const struct meaning *m,
                              int64_t *ret_days)
{
    static const int64_t seconds[] = {1, 60, 3600};
    int64_t shift = m->amount * seconds[m->unit];
    if (m->amount2 && m->unit2 < UNIT_DAY)
        shift += m->amount2 * seconds[m->unit2];
    int64_t utc = scratch->request->reference_time_ns + shift * CIVIL_TIME_NS_PER_S;
    const struct time_zone *zone = scratch->request->zone;
    int64_t local = zone ? time_zone_local_ns(zone, utc)
                         : utc + scratch->request->reference_offset_s * CIVIL_TIME_NS_PER_S;
    *ret_days = civil_time_day_of_ns(local);
    return (int32_t)((local - *ret_days * CIVIL_TIME_NS_PER_DAY) / (60 * CIVIL_TIME_NS_PER_S));
}

static size_t resolve_instant(const struct extract_scratch *scratch, const struct meaning *m,
                              struct resolved *r)
{
    int64_t days;
    int32_t minute = instant_minute(scratch, m, &days);
    r->type = EXTRACT_DATETIME;
    r->grain = EXTRACT_GRAIN_MINUTE;
    r->past = m->amount < 0;
    print_datetime(r->value, days, minute);
    return 1;
}

static bool is_no_such_time(const struct extract_scratch *scratch, int64_t days, int32_t minute)
{
    if (!scratch->request->zone)
        return false;
    enum time_zone_local local;
    int64_t ns = days * CIVIL_TIME_NS_PER_DAY + minute * 60 * CIVIL_TIME_NS_PER_S;
    time_zone_utc_ns(scratch->request->zone, ns, TIME_ZONE_COMPATIBLE, &local);
    return local == TIME_ZONE_GAP;
}

static void add_reading(struct resolved *readings, size_t *count, const struct resolved *reading,
                        uint8_t confidence)
{
    if (*count < RESOLVED_LIMIT) {
        readings[*count] = *reading;
        readings[*count].confidence = confidence;
        (*count)++;
    }
}

static enum extract_grain clock_grain(const struct meaning *m)
{
    return m->flags & MEANING_MINUTE ? EXTRACT_GRAIN_MINUTE : EXTRACT_GRAIN_HOUR;
}

static size_t resolve_time(const struct extract_scratch *scratch, const struct meaning *m,
                           struct resolved readings[RESOLVED_LIMIT])
{
    struct resolved r = {.type = EXTRACT_TIME, .confidence = m->confidence};
    size_t count = 0;
    if (m->has & HAS_PART) {
        r.grain = EXTRACT_GRAIN_PART_OF_DAY;
        memcpy(r.value, part_names[m->part], 4);
        add_reading(readings, &count, &r, r.confidence);
        return count;
    }
    struct clock clock;
    resolve_clock(scratch, m, &(struct clock_context){0}, &clock);
    if (clock.minute >= 1440)
        clock.minute -= 1440; /* 24:00 */
    r.grain = clock_grain(m);
    judge_clock(&clock, &r);
    print_clock(r.value, clock.minute);
    add_reading(readings, &count, &r, r.confidence);
    if (clock.other >= 0) {
        print_clock(r.value, clock.other);
        add_reading(readings, &count, &r, other_confidence(&clock, &r));
    }
    return count;
}

static void judge_day(const struct extract_scratch *scratch, const struct meaning *m,
                      const struct time_day *day, struct resolved *r)
{
    if (day->inferred)
        lower_confidence(r, 88);
    if (day->next_ambiguous || day->two_way)
        lower_confidence(r, 80);
    if (day->conflict)
        lower_confidence(r, 75);
    r->past = day->days + day->span <= scratch->today;
    r->conflict = day->conflict;
    r->two_way = day->two_way;
    r->next_ambiguous = day->next_ambiguous;
    (void)m;
}

static size_t resolve_datetime(const struct extract_scratch *scratch, const struct meaning *m,
                               const struct time_day *day, struct resolved readings[RESOLVED_LIMIT])
{
    struct resolved r = {.type = EXTRACT_DATETIME, .confidence = m->confidence};
    size_t count = 0;
    if (day->span != 1)
        return 0;
    judge_day(scratch, m, day, &r);
    bool two_days = day->other != day->days;
    if (m->has & HAS_PART) {
        r.grain = EXTRACT_GRAIN_PART_OF_DAY;
        print_date(r.value, day->days);
        memcpy(r.value + 10, part_names[m->part], 4);
        add_reading(readings, &count, &r, r.confidence);
        if (two_days) {
            print_date(r.value, day->other);
            memcpy(r.value + 10, part_names[m->part], 4);
            add_reading(readings, &count, &r, (uint8_t)(r.confidence - 5));
        }
        return count;
    }
    int64_t now =
        (scratch->local_ns - scratch->today * CIVIL_TIME_NS_PER_DAY) / (60 * CIVIL_TIME_NS_PER_S);
    struct clock clock;
    struct clock_context context = {.not_before = day->days == scratch->today ? (int32_t)now : 0,
                                    .weekday = civil_time_weekday(day->days)};
    resolve_clock(scratch, m, &context, &clock);
    r.grain = clock_grain(m);
    judge_clock(&clock, &r);
    if (day->days == scratch->today && clock.minute < now)
        r.past = true;
    r.no_such_time = is_no_such_time(scratch, day->days, clock.minute);
    print_datetime(r.value, day->days, clock.minute);
    add_reading(readings, &count, &r, r.confidence);
    if (clock.other >= 0) {
        print_datetime(r.value, day->days, clock.other);
        add_reading(readings, &count, &r, other_confidence(&clock, &r));
    }
    if (two_days) {
        print_datetime(r.value, day->other, clock.minute);
        add_reading(readings, &count, &r, (uint8_t)(r.confidence - 5));
    }
    return count;
}

static size_t resolve_date(const struct extract_scratch *scratch, const struct meaning *m,
                           const struct time_day *day, struct resolved readings[RESOLVED_LIMIT])
{
    struct resolved r = {.type = EXTRACT_DATE, .grain = day->grain, .confidence = m->confidence};
    size_t count = 0;
    judge_day(scratch, m, day, &r);
    if (day->grain == EXTRACT_GRAIN_WEEKEND)
        r.type = EXTRACT_INTERVAL;
    print_day(r.value, day, day->days);
    if (day->grain == EXTRACT_GRAIN_WEEKEND)
        print_date(r.to, day->days + day->span);
    add_reading(readings, &count, &r, r.confidence);
    if (day->other != day->days) {
        print_day(r.value, day, day->other);
        if (day->grain == EXTRACT_GRAIN_WEEKEND)
            print_date(r.to, day->other + day->span);
        add_reading(readings, &count, &r, (uint8_t)(r.confidence - 5));
    }
    return count;
}

/* ---- intervals ---- */

struct range_end {
    bool has_day, has_clock;
    struct time_day day;
    struct clock clock;
    enum extract_grain grain;
};

static bool resolve_end(const struct extract_scratch *scratch, const struct meaning *m, bool is_end,
                        struct range_end *end)
{
    *end = (struct range_end){.has_day = (m->has & HAS_ANY_DAY) != 0,
                              .has_clock = (m->has & HAS_CLOCK) != 0};
    if ((m->has & HAS_NOW) && m->unit < UNIT_DAY) {
        time_day_one(&end->day, 0);
        end->clock = (struct clock){.other = -1};
        end->clock.minute = instant_minute(scratch, m, &end->day.days);
        end->has_clock = true;
        end->grain = EXTRACT_GRAIN_MINUTE;
        return true;
    }
    if (end->has_day && !time_day_resolve(scratch, m, &end->day))
        return false;
    if (end->has_clock) {
        struct clock_context context = {
            .weekday = end->has_day ? civil_time_weekday(end->day.days) : 0, .is_end = is_end};
        resolve_clock(scratch, m, &context, &end->clock);
        end->grain = clock_grain(m);
    } else if (end->has_day) {
        end->grain = end->day.grain;
    }
    return end->has_day || end->has_clock;
}

/* The right end comes after the left: the next weekday, month or year when it seems not to. */
static bool order_ends(const struct meaning *right_meaning, struct range_end *left,
                       struct range_end *right)
{
    if (left->has_day && right->has_day && right->day.days < left->day.days) {
        if ((right_meaning->has & HAS_WEEKDAY) && !(right_meaning->has & HAS_MDAY)) {
            right->day.days += (left->day.days - right->day.days + 6) / 7 * 7;
        } else if (right_meaning->has & HAS_MONTH) {
            right->day.days = civil_time_add_months(right->day.days, 12);
            right->day.year++;
        } else if (right_meaning->has & HAS_MDAY) {
            right->day.days = civil_time_add_months(right->day.days, 1);
        }
        if (right->day.days < left->day.days)
            return false;
    }
    bool same_day = left->has_day == right->has_day && left->day.days == right->day.days;
    if (left->has_clock && right->has_clock && same_day &&
        right->clock.minute <= left->clock.minute) {
        if (right->clock.other > left->clock.minute) {
            int32_t other = right->clock.other;
            right->clock.other = right->clock.minute;
            right->clock.minute = other;
        } else if (left->clock.other >= 0 && left->clock.other < right->clock.minute) {
            int32_t other = left->clock.other;
            left->clock.other = left->clock.minute;
            left->clock.minute = other;
        } else if (right->has_day) {
            right->day.days++; /* over midnight */
        }
    }
    return true;
}

static void print_end(char text[40], const struct range_end *end, bool after_it)
{
    if (end->has_clock && end->has_day)
        print_datetime(text, end->day.days, end->clock.minute);
    else if (end->has_clock)
        print_clock(text, end->clock.minute % 1440);
    else
        print_date(text, end->day.days + (after_it ? end->day.span : 0));
}

static size_t resolve_range(const struct extract_scratch *scratch, const struct meaning *m,
                            struct resolved readings[RESOLVED_LIMIT])
{
    struct resolved r = {.type = EXTRACT_INTERVAL, .confidence = m->confidence};
    struct range_end left = {0}, right = {0};
    bool inclusive = m->flags & MEANING_TO_INCLUSIVE;
    const struct meaning *left_meaning = m->left >= 0 ? &scratch->meanings[m->left] : NULL;
    const struct meaning *right_meaning = m->right >= 0 ? &scratch->meanings[m->right] : NULL;
    if ((left_meaning && !resolve_end(scratch, left_meaning, false, &left)) ||
        (right_meaning && !resolve_end(scratch, right_meaning, true, &right)))
        return 0;
    if (left_meaning && right_meaning && !order_ends(right_meaning, &left, &right))
        return 0;
    if (left_meaning)
        print_end(r.value, &left, !right_meaning && inclusive); /* after Friday: from Saturday */
    if (right_meaning)
        print_end(r.to, &right, inclusive);
    r.am_pm_inferred = left.clock.ambiguous || right.clock.ambiguous;
    if (left.clock.inferred || right.clock.inferred)
        lower_confidence(&r, r.am_pm_inferred ? 78 : 85);
    if (left.day.inferred || right.day.inferred)
        lower_confidence(&r, 85);
    r.next_ambiguous = left.day.next_ambiguous || right.day.next_ambiguous;
    r.two_way = left.day.two_way || right.day.two_way;
    const struct range_end *last = right_meaning ? &right : &left;
    r.past = last->has_day && last->day.days + last->day.span <= scratch->today;
    r.grain = left_meaning && left.grain < last->grain ? left.grain : last->grain;
    readings[0] = r;
    return 1;
}

size_t time_resolve_run(const struct extract_scratch *scratch, const struct meaning *meaning,
                        struct resolved ret_readings[RESOLVED_LIMIT])
{
    if (meaning->has & HAS_RANGE)
        return resolve_range(scratch, meaning, ret_readings);
    if (meaning->has & HAS_DURATION) {
        ret_readings[0] = (struct resolved){.confidence = meaning->confidence};
        return resolve_duration(meaning, &ret_readings[0]);
    }
    if ((meaning->has & HAS_NOW) && meaning->unit < UNIT_DAY) {
        ret_readings[0] = (struct resolved){.confidence = meaning->confidence};
        return resolve_instant(scratch, meaning, &ret_readings[0]);
    }
    bool has_day = (meaning->has & HAS_ANY_DAY) != 0;
    if (!has_day)
        return meaning->has & HAS_ANY_TIME ? resolve_time(scratch, meaning, ret_readings) : 0;
    struct time_day day;
    if (!time_day_resolve(scratch, meaning, &day))
        return 0;
    return meaning->has & HAS_ANY_TIME ? resolve_datetime(scratch, meaning, &day, ret_readings)
                                       : resolve_date(scratch, meaning, &day, ret_readings);
}
