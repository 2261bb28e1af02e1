/*
 * price_table.c: reads the price file, finds the entry of a model and a day, and multiplies in
 * whole numbers. Read once at the start of a run (main), then asked from any thread.
 */
#include "cost/price_table.h"

#include "base/civil_time.h"
#include "config/option_table.h"

#include <math.h>
#include <stdlib.h>

#define TOKENS_PER_RATE 1000000
#define HIGHEST_USD 1000000 /* per 1M tokens: beyond, somebody wrote another unit */

__extension__ typedef unsigned __int128 wide;

/* As the file has it. */
struct price_entry {
    struct strview model, valid_from, valid_to, source;
    double input, cached_input, cache_write, output, batch;
};

#define AT(member) offsetof(struct price_entry, member)

/* clang-format off */
static const struct option entry_options[] = {
    {"model",        OPTION_TEXT, NULL, AT(model),        "provider/model, or provider/*", OPTION_MUST, NULL, 0, 0},
    {"valid_from",   OPTION_TEXT, NULL, AT(valid_from),   "first day, as in 2025-01-31", OPTION_MUST, NULL, 0, 0},
    {"valid_to",     OPTION_TEXT, NULL, AT(valid_to),     "last day", OPTION_MAY, NULL, 0, 0},
    {"input",        OPTION_REAL, NULL, AT(input),        "USD per 1M tokens", OPTION_MUST, NULL, 0, HIGHEST_USD},
    {"cached_input", OPTION_REAL, NULL, AT(cached_input), "default: as input", OPTION_MAY, NULL, 0, HIGHEST_USD},
    {"cache_write",  OPTION_REAL, NULL, AT(cache_write),  "default: as input", OPTION_MAY, NULL, 0, HIGHEST_USD},
    {"output",       OPTION_REAL, NULL, AT(output),       "USD per 1M tokens", OPTION_MUST, NULL, 0, HIGHEST_USD},
    {"batch",        OPTION_REAL, NULL, AT(batch),        "factor of the batch interface", OPTION_MAY, NULL, 0, 1},
    {"source",       OPTION_TEXT, NULL, AT(source),       "where the figures come from", OPTION_MAY, NULL, 0, 0},
    {0},
};

struct price_file {
    struct yaml_node *prices;
};

static const struct option file_options[] = {
    {"prices", OPTION_NODE, NULL, offsetof(struct price_file, prices), "a list of prices", OPTION_MUST, NULL, 0, 0},
    {0},
};
/* clang-format on */

static int64_t nano_of(double usd, int64_t otherwise)
{
    return isnan(usd) ? otherwise : (int64_t)llround(usd * 1e9);
}

static int64_t day_of(const struct yaml_node *entry, const char *key, struct strview text,
                      struct fault_list *faults)
{
    struct civil_parsed parsed;
    if (civil_time_parse(text, &parsed, NULL) == STATUS_OK && !parsed.has_clock)
        return civil_time_day_of_ns(parsed.local_ns);
    fault_add(faults, yaml_find(entry, key), "Write a day as in 2025-01-31.",
              "%s '%.*s' is not a day", key, STRVIEW_ARG(text));
    return 0;
}

static void read_entry(const struct yaml_node *node, struct price *ret_price,
                       struct fault_list *faults)
{
    struct price_entry entry = {0};
    size_t faults_before = faults->count;
    option_table_apply(entry_options, node, &entry, faults);
    if (faults->count > faults_before)
        return;
    int64_t input_nano = nano_of(entry.input, 0);
    *ret_price = (struct price){
        .model = entry.model,
        .source = entry.source,
        .valid_from_day = day_of(node, "valid_from", entry.valid_from, faults),
        .valid_to_day =
            entry.valid_to.data ? day_of(node, "valid_to", entry.valid_to, faults) : INT64_MAX,
        .input_nano = input_nano,
        .cached_input_nano = nano_of(entry.cached_input, input_nano),
        .cache_write_nano = nano_of(entry.cache_write, input_nano),
        .output_nano = nano_of(entry.output, 0),
        .batch_ppm = isnan(entry.batch) ? -1 : llround(entry.batch * 1e6),
    };
    if (!memchr(entry.model.data, '/', entry.model.size))
        fault_add(faults, yaml_find(node, "model"),
                  "Write provider/model, as in openai/gpt-4o-mini.", "model '%.*s' has no provider",
                  STRVIEW_ARG(entry.model));
    if (ret_price->valid_to_day < ret_price->valid_from_day)
        fault_add(faults, yaml_find(node, "valid_to"), NULL, "valid_to is before valid_from");
}

static int by_model_and_day(const void *left, const void *right)
{
    const struct price *a = left;
    const struct price *b = right;
    int order = strview_compare(a->model, b->model);
    if (order)
        return order;
    return (a->valid_from_day > b->valid_from_day) - (a->valid_from_day < b->valid_from_day);
}

static void check_twins(const struct yaml_node *list, const struct price *prices, size_t count,
                        struct fault_list *faults)
{
    for (size_t i = 1; i < count; i++) {
        if (by_model_and_day(&prices[i - 1], &prices[i]) == 0 && prices[i].model.data)
            fault_add(faults, list, "Keep one of them.",
                      "model '%.*s' has two prices from the same day",
                      STRVIEW_ARG(prices[i].model));
    }
}

enum status price_table_load(const struct yaml_node *root, struct arena *arena,
                             struct fault_list *faults, struct price_table *ret_table,
                             struct error *err)
{
    struct price_file file = {0};
    option_table_apply(file_options, root, &file, faults);
    size_t count = 0;
    if (file.prices && file.prices->kind != YAML_LIST)
        fault_add(faults, file.prices, "Write '- {model: ...}' lines below it.",
                  "'prices' takes a list");
    else if (file.prices)
        count = file.prices->count;
    struct price *prices = arena_array(arena, count ? count : 1, sizeof *prices);
    if (!prices)
        return error_no_memory(err);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        read_entry(file.prices->pairs[i].value, &prices[kept], faults);
        kept += prices[kept].model.data != NULL; /* absent: it was faulty */
    }
    qsort(prices, kept, sizeof *prices, by_model_and_day);
    check_twins(file.prices, prices, kept, faults);
    *ret_table = (struct price_table){prices, kept};
    return STATUS_OK;
}

enum status price_table_read(const char *path, struct arena *arena, struct fault_list *faults,
                             struct price_table *ret_table, struct error *err)
{
    struct yaml_node *root = NULL;
    enum status status = yaml_tree_read(path, arena, faults, &root, err);
    if (status != STATUS_OK)
        return status;
    if (!root) {
        *ret_table = (struct price_table){0};
        return STATUS_OK; /* the faults say why */
    }
    return price_table_load(root, arena, faults, ret_table, err);
}

/* The entry of exactly this name that holds on the day: the latest that has begun, unless it has
 * ended. */
static enum price_answer find_name(const struct price_table *table, struct strview name,
                                   int64_t day, const struct price **ret_price)
{
    bool is_known = false;
    const struct price *latest = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct price *price = &table->prices[i];
        if (!strview_equal(price->model, name))
            continue;
        is_known = true;
        if (price->valid_from_day <= day)
            latest = price;
    }
    if (!latest || day > latest->valid_to_day)
        return is_known ? PRICE_NO_DAY : PRICE_NO_MODEL;
    *ret_price = latest;
    return PRICE_FOUND;
}

/* Without -2024-07-18 at its end; absent when it has no such end. */
static struct strview without_date(struct strview model)
{
    static const char shape[] = "-dddd-dd-dd";
    size_t size = sizeof shape - 1;
    if (model.size <= size)
        return (struct strview){0};
    const char *end = model.data + model.size - size;
    for (size_t i = 0; i < size; i++) {
        bool fits = shape[i] == 'd' ? end[i] >= '0' && end[i] <= '9' : end[i] == '-';
        if (!fits)
            return (struct strview){0};
    }
    return (struct strview){model.data, model.size - size};
}

enum price_answer price_table_find(const struct price_table *table, struct strview model,
                                   int64_t day, const struct price **ret_price)
{
    const char *slash = model.size ? memchr(model.data, '/', model.size) : NULL;
    enum price_answer answer = find_name(table, model, day, ret_price);
    struct strview plain = without_date(model);
    if (answer == PRICE_NO_MODEL && plain.data)
        answer = find_name(table, plain, day, ret_price);
    if (answer != PRICE_NO_MODEL || !slash)
        return answer;
    struct strview provider = {model.data, (size_t)(slash - model.data) + 1};
    for (size_t i = 0; i < table->count; i++) {
        struct strview name = table->prices[i].model;
        if (name.size == provider.size + 1 && name.data[provider.size] == '*' &&
            memcmp(name.data, provider.data, provider.size) == 0)
            return find_name(table, name, day, ret_price);
    }
    return PRICE_NO_MODEL;
}

const char *price_table_answer_text(enum price_answer answer)
{
    switch (answer) {
    case PRICE_FOUND:
        return "priced";
    case PRICE_NO_MODEL:
        return "unpriced: the model is not in the price file";
    case PRICE_NO_DAY:
        return "unpriced: the price file has the model, but not for that day";
    }
    return "";
}

static wide product(int64_t tokens, int64_t rate_nano)
{
    return tokens > 0 && rate_nano > 0 ? (wide)tokens * (wide)rate_nano : 0;
}

static int64_t divide_half_up(wide amount, wide divisor)
{
    wide quotient = (amount + divisor / 2) / divisor;
    return quotient > INT64_MAX ? INT64_MAX : (int64_t)quotient;
}

/* In 10^-15 USD: exact. 4 x 10^12 tokens x 10^15 fits 128 bits many times over. */
static wide exact_cost(const struct price *price, const struct token_usage *usage)
{
    return product(usage->input, price->input_nano) +
           product(usage->cached_input, price->cached_input_nano) +
           product(usage->cache_write, price->cache_write_nano) +
           product(usage->output, price->output_nano);
}

int64_t price_table_cost_nano(const struct price *price, const struct token_usage *usage)
{
    return divide_half_up(exact_cost(price, usage), TOKENS_PER_RATE);
}

int64_t price_table_batch_cost_nano(const struct price *price, const struct token_usage *usage)
{
    if (price->batch_ppm < 0)
        return price_table_cost_nano(price, usage);
    wide ppm = (wide)price->batch_ppm;
    return divide_half_up(exact_cost(price, usage) * ppm, (wide)TOKENS_PER_RATE * 1000000);
}
