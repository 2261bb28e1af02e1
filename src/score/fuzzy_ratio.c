/*
 * fuzzy_ratio.c: difflib's longest-block matching over code points. The scorer calls it once for
 * each pair of normalised values that meets. Thread: one per scratch, which the caller owns.
 */
#include "score/fuzzy_ratio.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POPULAR_FROM_SIZE = 200 };

struct fuzzy_range {
    uint32_t a_first, a_last, b_first, b_last; /* [first, last) */
};

struct block {
    uint32_t a, b, size;
};

void fuzzy_ratio_done(struct fuzzy_scratch *scratch)
{
    memory_free(scratch->places);
    memory_free(scratch->first);
    memory_free(scratch->last);
    memory_free(scratch->lengths);
    memory_free(scratch->rows);
    memory_free(scratch->open);
    *scratch = (struct fuzzy_scratch){0};
}

static bool make_room(struct fuzzy_scratch *s, uint32_t a_size, uint32_t b_size)
{
    return memory_grow(&s->places, &s->places_capacity, b_size, sizeof *s->places) &&
           memory_grow(&s->first, &s->first_capacity, a_size, sizeof *s->first) &&
           memory_grow(&s->last, &s->last_capacity, a_size, sizeof *s->last) &&
           memory_grow(&s->lengths, &s->lengths_capacity, b_size, sizeof *s->lengths) &&
           memory_grow(&s->rows, &s->rows_capacity, b_size, sizeof *s->rows);
}

static int compare_places(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void sort_places(uint64_t *places, uint32_t count)
{
    enum { SHORT = 48 };
    if (count > SHORT) {
        qsort(places, count, sizeof *places, compare_places);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        uint64_t moved = places[i];
        uint32_t at = i;
        for (; at > 0 && places[at - 1] > moved; at--)
            places[at] = places[at - 1];
        places[at] = moved;
    }
}

/* The first of the sorted places that is not below `key`. */
static uint32_t lower_bound(const uint64_t *places, uint32_t count, uint64_t key)
{
    uint32_t low = 0;
    while (count) {
        uint32_t half = count / 2;
        if (places[low + half] < key) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* For each place of a: where its code point stands in b. A popular one stands nowhere. */
static void find_places(struct fuzzy_scratch *s, struct fuzzy_text a, struct fuzzy_text b)
{
    uint32_t most = b.size >= POPULAR_FROM_SIZE ? b.size / 100 + 1 : UINT32_MAX;
    for (uint32_t j = 0; j < b.size; j++)
        s->places[j] = (uint64_t)b.points[j] << 32 | j;
    sort_places(s->places, b.size);
    for (uint32_t i = 0; i < a.size; i++) {
        uint64_t key = (uint64_t)a.points[i] << 32;
        uint32_t first = lower_bound(s->places, b.size, key);
        uint32_t last = first;
        while (last < b.size && s->places[last] >> 32 == a.points[i])
            last++;
        if (last - first > most)
            last = first;
        s->first[i] = first;
        s->last[i] = last;
    }
}

/* The row's number 0 means "never", so a wrap clears. */
static uint32_t next_row(struct fuzzy_scratch *s)
{
    if (++s->row == 0) {
        memset(s->rows, 0, s->rows_capacity * sizeof *s->rows);
        s->row = 1;
    }
    return s->row;
}

/* Extends the runs of the row before by a's place i. Going down through b's places, the run that
 * ends one place before is still the old row's. Returns the row's best: the longest, then the
 * earliest in b. */
static struct block extend_row(struct fuzzy_scratch *s, uint32_t i, const struct fuzzy_range *range,
                               bool has_row_before)
{
    enum { MANY = 16 };
    struct block best = {0};
    uint32_t row_before = s->row;
    uint32_t row = next_row(s);
    uint32_t end = s->last[i];
    if (end - s->first[i] > MANY) {
        const uint64_t *places = s->places + s->first[i];
        uint64_t behind = (places[0] >> 32 << 32) | range->b_last;
        end = s->first[i] + lower_bound(places, end - s->first[i], behind);
    }
    for (uint32_t at = end; at-- > s->first[i];) {
        uint32_t j = (uint32_t)s->places[at];
        if (j >= range->b_last)
            continue;
        if (j < range->b_first)
            break;
        bool goes_on = has_row_before && j > range->b_first && s->rows[j - 1] == row_before;
        uint32_t length = goes_on ? s->lengths[j - 1] + 1 : 1;
        s->lengths[j] = length;
        s->rows[j] = row;
        if (length >= best.size)
            best = (struct block){i + 1 - length, j + 1 - length, length};
    }
    return best;
}

static struct block longest_block(struct fuzzy_scratch *s, struct fuzzy_text a, struct fuzzy_text b,
                                  const struct fuzzy_range *range)
{
    struct block best = {range->a_first, range->b_first, 0};
    for (uint32_t i = range->a_first; i < range->a_last; i++) {
        struct block row = extend_row(s, i, range, i > range->a_first);
        if (row.size > best.size)
            best = row;
    }
    /* Popular code points may stand beside what was found, or at the range's very beginning. */
    while (best.a > range->a_first && best.b > range->b_first &&
           a.points[best.a - 1] == b.points[best.b - 1]) {
        best.a--;
        best.b--;
        best.size++;
    }
    while (best.a + best.size < range->a_last && best.b + best.size < range->b_last &&
           a.points[best.a + best.size] == b.points[best.b + best.size])
        best.size++;
    return best;
}

static bool open_range(struct fuzzy_scratch *s, size_t *count, struct fuzzy_range range)
{
    if (range.a_first >= range.a_last || range.b_first >= range.b_last)
        return true;
    if (!memory_grow(&s->open, &s->open_capacity, *count + 1, sizeof *s->open))
        return false;
    s->open[(*count)++] = range;
    return true;
}

static bool count_matches(struct fuzzy_scratch *s, struct fuzzy_text a, struct fuzzy_text b,
                          uint64_t *ret_matches)
{
    if (!make_room(s, a.size, b.size))
        return false;
    find_places(s, a, b);
    size_t count = 0;
    uint64_t matches = 0;
    if (!open_range(s, &count, (struct fuzzy_range){0, a.size, 0, b.size}))
        return false;
    while (count) {
        struct fuzzy_range range = s->open[--count];
        struct block best = longest_block(s, a, b, &range);
        if (!best.size)
            continue;
        matches += best.size;
        struct fuzzy_range before = {range.a_first, best.a, range.b_first, best.b};
        struct fuzzy_range behind = {best.a + best.size, range.a_last, best.b + best.size,
                                     range.b_last};
        if (!open_range(s, &count, before) || !open_range(s, &count, behind))
            return false;
    }
    *ret_matches = matches;
    return true;
}

bool fuzzy_ratio(struct fuzzy_scratch *scratch, struct fuzzy_text a, struct fuzzy_text b,
                 int *ret_hundredths)
{
    if (a.size == b.size &&
        (!a.size || memcmp(a.points, b.points, a.size * sizeof *a.points) == 0)) {
        *ret_hundredths = 100;
        return true;
    }
    uint64_t matches = 0;
    if (a.size && b.size && !count_matches(scratch, a, b, &matches))
        return false;
    double ratio = 2.0 * (double)matches / (double)((uint64_t)a.size + b.size);
    *ret_hundredths = (int)rint(100.0 * ratio);
    return true;
}
