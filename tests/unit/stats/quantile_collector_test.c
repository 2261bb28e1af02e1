#include "base/memory.h"
#include "stats/quantile_collector.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

static void add_range(struct quantile_collector *collector, int from, int to, int step)
{
    for (int i = from; i != to; i += step)
        cr_assert(eq(int, quantile_collector_add(collector, i * 0.5, NULL), 0));
}

Test(quantile_collector, is_exact_up_to_its_limit_and_says_when_it_is_not)
{
    struct quantile_collector collector;
    quantile_collector_init(&collector, 1000);
    add_range(&collector, 1000, 0, -1);
    struct estimate p99 = quantile_collector_quantile(&collector, 0.99);
    cr_expect(eq(dbl, p99.value, 495));
    cr_expect(eq(str, (char *)p99.convention, "nearest rank"));
    add_range(&collector, 1001, 1002, 1);
    p99 = quantile_collector_quantile(&collector, 0.99);
    cr_expect(strstr(p99.convention, "DDSketch") != NULL);
    cr_expect(epsilon_eq(dbl, p99.value, 495.5, 0.005 * 495.5));
    cr_expect(eq(dbl, quantile_collector_mean(&collector), 250.5));
    cr_expect(eq(dbl, quantile_collector_quantile(&collector, 1).value, 500.5));
    quantile_collector_done(&collector);
}

Test(quantile_collector, parts_answer_as_the_whole_whatever_their_order)
{
    for (int limit = 100; limit <= 10000; limit *= 10) {
        struct quantile_collector whole, left, right;
        quantile_collector_init(&whole, (size_t)limit);
        quantile_collector_init(&left, (size_t)limit);
        quantile_collector_init(&right, (size_t)limit);
        add_range(&whole, 0, 1200, 1);
        add_range(&left, 1199, 299, -1);
        add_range(&right, 0, 300, 1);
        cr_assert(eq(int, quantile_collector_merge(&right, &left, NULL), 0));
        for (double p = 0; p <= 1; p += 0.05) {
            struct estimate a = quantile_collector_quantile(&whole, p);
            struct estimate b = quantile_collector_quantile(&right, p);
            cr_expect(eq(dbl, a.value, b.value), "limit %d, p %g", limit, p);
            cr_expect(eq(str, (char *)a.convention, (char *)b.convention));
        }
        cr_expect(eq(dbl, quantile_collector_mean(&whole), quantile_collector_mean(&right)));
        quantile_collector_done(&whole);
        quantile_collector_done(&left);
        quantile_collector_done(&right);
    }
}

Test(quantile_collector, counts_what_is_not_finite_and_has_no_quantile_of_nothing)
{
    struct quantile_collector collector;
    quantile_collector_init(&collector, 0);
    cr_assert(eq(int, quantile_collector_add(&collector, NAN, NULL), 0));
    cr_assert(eq(int, quantile_collector_add(&collector, HUGE_VAL, NULL), 0));
    cr_expect(eq(u64, collector.not_finite, 2));
    cr_expect(quantile_collector_quantile(&collector, 0.5).undefined != NULL);
    memory_fail_nth(1);
    cr_expect(eq(int, quantile_collector_add(&collector, 1, NULL), STATUS_NO_MEMORY));
    cr_expect(eq(u64, collector.total, 0));
    quantile_collector_done(&collector);
}
