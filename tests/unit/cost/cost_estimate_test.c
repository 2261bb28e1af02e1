#include "cost/cost_estimate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct price mini = {.input_nano = 150000000,
                                  .cached_input_nano = 75000000,
                                  .cache_write_nano = 150000000,
                                  .output_nano = 600000000,
                                  .batch_ppm = -1};

Test(cost_estimate, a_reservation_bounds_what_the_call_can_cost)
{
    /* 1,000 bytes are at most 1,000 tokens, whatever the tokeniser. */
    int64_t reserved = cost_estimate_reserve_nano(&mini, 1000, 100);
    struct token_usage worst = {.input = 1000, .output = 100};
    cr_expect(ge(i64, reserved, price_table_cost_nano(&mini, &worst)));
    struct price dear_cache = mini;
    dear_cache.cache_write_nano = 300000000;
    struct token_usage written = {.cache_write = 1000, .output = 100};
    cr_expect(ge(i64, cost_estimate_reserve_nano(&dear_cache, 1000, 100),
                 price_table_cost_nano(&dear_cache, &written)));
}

Test(cost_estimate, what_is_free_reserves_nothing)
{
    struct price free_price = {.batch_ppm = -1};
    cr_expect(eq(i64, cost_estimate_reserve_nano(&free_price, 1000000, 0), 0));
}

Test(cost_estimate, no_stated_maximum_reserves_for_a_long_answer)
{
    cr_expect(eq(i64, cost_estimate_reserve_nano(&mini, 10, 0),
                 cost_estimate_reserve_nano(&mini, 10, COST_ESTIMATE_DEFAULT_OUTPUT_TOKENS)));
}

Test(cost_estimate, the_range_holds_a_plausible_truth_and_grows_with_the_calls)
{
    struct cost_workload workload = {.calls = 1000,
                                     .request_bytes = 2000000,
                                     .max_output_tokens = 500,
                                     .typical_output_tokens = 60};
    struct cost_range range = cost_estimate_range(&mini, &workload);
    /* 4 bytes a token, 12 tokens of template a call, 60 out. */
    struct token_usage truth = {.input = 512000, .output = 60000};
    int64_t cost = price_table_cost_nano(&mini, &truth);
    cr_expect(lt(i64, range.low_nano, cost));
    cr_expect(gt(i64, range.high_nano, cost));
    workload.calls *= 2;
    workload.request_bytes *= 2;
    struct cost_range twice = cost_estimate_range(&mini, &workload);
    cr_expect(eq(i64, twice.low_nano, range.low_nano * 2));
}

Test(cost_estimate, absurd_workloads_saturate)
{
    struct cost_workload workload = {.calls = UINT64_MAX, .request_bytes = UINT64_MAX};
    struct cost_range range = cost_estimate_range(&mini, &workload);
    cr_expect(ge(i64, range.high_nano, range.low_nano));
    cr_expect(gt(i64, range.low_nano, 0));
    cr_expect(eq(u32, cost_estimate_reserve_tokens(UINT64_MAX, 1), UINT32_MAX));
}
