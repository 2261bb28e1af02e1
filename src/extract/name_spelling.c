/*
 * name_spelling.c: names that are spelled out: "s m i t h", "b as in boy", "double l". Reads the
 * letters from the tokens of a scratch; part of the name reader's work. Thread: the scratch's.
 */
#include "extract/name_spelling.h"

enum { LETTERS_LEAST = 3 };

static bool token_text_is(const struct extract_scratch *scratch, uint32_t at, const char *word)
{
    if (at >= scratch->token_count)
        return false;
    const struct token *token = &scratch->tokens[at];
    uint32_t i = 0;
    for (; word[i]; i++) {
        if (token->start + i >= token->end || (scratch->text[token->start + i] | 0x20) != word[i])
            return false;
    }
    return token->start + i == token->end;
}

static bool is_letter_token(const struct extract_scratch *scratch, uint32_t at)
{
    if (at >= scratch->token_count)
        return false;
    const struct token *token = &scratch->tokens[at];
    char c = (char)(scratch->text[token->start] | 0x20);
    return token->kind == TOKEN_WORD && token->end - token->start == 1 && c >= 'a' && c <= 'z';
}

/* Over a comma or a glued hyphen between letters. */
static uint32_t skip_sign(const struct extract_scratch *scratch, uint32_t at)
{
    bool sign = at < scratch->token_count && scratch->tokens[at].kind == TOKEN_PUNCTUATION &&
                (scratch->tokens[at].byte == '-' || scratch->tokens[at].byte == ',' ||
                 scratch->tokens[at].byte == '.');
    return sign ? at + 1 : at;
}

/* "as in boy", "for boy", "like boy" behind a letter. */
static uint32_t skip_example(const struct extract_scratch *scratch, uint32_t at)
{
    uint32_t word = at;
    if (token_text_is(scratch, at, "as") && token_text_is(scratch, at + 1, "in"))
        word = at + 2;
    else if (token_text_is(scratch, at, "like") || token_text_is(scratch, at, "for"))
        word = at + 1;
    bool example = word > at && word < scratch->token_count && at > 0 &&
                   scratch->tokens[word].kind == TOKEN_WORD &&
                   (scratch->text[scratch->tokens[word].start] | 0x20) ==
                       (scratch->text[scratch->tokens[at - 1].start] | 0x20);
    return example ? word + 1 : at;
}

uint32_t name_spelling_read(const struct extract_scratch *scratch, uint32_t at, char *ret_text,
                            size_t capacity, size_t *ret_size)
{
    uint32_t end = at, next = at;
    size_t size = 0;
    while (size + 2 < capacity) {
        size_t times = token_is(scratch, next, scratch->grammar->literal_double) ? 2 : 1;
        uint32_t letter = next + (times == 2);
        if (!is_letter_token(scratch, letter))
            break;
        for (size_t i = 0; i < times; i++) {
            char c = (char)(scratch->text[scratch->tokens[letter].start] | 0x20);
            ret_text[size] = size == 0 ? (char)(c - 32) : c;
            size++;
        }
        end = skip_example(scratch, letter + 1);
        next = skip_sign(scratch, end);
    }
    if (size < LETTERS_LEAST)
        return at;
    *ret_size = size;
    return end;
}
