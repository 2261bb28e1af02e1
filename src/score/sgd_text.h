/*
 * sgd_text.h: what Python 3.11 (Unicode 14) does with texts, for scores that are equal to the
 * official scorer's. Texts are generalised UTF-8: well-formed, but lone surrogates may stand in
 * them as three bytes. Thread: any, one per scratch.
 */
#ifndef ASSAY_SCORE_SGD_TEXT_H
#define ASSAY_SCORE_SGD_TEXT_H

#include "base/strbuf.h"
#include "base/strview.h"
#include "score/fuzzy_ratio.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point at *at, which moves behind it. */
uint32_t sgd_text_next(struct strview text, size_t *at);
uint64_t sgd_text_length(struct strview text);

/* text[first:last] over code points, as Python slices: negative counts from the end, what lies
 * outside is clipped, first >= last is "". */
struct strview sgd_text_slice(struct strview text, int64_t first, int64_t last);

/*
 * What fuzzywuzzy's token_sort_ratio compares, after its own steps: U+0080 to U+00FF are deleted;
 * what is not a word character becomes a space; full lower case; the words are sorted by code point
 * and joined with one space. Buffers are kept from call to call; start from {0}.
 */
struct sgd_text_scratch {
    uint32_t *points, *lowered, *sorted;
    size_t points_capacity, lowered_capacity, sorted_capacity;
    struct fuzzy_text *words;
    size_t words_capacity;
};

void sgd_text_done(struct sgd_text_scratch *scratch);
/* Valid until the next call. False: memory ran out. */
bool sgd_text_sorted_words(struct sgd_text_scratch *scratch, struct strview text,
                           struct fuzzy_text *ret_words);

/* str() of the number that JSON wrote as `token`: 1.50 gives 1.5, 1e16 gives 1e+16, -0 gives 0
 * when it is an integer. The byte behind `token` must not belong to a number. */
void sgd_text_number(struct strview token, bool is_integer, struct strbuf *out);
/* A text that is the same for numbers that are equal in Python: 1, 1.0 and true. Empty for NaN,
 * which equals nothing. `token` is what sgd_text_number wrote, "True" or "False", NUL-terminated.
 */
void sgd_text_number_key(struct strview token, struct strbuf *out);

#endif
