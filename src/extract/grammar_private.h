/*
 * grammar_private.h: the compiled grammar, immutable once made: word table, symbol sets and
 * automata; and what its two makers share (grammar_compile.c: patterns; grammar_words.c: words).
 */
#ifndef ASSAY_EXTRACT_GRAMMAR_PRIVATE_H
#define ASSAY_EXTRACT_GRAMMAR_PRIVATE_H

#include "base/error.h"
#include "base/strview.h"
#include "extract/grammar_form.h"
#include "extract/grammar_symbol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word_entry {
    uint64_t low, high; /* the bytes of the word, lower case, at most 16; 0: an empty place */
    uint16_t set;       /* index into `sets` */
    uint8_t class_count;
    uint8_t symbols[3];
    int16_t values[3];
};

struct trie_arc {
    uint16_t symbol;
    uint16_t node;
};

struct trie_node {
    uint32_t first_arc;
    uint32_t first_accept;            /* forms that end here */
    uint16_t arc_count, accept_count; /* arcs are sorted by symbol: nonterminals come first */
    uint16_t nonterminal_count;
};

struct grammar {
    struct word_entry *words;
    size_t word_mask; /* size of the table - 1 */
    size_t word_count;
    struct symbol_set *sets;
    size_t set_count, set_capacity;
    struct trie_node *nodes;
    struct trie_arc *arcs;
    uint16_t *accepts;
    size_t node_count, arc_count, accept_count;
    /* Automaton 0 takes the forms that begin with a token, of all layers; automaton k those of
     * layer k that begin with a nonterminal. */
    uint16_t roots[FORM_AUTOMATA];
    struct {
        uint32_t first;
        uint32_t count;
    } *set_symbols;                            /* by set: its symbols that occur in patterns, */
    uint16_t *symbols;                         /* which lie here, sorted */
    uint16_t root_arcs[SYMBOL_COUNT];          /* of automaton 0: node + 1; 0: none */
    bool *set_starts;                          /* by set: a form may begin with it */
    uint32_t type_starts[FORM_AUTOMATA];       /* nonterminals that may begin a form of a layer */
    uint16_t word_number_sets[100];            /* of a cardinal in words */
    uint16_t digit_sets[3][100];               /* of one or two digits, by their count */
    uint16_t three_digit_sets[2];              /* no clock, a clock */
    uint16_t four_digit_sets[4];               /* bit 0: a clock, bit 1: a year */
    uint16_t ordinal_sets[2][32];              /* in words, in digits */
    uint16_t class_sets[SYMBOL_LITERAL_FIRST]; /* of one class alone; 0 is the empty set */
    uint16_t byte_sets[128];                   /* of punctuation */
    /* literals that code asks for */
    uint32_t literal_thousand, literal_and, literal_oh, literal_o, literal_or, literal_to,
        literal_nor, literal_at, literal_dot, literal_but, literal_the, literal_either,
        literal_between, literal_for, literal_here, literal_speaking, literal_is, literal_my,
        literal_double, literal_triple, literal_hundred, literal_plus, literal_underscore,
        literal_dash, literal_hyphen, literal_with, literal_well, literal_in, literal_say,
        literal_this, literal_that, literal_then, literal_im, literal_calling, literal_from;
    const struct form **forms; /* all forms of all tables, in order */
    size_t form_count;
};

/* The data of one language. */
struct language {
    const struct word_row *words;
    size_t word_count;
    const struct form *tables[2];
    size_t table_counts[2];
    struct {
        const char *class_name;
        const char *const *lines;
        size_t count;
    } lists[5];
};

enum status grammar_compile_create(const struct language *language, struct grammar **ret_grammar,
                                   struct error *err);
void grammar_compile_destroy(struct grammar *grammar);
const struct word_entry *grammar_words_find(const struct grammar *grammar, uint64_t low,
                                            uint64_t high);
/* The symbol of a word or sign that occurs in a pattern; 0 when none has it. */
uint32_t grammar_compile_literal(const struct grammar *grammar, const char *text);

/* The entry of a word, made when new; NULL when it is too long or memory ran out. */
struct word_entry *grammar_words_add(struct grammar *grammar, const char *text, size_t size);
bool grammar_words_give(struct grammar *grammar, struct word_entry *entry, uint32_t symbol,
                        int16_t value);
bool grammar_words_add_row(struct grammar *grammar, const struct word_row *row);
bool grammar_words_number_sets(struct grammar *grammar);
/* The symbol of a class or nonterminal by its name in patterns; 0 when there is none. */
uint32_t grammar_words_class(struct strview name);

#endif
