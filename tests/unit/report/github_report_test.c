#include "report/github_report.h"
#include "support/summary_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

static struct gate_summary gates[3];
static struct run_summary summary;

static void make(void)
{
    gates[0] = (struct gate_summary){.name = "never\n::error::worse, or 5% less",
                                     .candidate = strview_of("new"),
                                     .rule = "at most 0.02 worse than production",
                                     .verdict = VERDICT_FAIL,
                                     .reason = "It fell by 10%.",
                                     .line = 12};
    gates[1] = (struct gate_summary){.name = "quick",
                                     .candidate = strview_of("new"),
                                     .rule = "at most 900",
                                     .verdict = VERDICT_INCONCLUSIVE,
                                     .reason = "Who knows."};
    gates[2] = (struct gate_summary){.name = "cheap", .verdict = VERDICT_PASS};
    summary =
        (struct run_summary){.experiment = strview_of("nightly"), .gates = gates, .gate_count = 3};
    summary.decision.has_gates = true;
    summary.decision.verdict = VERDICT_FAIL;
    summary.decision.sentence = "1 of 3 gates does not hold.";
}

Test(github_report, failed_and_open_gates_are_annotated_and_the_verdict_is_told)
{
    struct strbuf text = {0};
    make();
    github_report_annotations(&text, &summary, strview_of("pipelines/a,b.yaml"));
    static const char expected[] =
        "::error file=pipelines/a%2Cb.yaml,line=12,title=gate failed%3A never "
        "%3A%3Aerror%3A%3Aworse"
        "%2C or 5%25 less (new)::at most 0.02 worse than production: It fell by 10%25.\n"
        "::warning file=pipelines/a%2Cb.yaml,line=1,title=gate could not decide%3A quick (new)::at "
        "most 900: Who knows.\n"
        "::notice title=assay nightly%3A FAIL::1 of 3 gates does not hold.\n";
    cr_expect(eq(str, text.data, (char *)expected));
    strbuf_done(&text);
}

Test(github_report, too_many_errors_are_an_error)
{
    struct strbuf text = {0};
    make();
    summary.gate_count = 0;
    summary.too_many_errors = true;
    github_report_annotations(&text, &summary, strview_of("a.yaml"));
    cr_expect(strncmp(text.data, "::error title=", 14) == 0, "%s", text.data);
    strbuf_done(&text);
}
