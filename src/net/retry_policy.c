/*
 * retry_policy.c: the decision after a failed attempt. Called by call_loop.c with what
 * http_transfer.c or child_pool.c made of the failure. Network thread.
 */
#include "net/retry_policy.h"

#include "base/clock.h"
#include "base/counter_rng.h"

#define FREE_RETRIES 32
#define CREDIT_PER_RETRY UINT64_C(100)

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

void retry_policy_init(struct retry_policy *policy, const struct call_retry_options *options,
                       uint64_t seed)
{
    *policy = (struct retry_policy){
        .options =
            {
                .max_attempts = or_default(options->max_attempts, 4),
                .max_throttled_attempts = or_default(options->max_throttled_attempts, 20),
                .base_ms = or_default(options->base_ms, 500),
                .cap_ms = or_default(options->cap_ms, 30000),
                .max_wait_ms = or_default(options->max_wait_ms, 120000),
                .budget_percent = or_default(options->budget_percent, 10),
            },
        .seed = seed,
        .credit = FREE_RETRIES * CREDIT_PER_RETRY,
    };
}

void retry_policy_on_first_attempt(struct retry_policy *policy)
{
    policy->credit += policy->options.budget_percent;
}

double retry_policy_uniform(uint64_t seed, uint64_t ordinal, uint32_t attempt)
{
    struct counter_rng rng =
        counter_rng_start(seed, counter_rng_purpose("retry") + attempt, ordinal);
    return counter_rng_unit(&rng);
}

static int64_t jitter_ns(const struct retry_policy *policy, uint64_t ordinal, uint32_t attempt)
{
    uint64_t most_ms = policy->options.cap_ms;
    uint32_t doublings = attempt - 1;
    if (doublings < 32 && ((uint64_t)policy->options.base_ms << doublings) < most_ms)
        most_ms = (uint64_t)policy->options.base_ms << doublings;
    double u = retry_policy_uniform(policy->seed, ordinal, attempt);
    return (int64_t)(u * (double)most_ms * 1e6);
}

enum retry_verdict retry_policy_decide(struct retry_policy *policy, enum retry_class kind,
                                       const struct retry_history *history, int64_t *ret_wait_ns)
{
    if (kind == RETRY_NEVER)
        return RETRY_NOT_RETRYABLE;
    const struct call_retry_options *options = &policy->options;
    uint32_t most = history->max_attempts ? history->max_attempts : options->max_attempts;
    if (history->failures >= most || history->throttled >= options->max_throttled_attempts)
        return RETRY_ATTEMPTS_SPENT;
    int64_t longest_ns =
        (int64_t)or_default(history->max_wait_ms, options->max_wait_ms) * NS_PER_MS;
    if (history->retry_after_ns > longest_ns)
        return RETRY_WAIT_TOO_LONG;
    if (kind == RETRY_FAILURE) {
        bool bounded = options->budget_percent < 100;
        if (bounded && policy->credit < CREDIT_PER_RETRY)
            return RETRY_BUDGET_SPENT;
        if (bounded)
            policy->credit -= CREDIT_PER_RETRY;
    }
    int64_t wait = jitter_ns(policy, history->ordinal, history->failures + history->throttled);
    if (history->retry_after_ns > 0) {
        /* Those that were sent away together must not come back together. */
        int64_t spread = (int64_t)options->base_ms * NS_PER_MS;
        int64_t floor = history->retry_after_ns + (wait < spread ? wait : spread);
        wait = wait > floor ? wait : floor;
    }
    if (kind == RETRY_THROTTLED && wait > longest_ns - history->waited_ns)
        return RETRY_WAIT_TOO_LONG;
    *ret_wait_ns = wait;
    return RETRY_AGAIN;
}
