#include "aggregate/value_collector.h"
#include "stats/quantile.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static struct measure quantile(struct value_collector *collector, unsigned percent)
{
    struct measure measure;
    struct error err = {0};
    cr_assert(eq(int, value_collector_quantile(collector, percent, "calls", "none", &measure, &err),
                 STATUS_OK));
    return measure;
}

static void add(struct value_collector *collector, double value)
{
    cr_assert(value_collector_add(collector, value));
    value_collector_end_cluster(collector);
}

Test(value_collector, quantiles_are_nearest_rank)
{
    struct value_collector collector = {0};
    for (int i = 100; i > 0; i--)
        add(&collector, i * 10);
    cr_expect(eq(dbl, quantile(&collector, 50).value, 500));
    cr_expect(eq(dbl, quantile(&collector, 95).value, 950));
    cr_expect(eq(dbl, quantile(&collector, 99).value, 990));
    cr_expect(eq(u64, quantile(&collector, 99).n, 100));
    value_collector_done(&collector);
    struct value_collector one = {0};
    add(&one, 7);
    cr_expect(eq(dbl, quantile(&one, 50).value, 7));
    cr_expect(isnan(quantile(&one, 50).low));
    value_collector_done(&one);
}

Test(value_collector, nothing_gives_the_reason_and_what_is_no_number_is_passed_over)
{
    struct value_collector collector = {0};
    cr_assert(value_collector_add(&collector, (double)NAN));
    cr_assert(value_collector_add(&collector, (double)INFINITY));
    struct measure measure = quantile(&collector, 95);
    cr_expect(eq(str, (char *)measure.undefined, "none"));
    cr_expect(isnan(measure.value));
    cr_expect(value_collector_mean(&collector, "calls", "none").undefined != NULL);
    value_collector_done(&collector);
}

Test(value_collector, a_p99_of_a_small_sample_has_no_upper_end)
{
    struct value_collector collector = {0};
    for (int i = 0; i < 200; i++)
        add(&collector, i);
    cr_expect(not(isnan(quantile(&collector, 50).low)));
    cr_expect(isnan(quantile(&collector, 99).high));
    value_collector_done(&collector);
}

Test(value_collector, likeness_within_a_conversation_widens_the_interval)
{
    struct value_collector apart = {0}, alike = {0};
    for (int i = 0; i < 400; i++) {
        add(&apart, i);
        cr_assert(value_collector_add(&alike, i / 10 * 10.0));
        if (i % 10 == 9)
            value_collector_end_cluster(&alike);
    }
    struct measure narrow = quantile(&apart, 50), wide = quantile(&alike, 50);
    cr_expect(narrow.low < 199 && narrow.high > 199);
    cr_expect(wide.high - wide.low > 2 * (narrow.high - narrow.low), "%g %g", wide.low, wide.high);
    value_collector_done(&apart);
    value_collector_done(&alike);
}

/* 1,200,000 distinct values over six decades. */
Test(value_collector, beyond_a_million_values_the_sketch_stays_within_half_a_percent)
{
    struct value_collector collector = {0};
    size_t count = 1200000;
    double *values = malloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        values[i] = pow(10, 6 * (double)i / (double)count - 2);
        cr_assert(value_collector_add(&collector, values[i]));
        if (i % 8 == 7)
            value_collector_end_cluster(&collector);
    }
    cr_expect(value_collector_is_sketch(&collector));
    static const unsigned percents[] = {1, 50, 95, 99};
    for (size_t i = 0; i < 4; i++) {
        double exact = quantile_of_sorted((struct sample){values, count}, percents[i] / 100.0,
                                          QUANTILE_NEAREST_RANK);
        double value = quantile(&collector, percents[i]).value;
        cr_expect(fabs(value / exact - 1) <= .00501, "p%u %.17g %.17g", percents[i], value, exact);
    }
    free(values);
    value_collector_done(&collector);
}

Test(value_collector, few_distinct_values_take_little_room)
{
    struct value_collector collector = {0};
    for (int i = 0; i < 500000; i++)
        add(&collector, i % 1000);
    cr_expect(collector.exact.capacity <= 2048);
    cr_expect(eq(dbl, quantile(&collector, 95).value, 949));
    value_collector_done(&collector);
}

Test(value_collector, values_of_all_sizes_are_told_apart)
{
    struct value_counts counts = {0};
    for (int round = 0; round < 2; round++)
        for (int i = -300; i < 300; i++)
            cr_assert(value_counts_add(&counts, ldexp(1.5, i), round));
    cr_assert(value_counts_add(&counts, -0.0, false) && value_counts_add(&counts, 0.0, false));
    cr_expect(eq(sz, counts.distinct, 601));
    struct value_count *sorted = value_counts_sorted(&counts);
    cr_expect(eq(u32, sorted[0].counts[0], 2));
    for (size_t i = 1; i < 601; i++)
        cr_expect(sorted[i].value > sorted[i - 1].value && sorted[i].counts[1] == 1);
    free(sorted);
    value_counts_done(&counts);
}
