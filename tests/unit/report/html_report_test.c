#include "base/utf8.h"
#include "report/html_assets.h"
#include "report/html_report.h"
#include "report/html_write.h"
#include "support/golden_builder.h"
#include "support/summary_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct arena *arena;
static struct strbuf out, body;

static void set_up(void)
{
    arena = arena_create(65536, 0);
}

static void tear_down(void)
{
    strbuf_done(&out);
    strbuf_done(&body);
    arena_destroy(arena);
}

TestSuite(html_report, .init = set_up, .fini = tear_down);

/* The page from <body> on: without the head, whose style and script say much themselves. */
static struct strview render(const struct run_summary *summary, bool canonical)
{
    strbuf_clear(&out);
    strbuf_clear(&body);
    html_report(&out, summary, canonical);
    cr_assert(not(out.failed));
    const char *start = strstr(out.data, "<body>");
    cr_assert(start != NULL);
    strbuf_add_text(&body, start);
    return strbuf_view(&body);
}

Test(html_report, the_sample_reads_as_its_golden_file)
{
    struct strview page = render(summary_builder_sample(arena), false);
    cr_assert(golden_builder_agrees("tests/unit/report/golden/sample.body.html", page));
}

Test(html_report, the_first_screen_has_verdict_and_the_four_numbers_with_range_and_change)
{
    struct strview page = render(summary_builder_sample(arena), false);
    const char *end = strstr(page.data, "</section>");
    struct strview first = {page.data, (size_t)(end - page.data)};
    static const char *const parts[] = {"<span class=\"badge\">FAIL</span>",
                                        "<h1>Do not release rules",
                                        "Failed bookings per 1,000 calls",
                                        "429.5",
                                        "354.3–508.1",
                                        "+243.6</b> worse",
                                        "+167.1 to +320.1",
                                        "Cost per successful booking",
                                        "$0.00470",
                                        "Response gap p95",
                                        "1,480 ms",
                                        "−390 ms</b> unclear",
                                        "Cost per month at 20,000 calls",
                                        "$236",
                                        "Simulated model.",
                                        "0 of 2 gates hold"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(golden_builder_has(first, parts[i]), "%s", parts[i]);
}

Test(html_report, an_edited_prediction_changes_its_chip_its_conversation_and_its_count)
{
    struct run_summary *summary = summary_builder_sample(arena);
    struct strview page = render(summary, false);
    cr_expect(golden_builder_has(page, "14:<mark>3</mark>0"));
    cr_expect(golden_builder_has(page, "3 slot faults"));
    size_t wrong = golden_builder_count(page, "<li class=\"slot wrong\">");
    size_t right = golden_builder_count(page, "<li class=\"slot right\">");
    size_t cells = golden_builder_count(page, "<td class=\"num\" data-v=\"22\">22</td>");

    struct slot_score *slot = &summary->worst[0].turns[1].slots[1];
    slot->verdict = SLOT_RIGHT;
    slot->predicted = strview_of("14:30");
    summary->worst[0].slot_faults--;
    summary->slots[1].by_candidate[1].wrong_value--;
    summary->slots[1].by_candidate[1].right++;
    page = render(summary, false);
    cr_expect(not(golden_builder_has(page, "14:<mark>3</mark>0")));
    cr_expect(eq(sz, golden_builder_count(page, "<li class=\"slot wrong\">"), wrong - 1));
    cr_expect(eq(sz, golden_builder_count(page, "<li class=\"slot right\">"), right + 1));
    cr_expect(
        eq(sz, golden_builder_count(page, "<td class=\"num\" data-v=\"22\">22</td>"), cells - 1));
    const char *trial = strstr(page.data, "id=\"trial-1\"");
    cr_assert(trial != NULL);
    const char *end = strstr(trial, "</details>");
    struct strview first = {trial, (size_t)(end - trial)};
    cr_expect(golden_builder_has(first, "data-faults=\"2\""));
    cr_expect(golden_builder_has(first, "2 slot faults"));
}

Test(html_report, the_faulty_slots_of_a_conversation_are_what_the_filter_knows)
{
    struct strview page = render(summary_builder_sample(arena), false);
    cr_expect(golden_builder_has(page, "data-slots=\"[&quot;date&quot;, &quot;time&quot;]\""));
    cr_expect(golden_builder_has(
        page, "data-tags=\"[&quot;correction&quot;, &quot;relative-date&quot;]\""));
}

Test(html_report, nothing_that_was_said_becomes_markup)
{
    struct strview page = render(summary_builder_hostile(arena), false);
    cr_expect(not(golden_builder_has(page, "<script")));
    cr_expect(not(golden_builder_has(page, "<img")));
    cr_expect(not(golden_builder_has(page, "onerror=alert(2)&gt;\"")));
    cr_expect(golden_builder_has(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    cr_expect(not(golden_builder_has(page, "\xe2\x80\xae")));
    cr_expect(not(golden_builder_has(page, "\xe2\x80\xa8")));
    cr_expect(golden_builder_has(page, "<span class=\"ctl\">U+202E</span>"));
    cr_expect(golden_builder_has(page, "<span class=\"ctl\">U+001B</span>"));
    cr_expect(eq(sz, utf8_first_invalid(page), page.size));
    cr_expect(eq(sz, golden_builder_count(strbuf_view(&out), "<script>"), 1));
}

Test(html_report, there_is_no_style_attribute_no_handler_and_no_address_to_load_from)
{
    struct strview page = render(summary_builder_large(arena), false);
    static const char *const parts[] = {
        " style=", " onclick=", " onload=", " src=", "@import", "url(", "<iframe", "<object"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(not(golden_builder_has(page, parts[i])), "%s", parts[i]);
    struct strview style = html_assets_style;
    cr_expect(not(golden_builder_has(style, "url(")));
    cr_expect(not(golden_builder_has(style, "</style")));
    cr_expect(not(golden_builder_has(html_assets_script, "</script")));
}

Test(html_report, the_canonical_page_holds_no_environment_and_no_live_time)
{
    struct run_summary *first = summary_builder_sample(arena);
    struct run_summary *second = summary_builder_sample(arena);
    second->environment = (struct run_environment){.host = strview_of("elsewhere"), .threads = 3};
    second->sections[2].rows[0].by_candidate[2].value = 99;
    second->decision.rows[2].response_gap_p95_ms.value = 1;
    second->decision.rows[2].gap_change.value = 1;
    render(first, true);
    CLEANUP(strbuf_done) struct strbuf kept = {0};
    strbuf_add_view(&kept, strbuf_view(&out));
    cr_expect(not(golden_builder_has(strbuf_view(&out), "20250110T021500")));
    render(second, true);
    cr_expect(eq(str, kept.data, out.data));
}

Test(html_report, sums_that_do_not_add_up_are_told)
{
    struct run_summary *summary = summary_builder_sample(arena);
    cr_expect(not(golden_builder_has(render(summary, false), "do not add up")));
    summary->accounts.trials_scored--;
    cr_expect(eq(sz, golden_builder_count(render(summary, false), "do not add up"), 1));
}

Test(html_report, an_empty_run_says_why_there_are_no_numbers)
{
    struct strview page = render(summary_builder_empty(arena), false);
    cr_expect(golden_builder_has(page, "NO GATES"));
    cr_expect(golden_builder_has(page, "<li>no conversation was scored</li>"));
    cr_expect(golden_builder_has(page, "No scored trial failed."));
}

Test(html_report, values_keep_their_kinds_of_nothing_apart)
{
    struct run_summary *summary = summary_builder_sample(arena);
    struct slot_score *slots = summary->worst[0].turns[1].slots;
    slots[0].predicted = (struct strview){NULL, 0};
    slots[1].predicted = strview_of("");
    struct strview page = render(summary, false);
    cr_expect(golden_builder_has(page, "<span class=\"nil\">empty text</span>"));
    cr_expect(golden_builder_has(page, "<span class=\"nil\">nothing</span>"));
}

Test(html_report, the_part_that_differs_is_cut_at_whole_characters)
{
    struct run_summary *summary = summary_builder_sample(arena);
    struct slot_score *slot = &summary->worst[0].turns[1].slots[0];
    slot->gold = strview_of("Ana Díaz");
    slot->predicted = strview_of("Ana Dïaz"); /* the second bytes differ, the first do not */
    struct strview page = render(summary, false);
    cr_expect(golden_builder_has(page, "Ana D<mark>í</mark>az"));
    cr_expect(golden_builder_has(page, "Ana D<mark>ï</mark>az"));
}
