/*
 * html_decision.c: see html_decision.h. Kept short on purpose: it must fit one A4 page, so only the
 * first candidates and the gates that do not hold are here; the rest follows below.
 */
#include "report/html_decision.h"

#include "report/html_charts.h"
#include "report/measure_text.h"

#include <math.h>

enum { MOST_CANDIDATES = 8, MOST_GATES = 6, COLUMNS = 4 };

static const char *const verdict_classes[] = {"pass", "fail", "open"};
static const char *const verdict_marks[] = {"\xe2\x9c\x93", "\xe2\x9c\x95", "?"};

const char *html_decision_class(const struct run_summary *summary)
{
    return summary->decision.has_gates ? verdict_classes[summary->decision.verdict] : "none";
}

static struct html_measure column_of(const struct decision_row *row, size_t column)
{
    switch (column) {
    case 0:
        return (struct html_measure){&row->failed_per_1000, &row->failed_change, UNIT_PER_1000,
                                     LOWER_IS_BETTER};
    case 1:
        return (struct html_measure){&row->cost_per_success_usd, &row->cost_change, UNIT_USD,
                                     LOWER_IS_BETTER};
    case 2:
        return (struct html_measure){&row->response_gap_p95_ms, &row->gap_change, UNIT_MS,
                                     LOWER_IS_BETTER};
    default:
        return (struct html_measure){&row->monthly_cost_usd, NULL, UNIT_USD, LOWER_IS_BETTER};
    }
}

/* The end of a column's scale: the largest value or upper end. */
static double most_of(const struct run_summary *summary, size_t column)
{
    double most = 0;
    for (size_t i = 0; i < summary->candidate_count; i++) {
        struct html_measure shown = column_of(&summary->decision.rows[i], column);
        if (measure_text_is_defined(shown.value))
            most = fmax(most, shown.value->value);
        if (measure_text_has_range(shown.value))
            most = fmax(most, shown.value->high);
    }
    return most;
}

static void add_titles(struct html *html, struct strbuf titles[COLUMNS])
{
    const struct decision *decision = &html->summary->decision;
    html_write_text(&titles[0], strview_of(decision->failed_title ? decision->failed_title
                                                                  : "Failed per 1,000 calls"));
    strbuf_add_text(&titles[1], "Cost per successful booking");
    strbuf_add_text(&titles[2], "Response gap p95");
    strbuf_add_text(&titles[3], "Cost per month at ");
    measure_text_count(&titles[3],
                       decision->monthly_calls > 0 ? (uint64_t)decision->monthly_calls : 0);
    strbuf_add_text(&titles[3], " calls");
}

/* Where a candidate stands with its own gates: "2 of 3 gates hold". */
static void add_gate_count(struct html *html, size_t candidate)
{
    size_t all = 0, held = 0, failed = 0;
    for (size_t i = 0; i < html->summary->gate_count; i++) {
        const struct gate_summary *gate = &html->summary->gates[i];
        if (!strview_equal(gate->candidate, html->summary->candidates[candidate].name))
            continue;
        all++;
        held += gate->verdict == VERDICT_PASS;
        failed += gate->verdict == VERDICT_FAIL;
    }
    if (!all)
        return;
    strbuf_add_format(html->out, "<span class=\"held %s\">%zu of %zu gate%s hold%s</span>",
                      failed        ? "fail"
                      : held == all ? "pass"
                                    : "open",
                      held, all, all == 1 ? "" : "s", all == 1 ? "s" : "");
}

static void add_candidate_cell(struct html *html, size_t candidate)
{
    const struct candidate_summary *shown = &html->summary->candidates[candidate];
    strbuf_add_text(html->out, "<th scope=\"row\" role=\"rowheader\">");
    html_write_candidate(html, candidate);
    strbuf_add_text(html->out, "<span class=\"kind\">");
    html_write_text(html->out, shown->kind);
    if (shown->model.size) {
        strbuf_add_text(html->out, " \xc2\xb7 ");
        html_write_said(html->out, shown->model);
    }
    if (shown->prompt_version.size) {
        strbuf_add_text(html->out, " \xc2\xb7 ");
        html_write_said(html->out, shown->prompt_version);
    }
    strbuf_add_text(html->out, "</span>");
    if (candidate == 0 && html->summary->candidate_count > 1)
        strbuf_add_text(html->out, "<span class=\"ref\">the others are compared with it</span>");
    add_gate_count(html, candidate);
    strbuf_add_text(html->out, "</th>");
}

static bool is_left_out(const struct html *html, const struct decision_row *row, size_t column)
{
    return column == 2 && html->canonical && row->response_gap_live;
}

static void add_cell(struct html *html, const struct decision_row *row, size_t column,
                     struct strview title, struct html_notes *notes)
{
    struct strbuf *out = html->out;
    struct html_measure shown = column_of(row, column);
    bool is_reference_live = html->summary->decision.rows[0].response_gap_live;
    if (column == 2 && html->canonical && (row->response_gap_live || is_reference_live))
        shown.change = NULL;
    bool is_out = is_left_out(html, row, column);
    strbuf_add_text(out, "<td role=\"cell\"");
    html_write_sort_key(out, is_out ? NULL : shown.value);
    strbuf_add_text(out, "><span class=\"lbl\" aria-hidden=\"true\">");
    strbuf_add_view(out, title);
    strbuf_add_text(out, "</span>");
    if (is_out) {
        strbuf_add_text(out, "<span class=\"na\">measured live</span></td>");
        return;
    }
    struct measure plain = *shown.value;
    plain.n = 0; /* the first screen leaves the sizes to the tables */
    struct html_measure value = {&plain, NULL, shown.unit, shown.direction};
    html_write_measure(html, &value, notes);
    html_charts_interval(out, shown.value, most_of(html->summary, column));
    html_write_change(out, &shown);
    strbuf_add_text(out, "</td>");
}

static void add_table(struct html *html)
{
    const struct run_summary *summary = html->summary;
    struct html_notes notes = {.count = 0};
    struct strbuf titles[COLUMNS] = {{0}, {0}, {0}, {0}};
    add_titles(html, titles);
    strbuf_add_text(html->out, "<div class=\"scroll\"><table class=\"decide\" id=\"t-decision\" "
                               "role=\"table\"><caption class=\"hid\">What each candidate "
                               "would mean for callers and for the bill</caption>\n"
                               "<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" "
                               "role=\"columnheader\">Candidate</th>");
    for (size_t i = 0; i < COLUMNS; i++) {
        strbuf_add_text(html->out, "<th scope=\"col\" role=\"columnheader\">");
        strbuf_add_view(html->out, strbuf_view(&titles[i]));
        strbuf_add_text(html->out, "</th>");
    }
    strbuf_add_text(html->out, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for (size_t i = 0; i < summary->candidate_count && i < MOST_CANDIDATES; i++) {
        strbuf_add_text(html->out, "<tr role=\"row\">");
        add_candidate_cell(html, summary->decision.rows[i].candidate);
        for (size_t column = 0; column < COLUMNS; column++)
            add_cell(html, &summary->decision.rows[i], column, strbuf_view(&titles[column]),
                     &notes);
        strbuf_add_text(html->out, "</tr>\n");
    }
    strbuf_add_text(html->out, "</tbody></table></div>\n");
    if (summary->candidate_count > MOST_CANDIDATES)
        strbuf_add_format(html->out,
                          "<p class=\"small\">%zu more candidates are in the tables below.</p>\n",
                          summary->candidate_count - MOST_CANDIDATES);
    html_write_notes(html->out, &notes);
    for (size_t i = 0; i < COLUMNS; i++) {
        strbuf_fail_with(html->out, &titles[i]);
        strbuf_done(&titles[i]);
    }
}

static void add_gate(struct html *html, const struct gate_summary *gate)
{
    struct strbuf *out = html->out;
    strbuf_add_format(out,
                      "<li><span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> %s</span> "
                      "<span class=\"gate\"><b>",
                      verdict_classes[gate->verdict], verdict_marks[gate->verdict],
                      measure_text_verdict(gate->verdict));
    html_write_text(out, strview_of(gate->name));
    strbuf_add_text(out, "</b> ");
    html_write_said(out, gate->candidate);
    strbuf_add_text(out, ", ");
    html_write_text(out, strview_of(gate->rule));
    strbuf_add_text(out, ". ");
    html_write_text(out, strview_of(gate->reason ? gate->reason : ""));
    strbuf_add_text(out, "</span></li>\n");
}

/* How many hold, and those that do not. */
static void add_gates(struct html *html)
{
    const struct run_summary *summary = html->summary;
    size_t counts[3] = {0, 0, 0}, shown = 0;
    if (!summary->gate_count)
        return;
    for (size_t i = 0; i < summary->gate_count; i++)
        counts[summary->gates[i].verdict]++;
    strbuf_add_format(html->out,
                      "<div class=\"gates\"><h2>Gates <span class=\"count\">%zu hold, %zu fail, "
                      "%zu inconclusive</span></h2>\n<ul>\n",
                      counts[VERDICT_PASS], counts[VERDICT_FAIL], counts[VERDICT_INCONCLUSIVE]);
    static const enum verdict order[] = {VERDICT_FAIL, VERDICT_INCONCLUSIVE};
    for (size_t v = 0; v < 2; v++) {
        for (size_t i = 0; i < summary->gate_count && shown < MOST_GATES; i++) {
            const struct gate_summary *gate = &summary->gates[i];
            if (gate->verdict != order[v] || (html->canonical && gate->measured_live))
                continue;
            add_gate(html, gate);
            shown++;
        }
    }
    strbuf_add_text(html->out, "</ul>\n<p class=\"small\"><a href=\"#gates\">All gates</a></p>"
                               "</div>\n");
}

static void add_warning(struct html *html, const char *title, struct strview text)
{
    strbuf_add_format(html->out, "<p class=\"warn\" role=\"note\"><b>%s.</b> ", title);
    html_write_text(html->out, text);
    strbuf_add_text(html->out, "</p>\n");
}

static void add_warnings(struct html *html)
{
    const struct run_summary *summary = html->summary;
    if (summary->any_simulated)
        add_warning(html, "Simulated model",
                    strview_of("A stub answered for the candidates marked so. Their numbers show "
                               "that the evaluation works; they say nothing about a real model."));
    if (summary->partial)
        add_warning(html, "Partial report",
                    strview_of(summary->partial_reason ? summary->partial_reason
                                                       : "The run stopped before its end."));
    if (summary->accounts.trials_infrastructure_error) {
        CLEANUP(strbuf_done) struct strbuf text = {0};
        measure_text_count(&text, summary->accounts.trials_infrastructure_error);
        strbuf_add_text(&text, " of ");
        measure_text_count(&text, summary->accounts.trials);
        strbuf_add_text(&text, " trials could not be finished. They count neither as right nor as "
                               "wrong.");
        add_warning(html, "Infrastructure errors", strbuf_view(&text));
        strbuf_fail_with(html->out, &text);
    }
}

static void add_facts(struct html *html)
{
    const struct run_summary *summary = html->summary;
    struct strbuf *out = html->out;
    strbuf_add_text(out, "<p class=\"facts\">");
    measure_text_count(out, summary->accounts.conversations);
    strbuf_add_text(out, " conversations, ");
    measure_text_count(out, summary->accounts.with_gold);
    strbuf_add_format(out, " with gold \xc2\xb7 %zu candidate%s", summary->candidate_count,
                      summary->candidate_count == 1 ? "" : "s");
    if (summary->repeats > 1)
        strbuf_add_format(out, " \xc2\xb7 %lld repeats", (long long)summary->repeats);
    strbuf_add_text(out, " \xc2\xb7 ");
    html_write_text(out, summary->mode);
    strbuf_add_text(out, " replay \xc2\xb7 profile ");
    html_write_text(out, summary->profile);
    if (!html->canonical && summary->environment.started.size) {
        strbuf_add_text(out, " \xc2\xb7 ");
        html_write_text(out, summary->environment.started);
    }
    strbuf_add_text(out, "</p>\n");
}

void html_decision(struct html *html)
{
    const struct decision *decision = &html->summary->decision;
    struct strbuf *out = html->out;
    strbuf_add_format(out,
                      "<section class=\"first\" id=\"decision\" aria-label=\"Decision\">\n"
                      "<div class=\"verdict %s\"><span class=\"badge\">%s</span>\n<h1>",
                      html_decision_class(html->summary), measure_text_headline(html->summary));
    html_write_text(out, strview_of(decision->sentence ? decision->sentence : ""));
    strbuf_add_text(out, "</h1></div>\n");
    add_facts(html);
    add_warnings(html);
    if (decision->rows)
        add_table(html);
    add_gates(html);
    strbuf_add_text(out, "<p class=\"small\">A call succeeds when ");
    html_write_text(out, strview_of(decision->success_means ? decision->success_means : "n/a"));
    strbuf_add_text(out, ". Ranges are 95 % intervals; bars start at zero.");
    if (html->summary->candidate_count > 1) {
        strbuf_add_text(out, " Changes are to ");
        html_write_said(out, html->summary->candidates[0].name);
        strbuf_add_text(out, "; <i>unclear</i> means that the range of the change holds zero.");
    }
    strbuf_add_text(out, "</p>\n</section>\n");
}
