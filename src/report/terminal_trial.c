/*
 * terminal_trial.c: see terminal_trial.h.
 */
#include "report/terminal_trial.h"

#include "report/measure_text.h"
#include "report/terminal_text.h"

#include <math.h>

enum { DEFAULT_WIDTH = 100, LEAST_WIDTH = 40, INDENT = 4, VERDICT_WIDTH = 14, WHO_WIDTH = 8 };

static enum terminal_mark mark_of(int verdict)
{
    static const enum terminal_mark marks[] = {MARK_PLAIN, MARK_GOOD, MARK_BAD,
                                               MARK_WARN,  MARK_WARN, MARK_DIM};
    return marks[verdict >= SLOT_RIGHT && verdict <= SLOT_LATE ? verdict : 0];
}

static void add_value(struct strbuf *line, const char *label, struct strview value)
{
    strbuf_add_format(line, " %s ", label);
    if (strview_is_absent(value)) {
        strbuf_add_text(line, "nothing");
        return;
    }
    strbuf_add_char(line, '\'');
    strbuf_add_view(line, value); /* may hold a NUL */
    strbuf_add_char(line, '\'');
}

static void add_slot(const struct terminal_text *text, const struct slot_score *slot)
{
    CLEANUP(strbuf_done) struct strbuf line = {0};
    strbuf_add_format(&line, "%.*s:", STRVIEW_ARG(slot->slot));
    if (slot->verdict == SLOT_RIGHT && strview_equal(slot->gold, slot->predicted)) {
        add_value(&line, "both", slot->gold);
    } else {
        add_value(&line, "gold", slot->gold);
        strbuf_add_char(&line, ',');
        add_value(&line, "said", slot->predicted);
    }
    if (!isnan(slot->confidence))
        strbuf_add_format(&line, " (confidence %.2f)", slot->confidence);
    if (slot->flagged == 1)
        strbuf_add_text(&line, " asks to confirm");
    terminal_text_blanks(text, INDENT);
    terminal_text_padded(text, mark_of(slot->verdict),
                         strview_of(measure_text_slot_verdict(slot->verdict)), VERDICT_WIDTH);
    terminal_text_wrapped(text, strbuf_view(&line), INDENT + VERDICT_WIDTH, INDENT + VERDICT_WIDTH);
    strbuf_fail_with(text->out, &line);
}

static void add_said(const struct terminal_text *text, const char *who, enum terminal_mark mark,
                     struct strview words)
{
    if (strview_is_absent(words))
        return;
    terminal_text_blanks(text, INDENT);
    terminal_text_padded(text, mark, strview_of(who), WHO_WIDTH);
    terminal_text_wrapped(text, words, INDENT + WHO_WIDTH, INDENT + WHO_WIDTH);
}

static void add_tool(const struct terminal_text *text, const struct tool_summary *tool)
{
    CLEANUP(strbuf_done) struct strbuf line = {0};
    bool failed = tool->error.size;
    struct strview outcome = failed ? tool->error : tool->result;
    strbuf_add_format(&line, "%.*s %.*s -> %.*s", STRVIEW_ARG(tool->method),
                      STRVIEW_ARG(tool->parameters), STRVIEW_ARG(outcome));
    add_said(text, "calls", failed ? MARK_BAD : MARK_DIM, strbuf_view(&line));
    strbuf_fail_with(text->out, &line);
}

static void add_turn(const struct terminal_text *text, const struct turn_summary *turn)
{
    CLEANUP(strbuf_done) struct strbuf line = {0};
    strbuf_add_format(&line, "Turn %lld", (long long)turn->turn + 1);
    terminal_text_add(text, MARK_BOLD, strbuf_view(&line));
    strbuf_fail_with(text->out, &line);
    strbuf_clear(&line);
    if (turn->state.size)
        strbuf_add_format(&line, " state %.*s,", STRVIEW_ARG(turn->state));
    if (turn->intent.size)
        strbuf_add_format(&line, " intent %.*s%s,", STRVIEW_ARG(turn->intent),
                          turn->intent_right == 0 ? " (wrong)" : "");
    if (turn->is_scored)
        strbuf_add_text(&line, turn->joint_goal ? " state right" : " state not right");
    if (turn->diverges)
        strbuf_add_text(&line, " (parts from the recorded agent)");
    terminal_text_wrapped(text, strbuf_view(&line), strlen("Turn 1"), INDENT);
    strbuf_fail_with(text->out, &line);
    add_said(text, "Caller", MARK_DIM, turn->user_text);
    add_said(text, "said", MARK_DIM, turn->said_text);
    add_said(text, "Agent", MARK_DIM, turn->response);
    for (size_t i = 0; i < turn->tool_count; i++)
        add_tool(text, &turn->tools[i]);
    if (turn->error.size)
        add_said(text, "Error", MARK_BAD, turn->error);
    for (size_t i = 0; i < turn->slot_count; i++)
        add_slot(text, &turn->slots[i]);
    strbuf_add_char(text->out, '\n');
}

void terminal_trial(struct strbuf *out, const struct trial_summary *trial, struct strview candidate,
                    const struct terminal_options *options)
{
    size_t width = options->width ? options->width : DEFAULT_WIDTH;
    struct terminal_text text = {out, width < LEAST_WIDTH ? LEAST_WIDTH : width, options->colour};
    CLEANUP(strbuf_done) struct strbuf line = {0};
    terminal_text_add(&text, MARK_BOLD,
                      terminal_text_cut(&text, &line, trial->conversation_id, text.width));
    strbuf_add_char(out, '\n');
    strbuf_fail_with(out, &line);
    strbuf_clear(&line);
    strbuf_add_format(&line, "%.*s, repeat %lld: %s, %llu slot fault%s", STRVIEW_ARG(candidate),
                      (long long)trial->repeat + 1, measure_text_outcome(trial->outcome),
                      (unsigned long long)trial->slot_faults, trial->slot_faults == 1 ? "" : "s");
    if (trial->reason.size)
        strbuf_add_format(&line, ". %.*s", STRVIEW_ARG(trial->reason));
    if (trial->first_cause)
        strbuf_add_format(&line, ". First cause: %s (%.*s)", measure_text_cause(trial->first_cause),
                          STRVIEW_ARG(trial->first_cause_why));
    terminal_text_wrapped(&text, strbuf_view(&line), 0, 0);
    strbuf_fail_with(out, &line);
    strbuf_clear(&line);
    strbuf_add_text(&line, "Tags:");
    for (size_t i = 0; i < trial->tags.count; i++)
        strbuf_add_format(&line, " %.*s", STRVIEW_ARG(trial->tags.items[i]));
    if (trial->tags.count)
        terminal_text_wrapped(&text, strbuf_view(&line), 0, 0);
    strbuf_fail_with(out, &line);
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < trial->turn_count; i++)
        add_turn(&text, &trial->turns[i]);
}
