/*
 * civil_time.c: see civil_time.h. Used wherever an event time is read or written and by the
 * extractor's resolution. Pure functions, no state, any thread.
 */
#include "base/civil_time.h"

#include <stdio.h>

bool civil_time_is_leap_year(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int32_t civil_time_days_in_month(int32_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12)
        return 0;
    return days[month - 1] + (month == 2 && civil_time_is_leap_year(year));
}

bool civil_time_date_exists(int32_t year, int32_t month, int32_t day)
{
    return day >= 1 && day <= civil_time_days_in_month(year, month);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

int64_t civil_time_days(int32_t year, int32_t month, int32_t day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t month_from_march = (month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct civil_date civil_time_date(int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct civil_date){
        .year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
        .month = (int32_t)month,
        .day = (int32_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

int32_t civil_time_weekday(int64_t days)
{
    int64_t from_monday = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int32_t)(from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

void civil_time_iso_week(int64_t days, int32_t *ret_year, int32_t *ret_week)
{
    int64_t thursday = days - civil_time_weekday(days) + 4; /* the week belongs to its Thursday */
    int32_t year = civil_time_date(thursday).year;
    *ret_year = year;
    *ret_week = (int32_t)((thursday - civil_time_days(year, 1, 1)) / 7) + 1;
}

int64_t civil_time_days_of_iso_week(int32_t year, int32_t week)
{
    int64_t fourth = civil_time_days(year, 1, 4); /* always in week 1 */
    return fourth - (civil_time_weekday(fourth) - 1) + 7 * ((int64_t)week - 1);
}

int64_t civil_time_add_months(int64_t days, int32_t months)
{
    struct civil_date date = civil_time_date(days);
    int64_t month = (int64_t)date.year * 12 + date.month - 1 + months;
    int32_t year = (int32_t)floor_div(month, 12);
    int32_t month_of_year = (int32_t)(month - (int64_t)year * 12) + 1;
    int32_t last = civil_time_days_in_month(year, month_of_year);
    return civil_time_days(year, month_of_year, date.day < last ? date.day : last);
}

int64_t civil_time_day_of_ns(int64_t ns)
{
    return floor_div(ns, CIVIL_TIME_NS_PER_DAY);
}

struct reader {
    const char *at;
    const char *end;
};

/* Exactly `count` digits; -1 when there are fewer. */
static int32_t read_digits(struct reader *reader, int count)
{
    int32_t value = 0;
    if (reader->end - reader->at < count)
        return -1;
    for (int i = 0; i < count; i++) {
        char c = reader->at[i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    reader->at += count;
    return value;
}

static bool read_char(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

static const char *read_date(struct reader *reader, struct civil_date *ret_date)
{
    int32_t year = read_digits(reader, 4);
    bool extended = read_char(reader, '-');
    int32_t month = read_digits(reader, 2);
    if (extended && !read_char(reader, '-'))
        return "the date is not YYYY-MM-DD";
    int32_t day = read_digits(reader, 2);
    if (year < 0 || month < 0 || day < 0)
        return "the date is not YYYY-MM-DD";
    if (!civil_time_date_exists(year, month, day))
        return "there is no such day in the calendar";
    if (year < 1678 || year > 2261)
        return "the year is not within 1678..2261";
    *ret_date = (struct civil_date){year, month, day};
    return NULL;
}

static const char *read_clock(struct reader *reader, int64_t *ret_ns)
{
    int32_t hour = read_digits(reader, 2), minute = 0, second = 0;
    bool extended = read_char(reader, ':');
    minute = read_digits(reader, 2);
    if (hour < 0 || minute < 0)
        return "the clock is not HH:MM";
    bool digit_follows = reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
    int64_t fraction_ns = 0;
    if (extended ? read_char(reader, ':') : digit_follows) {
        second = read_digits(reader, 2);
        if (second < 0)
            return "the clock is not HH:MM:SS";
        if (read_char(reader, '.') || read_char(reader, ',')) {
            int64_t unit = CIVIL_TIME_NS_PER_S / 10;
            int32_t digit = read_digits(reader, 1);
            if (digit < 0)
                return "the fraction of a second has no digits";
            for (; digit >= 0; digit = read_digits(reader, 1), unit /= 10)
                fraction_ns += digit * unit; /* beyond nanoseconds: cut off */
        }
    }
    bool end_of_day = hour == 24 && minute == 0 && second == 0 && fraction_ns == 0;
    if ((hour > 23 && !end_of_day) || minute > 59 || second > 60)
        return "there is no such clock time";
    *ret_ns =
        (hour * INT64_C(3600) + minute * INT64_C(60) + second) * CIVIL_TIME_NS_PER_S + fraction_ns;
    return NULL;
}

static const char *read_offset(struct reader *reader, struct civil_parsed *parsed)
{
    if (read_char(reader, 'Z') || read_char(reader, 'z')) {
        parsed->has_offset = true;
        return NULL;
    }
    bool west = read_char(reader, '-');
    if (!west && !read_char(reader, '+'))
        return NULL;
    int32_t hour = read_digits(reader, 2), minute = 0;
    bool colon = read_char(reader, ':');
    if (colon || reader->at < reader->end)
        minute = read_digits(reader, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return "the offset is not Z or +HH:MM";
    parsed->has_offset = true;
    parsed->offset_s = (hour * 3600 + minute * 60) * (west ? -1 : 1);
    return NULL;
}

static const char *read_datetime(struct reader *reader, struct civil_parsed *parsed)
{
    struct civil_date date;
    const char *fault = read_date(reader, &date);
    if (fault)
        return fault;
    int64_t clock_ns = 0;
    if (read_char(reader, 'T') || read_char(reader, 't') || read_char(reader, ' ')) {
        fault = read_clock(reader, &clock_ns);
        if (!fault)
            fault = read_offset(reader, parsed);
        if (fault)
            return fault;
        parsed->has_clock = true;
    }
    if (reader->at != reader->end)
        return "something follows the datetime";
    parsed->local_ns =
        civil_time_days(date.year, date.month, date.day) * CIVIL_TIME_NS_PER_DAY + clock_ns;
    parsed->utc_ns = parsed->local_ns - parsed->offset_s * CIVIL_TIME_NS_PER_S;
    return NULL;
}

enum status civil_time_parse(struct strview text, struct civil_parsed *ret_parsed,
                             struct error *err)
{
    struct reader reader = {text.data, text.data ? text.data + text.size : NULL};
    struct civil_parsed parsed = {0};
    const char *fault = read_datetime(&reader, &parsed);
    if (fault) {
        int shown = text.size > 40 ? 40 : (int)text.size;
        error_set(err, STATUS_DATA, "'%.*s' is not an ISO 8601 datetime: %s", shown,
                  text.data ? text.data : "", fault);
        error_fix(err, "Write it like 2025-01-15T14:00:00-05:00.");
        return STATUS_DATA;
    }
    *ret_parsed = parsed;
    return STATUS_OK;
}

/* `value` with leading zeros, `digits` long; returns where it ends. Much of what assay writes is
 * times.
 */
static char *put_digits(char *at, int64_t value, int digits)
{
    for (int i = digits; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + digits;
}

static char *put_date(char *at, struct civil_date date)
{
    if (date.year < 0 || date.year > 9999)
        return at + snprintf(at, CIVIL_TIME_TEXT_BYTES, "%04d-%02d-%02d", date.year, date.month,
                             date.day);
    at = put_digits(at, date.year, 4);
    *at++ = '-';
    at = put_digits(at, date.month, 2);
    *at++ = '-';
    return put_digits(at, date.day, 2);
}

void civil_time_print_date(int64_t days, char ret_text[CIVIL_TIME_TEXT_BYTES])
{
    *put_date(ret_text, civil_time_date(days)) = '\0';
}

/* Writes the local datetime without a zone; returns its length. */
static size_t print_local(int64_t local_ns, char *text)
{
    int64_t days = civil_time_day_of_ns(local_ns);
    int64_t ns = local_ns - days * CIVIL_TIME_NS_PER_DAY;
    int64_t second = ns / CIVIL_TIME_NS_PER_S, fraction = ns % CIVIL_TIME_NS_PER_S;
    char *at = put_date(text, civil_time_date(days));
    *at++ = 'T';
    at = put_digits(at, second / 3600, 2);
    *at++ = ':';
    at = put_digits(at, second / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, second % 60, 2);
    if (fraction) {
        int digits = fraction % 1000 ? 9 : fraction % 1000000 ? 6 : 3;
        *at++ = '.';
        at = put_digits(at,
                        digits == 9   ? fraction
                        : digits == 6 ? fraction / 1000
                                      : fraction / 1000000,
                        digits);
    }
    *at = '\0';
    return (size_t)(at - text);
}

void civil_time_print_utc(int64_t utc_ns, char ret_text[CIVIL_TIME_TEXT_BYTES])
{
    size_t size = print_local(utc_ns, ret_text);
    ret_text[size] = 'Z';
    ret_text[size + 1] = '\0';
}

void civil_time_print_offset(int64_t utc_ns, int32_t offset_s, char ret_text[CIVIL_TIME_TEXT_BYTES])
{
    /* At the very ends of int64 the clock saturates instead of overflowing. */
    int64_t local_ns;
    if (__builtin_add_overflow(utc_ns, offset_s * CIVIL_TIME_NS_PER_S, &local_ns))
        local_ns = utc_ns;
    size_t size = print_local(local_ns, ret_text);
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    snprintf(ret_text + size, CIVIL_TIME_TEXT_BYTES - size, "%c%02d:%02d", offset_s < 0 ? '-' : '+',
             minutes / 60, minutes % 60);
}
