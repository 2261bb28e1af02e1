/*
 * number_words.c: composites of number words, as further readings of the token they start at:
 * "twenty five", "twenty-first", "oh five", "twenty twenty six", "two thousand twenty six". The
 * single words stay tokens, so spans stay true and the grammar may take either. After the lexer.
 */
#include "extract/extract_private.h"

static void add(struct token *token, uint32_t end, int32_t value, uint16_t set)
{
    if (token->alternative_count == 2)
        return;
    size_t i = token->alternative_count++;
    token->alternatives[i].end = end;
    token->alternatives[i].value = value;
    token->alternatives[i].set = set;
}

static bool is_number_word(const struct extract_scratch *scratch, size_t at)
{
    return at < scratch->token_count && scratch->tokens[at].kind == TOKEN_NUMBER &&
           scratch->tokens[at].digits == 0 && scratch->tokens[at].word;
}

/* The place behind `at`, over a glued hyphen. */
static size_t skip_hyphen(const struct extract_scratch *scratch, size_t at)
{
    return at < scratch->token_count && scratch->tokens[at].byte == '-' ? at + 1 : at;
}

/* A number below 100 in words: its value and end; -1 when there is none. */
static int32_t below_hundred(const struct extract_scratch *scratch, size_t at, size_t *ret_end)
{
    if (!is_number_word(scratch, at))
        return -1;
    int32_t value = scratch->tokens[at].value;
    size_t next = skip_hyphen(scratch, at + 1);
    if (value >= 20 && value % 10 == 0 && is_number_word(scratch, next)) {
        int32_t unit = scratch->tokens[next].value;
        if (unit >= 1 && unit <= 9) {
            *ret_end = next + 1;
            return value + unit;
        }
    }
    *ret_end = at + 1;
    return value;
}

/* "twenty five", "twenty fifth". */
static void tens(struct extract_scratch *scratch, size_t at)
{
    const struct grammar *grammar = scratch->grammar;
    struct token *token = &scratch->tokens[at];
    size_t next = skip_hyphen(scratch, at + 1);
    if (next >= scratch->token_count)
        return;
    const struct token *unit = &scratch->tokens[next];
    if (is_number_word(scratch, next) && unit->value >= 1 && unit->value <= 9) {
        add(token, (uint32_t)next + 1, token->value + unit->value,
            grammar->word_number_sets[token->value + unit->value]);
    } else if (token_is(scratch, next, C_ORD) && unit->word) {
        int32_t ordinal = token_lexer_value(unit, C_ORD);
        if (ordinal >= 1 && ordinal <= 9 && token->value + ordinal <= 31)
            add(token, (uint32_t)next + 1, token->value + ordinal,
                grammar->ordinal_sets[1][token->value + ordinal]);
    }
}

/* "twenty twenty six", "nineteen ninety nine", "twenty oh nine". */
static void year_pair(struct extract_scratch *scratch, size_t at)
{
    size_t end = 0;
    int32_t rest = below_hundred(scratch, at + 1, &end);
    if (rest >= 10)
        add(&scratch->tokens[at], (uint32_t)end, scratch->tokens[at].value * 100 + rest,
            scratch->grammar->class_sets[C_YEAR]);
}

/* "two thousand", "two thousand and twenty six". */
static void two_thousand(struct extract_scratch *scratch, size_t at)
{
    if (!token_is(scratch, at + 1, scratch->grammar->literal_thousand))
        return;
    size_t next = at + 2, end = at + 2;
    if (token_is(scratch, next, scratch->grammar->literal_and))
        next++;
    int32_t rest = below_hundred(scratch, next, &end);
    if (rest < 0)
        end = at + 2;
    add(&scratch->tokens[at], (uint32_t)end, 2000 + (rest > 0 ? rest : 0),
        scratch->grammar->class_sets[C_YEAR]);
}

void number_words_run(struct extract_scratch *scratch)
{
    const struct grammar *grammar = scratch->grammar;
    for (size_t at = 0; at + 1 < scratch->token_count; at++) {
        struct token *token = &scratch->tokens[at];
        if (token->kind == TOKEN_NUMBER && token->digits == 0 && token->word) {
            if (token->value >= 20 && token->value % 10 == 0)
                tens(scratch, at);
            if (token->value == 20 || token->value == 19)
                year_pair(scratch, at);
            if (token->value == 2)
                two_thousand(scratch, at);
        }
        bool zero = (token->word && (token_is(scratch, at, grammar->literal_oh) ||
                                     token_is(scratch, at, grammar->literal_o))) ||
                    (token->kind == TOKEN_NUMBER && token->word && token->value == 0);
        if (zero && is_number_word(scratch, at + 1)) {
            int32_t unit = scratch->tokens[at + 1].value;
            if (unit >= 1 && unit <= 9)
                add(token, (uint32_t)at + 2, unit, grammar->class_sets[C_MINX]);
        }
    }
}
