/*
 * terminal_text.h: marked, padded and wrapped text for a terminal. Marks are written only when
 * colour is asked for; a meaning never hangs on them. Thread: one at a time.
 */
#ifndef ASSAY_REPORT_TERMINAL_TEXT_H
#define ASSAY_REPORT_TERMINAL_TEXT_H

#include "base/strbuf.h"
#include "base/strview.h"

#include <stdbool.h>

enum terminal_mark { MARK_PLAIN, MARK_BOLD, MARK_DIM, MARK_GOOD, MARK_BAD, MARK_WARN };

struct terminal_text {
    struct strbuf *out;
    size_t width; /* columns */
    bool colour;
};

void terminal_text_add(const struct terminal_text *text, enum terminal_mark mark,
                       struct strview words);
void terminal_text_blanks(const struct terminal_text *text, size_t count);
/* Padded to `width` columns; the padding is outside of the mark. */
void terminal_text_padded(const struct terminal_text *text, enum terminal_mark mark,
                          struct strview words, size_t width);
/* Blanks up to `column` of the line that began at `line_start` of the buffer, one at the least. */
void terminal_text_pad_to(struct strbuf *out, size_t line_start, size_t column);
/* Words broken to the width and a line feed; the text begins at `column`, later lines are indented.
 * What is not fit for a terminal is replaced (safe_text_line). */
void terminal_text_wrapped(const struct terminal_text *text, struct strview words, size_t column,
                           size_t indent);
/* Fit for a terminal and cut to `width` columns, the last an ellipsis. Lives in `scratch`. */
struct strview terminal_text_cut(const struct terminal_text *text, struct strbuf *scratch,
                                 struct strview words, size_t width);

#endif
