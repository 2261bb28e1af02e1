#include "base/counter_rng.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(counter_rng, gives_the_published_words_of_philox)
{
    /* Random123's known answers for philox4x32-10: key and counter zero; all ones is reached by
     * setting the struct. */
    struct counter_rng zero = {0};
    cr_expect(eq(u32, counter_rng_u32(&zero), 0x6627e8d5));
    cr_expect(eq(u32, counter_rng_u32(&zero), 0xe169c58d));
    cr_expect(eq(u32, counter_rng_u32(&zero), 0xbc57ac4c));
    cr_expect(eq(u32, counter_rng_u32(&zero), 0x9b00dbd8));
    struct counter_rng ones = {.key = {~0U, ~0U}, .counter = {~0U, ~0U, ~0U, ~0U}};
    cr_expect(eq(u32, counter_rng_u32(&ones), 0x408f276d));
    cr_expect(eq(u32, counter_rng_u32(&ones), 0x41c83b0e));
}

Test(counter_rng, a_stream_depends_on_seed_purpose_and_index_only)
{
    struct counter_rng a = counter_rng_start(1, 2, 3);
    uint64_t first = counter_rng_u64(&a);
    struct counter_rng same = counter_rng_start(1, 2, 3);
    cr_expect(eq(u64, counter_rng_u64(&same), first));
    struct counter_rng others[] = {counter_rng_start(2, 2, 3), counter_rng_start(1, 3, 3),
                                   counter_rng_start(1, 2, 4)};
    for (size_t i = 0; i < 3; i++)
        cr_expect(ne(u64, counter_rng_u64(&others[i]), first), "stream %zu", i);
}

Test(counter_rng, bounded_draws_are_even_for_a_bound_that_is_no_power_of_two)
{
    enum { BOUND = 7, DRAWS = 70000 };
    struct counter_rng rng = counter_rng_start(5, counter_rng_purpose("even"), 0);
    int counts[BOUND] = {0};
    for (int i = 0; i < DRAWS; i++)
        counts[counter_rng_below(&rng, BOUND)]++;
    double chi_square = 0;
    for (int i = 0; i < BOUND; i++) {
        double gap = counts[i] - DRAWS / (double)BOUND;
        chi_square += gap * gap / (DRAWS / (double)BOUND);
    }
    cr_expect(lt(dbl, chi_square, 22.5), "p = .001 at 6 degrees; %g", chi_square);
    for (int i = 0; i < 1000; i++) {
        double unit = counter_rng_unit(&rng);
        cr_assert(unit >= 0 && unit < 1);
    }
}

Test(counter_rng, a_bound_above_half_of_the_range_is_rejected_fairly)
{
    /* With 2^63 + 1 nearly half of all words are rejected; the mean of the rest is the middle. */
    struct counter_rng rng = counter_rng_start(9, 9, 9);
    double sum = 0;
    for (int i = 0; i < 10000; i++)
        sum += (double)counter_rng_below(&rng, (1ULL << 63) + 1) * 0x1p-63;
    cr_expect(epsilon_eq(dbl, sum / 10000, 0.5, 0.015));
}
