#include "numeric/resample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static struct resample_key key_of(uint64_t number)
{
    return (struct resample_key){.seed = 3, .purpose = 1, .number = number};
}

Test(resample, every_item_is_drawn_as_often_as_another)
{
    /* Sizes on both sides of each way of cutting words. */
    static const size_t sizes[] = {2, 7, 1000, 32767, 40000, 1100000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t size = sizes[s];
        double *values = calloc(size, sizeof *values);
        for (size_t i = 0; i < size; i++)
            values[i] = (double)i / (double)(size - 1);
        double sum = 0;
        size_t rounds = 400000 / size + 4;
        for (size_t r = 0; r < rounds; r++)
            sum += resample_sum(values, size, key_of(r));
        double draws = (double)(rounds * size);
        double variance = (1.0 / 12) * (double)(size + 1) / (double)(size - 1);
        double z = (sum / draws - 0.5) / sqrt(variance / draws);
        cr_expect(fabs(z) < 4.5, "size %zu: z %g", size, z);
        free(values);
    }
}

Test(resample, the_spread_of_the_sums_is_that_of_the_law)
{
    enum { SIZE = 30, ROUNDS = 20000 };
    double values[SIZE];
    double variance = 0;
    for (size_t i = 0; i < SIZE; i++) {
        values[i] = (double)(i % 7) - 3;
        variance += values[i] * values[i];
    }
    double mean = 0;
    for (size_t i = 0; i < SIZE; i++)
        mean += values[i] / SIZE;
    variance = variance / SIZE - mean * mean;
    double square = 0;
    for (size_t r = 0; r < ROUNDS; r++) {
        double gap = resample_sum(values, SIZE, key_of(r)) - SIZE * mean;
        square += gap * gap;
    }
    cr_expect(epsilon_eq(dbl, square / ROUNDS / (SIZE * variance), 1, 0.05));
}

Test(resample, counts_by_kind_follow_the_same_law)
{
    static const uint64_t frequencies[] = {500, 30, 470};
    enum { ROUNDS = 20000 };
    double sums[3] = {0}, squares[3] = {0};
    for (size_t r = 0; r < ROUNDS; r++) {
        uint64_t counts[3];
        resample_kind_counts(frequencies, 3, key_of(r), counts);
        cr_assert(eq(u64, counts[0] + counts[1] + counts[2], 1000));
        for (size_t k = 0; k < 3; k++) {
            double gap = (double)counts[k] - (double)frequencies[k];
            sums[k] += gap;
            squares[k] += gap * gap;
        }
    }
    for (size_t k = 0; k < 3; k++) {
        double share = (double)frequencies[k] / 1000;
        double variance = 1000 * share * (1 - share);
        cr_expect(fabs(sums[k] / ROUNDS) < 4.5 * sqrt(variance / ROUNDS), "kind %zu", k);
        cr_expect(epsilon_eq(dbl, squares[k] / ROUNDS / variance, 1, 0.06), "kind %zu", k);
    }
}

Test(resample, binomial_draws_have_the_right_mean_spread_and_tail)
{
    static const struct {
        uint64_t n;
        double p;
    } rows[] = {{1, 0.3},      {10, 0.5},       {100, 0.05},   {100, 0.4},
                {10000, 0.97}, {1000000, 1e-6}, {1000000, 0.3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum { ROUNDS = 20000 };
        struct counter_rng rng = counter_rng_start(8, 8, i);
        double n = (double)rows[i].n, p = rows[i].p, sum = 0, square = 0;
        for (size_t r = 0; r < ROUNDS; r++) {
            uint64_t draw = resample_binomial(&rng, rows[i].n, p);
            cr_assert(le(u64, draw, rows[i].n));
            sum += (double)draw - n * p;
            square += ((double)draw - n * p) * ((double)draw - n * p);
        }
        double variance = n * p * (1 - p);
        cr_expect(fabs(sum / ROUNDS) < 4.5 * sqrt(variance / ROUNDS), "row %zu", i);
        cr_expect(epsilon_eq(dbl, square / ROUNDS / variance, 1, 0.08), "row %zu", i);
    }
    struct counter_rng rng = counter_rng_start(8, 8, 99);
    cr_expect(eq(u64, resample_binomial(&rng, 0, 0.5), 0));
    cr_expect(eq(u64, resample_binomial(&rng, 9, 0), 0));
    cr_expect(eq(u64, resample_binomial(&rng, 9, 1), 9));
}
