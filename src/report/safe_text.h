/*
 * safe_text.h: texts of callers, models and files, made fit for a report: broken UTF-8, control
 * characters and characters that reorder what stands around them are shown, never obeyed. Each
 * renderer escapes in addition what its own format gives a meaning to. Pure; thread: any.
 */
#ifndef ASSAY_REPORT_SAFE_TEXT_H
#define ASSAY_REPORT_SAFE_TEXT_H

#include "base/strbuf.h"
#include "base/strview.h"

#include <stdint.h>

enum safe_kind {
    SAFE_PLAIN,   /* tab and line feed too */
    SAFE_INVALID, /* a byte that is no UTF-8, or a noncharacter */
    SAFE_CONTROL, /* C0, DEL, C1 */
    SAFE_FORMAT,  /* bidirectional embedding, override and isolate; line and paragraph separator */
};

struct safe_piece {
    const char *bytes;
    size_t size;
    uint32_t point;
    enum safe_kind kind;
};

/* The piece at *at, which moves behind it. *at must be inside the text. */
struct safe_piece safe_text_next(struct strview text, size_t *at);

/* One line for a terminal or a heading: white space becomes one blank, what is not plain becomes
 * U+FFFD. An absent text adds nothing. */
void safe_text_line(struct strbuf *out, struct strview text);
/* That for Markdown: every character that it could give a meaning to is written as a numeric
 * entity, which GitHub shows as itself and never parses. Money too: a text between two dollar signs
 * is taken for a formula. */
void safe_text_markdown(struct strbuf *out, struct strview text);

#endif
