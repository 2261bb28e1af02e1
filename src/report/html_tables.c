/*
 * html_tables.c: see html_tables.h. A table is plain HTML; the page's script adds sorting and
 * filtering to every one of class "data".
 */
#include "report/html_tables.h"

#include "report/html_charts.h"
#include "report/measure_text.h"

#include <stdio.h>

void html_tables_begin_card(struct html *html, const char *id, const char *title, const char *note)
{
    strbuf_add_text(html->out, "<section class=\"card\" id=\"");
    html_write_attribute(html->out, strview_of(id));
    strbuf_add_text(html->out, "\">\n<h2>");
    html_write_text(html->out, strview_of(title));
    strbuf_add_text(html->out, "</h2>\n");
    if (note) {
        strbuf_add_text(html->out, "<p class=\"note\">");
        html_write_text(html->out, strview_of(note));
        strbuf_add_text(html->out, "</p>\n");
    }
}

void html_tables_end_card(struct html *html)
{
    strbuf_add_text(html->out, "</section>\n");
}

static void add_head_cell(struct strbuf *out, const char *title, bool is_number)
{
    strbuf_add_format(out, "<th scope=\"col\"%s>%s</th>", is_number ? " class=\"num\"" : "", title);
}

static void add_metric_head(struct html *html)
{
    strbuf_add_text(html->out, "<thead><tr><th scope=\"col\">Metric</th>");
    for (size_t c = 0; c < html->summary->candidate_count; c++) {
        strbuf_add_format(html->out, "<th scope=\"col\" class=\"num\" data-c=\"%zu\">", c);
        html_write_candidate(html, c);
        strbuf_add_text(html->out, "</th>");
    }
    strbuf_add_text(html->out, "</tr></thead>\n<tbody>\n");
}

static void add_metric_title(struct html *html, const struct metric_row *row)
{
    static const char *const best[] = {"higher is better", "lower is better", ""};
    strbuf_add_text(html->out, "<th scope=\"row\">");
    html_write_text(html->out, strview_of(row->title));
    strbuf_add_text(html->out, "<span class=\"sub\"><code>");
    html_write_text(html->out, strview_of(row->name));
    strbuf_add_format(html->out, "</code>%s%s</span></th>", *best[row->direction] ? ", " : "",
                      best[row->direction]);
}

static void add_metric_row(struct html *html, const struct metric_row *row,
                           struct html_notes *notes)
{
    strbuf_add_text(html->out, "<tr>");
    add_metric_title(html, row);
    bool reference_is_out = measure_text_is_left_out(row, 0, html->canonical);
    for (size_t c = 0; c < html->summary->candidate_count; c++) {
        bool is_out = measure_text_is_left_out(row, c, html->canonical);
        const struct measure *change =
            row->difference && c && !reference_is_out ? &row->difference[c] : NULL;
        struct html_measure shown = {&row->by_candidate[c], change, row->unit, row->direction};
        strbuf_add_format(html->out, "<td class=\"num\" data-c=\"%zu\"", c);
        html_write_sort_key(html->out, is_out ? NULL : shown.value);
        strbuf_add_char(html->out, '>');
        if (is_out)
            strbuf_add_text(html->out, "<span class=\"na\">measured live</span>");
        else
            html_write_measure(html, &shown, notes);
        strbuf_add_text(html->out, "</td>");
    }
    strbuf_add_text(html->out, "</tr>\n");
}

static void add_conventions(struct html *html, const struct metric_section *section)
{
    bool is_open = false;
    for (size_t i = 0; i < section->count; i++) {
        if (!section->rows[i].convention)
            continue;
        if (!is_open)
            strbuf_add_text(html->out, "<details class=\"how\"><summary>How these are "
                                       "measured</summary><dl>\n");
        is_open = true;
        strbuf_add_text(html->out, "<dt>");
        html_write_text(html->out, strview_of(section->rows[i].title));
        strbuf_add_text(html->out, "</dt><dd>");
        html_write_text(html->out, strview_of(section->rows[i].convention));
        strbuf_add_text(html->out, "</dd>\n");
    }
    if (is_open)
        strbuf_add_text(html->out, "</dl></details>\n");
}

void html_tables_section(struct html *html, const struct metric_section *section)
{
    if (!section->count)
        return;
    CLEANUP(strbuf_done) struct strbuf id = {0};
    CLEANUP(strbuf_done) struct strbuf caption = {0};
    struct html_notes notes = {.count = 0};
    strbuf_add_text(&id, "t-");
    html_write_attribute(&id, strview_of(section->name));
    html_write_attribute(&caption, strview_of(section->title));
    html_write_begin_table(html->out, strbuf_view(&id).data, strbuf_view(&caption).data,
                           html->summary->candidate_count <= 4);
    add_metric_head(html);
    for (size_t i = 0; i < section->count; i++)
        add_metric_row(html, &section->rows[i], &notes);
    html_write_end_table(html->out);
    html_write_notes(html->out, &notes);
    add_conventions(html, section);
    strbuf_fail_with(html->out, &id);
    strbuf_fail_with(html->out, &caption);
}

/* Conversations of which some repeats succeed and some do not. */
void html_tables_flaky(struct html *html)
{
    const struct run_summary *summary = html->summary;
    if (!summary->flaky_count)
        return;
    strbuf_add_format(html->out, "<p>Flaky conversations, nearest to half first (%zu of ",
                      summary->flaky_count);
    measure_text_count(html->out, summary->flaky_total);
    strbuf_add_text(html->out, "):</p>\n<ul class=\"flaky\">\n");
    for (size_t i = 0; i < summary->flaky_count; i++) {
        const struct flaky_conversation *flaky = &summary->flaky[i];
        strbuf_add_format(html->out, "<li data-c=\"%zu\">", flaky->candidate);
        html_write_text(html->out, flaky->conversation_id);
        strbuf_add_text(html->out, ", ");
        html_write_candidate(html, flaky->candidate);
        strbuf_add_format(html->out, ": %llu of %llu</li>\n", (unsigned long long)flaky->successes,
                          (unsigned long long)flaky->trials);
    }
    strbuf_add_text(html->out, "</ul>\n");
}

static void add_count_cell(struct strbuf *out, uint64_t count)
{
    strbuf_add_format(out, "<td class=\"num%s\" data-v=\"%llu\">", count ? "" : " zero",
                      (unsigned long long)count);
    measure_text_count(out, count);
    strbuf_add_text(out, "</td>");
}

static void add_ratio_cell(struct html *html, const struct measure *measure, bool has_bar,
                           struct html_notes *notes)
{
    struct measure plain = *measure;
    plain.n = 0;
    struct html_measure shown = {&plain, NULL, UNIT_RATIO, HIGHER_IS_BETTER};
    strbuf_add_text(html->out, "<td class=\"num\"");
    html_write_sort_key(html->out, measure);
    strbuf_add_char(html->out, '>');
    if (has_bar)
        html_charts_share(html->out, measure);
    html_write_measure(html, &shown, notes);
    strbuf_add_text(html->out, "</td>");
}

static void add_slot_row(struct html *html, const struct slot_row *row, size_t candidate,
                         struct html_notes *notes)
{
    const struct slot_summary *slot = &row->by_candidate[candidate];
    strbuf_add_format(html->out, "<tr data-c=\"%zu\" data-slot=\"", candidate);
    html_write_attribute(html->out, row->slot);
    strbuf_add_text(html->out, "\"><th scope=\"row\">");
    html_write_said(html->out, row->slot);
    strbuf_add_text(html->out, "</th><td>");
    html_write_candidate(html, candidate);
    strbuf_add_text(html->out, "</td>");
    add_ratio_cell(html, &slot->f1, true, notes);
    add_ratio_cell(html, &slot->precision, false, notes);
    add_ratio_cell(html, &slot->recall, false, notes);
    add_count_cell(html->out, slot->right);
    add_count_cell(html->out, slot->wrong_value);
    add_count_cell(html->out, slot->missing);
    add_count_cell(html->out, slot->spurious);
    add_count_cell(html->out, slot->late);
    strbuf_add_text(html->out, "</tr>\n");
}

void html_tables_slots(struct html *html)
{
    static const char *const heads[] = {"F1",          "Precision", "Recall",   "Right",
                                        "Wrong value", "Missing",   "Spurious", "Late"};
    if (!html->summary->slot_count)
        return;
    struct html_notes notes = {.count = 0};
    html_write_begin_table(html->out, "t-slots", "Each slot with each candidate", false);
    strbuf_add_text(html->out, "<thead><tr>");
    add_head_cell(html->out, "Slot", false);
    add_head_cell(html->out, "Candidate", false);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        add_head_cell(html->out, heads[i], true);
    strbuf_add_text(html->out, "</tr></thead>\n<tbody>\n");
    for (size_t s = 0; s < html->summary->slot_count; s++) {
        for (size_t c = 0; c < html->summary->candidate_count; c++)
            add_slot_row(html, &html->summary->slots[s], c, &notes);
    }
    html_write_end_table(html->out);
    html_write_notes(html->out, &notes);
    strbuf_add_text(html->out,
                    "<p class=\"small\">Counted where gold or the candidate changes a slot. "
                    "<b>Missing</b>: gold has it, the candidate does not. <b>Spurious</b>: the "
                    "other way round. <b>Late</b>: right, but at a later turn than gold.</p>\n");
}

static void add_bins_table(struct html *html, size_t candidate)
{
    const struct candidate_summary *shown = &html->summary->candidates[candidate];
    strbuf_add_text(html->out, "<details class=\"how\"><summary>As numbers</summary>"
                               "<div class=\"scroll\"><table class=\"mini\"><caption "
                               "class=\"hid\">Bins of confidence</caption><thead><tr>"
                               "<th scope=\"col\">Confidence</th><th scope=\"col\" "
                               "class=\"num\">Slots</th><th scope=\"col\" class=\"num\">Mean</th>"
                               "<th scope=\"col\" class=\"num\">Right</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < shown->bin_count; i++) {
        const struct reliability_bin *bin = &shown->bins[i];
        if (!bin->n)
            continue;
        struct measure mean = {.value = bin->mean_confidence}, right = {.value = bin->accuracy};
        strbuf_add_format(html->out,
                          "<tr><th scope=\"row\">%.2f\xe2\x80\x93%.2f</th><td class=\"num\">",
                          bin->low, bin->high);
        measure_text_count(html->out, bin->n);
        strbuf_add_text(html->out, "</td><td class=\"num\">");
        measure_text_value(html->out, &mean, UNIT_RATIO);
        strbuf_add_text(html->out, "</td><td class=\"num\">");
        measure_text_value(html->out, &right, UNIT_RATIO);
        strbuf_add_text(html->out, "</td></tr>\n");
    }
    strbuf_add_text(html->out, "</tbody></table></div></details>\n");
}

void html_tables_reliability(struct html *html)
{
    bool is_open = false;
    for (size_t c = 0; c < html->summary->candidate_count; c++) {
        if (!html->summary->candidates[c].bin_count)
            continue;
        if (!is_open)
            strbuf_add_text(html->out, "<div class=\"plots\">\n");
        is_open = true;
        strbuf_add_format(html->out, "<figure data-c=\"%zu\" class=\"k%zu\"><figcaption>", c,
                          c % 8);
        html_write_candidate(html, c);
        strbuf_add_text(html->out, "</figcaption>\n");
        html_charts_reliability(html->out, &html->summary->candidates[c]);
        add_bins_table(html, c);
        strbuf_add_text(html->out, "</figure>\n");
    }
    if (is_open)
        strbuf_add_text(html->out,
                        "</div>\n<p class=\"small\">Up: share of slots that are right. A dot on "
                        "the dashed line is as right as it says; below it, the candidate is too "
                        "sure. Larger dots hold more slots.</p>\n");
}

/* The columns behind the outcomes, shown when some candidate has any. */
struct extra_columns {
    bool not_run, malformed;
};

static void add_outcome_row(struct html *html, size_t candidate, const bool *is_used,
                            struct extra_columns extra)
{
    const struct candidate_summary *shown = &html->summary->candidates[candidate];
    strbuf_add_format(html->out, "<tr data-c=\"%zu\"><th scope=\"row\">", candidate);
    html_write_candidate(html, candidate);
    strbuf_add_text(html->out, "</th><td class=\"stk\">");
    html_charts_outcomes(html->out, shown);
    strbuf_add_text(html->out, "</td>");
    for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++) {
        if (is_used[outcome])
            add_count_cell(html->out, shown->outcomes[outcome]);
    }
    if (extra.not_run)
        add_count_cell(html->out, shown->not_run);
    if (extra.malformed)
        add_count_cell(html->out, shown->malformed);
    strbuf_add_text(html->out, "</tr>\n");
}

void html_tables_outcomes(struct html *html)
{
    const struct run_summary *summary = html->summary;
    bool is_used[TRIAL_OUTCOME_LAST + 1] = {false};
    struct extra_columns extra = {false, false};
    for (size_t c = 0; c < summary->candidate_count; c++) {
        for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++)
            is_used[outcome] = is_used[outcome] || summary->candidates[c].outcomes[outcome];
        extra.not_run = extra.not_run || summary->candidates[c].not_run;
        extra.malformed = extra.malformed || summary->candidates[c].malformed;
    }
    html_write_begin_table(html->out, "t-outcomes", "How the calls ended", false);
    strbuf_add_text(html->out, "<thead><tr>");
    add_head_cell(html->out, "Candidate", false);
    add_head_cell(html->out, "Share of trials", false);
    for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++) {
        if (is_used[outcome])
            strbuf_add_format(html->out,
                              "<th scope=\"col\" class=\"num\"><span class=\"key o%d\" "
                              "aria-hidden=\"true\"></span>%s</th>",
                              outcome,
                              outcome == TRIAL_ERROR ? "Infra&shy;structure error"
                                                     : measure_text_outcome(outcome));
    }
    if (extra.not_run)
        add_head_cell(html->out, "Not run", true);
    if (extra.malformed)
        add_head_cell(html->out, "Malformed", true);
    strbuf_add_text(html->out, "</tr></thead>\n<tbody>\n");
    for (size_t c = 0; c < summary->candidate_count; c++)
        add_outcome_row(html, c, is_used, extra);
    html_write_end_table(html->out);
    strbuf_add_text(html->out,
                    "<p class=\"small\">Malformed answers count as wrong; they lie within the "
                    "outcomes. Infrastructure errors count neither as right nor as wrong.</p>\n");
}

static bool has_looks(const struct run_summary *summary)
{
    for (size_t i = 0; i < summary->gate_count; i++)
        if (summary->gates[i].look)
            return true;
    return false;
}

/* "2: .0379 of .05 spent" */
static void add_look_cell(struct html *html, const struct gate_summary *gate)
{
    if (!has_looks(html->summary))
        return;
    strbuf_add_format(html->out, "<td class=\"num\" data-v=\"%llu\">",
                      (unsigned long long)gate->look);
    if (gate->look)
        strbuf_add_format(html->out, "%llu<span class=\"sub\">%.3g of alpha %.3g spent</span>",
                          (unsigned long long)gate->look, gate->alpha_spent, gate->alpha);
    strbuf_add_text(html->out, "</td>");
}

static void add_gate_row(struct html *html, const struct gate_summary *gate, enum metric_unit unit,
                         struct html_notes *notes)
{
    static const char *const classes[] = {"pass", "fail", "open"};
    struct html_measure shown = {&gate->measure, NULL, unit, NO_DIRECTION};
    strbuf_add_text(html->out, "<tr><th scope=\"row\">");
    html_write_text(html->out, strview_of(gate->name));
    strbuf_add_text(html->out, "<span class=\"sub\"><code>");
    html_write_text(html->out, strview_of(gate->metric));
    strbuf_add_format(html->out,
                      "</code></span></th><td data-v=\"%d\"><span class=\"tag %s\">%s</span></td>"
                      "<td>",
                      (int)gate->verdict, classes[gate->verdict],
                      measure_text_verdict(gate->verdict));
    html_write_said(html->out, gate->candidate);
    strbuf_add_text(html->out, "</td><td>");
    html_write_text(html->out, strview_of(gate->rule));
    strbuf_add_text(html->out, "</td><td class=\"num\"");
    html_write_sort_key(html->out, &gate->measure);
    strbuf_add_char(html->out, '>');
    html_write_measure(html, &shown, notes);
    strbuf_add_text(html->out, "</td>");
    add_look_cell(html, gate);
    strbuf_add_text(html->out, "<td class=\"wide\">");
    html_write_text(html->out, strview_of(gate->reason ? gate->reason : ""));
    strbuf_add_text(html->out, "</td></tr>\n");
}

/* The unit that a gate's metric has in its section; those of the decision by their names. */
static enum metric_unit unit_of(const struct run_summary *summary, const char *metric)
{
    for (size_t s = 0; s < summary->section_count; s++) {
        for (size_t i = 0; i < summary->sections[s].count; i++) {
            if (strcmp(summary->sections[s].rows[i].name, metric) == 0)
                return summary->sections[s].rows[i].unit;
        }
    }
    struct strview name = strview_of(metric);
    size_t size = name.size;
    if (size > 3 && memcmp(metric + size - 3, "_ms", 3) == 0)
        return UNIT_MS;
    if (size > 4 && memcmp(metric + size - 4, "_usd", 4) == 0)
        return UNIT_USD;
    if (size > 9 && memcmp(metric + size - 9, "_per_1000", 9) == 0)
        return UNIT_PER_1000;
    return UNIT_RATIO;
}

void html_tables_gates(struct html *html)
{
    const struct run_summary *summary = html->summary;
    struct html_notes notes = {.count = 0};
    if (!summary->gate_count)
        return;
    html_tables_begin_card(html, "gates", "Gates", NULL);
    html_write_begin_table(html->out, "t-gates", "Gates", false);
    strbuf_add_text(html->out, "<thead><tr>");
    add_head_cell(html->out, "Gate", false);
    add_head_cell(html->out, "Verdict", false);
    add_head_cell(html->out, "Candidate", false);
    add_head_cell(html->out, "Rule", false);
    add_head_cell(html->out, "Measured", true);
    if (has_looks(summary))
        add_head_cell(html->out, "Look", true);
    add_head_cell(html->out, "Why", false);
    strbuf_add_text(html->out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < summary->gate_count; i++) {
        const struct gate_summary *gate = &summary->gates[i];
        if (!html->canonical || !gate->measured_live)
            add_gate_row(html, gate, unit_of(summary, gate->metric), &notes);
    }
    html_write_end_table(html->out);
    html_write_notes(html->out, &notes);
    html_tables_end_card(html);
}

void html_tables_notes(struct html *html)
{
    for (size_t n = 0; n < html->summary->note_count; n++) {
        const struct run_note *note = &html->summary->notes[n];
        html_tables_begin_card(html, note->kind, note->title, note->text);
        if (note->row_count) {
            char id[64];
            snprintf(id, sizeof id, "t-%s", note->kind);
            html_write_begin_table(html->out, id, note->title, false);
            strbuf_add_text(html->out, "<thead><tr>");
            for (size_t i = 0; i < note->column_count; i++)
                add_head_cell(html->out, note->heads[i], false);
            strbuf_add_text(html->out, "</tr></thead>\n<tbody>\n");
        }
        for (size_t r = 0; r < note->row_count; r++) {
            for (size_t i = 0; i < note->column_count; i++) {
                strbuf_add_text(html->out, i ? "<td>" : "<tr><th scope=\"row\">");
                html_write_text(html->out, strview_of(note->cells[r * note->column_count + i]));
                strbuf_add_text(html->out, i ? "</td>" : "</th>");
            }
            strbuf_add_text(html->out, "</tr>\n");
        }
        if (note->row_count)
            html_write_end_table(html->out);
        html_tables_end_card(html);
    }
}
