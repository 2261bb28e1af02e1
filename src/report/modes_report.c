/*
 * modes_report.c: see modes_report.h. What a mode's own report says is written by the reports of
 * one mode; here is what stands between them.
 */
#include "report/modes_report.h"

#include "base/json_write.h"
#include "report/html_report.h"
#include "report/html_tables.h"
#include "report/json_report.h"
#include "report/junit_report.h"
#include "report/markdown_report.h"
#include "report/measure_text.h"
#include "report/safe_text.h"
#include "report/terminal_text.h"

#include <math.h>

static const char *const gap_titles[MODE_GAP_METRICS] = {"Success, by each mode's own definition",
                                                         "Required slots right at the end"};
static const char gap_note[] =
    "The same candidate over the same conversations, one mode against the one before it; ranges "
    "are 95 % intervals, paired by conversation. Success is defined by the mode, so its gap holds "
    "the change of definition too; required slots are judged alike in all modes.";

static const struct measure *value_of(const struct run_summary *summary, const char *metric,
                                      size_t candidate)
{
    static const struct measure none = {.value = (double)NAN, .undefined = "not measured"};
    const struct metric_row *row = run_summary_row(summary, metric);
    return row ? &row->by_candidate[candidate] : &none;
}

static const struct measure *from_value(const struct modes_view *view, const struct mode_gap *gap,
                                        size_t metric)
{
    return value_of(view->modes[gap->from], mode_gap_metrics[metric], gap->from_candidate);
}

static const struct measure *to_value(const struct modes_view *view, const struct mode_gap *gap,
                                      size_t metric)
{
    return value_of(view->modes[gap->to], mode_gap_metrics[metric], gap->to_candidate);
}

/* ---- JSON ---- */

static void write_measure(struct json_write *json, const char *name, const struct measure *measure)
{
    json_write_key(json, strview_of(name));
    json_write_begin_object(json);
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"value", measure->value}, {"low", measure->low}, {"high", measure->high}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_write_key(json, strview_of(numbers[i].key));
        json_write_number(json, numbers[i].value);
    }
    json_write_key_i64(json, "n", (int64_t)measure->n);
    if (measure->undefined)
        json_write_key_text(json, "undefined", strview_of(measure->undefined));
    json_write_end_object(json);
}

static void write_gap(struct json_write *json, const struct modes_view *view,
                      const struct mode_gap *gap, size_t metric)
{
    const struct metric_difference *difference = &gap->differences[metric];
    json_write_begin_object(json);
    json_write_key_text(json, "candidate", gap->candidate);
    json_write_key_text(json, "from", view->modes[gap->from]->mode);
    json_write_key_text(json, "to", view->modes[gap->to]->mode);
    json_write_key_text(json, "metric", strview_of(mode_gap_metrics[metric]));
    write_measure(json, "from_value", from_value(view, gap, metric));
    write_measure(json, "to_value", to_value(view, gap, metric));
    write_measure(json, "gap", &difference->change);
    json_write_key(json, strview_of("p"));
    json_write_number(json, difference->p);
    if (difference->method)
        json_write_key_text(json, "method", strview_of(difference->method));
    json_write_end_object(json);
}

void modes_report_json(struct strbuf *out, const struct modes_view *view)
{
    CLEANUP(strbuf_done) struct strbuf text = {0};
    struct json_write json = {.out = &text};
    strbuf_add_text(out, "{\n\"schema_version\": 1,\n\"kind\": \"modes\",\n\"gaps\": [");
    for (size_t i = 0; i < view->gaps->count; i++) {
        for (size_t m = 0; m < MODE_GAP_METRICS; m++) {
            json = (struct json_write){.out = &text};
            strbuf_add_text(&text, i || m ? ",\n " : "\n ");
            write_gap(&json, view, &view->gaps->items[i], m);
        }
    }
    strbuf_add_view(out, strbuf_view(&text));
    strbuf_add_text(out, "\n],\n\"modes\": [\n");
    for (size_t i = 0; i < view->count; i++) {
        strbuf_add_text(out, i ? ",\n" : "");
        json_report(out, view->modes[i], view->canonical);
    }
    strbuf_add_text(out, "]}\n");
    strbuf_fail_with(out, &text);
}

/* ---- texts of a gap ---- */

static void say_values(struct strbuf *out, const struct modes_view *view,
                       const struct mode_gap *gap, size_t metric)
{
    measure_text_value(out, from_value(view, gap, metric), UNIT_RATIO);
    strbuf_add_text(out, " \xe2\x86\x92 ");
    measure_text_value(out, to_value(view, gap, metric), UNIT_RATIO);
}

static void say_change(struct strbuf *out, const struct mode_gap *gap, size_t metric)
{
    const struct measure *change = &gap->differences[metric].change;
    if (!measure_text_is_defined(change)) {
        strbuf_add_text(out, "n/a");
        return;
    }
    measure_text_change(out, change, UNIT_RATIO);
    if (measure_text_has_range(change)) {
        strbuf_add_text(out, " (");
        measure_text_change_range(out, change, UNIT_RATIO);
        strbuf_add_char(out, ')');
    }
    strbuf_add_text(out, " over ");
    measure_text_count(out, change->n);
}

/* ---- Markdown ---- */

static void add_markdown_gap(struct strbuf *out, const struct modes_view *view,
                             const struct mode_gap *gap)
{
    strbuf_add_text(out, "| ");
    safe_text_markdown(out, gap->candidate);
    strbuf_add_text(out, " | ");
    safe_text_markdown(out, view->modes[gap->from]->mode);
    strbuf_add_text(out, " | ");
    safe_text_markdown(out, view->modes[gap->to]->mode);
    strbuf_add_text(out, " |");
    for (size_t m = 0; m < MODE_GAP_METRICS; m++) {
        CLEANUP(strbuf_done) struct strbuf text = {0};
        say_values(&text, view, gap, m);
        strbuf_add_text(&text, ": ");
        say_change(&text, gap, m);
        strbuf_add_char(out, ' ');
        safe_text_markdown(out, strbuf_view(&text));
        strbuf_add_text(out, " |");
        strbuf_fail_with(out, &text);
    }
    strbuf_add_char(out, '\n');
}

void modes_report_markdown(struct strbuf *out, const struct modes_view *view)
{
    strbuf_add_text(out, "# ");
    safe_text_markdown(out, view->modes[0]->experiment);
    strbuf_add_format(out, ": %zu replay modes\n\n## Gaps between modes\n\n%s\n\n", view->count,
                      gap_note);
    strbuf_add_format(out, "| Candidate | From | To | %s | %s |\n| --- | --- | --- | --- | --- |\n",
                      gap_titles[0], gap_titles[1]);
    for (size_t i = 0; i < view->gaps->count; i++)
        add_markdown_gap(out, view, &view->gaps->items[i]);
    for (size_t i = 0; i < view->count; i++) {
        strbuf_add_text(out, "\n---\n\n# Mode ");
        safe_text_markdown(out, view->modes[i]->mode);
        strbuf_add_text(out, "\n\nSuccess here means: ");
        safe_text_markdown(out, strview_of(view->modes[i]->decision.success_means));
        strbuf_add_text(out, ".\n\n");
        markdown_report(out, view->modes[i], view->canonical);
    }
}

/* ---- terminal ---- */

static void add_terminal_gap(const struct terminal_text *text, const struct modes_view *view,
                             const struct mode_gap *gap)
{
    CLEANUP(strbuf_done) struct strbuf line = {0};
    strbuf_add_format(&line, "%.*s, %.*s \xe2\x86\x92 %.*s: success ", STRVIEW_ARG(gap->candidate),
                      STRVIEW_ARG(view->modes[gap->from]->mode),
                      STRVIEW_ARG(view->modes[gap->to]->mode));
    for (size_t m = 0; m < MODE_GAP_METRICS; m++) {
        strbuf_add_text(&line, m ? "; required slots " : "");
        say_values(&line, view, gap, m);
        strbuf_add_text(&line, ", ");
        say_change(&line, gap, m);
    }
    strbuf_add_text(text->out, "  ");
    terminal_text_wrapped(text, strbuf_view(&line), 2, 4);
    strbuf_fail_with(text->out, &line);
}

void modes_report_terminal(struct strbuf *out, const struct modes_view *view,
                           const struct terminal_options *options)
{
    struct terminal_text text = {out, options->width ? options->width : 100, options->colour};
    terminal_text_add(&text, MARK_BOLD, strview_of("Gaps between modes"));
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < view->gaps->count; i++)
        add_terminal_gap(&text, view, &view->gaps->items[i]);
    for (size_t i = 0; i < view->count; i++) {
        CLEANUP(strbuf_done) struct strbuf line = {0};
        strbuf_add_format(&line, "Mode %.*s: success means that %s",
                          STRVIEW_ARG(view->modes[i]->mode),
                          view->modes[i]->decision.success_means);
        strbuf_add_char(out, '\n');
        terminal_text_wrapped(&text, strbuf_view(&line), 0, 0);
        strbuf_fail_with(out, &line);
        terminal_table(out, view->modes[i], options);
    }
}

/* ---- JUnit ---- */

static struct strview inside(struct strview text, const char *begin, const char *end)
{
    const char *from = memmem(text.data, text.size, begin, strlen(begin));
    const char *last = NULL, *at = from;
    while (at && (at = memmem(at, (size_t)(text.data + text.size - at), end, strlen(end)))) {
        last = at;
        at += strlen(end);
    }
    if (!from || !last)
        return (struct strview){text.data, 0};
    from += strlen(begin);
    return (struct strview){from, (size_t)(last - from)};
}

void modes_report_junit(struct strbuf *out, const struct modes_view *view)
{
    struct junit_options options = {.canonical = view->canonical, .failed_cases = true};
    strbuf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (size_t i = 0; i < view->count; i++) {
        CLEANUP(strbuf_done) struct strbuf one = {0};
        junit_report(&one, view->modes[i], &options);
        strbuf_add_view(out, inside(strbuf_view(&one), "<testsuites>\n", "</testsuites>"));
        strbuf_fail_with(out, &one);
    }
    strbuf_add_text(out, "</testsuites>\n");
}

/* ---- HTML ---- */

static void add_html_gap(struct strbuf *out, const struct modes_view *view,
                         const struct mode_gap *gap)
{
    const struct strview texts[] = {gap->candidate, view->modes[gap->from]->mode,
                                    view->modes[gap->to]->mode};
    strbuf_add_text(out, "<tr><th scope=\"row\">");
    html_write_said(out, texts[0]);
    strbuf_add_text(out, "</th>");
    for (size_t i = 1; i < 3; i++) {
        strbuf_add_text(out, "<td>");
        html_write_text(out, texts[i]);
        strbuf_add_text(out, "</td>");
    }
    for (size_t m = 0; m < MODE_GAP_METRICS; m++) {
        CLEANUP(strbuf_done) struct strbuf text = {0};
        say_values(&text, view, gap, m);
        strbuf_add_text(out, "<td class=\"num\"");
        html_write_sort_key(out, &gap->differences[m].change);
        strbuf_add_char(out, '>');
        html_write_text(out, strbuf_view(&text));
        strbuf_fail_with(out, &text);
        strbuf_clear(&text);
        say_change(&text, gap, m);
        strbuf_add_text(out, "<span class=\"sub\">");
        html_write_text(out, strbuf_view(&text));
        strbuf_add_text(out, "</span></td>");
        strbuf_fail_with(out, &text);
    }
    strbuf_add_text(out, "</tr>\n");
}

static void add_html_gaps(struct html *html, const struct modes_view *view)
{
    html_tables_begin_card(html, "gaps", "Gaps between modes", gap_note);
    html_write_begin_table(html->out, "t-gaps", "Gaps between modes", false);
    strbuf_add_format(html->out,
                      "<thead><tr><th scope=\"col\">Candidate</th><th scope=\"col\">From</th>"
                      "<th scope=\"col\">To</th><th scope=\"col\" class=\"num\">%s</th>"
                      "<th scope=\"col\" class=\"num\">%s</th></tr></thead>\n<tbody>\n",
                      gap_titles[0], gap_titles[1]);
    for (size_t i = 0; i < view->gaps->count; i++)
        add_html_gap(html->out, view, &view->gaps->items[i]);
    html_write_end_table(html->out);
    html_tables_end_card(html);
}

/* The headline and the first causes, under ids of the mode. */
static void add_html_mode(struct html *html)
{
    static const char *const shown[] = {"headline", "first_cause"};
    const struct run_summary *summary = html->summary;
    CLEANUP(strbuf_done) struct strbuf title = {0};
    CLEANUP(strbuf_done) struct strbuf note = {0};
    strbuf_add_format(&title, "Mode %.*s", STRVIEW_ARG(summary->mode));
    strbuf_add_format(&note, "Success here means: %s.", summary->decision.success_means);
    if (title.failed || note.failed)
        return;
    html_tables_begin_card(html, summary->mode.data, title.data, note.data);
    for (size_t s = 0; s < summary->section_count; s++) {
        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
            CLEANUP(strbuf_done) struct strbuf name = {0};
            struct metric_section section = summary->sections[s];
            if (strcmp(section.name, shown[i]) != 0)
                continue;
            strbuf_add_format(&name, "%.*s-%s", STRVIEW_ARG(summary->mode), section.name);
            section.name = name.failed ? section.name : name.data;
            strbuf_add_text(html->out, "<h3>");
            html_write_text(html->out, strview_of(section.title));
            strbuf_add_text(html->out, "</h3>\n");
            html_tables_section(html, &section);
        }
    }
    strbuf_add_format(html->out, "<p><a href=\"report.%.*s.html\">All of this mode</a></p>\n",
                      STRVIEW_ARG(summary->mode));
    html_tables_end_card(html);
}

void modes_report_html(struct strbuf *out, const struct modes_view *view)
{
    struct html html = {out, view->modes[0], view->canonical};
    html_report_begin(&html);
    strbuf_add_text(out, "<div class=\"sections\">\n");
    add_html_gaps(&html, view);
    for (size_t i = 0; i < view->count; i++) {
        html.summary = view->modes[i];
        add_html_mode(&html);
    }
    strbuf_add_text(out, "</div>\n");
    html_report_end(out);
}
