/*
 * extract_token.h: a token: a word, number or sign of a text, with the set of symbols it may be and
 * its composites ("twenty five"). Made by token_lexer.c and number_words.c; lives in the scratch.
 */
#ifndef ASSAY_EXTRACT_EXTRACT_TOKEN_H
#define ASSAY_EXTRACT_EXTRACT_TOKEN_H

#include "extract/grammar_private.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_kind { TOKEN_WORD, TOKEN_NUMBER, TOKEN_PUNCTUATION, TOKEN_EMAIL, TOKEN_ODD };
enum token_flag {
    TOKEN_CAPITAL = 1,  /* a word that starts with a capital */
    TOKEN_GLUED = 2,    /* no white space before it */
    TOKEN_PRICE = 4,    /* a number that cannot be a time or a phone */
    TOKEN_KNOWN = 8,    /* in the word list */
    TOKEN_STOPS = 16,   /* ends a sentence */
    TOKEN_ALLCAPS = 32, /* a word of capitals, two letters or more */
    TOKEN_POSSESSIVE = 64,
    TOKEN_HESITATED = 128, /* "uh" or alike was left out before it */
};

struct token {
    uint32_t start, end; /* bytes */
    uint16_t set;
    uint8_t kind;
    uint8_t flags;
    uint8_t digits; /* of a number token, 0 otherwise */
    uint8_t alternative_count;
    char byte; /* of punctuation */
    int32_t value;
    const struct word_entry *word; /* NULL when unknown */
    struct {
        uint32_t end; /* token index behind the composite */
        int32_t value;
        uint16_t set;
    } alternatives[2]; /* composites: "twenty five", "twenty twenty six" */
};

#endif
