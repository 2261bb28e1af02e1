#include "base/counter_rng.h"
#include "base/memory.h"
#include "numeric/ddsketch.h"
#include "numeric/order.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

enum { COUNT = 5000 };

static void fill(double *values)
{
    struct counter_rng rng = counter_rng_start(1, counter_rng_purpose("sketch test"), 0);
    for (size_t i = 0; i < COUNT; i++) {
        double size = exp(20 * counter_rng_unit(&rng) - 10);
        values[i] = i % 10 == 0 ? 0 : i % 3 == 0 ? -size : size;
    }
}

Test(ddsketch, every_quantile_is_within_its_relative_error)
{
    static double values[COUNT];
    fill(values);
    struct ddsketch sketch;
    ddsketch_init(&sketch, 0.005);
    for (size_t i = 0; i < COUNT; i++)
        cr_assert(eq(int, ddsketch_add(&sketch, values[i], NULL), 0));
    cr_assert(eq(int, order_sort(values, COUNT, NULL), 0));
    for (double p = 0; p <= 1; p += 1.0 / 64) {
        size_t rank = (size_t)fmax(1, ceil(p * COUNT));
        double exact = values[rank - 1];
        cr_expect(fabs(ddsketch_quantile(&sketch, p) - exact) <= 0.00500001 * fabs(exact), "p %g",
                  p);
    }
    ddsketch_done(&sketch);
}

Test(ddsketch, merged_parts_answer_as_the_whole)
{
    static double values[COUNT];
    fill(values);
    struct ddsketch whole, parts[3];
    ddsketch_init(&whole, 0.01);
    for (size_t part = 0; part < 3; part++)
        ddsketch_init(&parts[part], 0.01);
    for (size_t i = 0; i < COUNT; i++) {
        cr_assert(eq(int, ddsketch_add(&whole, values[i], NULL), 0));
        cr_assert(eq(int, ddsketch_add(&parts[i % 3], values[i], NULL), 0));
    }
    cr_assert(eq(int, ddsketch_merge(&parts[2], &parts[0], NULL), 0));
    cr_assert(eq(int, ddsketch_merge(&parts[2], &parts[1], NULL), 0));
    for (double p = 0; p <= 1; p += 0.01)
        cr_expect(eq(dbl, ddsketch_quantile(&parts[2], p), ddsketch_quantile(&whole, p)));
    ddsketch_done(&whole);
    for (size_t part = 0; part < 3; part++)
        ddsketch_done(&parts[part]);
}

Test(ddsketch, the_smallest_and_largest_doubles_have_bins)
{
    struct ddsketch sketch;
    ddsketch_init(&sketch, 0.005);
    const double values[] = {0x1p-1074, 0x1p-1022, 1, 1.7976931348623157e308};
    for (size_t i = 0; i < 4; i++)
        cr_assert(eq(int, ddsketch_add(&sketch, values[i], NULL), 0));
    cr_expect(epsilon_eq(dbl, ddsketch_quantile(&sketch, 0.75), 1, 0.005000001));
    cr_expect(isnan(ddsketch_quantile(&sketch, 1.5)));
    ddsketch_done(&sketch);
    ddsketch_init(&sketch, 0.005);
    cr_expect(isnan(ddsketch_quantile(&sketch, 0.5)));
    memory_fail_nth(1);
    struct error err = {0};
    cr_expect(eq(int, ddsketch_add(&sketch, 1, &err), STATUS_NO_MEMORY));
    cr_expect(eq(u64, sketch.count, 0));
    ddsketch_done(&sketch);
}
