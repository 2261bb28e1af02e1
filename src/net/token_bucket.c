/*
 * token_bucket.c: refills by elapsed time at each question. Used by far_end.c for requests and for
 * tokens per minute. Owned by one far end; network thread.
 */
#include "net/token_bucket.h"

#include <math.h>

void token_bucket_init(struct token_bucket *bucket, double per_minute, int64_t now_ns)
{
    double per_s = per_minute > 0 ? per_minute / 60 : 0;
    double burst = fmax(per_s, 1);
    *bucket =
        (struct token_bucket){.per_s = per_s, .burst = burst, .level = burst, .at_ns = now_ns};
}

static void refill(struct token_bucket *bucket, int64_t now_ns)
{
    if (now_ns <= bucket->at_ns)
        return;
    double gained = (double)(now_ns - bucket->at_ns) * 1e-9 * bucket->per_s;
    bucket->level = fmin(bucket->level + gained, bucket->burst);
    bucket->at_ns = now_ns;
}

int64_t token_bucket_wait_ns(struct token_bucket *bucket, double tokens, int64_t now_ns)
{
    if (bucket->per_s <= 0)
        return 0;
    refill(bucket, now_ns);
    /* A millionth of a token of rounding must not cost a second wait. */
    double missing = fmin(tokens, bucket->burst) - bucket->level;
    if (missing <= 1e-6)
        return 0;
    return (int64_t)ceil(fmin(missing / bucket->per_s, 1e6) * 1e9);
}

void token_bucket_take(struct token_bucket *bucket, double tokens, int64_t now_ns)
{
    if (bucket->per_s <= 0)
        return;
    refill(bucket, now_ns);
    bucket->level -= tokens;
}

void token_bucket_give_back(struct token_bucket *bucket, double tokens)
{
    bucket->level = fmin(bucket->level + tokens, bucket->burst);
}

void token_bucket_rebase(struct token_bucket *bucket, double remaining, int64_t now_ns)
{
    if (bucket->per_s <= 0)
        return;
    refill(bucket, now_ns);
    bucket->level = fmin(bucket->level, remaining);
}
