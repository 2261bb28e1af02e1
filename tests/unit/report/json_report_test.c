#include "report/json_report.h"
#include "support/golden_builder.h"
#include "support/summary_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>

#include <math.h>

static struct arena *arena;
static struct strbuf out;
static json_t *root;

static void set_up(void)
{
    arena = arena_create(65536, 0);
}

static void tear_down(void)
{
    json_decref(root);
    root = NULL;
    strbuf_done(&out);
    arena_destroy(arena);
}

TestSuite(json_report, .init = set_up, .fini = tear_down);

static json_t *render(const struct run_summary *summary, bool canonical)
{
    strbuf_clear(&out);
    json_report(&out, summary, canonical);
    json_decref(root);
    json_error_t error;
    root = json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, &error);
    cr_assert(root != NULL, "%s at %d:%d", error.text, error.line, error.column);
    return root;
}

/* json_t by path: names and indices. */
static json_t *at(json_t *value, const char *path)
{
    char copy[256], *rest = copy, *part;
    snprintf(copy, sizeof copy, "%s", path);
    while (value && (part = strsep(&rest, "/")))
        value = json_is_array(value) ? json_array_get(value, (size_t)strtoul(part, NULL, 10))
                                     : json_object_get(value, part);
    cr_assert(value != NULL, "nothing at %s", path);
    return value;
}

Test(json_report, the_sample_reads_as_its_golden_file)
{
    render(summary_builder_sample(arena), false);
    cr_assert(golden_builder_agrees("tests/unit/report/golden/sample.json", strbuf_view(&out)));
}

Test(json_report, the_canonical_form_holds_nothing_that_a_second_run_would_change)
{
    struct run_summary *first = summary_builder_sample(arena);
    struct run_summary *second = summary_builder_sample(arena);
    second->environment = (struct run_environment){.run_id = strview_of("another"), .threads = 1};
    second->sections[2].rows[1].by_candidate[2].value = 977; /* measured live */
    second->decision.rows[2].response_gap_p95_ms.value = 1234;
    second->decision.rows[2].gap_change.value = -17;
    render(first, true);
    CLEANUP(strbuf_done) struct strbuf kept = {0};
    strbuf_add_view(&kept, strbuf_view(&out));
    cr_expect(json_object_get(root, "environment") == NULL);
    render(second, true);
    cr_expect(eq(str, kept.data, out.data));
    second->candidates[0].scored++;
    render(second, true);
    cr_expect(ne(str, kept.data, out.data));
}

Test(json_report, numbers_read_back_as_the_same_doubles)
{
    struct run_summary *summary = summary_builder_sample(arena);
    double odd = 0.1 + 0.2;
    summary->sections[0].rows[0].by_candidate[0].value = odd;
    render(summary, false);
    cr_expect(eq(dbl, json_number_value(at(root, "sections/0/metrics/0/values/0/value")), odd));
    cr_expect(golden_builder_has(strbuf_view(&out), "0.30000000000000004"));
}

Test(json_report, an_undefined_number_is_null_with_its_reason)
{
    render(summary_builder_sample(arena), false);
    json_t *value = at(root, "sections/0/metrics/3/values/1");
    cr_expect(eq(int, json_typeof(json_object_get(value, "value")), JSON_NULL));
    cr_expect(eq(str, (char *)json_string_value(json_object_get(value, "undefined")),
                 "the candidate names no intent"));
}

Test(json_report, a_nan_without_a_reason_is_undefined_too)
{
    struct run_summary *summary = summary_builder_sample(arena);
    summary->sections[0].rows[0].by_candidate[0].value = NAN;
    render(summary, false);
    cr_expect(eq(int, json_typeof(at(root, "sections/0/metrics/0/values/0/value")), JSON_NULL));
    cr_expect(
        eq(int, json_typeof(at(root, "sections/0/metrics/0/values/0/undefined")), JSON_STRING));
}

Test(json_report, hostile_texts_come_back_as_they_were_apart_from_broken_utf8)
{
    struct run_summary *summary = summary_builder_hostile(arena);
    render(summary, false);
    cr_expect(eq(str, (char *)json_string_value(at(root, "experiment")),
                 (char *)summary->experiment.data));
    cr_expect(golden_builder_has(strbuf_view(&out), "\\u001b[31mred\xef\xbf\xbd\\n"));
}

Test(json_report, an_edited_slot_score_changes_that_turn_and_nothing_else)
{
    struct run_summary *summary = summary_builder_sample(arena);
    render(summary, false);
    json_t *before = root;
    root = NULL;
    struct slot_score *slot = &summary->worst[0].turns[1].slots[1];
    slot->verdict = SLOT_RIGHT;
    slot->predicted = strview_of("14:30");
    summary->worst[0].slot_faults--;
    render(summary, false);
    cr_expect(eq(int, json_equal(before, root), 0));
    json_object_set_new(at(root, "worst/0/turns/1/slots/1"), "verdict", json_string("wrong_value"));
    json_object_set_new(at(root, "worst/0/turns/1/slots/1"), "predicted", json_string("14:00"));
    json_object_set_new(at(root, "worst/0"), "slot_faults",
                        json_integer(json_integer_value(at(root, "worst/0/slot_faults")) + 1));
    cr_expect(eq(int, json_equal(before, root), 1));
    json_decref(before);
}
