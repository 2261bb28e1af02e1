#include "base/civil_time.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "extract/extractor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct question {
    const char *text, *reference, *zone, *locale;
    uint32_t asked;
};

static void describe_result(const struct extract_result *result, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < result->slot_count && used < size; i++) {
        const struct extract_slot *slot = &result->slots[i];
        if (slot->polarity == EXTRACT_ASSERTED)
            used += (size_t)snprintf(out + used, size - used, "%s%.*s %.*s", used ? "; " : "",
                                     STRVIEW_ARG(slot->slot), STRVIEW_ARG(slot->value));
    }
}

static void ask(const struct extractor *extractor, const struct question *question, char *out,
                size_t size, struct extract_slot *ret_first)
{
    CLEANUP(extract_scratch_cleanup) struct extract_scratch *scratch = extract_scratch_create();
    CLEANUP(time_zone_cleanup) struct time_zone *zone = NULL;
    struct civil_parsed at;
    civil_time_parse(
        strview_of(question->reference ? question->reference : "2025-01-15T10:00:00-05:00"), &at,
        NULL);
    if (question->zone)
        cr_assert(eq(int, time_zone_load(strview_of(question->zone), &zone, NULL), STATUS_OK));
    struct extract_request request = {.text = strview_of(question->text),
                                      .reference_time_ns = at.utc_ns,
                                      .zone = zone,
                                      .reference_offset_s = at.offset_s,
                                      .locale = strview_of(question->locale),
                                      .asked_types = question->asked};
    struct extract_result result;
    cr_assert(eq(int, extractor_run(extractor, scratch, &request, &result, NULL), STATUS_OK));
    describe_result(&result, out, size);
    for (size_t i = result.slot_count; ret_first && i-- > 0;) {
        if (result.slots[i].polarity == EXTRACT_ASSERTED)
            *ret_first = result.slots[i]; /* its texts die with the scratch; the reason is static */
    }
}

static struct extractor *make(const struct extractor_options *options)
{
    struct extractor *extractor = NULL;
    struct error err = {0};
    cr_assert(eq(int, extractor_create(options, &extractor, &err), STATUS_OK), "%s", err.what);
    return extractor;
}

Test(extractor, values_follow_locale_zone_and_calendar)
{
    static const struct {
        struct question question;
        char *expected;
    } rows[] = {
        {{.text = "on 3/4", .locale = "en-US"}, "date 2025-03-04"},
        {{.text = "on 3/4", .locale = "en-GB"}, "date 2025-04-03"},
        {{.text = "on 13/4"}, "date 2025-04-13"},
        {{.text = "tomorrow", .reference = "2024-02-28T12:00:00Z"}, "date 2024-02-29"},
        {{.text = "tomorrow", .reference = "2025-02-28T12:00:00Z"}, "date 2025-03-01"},
        {{.text = "the 31st", .reference = "2025-02-10T12:00:00Z"}, "date 2025-03-31"},
        {{.text = "the day after tomorrow", .reference = "2025-12-30T12:00:00Z"},
         "date 2026-01-01"},
        {{.text = "Monday", .reference = "2025-12-31T23:30:00-05:00"}, "date 2026-01-05"},
        {{.text = "February 29", .reference = "2025-03-01T12:00:00Z"}, "date 2028-02-29"},
        {{.text = "in a month", .reference = "2025-01-31T12:00:00Z"}, "date 2025-02-28"},
        /* 23:30 in New York is already tomorrow in UTC: today is what the zone says */
        {{.text = "today", .reference = "2025-06-02T03:30:00Z", .zone = "America/New_York"},
         "date 2025-06-01"},
        {{.text = "tomorrow", .reference = "2025-06-01T15:30:00Z", .zone = "Pacific/Auckland"},
         "date 2025-06-03"},
        /* clocks go forward at 02:00: two hours later it is 04:30 */
        {{.text = "in two hours",
          .reference = "2025-03-09T01:30:00-05:00",
          .zone = "America/New_York"},
         "datetime 2025-03-09T04:30"},
        {{.text = "in two hours",
          .reference = "2025-11-02T00:30:00-04:00",
          .zone = "America/New_York"},
         "datetime 2025-11-02T01:30"},
        /* on a Sunday, "next week" depends on where the week starts */
        {{.text = "next week", .reference = "2025-01-19T12:00:00Z", .locale = "en-GB"},
         "date 2025-W04"},
        {{.text = "next week", .reference = "2025-01-19T12:00:00Z", .locale = "en-US"},
         "date 2025-W05"},
        {{.text = "1/15/26", .locale = "en-US"}, "date 2026-01-15"},
        {{.text = "3/4/85", .locale = "en-US"}, ""},
        {{.text = "today at 9", .reference = "2025-01-15T14:00:00-05:00"},
         "datetime 2025-01-15T21:00"},
    };
    struct extractor *extractor = make(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char actual[256];
        ask(extractor, &rows[i].question, actual, sizeof actual, NULL);
        cr_expect(eq(str, actual, rows[i].expected), "\"%s\" at %s", rows[i].question.text,
                  rows[i].question.reference ? rows[i].question.reference : "2025-01-15");
    }
    extractor_destroy(extractor);
}

Test(extractor, another_language_is_never_read_as_english)
{
    static const struct question rows[] = {
        {.text = "tomorrow at 3", .locale = "de-DE"},
        {.text = "ich m\xc3\xb6"
                 "chte am 5. mai um 14:00 kommen"},
        {.text = "quiero una cita el 15 de mayo a las 10:00"},
        {.text = "je voudrais un rendez-vous le 3 mars à 14:00"},
        {.text = "\xd0\xb7\xd0\xb0\xd0\xb2\xd1\x82\xd1\x80\xd0\xb0 \xd0\xb2 15:00"},
        {.text = "\xe6\x98\x8e\xe6\x97\xa5 15:00"},
    };
    struct extractor *extractor = make(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char actual[256];
        ask(extractor, &rows[i], actual, sizeof actual, NULL);
        cr_expect(eq(str, actual, ""), "%s", rows[i].text);
    }
    extractor_destroy(extractor);
}

Test(extractor, a_correction_that_leaves_nothing_to_guess_needs_no_confirmation)
{
    static const struct question question = {.text = "Monday, no, Tuesday at 2 pm"};
    struct extractor *extractor = make(NULL);
    char actual[256];
    struct extract_slot first = {0};
    ask(extractor, &question, actual, sizeof actual, &first);
    cr_expect(eq(str, actual, "datetime 2025-01-21T14:00"));
    cr_expect(not(first.needs_confirmation), "%s", first.reason ? first.reason : "");
    extractor_destroy(extractor);
}

Test(extractor, am_or_pm_follows_the_opening_hours_of_the_day)
{
    /* the shop opens at eight on Saturdays and at ten otherwise, and is open late on Fridays */
    struct extractor_options options = {.opens_minute = 10 * 60, .closes_minute = 18 * 60};
    options.day_hours[5] = (struct extract_hours){8 * 60, 13 * 60};
    options.day_hours[4] = (struct extract_hours){12 * 60, 21 * 60};
    static const struct {
        struct question question;
        const char *expected;
    } rows[] = {
        {{.text = "saturday at 8"}, "datetime 2025-01-18T08:00"},
        {{.text = "friday at 8"}, "datetime 2025-01-17T20:00"},
        {{.text = "friday at 11"}, "datetime 2025-01-17T11:00"},
        {{.text = "monday at 11"}, "datetime 2025-01-20T11:00"},
        {{.text = "between 8 and 9 on friday"}, "interval 2025-01-17T20:00/2025-01-17T21:00"},
    };
    struct extractor *extractor = make(&options);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char actual[256];
        ask(extractor, &rows[i].question, actual, sizeof actual, NULL);
        cr_expect(eq(str, actual, (char *)rows[i].expected), "%s", rows[i].question.text);
    }
    extractor_destroy(extractor);
}

Test(extractor, the_task_says_on_which_day_a_week_starts)
{
    /* a Sunday: of the old week where weeks start on Monday, of the new one where on Sunday */
    static const struct question question = {
        .text = "next week", .reference = "2025-01-19T10:00:00-05:00", .locale = "en-US"};
    static const char *const expected[] = {
        [0] = "date 2025-W05", [1] = "date 2025-W04", [7] = "date 2025-W05"};
    for (int32_t starts = 0; starts <= 7; starts += starts ? 6 : 1) {
        struct extractor_options options = {.week_starts = starts};
        struct extractor *extractor = make(&options);
        char actual[256];
        ask(extractor, &question, actual, sizeof actual, NULL);
        cr_expect(eq(str, actual, (char *)expected[starts]), "starts on %d", starts);
        extractor_destroy(extractor);
    }
}

Test(extractor, what_is_doubtful_needs_confirmation_and_says_why)
{
    static const struct {
        struct question question;
        const char *reason;
    } rows[] = {
        {{.text = "on 3/4"}, "either order"},
        {{.text = "at 8"}, "am or pm"},
        {{.text = "next Friday"}, "'next'"},
        {{.text = "Monday at 3, no, 4"}, "correction"},
        {{.text = "Monday or Tuesday"}, "offered"},
        {{.text = "January 3rd 2025"}, "past"},
        {{.text = "Monday January 21st 2025"}, "disagree"},
        {{.text = "March 9th at 2:30 am",
          .reference = "2025-01-15T10:00:00-05:00",
          .zone = "America/New_York"},
         "skip"},
    };
    struct extractor *extractor = make(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char actual[256];
        struct extract_slot first = {0};
        ask(extractor, &rows[i].question, actual, sizeof actual, &first);
        cr_expect(first.needs_confirmation, "%s", rows[i].question.text);
        cr_expect(first.reason && strstr(first.reason, rows[i].reason), "%s: %s",
                  rows[i].question.text, first.reason ? first.reason : "no reason");
    }
    extractor_destroy(extractor);
}

Test(extractor, opening_hours_and_the_meaning_of_next_are_settings)
{
    struct extractor_options options = {
        .opens_minute = 17 * 60, .closes_minute = 23 * 60, .next_weekday = EXTRACT_NEXT_IS_COMING};
    struct extractor *extractor = make(&options);
    char actual[256];
    ask(extractor, &(struct question){.text = "at 9"}, actual, sizeof actual, NULL);
    cr_expect(eq(str, actual, "time 21:00"));
    ask(extractor, &(struct question){.text = "next Friday"}, actual, sizeof actual, NULL);
    cr_expect(eq(str, actual, "date 2025-01-17"));
    extractor_destroy(extractor);
}

Test(extractor, a_long_text_is_refused_and_a_legal_one_takes_linear_time)
{
    static const char *const units[] = {
        "at 3 pm on monday ", "five ", "from monday to ", "1-",      "no not ",
        "my name is ",        "a@",    "twenty ",         "\xc3\xa9"};
    struct extractor *extractor = make(NULL);
    CLEANUP(extract_scratch_cleanup) struct extract_scratch *scratch = extract_scratch_create();
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        struct strbuf text = {0};
        double seconds[2];
        for (int size = 0; size < 2; size++) {
            size_t bytes = size ? EXTRACTOR_TEXT_LIMIT_BYTES : EXTRACTOR_TEXT_LIMIT_BYTES / 8;
            strbuf_clear(&text);
            while (text.size + strlen(units[u]) <= bytes)
                strbuf_add_text(&text, units[u]);
            struct extract_request request = {.text = strbuf_view(&text)};
            struct extract_result result;
            struct timespec start, end;
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
            cr_assert(
                eq(int, extractor_run(extractor, scratch, &request, &result, NULL), STATUS_OK));
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
            seconds[size] =
                (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
        }
        /* eight times the text; quadratic work would take 64 times as long */
        cr_expect(seconds[1] < 30 * seconds[0] + 0.05, "'%s': %.4f s, then %.4f s", units[u],
                  seconds[0], seconds[1]);
        strbuf_done(&text);
    }
    static char big[1024 * 1024];
    memset(big, 'a', sizeof big);
    struct extract_request request = {.text = {big, sizeof big}};
    struct extract_result result = {.slot_count = 77};
    struct error err = {0};
    cr_expect(eq(int, extractor_run(extractor, scratch, &request, &result, &err), STATUS_LIMIT));
    cr_expect(eq(u64, result.slot_count, 77));
    extractor_destroy(extractor);
}

Test(extractor, every_failed_allocation_is_a_clean_error)
{
    for (int64_t nth = 1;; nth++) {
        struct extractor *extractor = NULL;
        struct extract_scratch *scratch = NULL;
        enum status status = STATUS_OK;
        memory_fail_nth(nth);
        status = extractor_create(NULL, &extractor, NULL);
        if (status == STATUS_OK)
            scratch = extract_scratch_create();
        if (scratch) {
            struct extract_request request = {
                .text = strview_of("my name is Sam, tomorrow at 2, no, 3 pm, 212 555 0100")};
            struct extract_result result;
            status = extractor_run(extractor, scratch, &request, &result, NULL);
        } else {
            status = STATUS_NO_MEMORY;
        }
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        extract_scratch_destroy(scratch);
        extractor_destroy(extractor);
        if (!hit)
            break;
        cr_assert(ne(int, status, STATUS_OK), "allocation %lld", (long long)nth);
    }
}

struct worker {
    const struct extractor *extractor;
    size_t wrong;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    for (int i = 0; i < 300; i++) {
        char actual[256];
        ask(worker->extractor,
            &(struct question){.text = i & 1 ? "tomorrow at 2pm" : "not monday, tuesday at noon"},
            actual, sizeof actual, NULL);
        const char *want = i & 1 ? "datetime 2025-01-16T14:00" : "datetime 2025-01-21T12:00";
        worker->wrong += strcmp(actual, want) != 0;
    }
    return NULL;
}

Test(extractor, threads_share_one_extractor)
{
    struct extractor *extractor = make(NULL);
    struct worker workers[4];
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        workers[i] = (struct worker){extractor, 0};
        pthread_create(&threads[i], NULL, work, &workers[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        cr_expect(eq(u64, workers[i].wrong, 0));
    }
    extractor_destroy(extractor);
}
