/*
 * token_lexer.c: text -> tokens, by hand, in one pass. Words are looked up lower-cased; digits get
 * their shape here (14:00, 12/31/2025, 15th, 4A), so that the grammar never sees digits. Works on
 * the scratch's padded copy of the text; thread: the scratch's.
 */
#include "base/civil_time.h"
#include "extract/extract_private.h"

#include <string.h>

enum byte_class { BYTE_OTHER, BYTE_SPACE, BYTE_LETTER, BYTE_DIGIT };

/* clang-format off */
/* By byte: other 0, space 1, letter (and every byte of a wide character) 2, digit 3. */
static const uint8_t byte_classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0,
    0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0,
    0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
};
/* clang-format on */

static bool is_letter(char c)
{
    return byte_classes[(unsigned char)c] == BYTE_LETTER;
}

static bool is_digit(char c)
{
    return byte_classes[(unsigned char)c] == BYTE_DIGIT;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Both halves of a key have bit 5 of every byte set: lower case for letters, a harmless and equal
 * change for the rest. */
static const uint64_t case_bits = UINT64_C(0x2020202020202020);

bool token_lexer_key(const char *text, size_t size, uint64_t *ret_low, uint64_t *ret_high)
{
    if (size == 0 || size > 16)
        return false;
    char bytes[16] = {0};
    memcpy(bytes, text, size);
    memcpy(ret_low, bytes, 8);
    memcpy(ret_high, bytes + 8, 8);
    uint64_t low_mask = size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * size)) - 1;
    uint64_t high_mask = size >= 16 ? UINT64_MAX
                         : size > 8 ? (UINT64_C(1) << (8 * (size - 8))) - 1
                                    : 0;
    *ret_low |= case_bits & low_mask;
    *ret_high |= case_bits & high_mask;
    return true;
}

/* The same for a word in the padded text: two loads, no copy. */
static const struct word_entry *find_word(const struct grammar *grammar, const char *text,
                                          size_t size)
{
    if (size > 16)
        return NULL;
    uint64_t low, high;
    memcpy(&low, text, 8);
    memcpy(&high, text + 8, 8);
    if (size < 8) {
        uint64_t mask = (UINT64_C(1) << (8 * size)) - 1;
        low = (low | case_bits) & mask;
        high = 0;
    } else {
        low |= case_bits;
        uint64_t mask = size >= 16 ? UINT64_MAX : (UINT64_C(1) << (8 * (size - 8))) - 1;
        high = (high | case_bits) & mask;
    }
    return grammar_words_find(grammar, low, high);
}

int32_t token_lexer_value(const struct token *token, uint32_t symbol)
{
    if (token->word) {
        for (size_t i = 0; i < token->word->class_count; i++) {
            if (token->word->symbols[i] == symbol)
                return token->word->values[i];
        }
    }
    return token->value;
}

static struct token *new_token(struct extract_scratch *scratch, size_t start, size_t end)
{
    struct token *token = &scratch->tokens[scratch->token_count++];
    *token = (struct token){.start = (uint32_t)start, .end = (uint32_t)end};
    if (scratch->after_filler)
        token->flags |= TOKEN_HESITATED;
    scratch->after_filler = false;
    if (start > 0 && byte_classes[(unsigned char)scratch->text[start - 1]] != BYTE_SPACE)
        token->flags |= TOKEN_GLUED;
    return token;
}

static bool previous_is(const struct extract_scratch *scratch, uint32_t symbol)
{
    return scratch->token_count && token_is(scratch, scratch->token_count - 1, symbol);
}

static bool previous_is_clock_like(const struct extract_scratch *scratch)
{
    static const uint16_t symbols[] = {C_NUM, C_HM, C_HMDOT, C_OCLOCK, C_MINW, C_ORD};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        if (previous_is(scratch, symbols[i]))
            return true;
    }
    return false;
}

/* "p.m.", "p m", "a.m": the size of it at `text`, whose first letter is a or p; 0 when it is not.
 */
static size_t ampm_size(const struct extract_scratch *scratch, const char *text)
{
    const char *p = text + 1;
    bool dot = *p == '.', space = false;
    p += dot;
    if (*p == ' ') {
        space = true;
        p++;
    }
    if (lower(*p) != 'm' || (!dot && !space))
        return 0;
    p++;
    if (dot && *p == '.')
        p++;
    else if (is_letter(*p) || is_digit(*p) || *p == '\'')
        return 0;
    if (space && !previous_is_clock_like(scratch) && !previous_is(scratch, C_FOLLOW))
        return 0;
    return (size_t)(p - text);
}

static size_t lex_ampm(struct extract_scratch *scratch, size_t at, size_t size)
{
    struct token *token = new_token(scratch, at, at + size);
    token->kind = TOKEN_WORD;
    token->flags |= TOKEN_KNOWN;
    token->set = scratch->grammar->class_sets[C_AMPM];
    token->value = lower(scratch->text[at]) == 'a' ? MERIDIEM_AM : MERIDIEM_PM;
    return at + size;
}

/* A typographic sign of three bytes: how the lexer sees it. 0: part of a word. */
static char wide_sign(const char *p)
{
    if ((unsigned char)p[0] == 0xE2 && (unsigned char)p[1] == 0x80) {
        switch ((unsigned char)p[2]) {
        case 0x98:
        case 0x99:
            return '\'';
        case 0x90:
        case 0x91:
        case 0x92:
        case 0x93:
        case 0x94:
        case 0x95:
            return '-';
        case 0x9C:
        case 0x9D:
            return '"';
        case 0xA6:
            return '.';
        default:
            return 0;
        }
    }
    if ((unsigned char)p[0] == 0xE2 && (unsigned char)p[1] == 0x82 && (unsigned char)p[2] == 0xAC)
        return '$';
    return 0;
}

/* The end of the word that starts at `at`; says whether it holds digits or a wide apostrophe. */
static size_t word_end(const char *text, size_t at, bool *ret_digits, bool *ret_wide)
{
    size_t i = at;
    for (;;) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x80) {
            char sign = wide_sign(text + i);
            if (sign == '\'' && i > at && is_letter(text[i + 3])) {
                *ret_wide = true;
                i += 3;
                continue;
            }
            if (sign || (c == 0xC2 && (unsigned char)text[i + 1] <= 0xBF))
                break;
            i++;
        } else if (byte_classes[c] == BYTE_LETTER) {
            i++;
        } else if (byte_classes[c] == BYTE_DIGIT) {
            *ret_digits = true;
            i++;
        } else if (c == '\'' && i > at && is_letter(text[i + 1]) &&
                   (unsigned char)text[i + 1] < 0x80) {
            i++;
        } else {
            break;
        }
    }
    return i;
}

static const struct word_entry *find_wide_word(const struct grammar *grammar, const char *text,
                                               size_t size)
{
    char plain[40] = {0};
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        if (used == 16)
            return NULL;
        if (wide_sign(text + i) == '\'') {
            plain[used++] = '\'';
            i += 2;
        } else {
            plain[used++] = text[i];
        }
    }
    return find_word(grammar, plain, used);
}

static void set_case_flags(struct token *token, const char *text, size_t size)
{
    unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];
    bool latin_capital = first == 0xC3 && second >= 0x80 && second <= 0x9E;
    bool other_capital = (first == 0xC4 || first == 0xC5) && !(second & 1);
    if ((first >= 'A' && first <= 'Z') || latin_capital || other_capital)
        token->flags |= TOKEN_CAPITAL;
    if (size > 1 && first >= 'A' && first <= 'Z') {
        size_t i = 1;
        while (i < size && text[i] >= 'A' && text[i] <= 'Z')
            i++;
        if (i == size)
            token->flags |= TOKEN_ALLCAPS;
    }
}

/* "Jan." and "Dr.": the dot belongs to the word. */
static size_t skip_abbreviation_dot(const struct extract_scratch *scratch, size_t end)
{
    const char *text = scratch->text;
    if (text[end] != '.')
        return end;
    size_t last = scratch->token_count - 1;
    bool month =
        token_is(scratch, last, C_MONTHW) && text[end + 1] == ' ' && is_digit(text[end + 2]);
    bool weekday = end - scratch->tokens[last].start <= 5 && text[end + 1] == ' ' &&
                   (token_is(scratch, last, C_WEEKDAY) || token_is(scratch, last, C_WEEKDAYW));
    return month || weekday || token_is(scratch, last, C_TITLE) ? end + 1 : end;
}

static size_t lex_word(struct extract_scratch *scratch, size_t at)
{
    const struct grammar *grammar = scratch->grammar;
    const char *text = scratch->text;
    char first = lower(text[at]);
    if ((first == 'a' || first == 'p') && (text[at + 1] == '.' || text[at + 1] == ' ')) {
        size_t size = ampm_size(scratch, text + at);
        if (size)
            return lex_ampm(scratch, at, size);
    }
    bool digits = false, wide = false;
    size_t end = word_end(text, at, &digits, &wide), size = end - at;
    if (size == 1 && (first == 'a' || first == 'p') && at && is_digit(text[at - 1]) &&
        previous_is(scratch, C_HM)) /* "9:30a" */
        return lex_ampm(scratch, at, 1);
    if (digits && first == 'h' && is_digit(text[at + 1]) && at && is_digit(text[at - 1])) {
        end = at + 1; /* "14h30" */
        size = 1;
        digits = false;
    }
    if (size == 0) { /* a byte that is no letter after all, such as a no-break space */
        return at + 1 + ((unsigned char)text[at] == 0xC2);
    }
    if (size == 1 && first == 'o' && (text[end] == '"' || text[end] == ' ') &&
        find_word(grammar, text + end + 1, 5) ==
            find_word(grammar, "clock\0\0\0\0\0\0\0\0\0\0\0", 5) &&
        find_word(grammar, text + end + 1, 5) && !is_letter(text[end + 6])) {
        struct token *token = new_token(scratch, at, end + 6);
        token->set = grammar->class_sets[C_OCLOCK];
        token->flags |= TOKEN_KNOWN;
        return end + 6;
    }
    const struct word_entry *word =
        wide ? find_wide_word(grammar, text + at, size) : find_word(grammar, text + at, size);
    bool possessive = false;
    if (!word && !wide && size > 2 && text[end - 2] == '\'' && lower(text[end - 1]) == 's') {
        word = find_word(grammar, text + at, size - 2);
        possessive = word != NULL;
    }
    if (word && symbol_set_has(&grammar->sets[word->set], C_FILLER)) {
        scratch->after_filler = true;
        return end;
    }
    struct token *token = new_token(scratch, at, end);
    token->kind = digits ? TOKEN_ODD : TOKEN_WORD;
    set_case_flags(token, text + at, size);
    if (word && !digits) {
        token->word = word;
        token->set = word->set;
        possessive =
            possessive || (size > 4 && text[end - 2] == '\'' && lower(text[end - 1]) == 's' &&
                           symbol_set_has(&grammar->sets[word->set], C_FOLLOW) == 0);
        token->flags |= possessive ? TOKEN_KNOWN | TOKEN_POSSESSIVE : TOKEN_KNOWN;
        if (word->class_count) {
            token->value = word->values[0];
            if (word->symbols[0] == C_NUM)
                token->kind = TOKEN_NUMBER;
        }
        return skip_abbreviation_dot(scratch, end);
    }
    return end;
}

/* ---- numbers ---- */

struct digits {
    int32_t value; /* -1: too long */
    size_t count;
};

static struct digits read_digits(const char *text)
{
    struct digits digits = {0, 0};
    while (is_digit(text[digits.count])) {
        if (digits.count < 9)
            digits.value = digits.value * 10 + (text[digits.count] - '0');
        digits.count++;
    }
    if (digits.count > 9)
        digits.value = -1;
    return digits;
}

struct shape {
    size_t size; /* 0: not this shape */
    uint32_t symbol;
    int32_t value;
};

static struct shape three_parts(const char *text, struct digits a)
{
    char separator = text[a.count];
    if (separator != '-' && separator != '/' && separator != '.')
        return (struct shape){0};
    struct digits b = read_digits(text + a.count + 1);
    if (b.count == 0 || b.count > 2 || text[a.count + 1 + b.count] != separator)
        return (struct shape){0};
    struct digits c = read_digits(text + a.count + b.count + 2);
    size_t size = a.count + b.count + c.count + 2;
    if (text[size] == separator && is_digit(text[size + 1]))
        return (struct shape){0};
    if (a.count == 4 && c.count >= 1 && c.count <= 2 &&
        civil_time_date_exists(a.value, b.value, c.value))
        return (struct shape){size, C_DATEISO, a.value * 10000 + b.value * 100 + c.value};
    if (a.count <= 2 && (c.count == 2 || c.count == 4))
        return (struct shape){size, C_DATENUM, a.value * 1000000 + b.value * 10000 + c.value};
    return (struct shape){0};
}

static struct shape two_parts(const char *text, struct digits a)
{
    char separator = text[a.count];
    struct digits b = read_digits(text + a.count + 1);
    size_t size = a.count + b.count + 1;
    if (a.count > 2 || b.count == 0)
        return (struct shape){0};
    bool clock = b.count == 2 && a.value <= 24 && b.value < 60;
    bool zero_hour = a.count == 2 && text[0] == '0';
    int32_t packed = a.value * 100 + b.value + (zero_hour ? 10000 : 0); /* 04:30 is no 4:30 */
    if (separator == ':' && clock) {
        if (text[size] == ':' && is_digit(text[size + 1]))
            size += 1 + read_digits(text + size + 1).count;
        return (struct shape){size, C_HM, packed};
    }
    bool more = (text[size] == '.' || text[size] == '/') && is_digit(text[size + 1]);
    if (separator == '.' && clock && !more)
        return (struct shape){size, C_HMDOT, packed};
    if (separator == '.' && b.count == 1 && !more)
        return (struct shape){size, C_DECIMAL, a.value * 10 + b.value};
    bool dates = (a.value >= 1 && a.value <= 12 && b.value >= 1 && b.value <= 31) ||
                 (b.value >= 1 && b.value <= 12 && a.value >= 1 && a.value <= 31);
    bool idiom = a.value == 24 && b.value == 7;
    if (separator == '/' && b.count <= 2 && dates && !idiom && !more)
        return (struct shape){size, C_DATEDM, a.value * 100 + b.value};
    if (separator == '/' || separator == ':' || (separator == '.' && !more))
        return (struct shape){size, SYMBOL_NONE, 0};
    return (struct shape){0};
}

static uint16_t plain_number_set(const struct grammar *grammar, struct digits number,
                                 const char *text)
{
    int32_t value = number.value;
    if (number.count <= 2)
        return grammar->digit_sets[number.count][value];
    if (number.count == 3)
        return grammar->three_digit_sets[text[0] != '0' && value % 100 < 60 && value % 5 == 0];
    if (number.count == 4) {
        bool clock = value / 100 < 24 && value % 100 < 60;
        bool year = value >= 1900 && value < 2200;
        return grammar->four_digit_sets[clock + 2 * year];
    }
    return grammar->class_sets[C_NUM];
}

/* What is glued to the digits: 0 nothing of note, 1 an ordinal ending, 2 a unit or "pm", 3 makes an
 * identifier of it. */
static int number_suffix(const struct extract_scratch *scratch, const char *p, size_t *ret_size)
{
    if (!is_letter(*p) || wide_sign(p) || (unsigned char)*p == 0xC2)
        return 0;
    bool digits = false, wide = false;
    size_t size = word_end(p, 0, &digits, &wide);
    *ret_size = size;
    char a = lower(p[0]), b = lower(p[1]);
    if (size == 2 && ((a == 's' && b == 't') || (a == 'n' && b == 'd') || (a == 'r' && b == 'd') ||
                      (a == 't' && b == 'h')))
        return 1;
    if (size == 1 && (a == 'a' || a == 'p') && p[1] == '.')
        return 2;
    if (digits && a == 'h' && is_digit(p[1]))
        return 2;
    const struct word_entry *word = find_word(scratch->grammar, p, size);
    if (size == 1 || !word)
        return size == 1 && a == 'h' ? 2 : 3;
    const struct symbol_set *set = &scratch->grammar->sets[word->set];
    bool unit = symbol_set_has(set, C_UNIT) || symbol_set_has(set, C_AMPM) ||
                symbol_set_has(set, C_OCLOCK) || (size == 3 && a == 'i' && b == 's') ||
                symbol_set_has(set, C_MONTH) || symbol_set_has(set, C_MONTHW);
    return unit ? 2 : 3;
}

static void finish_number(struct extract_scratch *scratch, struct token *token)
{
    const char *text = scratch->text;
    size_t index = (size_t)(token - scratch->tokens);
    char before = token->start ? text[token->start - 1] : ' ';
    bool price = text[token->end] == '%' || before == '#' || before == '$';
    if (index && scratch->tokens[index - 1].byte == '$')
        price = true;
    const char *next = text + token->end + (text[token->end] == ' ');
    bool clock = *next == ':' || ((*next | 0x20) == 'p' && (next[1] | 0x20) == 'm') ||
                 ((*next | 0x20) == 'a' && (next[1] | 0x20) == 'm' && !is_letter(next[2]));
    bool label = index && token_is(scratch, index - 1, C_LABEL) && token->digits <= 5;
    if (price || (label && !clock)) /* "room 214", but "the room 1pm to 3" */
        token->set = 0;
    if (price)
        token->flags |= TOKEN_PRICE;
}

static size_t lex_number(struct extract_scratch *scratch, size_t at)
{
    const struct grammar *grammar = scratch->grammar;
    const char *text = scratch->text + at;
    struct digits number = read_digits(text);
    struct shape shape = three_parts(text, number);
    if (!shape.size)
        shape = two_parts(text, number);
    bool thousands = text[number.count] == ',' && number.count <= 3 &&
                     read_digits(text + number.count + 1).count == 3;
    if (shape.size || thousands) {
        size_t size = shape.size;
        while (thousands && text[size = number.count] == ',') /* 1,500,000 */
            number.count += 1 + read_digits(text + number.count + 1).count;
        struct token *token = new_token(scratch, at, at + size);
        token->kind = thousands ? TOKEN_ODD : TOKEN_NUMBER;
        token->set = thousands ? 0 : grammar->class_sets[shape.symbol];
        token->value = shape.value;
        if (thousands)
            token->flags |= TOKEN_PRICE;
        finish_number(scratch, token);
        bool iso_clock =
            shape.symbol == C_DATEISO && lower(text[size]) == 't' && is_digit(text[size + 1]);
        return at + size + iso_clock;
    }
    size_t suffix_size = 0;
    int suffix = number_suffix(scratch, text + number.count, &suffix_size);
    bool whole = suffix == 1 || suffix == 3;
    struct token *token = new_token(scratch, at, at + number.count + (whole ? suffix_size : 0));
    token->kind = suffix == 3 ? TOKEN_ODD : TOKEN_NUMBER;
    token->value = number.value;
    token->digits = number.count < 255 ? (uint8_t)number.count : 255;
    if (suffix == 1 && number.count <= 2 && number.value >= 1 && number.value <= 31)
        token->set = grammar->ordinal_sets[1][number.value];
    else if (suffix == 0 || suffix == 2)
        token->set = plain_number_set(grammar, number, text);
    finish_number(scratch, token);
    return token->end;
}

/* ---- the rest ---- */

/* The size of an e-mail address that starts at `at`; 0 when there is none. */
static size_t email_size(const char *text, size_t at)
{
    size_t i = at;
    while (is_letter(text[i]) || is_digit(text[i]) ||
           (text[i] && strchr("._%+-'", text[i]) != NULL))
        i++;
    if (text[i] != '@' || i == at)
        return 0;
    size_t domain = ++i, dot = 0;
    while ((is_letter(text[i]) && (unsigned char)text[i] < 0x80) || is_digit(text[i]) ||
           text[i] == '-' || text[i] == '.') {
        if (text[i] == '.')
            dot = i;
        i++;
    }
    while (i > domain && (text[i - 1] == '.' || text[i - 1] == '-'))
        i--;
    bool good = dot > domain && i > domain + 2 && memchr(text + domain, '.', i - domain);
    return good ? i - at : 0;
}

static size_t lex_sign(struct extract_scratch *scratch, size_t at)
{
    unsigned char c = (unsigned char)scratch->text[at];
    size_t size = 1;
    char byte = (char)c;
    if (c >= 0x80) {
        byte = wide_sign(scratch->text + at);
        size = 3;
    }
    struct token *token = new_token(scratch, at, at + size);
    token->kind = TOKEN_PUNCTUATION;
    token->byte = byte;
    /* to the grammar a bracket is a comma: "next Tuesday (1/21) at 11" */
    char seen = byte == '(' || byte == ')' ? ',' : byte;
    token->set = scratch->grammar->byte_sets[(unsigned char)seen & 127];
    if (byte == '.' || byte == '?' || byte == '!' || byte == ';')
        token->flags |= TOKEN_STOPS;
    return at + size;
}

bool token_lexer_run(struct extract_scratch *scratch)
{
    size_t size = scratch->text_size;
    scratch->token_count = 0;
    scratch->after_filler = false;
    if (!extract_scratch_reserve(scratch, &scratch->tokens, &scratch->token_capacity, size + 2,
                                 sizeof *scratch->tokens))
        return false;
    const char *text = scratch->text;
    bool emails = memchr(text, '@', size) != NULL;
    size_t email_until = 0; /* no address starts before this byte: keeps long runs linear */
    for (size_t at = 0; at < size;) {
        unsigned char c = (unsigned char)text[at];
        enum byte_class class = byte_classes[c];
        if (class == BYTE_SPACE) {
            at++;
            continue;
        }
        if (emails && at >= email_until && (class == BYTE_LETTER || class == BYTE_DIGIT)) {
            size_t email = email_size(text, at);
            if (email) {
                new_token(scratch, at, at + email)->kind = TOKEN_EMAIL;
                at += email;
                continue;
            }
            email_until = at;
            while (email_until < size && (unsigned char)text[email_until] > ' ')
                email_until++;
        }
        if (c >= 0x80 && wide_sign(text + at))
            at = lex_sign(scratch, at);
        else if (c == 0xC2 && (unsigned char)text[at + 1] == 0xA3) { /* pound sign */
            struct token *token = new_token(scratch, at, at + 2);
            token->kind = TOKEN_PUNCTUATION;
            token->byte = '$';
            at += 2;
        } else if (class == BYTE_LETTER)
            at = lex_word(scratch, at);
        else if (class == BYTE_DIGIT)
            at = lex_number(scratch, at);
        else if (c < ' ')
            at++;
        else
            at = lex_sign(scratch, at);
    }
    return true;
}
