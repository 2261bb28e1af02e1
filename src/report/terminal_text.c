/*
 * terminal_text.c: see terminal_text.h.
 */
#include "report/terminal_text.h"

#include "base/cleanup.h"
#include "base/utf8.h"
#include "report/safe_text.h"

void terminal_text_add(const struct terminal_text *text, enum terminal_mark mark,
                       struct strview words)
{
    static const char *const codes[] = {"",         "\x1b[1m",  "\x1b[2m",
                                        "\x1b[32m", "\x1b[31m", "\x1b[33m"};
    bool is_marked = text->colour && mark != MARK_PLAIN && words.size;
    if (is_marked)
        strbuf_add_text(text->out, codes[mark]);
    strbuf_add_view(text->out, words);
    if (is_marked)
        strbuf_add_text(text->out, "\x1b[0m");
}

void terminal_text_blanks(const struct terminal_text *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        strbuf_add_char(text->out, ' ');
}

void terminal_text_padded(const struct terminal_text *text, enum terminal_mark mark,
                          struct strview words, size_t width)
{
    size_t used = utf8_display_width(words);
    terminal_text_add(text, mark, words);
    terminal_text_blanks(text, used < width ? width - used : 0);
}

/* The first characters that take at most `width` columns; at least one, so that a loop ends. */
static struct strview head_of(struct strview words, size_t width)
{
    struct strview head = {words.data, 0};
    for (size_t at = 0; at < words.size;) {
        at += utf8_sequence_size(words, at);
        struct strview longer = {words.data, at};
        if (head.size && utf8_display_width(longer) > width)
            break;
        head = longer;
    }
    return head;
}

struct strview terminal_text_cut(const struct terminal_text *text, struct strbuf *scratch,
                                 struct strview words, size_t width)
{
    strbuf_clear(scratch);
    safe_text_line(scratch, words);
    strbuf_fail_with(text->out, scratch);
    if (scratch->failed || utf8_display_width(strbuf_view(scratch)) <= width)
        return strbuf_view(scratch);
    scratch->size = head_of(strbuf_view(scratch), width - 1).size;
    strbuf_add_text(scratch, "\xe2\x80\xa6");
    strbuf_fail_with(text->out, scratch);
    return strbuf_view(scratch);
}

void terminal_text_wrapped(const struct terminal_text *text, struct strview words, size_t column,
                           size_t indent)
{
    CLEANUP(strbuf_done) struct strbuf line = {0};
    safe_text_line(&line, words);
    size_t room = text->width > indent + 1 ? text->width - indent : 1;
    struct strview rest = strbuf_view(&line);
    while (rest.size) {
        const char *blank = memchr(rest.data, ' ', rest.size);
        struct strview word = {rest.data, blank ? (size_t)(blank - rest.data) : rest.size};
        if (utf8_display_width(word) > room)
            word = head_of(word, room);
        size_t width = utf8_display_width(word);
        if (column > indent && column + 1 + width > text->width) {
            strbuf_add_char(text->out, '\n');
            terminal_text_blanks(text, indent);
            column = indent;
        } else if (column > indent) {
            strbuf_add_char(text->out, ' ');
            column++;
        }
        strbuf_add_view(text->out, word);
        column += width;
        size_t used = word.size;
        used += used < rest.size && rest.data[used] == ' ' ? 1 : 0;
        rest = (struct strview){rest.data + used, rest.size - used};
    }
    strbuf_add_char(text->out, '\n');
    strbuf_fail_with(text->out, &line);
}

void terminal_text_pad_to(struct strbuf *out, size_t line_start, size_t column)
{
    size_t used =
        utf8_display_width((struct strview){out->data + line_start, out->size - line_start});
    do
        strbuf_add_char(out, ' ');
    while (++used < column);
}
