/*
 * html_trials.c: see html_trials.h. Right, wrong, missing, spurious and late are told by a word and
 * a sign, never by colour alone; where two values share their ends, the part that differs is
 * marked.
 */
#include "report/html_trials.h"

#include "base/json_write.h"
#include "base/utf8.h"
#include "report/html_tables.h"
#include "report/measure_text.h"

#include <math.h>

static const char *verdict_class(int verdict)
{
    static const char *const classes[] = {"", "right", "wrong", "missing", "spurious", "late"};
    return classes[verdict >= SLOT_RIGHT && verdict <= SLOT_LATE ? verdict : 0];
}

static const char *verdict_sign(int verdict)
{
    static const char *const signs[] = {"?", "\xe2\x9c\x93", "\xe2\x9c\x95", "\xe2\x88\x92",
                                        "+", "\xe2\x86\xbb"};
    return signs[verdict >= SLOT_RIGHT && verdict <= SLOT_LATE ? verdict : 0];
}

static bool is_boundary(struct strview text, size_t at)
{
    return at >= text.size || ((unsigned char)text.data[at] & 0xc0) != 0x80;
}

/* Bytes that both begin with, then bytes that both end with, cut at whole characters. */
static void shared_ends(struct strview a, struct strview b, size_t *ret_head, size_t *ret_tail)
{
    size_t shorter = a.size < b.size ? a.size : b.size, head = 0, tail = 0;
    while (head < shorter && a.data[head] == b.data[head])
        head++;
    while (head && !(is_boundary(a, head) && is_boundary(b, head)))
        head--;
    while (tail < shorter - head && a.data[a.size - 1 - tail] == b.data[b.size - 1 - tail])
        tail++;
    while (tail && !(is_boundary(a, a.size - tail) && is_boundary(b, b.size - tail)))
        tail--;
    *ret_head = head;
    *ret_tail = tail;
}

static void add_value(struct html *html, const char *label, struct strview value,
                      struct strview other)
{
    struct strbuf *out = html->out;
    strbuf_add_format(out, "<span class=\"side\"><span class=\"who\">%s</span> ", label);
    if (strview_is_absent(value)) {
        strbuf_add_text(out, "<span class=\"nil\">nothing</span></span>");
        return;
    }
    if (!value.size) {
        strbuf_add_text(out, "<span class=\"nil\">empty text</span></span>");
        return;
    }
    size_t head = 0, tail = 0;
    if (!strview_is_absent(other))
        shared_ends(value, other, &head, &tail);
    strbuf_add_text(out, "<bdi class=\"value\">");
    html_write_text(out, (struct strview){value.data, head});
    if (head + tail < value.size && (head || tail)) {
        strbuf_add_text(out, "<mark>");
        html_write_text(out, (struct strview){value.data + head, value.size - head - tail});
        strbuf_add_text(out, "</mark>");
    } else {
        html_write_text(out, (struct strview){value.data + head, value.size - head - tail});
    }
    html_write_text(out, (struct strview){value.data + value.size - tail, tail});
    strbuf_add_text(out, "</bdi></span>");
}

static void add_slot(struct html *html, const struct slot_score *slot)
{
    struct strbuf *out = html->out;
    strbuf_add_format(out,
                      "<li class=\"slot %s\"><span class=\"sv\"><span "
                      "aria-hidden=\"true\">%s</span> %s</span> <span class=\"sn\">",
                      verdict_class(slot->verdict), verdict_sign(slot->verdict),
                      measure_text_slot_verdict(slot->verdict));
    html_write_said(out, slot->slot);
    strbuf_add_text(out, "</span> ");
    struct strview absent = {NULL, 0};
    if (slot->verdict == SLOT_RIGHT && strview_equal(slot->gold, slot->predicted)) {
        add_value(html, "both", slot->gold, absent);
    } else {
        bool differs = slot->verdict == SLOT_WRONG_VALUE;
        add_value(html, "gold", slot->gold, differs ? slot->predicted : absent);
        add_value(html, "said", slot->predicted, differs ? slot->gold : absent);
    }
    if (!isnan(slot->confidence))
        strbuf_add_format(out, " <span class=\"conf\">confidence %.2f</span>", slot->confidence);
    if (slot->flagged == 1)
        strbuf_add_text(out, " <span class=\"conf\">asks to confirm</span>");
    strbuf_add_text(out, "</li>\n");
}

static void add_line(struct html *html, const char *who, const char *class, struct strview text)
{
    if (strview_is_absent(text))
        return;
    strbuf_add_format(html->out, "<p class=\"say %s\"><span class=\"who\">%s</span> ", class, who);
    if (text.size)
        html_write_said(html->out, text);
    else
        strbuf_add_text(html->out, "<span class=\"nil\">says nothing</span>");
    strbuf_add_text(html->out, "</p>\n");
}

static void add_turn_head(struct html *html, const struct turn_summary *turn)
{
    struct strbuf *out = html->out;
    strbuf_add_format(out, "<p class=\"th\"><b>Turn %lld</b>", (long long)turn->turn + 1);
    if (turn->state.size) {
        strbuf_add_text(out, " <span>state ");
        html_write_said(out, turn->state);
        strbuf_add_text(out, "</span>");
    }
    if (turn->intent.size) {
        strbuf_add_text(out, " <span>intent ");
        html_write_said(out, turn->intent);
        if (turn->intent_right == 1)
            strbuf_add_text(out, " (right)");
        else if (turn->intent_right == 0)
            strbuf_add_text(out, " (<b class=\"bad\">wrong</b>)");
        strbuf_add_text(out, "</span>");
    }
    if (turn->is_scored)
        strbuf_add_format(out, " <span class=\"jg %s\">%s</span>",
                          turn->joint_goal ? "good" : "bad",
                          turn->joint_goal ? "state right" : "state not right");
    if (turn->diverges)
        strbuf_add_text(out, " <span class=\"jg bad\">parts from the recorded agent here</span>");
    for (size_t i = 0; i < turn->caller_acts.count; i++) {
        strbuf_add_text(out, " <span class=\"t\">caller: ");
        html_write_said(out, turn->caller_acts.items[i]);
        strbuf_add_text(out, "</span>");
    }
    strbuf_add_text(out, "</p>\n");
}

static void add_tool(struct html *html, const struct tool_summary *tool)
{
    strbuf_add_format(html->out, "<p class=\"say %s\"><span class=\"who\">Calls</span> ",
                      tool->error.size ? "err" : "agent");
    html_write_said(html->out, tool->method);
    strbuf_add_char(html->out, ' ');
    html_write_said(html->out, tool->parameters);
    strbuf_add_text(html->out, " \xe2\x86\x92 ");
    html_write_said(html->out, tool->error.size ? tool->error : tool->result);
    strbuf_add_text(html->out, "</p>\n");
}

static void add_turn(struct html *html, const struct turn_summary *turn)
{
    strbuf_add_text(html->out, "<li class=\"turn\"><div class=\"talk\">");
    add_turn_head(html, turn);
    add_line(html, "Caller", "caller", turn->user_text);
    add_line(html, "Said", "caller", turn->said_text);
    for (size_t i = 0; i < turn->tool_count; i++)
        add_tool(html, &turn->tools[i]);
    add_line(html, "Agent", "agent", turn->response);
    if (turn->error.size) {
        strbuf_add_text(html->out, "<p class=\"say err\"><span class=\"who\">Error</span> ");
        html_write_said(html->out, turn->error);
        strbuf_add_text(html->out, "</p>\n");
    }
    strbuf_add_text(html->out, "</div>\n<ul class=\"slots\">");
    for (size_t i = 0; i < turn->slot_count; i++)
        add_slot(html, &turn->slots[i]);
    if (!turn->slot_count && turn->is_scored)
        strbuf_add_text(html->out, "<li class=\"slot\"><span class=\"nil\">no slot changes"
                                   "</span></li>");
    strbuf_add_text(html->out, "</ul></li>\n");
}

/* The slots that are not right in this trial, as a JSON list for the filter. */
static void add_faulty_slots(struct html *html, const struct trial_summary *trial)
{
    enum { MOST_SLOTS = 64 };
    struct strview names[MOST_SLOTS];
    size_t count = 0;
    for (size_t t = 0; t < trial->turn_count; t++) {
        for (size_t s = 0; s < trial->turns[t].slot_count; s++) {
            const struct slot_score *slot = &trial->turns[t].slots[s];
            size_t same = 0;
            while (same < count && !strview_equal(names[same], slot->slot))
                same++;
            if (slot->verdict != SLOT_RIGHT && same == count && count < MOST_SLOTS)
                names[count++] = slot->slot;
        }
    }
    strbuf_add_text(html->out, " data-slots=\"");
    html_write_list_attribute(html->out, names, count);
    strbuf_add_char(html->out, '"');
}

static void add_summary_line(struct html *html, const struct trial_summary *trial)
{
    struct strbuf *out = html->out;
    strbuf_add_format(out, "<summary><span class=\"tag out o%d\">%s</span> <span class=\"cid\">",
                      trial->outcome, measure_text_outcome(trial->outcome));
    html_write_said(out, trial->conversation_id);
    strbuf_add_text(out, "</span> ");
    html_write_candidate(html, trial->candidate);
    strbuf_add_text(out, " <span class=\"why\">");
    html_write_said(out, trial->reason);
    strbuf_add_text(out, "</span>");
    if (trial->first_cause)
        strbuf_add_format(out, " <span class=\"tag\">first cause: %s</span>",
                          measure_text_cause(trial->first_cause));
    strbuf_add_format(out, " <span class=\"faults\">%llu slot fault%s</span>",
                      (unsigned long long)trial->slot_faults, trial->slot_faults == 1 ? "" : "s");
    if (html->summary->repeats > 1)
        strbuf_add_format(out, " <span class=\"faults\">repeat %lld</span>",
                          (long long)trial->repeat + 1);
    strbuf_add_text(out, " <span class=\"tags\">");
    for (size_t i = 0; i < trial->tags.count; i++) {
        strbuf_add_text(out, "<span class=\"t\">");
        html_write_said(out, trial->tags.items[i]);
        strbuf_add_text(out, "</span> ");
    }
    strbuf_add_text(out, "</span></summary>\n");
}

static void add_cause(struct html *html, const struct trial_summary *trial)
{
    if (trial->ended.size) {
        strbuf_add_text(html->out, "<p class=\"small\">The call ended: ");
        html_write_said(html->out, trial->ended);
        strbuf_add_text(html->out, ".</p>\n");
    }
    if (!trial->first_cause)
        return;
    strbuf_add_format(
        html->out, "<p class=\"small\">First cause: %s: ", measure_text_cause(trial->first_cause));
    html_write_said(html->out, trial->first_cause_why);
    strbuf_add_text(html->out, ".</p>\n");
}

static void add_trial(struct html *html, const struct trial_summary *trial, size_t index)
{
    struct strbuf *out = html->out;
    strbuf_add_format(out, "<details class=\"trial\" id=\"trial-%zu\" data-c=\"%zu\"", index + 1,
                      trial->candidate);
    strbuf_add_format(out, " data-outcome=\"%s\" data-faults=\"%llu\"",
                      measure_text_outcome(trial->outcome), (unsigned long long)trial->slot_faults);
    strbuf_add_text(out, " data-id=\"");
    html_write_attribute(out, trial->conversation_id);
    strbuf_add_text(out, "\" data-tags=\"");
    html_write_list_attribute(out, trial->tags.items, trial->tags.count);
    strbuf_add_char(out, '"');
    add_faulty_slots(html, trial);
    strbuf_add_text(out, ">\n");
    add_summary_line(html, trial);
    add_cause(html, trial);
    strbuf_add_text(out, "<ol class=\"turns\">\n");
    for (size_t i = 0; i < trial->turn_count; i++)
        add_turn(html, &trial->turns[i]);
    strbuf_add_text(out, "</ol></details>\n");
}

void html_trials(struct html *html)
{
    const struct run_summary *summary = html->summary;
    html_tables_begin_card(html, "conversations", "Failed conversations",
                           "Worst first. Open one to see what was said, and where the candidate "
                           "and gold differ.");
    if (!summary->worst_count) {
        strbuf_add_text(html->out, "<p>No scored trial failed.</p>\n");
        html_tables_end_card(html);
        return;
    }
    strbuf_add_format(html->out,
                      "<div class=\"listbar\"><p class=\"shown\" id=\"shown\" role=\"status\" "
                      "data-total=\"%zu\">%zu conversations shown, of ",
                      summary->worst_count, summary->worst_count);
    measure_text_count(html->out, summary->failed_total);
    strbuf_add_text(html->out,
                    " that failed</p>"
                    "<div class=\"tools\" hidden><label>Order <select id=\"order\">"
                    "<option value=\"\">worst first</option>"
                    "<option value=\"id\">conversation</option>"
                    "<option value=\"c\">candidate</option>"
                    "<option value=\"outcome\">outcome</option>"
                    "<option value=\"faults\">slot faults</option></select></label> "
                    "<button type=\"button\" id=\"open-all\">Open all</button> "
                    "<button type=\"button\" id=\"close-all\">Close all</button></div></div>\n"
                    "<div id=\"trials\">\n");
    for (size_t i = 0; i < summary->worst_count; i++)
        add_trial(html, &summary->worst[i], i);
    strbuf_add_text(html->out, "</div>\n");
    html_tables_end_card(html);
}

void html_trials_spoilt(struct html *html)
{
    const struct run_summary *summary = html->summary;
    if (!summary->spoilt_count)
        return;
    html_tables_begin_card(html, "spoilt", "Spoilt by the simulated caller",
                           "The caller did not play its goal: these trials are in no quality "
                           "metric.");
    for (size_t i = 0; i < summary->spoilt_count; i++)
        add_trial(html, &summary->spoilt[i], summary->worst_count + i);
    html_tables_end_card(html);
}
