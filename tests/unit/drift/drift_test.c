#include "base/counter_rng.h"
#include "base/memory.h"
#include "drift/adwin.h"
#include "drift/distance.h"
#include "drift/ks_test.h"
#include "drift/page_hinkley.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(ks_test, exact_tails_agree_with_counting_all_paths)
{
    /* Samples of 5 and 3 without ties: 56 orders; the gap reaches 1 in two of them. */
    const double x[] = {1, 2, 3, 4, 5}, y[] = {6, 7, 8};
    struct ks_test test;
    cr_assert(eq(int,
                 ks_test_two_samples((struct sample){x, 5}, (struct sample){y, 3},
                                     (struct ks_test_options){0}, &test, NULL),
                 0));
    cr_expect(eq(dbl, test.statistic, 1));
    cr_expect(epsilon_eq(dbl, test.p, 2.0 / 56, 1e-15));
    cr_expect(test.exact);
    cr_expect(eq(int, test.sign, 1));
    cr_expect(eq(dbl, test.location, 5));
}

Test(ks_test, is_symmetric)
{
    double x[90], y[70];
    struct counter_rng rng = counter_rng_start(1, 1, 1);
    for (int i = 0; i < 90; i++)
        x[i] = counter_rng_unit(&rng);
    for (int i = 0; i < 70; i++)
        y[i] = counter_rng_unit(&rng) * 1.2;
    for (int method = 0; method < 3; method++) {
        struct ks_test one, two;
        struct ks_test_options options = {.method = method};
        ks_test_two_samples((struct sample){x, 90}, (struct sample){y, 70}, options, &one, NULL);
        ks_test_two_samples((struct sample){y, 70}, (struct sample){x, 90}, options, &two, NULL);
        cr_expect(epsilon_eq(dbl, one.p, two.p, 1e-14));
        cr_expect(eq(dbl, one.statistic, two.statistic));
    }
}

Test(distance, equal_distributions_are_at_zero_and_disjoint_ones_at_one)
{
    const double a[] = {4, 0, 2}, same[] = {8, 0, 4}, other[] = {0, 3, 0};
    struct sample one = {a, 3}, two = {same, 3}, three = {other, 3};
    cr_expect(eq(dbl, distance_hellinger(one, two).value, 0));
    cr_expect(eq(dbl, distance_total_variation(one, two).value, 0));
    cr_expect(eq(dbl, distance_jensen_shannon(one, two, 2).value, 0));
    cr_expect(eq(dbl, distance_psi(one, two, 1e-4).value, 0));
    cr_expect(epsilon_eq(dbl, distance_hellinger(one, three).value, 1, 1e-15));
    cr_expect(epsilon_eq(dbl, distance_total_variation(one, three).value, 1, 1e-15));
    cr_expect(epsilon_eq(dbl, distance_jensen_shannon(one, three, 2).value, 1, 1e-15));
}

Test(distance, without_counts_there_is_no_distance)
{
    const double zeros[] = {0, 0}, some[] = {1, 2}, negative[] = {1, -1};
    cr_expect(distance_psi((struct sample){zeros, 2}, (struct sample){some, 2}, 1e-4).undefined !=
              NULL);
    cr_expect(
        distance_hellinger((struct sample){negative, 2}, (struct sample){some, 2}).undefined !=
        NULL);
    cr_expect(
        distance_total_variation((struct sample){zeros, 0}, (struct sample){zeros, 0}).undefined !=
        NULL);
}

Test(adwin, finds_a_change_and_not_one_in_a_steady_stream)
{
    CLEANUP(adwin_cleanup) struct adwin *adwin = adwin_create(ADWIN_DEFAULTS);
    struct counter_rng rng = counter_rng_start(1, 1, 2);
    int found_before = 0, found_after = 0;
    for (int i = 0; i < 4000; i++)
        found_before += adwin_update(adwin, counter_rng_unit(&rng) < 0.1);
    for (int i = 0; i < 1000; i++)
        found_after += adwin_update(adwin, counter_rng_unit(&rng) < 0.4);
    cr_expect(eq(int, found_before, 0));
    cr_expect(eq(int, found_after, 1));
    cr_expect(lt(dbl, adwin_width(adwin), 1000));
    cr_expect(eq(int, adwin_update(adwin, NAN), 0));
}

Test(adwin, its_variance_is_that_of_the_window)
{
    CLEANUP(adwin_cleanup) struct adwin *adwin = adwin_create(ADWIN_DEFAULTS);
    double mean = 0, m2 = 0;
    for (int i = 1; i <= 3000; i++) {
        double x = i * 7919 % 101 / 101.0;
        double gap = x - mean;
        mean += gap / i;
        m2 += gap * (x - mean);
        adwin_update(adwin, x);
    }
    cr_expect(eq(dbl, adwin_width(adwin), 3000));
    cr_expect(epsilon_eq(dbl, adwin_estimation(adwin), mean, 1e-12));
    cr_expect(epsilon_eq(dbl, adwin_variance(adwin), m2, 1e-8));
}

Test(adwin, refuses_options_out_of_range_and_memory_that_ran_out)
{
    struct adwin_options options = ADWIN_DEFAULTS;
    options.clock = 0;
    cr_expect(eq(ptr, adwin_create(options), NULL));
    for (int nth = 1; nth <= 2; nth++) {
        memory_fail_nth(nth);
        cr_expect(eq(ptr, adwin_create(ADWIN_DEFAULTS), NULL));
    }
    memory_fail_nth(0);
}

Test(page_hinkley, looks_only_where_it_is_told_to)
{
    struct page_hinkley_options options = PAGE_HINKLEY_DEFAULTS;
    options.threshold = 5;
    options.mode = PAGE_HINKLEY_DOWN;
    struct page_hinkley down = page_hinkley_start(options);
    options.mode = PAGE_HINKLEY_UP;
    struct page_hinkley up = page_hinkley_start(options);
    int found_down = 0, found_up = 0;
    for (int i = 0; i < 400; i++) {
        double value = i < 200 ? 1 : 2;
        found_down += page_hinkley_update(&down, value);
        found_up += page_hinkley_update(&up, value);
    }
    cr_expect(eq(int, found_down, 0));
    cr_expect(gt(int, found_up, 0));
}
