/*
 * utf8.h: well-formed UTF-8 as RFC 3629 has it (no surrogates, no overlong forms). Thread: any.
 */
#ifndef ASSAY_BASE_UTF8_H
#define ASSAY_BASE_UTF8_H

#include "base/strview.h"

/* Bytes (1 to 4) of the well-formed sequence at `at`, or 0. */
size_t utf8_sequence_size(struct strview text, size_t at);
/* The offset of the first byte that is not well-formed, or text.size. */
size_t utf8_first_invalid(struct strview text);
/* Code points of a well-formed text. */
size_t utf8_length(struct strview text);

#endif
