#include "base/counter_rng.h"
#include "base/memory.h"
#include "stats/bootstrap.h"
#include "stats/permutation.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <omp.h>

enum { COUNT = 700 };

static void fill(double *values, bool real)
{
    struct counter_rng rng = counter_rng_start(4, counter_rng_purpose("resampling test"), real);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = real ? counter_rng_unit(&rng) - 0.45 : (double)counter_rng_below(&rng, 3) - 1;
}

Test(bootstrap, one_two_and_eight_threads_give_the_same_bits)
{
    double values[COUNT];
    for (int real = 0; real < 2; real++) {
        fill(values, real);
        struct bootstrap_result results[3];
        struct permutation_test tests[3];
        static const int threads[] = {1, 2, 8};
        for (size_t i = 0; i < 3; i++) {
            omp_set_num_threads(threads[i]);
            struct bootstrap_options options = {.seed = 9, .resamples = 2000};
            struct sample sample = {values, COUNT};
            cr_assert(eq(int, bootstrap_mean(sample, options, &results[i], NULL), 0));
            struct permutation_options flips = {.seed = 9, .resamples = 500};
            cr_assert(eq(int, permutation_sign_flip(sample, flips, &tests[i], NULL), 0));
        }
        for (size_t i = 1; i < 3; i++) {
            cr_expect(eq(dbl, results[i].bca.low, results[0].bca.low));
            cr_expect(eq(dbl, results[i].percentile.high, results[0].percentile.high));
            cr_expect(eq(dbl, results[i].standard_error, results[0].standard_error));
            cr_expect(eq(dbl, tests[i].p, tests[0].p));
        }
    }
}

Test(bootstrap, counts_by_kind_and_draws_one_by_one_agree)
{
    double few[COUNT], many[COUNT];
    fill(few, false);
    for (size_t i = 0; i < COUNT; i++)
        many[i] = few[i] + 1e-9 * (double)i; /* too many kinds to count */
    struct bootstrap_options options = {.seed = 2, .resamples = 20000};
    struct bootstrap_result by_count, one_by_one;
    cr_assert(eq(int, bootstrap_mean((struct sample){few, COUNT}, options, &by_count, NULL), 0));
    cr_assert(eq(int, bootstrap_mean((struct sample){many, COUNT}, options, &one_by_one, NULL), 0));
    double se = one_by_one.standard_error;
    cr_expect(epsilon_eq(dbl, by_count.standard_error / se, 1, 0.03));
    cr_expect(epsilon_eq(dbl, by_count.bca.low, one_by_one.bca.low, 0.08 * se));
    cr_expect(epsilon_eq(dbl, by_count.bca.high, one_by_one.bca.high, 0.08 * se));
}

Test(bootstrap, clusters_are_drawn_whole)
{
    /* Forty clusters of ten alike items: the error is that of forty items, not of four hundred. */
    double sums[40], sizes[40], items[400];
    for (size_t c = 0; c < 40; c++) {
        sizes[c] = 10;
        sums[c] = c % 2 ? 10 : 0;
        for (size_t i = 0; i < 10; i++)
            items[10 * c + i] = c % 2;
    }
    struct bootstrap_result clusters, flat;
    struct bootstrap_options options = {.seed = 1};
    cr_assert(eq(int,
                 bootstrap_ratio((struct sample){sums, 40}, (struct sample){sizes, 40}, options,
                                 &clusters, NULL),
                 0));
    cr_assert(eq(int, bootstrap_mean((struct sample){items, 400}, options, &flat, NULL), 0));
    cr_expect(eq(dbl, clusters.estimate, 0.5));
    cr_expect(epsilon_eq(dbl, clusters.standard_error / flat.standard_error, 3.162, 0.1));
}

Test(bootstrap, a_constant_sample_gives_its_value_with_a_note)
{
    const double values[] = {0.1, 0.1, 0.1};
    struct bootstrap_result result;
    cr_assert(
        eq(int,
           bootstrap_mean((struct sample){values, 3}, (struct bootstrap_options){0}, &result, NULL),
           0));
    cr_expect(result.note != NULL);
    cr_expect(eq(dbl, result.bca.low, 0.1));
    cr_expect(eq(dbl, result.bca.high, 0.1));
}

Test(bootstrap, one_value_is_undefined)
{
    const double value = 3;
    struct bootstrap_result result;
    cr_assert(
        eq(int,
           bootstrap_mean((struct sample){&value, 1}, (struct bootstrap_options){0}, &result, NULL),
           0));
    cr_expect(result.undefined != NULL);
    cr_expect(result.bca.undefined != NULL);
}

Test(bootstrap, memory_that_runs_out_is_an_error)
{
    double values[COUNT];
    fill(values, true);
    for (int64_t nth = 1;; nth++) {
        struct bootstrap_result result;
        struct error err = {0};
        memory_fail_nth(nth);
        enum status status =
            bootstrap_mean((struct sample){values, COUNT},
                           (struct bootstrap_options){.resamples = 100}, &result, &err);
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        if (!hit)
            break;
        cr_assert(eq(int, status, STATUS_NO_MEMORY), "request %d", (int)nth);
    }
}

Test(permutation, the_three_ways_agree)
{
    double values[22];
    for (size_t i = 0; i < 22; i++)
        values[i] = i % 5 == 0 ? -1 : i % 3 == 0 ? 1 : 0.5;
    struct permutation_test enumerated, counted, drawn;
    struct permutation_options options = {.resamples = 200000};
    cr_assert(
        eq(int, permutation_sign_flip((struct sample){values, 20}, options, &enumerated, NULL), 0));
    cr_expect(enumerated.exact);
    double with_zeros[23] = {0};
    for (size_t i = 0; i < 20; i++)
        with_zeros[i] = values[i];
    cr_assert(eq(
        int, permutation_sign_flip((struct sample){with_zeros, 23}, options, &counted, NULL), 0));
    cr_expect(counted.exact);
    cr_expect(epsilon_eq(dbl, counted.p, enumerated.p, 1e-15), "zeros change nothing");
    for (size_t i = 0; i < 20; i++)
        with_zeros[i] *= 3.14159265358979;
    cr_assert(
        eq(int, permutation_sign_flip((struct sample){with_zeros, 23}, options, &drawn, NULL), 0));
    cr_expect(eq(int, drawn.exact, 0));
    cr_expect(epsilon_eq(dbl, drawn.p, enumerated.p, 0.005));
}
