/*
 * html_write.c: see html_write.h. No style attribute is ever written: the page's policy forbids
 * them, and shapes get their size from SVG attributes.
 */
#include "report/html_write.h"

#include "base/json_write.h"
#include "report/measure_text.h"
#include "report/safe_text.h"

/* True when the byte was written as an entity. */
static bool add_entity(struct strbuf *out, char byte)
{
    switch (byte) {
    case '&':
        strbuf_add_text(out, "&amp;");
        return true;
    case '<':
        strbuf_add_text(out, "&lt;");
        return true;
    case '>':
        strbuf_add_text(out, "&gt;");
        return true;
    case '"':
        strbuf_add_text(out, "&quot;");
        return true;
    case '\'':
        strbuf_add_text(out, "&#39;");
        return true;
    default:
        return false;
    }
}

static void add_escaped(struct strbuf *out, struct strview text, bool is_attribute)
{
    for (size_t at = 0; at < text.size;) {
        struct safe_piece piece = safe_text_next(text, &at);
        if (piece.kind == SAFE_PLAIN) {
            if (piece.size > 1 || !add_entity(out, *piece.bytes))
                strbuf_add(out, piece.bytes, piece.size);
        } else if (piece.kind == SAFE_INVALID || is_attribute) {
            strbuf_add_text(out, "\xef\xbf\xbd");
        } else {
            strbuf_add_format(out, "<span class=\"ctl\">U+%04X</span>", piece.point);
        }
    }
}

void html_write_text(struct strbuf *out, struct strview text)
{
    add_escaped(out, text, false);
}

void html_write_said(struct strbuf *out, struct strview text)
{
    strbuf_add_text(out, "<bdi>");
    add_escaped(out, text, false);
    strbuf_add_text(out, "</bdi>");
}

void html_write_attribute(struct strbuf *out, struct strview text)
{
    add_escaped(out, text, true);
}

void html_write_list_attribute(struct strbuf *out, const struct strview *texts, size_t count)
{
    CLEANUP(strbuf_done) struct strbuf json = {0};
    struct json_write writer = {.out = &json};
    json_write_begin_array(&writer);
    for (size_t i = 0; i < count; i++)
        json_write_text(&writer, texts[i]);
    json_write_end_array(&writer);
    strbuf_fail_with(out, &json);
    html_write_attribute(out, strbuf_view(&json));
}

void html_write_sort_key(struct strbuf *out, const struct measure *measure)
{
    strbuf_add_text(out, " data-v=\"");
    if (measure && measure_text_is_defined(measure))
        strbuf_add_double(out, measure->value);
    strbuf_add_char(out, '"');
}

static size_t note_of(struct html_notes *notes, const char *reason)
{
    for (size_t i = 0; i < notes->count; i++) {
        if (strcmp(notes->reasons[i], reason) == 0)
            return i + 1;
    }
    if (notes->count == HTML_MOST_NOTES)
        return 0;
    notes->reasons[notes->count++] = reason;
    return notes->count;
}

static void add_undefined(struct html *html, const struct measure *measure,
                          struct html_notes *notes)
{
    size_t note = note_of(notes, measure->undefined ? measure->undefined : "reason unknown");
    strbuf_add_text(html->out, "<span class=\"na\">n/a");
    if (note)
        strbuf_add_format(html->out, "<sup>%zu</sup>", note);
    strbuf_add_text(html->out, "</span>");
}

void html_write_change(struct strbuf *out, const struct html_measure *shown)
{
    static const char *const classes[] = {"", "better", "worse", "unclear", "unclear", "unclear"};
    if (!shown->change || !measure_text_is_defined(shown->change))
        return;
    enum change_kind kind = measure_text_change_kind(shown->change, shown->direction);
    strbuf_add_format(out, "<span class=\"chg %s\"><b>", classes[kind]);
    measure_text_change(out, shown->change, shown->unit);
    strbuf_add_format(out, "</b> %s", measure_text_change_word(kind));
    if (measure_text_has_range(shown->change)) {
        strbuf_add_text(out, " <i>");
        measure_text_change_range(out, shown->change, shown->unit);
        strbuf_add_text(out, "</i>");
    }
    strbuf_add_text(out, "</span>");
}

void html_write_measure(struct html *html, const struct html_measure *shown,
                        struct html_notes *notes)
{
    struct strbuf *out = html->out;
    if (!measure_text_is_defined(shown->value)) {
        add_undefined(html, shown->value, notes);
        return;
    }
    strbuf_add_text(out, "<span class=\"val\">");
    measure_text_value(out, shown->value, shown->unit);
    strbuf_add_text(out, "</span>");
    bool has_range = measure_text_has_range(shown->value);
    if (has_range || shown->value->n) {
        strbuf_add_text(out, "<span class=\"rng\">");
        measure_text_range(out, shown->value, shown->unit);
        if (shown->value->n && shown->value->unit_of_n) {
            strbuf_add_text(out, has_range ? ", " : "");
            strbuf_add_text(out, "<i title=\"");
            measure_text_count(out, shown->value->n);
            strbuf_add_char(out, ' ');
            html_write_attribute(out, strview_of(shown->value->unit_of_n));
            strbuf_add_text(out, "\">n ");
            measure_text_count(out, shown->value->n);
            strbuf_add_text(out, "</i>");
        }
        strbuf_add_text(out, "</span>");
    }
    html_write_change(out, shown);
}

void html_write_notes(struct strbuf *out, const struct html_notes *notes)
{
    if (!notes->count)
        return;
    strbuf_add_text(out, "<ol class=\"notes\">");
    for (size_t i = 0; i < notes->count; i++) {
        strbuf_add_text(out, "<li>");
        html_write_text(out, strview_of(notes->reasons[i]));
        strbuf_add_text(out, "</li>");
    }
    strbuf_add_text(out, "</ol>\n");
}

void html_write_candidate(struct html *html, size_t candidate)
{
    const struct candidate_summary *shown = &html->summary->candidates[candidate];
    strbuf_add_format(html->out, "<span class=\"cand k%zu\">", candidate % 8);
    html_write_said(html->out, shown->name);
    strbuf_add_text(html->out, "</span>");
    if (shown->simulated)
        strbuf_add_text(html->out, " <span class=\"sim\">simulated</span>");
}

void html_write_begin_table(struct strbuf *out, const char *id, const char *caption, bool is_even)
{
    strbuf_add_format(out,
                      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">"
                      "<table id=\"%s\" class=\"data%s\"><caption>%s</caption>\n",
                      caption, id, is_even ? " even" : "", caption);
}

void html_write_end_table(struct strbuf *out)
{
    strbuf_add_text(out, "</tbody></table></div>\n");
}
