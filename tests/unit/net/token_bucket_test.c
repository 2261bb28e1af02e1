#include "net/token_bucket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define SECOND INT64_C(1000000000)

Test(token_bucket, a_minute_never_sees_more_than_one_second_above_the_limit)
{
    struct token_bucket bucket;
    token_bucket_init(&bucket, 600, 0);
    int taken = 0;
    for (int64_t now = 0; now < 60 * SECOND;) {
        int64_t wait = token_bucket_wait_ns(&bucket, 1, now);
        if (wait == 0) {
            token_bucket_take(&bucket, 1, now);
            taken++;
        }
        now += wait;
    }
    cr_expect(ge(int, taken, 600));
    cr_expect(le(int, taken, 610));
}

Test(token_bucket, waiting_as_told_is_enough_and_a_nanosecond_less_is_not)
{
    struct token_bucket bucket;
    token_bucket_init(&bucket, 60, 0);
    token_bucket_take(&bucket, 1, 0);
    int64_t wait = token_bucket_wait_ns(&bucket, 1, 0);
    cr_expect(eq(i64, wait, SECOND));
    cr_expect(gt(i64, token_bucket_wait_ns(&bucket, 1, wait - 2000), 0));
    cr_expect(eq(i64, token_bucket_wait_ns(&bucket, 1, wait), 0));
}

Test(token_bucket, a_take_larger_than_the_bucket_passes_and_leaves_a_debt)
{
    struct token_bucket bucket;
    token_bucket_init(&bucket, 6000, 0); /* 100 a second */
    cr_expect(eq(i64, token_bucket_wait_ns(&bucket, 500, 0), 0));
    token_bucket_take(&bucket, 500, 0);
    cr_expect(eq(i64, token_bucket_wait_ns(&bucket, 500, 0), 5 * SECOND));
}

Test(token_bucket, what_was_not_used_can_be_given_back)
{
    struct token_bucket bucket;
    token_bucket_init(&bucket, 6000, 0);
    token_bucket_take(&bucket, 500, 0);
    token_bucket_give_back(&bucket, 450);
    cr_expect(eq(i64, token_bucket_wait_ns(&bucket, 50, 0), 0));
    token_bucket_give_back(&bucket, 1e9);
    cr_expect(eq(dbl, bucket.level, 100), "never above the bucket");
}

Test(token_bucket, the_far_ends_own_count_only_lowers_ours)
{
    struct token_bucket bucket;
    token_bucket_init(&bucket, 600, 0);
    token_bucket_rebase(&bucket, 2, 0);
    cr_expect(eq(dbl, bucket.level, 2));
    token_bucket_rebase(&bucket, 500, 0);
    cr_expect(eq(dbl, bucket.level, 2));
}

Test(token_bucket, no_limit_never_waits)
{
    struct token_bucket bucket;
    token_bucket_init(&bucket, 0, 0);
    token_bucket_take(&bucket, 1e12, 0);
    token_bucket_rebase(&bucket, 0, 0);
    cr_expect(eq(i64, token_bucket_wait_ns(&bucket, 1e12, 0), 0));
}

Test(token_bucket, a_clock_that_stands_or_goes_back_gives_nothing)
{
    struct token_bucket bucket;
    token_bucket_init(&bucket, 60, 10 * SECOND);
    token_bucket_take(&bucket, 1, 10 * SECOND);
    cr_expect(eq(i64, token_bucket_wait_ns(&bucket, 1, 5 * SECOND), SECOND));
}
