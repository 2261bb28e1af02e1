#include "base/civil_time.h"
#include "extract/slot_tracker.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct extractor *extractor;
static struct extract_scratch *scratch;
static struct slot_tracker *tracker;

static const char *const stylists[] = {"hair dresser", "hairdresser", NULL};
static const struct extract_category_value services[] = {{"haircut", stylists}, {"massage", NULL}};
static const struct extract_category category = {"service", services, 2};

static void set_up(void)
{
    struct extractor_options options = {.categories = &category, .category_count = 1};
    static const struct slot_tracker_spec specs[] = {{"when", EXTRACT_DATETIME},
                                                     {"name", EXTRACT_NAME},
                                                     {"phone", EXTRACT_PHONE},
                                                     {"service", EXTRACT_CATEGORY}};
    cr_assert(eq(int, extractor_create(&options, &extractor, NULL), STATUS_OK));
    cr_assert(eq(int, slot_tracker_create(specs, 4, &tracker, NULL), STATUS_OK));
    scratch = extract_scratch_create();
}

static void tear_down(void)
{
    extractor_destroy(extractor);
    extract_scratch_destroy(scratch);
    slot_tracker_destroy(tracker);
}

TestSuite(slot_tracker, .init = set_up, .fini = tear_down);

/* One turn on Wednesday 2025-01-15; `asked` names one slot or is NULL. */
static void say(struct slot_tracker *into, const char *asked, const char *text)
{
    struct civil_parsed at;
    civil_time_parse(strview_of("2025-01-15T10:00:00-05:00"), &at, NULL);
    struct strview names[1] = {strview_of(asked)};
    struct extract_request request = {.text = strview_of(text),
                                      .reference_time_ns = at.utc_ns,
                                      .reference_offset_s = at.offset_s,
                                      .locale = strview_of("en-US"),
                                      .asked_types =
                                          asked ? slot_tracker_asked_types(into, names, 1) : 0};
    struct extract_result result;
    cr_assert(eq(int, extractor_run(extractor, scratch, &request, &result, NULL), STATUS_OK));
    slot_tracker_turn(into, &result, names, asked ? 1 : 0);
}

static char *value(const char *name)
{
    static char copy[SLOT_TRACKER_VALUE_BYTES];
    const struct slot_tracker_slot *slot = slot_tracker_find(tracker, strview_of(name));
    memcpy(copy, slot->value, sizeof copy);
    return copy;
}

static int status_of(const char *name)
{
    return (int)slot_tracker_find(tracker, strview_of(name))->status;
}

static int change_of(const char *name)
{
    return (int)slot_tracker_find(tracker, strview_of(name))->change;
}

Test(slot_tracker, a_date_and_a_time_of_two_turns_meet)
{
    say(tracker, NULL, "I'd like to come on Friday");
    cr_expect(eq(str, value("when"), "2025-01-17"));
    cr_expect(eq(int, status_of("when"), SLOT_TRACKER_PARTIAL));
    say(tracker, "when", "at 3 pm");
    cr_expect(eq(str, value("when"), "2025-01-17T15:00"));
    cr_expect(eq(int, status_of("when"), SLOT_TRACKER_FILLED));
}

Test(slot_tracker, a_partial_change_overwrites_only_its_part)
{
    say(tracker, NULL, "tomorrow at 2pm");
    say(tracker, NULL, "actually make it 4 pm");
    cr_expect(eq(str, value("when"), "2025-01-16T16:00"));
    cr_expect(eq(int, change_of("when"), SLOT_TRACKER_REPLACED));
    say(tracker, NULL, "no, on Monday");
    cr_expect(eq(str, value("when"), "2025-01-20T16:00"));
    say(tracker, NULL, "in the morning please");
    cr_expect(eq(str, value("when"), "2025-01-20TMO"));
    say(tracker, NULL, "at 9");
    cr_expect(eq(str, value("when"), "2025-01-20T09:00"));
}

Test(slot_tracker, a_refused_value_is_cleared_and_kept_as_an_exclusion)
{
    say(tracker, NULL, "Monday at 3pm");
    say(tracker, NULL, "sorry, Monday doesn't work");
    cr_expect(eq(str, value("when"), "15:00"));
    cr_expect(eq(int, status_of("when"), SLOT_TRACKER_PARTIAL));
    const struct slot_tracker_slot *when = slot_tracker_find(tracker, strview_of("when"));
    cr_expect(eq(u64, when->exclusion_count, 1));
    cr_expect(eq(str, (char *)when->exclusions[0], "2025-01-20"));
    say(tracker, NULL, "not Monday, Tuesday");
    cr_expect(eq(str, value("when"), "2025-01-21T15:00"));
    say(tracker, NULL, "Monday is fine after all");
    cr_expect(eq(str, value("when"), "2025-01-20T15:00"));
    cr_expect(eq(u64, when->exclusion_count, 0));
}

Test(slot_tracker, what_is_asked_for_steers_bare_answers)
{
    say(tracker, "when", "the fifteenth of february");
    say(tracker, "when", "2");
    cr_expect(eq(str, value("when"), "2025-02-15T14:00"));
    say(tracker, "name", "sam wilson");
    cr_expect(eq(str, value("name"), "Sam Wilson"));
    say(tracker, "phone", "212 555 0199");
    cr_expect(eq(str, value("phone"), "+12125550199"));
}

Test(slot_tracker, unanswered_questions_are_refused_or_deferred)
{
    say(tracker, "phone", "I'd rather not say");
    cr_expect(eq(int, status_of("phone"), SLOT_TRACKER_REFUSED));
    say(tracker, "when", "I don't know yet");
    cr_expect(eq(int, status_of("when"), SLOT_TRACKER_DEFERRED));
    say(tracker, "when", "ok, Friday at noon");
    cr_expect(eq(int, status_of("when"), SLOT_TRACKER_FILLED));
}

Test(slot_tracker, categorical_values_come_by_synonym_and_close_spelling)
{
    say(tracker, NULL, "I need a hairdresser");
    cr_expect(eq(str, value("service"), "haircut"));
    say(tracker, NULL, "no, a masage instead");
    cr_expect(eq(str, value("service"), "massage"));
    const struct slot_tracker_slot *slot = slot_tracker_find(tracker, strview_of("service"));
    cr_expect(slot->needs_confirmation);
}

Test(slot_tracker, a_datetime_fills_a_date_slot_and_a_time_slot)
{
    static const struct slot_tracker_spec specs[] = {
        {"day", EXTRACT_DATE}, {"back", EXTRACT_DATE}, {"hour", EXTRACT_TIME}};
    CLEANUP(slot_tracker_cleanup) struct slot_tracker *split = NULL;
    cr_assert(eq(int, slot_tracker_create(specs, 3, &split, NULL), STATUS_OK));
    say(split, NULL, "tomorrow at 2pm");
    cr_expect(eq(str, (char *)slot_tracker_at(split, 0)->value, "2025-01-16"));
    cr_expect(eq(str, (char *)slot_tracker_at(split, 2)->value, "14:00"));
    say(split, "back", "the 20th");
    cr_expect(eq(str, (char *)slot_tracker_at(split, 1)->value, "2025-01-20"));
    cr_expect(eq(str, (char *)slot_tracker_at(split, 0)->value, "2025-01-16"));
    say(split, NULL, "not the 20th");
    cr_expect(eq(int, (int)slot_tracker_at(split, 1)->status, SLOT_TRACKER_OPEN));
    slot_tracker_reset(split);
    cr_expect(eq(int, (int)slot_tracker_at(split, 0)->status, SLOT_TRACKER_OPEN));
}

Test(slot_tracker, two_slots_of_one_name_are_a_configuration_error)
{
    static const struct slot_tracker_spec specs[] = {{"a", EXTRACT_DATE}, {"a", EXTRACT_TIME}};
    struct slot_tracker *none = NULL;
    struct error err = {0};
    cr_expect(eq(int, slot_tracker_create(specs, 2, &none, &err), STATUS_CONFIG));
    cr_expect(none == NULL);
}
