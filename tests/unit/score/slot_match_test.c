#include "score/slot_match.h"
#include "support/task_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char task_text[] =
    "name: t\ntime_zone: America/New_York\n"
    "slots:\n"
    "  - {name: date, type: date}\n"
    "  - {name: time, type: time}\n"
    "  - {name: datetime, type: datetime}\n"
    "  - {name: window, type: interval}\n"
    "  - {name: length, type: duration}\n"
    "  - {name: name, type: name}\n"
    "  - {name: phone, type: phone}\n"
    "  - {name: email, type: email}\n"
    "  - {name: number, type: number}\n"
    "  - {name: note, type: text}\n"
    "  - {name: code, type: text, compare: exact}\n"
    "  - {name: loose, type: number, compare: text}\n"
    "  - {name: service, type: categorical, values: [{value: dental_cleaning, synonyms: [cleaning, "
    "Teeth Cleaning]}, {value: checkup, synonyms: [check-up, physical]}]}\n";

static struct task_builder builder;

static void begin(void)
{
    task_builder_init(&builder, task_text);
}

static void end(void)
{
    task_builder_done(&builder);
}

TestSuite(slot_match, .init = begin, .fini = end);

static struct slot_match_context context_of(const char *locale)
{
    return (struct slot_match_context){.task = builder.task,
                                       .extractor = builder.extractor,
                                       .extract = builder.extract,
                                       .reference_time_ns = TASK_BUILDER_NOW_NS,
                                       .zone = builder.zone,
                                       .locale = strview_of(locale),
                                       .arena = builder.arena};
}

struct row {
    const char *slot, *gold, *predicted;
    bool equal;
};

static void check(const char *locale, const struct row *rows, size_t count)
{
    struct slot_match_context context = context_of(locale);
    for (size_t i = 0; i < count; i++) {
        struct strview gold = strview_of(rows[i].gold), predicted = strview_of(rows[i].predicted);
        struct slot_value a = {.kind = SLOT_VALUE_TEXT, .count = 1, .texts = &gold};
        struct slot_value b = {.kind = SLOT_VALUE_TEXT, .count = 1, .texts = &predicted};
        cr_expect(
            eq(int, slot_match_equal(&context, strview_of(rows[i].slot), &a, &b), rows[i].equal),
            "%s (%s): '%s' and '%s'", rows[i].slot, locale, rows[i].gold, rows[i].predicted);
    }
}
#define CHECK(locale, rows) check(locale, rows, sizeof(rows) / sizeof *(rows))

/* Said on Wednesday 2025-01-15, 10:00 in New York. */
Test(slot_match, dates_and_times_are_read_at_the_turns_time)
{
    static const struct row rows[] = {
        {"date", "2025-01-16", "tomorrow", true},
        {"date", "2025-01-16", "January 16th", true},
        {"date", "2025-01-16", "2025-01-17", false},
        {"date", "2025-01-20", "next monday", true},
        {"date", "2025-01-20", "next tuesday", false},
        {"date", "2025-03-04", "03/04", true},
        {"date", "2025-01-16", " 2025-01-16 ", true},
        {"date", "2025-01-16", "soon", false},
        {"date", "2025-W04", "next week", true},
        {"date", "2025-W04", "2025-W05", false},
        {"date", "2025-02", "february", true},
        {"time", "14:00", "2 PM", true},
        {"time", "14:00", "2pm", true},
        {"time", "14:30", "half past two in the afternoon", true},
        {"time", "14:00", "14:30", false},
        {"time", "14:00", "2 AM", false},
        {"time", "TAF", "in the afternoon", true},
        {"time", "TAF", "TMO", false},
        {"datetime", "2025-01-16T14:00", "tomorrow at 2pm", true},
        {"datetime", "2025-01-16T14:00", "tomorrow at 3pm", false},
        {"window", "14:00/16:00", "between 2 and 4 pm", true},
        {"window", "14:00/16:00", "14:00/17:00", false},
        {"length", "PT30M", "half an hour", true},
        {"length", "PT30M", "30 minutes", true},
        {"length", "PT30M", "an hour", false},
    };
    CHECK("en-US", rows);
}

Test(slot_match, the_locale_gives_the_order_of_day_and_month)
{
    static const struct row rows[] = {{"date", "2025-04-03", "03/04", true},
                                      {"date", "2025-03-04", "03/04", false}};
    CHECK("en-GB", rows);
}

Test(slot_match, phones_are_completed_by_the_country)
{
    static const struct row us[] = {
        {"phone", "+12125550142", "(212) 555-0142", true},
        {"phone", "+12125550142", "1-212-555-0142", true},
        {"phone", "+12125550142", "+1 212.555.0142", true},
        {"phone", "+12125550142", "212-555-0143", false},
        {"phone", "+12125550142", "555-0142", false},
        {"phone", "+442079460018", "+44 20 7946 0018", true},
    };
    static const struct row gb[] = {
        {"phone", "+442079460018", "020 7946 0018", true},
        {"phone", "+442079460018", "44 20 7946 0018", true},
        {"phone", "+442079460018", "0044 20 7946 0018", true},
        {"phone", "+442079460018", "020 7946 0019", false},
        {"phone", "+12125550142", "2125550142", false},
    };
    static const struct row fr[] = {{"phone", "+33612345678", "06 12 34 56 78", true},
                                    {"phone", "+33612345678", "0033 6 12 34 56 78", true},
                                    {"phone", "+33612345678", "06 12 34 56 79", false}};
    static const struct row de[] = {{"phone", "+49301234567", "030 1234567", true},
                                    {"phone", "+49301234567", "0049 30 1234567", true},
                                    {"phone", "+4915112345678", "0151 12345678", true},
                                    {"phone", "+49301234567", "030 1234568", false}};
    CHECK("en-US", us);
    CHECK("en-GB", gb);
    CHECK("fr-FR", fr);
    CHECK("de-DE", de);
    CHECK("", us); /* no locale: the task's country */
}

Test(slot_match, names_and_texts_are_folded)
{
    static const struct row rows[] = {
        {"name",
         "Ana D\xc3\xad"
         "az",
         "ana DIAZ", true},
        {"name",
         "Ana D\xc3\xad"
         "az",
         "Ana Di\xcc\x81"
         "az",
         true}, /* composed and decomposed */
        {"name", "Zo\xc3\xab O'Neil", "zoe oneil", true},
        {"name", "Zo\xc3\xab O'Neil", "Zoe O\xe2\x80\x99Neil", true},
        {"name", "Strau\xc3\x9f", "STRAUSS", true},
        {"name", "Mary-Ann Lee", "mary ann  lee.", true},
        {"name", "Ana Diaz", "Ana Dias", false},
        {"name", "Ana Diaz", "Diaz Ana", false},
        {"note", "Bring the X-rays!", "bring the x rays", true},
        {"note", "caf\xc3\xa9", "cafe", true},
        {"note", "a", "b", false},
        {"unknown slot", "A b", "a  B", true},
    };
    CHECK("en-US", rows);
}

Test(slot_match, the_other_types_compare_as_their_kind_wants)
{
    static const struct row rows[] = {
        {"service", "dental_cleaning", "cleaning", true},
        {"service", "dental_cleaning", "TEETH cleaning", true},
        {"service", "dental_cleaning", "Dental Cleaning", true},
        {"service", "dental_cleaning", "checkup", false},
        {"service", "checkup", "check-up", true},
        {"service", "checkup", "Check up", true},
        {"service", "checkup", "something else", false},
        {"email", "Ana.Diaz@Example.com", "ana.diaz@example.com ", true},
        {"email", "ana.diaz@example.com", "anadiaz@example.com", false},
        {"number", "3", "3.0", true},
        {"number", "0.10", ".1", true},
        {"number", "3", "4", false},
        {"number", "1000", "1e3", true},
        {"code", "AB-1", "AB-1", true},
        {"code", "AB-1", "ab-1", false},
        {"code", "AB-1", "AB-1 ", false},
        {"loose", "3", "3.0", false},
        {"loose", "Three", "three!", true},
    };
    CHECK("en-US", rows);
}

Test(slot_match, empty_values_equal_each_other_and_nothing_else)
{
    struct slot_match_context context = context_of("en-US");
    const struct strview none = strview_of(""), some = strview_of("x");
    const struct slot_value empties[] = {{.kind = SLOT_VALUE_NULL},
                                         {.kind = SLOT_VALUE_LIST},
                                         {.kind = SLOT_VALUE_TEXT, .count = 1, .texts = &none},
                                         {.kind = SLOT_VALUE_LIST, .count = 1, .texts = &none}};
    const struct slot_value full[] = {{.kind = SLOT_VALUE_TEXT, .count = 1, .texts = &some},
                                      {.kind = SLOT_VALUE_DONTCARE},
                                      {.kind = SLOT_VALUE_LIST, .count = 1, .texts = &some}};
    struct strview note = strview_of("note");
    cr_expect(slot_match_equal(&context, note, NULL, NULL));
    for (size_t i = 0; i < 4; i++) {
        cr_expect(slot_match_is_empty(&empties[i]));
        cr_expect(slot_match_equal(&context, note, NULL, &empties[i]));
        cr_expect(slot_match_equal(&context, note, &empties[i], NULL));
        for (size_t j = 0; j < 3; j++) {
            cr_expect(not(slot_match_is_empty(&full[j])));
            cr_expect(not(slot_match_equal(&context, note, &full[j], &empties[i])));
            cr_expect(not(slot_match_equal(&context, note, &empties[i], &full[j])));
        }
    }
}

Test(slot_match, gold_may_list_alternatives_and_dontcare)
{
    struct slot_match_context context = context_of("en-US");
    static const struct {
        const char *gold, *predicted;
        bool equal;
    } rows[] = {
        {"time=14:00|15:00", "time=15:00", true},       {"time=14:00|15:00", "time=16:00", false},
        {"time=14:00|dontcare", "time=dontcare", true}, {"time=14:00|dontcare", "time=14:00", true},
        {"time=14:00|15:00", "time=dontcare", false},   {"time=dontcare", "time=dontcare", true},
        {"time=dontcare", "time=14:00", false},         {"time=14:00", "time=dontcare", false},
        {"time=14:00", "time=14:00|16:00", true},       {"time=16:00", "time=14:00|16:00", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slot_map gold = task_builder_slots(&builder, rows[i].gold);
        struct slot_map predicted = task_builder_slots(&builder, rows[i].predicted);
        cr_expect(eq(int,
                     slot_match_equal(&context, strview_of("time"), &gold.slots[0].value,
                                      &predicted.slots[0].value),
                     rows[i].equal),
                  "row %zu", i);
    }
}
