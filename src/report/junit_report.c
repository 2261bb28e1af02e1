/*
 * junit_report.c: see junit_report.h. XML 1.0 cannot hold most control characters in any form, so
 * they become U+FFFD.
 */
#include "report/junit_report.h"

#include "report/measure_text.h"
#include "report/safe_text.h"

struct page {
    struct strbuf *out;
    const struct run_summary *summary;
    const struct junit_options *options;
    size_t suites; /* written so far */
};

struct counts {
    size_t tests, failures, errors, skipped;
};

static void add_xml(struct strbuf *out, struct strview text)
{
    for (size_t at = 0; at < text.size;) {
        struct safe_piece piece = safe_text_next(text, &at);
        if (piece.kind != SAFE_PLAIN)
            strbuf_add_text(out, "\xef\xbf\xbd");
        else if (piece.point == '&')
            strbuf_add_text(out, "&amp;");
        else if (piece.point == '<')
            strbuf_add_text(out, "&lt;");
        else if (piece.point == '>')
            strbuf_add_text(out, "&gt;");
        else if (piece.point == '"')
            strbuf_add_text(out, "&quot;");
        else if (piece.point == '\n' || piece.point == '\t')
            strbuf_add_format(out, "&#%u;", piece.point);
        else
            strbuf_add(out, piece.bytes, piece.size);
    }
}

/* `name` is written by this program. */
static void add_attribute(struct strbuf *out, const char *name, struct strview value)
{
    strbuf_add_format(out, " %s=\"", name);
    add_xml(out, value);
    strbuf_add_char(out, '"');
}

static void begin_suite(struct page *page, struct strview name, struct counts counts)
{
    const struct run_environment *environment = &page->summary->environment;
    bool has_time = !page->options->canonical && environment->started.size >= 19;
    bool has_host = !page->options->canonical && environment->host.size;
    struct strview time = has_time ? (struct strview){environment->started.data, 19}
                                   : strview_of("1970-01-01T00:00:00");
    strbuf_add_text(page->out, " <testsuite");
    add_attribute(page->out, "name", name);
    add_attribute(page->out, "package", page->summary->experiment);
    strbuf_add_format(page->out, " id=\"%zu\"", page->suites++);
    strbuf_add_format(page->out,
                      " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\"",
                      counts.tests, counts.failures, counts.errors, counts.skipped);
    add_attribute(page->out, "timestamp", time);
    add_attribute(page->out, "hostname", has_host ? environment->host : strview_of("localhost"));
    strbuf_add_text(page->out, ">\n  <properties>\n");
}

static void add_property(struct page *page, const char *name, struct strview value)
{
    if (strview_is_absent(value))
        return;
    strbuf_add_format(page->out, "   <property name=\"%s\"", name);
    add_attribute(page->out, "value", value);
    strbuf_add_text(page->out, "/>\n");
}

static void end_properties(struct page *page)
{
    strbuf_add_text(page->out, "  </properties>\n");
}

static void end_suite(struct page *page, struct strview said)
{
    strbuf_add_text(page->out, "  <system-out>");
    add_xml(page->out, said);
    strbuf_add_text(page->out, "</system-out>\n  <system-err/>\n </testsuite>\n");
}

/* element NULL: it passed. */
static void add_case(struct page *page, const char *class, struct strview name, const char *element,
                     const char *type, struct strview message)
{
    strbuf_add_text(page->out, "  <testcase");
    add_attribute(page->out, "name", name);
    add_attribute(page->out, "classname", strview_of(class));
    strbuf_add_text(page->out, " time=\"0\"");
    if (!element) {
        strbuf_add_text(page->out, "/>\n");
        return;
    }
    strbuf_add_format(page->out, ">\n   <%s type=\"%s\"", element, type);
    add_attribute(page->out, "message", message);
    strbuf_add_text(page->out, "/>\n  </testcase>\n");
}

static void add_gates(struct page *page)
{
    const struct run_summary *summary = page->summary;
    struct counts counts = {0, 0, 0, 0};
    for (size_t i = 0; i < summary->gate_count; i++) {
        if (page->options->canonical && summary->gates[i].measured_live)
            continue;
        counts.tests++;
        counts.failures += summary->gates[i].verdict == VERDICT_FAIL;
        counts.errors += summary->gates[i].verdict == VERDICT_INCONCLUSIVE;
    }
    begin_suite(page, strview_of("gates"), counts);
    add_property(page, "mode", summary->mode);
    add_property(page, "profile", summary->profile);
    add_property(page, "simulated", strview_of(summary->any_simulated ? "true" : "false"));
    end_properties(page);
    static const char *const elements[] = {NULL, "failure", "error"};
    for (size_t i = 0; i < summary->gate_count; i++) {
        const struct gate_summary *gate = &summary->gates[i];
        if (page->options->canonical && gate->measured_live)
            continue;
        CLEANUP(strbuf_done) struct strbuf name = {0};
        strbuf_add_format(&name, "%s [%.*s] %s %s", gate->name, STRVIEW_ARG(gate->candidate),
                          gate->metric, gate->rule);
        add_case(page, "gates", strbuf_view(&name), elements[gate->verdict],
                 measure_text_verdict(gate->verdict), strview_of(gate->reason ? gate->reason : ""));
        strbuf_fail_with(page->out, &name);
    }
    end_suite(page, strview_of(summary->decision.sentence ? summary->decision.sentence : ""));
}

static void add_count_line(struct strbuf *text, uint64_t count, const char *what)
{
    if (count)
        strbuf_add_format(text, "%llu %s\n", (unsigned long long)count, what);
}

static void tell_candidate(struct strbuf *text, const struct candidate_summary *candidate)
{
    add_count_line(text, candidate->trials, "trials");
    add_count_line(text, candidate->scored, "scored");
    for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++)
        add_count_line(text, candidate->outcomes[outcome], trial_outcome_names[outcome]);
    add_count_line(text, candidate->malformed, "malformed answers, scored as wrong");
    add_count_line(text, candidate->not_run, "not run");
}

static void add_failed_trials(struct page *page, size_t candidate)
{
    for (size_t i = 0; i < page->summary->worst_count; i++) {
        const struct trial_summary *trial = &page->summary->worst[i];
        if (trial->candidate != candidate)
            continue;
        CLEANUP(strbuf_done) struct strbuf name = {0};
        strbuf_add_view(&name, trial->conversation_id);
        if (page->summary->repeats > 1)
            strbuf_add_format(&name, " repeat %lld", (long long)trial->repeat + 1);
        bool is_error = trial->outcome == TRIAL_ERROR;
        const char *type = trial_outcome_names[trial->outcome];
        add_case(page, "trials", strbuf_view(&name), is_error ? "error" : "failure",
                 type ? type : "unknown", trial->reason);
        strbuf_fail_with(page->out, &name);
    }
}

static void add_candidate(struct page *page, size_t index)
{
    const struct candidate_summary *candidate = &page->summary->candidates[index];
    struct counts counts = {.tests = 1, .skipped = candidate->scored ? 0 : 1};
    for (size_t i = 0; page->options->failed_cases && i < page->summary->worst_count; i++) {
        const struct trial_summary *trial = &page->summary->worst[i];
        if (trial->candidate != index)
            continue;
        counts.tests++;
        counts.errors += trial->outcome == TRIAL_ERROR;
        counts.failures += trial->outcome != TRIAL_ERROR;
    }
    CLEANUP(strbuf_done) struct strbuf text = {0};
    strbuf_add_text(&text, "candidate ");
    strbuf_add_view(&text, candidate->name);
    begin_suite(page, strbuf_view(&text), counts);
    add_property(page, "kind", candidate->kind);
    add_property(page, "model", candidate->model);
    add_property(page, "prompt_version", candidate->prompt_version);
    add_property(page, "simulated", strview_of(candidate->simulated ? "true" : "false"));
    end_properties(page);
    add_case(page, "trials", strview_of("some trial was scored"),
             candidate->scored ? NULL : "skipped", "not_scored",
             strview_of("no trial of this candidate was scored"));
    if (page->options->failed_cases)
        add_failed_trials(page, index);
    strbuf_fail_with(page->out, &text);
    strbuf_clear(&text);
    tell_candidate(&text, candidate);
    end_suite(page, strbuf_view(&text));
    strbuf_fail_with(page->out, &text);
}

void junit_report(struct strbuf *out, const struct run_summary *summary,
                  const struct junit_options *options)
{
    struct page page = {out, summary, options, 0};
    strbuf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    add_gates(&page);
    for (size_t c = 0; c < summary->candidate_count; c++)
        add_candidate(&page, c);
    strbuf_add_text(out, "</testsuites>\n");
}
