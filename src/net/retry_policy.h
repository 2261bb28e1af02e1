/*
 * retry_policy.h: whether an attempt that failed is made again, and when. The one owner of retries
 * in assay.
 *
 * Wait n (from 0) is U(0, min(cap, base * 2^n)) ("full jitter": AWS Architecture Blog, Brooker
 * 2015), at least the far end's Retry-After. The uniform number is a function of (seed, ordinal,
 * attempt), so a run's waits do not depend on threads. Retries are bounded per call, and over the
 * run by a budget of so many per 100 calls: a far end that fails everything is not asked four times
 * as often. Being throttled is neither: the far end said "later", so the call waits, but not for
 * ever. Pure. Thread: one at a time.
 */
#ifndef ASSAY_NET_RETRY_POLICY_H
#define ASSAY_NET_RETRY_POLICY_H

#include "net/call_options.h"

enum retry_class {
    RETRY_NEVER,
    RETRY_FAILURE,   /* time-out, reset, 5xx */
    RETRY_THROTTLED, /* 429, 498, 529, and 503 with Retry-After */
};

struct retry_policy {
    struct call_retry_options options; /* defaults filled in */
    uint64_t seed;
    uint64_t credit; /* hundredths of a retry */
};

/* What has happened to a call so far, the attempt that has just ended included. */
struct retry_history {
    uint64_t ordinal;
    uint32_t failures;
    uint32_t throttled;
    uint32_t max_attempts;  /* of this call; 0: the policy's */
    uint32_t max_wait_ms;   /* of this call; 0: the policy's */
    int64_t waited_ns;      /* its waits after being throttled, so far */
    int64_t retry_after_ns; /* -1: none was given */
};

enum retry_verdict {
    RETRY_AGAIN,
    RETRY_NOT_RETRYABLE,
    RETRY_ATTEMPTS_SPENT,
    RETRY_BUDGET_SPENT,
    RETRY_WAIT_TOO_LONG, /* Retry-After, or the waits of a throttled call, pass max_wait_ms */
};

void retry_policy_init(struct retry_policy *policy, const struct call_retry_options *options,
                       uint64_t seed);
/* Each call's first attempt earns the run a part of a retry. */
void retry_policy_on_first_attempt(struct retry_policy *policy);
/* Takes from the budget when it says RETRY_AGAIN. */
enum retry_verdict retry_policy_decide(struct retry_policy *policy, enum retry_class kind,
                                       const struct retry_history *history, int64_t *ret_wait_ns);
/* In [0, 1): the same for the same arguments, everywhere. */
double retry_policy_uniform(uint64_t seed, uint64_t ordinal, uint32_t attempt);

#endif
