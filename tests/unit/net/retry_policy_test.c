#include "net/retry_policy.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MS INT64_C(1000000)

static struct retry_policy policy_of(struct call_retry_options options)
{
    struct retry_policy policy;
    retry_policy_init(&policy, &options, 7);
    return policy;
}

static struct retry_history failures(uint32_t count)
{
    return (struct retry_history){.ordinal = 5, .failures = count, .retry_after_ns = -1};
}

Test(retry_policy, waits_are_uniform_below_a_doubling_cap)
{
    struct retry_policy policy = policy_of((struct call_retry_options){
        .base_ms = 100, .cap_ms = 1000, .max_attempts = 99, .budget_percent = 100});
    static const int64_t most_ms[] = {100, 200, 400, 800, 1000, 1000};
    for (uint32_t n = 0; n < 6; n++) {
        double sum = 0;
        for (uint64_t ordinal = 0; ordinal < 2000; ordinal++) {
            struct retry_history history = failures(n + 1);
            history.ordinal = ordinal;
            int64_t wait = -1;
            cr_assert(
                eq(int, retry_policy_decide(&policy, RETRY_FAILURE, &history, &wait), RETRY_AGAIN));
            cr_assert(ge(i64, wait, 0));
            cr_assert(lt(i64, wait, most_ms[n] * MS));
            sum += (double)wait;
        }
        /* The mean of 2,000 draws: half the cap, give or take 5 standard errors. */
        cr_expect(epsilon_eq(dbl, sum / 2000 / (double)(most_ms[n] * MS), 0.5, 0.033), "wait %u",
                  n);
    }
}

Test(retry_policy, the_jitter_depends_on_seed_ordinal_and_attempt_only)
{
    double u = retry_policy_uniform(1, 2, 3);
    cr_expect(eq(dbl, u, retry_policy_uniform(1, 2, 3)));
    cr_expect(ne(dbl, u, retry_policy_uniform(2, 2, 3)));
    cr_expect(ne(dbl, u, retry_policy_uniform(1, 3, 3)));
    cr_expect(ne(dbl, u, retry_policy_uniform(1, 2, 4)));
}

Test(retry_policy, retry_after_is_a_floor)
{
    struct retry_policy policy = policy_of((struct call_retry_options){.base_ms = 100});
    for (uint64_t ordinal = 0; ordinal < 100; ordinal++) {
        struct retry_history history = {
            .ordinal = ordinal, .throttled = 1, .retry_after_ns = 2000 * MS};
        int64_t wait = 0;
        cr_assert(
            eq(int, retry_policy_decide(&policy, RETRY_THROTTLED, &history, &wait), RETRY_AGAIN));
        cr_expect(ge(i64, wait, 2000 * MS));
        cr_expect(le(i64, wait, 2100 * MS), "spread, but by no more than the base");
    }
}

Test(retry_policy, a_retry_after_beyond_patience_ends_the_call)
{
    struct retry_policy policy = policy_of((struct call_retry_options){.max_wait_ms = 1000});
    struct retry_history history = {.throttled = 1, .retry_after_ns = 1001 * MS};
    int64_t wait = -7;
    cr_expect(eq(int, retry_policy_decide(&policy, RETRY_THROTTLED, &history, &wait),
                 RETRY_WAIT_TOO_LONG));
    cr_expect(eq(i64, wait, -7), "untouched");
}

Test(retry_policy, attempts_end_and_throttling_has_its_own_count)
{
    struct retry_policy policy =
        policy_of((struct call_retry_options){.max_attempts = 2, .max_throttled_attempts = 3});
    int64_t wait;
    struct retry_history history = failures(1);
    cr_expect(eq(int, retry_policy_decide(&policy, RETRY_FAILURE, &history, &wait), RETRY_AGAIN));
    history.throttled = 2;
    cr_expect(eq(int, retry_policy_decide(&policy, RETRY_THROTTLED, &history, &wait), RETRY_AGAIN));
    history.throttled = 3;
    cr_expect(eq(int, retry_policy_decide(&policy, RETRY_THROTTLED, &history, &wait),
                 RETRY_ATTEMPTS_SPENT));
    history = failures(2);
    cr_expect(eq(int, retry_policy_decide(&policy, RETRY_FAILURE, &history, &wait),
                 RETRY_ATTEMPTS_SPENT));
    cr_expect(
        eq(int, retry_policy_decide(&policy, RETRY_NEVER, &history, &wait), RETRY_NOT_RETRYABLE));
}

Test(retry_policy, the_runs_budget_bounds_retries_but_not_throttling)
{
    struct retry_policy policy = policy_of((struct call_retry_options){.budget_percent = 10});
    for (int i = 0; i < 1000; i++)
        retry_policy_on_first_attempt(&policy);
    struct retry_history history = failures(1);
    int64_t wait;
    int granted = 0;
    while (retry_policy_decide(&policy, RETRY_FAILURE, &history, &wait) == RETRY_AGAIN)
        granted++;
    cr_expect(eq(int, granted, 132), "32, and 10 for every 100 calls");
    cr_expect(
        eq(int, retry_policy_decide(&policy, RETRY_FAILURE, &history, &wait), RETRY_BUDGET_SPENT));
    cr_expect(eq(int, retry_policy_decide(&policy, RETRY_THROTTLED, &history, &wait), RETRY_AGAIN));
}

Test(retry_policy, a_call_waits_for_later_only_so_long_all_in_all)
{
    struct retry_policy policy = policy_of((struct call_retry_options){.max_wait_ms = 60000});
    struct retry_history history = {.ordinal = 3, .retry_after_ns = -1};
    int64_t wait = 0;
    enum retry_verdict verdict = RETRY_AGAIN;
    while (verdict == RETRY_AGAIN) {
        history.waited_ns += wait;
        history.throttled++;
        verdict = retry_policy_decide(&policy, RETRY_THROTTLED, &history, &wait);
    }
    cr_expect(eq(int, verdict, RETRY_WAIT_TOO_LONG));
    cr_expect(le(i64, history.waited_ns, 60000 * MS));
    cr_expect(gt(i64, history.waited_ns, 30000 * MS));
    history = (struct retry_history){
        .throttled = 1, .max_wait_ms = 5000, .waited_ns = 4000 * MS, .retry_after_ns = 1001 * MS};
    cr_expect(eq(int, retry_policy_decide(&policy, RETRY_THROTTLED, &history, &wait),
                 RETRY_WAIT_TOO_LONG),
              "the call's own limit goes before");
    history.waited_ns = 0;
    cr_expect(eq(int, retry_policy_decide(&policy, RETRY_THROTTLED, &history, &wait), RETRY_AGAIN));
}
