/*
 * cost_estimate.c: prices calls that have not been made. The pipeline calls `range` for --dry-run
 * and `reserve` before each call. Pure.
 */
#include "cost/cost_estimate.h"

static int64_t largest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smallest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Counts saturate where no price could tell the difference. */
static int64_t tokens_of(uint64_t count)
{
    return count < (uint64_t)TOKEN_USAGE_MAX ? (int64_t)count : TOKEN_USAGE_MAX;
}

static uint32_t longest_output(uint32_t max_output_tokens)
{
    return max_output_tokens ? max_output_tokens : COST_ESTIMATE_DEFAULT_OUTPUT_TOKENS;
}

int64_t cost_estimate_reserve_nano(const struct price *price, uint64_t request_bytes,
                                   uint32_t max_output_tokens)
{
    struct price dearest = *price;
    dearest.input_nano =
        largest(price->input_nano, largest(price->cached_input_nano, price->cache_write_nano));
    struct token_usage most = {
        .input = tokens_of(request_bytes) + COST_ESTIMATE_TEMPLATE_TOKENS,
        .output = longest_output(max_output_tokens),
    };
    int64_t nano = price_table_cost_nano(&dearest, &most);
    /* Rounded up: half a nano-dollar less would not be a bound. */
    return nano > 0 && nano < INT64_MAX ? nano + 1 : nano;
}

uint32_t cost_estimate_reserve_tokens(uint64_t request_bytes, uint32_t max_output_tokens)
{
    uint64_t tokens = request_bytes / 4 + longest_output(max_output_tokens);
    return tokens < UINT32_MAX ? (uint32_t)tokens : UINT32_MAX;
}

/* a * b, saturating at TOKEN_USAGE_MAX. */
static int64_t times(uint64_t a, uint64_t b)
{
    uint64_t result;
    return __builtin_mul_overflow(a, b, &result) ? TOKEN_USAGE_MAX : tokens_of(result);
}

static int64_t price_of(const struct price *price, int64_t input, int64_t output)
{
    struct token_usage usage = {.input = input, .output = output};
    return price_table_cost_nano(price, &usage);
}

struct cost_range cost_estimate_range(const struct price *price,
                                      const struct cost_workload *workload)
{
    uint64_t longest = longest_output(workload->max_output_tokens);
    uint64_t typical = workload->typical_output_tokens;
    uint64_t low_output = typical ? typical : longest / 20 + 1;
    uint64_t high_output = typical && typical * 2 < longest ? typical * 2 : longest;
    uint64_t bytes = workload->request_bytes;
    struct cost_range range = {
        .low_input_tokens = tokens_of(bytes / 5) + times(workload->calls, 4),
        .high_input_tokens = tokens_of(bytes / 5 * 2 + bytes % 5) + times(workload->calls, 64),
        .low_output_tokens = times(workload->calls, low_output),
        .high_output_tokens = times(workload->calls, high_output),
    };
    range.low_nano = price_of(price, range.low_input_tokens, range.low_output_tokens);
    int64_t once = price_of(price, range.high_input_tokens, range.high_output_tokens);
    range.high_nano = smallest(once, INT64_MAX - once / 10 - 1) + once / 10;
    return range;
}
