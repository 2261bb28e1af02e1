#include "base/memory.h"
#include "replay/slot_filling.h"
#include "unit/replay/replay_case.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct replay_case at;

static void begin(void)
{
    replay_case_init(&at);
}

static void end(void)
{
    replay_case_done(&at);
}

TestSuite(slot_filling, .init = begin, .fini = end);

static struct prediction run(const char *state, const char *known, const char *text)
{
    struct prediction prediction;
    struct error err = {0};
    replay_case_say(&at, state, known, text);
    cr_assert(candidate_make_prediction(&prediction, &at.view));
    cr_assert(eq(int, slot_filling_run(&at.candidate, &at.view, &at.scratch, &prediction, &err),
                 STATUS_OK),
              "%s", err.what);
    return prediction;
}

/* Said on Wednesday 2025-01-15, 10:00 in New York. */
Test(slot_filling, values_go_to_the_slots_that_they_are_meant_for)
{
    static const struct {
        const char *state, *known, *text;
        char *extracted;
    } rows[] = {
        {"ask_when", "", "tomorrow at 2pm", "date=2025-01-16 time=14:00"},
        {"ask_when", "", "tomorrow afternoon", "date=2025-01-16 time=TAF"},
        {"ask_date", "", "tomorrow", "date=2025-01-16"},
        {"", "", "tomorrow", "date=2025-01-16"}, /* the first slot of the type */
        {"ask_birth", "", "march 3rd 1980", "birth_date=1980-03-03"},
        {"ask_when", "", "between 2 and 4 pm", "time_window=14:00/16:00"},
        {"ask_when", "", "next week", "day_range=2025-01-20/2025-01-27"},
        {"ask_when", "", "in february", "day_range=2025-02-01/2025-03-01"},
        {"ask_reminder", "", "yes please", "reminder=yes"},
        {"ask_reminder", "", "nope", "reminder=no"},
        {"ask_date", "", "yes please", ""}, /* no answer to this question */
        {"ask_date", "", "sure", ""},
        {"ask_party", "", "four", "party=4"},
        {"ask_date", "", "I have four children", ""},
        {"ask_date", "", "it doesn't matter", "date=dontcare"},
        {"ask_when", "", "it doesn't matter", ""}, /* two slots: which one? */
        {"", "", "it doesn't matter", ""},
        {"ask_date", "", "tomorrow, but it doesn't matter", "date=2025-01-16"},
        {"", "", "I'd like a cleaning", "service=dental_cleaning"},
        {"ask_date", "date=2025-01-16", "not tomorrow", "date=null"},
        {"ask_date", "date=2025-01-20", "not tomorrow", ""}, /* it does not stand there */
        {"ask_date", "date=2025-01-16", "not tomorrow but friday", "date=2025-01-17"},
        {"ask_date", "", "hello there", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction = run(rows[i].state, rows[i].known, rows[i].text);
        cr_expect(eq(str, task_builder_text(&at.builder, &prediction.output->extracted_slots),
                     rows[i].extracted),
                  "'%s' in '%s'", rows[i].text, rows[i].state);
    }
}

Test(slot_filling, every_value_has_a_confidence_and_a_source)
{
    struct prediction prediction = run("ask_when", "", "tomorrow at 2pm");
    cr_assert(eq(sz, prediction.slot_confidence.count, 2));
    double lowest = 1;
    for (size_t i = 0; i < 2; i++) {
        double confidence = prediction.slot_confidence.items[i].value;
        cr_expect(confidence >= 0.75 && confidence <= 0.95, "%g", confidence);
        lowest = fmin(lowest, confidence);
    }
    cr_expect(eq(dbl, prediction.output->confidence, lowest));
    cr_expect(
        eq(str, task_builder_text(&at.builder, &prediction.slot_source), "date=rules time=rules"));
    prediction = run("ask_when", "", "hello");
    cr_expect(isnan(prediction.output->confidence));
}

static bool is_flagged(const struct prediction *prediction, const char *slot)
{
    for (size_t i = 0; i < prediction->needs_confirmation.count; i++)
        if (strview_is(prediction->needs_confirmation.items[i], slot))
            return true;
    return false;
}

Test(slot_filling, a_slots_own_threshold_goes_before_the_candidates)
{
    struct prediction prediction = run("ask_when", "", "2025-01-16 at 2pm");
    cr_expect(not(is_flagged(&prediction, "date")));
    cr_expect(is_flagged(&prediction, "time")); /* confirm_under: 0.99 in the task */
    at.spec.confirm_under = 0.99;
    prediction = run("ask_when", "", "2025-01-16 at 2pm");
    cr_expect(is_flagged(&prediction, "date"));
}

Test(slot_filling, the_longest_phrase_tells_the_intent)
{
    static const struct {
        const char *text, *known;
        const char *wanted;
    } rows[] = {{"I want to book a visit", NULL, "book"},
                {"CANCEL it", NULL, "cancel"},
                {"cancel my appointment and book another", NULL, "cancel"},
                {"make an appointment go away", "book", "cancel"},
                {"my booking", "cancel", "cancel"}, /* no whole word */
                {"hello", "book", "book"},
                {"hello", NULL, NULL},
                {"", "book", "book"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strview intent = slot_filling_intent(at.builder.task, strview_of(rows[i].text),
                                                    strview_of(rows[i].known));
        cr_expect(strview_is(intent, rows[i].wanted), "'%s' gives '%.*s'", rows[i].text,
                  STRVIEW_ARG(intent));
    }
}

Test(slot_filling, the_next_state_asks_confirms_completes_or_hands_over)
{
    static const struct {
        const char *state, *text, *intent, *slots, *wanted;
    } rows[] = {{"", "hi", "book", "", "ask_date"},
                {"ask_date", "tomorrow", "book", "date=2025-01-16", "ask_time"},
                {"ask_time", "at two", "book", "date=2025-01-16 time=14:00", "confirm"},
                {"ask_time", "any", "book", "date=dontcare time=14:00", "confirm"},
                {"confirm", "yes", "book", "date=2025-01-16 time=14:00", "done"},
                {"confirm", "that's it", "book", "date=2025-01-16 time=14:00", "done"},
                {"confirm", "no, yes, not that", "book", "date=2025-01-16 time=14:00", "confirm"},
                {"confirm", "yesterday", "book", "date=2025-01-16 time=14:00", "confirm"},
                {"ask_date", "a person", "handover", "", "person"},
                {"ask_date", "cancel", "cancel", "", "ask_date"}, /* no tool: nothing to confirm */
                {"ask_date", "hm", NULL, "", "ask_date"},
                {"nowhere", "hm", "unheard of", "", "nowhere"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slot_map slots = task_builder_slots(&at.builder, rows[i].slots);
        replay_case_say(&at, rows[i].state, "", rows[i].text);
        struct strview next =
            slot_filling_next_state(at.builder.task, &at.view, strview_of(rows[i].intent), &slots);
        cr_expect(strview_is(next, rows[i].wanted), "row %zu gives '%.*s'", i, STRVIEW_ARG(next));
    }
}

Test(slot_filling, merging_sets_and_null_removes_and_the_old_state_stays)
{
    struct slot_map before = task_builder_slots(&at.builder, "date=1 time=2 name=3");
    struct slot_map extracted = task_builder_slots(&at.builder, "time=null party=4 date=5 x=null");
    struct slot_map after = {0}, absent = {0};
    cr_assert(slot_filling_merge(at.builder.arena, &before, &extracted, &after));
    cr_expect(eq(str, task_builder_text(&at.builder, &after), "date=5 name=3 party=4"));
    cr_expect(eq(str, task_builder_text(&at.builder, &before), "date=1 time=2 name=3"));
    cr_assert(slot_filling_merge(at.builder.arena, &absent, &absent, &after));
    cr_expect(ne(ptr, after.slots, NULL));
    cr_expect(eq(sz, after.count, 0));
}

Test(slot_filling, confidences_replace_and_confirmations_are_listed_once)
{
    struct prediction prediction;
    struct strview date = strview_of("date"), time = strview_of("time");
    struct arena *arena = at.builder.arena;
    cr_assert(candidate_make_prediction(&prediction, &at.view));
    cr_assert(slot_filling_add_confidence(&prediction, arena, date, 0.5));
    cr_assert(slot_filling_add_confidence(&prediction, arena, time, 0.6));
    cr_assert(slot_filling_add_confidence(&prediction, arena, date, 0.7));
    cr_assert(eq(sz, prediction.slot_confidence.count, 2));
    cr_expect(eq(dbl, prediction.slot_confidence.items[0].value, 0.6));
    cr_expect(eq(dbl, prediction.slot_confidence.items[1].value, 0.7));
    cr_assert(slot_filling_add_confirmation(&prediction, arena, date));
    cr_assert(slot_filling_add_confirmation(&prediction, arena, date));
    cr_expect(eq(sz, prediction.needs_confirmation.count, 1));
}

Test(slot_filling, lost_memory_is_an_error_and_no_empty_answer)
{
    struct prediction prediction = run("ask_when", "", "tomorrow at 2pm"); /* warms the scratch */
    struct arena *arena = at.view.arena;
    int64_t nth = 1;
    for (bool hit = true; hit; nth++) {
        CLEANUP(arena_cleanup) struct arena *small = arena_create(16, 0);
        at.view.arena = small;
        cr_assert(candidate_make_prediction(&prediction, &at.view));
        memory_fail_nth(nth);
        enum status status =
            slot_filling_run(&at.candidate, &at.view, &at.scratch, &prediction, NULL);
        hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, status, hit ? STATUS_NO_MEMORY : STATUS_OK), "request %ld", (long)nth);
    }
    at.view.arena = arena;
    cr_expect(gt(i64, nth, 3));
}

Test(slot_filling, a_text_over_the_extractors_limit_yields_nothing)
{
    size_t size = EXTRACTOR_TEXT_LIMIT_BYTES + 1;
    char *text = arena_alloc(at.builder.arena, size + 1);
    memset(text, 'a', size);
    struct prediction prediction = run("ask_date", "", text);
    cr_expect(eq(sz, prediction.output->extracted_slots.count, 0));
}
