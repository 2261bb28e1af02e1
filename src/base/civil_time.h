/*
 * civil_time.h: calendar arithmetic (proleptic Gregorian) and ISO 8601 texts.
 *
 * Days are counted from 1970-01-01. Instants are int64 nanoseconds since 1970-01-01T00:00:00Z, so
 * texts outside of 1677-09-22..2262-04-10 are refused. A "local" instant is the same count made
 * from a wall clock, without a zone; base/time_zone.h turns one into the other. Weekdays are ISO's:
 * 1 is Monday, 7 is Sunday. Pure functions; thread: any. The day formulas are the shifted-year ones
 * (the year starts in March, 400-year eras), valid for years -32768..32767.
 */
#ifndef ASSAY_BASE_CIVIL_TIME_H
#define ASSAY_BASE_CIVIL_TIME_H

#include "base/error.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stdint.h>

#define CIVIL_TIME_NS_PER_S INT64_C(1000000000)
#define CIVIL_TIME_S_PER_DAY INT64_C(86400)
#define CIVIL_TIME_NS_PER_DAY (CIVIL_TIME_S_PER_DAY * CIVIL_TIME_NS_PER_S)

struct civil_date {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
};

bool civil_time_is_leap_year(int32_t year);
int32_t civil_time_days_in_month(int32_t year, int32_t month);
bool civil_time_date_exists(int32_t year, int32_t month, int32_t day);
int64_t civil_time_days(int32_t year, int32_t month, int32_t day);
struct civil_date civil_time_date(int64_t days);
int32_t civil_time_weekday(int64_t days);
/* The ISO 8601 week that holds the day; its year may differ from the date's. */
void civil_time_iso_week(int64_t days, int32_t *ret_year, int32_t *ret_week);
/* The Monday of an ISO week. */
int64_t civil_time_days_of_iso_week(int32_t year, int32_t week);
/* The same day of another month; the 31st becomes the last day of a shorter one. */
int64_t civil_time_add_months(int64_t days, int32_t months);
/* Floors: the day that holds an instant, also before 1970. */
int64_t civil_time_day_of_ns(int64_t ns);

struct civil_parsed {
    int64_t local_ns; /* what the wall clock shows */
    int64_t utc_ns;   /* local_ns minus the offset; equals local_ns when has_offset is false */
    int32_t offset_s; /* east of Greenwich; 0 when has_offset is false */
    bool has_offset;  /* Z, +05:30, -0500, +02 */
    bool has_clock;   /* false: a date alone, at 00:00 */
};

/*
 * Reads 2025-01-15, 2025-01-15T14:00, 2025-01-15 14:00:07.25Z, 2025-01-15T14:00:00-05:00, and the
 * basic form 20250115T140000Z. Clock 24:00 and second 60 are taken as the next minute's start. The
 * whole text has to be the datetime. STATUS_DATA says what is wrong. `err` may be NULL.
 */
enum status civil_time_parse(struct strview text, struct civil_parsed *ret_parsed,
                             struct error *err);

#define CIVIL_TIME_TEXT_BYTES 48
/* 2025-01-15T14:00:00Z; a fraction of 3, 6 or 9 digits when there is one. NUL-terminated. */
void civil_time_print_utc(int64_t utc_ns, char ret_text[CIVIL_TIME_TEXT_BYTES]);
/* 2025-01-15T14:00:00+05:30: the instant on a clock offset_s east of Greenwich. */
void civil_time_print_offset(int64_t utc_ns, int32_t offset_s,
                             char ret_text[CIVIL_TIME_TEXT_BYTES]);
/* 2025-01-15. */
void civil_time_print_date(int64_t days, char ret_text[CIVIL_TIME_TEXT_BYTES]);

#endif
