/*
 * grammar_words.c: the word table of a compiled grammar: word rows and name lists become entries
 * with symbol sets; so do the literals of the patterns, numbers and punctuation. Used while an
 * extractor is created; afterwards the table is only read.
 */
#include "base/memory.h"
#include "extract/extract_private.h"
#include "extract/grammar_private.h"

#include <string.h>

static uint64_t hash_key(uint64_t low, uint64_t high)
{
    uint64_t hash = (low ^ (high * UINT64_C(0x9e3779b97f4a7c15))) * UINT64_C(0xff51afd7ed558ccd);
    return hash ^ (hash >> 32);
}

const struct word_entry *grammar_words_find(const struct grammar *grammar, uint64_t low,
                                            uint64_t high)
{
    size_t at = hash_key(low, high) & grammar->word_mask;
    for (;; at = (at + 1) & grammar->word_mask) {
        const struct word_entry *entry = &grammar->words[at];
        if (entry->low == low && entry->high == high)
            return entry;
        if (entry->low == 0)
            return NULL;
    }
}

static bool words_rehash(struct grammar *grammar)
{
    size_t old_size = grammar->words ? grammar->word_mask + 1 : 0;
    size_t size = old_size ? old_size * 2 : 8192;
    struct word_entry *words = memory_alloc(size * sizeof *words);
    if (!words)
        return false;
    for (size_t i = 0; i < old_size; i++) {
        if (grammar->words[i].low == 0)
            continue;
        size_t at = hash_key(grammar->words[i].low, grammar->words[i].high) & (size - 1);
        while (words[at].low)
            at = (at + 1) & (size - 1);
        words[at] = grammar->words[i];
    }
    memory_free(grammar->words);
    grammar->words = words;
    grammar->word_mask = size - 1;
    return true;
}

struct word_entry *grammar_words_add(struct grammar *grammar, const char *text, size_t size)
{
    uint64_t low, high;
    if (!token_lexer_key(text, size, &low, &high))
        return NULL; /* longer than a key: never looked up either */
    if ((!grammar->words || grammar->word_count * 3 > grammar->word_mask) && !words_rehash(grammar))
        return NULL;
    size_t at = hash_key(low, high) & grammar->word_mask;
    while (grammar->words[at].low &&
           (grammar->words[at].low != low || grammar->words[at].high != high))
        at = (at + 1) & grammar->word_mask;
    struct word_entry *entry = &grammar->words[at];
    if (entry->low == 0) {
        grammar->word_count++;
        entry->low = low;
        entry->high = high;
    }
    return entry;
}

/* The index of a set with these bits; sets are shared. */
static uint16_t intern_set(struct grammar *grammar, const struct symbol_set *set, bool *failed)
{
    for (size_t i = 0; i < grammar->set_count; i++) {
        if (memcmp(&grammar->sets[i], set, sizeof *set) == 0)
            return (uint16_t)i;
    }
    if (grammar->set_count >= UINT16_MAX ||
        !memory_grow(&grammar->sets, &grammar->set_capacity, grammar->set_count + 1,
                     sizeof *grammar->sets)) {
        *failed = true;
        return 0;
    }
    grammar->sets[grammar->set_count] = *set;
    return (uint16_t)grammar->set_count++;
}

bool grammar_words_give(struct grammar *grammar, struct word_entry *entry, uint32_t symbol,
                        int16_t value)
{
    if (!entry)
        return false;
    bool failed = false;
    struct symbol_set set = grammar->sets[entry->set];
    symbol_set_add(&set, symbol);
    entry->set = intern_set(grammar, &set, &failed);
    if (symbol < SYMBOL_LITERAL_FIRST && entry->class_count < 3) {
        entry->symbols[entry->class_count] = (uint8_t)symbol;
        entry->values[entry->class_count++] = value;
    }
    return !failed;
}

/* What a cardinal may be. digits: how many were written; 0: a word. */
static void number_symbols(struct symbol_set *set, int32_t value, int digits)
{
    symbol_set_add(set, C_NUM);
    bool leading_zero = digits == 2 && value < 10;
    if (value >= 1 && value <= 12 && !leading_zero)
        symbol_set_add(set, C_H12);
    if ((value >= 13 && value <= 23) || (leading_zero && value <= 9))
        symbol_set_add(set, C_H24);
    if (digits == 0 && value >= 1 && value <= 12)
        symbol_set_add(set, C_HW);
    if (digits == 2 && value <= 59)
        symbol_set_add(set, C_MIN);
    if (digits == 0 && value >= 10 && value <= 59)
        symbol_set_add(set, C_MINW);
    if (value >= 1 && value <= 31) {
        symbol_set_add(set, C_MDAY);
        if (digits)
            symbol_set_add(set, C_MDAYD);
    }
}

static bool add_class_word(struct grammar *grammar, const char *word, size_t size, uint32_t symbol,
                           int16_t value)
{
    struct word_entry *entry = grammar_words_add(grammar, word, size);
    if (!entry)
        return size > 16; /* too long to be looked up: nothing lost */
    bool good = grammar_words_give(grammar, entry, symbol, value);
    struct symbol_set number = {0};
    if (symbol == C_NUM)
        number_symbols(&number, value, 0);
    if (symbol == C_ORD && value >= 6)
        symbol_set_add(&number, C_ORDS);
    for (uint32_t more = SYMBOL_CLASS_FIRST; more < SYMBOL_LITERAL_FIRST; more++) {
        if (symbol_set_has(&number, more)) {
            bool failed = false;
            struct symbol_set set = grammar->sets[entry->set];
            symbol_set_add(&set, more);
            entry->set = intern_set(grammar, &set, &failed);
            good = good && !failed;
        }
    }
    return good;
}

bool grammar_words_add_row(struct grammar *grammar, const struct word_row *row)
{
    for (const char *word = row->text; *word;) {
        size_t size = strcspn(word, " ");
        const char *name = row->classes;
        for (size_t i = 0; *name; i++) {
            size_t name_size = strcspn(name, " ");
            uint32_t symbol = grammar_words_class((struct strview){name, name_size});
            if (!symbol || (size && !add_class_word(grammar, word, size, symbol, row->values[i])))
                return false;
            name += name_size + (name[name_size] == ' ');
        }
        word += size + (word[size] == ' ');
    }
    return true;
}

uint32_t grammar_words_class(struct strview name)
{
    static const struct {
        const char *name;
        uint32_t symbol;
    } names[] = {
#define X(id, text) {text, N_##id},
        NONTERMINAL_LIST(X)
#undef X
#define X(id, text) {text, C_##id},
            CLASS_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strview_is(name, names[i].name))
            return names[i].symbol;
    }
    return 0;
}

static uint16_t number_set(struct grammar *grammar, int32_t value, int digits, bool *failed)
{
    struct symbol_set set = {0};
    number_symbols(&set, value, digits);
    if (digits == 1 || digits == 2) {
        char text[4] = {(char)('0' + value / 10), (char)('0' + value % 10), '\0', '\0'};
        const char *shown = value < 10 ? text + 1 : text;
        uint32_t literal = grammar_compile_literal(grammar, shown);
        if (literal)
            symbol_set_add(&set, literal);
    }
    return intern_set(grammar, &set, failed);
}

static uint16_t one_symbol_set(struct grammar *grammar, uint32_t symbol, bool *failed)
{
    struct symbol_set set = {0};
    if (symbol)
        symbol_set_add(&set, symbol);
    return intern_set(grammar, &set, failed);
}

bool grammar_words_number_sets(struct grammar *grammar)
{
    bool failed = false;
    for (int32_t value = 0; value < 100; value++) {
        grammar->word_number_sets[value] = number_set(grammar, value, 0, &failed);
        for (int digits = 1; digits <= 2; digits++)
            grammar->digit_sets[digits][value] = number_set(grammar, value, digits, &failed);
    }
    for (uint16_t kind = 0; kind < 4; kind++) {
        struct symbol_set set = {0};
        symbol_set_add(&set, C_NUM);
        if (kind & 1)
            symbol_set_add(&set, C_HM4);
        if (kind < 2)
            grammar->three_digit_sets[kind] = intern_set(grammar, &set, &failed);
        if (kind & 2)
            symbol_set_add(&set, C_YEAR);
        grammar->four_digit_sets[kind] = intern_set(grammar, &set, &failed);
    }
    for (int32_t value = 1; value < 32; value++) {
        struct symbol_set set = {0};
        symbol_set_add(&set, C_ORD);
        if (value >= 6)
            symbol_set_add(&set, C_ORDS);
        grammar->ordinal_sets[0][value] = intern_set(grammar, &set, &failed);
        symbol_set_add(&set, C_ORDS);
        grammar->ordinal_sets[1][value] = intern_set(grammar, &set, &failed);
    }
    for (uint32_t symbol = SYMBOL_CLASS_FIRST; symbol < SYMBOL_LITERAL_FIRST; symbol++)
        grammar->class_sets[symbol] = one_symbol_set(grammar, symbol, &failed);
    for (int byte = '!'; byte < 127; byte++) {
        char text[2] = {(char)byte, '\0'};
        grammar->byte_sets[byte] =
            one_symbol_set(grammar, grammar_compile_literal(grammar, text), &failed);
    }
    return !failed;
}
