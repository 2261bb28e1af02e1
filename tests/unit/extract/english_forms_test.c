/* Every example beside a form of the grammar gives what the form says. */
#include "base/civil_time.h"
#include "extract/extract_private.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>

static struct extractor *extractor;
static struct extract_scratch *scratch;
static struct time_zone *zone;

static void set_up(void)
{
    struct error err = {0};
    cr_assert(eq(int, extractor_create(NULL, &extractor, &err), STATUS_OK), "%s", err.what);
    scratch = extract_scratch_create();
    cr_assert(eq(int, time_zone_load(strview_of("America/New_York"), &zone, &err), STATUS_OK));
}

static void tear_down(void)
{
    extractor_destroy(extractor);
    extract_scratch_destroy(scratch);
    time_zone_destroy(zone);
}

TestSuite(english_forms, .init = set_up, .fini = tear_down);

/* "type value; type value" of the asserted slots. */
static void describe(const char *text, char *out, size_t size)
{
    struct civil_parsed at;
    civil_time_parse(strview_of("2025-01-15T10:00:00-05:00"), &at, NULL);
    struct extract_request request = {.text = strview_of(text),
                                      .reference_time_ns = at.utc_ns,
                                      .zone = zone,
                                      .locale = strview_of("en-US")};
    struct extract_result result;
    cr_assert(eq(int, extractor_run(extractor, scratch, &request, &result, NULL), STATUS_OK));
    out[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < result.slot_count; i++) {
        const struct extract_slot *slot = &result.slots[i];
        if (slot->polarity != EXTRACT_ASSERTED)
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%.*s %.*s", used ? "; " : "",
                                 STRVIEW_ARG(slot->slot), STRVIEW_ARG(slot->value));
    }
}

static void check_table(const struct form *forms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char actual[512];
        describe(forms[i].example, actual, sizeof actual);
        cr_expect(eq(str, actual, (char *)forms[i].expected), "%s: \"%s\"", forms[i].name,
                  forms[i].example);
    }
}

Test(english_forms, every_example_of_a_form_gives_what_stands_beside_it)
{
    check_table(english_forms_rows, english_forms_count);
}

Test(english_forms, every_example_of_a_cue_gives_what_stands_beside_it)
{
    check_table(english_cues_rows, english_cues_count);
}

Test(english_forms, names_of_forms_are_unique)
{
    for (size_t i = 0; i < english_forms_count; i++) {
        for (size_t k = i + 1; k < english_forms_count; k++)
            cr_expect(
                ne(str, (char *)english_forms_rows[i].name, (char *)english_forms_rows[k].name));
    }
}
