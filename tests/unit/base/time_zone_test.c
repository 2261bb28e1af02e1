#include "base/civil_time.h"
#include "base/time_zone.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t instant(const char *text)
{
    struct civil_parsed parsed;
    cr_assert(eq(int, civil_time_parse(strview_of(text), &parsed, NULL), STATUS_OK), "%s", text);
    return parsed.utc_ns;
}

Test(time_zone, offsets_agree_with_the_c_library_in_every_kind_of_zone)
{
    static const char *const names[] = {"America/New_York",
                                        "Europe/Berlin",
                                        "Asia/Kolkata",
                                        "Australia/Lord_Howe",
                                        "Europe/Dublin",
                                        "America/Sao_Paulo",
                                        "Asia/Tehran",
                                        "Pacific/Apia",
                                        "Africa/Casablanca",
                                        "America/St_Johns",
                                        "Antarctica/Troll",
                                        "America/Santiago",
                                        "UTC",
                                        "Asia/Gaza",
                                        "Pacific/Kiritimati",
                                        "America/Godthab"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct error err = {0};
        CLEANUP(time_zone_cleanup) struct time_zone *zone = NULL;
        cr_assert(eq(int, time_zone_load(strview_of(names[i]), &zone, &err), STATUS_OK), "%s",
                  err.what);
        cr_expect(eq(str, (char *)time_zone_name(zone), (char *)names[i]));
        setenv("TZ", names[i], 1);
        tzset();
        /* Steps of 11 hours and 7 seconds, 1935 to 2110: beyond the tables, into the footer. */
        for (int64_t s = -1100000000; s < INT64_C(4430000000); s += 39607 * 3) {
            struct tm tm = {0};
            time_t at = (time_t)s;
            localtime_r(&at, &tm);
            cr_assert(eq(i64, time_zone_offset_s(zone, s * CIVIL_TIME_NS_PER_S), tm.tm_gmtoff),
                      "%s at %lld", names[i], (long long)s);
        }
    }
}

Test(time_zone, gaps_and_overlaps_follow_the_rule)
{
    CLEANUP(time_zone_cleanup) struct time_zone *zone = NULL;
    cr_assert(eq(int, time_zone_load(strview_of("America/New_York"), &zone, NULL), STATUS_OK));
    static const struct {
        const char *local;
        enum time_zone_rule rule;
        const char *utc;
        enum time_zone_local kind;
    } rows[] = {
        {"2025-01-15T14:00", TIME_ZONE_COMPATIBLE, "2025-01-15T19:00Z", TIME_ZONE_UNIQUE},
        {"2025-03-09T02:30", TIME_ZONE_COMPATIBLE, "2025-03-09T07:30Z", TIME_ZONE_GAP},
        {"2025-03-09T02:30", TIME_ZONE_LATER, "2025-03-09T07:30Z", TIME_ZONE_GAP},
        {"2025-03-09T02:30", TIME_ZONE_EARLIER, "2025-03-09T06:30Z", TIME_ZONE_GAP},
        {"2025-03-09T01:59", TIME_ZONE_EARLIER, "2025-03-09T06:59Z", TIME_ZONE_UNIQUE},
        {"2025-03-09T03:00", TIME_ZONE_EARLIER, "2025-03-09T07:00Z", TIME_ZONE_UNIQUE},
        {"2025-11-02T01:30", TIME_ZONE_COMPATIBLE, "2025-11-02T05:30Z", TIME_ZONE_OVERLAP},
        {"2025-11-02T01:30", TIME_ZONE_LATER, "2025-11-02T06:30Z", TIME_ZONE_OVERLAP},
        {"2025-11-02T02:00", TIME_ZONE_LATER, "2025-11-02T07:00Z", TIME_ZONE_UNIQUE},
        {"2150-07-01T12:00", TIME_ZONE_LATER, "2150-07-01T16:00Z", TIME_ZONE_UNIQUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum time_zone_local kind;
        int64_t utc = time_zone_utc_ns(zone, instant(rows[i].local), rows[i].rule, &kind);
        cr_expect(eq(i64, utc, instant(rows[i].utc)), "%s", rows[i].local);
        cr_expect(eq(int, kind, rows[i].kind), "%s", rows[i].local);
        if (kind == TIME_ZONE_UNIQUE)
            cr_expect(eq(i64, time_zone_local_ns(zone, utc), instant(rows[i].local)));
    }
}

Test(time_zone, names_that_are_not_zones_are_clear_errors)
{
    static const char *const names[] = {
        "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "",         "Europe/../UTC", "Europe",
        "zone.tab",     "Europe/Berlin/",   "Europe/Ber lin", "tzdata.zi"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct time_zone *zone = NULL;
        struct error err = {0};
        cr_expect(eq(int, time_zone_load(strview_of(names[i]), &zone, &err), STATUS_DATA), "%s",
                  names[i]);
        cr_expect(zone == NULL);
        cr_expect(err.what[0] != '\0' && err.fix[0] != '\0');
    }
}

Test(time_zone, broken_files_are_refused)
{
    char dir[] = "assay_tz_XXXXXX", path[64];
    cr_assert(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/Broken", dir);
    setenv("TZDIR", dir, 1);
    static const char *const contents[] = {"TZif", "not a zone at all, but long enough to be read"};
    for (size_t i = 0; i < 2; i++) {
        FILE *file = fopen(path, "w");
        fputs(contents[i], file);
        fclose(file);
        struct time_zone *zone = NULL;
        struct error err = {0};
        cr_expect(eq(int, time_zone_load(strview_of("Broken"), &zone, &err), STATUS_DATA));
    }
    CLEANUP(time_zone_cleanup) struct time_zone *utc = NULL;
    cr_expect(eq(int, time_zone_load(strview_of("UTC"), &utc, NULL), STATUS_OK));
    remove(path);
    rmdir(dir);
}

Test(time_zone, a_cut_file_never_reads_beyond_its_end)
{
    FILE *file = fopen("/usr/share/zoneinfo/America/New_York", "rb");
    if (!file)
        cr_skip_test("tzdata is not installed");
    char whole[8192], dir[] = "assay_tz_XXXXXX", path[64];
    size_t size = fread(whole, 1, sizeof whole, file);
    fclose(file);
    cr_assert(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/Cut", dir);
    setenv("TZDIR", dir, 1);
    for (size_t cut = 1; cut < size; cut += 13) {
        file = fopen(path, "wb");
        fwrite(whole, 1, cut, file);
        fclose(file);
        struct time_zone *zone = NULL;
        cr_assert(eq(int, time_zone_load(strview_of("Cut"), &zone, NULL), STATUS_DATA), "%zu", cut);
    }
    remove(path);
    rmdir(dir);
}

Test(time_zone, the_cache_reads_a_zone_once)
{
    CLEANUP(time_zone_cache_cleanup) struct time_zone_cache *cache = time_zone_cache_create();
    const struct time_zone *first = NULL, *second = NULL, *none = NULL;
    cr_expect(eq(int, time_zone_cache_find(cache, strview_of("Asia/Tokyo"), &first, NULL), 0));
    cr_expect(eq(int, time_zone_cache_find(cache, strview_of("Asia/Tokyo"), &second, NULL), 0));
    cr_expect(first && first == second);
    cr_expect(ne(int, time_zone_cache_find(cache, strview_of("Asia/Nowhere"), &none, NULL), 0));
    cr_expect(none == NULL);
}

Test(time_zone, a_fixed_offset_is_the_same_all_year)
{
    CLEANUP(time_zone_cleanup) struct time_zone *zone = time_zone_create_fixed(-12600);
    cr_expect(eq(str, (char *)time_zone_name(zone), "-03:30"));
    cr_expect(eq(i64,
                 time_zone_utc_ns(zone, instant("2025-07-01T00:00"), TIME_ZONE_COMPATIBLE, NULL),
                 instant("2025-07-01T03:30Z")));
}
