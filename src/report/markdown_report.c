/*
 * markdown_report.c: see markdown_report.h. Texts of others go through safe_text_markdown.
 */
#include "report/markdown_report.h"

#include "report/measure_text.h"
#include "report/safe_text.h"

enum { MOST_FAILED = 20, MOST_FAULTS = 10 };

struct page {
    struct strbuf *out;
    const struct run_summary *summary;
    bool canonical;
};

static void add_name(const struct page *page, size_t candidate)
{
    safe_text_markdown(page->out, page->summary->candidates[candidate].name);
    if (page->summary->candidates[candidate].simulated)
        strbuf_add_text(page->out, " (simulated)");
}

static void add_head(const struct page *page, const char *corner)
{
    strbuf_add_format(page->out, "| %s |", corner);
    for (size_t c = 0; c < page->summary->candidate_count; c++) {
        strbuf_add_char(page->out, ' ');
        add_name(page, c);
        strbuf_add_text(page->out, " |");
    }
    strbuf_add_text(page->out, "\n| --- |");
    for (size_t c = 0; c < page->summary->candidate_count; c++)
        strbuf_add_text(page->out, " ---: |");
    strbuf_add_char(page->out, '\n');
}

struct shown {
    const struct measure *value, *change;
    enum metric_unit unit;
    enum metric_direction direction;
    bool is_left_out;
};

/* Money too: GitHub takes a text between two dollar signs for a formula. */
static void add_cell(struct strbuf *out, struct shown shown)
{
    if (shown.is_left_out) {
        strbuf_add_text(out, " measured live |");
        return;
    }
    CLEANUP(strbuf_done) struct strbuf text = {0};
    measure_text_value(&text, shown.value, shown.unit);
    if (measure_text_has_range(shown.value)) {
        strbuf_add_text(&text, " (");
        measure_text_range(&text, shown.value, shown.unit);
        strbuf_add_char(&text, ')');
    }
    strbuf_add_char(out, ' ');
    safe_text_markdown(out, strbuf_view(&text));
    if (shown.change && measure_text_is_defined(shown.change)) {
        enum change_kind kind = measure_text_change_kind(shown.change, shown.direction);
        strbuf_fail_with(out, &text);
        strbuf_clear(&text);
        measure_text_change(&text, shown.change, shown.unit);
        strbuf_add_format(&text, " %s", measure_text_change_word(kind));
        strbuf_add_text(out, "<br>");
        safe_text_markdown(out, strbuf_view(&text));
    }
    strbuf_fail_with(out, &text);
    strbuf_add_text(out, " |");
}

/* Why some cells say n/a, each reason once. */
struct reasons {
    const char *texts[8];
    size_t count;
};

static void note_reason(struct reasons *reasons, struct shown shown)
{
    const char *reason = shown.is_left_out ? NULL : shown.value->undefined;
    size_t same = 0;
    while (reason && same < reasons->count && strcmp(reasons->texts[same], reason) != 0)
        same++;
    if (reason && same == reasons->count && same < sizeof reasons->texts / sizeof *reasons->texts)
        reasons->texts[reasons->count++] = reason;
}

static void end_table(struct strbuf *out, const struct reasons *reasons)
{
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < reasons->count; i++) {
        strbuf_add_text(out, i ? "; " : "n/a: ");
        safe_text_markdown(out, strview_of(reasons->texts[i]));
    }
    if (reasons->count)
        strbuf_add_text(out, ".\n\n");
}

static struct shown decision_cell(const struct page *page, const struct decision_row *row,
                                  size_t column)
{
    const struct measure *const values[] = {&row->failed_per_1000, &row->cost_per_success_usd,
                                            &row->response_gap_p95_ms, &row->monthly_cost_usd};
    const struct measure *const changes[] = {&row->failed_change, &row->cost_change,
                                             &row->gap_change, NULL};
    static const enum metric_unit units[] = {UNIT_PER_1000, UNIT_USD, UNIT_MS, UNIT_USD};
    bool is_live = column == 2 && row->response_gap_live;
    bool reference_is_live = column == 2 && page->summary->decision.rows[0].response_gap_live;
    return (struct shown){values[column],
                          page->canonical && reference_is_live ? NULL : changes[column],
                          units[column], LOWER_IS_BETTER, page->canonical && is_live};
}

static void add_decision(const struct page *page)
{
    const struct decision *decision = &page->summary->decision;
    struct reasons reasons = {.count = 0};
    if (!decision->rows)
        return;
    add_head(page, "");
    for (size_t column = 0; column < 4; column++) {
        strbuf_add_text(page->out, "| ");
        if (column == 0)
            safe_text_markdown(page->out, strview_of(decision->failed_title));
        else if (column == 3) {
            strbuf_add_text(page->out, "Cost per month at ");
            measure_text_count(page->out, (uint64_t)decision->monthly_calls);
            strbuf_add_text(page->out, " calls");
        } else {
            strbuf_add_text(page->out,
                            column == 1 ? "Cost per successful booking" : "Response gap p95");
        }
        strbuf_add_text(page->out, " |");
        for (size_t c = 0; c < page->summary->candidate_count; c++) {
            struct shown shown = decision_cell(page, &decision->rows[c], column);
            note_reason(&reasons, shown);
            add_cell(page->out, shown);
        }
        strbuf_add_char(page->out, '\n');
    }
    end_table(page->out, &reasons);
}

static void add_gates(const struct page *page)
{
    const struct run_summary *summary = page->summary;
    if (!summary->gate_count)
        return;
    strbuf_add_text(page->out, "## Gates\n\n| Verdict | Gate | Candidate | Rule | Why |\n"
                               "| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < summary->gate_count; i++) {
        const struct gate_summary *gate = &summary->gates[i];
        if (page->canonical && gate->measured_live)
            continue;
        bool is_held = gate->verdict == VERDICT_PASS;
        strbuf_add_format(page->out, is_held ? "| %s | " : "| **%s** | ",
                          measure_text_verdict(gate->verdict));
        safe_text_markdown(page->out, strview_of(gate->name));
        strbuf_add_text(page->out, " | ");
        safe_text_markdown(page->out, gate->candidate);
        strbuf_add_text(page->out, " | ");
        safe_text_markdown(page->out, strview_of(gate->rule));
        strbuf_add_text(page->out, " | ");
        safe_text_markdown(page->out, strview_of(gate->reason));
        strbuf_add_text(page->out, " |\n");
    }
    strbuf_add_char(page->out, '\n');
}

static void add_note_row(const struct page *page, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_add_text(page->out, "| ");
        safe_text_markdown(page->out, strview_of(cells[i]));
        strbuf_add_char(page->out, ' ');
    }
    strbuf_add_text(page->out, "|\n");
}

static void add_notes(const struct page *page)
{
    for (size_t n = 0; n < page->summary->note_count; n++) {
        const struct run_note *note = &page->summary->notes[n];
        strbuf_add_format(page->out, "## %s\n\n", note->title);
        safe_text_markdown(page->out, strview_of(note->text));
        strbuf_add_text(page->out, "\n\n");
        if (!note->row_count)
            continue;
        add_note_row(page, note->heads, note->column_count);
        for (size_t i = 0; i < note->column_count; i++)
            strbuf_add_text(page->out, "| --- ");
        strbuf_add_text(page->out, "|\n");
        for (size_t r = 0; r < note->row_count; r++)
            add_note_row(page, note->cells + r * note->column_count, note->column_count);
        strbuf_add_char(page->out, '\n');
    }
}

static void add_metric(const struct page *page, const struct metric_row *row,
                       struct reasons *reasons)
{
    strbuf_add_text(page->out, "| ");
    safe_text_markdown(page->out, strview_of(row->title));
    strbuf_add_text(page->out, " |");
    bool reference_is_out = measure_text_is_left_out(row, 0, page->canonical);
    for (size_t c = 0; c < page->summary->candidate_count; c++) {
        const struct measure *change =
            row->difference && c && !reference_is_out ? &row->difference[c] : NULL;
        struct shown shown = {&row->by_candidate[c], change, row->unit, row->direction,
                              measure_text_is_left_out(row, c, page->canonical)};
        note_reason(reasons, shown);
        add_cell(page->out, shown);
    }
    strbuf_add_char(page->out, '\n');
}

static void add_sections(const struct page *page)
{
    for (size_t s = 0; s < page->summary->section_count; s++) {
        const struct metric_section *section = &page->summary->sections[s];
        struct reasons reasons = {.count = 0};
        if (!section->count)
            continue;
        strbuf_add_text(page->out, "## ");
        safe_text_markdown(page->out, strview_of(section->title));
        strbuf_add_text(page->out, "\n\n");
        if (section->note) {
            safe_text_markdown(page->out, strview_of(section->note));
            strbuf_add_text(page->out, "\n\n");
        }
        add_head(page, "Metric");
        for (size_t i = 0; i < section->count; i++)
            add_metric(page, &section->rows[i], &reasons);
        end_table(page->out, &reasons);
    }
}

static void add_slot(const struct page *page, const struct slot_row *row, size_t candidate)
{
    const struct slot_summary *slot = &row->by_candidate[candidate];
    const uint64_t counts[] = {slot->right, slot->wrong_value, slot->missing, slot->spurious,
                               slot->late};
    const struct measure *const ratios[] = {&slot->precision, &slot->recall, &slot->f1};
    strbuf_add_text(page->out, "| ");
    safe_text_markdown(page->out, row->slot);
    strbuf_add_text(page->out, " | ");
    add_name(page, candidate);
    strbuf_add_text(page->out, " |");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        strbuf_add_char(page->out, ' ');
        measure_text_count(page->out, counts[i]);
        strbuf_add_text(page->out, " |");
    }
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        strbuf_add_char(page->out, ' ');
        measure_text_value(page->out, ratios[i], UNIT_RATIO);
        strbuf_add_text(page->out, " |");
    }
    strbuf_add_char(page->out, '\n');
}

static void add_slots(const struct page *page)
{
    if (!page->summary->slot_count)
        return;
    strbuf_add_text(page->out,
                    "## Slots\n\n| Slot | Candidate | Right | Wrong value | Missing | Spurious | "
                    "Late | Precision | Recall | F1 |\n| --- | --- | ---: | ---: | ---: | ---: | "
                    "---: | ---: | ---: | ---: |\n");
    for (size_t s = 0; s < page->summary->slot_count; s++) {
        for (size_t c = 0; c < page->summary->candidate_count; c++)
            add_slot(page, &page->summary->slots[s], c);
    }
    strbuf_add_char(page->out, '\n');
}

/* Nothing when no candidate has any. */
static void add_outcome(const struct page *page, const char *title, size_t offset)
{
    const struct run_summary *summary = page->summary;
    uint64_t sum = 0;
    for (size_t c = 0; c < summary->candidate_count; c++)
        sum += *(const uint64_t *)((const char *)&summary->candidates[c] + offset);
    if (!sum)
        return;
    strbuf_add_format(page->out, "| %s |", title);
    for (size_t c = 0; c < summary->candidate_count; c++) {
        strbuf_add_char(page->out, ' ');
        measure_text_count(page->out,
                           *(const uint64_t *)((const char *)&summary->candidates[c] + offset));
        strbuf_add_text(page->out, " |");
    }
    strbuf_add_char(page->out, '\n');
}

static void add_outcomes(const struct page *page)
{
    strbuf_add_text(page->out, "## Outcomes\n\n");
    add_head(page, "Trials");
    for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++)
        add_outcome(page, measure_text_outcome(outcome),
                    offsetof(struct candidate_summary, outcomes) +
                        (size_t)outcome * sizeof(uint64_t));
    add_outcome(page, "Not run", offsetof(struct candidate_summary, not_run));
    add_outcome(page, "Malformed answers, within the above",
                offsetof(struct candidate_summary, malformed));
    strbuf_add_char(page->out, '\n');
}

static void add_trial(const struct page *page, const struct trial_summary *trial, bool has_causes)
{
    strbuf_add_text(page->out, "| ");
    safe_text_markdown(page->out, trial->conversation_id);
    strbuf_add_text(page->out, " | ");
    add_name(page, trial->candidate);
    strbuf_add_format(page->out, " | %s | %llu | ", measure_text_outcome(trial->outcome),
                      (unsigned long long)trial->slot_faults);
    safe_text_markdown(page->out, trial->reason);
    if (has_causes)
        strbuf_add_format(page->out, " | %s",
                          trial->first_cause ? measure_text_cause(trial->first_cause) : "");
    strbuf_add_text(page->out, " |\n");
}

static void add_trial_table(const struct page *page, const struct trial_summary *trials,
                            size_t count)
{
    bool has_causes = false;
    for (size_t i = 0; i < count; i++)
        has_causes = has_causes || trials[i].first_cause;
    strbuf_add_text(page->out, "| Conversation | Candidate | Outcome | Slot faults | Why |");
    strbuf_add_text(page->out, has_causes ? " First cause |\n" : "\n");
    strbuf_add_text(page->out, "| --- | --- | --- | ---: | --- |");
    strbuf_add_text(page->out, has_causes ? " --- |\n" : "\n");
    for (size_t i = 0; i < count; i++)
        add_trial(page, &trials[i], has_causes);
    strbuf_add_char(page->out, '\n');
}

static void add_failed(const struct page *page)
{
    const struct run_summary *summary = page->summary;
    if (summary->worst_count) {
        size_t count = summary->worst_count < MOST_FAILED ? summary->worst_count : MOST_FAILED;
        strbuf_add_format(page->out, "## Failed conversations\n\nThe worst %zu of ", count);
        measure_text_count(page->out, summary->failed_total);
        strbuf_add_text(page->out, "; report.html shows each turn by turn.\n\n");
        add_trial_table(page, summary->worst, count);
    }
    if (!summary->spoilt_count)
        return;
    strbuf_add_text(page->out, "## Spoilt by the simulated caller\n\nThe caller did not play its "
                               "goal: these trials are in no quality metric.\n\n");
    add_trial_table(page, summary->spoilt,
                    summary->spoilt_count < MOST_FAILED ? summary->spoilt_count : MOST_FAILED);
}

static void add_flaky(const struct page *page)
{
    const struct run_summary *summary = page->summary;
    if (!summary->flaky_count)
        return;
    size_t count = summary->flaky_count < MOST_FAILED ? summary->flaky_count : MOST_FAILED;
    strbuf_add_format(page->out, "## Flaky conversations\n\n%zu of ", count);
    measure_text_count(page->out, summary->flaky_total);
    strbuf_add_text(page->out, ", those nearest to half of their repeats first.\n\n| Conversation "
                               "| Candidate | Succeeded |\n| --- | --- | ---: |\n");
    for (size_t i = 0; i < count; i++) {
        const struct flaky_conversation *flaky = &summary->flaky[i];
        strbuf_add_text(page->out, "| ");
        safe_text_markdown(page->out, flaky->conversation_id);
        strbuf_add_text(page->out, " | ");
        add_name(page, flaky->candidate);
        strbuf_add_format(page->out, " | %llu of %llu |\n", (unsigned long long)flaky->successes,
                          (unsigned long long)flaky->trials);
    }
    strbuf_add_char(page->out, '\n');
}

static void add_term(struct strbuf *out, const char *between, uint64_t count, const char *what)
{
    strbuf_add_text(out, between);
    measure_text_count(out, count);
    strbuf_add_char(out, ' ');
    safe_text_markdown(out, strview_of(what));
}

static void add_accounts(const struct page *page)
{
    const struct accounts *accounts = &page->summary->accounts;
    struct strbuf *out = page->out;
    strbuf_add_text(out, "## Accounts\n\n");
    add_term(out, "- ", accounts->events_consumed, "events read");
    add_term(out, " = ", accounts->events_in_conversations, "in conversations");
    add_term(out, " + ", accounts->events_invalid, "invalid");
    for (size_t i = 0; i < accounts->skipped_count; i++)
        add_term(out, " + ", accounts->skipped[i].count, accounts->skipped[i].reason);
    add_term(out, "\n- ", accounts->conversations, "conversations");
    add_term(out, " = ", accounts->with_gold, "with gold");
    add_term(out, " + ", accounts->no_gold, "without");
    add_term(out, " + ", accounts->gold_mismatch, "whose gold belongs to other words");
    add_term(out, "\n- ", accounts->trials, "trials");
    add_term(out, " = ", accounts->trials_scored, "scored");
    add_term(out, " + ", accounts->trials_no_gold, "without gold");
    add_term(out, " + ", accounts->trials_infrastructure_error, "infrastructure errors");
    add_term(out, " + ", accounts->trials_not_run, "not run");
    if (accounts->trials_left_out)
        add_term(out, " + ", accounts->trials_left_out, "left out");
    if (accounts->trials_simulator_fault)
        add_term(out, " + ", accounts->trials_simulator_fault, "spoilt by the simulated caller");
    strbuf_add_text(out, "\n\n");
    if (!accounts->fault_count)
        return;
    add_term(out, "", accounts->faults_total, "faults in the input, the first of them:\n");
    strbuf_add_text(out, "\n\n");
    for (size_t i = 0; i < accounts->fault_count && i < MOST_FAULTS; i++) {
        strbuf_add_text(out, "- ");
        safe_text_markdown(out, strview_of(accounts->faults[i].where));
        strbuf_add_text(out, ": ");
        safe_text_markdown(out, strview_of(accounts->faults[i].what));
        strbuf_add_char(out, '\n');
    }
    strbuf_add_char(out, '\n');
}

static void add_face(const struct page *page)
{
    static const char *const marks[] = {"\xe2\x9c\x85", "\xe2\x9d\x8c", "\xe2\x9a\xa0\xef\xb8\x8f"};
    const struct run_summary *summary = page->summary;
    struct strbuf *out = page->out;
    if (summary->decision.has_gates)
        strbuf_add_format(out, "%s ", marks[summary->decision.verdict]);
    strbuf_add_format(out, "**%s** ", measure_text_headline(summary));
    safe_text_markdown(out, strview_of(summary->decision.sentence));
    strbuf_add_text(out, "\n\n# ");
    safe_text_markdown(out, summary->experiment);
    strbuf_add_text(out, "\n\n");
    add_term(out, "", summary->accounts.conversations, "conversations");
    add_term(out, ", ", summary->candidate_count,
             summary->candidate_count == 1 ? "candidate" : "candidates");
    strbuf_add_text(out, ", ");
    safe_text_markdown(out, summary->mode);
    strbuf_add_text(out, " replay, profile ");
    safe_text_markdown(out, summary->profile);
    if (!page->canonical && summary->environment.run_id.size) {
        strbuf_add_text(out, ", run ");
        safe_text_markdown(out, summary->environment.run_id);
    }
    strbuf_add_text(out, ". Ranges are 95 % intervals");
    if (summary->candidate_count > 1) {
        strbuf_add_text(out, "; changes are to ");
        safe_text_markdown(out, summary->candidates[0].name);
    }
    strbuf_add_text(out, ".\n\n");
    if (summary->any_simulated)
        strbuf_add_text(out, "> **Simulated model.** A stub answered for the candidates marked "
                             "so; their numbers say nothing about a real model.\n\n");
    if (summary->partial) {
        strbuf_add_text(out, "> **Partial report.** ");
        safe_text_markdown(out,
                           strview_of(summary->partial_reason ? summary->partial_reason
                                                              : "The run stopped before its end."));
        strbuf_add_text(out, "\n\n");
    }
}

void markdown_report(struct strbuf *out, const struct run_summary *summary, bool canonical)
{
    struct page page = {out, summary, canonical};
    add_face(&page);
    add_decision(&page);
    add_gates(&page);
    add_notes(&page);
    add_sections(&page);
    add_slots(&page);
    add_outcomes(&page);
    add_failed(&page);
    add_flaky(&page);
    add_accounts(&page);
}
