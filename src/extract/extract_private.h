/*
 * extract_private.h: edges, phrases, the scratch and the stages; for this room only.
 *
 * A text becomes tokens (each with the set of symbols it may be), the chart finds edges (a form of
 * the grammar over a span of tokens, with its meaning), the best cover of edges becomes phrases,
 * and phrases become slots. Everything lives in the scratch. Indices instead of pointers, since the
 * arrays grow.
 */
#ifndef ASSAY_EXTRACT_EXTRACT_PRIVATE_H
#define ASSAY_EXTRACT_EXTRACT_PRIVATE_H

#include "extract/calibration_table.h"
#include "extract/extract_token.h"
#include "extract/extractor.h"
#include "extract/locale_table.h"
#include "extract/time_meaning.h"

struct edge {
    uint32_t start, end; /* tokens */
    int32_t meaning;     /* index; -1 for cues */
    int32_t next;        /* next edge that starts here */
    uint16_t form;
    uint8_t makes;
    bool weak;       /* only part of others, an answer or a correction */
    uint8_t reasons; /* enum phrase_reason */
    int32_t score;
    struct strview value, slot; /* of names, contacts and categories */
};

/* A chosen edge, and what became of it. */
struct phrase {
    uint32_t start, end; /* tokens */
    int32_t meaning;
    uint16_t form;
    uint8_t makes;
    uint8_t polarity;
    uint8_t reasons; /* enum phrase_reason */
    bool dropped;
    bool weak;            /* may only be used as an answer or a correction */
    int32_t rival;        /* the phrase it is an alternative to; -1 */
    struct strview value; /* names, phones, emails, categories */
    struct strview slot;  /* categories */
};
enum phrase_reason {
    PHRASE_CORRECTED = 1, /* an editing term was heard */
    PHRASE_OFFERED = 2,   /* "A or B" */
    PHRASE_ANSWER = 4,    /* read only because it was asked for */
    PHRASE_WEAK_NAME = 8, /* a weak cue and no known given name */
    PHRASE_CLOSE = 16,    /* a close spelling */
    PHRASE_LEFT = 64,     /* what a refusal leaves: "not before three" */
    PHRASE_CLEAR = 32,    /* the correction leaves nothing to guess */
};

struct extract_scratch {
    uint64_t allocations;
    char *text; /* a copy with 16 zero bytes behind it */
    size_t text_capacity, text_size;
    struct token *tokens;
    size_t token_count, token_capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    int32_t *first_edge; /* per token */
    size_t first_edge_capacity;
    uint32_t *edge_types; /* per token: bits of nonterminals that start there */
    size_t edge_types_capacity;
    struct meaning *meanings;
    size_t meaning_count, meaning_capacity;
    int32_t *best;
    size_t best_capacity;
    int32_t *choice;
    size_t choice_capacity;
    struct phrase *phrases;
    size_t phrase_count, phrase_capacity;
    struct extract_slot *slots;
    size_t slot_count, slot_capacity;
    struct extract_reading *readings;
    size_t reading_count, reading_capacity;
    char *values; /* value texts; fixed while slots are made, so views stay valid */
    size_t value_size, value_capacity;
    bool failed; /* memory ran out */
    bool after_filler;

    /* of the running request */
    const struct extractor *extractor;
    const struct grammar *grammar;
    const struct extract_request *request;
    struct locale_rule locale;
    int64_t local_ns;   /* the reference on the wall clock */
    int64_t today;      /* its day */
    uint32_t cue_types; /* bits of nonterminals that were found anywhere */
};

struct extractor {
    struct extractor_options options;
    struct grammar *english;
    struct locale_rule default_locale;
    struct category_table *categories;
    struct extract_calibration calibration;
};

/* Room for `needed` elements in a growing array of the scratch; counts what it asks for. */
bool extract_scratch_reserve(struct extract_scratch *scratch, void *array_pointer, size_t *capacity,
                             size_t needed, size_t element_size);
/* A copy of the text in the scratch; absent when memory ran out. */
struct strview extract_scratch_keep(struct extract_scratch *scratch, const char *text, size_t size);

/* token_lexer.c */
bool token_lexer_run(struct extract_scratch *scratch);
static inline const struct symbol_set *token_set(const struct extract_scratch *scratch, size_t at)
{
    return &scratch->grammar->sets[scratch->tokens[at].set];
}
static inline bool token_is(const struct extract_scratch *scratch, size_t at, uint32_t symbol)
{
    return at < scratch->token_count && symbol_set_has(token_set(scratch, at), symbol);
}
/* The value of a word for one of its classes. */
int32_t token_lexer_value(const struct token *token, uint32_t symbol);
/* Packs a word of at most 16 bytes, lower-cased; false when it is longer. */
bool token_lexer_key(const char *text, size_t size, uint64_t *ret_low, uint64_t *ret_high);

/* number_words.c: finds composites of number words. */
void number_words_run(struct extract_scratch *scratch);

/* chart_parser.c */
bool chart_parser_run(struct extract_scratch *scratch);
/* Adds an edge that no form makes (a name, a phone). Before chart_parser_cover. */
bool chart_parser_add(struct extract_scratch *scratch, const struct edge *edge);
/* Chooses the best cover and writes the phrases. */
bool chart_parser_cover(struct extract_scratch *scratch);

/* name_reader.c, contact_reader.c, category_table.c: edges of their own */
bool name_reader_run(struct extract_scratch *scratch);
bool contact_reader_run(struct extract_scratch *scratch);
bool contact_reader_phone_value(const struct extract_scratch *scratch, const char *digits,
                                size_t count, bool international, char ret_value[24]);
struct category_table;
enum status category_table_create(const struct extractor_options *options,
                                  struct category_table **ret_table, struct error *err);
void category_table_destroy(struct category_table *table);
bool category_table_run(const struct category_table *table, struct extract_scratch *scratch);

/* discourse.c: corrections, negation, answers; phrase_join.c: what was said apart */
void discourse_run(struct extract_scratch *scratch);
void phrase_join_run(struct extract_scratch *scratch);

/* slot_ranking.c: phrases -> slots */
bool slot_ranking_run(struct extract_scratch *scratch);

#endif
