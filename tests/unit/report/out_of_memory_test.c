/* Each renderer with its n-th request for memory failing, for every n: no crash, and never a report
 * that looks whole. */
#include "base/memory.h"
#include "report/csv_trials.h"
#include "report/html_report.h"
#include "report/json_report.h"
#include "report/junit_report.h"
#include "report/markdown_report.h"
#include "report/terminal_table.h"
#include "report/terminal_trial.h"
#include "support/summary_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void html(struct strbuf *out, struct run_summary *summary)
{
    html_report(out, summary, false);
}

static void json(struct strbuf *out, struct run_summary *summary)
{
    json_report(out, summary, false);
}

static void markdown(struct strbuf *out, struct run_summary *summary)
{
    markdown_report(out, summary, false);
}

static void junit(struct strbuf *out, struct run_summary *summary)
{
    junit_report(out, summary, &(struct junit_options){.failed_cases = true});
}

static void terminal(struct strbuf *out, struct run_summary *summary)
{
    terminal_table(out, summary, &(struct terminal_options){.width = 100});
}

static void trial(struct strbuf *out, struct run_summary *summary)
{
    terminal_trial(out, &summary->worst[0], summary->candidates[1].name,
                   &(struct terminal_options){.width = 100});
}

static const struct trial *csv_trial;
static const struct conversation_facts *csv_facts;

static void csv(struct strbuf *out, struct run_summary *summary)
{
    csv_trials_header(out);
    csv_trials_row(out, summary->candidates[0].name, csv_trial, csv_facts);
}

static void fail_each(const char *name, void (*render)(struct strbuf *, struct run_summary *))
{
    struct arena *arena = arena_create(65536, 0);
    struct run_summary *summary = summary_builder_sample(arena);
    csv_trial = summary_builder_trial(arena, 0);
    csv_facts = summary_builder_facts(arena, 0);
    int64_t nth = 1;
    for (;; nth++) {
        struct strbuf out = {0};
        memory_fail_nth(nth);
        render(&out, summary);
        bool was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        bool failed = out.failed;
        strbuf_done(&out);
        cr_assert(eq(int, failed, was_hit), "%s: request %lld", name, (long long)nth);
        if (!was_hit)
            break;
    }
    cr_expect(gt(i64, nth, 3), "%s asks for memory", name);
    arena_destroy(arena);
}

Test(out_of_memory, no_report_looks_whole_that_is_not)
{
    fail_each("csv", csv);
    fail_each("json", json);
    fail_each("markdown", markdown);
    fail_each("junit", junit);
    fail_each("html", html);
    fail_each("terminal", terminal);
    fail_each("trial", trial);
}
