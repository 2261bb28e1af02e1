/* markdown_report, junit_report and csv_trials. What a reader of the format makes of them is tested
 * by tests/browser/formats_test.py. */
#include "report/csv_trials.h"
#include "report/junit_report.h"
#include "report/markdown_report.h"
#include "support/golden_builder.h"
#include "support/summary_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static struct arena *arena;
static struct strbuf out;

static void set_up(void)
{
    arena = arena_create(65536, 0);
}

static void tear_down(void)
{
    strbuf_done(&out);
    arena_destroy(arena);
}

TestSuite(markdown_report, .init = set_up, .fini = tear_down);
TestSuite(junit_report, .init = set_up, .fini = tear_down);
TestSuite(csv_trials, .init = set_up, .fini = tear_down);

static struct strview markdown(const struct run_summary *summary, bool canonical)
{
    strbuf_clear(&out);
    markdown_report(&out, summary, canonical);
    return strbuf_view(&out);
}

static struct strview junit(const struct run_summary *summary, struct junit_options options)
{
    strbuf_clear(&out);
    junit_report(&out, summary, &options);
    return strbuf_view(&out);
}

Test(markdown_report, the_sample_reads_as_its_golden_file)
{
    struct strview text = markdown(summary_builder_sample(arena), false);
    cr_assert(golden_builder_agrees("tests/unit/report/golden/sample.md", text));
}

Test(markdown_report, the_first_line_is_the_verdict)
{
    struct run_summary *summary = summary_builder_sample(arena);
    cr_expect(
        strview_starts_with(markdown(summary, false), "\xe2\x9d\x8c **FAIL** Do not release"));
    summary->decision.verdict = VERDICT_PASS;
    cr_expect(strview_starts_with(markdown(summary, false), "\xe2\x9c\x85 **PASS** "));
    summary->decision.has_gates = false;
    cr_expect(strview_starts_with(markdown(summary, false), "**NO GATES** "));
}

Test(markdown_report, texts_form_no_markup_no_link_and_no_mention)
{
    struct run_summary *summary = summary_builder_hostile(arena);
    summary->worst[0].conversation_id = strview_of("see https://evil.example or www.evil.example");
    struct strview text = markdown(summary, false);
    static const char *const parts[] = {"<script", "<img", "@all", "**y**", "://",
                                        "www.",    "\x1b", "]]>",  "`",     "$"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(not(golden_builder_has(text, parts[i])), "%s", parts[i]);
    cr_expect(golden_builder_has(text, "&#60;script&#62;alert(1)"));
}

Test(markdown_report, the_canonical_form_names_no_run_and_no_live_time)
{
    struct strview text = markdown(summary_builder_sample(arena), true);
    cr_expect(not(golden_builder_has(text, "20250110T021500")));
    cr_expect(not(golden_builder_has(text, "431 ms")));
    cr_expect(golden_builder_has(text, "measured live"));
}

Test(junit_report, the_sample_reads_as_its_golden_file)
{
    struct strview text = junit(summary_builder_sample(arena), (struct junit_options){false, true});
    cr_assert(golden_builder_agrees("tests/unit/report/golden/sample.junit.xml", text));
}

Test(junit_report, a_failed_trial_is_no_failed_case_unless_asked)
{
    struct run_summary *summary = summary_builder_sample(arena);
    struct strview text = junit(summary, (struct junit_options){false, false});
    cr_expect(eq(sz, golden_builder_count(text, "<failure"), 2)); /* the gates */
    text = junit(summary, (struct junit_options){false, true});
    cr_expect(eq(sz, golden_builder_count(text, "<failure"), 2 + 6));
}

Test(junit_report, characters_that_xml_cannot_hold_are_replaced)
{
    struct strview text =
        junit(summary_builder_hostile(arena), (struct junit_options){false, true});
    cr_expect(not(golden_builder_has(text, "\x1b")));
    cr_expect(not(golden_builder_has(text, "\x01")));
    cr_expect(not(golden_builder_has(text, "<script")));
    cr_expect(golden_builder_has(text, "&lt;script&gt;"));
}

Test(junit_report, the_canonical_form_has_no_time_and_no_host)
{
    struct strview text = junit(summary_builder_sample(arena), (struct junit_options){true, false});
    cr_expect(not(golden_builder_has(text, "ci-runner")));
    cr_expect(not(golden_builder_has(text, "2025-01-10")));
}

Test(junit_report, a_candidate_without_a_scored_trial_is_skipped)
{
    struct strview text = junit(summary_builder_empty(arena), (struct junit_options){false, false});
    cr_expect(golden_builder_has(text, "<skipped type=\"not_scored\""));
}

static struct strview csv(size_t count)
{
    strbuf_clear(&out);
    csv_trials_header(&out);
    for (size_t i = 0; i < count; i++) {
        const struct trial *trial = summary_builder_trial(arena, i);
        csv_trials_row(&out, strview_of("rules"), trial, summary_builder_facts(arena, i));
    }
    return strbuf_view(&out);
}

Test(csv_trials, the_sample_reads_as_its_golden_file)
{
    struct strview text = csv(SUMMARY_BUILDER_TRIALS);
    cr_assert(golden_builder_agrees("tests/unit/report/golden/sample.trials.csv", text));
}

Test(csv_trials, every_row_ends_with_a_carriage_return_and_a_line_feed)
{
    struct strview text = csv(3);
    cr_expect(eq(sz, golden_builder_count(text, "\r\n"), 4));
    cr_expect(eq(sz, golden_builder_count(text, "\n"), 4));
}

Test(csv_trials, a_text_that_a_spreadsheet_would_run_gets_an_apostrophe)
{
    static const struct {
        const char *text, *written;
    } rows[] = {
        {"=1+1", "\"'=1+1\""},
        {"+49 30 1234", "\"'+49 30 1234\""},
        {"-2", "\"'-2\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"a=1", "a=1"},
        {"say \"hi\", please", "\"say \"\"hi\"\", please\""},
        {"two\r\nlines", "\"two\r\nlines\""},
        {"", ""},
    };
    struct trial *trial = summary_builder_trial(arena, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(strbuf_done) struct strbuf expected = {0};
        strbuf_add_format(&expected, "conv-0017,%s,0,", rows[i].written);
        strbuf_clear(&out);
        csv_trials_row(&out, strview_of(rows[i].text), trial, NULL);
        cr_expect(strview_starts_with(strbuf_view(&out), expected.data), "row %zu: %s", i,
                  out.data);
    }
}

Test(csv_trials, a_trial_that_could_not_be_finished_has_its_error_and_no_score)
{
    struct trial *trial = summary_builder_trial(arena, 0);
    struct prediction_error error = {ERROR_CLASS_INFRASTRUCTURE, strview_of("timed out")};
    trial->score = NULL;
    trial->error = &error;
    csv_trials_row(&out, strview_of("rules"), trial, summary_builder_facts(arena, 0));
    cr_expect(golden_builder_has(strbuf_view(&out), ",infrastructure,\"timed out\",,,,,\r\n"));
    cr_expect(golden_builder_has(strbuf_view(&out), ",completed,,,,,,,4,,,,,,,,,"));
}

Test(csv_trials, what_was_not_measured_stays_empty)
{
    struct trial *trial = summary_builder_trial(arena, 0);
    struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; i < trial->predictions.count; i++) {
        predictions[i].metadata->latency_ms = NAN;
        predictions[i].metadata->tokens = NULL;
        predictions[i].metadata->cost_usd_nano = FIELD_ABSENT_I64;
    }
    csv_trials_row(&out, strview_of("rules"), trial, NULL);
    cr_expect(golden_builder_has(strbuf_view(&out), ",3,2,0,0,1,,,,,,4,,,"));
}
