/*
 * safe_text.c: see safe_text.h. The one place that knows which characters a report never passes
 * through as they are.
 */
#include "report/safe_text.h"

#include "base/cleanup.h"
#include "base/utf8.h"

#include <strings.h>

static enum safe_kind kind_of(uint32_t point)
{
    if ((point < 0x20 && point != '\t' && point != '\n') || (point >= 0x7f && point < 0xa0))
        return SAFE_CONTROL;
    if (point >= 0x2028 && point <= 0x202e)
        return SAFE_FORMAT;
    if (point >= 0x2066 && point <= 0x2069)
        return SAFE_FORMAT;
    if ((point & 0xfffe) == 0xfffe || (point >= 0xfdd0 && point <= 0xfdef))
        return SAFE_INVALID;
    return SAFE_PLAIN;
}

struct safe_piece safe_text_next(struct strview text, size_t *at)
{
    struct safe_piece piece = {.bytes = text.data + *at};
    piece.size = utf8_sequence_size(text, *at);
    if (piece.size) {
        piece.point = utf8_code_point(text, *at);
        piece.kind = kind_of(piece.point);
    } else {
        piece.size = 1;
        piece.point = 0xfffd;
        piece.kind = SAFE_INVALID;
    }
    *at += piece.size;
    return piece;
}

void safe_text_line(struct strbuf *out, struct strview text)
{
    bool blank_is_due = false, has_some = false;
    for (size_t at = 0; at < text.size;) {
        struct safe_piece piece = safe_text_next(text, &at);
        if (piece.point == ' ' || piece.point == '\t' || piece.point == '\n' ||
            piece.point == '\r') {
            blank_is_due = has_some;
            continue;
        }
        if (blank_is_due)
            strbuf_add_char(out, ' ');
        blank_is_due = false;
        has_some = true;
        if (piece.kind == SAFE_PLAIN)
            strbuf_add(out, piece.bytes, piece.size);
        else
            strbuf_add_text(out, "\xef\xbf\xbd");
    }
}

void safe_text_markdown(struct strbuf *out, struct strview text)
{
    CLEANUP(strbuf_done) struct strbuf line = {0};
    safe_text_line(&line, text);
    strbuf_fail_with(out, &line);
    for (size_t i = 0; i < line.size; i++) {
        char byte = line.data[i];
        bool is_link = byte == ':' && i + 2 < line.size && memcmp(line.data + i, "://", 3) == 0;
        bool is_www = byte == '.' && i >= 3 && strncasecmp(line.data + i - 3, "www", 3) == 0;
        if (strchr("\\`*_{}[]<>#|~!&@$^", byte) || is_link || is_www)
            strbuf_add_format(out, "&#%d;", byte);
        else
            strbuf_add_char(out, byte);
    }
}
