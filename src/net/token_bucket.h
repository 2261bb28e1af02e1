/*
 * token_bucket.h: so many requests, or tokens, a minute.
 *
 * The bucket holds one second's worth (at least one), so that no window of a minute sees more than
 * 61/60 of the limit. A take larger than the bucket waits for a full one and leaves a debt, which
 * keeps the average exact. Pure: time is an argument. Thread: one at a time.
 */
#ifndef ASSAY_NET_TOKEN_BUCKET_H
#define ASSAY_NET_TOKEN_BUCKET_H

#include <stdint.h>

struct token_bucket {
    double per_s; /* 0: no limit */
    double burst;
    double level; /* may be negative */
    int64_t at_ns;
};

void token_bucket_init(struct token_bucket *bucket, double per_minute, int64_t now_ns);
/* How long until `tokens` may be taken; 0: now. Takes nothing. */
int64_t token_bucket_wait_ns(struct token_bucket *bucket, double tokens, int64_t now_ns);
/* Takes them, whatever the level. */
void token_bucket_take(struct token_bucket *bucket, double tokens, int64_t now_ns);
void token_bucket_give_back(struct token_bucket *bucket, double tokens);
/* The far end says how many are left in its own count: never more than that is ours. */
void token_bucket_rebase(struct token_bucket *bucket, double remaining, int64_t now_ns);

#endif
