/*
 * html_accounts.c: see html_accounts.h. A sum is written with its terms, and says so when they do
 * not add up.
 */
#include "report/html_accounts.h"

#include "report/html_tables.h"
#include "report/measure_text.h"

static void add_text_cell(struct html *html, struct strview text)
{
    strbuf_add_text(html->out, "<td>");
    html_write_said(html->out, text);
    strbuf_add_text(html->out, "</td>");
}

static void add_count_cell(struct html *html, uint64_t count)
{
    strbuf_add_format(html->out, "<td class=\"num\" data-v=\"%llu\">", (unsigned long long)count);
    measure_text_count(html->out, count);
    strbuf_add_text(html->out, "</td>");
}

static void add_models_cell(struct html *html, const struct candidate_summary *candidate)
{
    strbuf_add_text(html->out, "<td>");
    if (candidate->provider.size) {
        html_write_said(html->out, candidate->provider);
        strbuf_add_char(html->out, '/');
    }
    html_write_said(html->out, candidate->model);
    if (candidate->served_models.count) {
        strbuf_add_text(html->out, "<span class=\"sub\">served: ");
        for (size_t i = 0; i < candidate->served_models.count; i++) {
            strbuf_add_text(html->out, i ? ", " : "");
            html_write_said(html->out, candidate->served_models.items[i]);
        }
        strbuf_add_text(html->out, "</span>");
    }
    strbuf_add_text(html->out, "</td>");
}

static void add_candidate_row(struct html *html, size_t index)
{
    const struct candidate_summary *candidate = &html->summary->candidates[index];
    strbuf_add_format(html->out, "<tr data-c=\"%zu\"><th scope=\"row\">", index);
    html_write_candidate(html, index);
    strbuf_add_text(html->out, "</th>");
    add_text_cell(html, candidate->kind);
    add_models_cell(html, candidate);
    add_text_cell(html, candidate->prompt_version);
    add_text_cell(html, candidate->parameters);
    add_count_cell(html, candidate->calls);
    add_count_cell(html, candidate->attempts);
    add_count_cell(html, (uint64_t)(candidate->tokens.input > 0 ? candidate->tokens.input : 0));
    add_count_cell(html, (uint64_t)(candidate->tokens.output > 0 ? candidate->tokens.output : 0));
    strbuf_add_format(html->out, "<td class=\"num\" data-v=\"%lld\">",
                      (long long)candidate->cost_usd_nano);
    measure_text_usd_nano(html->out, candidate->cost_usd_nano);
    if (!candidate->cost_known)
        strbuf_add_text(html->out, "<span class=\"sub\">or more: a model has no price</span>");
    strbuf_add_text(html->out, "</td></tr>\n");
}

void html_accounts_candidates(struct html *html)
{
    static const char *const heads[] = {"Candidate", "Kind", "Model", "Prompt", "Parameters"};
    static const char *const numbers[] = {"Calls", "Attempts", "Tokens in", "Tokens out", "Spent"};
    html_tables_begin_card(html, "candidates", "Candidates", NULL);
    html_write_begin_table(html->out, "t-candidates", "What was tried, and what it used", false);
    strbuf_add_text(html->out, "<thead><tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        strbuf_add_format(html->out, "<th scope=\"col\">%s</th>", heads[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        strbuf_add_format(html->out, "<th scope=\"col\" class=\"num\">%s</th>", numbers[i]);
    strbuf_add_text(html->out, "</tr></thead>\n<tbody>\n");
    for (size_t c = 0; c < html->summary->candidate_count; c++)
        add_candidate_row(html, c);
    html_write_end_table(html->out);
    html_tables_end_card(html);
}

/* One term of a sum: "+ 12 without gold". */
struct term {
    const char *what;
    uint64_t count;
};

static void add_sum_row(struct html *html, const char *sign, const char *what, uint64_t count)
{
    strbuf_add_format(html->out, "<tr><td class=\"sign\">%s</td><td class=\"num\" data-v=\"%llu\">",
                      sign, (unsigned long long)count);
    measure_text_count(html->out, count);
    strbuf_add_text(html->out, "</td><td>");
    html_write_text(html->out, strview_of(what));
    strbuf_add_text(html->out, "</td></tr>\n");
}

static void add_sum(struct html *html, const char *title, struct term whole,
                    const struct term *terms, size_t count)
{
    uint64_t sum = 0;
    strbuf_add_format(html->out,
                      "<table class=\"sum\"><caption>%s</caption><thead class=\"hid\"><tr><th "
                      "scope=\"col\">Sign</th><th scope=\"col\">Count</th><th "
                      "scope=\"col\">What</th></tr></thead><tbody>\n",
                      title);
    for (size_t i = 0; i < count; i++) {
        add_sum_row(html, i ? "+" : "", terms[i].what, terms[i].count);
        sum += terms[i].count;
    }
    strbuf_add_text(html->out, "</tbody><tfoot>");
    add_sum_row(html, "=", whole.what, whole.count);
    strbuf_add_text(html->out, "</tfoot></table>\n");
    if (sum != whole.count) {
        strbuf_add_text(html->out, "<p class=\"warn\"><b>These do not add up.</b> The terms make ");
        measure_text_count(html->out, sum);
        strbuf_add_text(html->out, ". This is a fault of assay: please report it.</p>\n");
    }
}

static void add_events(struct html *html)
{
    enum { MOST_REASONS = 32 };
    const struct accounts *accounts = &html->summary->accounts;
    struct term terms[2 + MOST_REASONS + 1];
    size_t count = 0;
    terms[count++] = (struct term){"in conversations", accounts->events_in_conversations};
    terms[count++] = (struct term){"invalid", accounts->events_invalid};
    uint64_t rest = 0;
    for (size_t i = 0; i < accounts->skipped_count; i++) {
        if (i < MOST_REASONS)
            terms[count++] = (struct term){accounts->skipped[i].reason, accounts->skipped[i].count};
        else
            rest += accounts->skipped[i].count;
    }
    if (rest)
        terms[count++] = (struct term){"skipped for other reasons", rest};
    add_sum(html, "Events", (struct term){"events read", accounts->events_consumed}, terms, count);
}

static void add_faults(struct html *html)
{
    const struct accounts *accounts = &html->summary->accounts;
    if (!accounts->fault_count)
        return;
    strbuf_add_text(html->out, "<h3>Faults in the input</h3>\n");
    html_write_begin_table(html->out, "t-faults", "Faults in the input", false);
    strbuf_add_text(html->out, "<thead><tr><th scope=\"col\">Where</th><th scope=\"col\">What</th>"
                               "<th scope=\"col\">What to do</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < accounts->fault_count; i++) {
        const struct input_fault *fault = &accounts->faults[i];
        strbuf_add_text(html->out, "<tr><th scope=\"row\"><code>");
        html_write_said(html->out, strview_of(fault->where));
        strbuf_add_text(html->out, "</code></th>");
        add_text_cell(html, strview_of(fault->what));
        add_text_cell(html, strview_of(fault->fix));
        strbuf_add_text(html->out, "</tr>\n");
    }
    html_write_end_table(html->out);
    if (accounts->faults_total > accounts->fault_count) {
        strbuf_add_text(html->out, "<p class=\"small\">The first of ");
        measure_text_count(html->out, accounts->faults_total);
        strbuf_add_text(html->out, ".</p>\n");
    }
}

void html_accounts(struct html *html)
{
    const struct accounts *accounts = &html->summary->accounts;
    const struct term conversations[] = {
        {"with gold", accounts->with_gold},
        {"without gold", accounts->no_gold},
        {"whose gold belongs to other words", accounts->gold_mismatch}};
    const struct term trials[] = {
        {"scored", accounts->trials_scored},
        {"without gold", accounts->trials_no_gold},
        {"infrastructure errors", accounts->trials_infrastructure_error},
        {"not run", accounts->trials_not_run},
        {"spoilt by the simulated caller", accounts->trials_simulator_fault},
        {"left out", accounts->trials_left_out}};
    size_t terms = accounts->trials_left_out ? 6 : accounts->trials_simulator_fault ? 5 : 4;
    html_tables_begin_card(html, "accounts", "Accounts",
                           "Nothing that was read is lost: each sum adds up.");
    strbuf_add_text(html->out, "<div class=\"sums\">\n<div>");
    add_events(html);
    strbuf_add_text(html->out, "</div>\n<div>");
    add_sum(html, "Conversations", (struct term){"conversations", accounts->conversations},
            conversations, 3);
    strbuf_add_text(html->out, "</div>\n<div>");
    add_sum(html, "Trials", (struct term){"trials", accounts->trials}, trials, terms);
    strbuf_add_text(html->out, "</div>\n</div>\n");
    add_faults(html);
    html_tables_end_card(html);
}

static void add_fact(struct html *html, const char *name, struct strview value)
{
    if (!value.size)
        return;
    strbuf_add_format(html->out, "<div><dt>%s</dt><dd>", name);
    html_write_said(html->out, value);
    strbuf_add_text(html->out, "</dd></div>\n");
}

static void add_input(struct html *html, const char *name, struct strview value,
                      struct strview sha256)
{
    if (!value.size && !sha256.size)
        return;
    strbuf_add_format(html->out, "<div><dt>%s</dt><dd>", name);
    html_write_said(html->out, value);
    if (sha256.size) {
        strbuf_add_text(html->out, " <code class=\"sha\">sha256 ");
        html_write_text(html->out, sha256);
        strbuf_add_text(html->out, "</code>");
    }
    strbuf_add_text(html->out, "</dd></div>\n");
}

static void add_speed(struct html *html)
{
    const struct run_environment *environment = &html->summary->environment;
    CLEANUP(strbuf_done) struct strbuf text = {0};
    strbuf_add_format(&text, "%.1f s on %lld thread%s, ", environment->wall_s,
                      (long long)environment->threads, environment->threads == 1 ? "" : "s");
    measure_text_bytes(&text, environment->peak_memory_bytes);
    strbuf_add_format(&text, " of memory at most, %.1f trials/s", environment->trials_per_s);
    add_fact(html, "Took", strbuf_view(&text));
    strbuf_fail_with(html->out, &text);
}

void html_accounts_provenance(struct html *html)
{
    const struct run_summary *summary = html->summary;
    html_tables_begin_card(html, "provenance", "Where this comes from", NULL);
    strbuf_add_text(html->out, "<dl class=\"prov\">\n");
    if (!html->canonical) {
        add_fact(html, "Run", summary->environment.run_id);
        add_fact(html, "Started", summary->environment.started);
        add_fact(html, "Finished", summary->environment.finished);
    }
    add_fact(html, "Experiment", summary->experiment);
    add_input(html, "Pipeline", summary->pipeline, summary->pipeline_sha256);
    add_input(html, "Source", summary->source, summary->source_sha256);
    add_input(html, "Gold", (struct strview){NULL, 0}, summary->gold_sha256);
    add_input(html, "Task", summary->task, summary->task_sha256);
    add_fact(html, "Replay mode", summary->mode);
    add_fact(html, "Scoring profile", summary->profile);
    if (!html->canonical) {
        add_fact(html, "assay", summary->environment.assay_version);
        add_fact(html, "Git", summary->environment.git_state);
        add_fact(html, "Host", summary->environment.host);
        add_speed(html);
    }
    strbuf_add_text(html->out, "</dl>\n");
    html_tables_end_card(html);
}
