/*
 * sgd_text.c: Python's rules for slices, word characters, lower case and numbers as text. Used
 * while the official scorer loads; nothing here is on its inner path. Thread: any; scratch is the
 * caller's.
 */
#include "score/sgd_text.h"

#include "base/memory.h"

#include <utf8proc.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* --- code points --------------------------------------------------------------------------- */

uint32_t sgd_text_next(struct strview text, size_t *at)
{
    const unsigned char *byte = (const unsigned char *)text.data + *at;
    size_t left = text.size - *at;
    if (byte[0] < 0x80 || left < 2) {
        *at += 1;
        return byte[0];
    }
    if (byte[0] < 0xE0 || left < 3) {
        *at += 2;
        return (byte[0] & 0x1Fu) << 6 | (byte[1] & 0x3Fu);
    }
    if (byte[0] < 0xF0 || left < 4) {
        *at += 3;
        return (byte[0] & 0x0Fu) << 12 | (byte[1] & 0x3Fu) << 6 | (byte[2] & 0x3Fu);
    }
    *at += 4;
    return (byte[0] & 0x07u) << 18 | (byte[1] & 0x3Fu) << 12 | (byte[2] & 0x3Fu) << 6 |
           (byte[3] & 0x3Fu);
}

static bool begins_code_point(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

uint64_t sgd_text_length(struct strview text)
{
    uint64_t length = 0;
    for (size_t i = 0; i < text.size; i++)
        length += begins_code_point(text.data[i]);
    return length;
}

static int64_t clip(int64_t place, int64_t length)
{
    if (place < 0)
        place = place < -length ? 0 : place + length;
    return place > length ? length : place;
}

/* The byte offset of the code point number `place`, looking from code point `from_place` at byte
 * `from`. */
static size_t offset_of(struct strview text, int64_t place, int64_t from_place, size_t from)
{
    while (from_place < place) {
        from++;
        while (from < text.size && !begins_code_point(text.data[from]))
            from++;
        from_place++;
    }
    return from;
}

struct strview sgd_text_slice(struct strview text, int64_t first, int64_t last)
{
    int64_t length = (int64_t)sgd_text_length(text);
    first = clip(first, length);
    last = clip(last, length);
    if (first >= last)
        return (struct strview){"", 0};
    size_t begin = offset_of(text, first, 0, 0);
    size_t end = offset_of(text, last, first, begin);
    return (struct strview){text.data + begin, end - begin};
}

/* --- word characters and lower case -------------------------------------------------------- */

/* Word characters that Unicode 15 added: Python 3.11 knows Unicode 14, utf8proc 2.8 knows 15. */
static bool is_newer_than_unicode_14(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x1123F, 0x11240}, {0x11F02, 0x11F02}, {0x11F04, 0x11F10}, {0x11F12, 0x11F33},
        {0x11F50, 0x11F59}, {0x1342F, 0x1342F}, {0x13441, 0x13446}, {0x1B132, 0x1B132},
        {0x1B155, 0x1B155}, {0x1D2C0, 0x1D2D3}, {0x1DF25, 0x1DF2A}, {0x1E030, 0x1E06D},
        {0x1E4D0, 0x1E4EB}, {0x1E4F0, 0x1E4F9}, {0x2B739, 0x2B739}, {0x31350, 0x323AF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static bool is_letter_or_number(utf8proc_category_t category)
{
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

static bool is_word(uint32_t code)
{
    if (code < 0x80)
        return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || code == '_' ||
               (code >= 'a' && code <= 'z');
    return is_letter_or_number(utf8proc_category((utf8proc_int32_t)code)) &&
           !(code >= 0x11000 && is_newer_than_unicode_14(code));
}

/* Among word characters: only modifier letters are ignored where the context of a sigma is sought.
 */
static bool is_case_ignorable(uint32_t code)
{
    return utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_LM;
}

/* Among word characters: letters with a case, and the Roman numerals. */
static bool is_cased(uint32_t code)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
           category == UTF8PROC_CATEGORY_LT || (code >= 0x2160 && code <= 0x217F);
}

/* Unicode's Final_Sigma: a cased letter before, and none behind. */
static bool is_final_sigma(const uint32_t *points, size_t count, size_t at)
{
    size_t before = at;
    while (before > 0 && is_case_ignorable(points[before - 1]))
        before--;
    if (before == 0 || !is_cased(points[before - 1]))
        return false;
    size_t behind = at + 1;
    while (behind < count && is_case_ignorable(points[behind]))
        behind++;
    return behind == count || !is_cased(points[behind]);
}

/* Deletes U+0080 to U+00FF and makes everything but word characters spaces. */
static size_t keep_words(struct strview text, uint32_t *points)
{
    size_t count = 0;
    for (size_t at = 0; at < text.size;) {
        uint32_t code = sgd_text_next(text, &at);
        if (code >= 0x80 && code <= 0xFF)
            continue;
        points[count++] = is_word(code) ? code : ' ';
    }
    return count;
}

/* Writes up to two code points for each. */
static size_t lower_all(const uint32_t *points, size_t count, uint32_t *lowered)
{
    enum { CAPITAL_I_WITH_DOT = 0x130, COMBINING_DOT = 0x307 };
    enum { CAPITAL_SIGMA = 0x3A3, SMALL_SIGMA = 0x3C3, FINAL_SIGMA = 0x3C2 };
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t code = points[i];
        if (code < 0x80) {
            lowered[size++] = code >= 'A' && code <= 'Z' ? code + 32 : code;
        } else if (code == CAPITAL_I_WITH_DOT) {
            lowered[size++] = 'i';
            lowered[size++] = COMBINING_DOT;
        } else if (code == CAPITAL_SIGMA) {
            lowered[size++] = is_final_sigma(points, count, i) ? FINAL_SIGMA : SMALL_SIGMA;
        } else {
            lowered[size++] = (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
        }
    }
    return size;
}

/* --- sorted words -------------------------------------------------------------------------- */

void sgd_text_done(struct sgd_text_scratch *scratch)
{
    memory_free(scratch->points);
    memory_free(scratch->lowered);
    memory_free(scratch->sorted);
    memory_free(scratch->words);
    *scratch = (struct sgd_text_scratch){0};
}

static int compare_words(const void *left, const void *right)
{
    const struct fuzzy_text *a = left, *b = right;
    uint32_t shorter = a->size < b->size ? a->size : b->size;
    for (uint32_t i = 0; i < shorter; i++)
        if (a->points[i] != b->points[i])
            return a->points[i] < b->points[i] ? -1 : 1;
    return (a->size > b->size) - (a->size < b->size);
}

static size_t split_words(const uint32_t *points, size_t size, struct fuzzy_text *words)
{
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        if (points[at] == ' ') {
            at++;
            continue;
        }
        size_t first = at;
        while (at < size && points[at] != ' ')
            at++;
        words[count++] = (struct fuzzy_text){points + first, (uint32_t)(at - first)};
    }
    return count;
}

bool sgd_text_sorted_words(struct sgd_text_scratch *s, struct strview text,
                           struct fuzzy_text *ret_words)
{
    size_t most = text.size + 1;
    if (!memory_grow(&s->points, &s->points_capacity, most, sizeof *s->points) ||
        !memory_grow(&s->lowered, &s->lowered_capacity, 2 * most, sizeof *s->lowered) ||
        !memory_grow(&s->sorted, &s->sorted_capacity, 2 * most, sizeof *s->sorted) ||
        !memory_grow(&s->words, &s->words_capacity, most, sizeof *s->words))
        return false;
    size_t count = keep_words(text, s->points);
    size_t size = lower_all(s->points, count, s->lowered);
    size_t word_count = split_words(s->lowered, size, s->words);
    qsort(s->words, word_count, sizeof *s->words, compare_words);
    uint32_t total = 0;
    for (size_t i = 0; i < word_count; i++) {
        if (i)
            s->sorted[total++] = ' ';
        memcpy(s->sorted + total, s->words[i].points, s->words[i].size * sizeof *s->sorted);
        total += s->words[i].size;
    }
    *ret_words = (struct fuzzy_text){s->sorted, total};
    return true;
}

/* --- numbers ------------------------------------------------------------------------------- */

static double number_value(struct strview token)
{
    return strtod(token.data, NULL);
}

/* Python's repr of a float: the shortest digits that read back, as a plain decimal from 1e-4 to
 * below 1e16, else with an exponent of at least two digits. */
static void add_python_float(double value, struct strbuf *out)
{
    if (isnan(value)) {
        strbuf_add_text(out, "nan");
        return;
    }
    if (isinf(value)) {
        strbuf_add_text(out, value < 0 ? "-inf" : "inf");
        return;
    }
    char text[64];
    int digits = 0;
    do
        snprintf(text, sizeof text, "%.*e", digits, value);
    while (strtod(text, NULL) != value && ++digits < 17);
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent >= -4 && exponent < 16) {
        int decimals = digits - exponent;
        strbuf_add_format(out, "%.*f", decimals < 1 ? 1 : decimals, value);
        return;
    }
    *strchr(text, 'e') = '\0';
    strbuf_add_format(out, "%se%c%02d", text, exponent < 0 ? '-' : '+', abs(exponent));
}

void sgd_text_number(struct strview token, bool is_integer, struct strbuf *out)
{
    if (is_integer)
        strbuf_add_view(out, strview_is(token, "-0") ? strview_of("0") : token);
    else
        add_python_float(number_value(token), out);
}

void sgd_text_number_key(struct strview token, struct strbuf *out)
{
    bool is_integer = token.size > 0;
    for (size_t i = 0; i < token.size; i++)
        is_integer = is_integer && (token.data[i] == '-' || (token.data[i] & 0xF0) == '0');
    if (is_integer) {
        strbuf_add_view(out, token);
    } else if (strview_is(token, "True") || strview_is(token, "False")) {
        strbuf_add_char(out, token.data[0] == 'T' ? '1' : '0');
    } else {
        double value = number_value(token);
        if (isfinite(value) && value == floor(value))
            strbuf_add_format(out, "%.0f", value == 0 ? 0.0 : value); /* -0.0 is 0 */
        else if (!isnan(value))
            strbuf_add_view(out, token);
    }
}
