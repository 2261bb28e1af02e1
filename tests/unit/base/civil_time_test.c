#include "base/civil_time.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <time.h>

Test(civil_time, days_and_dates_are_inverse_and_consecutive)
{
    int64_t days = civil_time_days(1890, 1, 1);
    for (int32_t year = 1890; year < 2120; year++) {
        for (int32_t month = 1; month <= 12; month++) {
            for (int32_t day = 1; day <= civil_time_days_in_month(year, month); day++, days++) {
                struct civil_date date = civil_time_date(days);
                cr_assert(date.year == year && date.month == month && date.day == day);
                cr_assert(eq(i64, civil_time_days(year, month, day), days));
            }
        }
    }
    cr_expect(eq(i64, civil_time_days(1970, 1, 1), 0));
    cr_expect(eq(i64, civil_time_days(2000, 3, 1), 11017));
}

Test(civil_time, weekdays_and_iso_weeks_agree_with_the_c_library)
{
    for (int64_t days = -5000; days < 40000; days++) {
        struct civil_date date = civil_time_date(days);
        struct tm tm = {0};
        time_t at = (time_t)(days * 86400);
        gmtime_r(&at, &tm);
        char expected[32], actual[32];
        strftime(expected, sizeof expected, "%G-W%V-%u", &tm);
        int32_t year, week;
        civil_time_iso_week(days, &year, &week);
        snprintf(actual, sizeof actual, "%04d-W%02d-%d", year, week, civil_time_weekday(days));
        cr_assert(eq(str, actual, expected), "%d-%d-%d", date.year, date.month, date.day);
        int64_t monday = civil_time_days_of_iso_week(year, week);
        cr_assert(eq(i64, monday, days - civil_time_weekday(days) + 1));
    }
}

Test(civil_time, adding_months_stays_in_the_month)
{
    static const struct {
        int32_t from[3], months, to[3];
    } rows[] = {{{2024, 1, 31}, 1, {2024, 2, 29}},   {{2025, 1, 31}, 1, {2025, 2, 28}},
                {{2024, 12, 15}, 1, {2025, 1, 15}},  {{2025, 1, 15}, -1, {2024, 12, 15}},
                {{2025, 3, 31}, -13, {2024, 2, 29}}, {{2024, 2, 29}, 12, {2025, 2, 28}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t from = civil_time_days(rows[i].from[0], rows[i].from[1], rows[i].from[2]);
        int64_t to = civil_time_days(rows[i].to[0], rows[i].to[1], rows[i].to[2]);
        cr_expect(eq(i64, civil_time_add_months(from, rows[i].months), to), "row %zu", i);
    }
}

Test(civil_time, datetimes_are_read_in_each_form)
{
    static const struct {
        const char *text;
        char *utc;
        bool has_offset, has_clock;
    } rows[] = {
        {"2025-01-15", "2025-01-15T00:00:00Z", false, false},
        {"2025-01-15T14:00", "2025-01-15T14:00:00Z", false, true},
        {"2025-01-15T14:00:07.25Z", "2025-01-15T14:00:07.250Z", true, true},
        {"2025-01-15 14:00:00-05:00", "2025-01-15T19:00:00Z", true, true},
        {"2025-01-01T00:30:00+05:30", "2024-12-31T19:00:00Z", true, true},
        {"20250115T140000Z", "2025-01-15T14:00:00Z", true, true},
        {"2025-01-15T24:00", "2025-01-16T00:00:00Z", false, true},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", true, true},
        {"2025-01-15T14:00:00.123456789+02", "2025-01-15T12:00:00.123456789Z", true, true},
        {"2025-01-15T14:00:00-0330", "2025-01-15T17:30:00Z", true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct civil_parsed parsed;
        struct error err = {0};
        cr_assert(eq(int, civil_time_parse(strview_of(rows[i].text), &parsed, &err), STATUS_OK),
                  "%s: %s", rows[i].text, err.what);
        char text[CIVIL_TIME_TEXT_BYTES];
        civil_time_print_utc(parsed.utc_ns, text);
        cr_expect(eq(str, text, rows[i].utc), "%s", rows[i].text);
        cr_expect(eq(int, parsed.has_offset, rows[i].has_offset), "%s", rows[i].text);
        cr_expect(eq(int, parsed.has_clock, rows[i].has_clock), "%s", rows[i].text);
    }
}

Test(civil_time, what_is_no_datetime_is_refused)
{
    static const char *const rows[] = {"",
                                       "2025",
                                       "2025-02-29",
                                       "2025-1-15",
                                       "2025-01-15T",
                                       "today",
                                       "2025-13-01",
                                       "2025-01-15T25:00",
                                       "2025-01-15T14:00x",
                                       "2025-01-15T14:00+25:00",
                                       "2025-01-15Z",
                                       "0001-01-01",
                                       "9999-12-31",
                                       "2025-01-15T14:0",
                                       "2025-01-15T14:00:00.Z"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct civil_parsed parsed = {.utc_ns = 42};
        struct error err = {0};
        cr_expect(eq(int, civil_time_parse(strview_of(rows[i]), &parsed, &err), STATUS_DATA), "%s",
                  rows[i]);
        cr_expect(eq(i64, parsed.utc_ns, 42));
        cr_expect(gt(u64, strlen(err.what), 0));
    }
    cr_expect(eq(int, civil_time_parse((struct strview){0}, &(struct civil_parsed){0}, NULL),
                 STATUS_DATA));
}

Test(civil_time, an_offset_is_printed_as_it_is_read)
{
    struct civil_parsed parsed;
    char text[CIVIL_TIME_TEXT_BYTES];
    civil_time_parse(strview_of("2025-03-09T23:15:00-03:30"), &parsed, NULL);
    civil_time_print_offset(parsed.utc_ns, parsed.offset_s, text);
    cr_expect(eq(str, text, "2025-03-09T23:15:00-03:30"));
    civil_time_print_utc(-1, text);
    cr_expect(eq(str, text, "1969-12-31T23:59:59.999999999Z"));
}
