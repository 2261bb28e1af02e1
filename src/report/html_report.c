/*
 * html_report.c: see html_report.h. Puts the page together; each part is written by a file of its
 * own.
 */
#include "report/html_report.h"

#include "base/hash.h"
#include "report/html_accounts.h"
#include "report/html_assets.h"
#include "report/html_decision.h"
#include "report/html_figures.h"
#include "report/html_tables.h"
#include "report/html_trials.h"
#include "report/html_write.h"
#include "report/measure_text.h"
#include "report/safe_text.h"

#include <stdlib.h>

static unsigned char byte_of_hex(const char *two)
{
    char digits[3] = {two[0], two[1], '\0'};
    return (unsigned char)strtoul(digits, NULL, 16);
}

/* The source expression of a policy: 'sha256-<base64>'. */
static void add_hash_source(struct strbuf *out, struct strview text)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { DIGEST = 32 };
    char hex[SHA256_HEX_SIZE];
    unsigned char digest[DIGEST + 1] = {0};
    sha256_hex(text.data, text.size, hex);
    for (size_t i = 0; i < DIGEST; i++)
        digest[i] = byte_of_hex(hex + 2 * i);
    strbuf_add_text(out, "'sha256-");
    for (size_t i = 0; i < DIGEST; i += 3) {
        unsigned bits = (unsigned)digest[i] << 16 | (unsigned)digest[i + 1] << 8;
        bits |= i + 2 < DIGEST ? digest[i + 2] : 0;
        strbuf_add_char(out, alphabet[bits >> 18 & 63]);
        strbuf_add_char(out, alphabet[bits >> 12 & 63]);
        strbuf_add_char(out, alphabet[bits >> 6 & 63]);
        if (i + 2 < DIGEST)
            strbuf_add_char(out, alphabet[bits & 63]);
        else
            strbuf_add_char(out, '=');
    }
    strbuf_add_char(out, '\'');
}

/* A filled circle in the verdict's colour. */
static void add_icon(struct html *html)
{
    const char *class = html_decision_class(html->summary);
    const char *colour = strcmp(class, "pass") == 0   ? "1a7f43"
                         : strcmp(class, "fail") == 0 ? "c0322b"
                         : strcmp(class, "open") == 0 ? "b57a00"
                                                      : "5b6b7b";
    strbuf_add_format(html->out,
                      "<link rel=\"icon\" href=\"data:image/svg+xml,%%3Csvg "
                      "xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%%3E%%3Ccircle cx='8' "
                      "cy='8' r='7' fill='%%23%s'/%%3E%%3C/svg%%3E\">\n",
                      colour);
}

static void add_head(struct html *html)
{
    struct strbuf *out = html->out;
    strbuf_add_text(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                         "'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src ");
    add_hash_source(out, html_assets_style);
    strbuf_add_text(out, "; script-src ");
    add_hash_source(out, html_assets_script);
    strbuf_add_text(out, "\">\n<meta name=\"viewport\" content=\"width=device-width, "
                         "initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    strbuf_add_text(out, measure_text_headline(html->summary));
    strbuf_add_text(out, " \xc2\xb7 ");
    CLEANUP(strbuf_done) struct strbuf title = {0};
    safe_text_line(&title, html->summary->experiment);
    html_write_text(out, strbuf_view(&title));
    strbuf_fail_with(out, &title);
    strbuf_add_text(out, " \xc2\xb7 assay</title>\n");
    add_icon(html);
    strbuf_add_text(out, "<style>");
    strbuf_add_view(out, html_assets_style);
    strbuf_add_text(out, "</style>\n<script>");
    strbuf_add_view(out, html_assets_script);
    strbuf_add_text(out, "</script>\n</head>\n");
}

static bool is_section(const struct metric_section *section, const char *name)
{
    return strcmp(section->name, name) == 0;
}

static bool has_section(const struct run_summary *summary, const char *name)
{
    for (size_t i = 0; i < summary->section_count; i++) {
        if (is_section(&summary->sections[i], name))
            return true;
    }
    return false;
}

static void add_link(struct strbuf *out, const char *id, const char *title)
{
    strbuf_add_text(out, "<a href=\"#");
    html_write_attribute(out, strview_of(id));
    strbuf_add_text(out, "\">");
    html_write_text(out, strview_of(title));
    strbuf_add_text(out, "</a>");
}

static void add_top(struct html *html)
{
    const struct run_summary *summary = html->summary;
    struct strbuf *out = html->out;
    strbuf_add_text(out,
                    "<body>\n<a class=\"skip\" href=\"#main\">Skip to the result</a>\n"
                    "<header class=\"top\"><div class=\"in\"><span class=\"brand\">assay</span>"
                    "<span class=\"exp\">");
    html_write_said(out, summary->experiment);
    strbuf_add_text(out, "</span><span class=\"run\">");
    if (!html->canonical)
        html_write_said(out, summary->environment.run_id);
    strbuf_add_text(out,
                    "</span><button type=\"button\" id=\"theme\" hidden>Theme: auto</button></div>"
                    "</header>\n<main id=\"main\">\n");
}

static void add_links_of_outcomes(struct html *html)
{
    if (html_figures_has_differences(html))
        add_link(html->out, "differences", "Differences");
    if (html_figures_has_cost(html))
        add_link(html->out, "trade-off", "Cost against quality");
    add_link(html->out, "outcomes", "Outcomes");
    if (html->summary->slot_count && !has_section(html->summary, "slots"))
        add_link(html->out, "slots", "Slots");
}

static void add_choice(struct strbuf *out, const char *id, const char *label)
{
    strbuf_add_format(out,
                      "<label><span>%s</span><select id=\"%s\"><option "
                      "value=\"\">all</option></select></label>\n",
                      label, id);
}

/* Sticks to the top of the window below the first screen. The script fills and shows the filter. */
static void add_toolbar(struct html *html)
{
    const struct run_summary *summary = html->summary;
    struct strbuf *out = html->out;
    strbuf_add_text(out, "<div class=\"bar\"><nav aria-label=\"Sections\">");
    if (summary->gate_count)
        add_link(out, "gates", "Gates");
    for (size_t i = 0; i < summary->note_count; i++)
        add_link(out, summary->notes[i].kind, summary->notes[i].title);
    for (size_t i = 0; i < summary->section_count; i++) {
        const struct metric_section *section = &summary->sections[i];
        if (section->count)
            add_link(out, section->name, section->title);
        if (is_section(section, "headline"))
            add_links_of_outcomes(html);
    }
    if (!has_section(summary, "headline"))
        add_links_of_outcomes(html);
    add_link(out, "conversations", "Conversations");
    add_link(out, "accounts", "Accounts");
    strbuf_add_text(out, "</nav>\n<button type=\"button\" id=\"filter-toggle\" hidden "
                         "aria-expanded=\"false\" aria-controls=\"filter\">Filter</button>\n"
                         "<form id=\"filter\" role=\"search\" aria-label=\"Filter all tables and "
                         "conversations\" hidden>\n<label class=\"grow\"><span>Text</span><input "
                         "type=\"search\" id=\"f-text\" autocomplete=\"off\" placeholder=\"in "
                         "tables and conversations\"></label>\n"
                         "<label><span>Candidate</span><select id=\"f-c\"><option "
                         "value=\"\">all</option>");
    for (size_t c = 0; c < summary->candidate_count; c++) {
        strbuf_add_format(out, "<option value=\"%zu\">", c);
        html_write_attribute(out, summary->candidates[c].name);
        strbuf_add_text(out, "</option>");
    }
    strbuf_add_text(out, "</select></label>\n");
    add_choice(out, "f-outcome", "Outcome");
    add_choice(out, "f-tag", "Tag");
    add_choice(out, "f-slot", "Slot");
    strbuf_add_text(out, "<button type=\"reset\" id=\"f-clear\">Clear</button>\n"
                         "<p id=\"f-state\" role=\"status\"></p></form></div>\n");
}

static void add_slots(struct html *html)
{
    html_tables_slots(html);
    html_figures_slots(html);
}

static void add_outcomes_and_slots(struct html *html)
{
    html_figures_differences(html);
    html_figures_cost(html);
    html_tables_begin_card(html, "outcomes", "Outcomes", NULL);
    html_tables_outcomes(html);
    html_tables_end_card(html);
    if (!html->summary->slot_count || has_section(html->summary, "slots"))
        return;
    html_tables_begin_card(html, "slots", "Slots", NULL);
    add_slots(html);
    html_tables_end_card(html);
}

static void add_sections(struct html *html)
{
    const struct run_summary *summary = html->summary;
    for (size_t i = 0; i < summary->section_count; i++) {
        const struct metric_section *section = &summary->sections[i];
        bool is_headline = is_section(section, "headline");
        if (section->count || is_headline) {
            html_tables_begin_card(html, section->name, section->title, section->note);
            html_tables_section(html, section);
            if (is_section(section, "repeats"))
                html_tables_flaky(html);
            if (is_section(section, "slots"))
                add_slots(html);
            if (is_section(section, "models"))
                html_figures_latency(html);
            if (is_section(section, "calibration"))
                html_tables_reliability(html);
            html_tables_end_card(html);
        }
        if (is_headline)
            add_outcomes_and_slots(html);
    }
    if (!has_section(summary, "headline"))
        add_outcomes_and_slots(html);
}

void html_report_begin(struct html *html)
{
    add_head(html);
    add_top(html);
}

void html_report_end(struct strbuf *out)
{
    strbuf_add_text(out, "</main>\n<footer>Written by assay. This file is complete: it "
                         "loads nothing and sends nothing.</footer>\n</body>\n</html>\n");
}

void html_report(struct strbuf *out, const struct run_summary *summary, bool canonical)
{
    struct html html = {out, summary, canonical};
    html_report_begin(&html);
    html_decision(&html);
    add_toolbar(&html);
    strbuf_add_text(out, "<div class=\"sections\">\n");
    html_tables_gates(&html);
    html_tables_notes(&html);
    add_sections(&html);
    html_trials(&html);
    html_trials_spoilt(&html);
    html_accounts_candidates(&html);
    html_accounts(&html);
    html_accounts_provenance(&html);
    strbuf_add_text(out, "</div>\n");
    html_report_end(out);
}
