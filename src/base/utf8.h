/*
 * utf8.h: well-formed UTF-8 as RFC 3629 has it (no surrogates, no overlong forms). Thread: any.
 */
#ifndef ASSAY_BASE_UTF8_H
#define ASSAY_BASE_UTF8_H

#include "base/strview.h"

#include <stdint.h>

/* Bytes (1 to 4) of the well-formed sequence at `at`, or 0. */
size_t utf8_sequence_size(struct strview text, size_t at);
/* The offset of the first byte that is not well-formed, or text.size. */
size_t utf8_first_invalid(struct strview text);
/* Code points of a well-formed text. */
size_t utf8_length(struct strview text);
/* The code point of the well-formed sequence at `at`. */
uint32_t utf8_code_point(struct strview text, size_t at);
/* Columns on a terminal: 2 for wide East Asian characters, 0 for combining ones; a byte that is not
 * UTF-8 counts as one. */
size_t utf8_display_width(struct strview text);

#endif
