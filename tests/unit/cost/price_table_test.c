#include "base/civil_time.h"
#include "base/memory.h"
#include "cost/price_table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>

static struct arena *arena;
static struct fault_list faults;

static void set_up(void)
{
    arena = arena_create(4096, 0);
    faults = (struct fault_list){.arena = arena, .file = "prices.yaml"};
}

static void tear_down(void)
{
    arena_destroy(arena);
}

TestSuite(price_table, .init = set_up, .fini = tear_down);

static struct price_table table_of(const char *text)
{
    struct price_table table = {0};
    struct yaml_node *root = NULL;
    struct error err;
    cr_assert(eq(int, yaml_tree_parse("prices.yaml", strview_of(text), arena, &faults, &root, &err),
                 STATUS_OK));
    cr_assert(eq(int, price_table_load(root, arena, &faults, &table, &err), STATUS_OK));
    return table;
}

static struct price_table own_table(void)
{
    struct price_table table = {0};
    cr_assert(eq(
        int,
        price_table_read(ASSAY_SOURCE_DIR "/pipelines/prices.yaml", arena, &faults, &table, NULL),
        STATUS_OK));
    struct strbuf text = {0};
    fault_print(&faults, &text);
    cr_assert(eq(sz, faults.count, 0), "%s", text.data);
    strbuf_done(&text);
    return table;
}

static int64_t day(int32_t year, int32_t month, int32_t of_month)
{
    return civil_time_days(year, month, of_month);
}

static const struct price *find(const struct price_table *table, const char *model, int64_t on_day)
{
    const struct price *price = NULL;
    price_table_find(table, strview_of(model), on_day, &price);
    return price;
}

Test(price_table, the_prices_that_come_with_assay_are_those_that_were_published)
{
    struct price_table table = own_table();
    struct token_usage million = {.input = 1000000, .output = 1000000};
    static const struct {
        const char *model;
        int32_t year, month;
        int64_t nano; /* of 1M in and 1M out */
    } rows[] = {
        {"ollama/llama3.2", 2025, 1, 0},
        {"groq/mixtral-8x7b-32768", 2024, 6, 540000000},
        {"openai/gpt-4o-mini", 2025, 1, 750000000},
        {"openai/gpt-4o-mini-2024-07-18", 2025, 1, 750000000},
        {"groq/openai/gpt-oss-20b", 2026, 11, 375000000},
        {"groq/openai/gpt-oss-120b", 2026, 11, 750000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct price *price =
            find(&table, rows[i].model, day(rows[i].year, rows[i].month, 15));
        cr_assert(ne(ptr, (void *)price, NULL), "%s", rows[i].model);
        cr_expect(eq(i64, price_table_cost_nano(price, &million), rows[i].nano), "%s",
                  rows[i].model);
    }
}

/* 1000 in, 400 of them cached, 200 out on gpt-oss-20b is 1.2e-4 USD: LiteLLM's completion_cost says
 * the same. */
Test(price_table, cached_tokens_cost_their_own_rate)
{
    struct price_table table = own_table();
    const struct price *price = find(&table, "groq/openai/gpt-oss-20b", day(2026, 11, 15));
    cr_assert(ne(ptr, (void *)price, NULL));
    struct token_usage usage = {.input = 600, .cached_input = 400, .output = 200};
    cr_expect(eq(i64, price_table_cost_nano(price, &usage), 120000));
}

/* 57 in of which 32 cached, 12 out at 0.27 with no cache price: 1.863e-5 USD, as LiteLLM's proxy.
 */
Test(price_table, without_a_cache_price_cached_tokens_cost_the_full_rate)
{
    struct price_table table = own_table();
    const struct price *price = find(&table, "groq/mixtral-8x7b-32768", day(2024, 6, 1));
    cr_assert(ne(ptr, (void *)price, NULL));
    struct token_usage usage = {.input = 25, .cached_input = 32, .output = 12};
    cr_expect(eq(i64, price_table_cost_nano(price, &usage), 18630));
}

Test(price_table, unpriced_is_told_apart_from_free)
{
    struct price_table table = own_table();
    const struct price *untouched = (const struct price *)&table;
    const struct price *price = untouched;
    cr_expect(eq(int, price_table_find(&table, strview_of("openai/gpt-9"), day(2026, 1, 1), &price),
                 PRICE_NO_MODEL));
    cr_expect(
        eq(int,
           price_table_find(&table, strview_of("groq/mixtral-8x7b-32768"), day(2025, 1, 1), &price),
           PRICE_NO_DAY));
    cr_expect(eq(
        int, price_table_find(&table, strview_of("openai/gpt-4o-mini"), day(2024, 7, 17), &price),
        PRICE_NO_DAY));
    cr_expect(eq(int, price_table_find(&table, strview_of("llama3.2"), day(2026, 1, 1), &price),
                 PRICE_NO_MODEL),
              "no provider");
    cr_expect(
        eq(int, price_table_find(&table, strview_of(""), day(2026, 1, 1), &price), PRICE_NO_MODEL));
    cr_expect(eq(ptr, (void *)price, (void *)untouched));
    cr_expect(eq(int, price_table_find(&table, strview_of("ollama/any"), day(2026, 1, 1), &price),
                 PRICE_FOUND));
    struct token_usage usage = {.input = 1000, .output = 1000};
    cr_expect(eq(i64, price_table_cost_nano(price, &usage), 0));
}

Test(price_table, the_latest_entry_before_the_day_holds_in_any_order_of_the_file)
{
    struct price_table table =
        table_of("prices:\n"
                 "  - {model: a/b, valid_from: 2025-06-01, input: 3, output: 3}\n"
                 "  - {model: a/b, valid_from: 2025-01-01, input: 1, output: 1}\n"
                 "  - {model: a/*, valid_from: 2024-01-01, input: 9, output: 9}\n"
                 "  - {model: a/b, valid_from: 2025-03-01, input: 2, output: 2,"
                 " valid_to: 2025-04-30}\n");
    cr_assert(eq(sz, faults.count, 0));
    static const struct {
        int32_t month, of_month;
        int64_t usd; /* 0: none */
    } rows[] = {{1, 1, 1}, {2, 28, 1}, {3, 1, 2}, {4, 30, 2}, {5, 1, 0}, {6, 1, 3}, {12, 31, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct price *price = find(&table, "a/b", day(2025, rows[i].month, rows[i].of_month));
        cr_expect(eq(i64, price ? price->input_nano : 0, rows[i].usd * 1000000000), "row %zu", i);
    }
    cr_expect(eq(i64, find(&table, "a/c", day(2025, 1, 1))->input_nano, INT64_C(9000000000)));
}

Test(price_table, the_sum_is_exact_and_rounded_once_half_up)
{
    struct price price = {.input_nano = 37500000,
                          .cached_input_nano = 37500000, /* 37.5 a token */
                          .output_nano = 500000,
                          .batch_ppm = -1}; /* 0.5 a token */
    static const struct {
        int64_t input, cached, output, nano;
    } rows[] = {{1, 0, 0, 38}, {1, 1, 0, 75}, {2, 0, 0, 75}, {0, 0, 1, 1},
                {0, 0, 2, 1},  {0, 0, 3, 2},  {1, 0, 1, 38}, {0, 0, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct token_usage usage = {
            .input = rows[i].input, .cached_input = rows[i].cached, .output = rows[i].output};
        cr_expect(eq(i64, price_table_cost_nano(&price, &usage), rows[i].nano), "row %zu", i);
    }
}

Test(price_table, the_batch_factor_comes_before_the_rounding)
{
    struct price price = {.input_nano = 1000000, .batch_ppm = 500000}; /* 1 a token */
    struct token_usage usage = {.input = 3};
    cr_expect(eq(i64, price_table_batch_cost_nano(&price, &usage), 2));
    price.batch_ppm = -1;
    cr_expect(eq(i64, price_table_batch_cost_nano(&price, &usage), 3));
}

Test(price_table, absurd_sums_saturate)
{
    struct price price = {.input_nano = INT64_C(1000000000000000)};
    struct token_usage usage = {.input = TOKEN_USAGE_MAX};
    cr_expect(eq(i64, price_table_cost_nano(&price, &usage), INT64_MAX));
}

Test(price_table, every_fault_of_the_file_is_told_and_the_rest_is_kept)
{
    struct price_table table = table_of(
        "prices:\n"
        "  - {model: a/good, valid_from: 2025-01-01, input: 1, output: 1}\n"
        "  - {model: a/b, valid_from: soon, input: 1, output: 1}\n"
        "  - {model: a/c, valid_from: 2025-01-01, input: -1, output: 1}\n"
        "  - {model: a/d, valid_from: 2025-01-01, inputt: 1, output: 1}\n"
        "  - {model: nobody, valid_from: 2025-01-01, input: 1, output: 1}\n"
        "  - {model: a/e, valid_from: 2025-02-01, valid_to: 2025-01-01, input: 1, output: 1}\n"
        "  - {model: a/good, valid_from: 2025-01-01, input: 2, output: 2}\n");
    struct strbuf text = {0};
    fault_print(&faults, &text);
    static const char *const wanted[] = {
        "prices.yaml:3:", "prices.yaml:4:", "prices.yaml:5:",          "Did you mean 'input'?",
        "prices.yaml:6:", "prices.yaml:7:", "two prices from the same"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(ne(ptr, strstr(text.data, wanted[i]), NULL), "%s in\n%s", wanted[i], text.data);
    cr_expect(ne(ptr, (void *)find(&table, "a/good", day(2025, 5, 1)), NULL));
    strbuf_done(&text);
}

Test(price_table, a_file_without_prices_or_with_another_shape_is_a_fault)
{
    static const char *const texts[] = {"{}", "prices: 3", "prices: {a: 1}", "- 1", "prices: [1]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        faults.count = 0;
        struct price_table table = table_of(texts[i]);
        cr_expect(gt(sz, faults.count, 0), "%s", texts[i]);
        cr_expect(eq(sz, table.count, 0), "%s", texts[i]);
    }
}
