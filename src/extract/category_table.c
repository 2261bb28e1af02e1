/*
 * category_table.c: categorical slots from the caller's table: values, their synonyms, and close
 * spellings of single words (edit distance 1 from 5 letters on, 2 from 9). Built once, then only
 * read; matching adds edges to the chart before the cover.
 */
#include "base/arena.h"
#include "base/memory.h"
#include "extract/extract_private.h"

#include <string.h>

enum { WORDS_LIMIT = 8, WORD_BYTES = 32 };

struct synonym {
    struct strview words[WORDS_LIMIT];
    size_t word_count;
    struct strview slot, value;
    struct synonym *next; /* same first word */
};

struct category_table {
    struct arena *arena;
    struct synonym **buckets;
    size_t bucket_mask;
    struct synonym **close; /* single words of 5 letters or more */
    size_t close_count, close_capacity;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static uint64_t hash_word(const char *text, size_t size)
{
    uint64_t hash = 1469598103934665603U;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)lower(text[i])) * 1099511628211U;
    return hash ^ (hash >> 31);
}

static bool same_word(struct strview a, const char *text, size_t size)
{
    if (a.size != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (a.data[i] != lower(text[i]))
            return false;
    }
    return true;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '\'' || (unsigned char)c >= 0x80;
}

static bool split_words(struct arena *arena, const char *text, struct synonym *synonym)
{
    for (const char *p = text; *p;) {
        if (!is_word_byte(*p)) {
            p++;
            continue;
        }
        size_t size = 0;
        while (is_word_byte(p[size]))
            size++;
        char *copy = arena_alloc(arena, size + 1);
        if (!copy || synonym->word_count == WORDS_LIMIT)
            return false;
        for (size_t i = 0; i < size; i++)
            copy[i] = lower(p[i]);
        synonym->words[synonym->word_count++] = (struct strview){copy, size};
        p += size;
    }
    return synonym->word_count > 0;
}

static enum status add_synonym(struct category_table *table,
                               const struct extract_category *category, const char *value,
                               const char *text, struct error *err)
{
    struct synonym *synonym = arena_alloc(table->arena, sizeof *synonym);
    if (!synonym)
        return error_no_memory(err);
    synonym->slot = arena_copy_view(table->arena, strview_of(category->slot));
    synonym->value = arena_copy_view(table->arena, strview_of(value));
    if (!split_words(table->arena, text, synonym)) {
        error_set(err, STATUS_CONFIG,
                  "slot '%s' has a value or synonym '%s' that cannot be matched", category->slot,
                  text);
        error_fix(err, "Use one to %d words of letters or digits.", WORDS_LIMIT);
        return STATUS_CONFIG;
    }
    size_t at = hash_word(synonym->words[0].data, synonym->words[0].size) & table->bucket_mask;
    synonym->next = table->buckets[at];
    table->buckets[at] = synonym;
    if (synonym->word_count == 1 && synonym->words[0].size >= 5) {
        if (!memory_grow(&table->close, &table->close_capacity, table->close_count + 1,
                         sizeof *table->close))
            return error_no_memory(err);
        table->close[table->close_count++] = synonym;
    }
    return STATUS_OK;
}

static enum status add_category(struct category_table *table,
                                const struct extract_category *category, struct error *err)
{
    if (!category->slot || !*category->slot)
        return error_set(err, STATUS_CONFIG, "a categorical slot has no name");
    enum status status = STATUS_OK;
    for (size_t v = 0; v < category->value_count && status == STATUS_OK; v++) {
        const struct extract_category_value *value = &category->values[v];
        if (!value->value)
            return error_set(err, STATUS_CONFIG, "slot '%s' has an empty value", category->slot);
        status = add_synonym(table, category, value->value, value->value, err);
        for (const char *const *s = value->synonyms; s && *s && status == STATUS_OK; s++)
            status = add_synonym(table, category, value->value, *s, err);
    }
    return status;
}

enum status category_table_create(const struct extractor_options *options,
                                  struct category_table **ret_table, struct error *err)
{
    *ret_table = NULL;
    if (options->category_count == 0)
        return STATUS_OK;
    struct category_table *table = memory_alloc(sizeof *table);
    if (!table)
        return error_no_memory(err);
    table->bucket_mask = 1023;
    table->arena = arena_create(16384, 0);
    table->buckets = memory_alloc((table->bucket_mask + 1) * sizeof(struct synonym *));
    enum status status = table->arena && table->buckets ? STATUS_OK : error_no_memory(err);
    for (size_t i = 0; i < options->category_count && status == STATUS_OK; i++)
        status = add_category(table, &options->categories[i], err);
    if (status != STATUS_OK)
        category_table_destroy(table);
    else
        *ret_table = table;
    return status;
}

void category_table_destroy(struct category_table *table)
{
    if (!table)
        return;
    arena_destroy(table->arena);
    memory_free(table->buckets);
    memory_free(table->close);
    memory_free(table);
}

/* ---- matching ---- */

static bool token_equals(const struct extract_scratch *scratch, uint32_t at, struct strview word)
{
    if (at >= scratch->token_count)
        return false;
    const struct token *token = &scratch->tokens[at];
    const char *text = scratch->text + token->start;
    size_t size = token->end - token->start;
    bool plural = size == word.size + 1 && word.size >= 3 && lower(text[size - 1]) == 's';
    return same_word(word, text, plural ? size - 1 : size); /* "flu shots" */
}

static uint32_t match_at(const struct extract_scratch *scratch, const struct synonym *synonym,
                         uint32_t at)
{
    for (size_t i = 0; i < synonym->word_count; i++) {
        if (i && at < scratch->token_count && scratch->tokens[at].byte == '-')
            at++;
        if (!token_equals(scratch, at, synonym->words[i]))
            return 0;
        at++;
    }
    return at;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Damerau-Levenshtein with adjacent swaps, for words of fewer than WORD_BYTES bytes. */
static size_t edit_distance(struct strview a, const char *b, size_t b_size)
{
    size_t rows[3][WORD_BYTES + 1];
    for (size_t k = 0; k <= b_size; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= a.size; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t k = 1; k <= b_size; k++) {
            bool equal = a.data[i - 1] == lower(b[k - 1]);
            row[k] = least(least(row[k - 1] + 1, above[k] + 1), above[k - 1] + !equal);
            if (i > 1 && k > 1 && a.data[i - 1] == lower(b[k - 2]) &&
                a.data[i - 2] == lower(b[k - 1]))
                row[k] = least(row[k], before[k - 2] + 1);
        }
    }
    return rows[a.size % 3][b_size];
}

static const struct synonym *closest(const struct category_table *table, const char *text,
                                     size_t size)
{
    const struct synonym *best = NULL;
    size_t limit = size >= 9 ? 2 : 1, best_distance = limit + 1;
    for (size_t i = 0; i < table->close_count; i++) {
        struct strview word = table->close[i]->words[0];
        size_t gap = word.size > size ? word.size - size : size - word.size;
        if (gap > limit || word.size >= WORD_BYTES)
            continue;
        size_t distance = edit_distance(word, text, size);
        if (distance < best_distance) {
            best_distance = distance;
            best = table->close[i];
        } else if (distance == best_distance && best &&
                   !strview_equal(best->value, table->close[i]->value)) {
            best = NULL; /* two values are equally near */
        }
    }
    return best;
}

static bool add_match(struct extract_scratch *scratch, const struct synonym *synonym, uint32_t at,
                      uint32_t end, uint8_t reasons)
{
    struct edge edge = {.start = at,
                        .end = end,
                        .meaning = -1,
                        .makes = N_CATEGORY,
                        .reasons = reasons,
                        .score =
                            (int32_t)(end - at) * 20 - 2, /* "beard trim" is no beard and a trim */
                        .value = synonym->value,
                        .slot = synonym->slot};
    return chart_parser_add(scratch, &edge);
}

bool category_table_run(const struct category_table *table, struct extract_scratch *scratch)
{
    for (uint32_t at = 0; at < scratch->token_count; at++) {
        const struct token *token = &scratch->tokens[at];
        const char *text = scratch->text + token->start;
        size_t size = token->end - token->start;
        bool found = false;
        if (token->kind != TOKEN_WORD && token->kind != TOKEN_NUMBER)
            continue;
        bool plural = size >= 4 && lower(text[size - 1]) == 's';
        for (size_t less = 0; less <= (plural ? 1 : 0); less++) {
            size_t bucket = hash_word(text, size - less) & table->bucket_mask;
            for (const struct synonym *s = table->buckets[bucket]; s; s = s->next) {
                bool other = less && !same_word(s->words[0], text, size - 1);
                uint32_t end = other ? 0 : match_at(scratch, s, at);
                if (end && !add_match(scratch, s, at, end, 0))
                    return false;
                found = found || end;
            }
        }
        bool known = (token->flags & TOKEN_KNOWN) != 0;
        if (found || known || size < 5 || size >= WORD_BYTES)
            continue;
        const struct synonym *near = closest(table, text, size);
        if (near && !add_match(scratch, near, at, at + 1, PHRASE_CLOSE))
            return false;
    }
    return true;
}
