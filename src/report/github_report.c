/*
 * github_report.c: "::error file=...,line=...,title=...::text", see GitHub's "Workflow commands".
 * Called by pipeline/run_report.c when GITHUB_ACTIONS says so. Thread: any.
 */
#include "report/github_report.h"

#include "report/measure_text.h"
#include "report/safe_text.h"

enum { MOST_ANNOTATIONS = 10 }; /* GitHub shows ten of a kind for each step */

/* Data: % and line ends; properties: colons and commas too. */
static void add_escaped(struct strbuf *out, struct strview text, bool is_property)
{
    CLEANUP(strbuf_done) struct strbuf line = {0};
    safe_text_line(&line, text);
    strbuf_fail_with(out, &line);
    for (size_t i = 0; i < line.size; i++) {
        char byte = line.data[i];
        if (byte == '%' || byte == '\r' || byte == '\n' ||
            (is_property && (byte == ':' || byte == ',')))
            strbuf_add_format(out, "%%%02X", (unsigned)(unsigned char)byte);
        else
            strbuf_add_char(out, byte);
    }
}

static void begin(struct strbuf *out, const char *command, struct strview file, size_t line)
{
    strbuf_add_format(out, "::%s ", command);
    if (!strview_is_absent(file)) {
        strbuf_add_text(out, "file=");
        add_escaped(out, file, true);
        strbuf_add_format(out, ",line=%zu,", line ? line : 1);
    }
    strbuf_add_text(out, "title=");
}

static void add_gate(struct strbuf *out, const struct gate_summary *gate, struct strview pipeline)
{
    CLEANUP(strbuf_done) struct strbuf title = {0};
    bool failed = gate->verdict == VERDICT_FAIL;
    begin(out, failed ? "error" : "warning", pipeline, gate->line);
    strbuf_add_format(&title, "gate %s: %s (%.*s)", failed ? "failed" : "could not decide",
                      gate->name, STRVIEW_ARG(gate->candidate));
    strbuf_fail_with(out, &title);
    add_escaped(out, strbuf_view(&title), true);
    strbuf_add_text(out, "::");
    add_escaped(out, strview_of(gate->rule), false);
    strbuf_add_text(out, ": ");
    add_escaped(out, strview_of(gate->reason ? gate->reason : ""), false);
    strbuf_add_char(out, '\n');
}

void github_report_annotations(struct strbuf *out, const struct run_summary *summary,
                               struct strview pipeline)
{
    static const enum verdict order[] = {VERDICT_FAIL, VERDICT_INCONCLUSIVE};
    for (size_t v = 0; v < 2; v++) {
        size_t shown = 0;
        for (size_t i = 0; i < summary->gate_count && shown < MOST_ANNOTATIONS; i++)
            if (summary->gates[i].verdict == order[v] && ++shown)
                add_gate(out, &summary->gates[i], pipeline);
    }
    begin(out, summary->too_many_errors ? "error" : "notice", (struct strview){0}, 0);
    strbuf_add_text(out, "assay ");
    add_escaped(out, summary->experiment, true);
    strbuf_add_format(out, "%%3A %s::", measure_text_headline(summary));
    add_escaped(out, strview_of(summary->decision.sentence), false);
    strbuf_add_char(out, '\n');
}
