/*
 * price_table.h: what a model's tokens cost on a day.
 *
 * Prices are data (pipelines/prices.yaml): dated, per model, USD per 1M tokens of a class. Money is
 * an integer, 10^-9 USD. A cost is the exact sum over the classes of tokens x rate, rounded once,
 * to the nearest 10^-9 USD, half up. Read-only once read; thread: any.
 */
#ifndef ASSAY_COST_PRICE_TABLE_H
#define ASSAY_COST_PRICE_TABLE_H

#include "config/yaml_tree.h"
#include "cost/token_usage.h"

struct price {
    struct strview model; /* "openai/gpt-4o-mini", "ollama/" followed by a star */
    struct strview source;
    int64_t valid_from_day; /* days since 1970-01-01 */
    int64_t valid_to_day;   /* INT64_MAX: open */
    /* 10^-9 USD per 1M tokens */
    int64_t input_nano;
    int64_t cached_input_nano; /* the input rate when the file has none */
    int64_t cache_write_nano;  /* likewise */
    int64_t output_nano;
    int64_t batch_ppm; /* of the price, in millionths; -1: there is no batch interface */
};

struct price_table {
    const struct price *prices; /* by model, then by day */
    size_t count;
};

/* Everything wrong is added to `faults`, with its place; the table then holds what is right. */
enum status price_table_read(const char *path, struct arena *arena, struct fault_list *faults,
                             struct price_table *ret_table, struct error *err);
/* The same from a tree that was read. */
enum status price_table_load(const struct yaml_node *root, struct arena *arena,
                             struct fault_list *faults, struct price_table *ret_table,
                             struct error *err);

enum price_answer {
    PRICE_FOUND,
    PRICE_NO_MODEL, /* nothing is known of this model */
    PRICE_NO_DAY,   /* the model is known, but not on this day */
};

/*
 * `model` is provider/model. An entry of its own wins over one of its name without a date at the
 * end (-2024-07-18), and that over provider/ and a star. *ret_price points into the table;
 * untouched unless found.
 */
enum price_answer price_table_find(const struct price_table *table, struct strview model,
                                   int64_t day, const struct price **ret_price);
/* "no price for 'x/y': add it to prices.yaml", for a report. */
const char *price_table_answer_text(enum price_answer answer);

/* Saturates at INT64_MAX. */
int64_t price_table_cost_nano(const struct price *price, const struct token_usage *usage);
/* Through the batch interface; the full price when there is none. */
int64_t price_table_batch_cost_nano(const struct price *price, const struct token_usage *usage);

#endif
