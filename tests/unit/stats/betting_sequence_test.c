#include "base/counter_rng.h"
#include "stats/betting_sequence.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct interval of(const double *values, const uint64_t *times, size_t kinds, double alpha)
{
    struct betting_counts counts = {values, times, kinds};
    return betting_sequence_interval(&counts, alpha);
}

Test(betting_sequence, nothing_seen_excludes_nothing)
{
    struct interval none = of(NULL, NULL, 0, .05);
    cr_expect(epsilon_eq(dbl, none.low, -1, 1e-9));
    cr_expect(epsilon_eq(dbl, none.high, 1, 1e-9));
}

Test(betting_sequence, it_narrows_around_the_mean_and_both_sides_are_alike)
{
    const double values[] = {-1, 0, 1}, turned[] = {1, 0, -1};
    double width = 2;
    for (uint64_t n = 10; n <= 100000; n *= 10) {
        const uint64_t times[] = {n, 6 * n, 3 * n}; /* mean .2 */
        struct interval own = of(values, times, 3, .05), other = of(turned, times, 3, .05);
        cr_expect(own.low < .2 && own.high > .2, "n %llu", (unsigned long long)n);
        cr_expect(own.high - own.low < width);
        cr_expect(epsilon_eq(dbl, own.low, -other.high, 1e-9));
        width = own.high - own.low;
    }
    cr_expect(width < .01, "%g", width);
}

Test(betting_sequence, what_cannot_be_told_is_undefined)
{
    const double outside[] = {1.5}, inside[] = {.5};
    const uint64_t once[] = {1};
    cr_expect(of(outside, once, 1, .05).undefined != NULL);
    cr_expect(of((double[]){(double)NAN}, once, 1, .05).undefined != NULL);
    cr_expect(of(inside, once, 1, 0).undefined != NULL);
    cr_expect(of(inside, once, 1, 1).undefined != NULL);
}

/* Looked at after each of 100 values with no difference: some look excludes zero in at most alpha
 * of the runs (300 runs, alpha .1: 30 and three standard errors). */
Test(betting_sequence, looking_often_does_not_exclude_the_truth)
{
    const double values[] = {-1, 0, 1};
    int wrong = 0;
    for (uint64_t run = 0; run < 300; run++) {
        struct counter_rng rng = counter_rng_start(7, counter_rng_purpose("betting test"), run);
        uint64_t times[3] = {0, 0, 0};
        bool excluded = false;
        for (int i = 0; i < 100; i++) {
            double u = counter_rng_unit(&rng);
            times[u < .15 ? 0 : u < .3 ? 2 : 1]++;
            struct interval at = i % 10 == 9 ? of(values, times, 3, .1) : interval_of(-1, 1, NULL);
            excluded = excluded || at.low > 0 || at.high < 0;
        }
        wrong += excluded;
    }
    cr_expect(wrong <= 45, "%d of 300", wrong);
}
