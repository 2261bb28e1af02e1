/*
 * grammar_private.h: what the two halves of compiling a grammar share (grammar_compile.c: patterns;
 * grammar_words.c: words). Thread: the one that creates the extractor.
 */
#ifndef ASSAY_EXTRACT_GRAMMAR_PRIVATE_H
#define ASSAY_EXTRACT_GRAMMAR_PRIVATE_H

#include "extract/extract_private.h"

/* The entry of a word, made when new; NULL when it is too long or memory ran out. */
struct word_entry *grammar_words_add(struct grammar *grammar, const char *text, size_t size);
bool grammar_words_give(struct grammar *grammar, struct word_entry *entry, uint32_t symbol,
                        int16_t value);
bool grammar_words_add_row(struct grammar *grammar, const struct word_row *row);
bool grammar_words_number_sets(struct grammar *grammar);
/* The symbol of a class or nonterminal by its name in patterns; 0 when there is none. */
uint32_t grammar_words_class(struct strview name);

#endif
