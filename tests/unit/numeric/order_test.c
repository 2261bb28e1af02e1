#include "base/counter_rng.h"
#include "base/memory.h"
#include "numeric/order.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>

static double *some_values(size_t count, uint64_t distinct)
{
    double *values = memory_alloc(count * sizeof *values);
    struct counter_rng rng = counter_rng_start(11, counter_rng_purpose("order test"), count);
    for (size_t i = 0; i < count; i++)
        values[i] = ((double)counter_rng_below(&rng, distinct) - (double)distinct / 2) * 0.37;
    return values;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

Test(order, sorts_as_qsort_does)
{
    static const size_t counts[] = {0, 1, 2, 3, 47, 48, 49, 50, 1000, 20000};
    static const uint64_t kinds[] = {2, 100, 1ULL << 50};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (size_t k = 0; k < 3; k++) {
            size_t count = counts[c];
            double *values = some_values(count, kinds[k]);
            double *sorted;
            cr_assert(eq(int, order_sorted_copy((struct sample){values, count}, &sorted, NULL), 0));
            qsort(values, count, sizeof *values, ascending);
            for (size_t i = 0; i < count; i++)
                cr_assert(eq(dbl, sorted[i], values[i]), "%zu of %zu, kind %zu", i, count, k);
            memory_free(values);
            memory_free(sorted);
        }
    }
}

Test(order, nan_sorts_last_and_infinities_at_the_ends)
{
    double values[] = {NAN, 1, -HUGE_VAL, HUGE_VAL, -0.0, 0.0, -1};
    cr_assert(eq(int, order_sort(values, 7, NULL), 0));
    cr_expect(eq(dbl, values[0], -HUGE_VAL));
    cr_expect(eq(dbl, values[1], -1));
    cr_expect(eq(dbl, values[5], HUGE_VAL));
    cr_expect(isnan(values[6]));
}

Test(order, ties_share_the_mean_rank)
{
    const double values[] = {5, 1, 5, 2, 5, 1};
    double ranks[6], ties;
    cr_assert(eq(int, order_ranks((struct sample){values, 6}, ranks, &ties, NULL), 0));
    const double expected[] = {5, 1.5, 5, 3, 5, 1.5};
    for (size_t i = 0; i < 6; i++)
        cr_expect(eq(dbl, ranks[i], expected[i]), "rank %zu", i);
    cr_expect(eq(dbl, ties, 24 + 6));
}

Test(order, selection_finds_what_sorting_finds)
{
    for (uint64_t distinct = 1; distinct < 1000; distinct *= 7) {
        double *values = some_values(301, distinct);
        double *sorted;
        cr_assert(eq(int, order_sorted_copy((struct sample){values, 301}, &sorted, NULL), 0));
        for (size_t k = 0; k < 301; k += 20)
            cr_expect(eq(dbl, order_select(values, 301, k), sorted[k]), "k %zu", k);
        memory_free(values);
        memory_free(sorted);
    }
}

Test(order, a_failed_allocation_is_an_error)
{
    double *values = some_values(100, 50);
    struct error err = {0};
    memory_fail_nth(1);
    cr_expect(eq(int, order_sort(values, 100, &err), STATUS_NO_MEMORY));
    cr_expect(memory_fault_was_hit());
    memory_free(values);
}
