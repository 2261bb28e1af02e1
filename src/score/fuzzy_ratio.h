/*
 * fuzzy_ratio.h: how alike two texts are, 0 to 100, to the last point as Python's
 * difflib.SequenceMatcher(None, a, b) has it: 2 M / (length a + length b), rounded half to even,
 * where M is the sum of the matching blocks (longest first; then earliest in a, then in b; then
 * left and right of it). When b has 200 code points or more, those that occur more than length/100
 * + 1 times are "popular": they begin no match, but may stand beside one. Not symmetric.
 *
 * Equal texts are 100, even empty ones; else an empty one gives 0.
 * Thread: one per scratch. Time: proportional to the pairs of equal code points, times the number
 * of blocks at worst.
 */
#ifndef ASSAY_SCORE_FUZZY_RATIO_H
#define ASSAY_SCORE_FUZZY_RATIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fuzzy_text {
    const uint32_t *points; /* Unicode code points */
    uint32_t size;
};

struct fuzzy_range; /* private */

/* Buffers that are kept from call to call. Start from {0}. */
struct fuzzy_scratch {
    uint64_t *places; /* of b: code point << 32 | place, sorted */
    size_t places_capacity;
    uint32_t *first, *last; /* per place of a: its range in `places`, [first, last) */
    size_t first_capacity, last_capacity;
    uint32_t *lengths, *rows; /* per place of b: the run that ends there, and for which row of a */
    size_t lengths_capacity, rows_capacity;
    struct fuzzy_range *open;
    size_t open_capacity;
    uint32_t row; /* grows over the calls, so that `rows` need not be cleared */
};

void fuzzy_ratio_done(struct fuzzy_scratch *scratch);
/* False: memory ran out. `a` is the gold text, `b` the other one. */
bool fuzzy_ratio(struct fuzzy_scratch *scratch, struct fuzzy_text a, struct fuzzy_text b,
                 int *ret_hundredths);

#endif
