#include "base/counter_rng.h"
#include "numeric/exact_sum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <float.h>

Test(exact_sum, cancels_what_a_plain_sum_loses)
{
    const double values[] = {1e308, 1e308, 1, 0x1p-1074, -1e308, -1e308, 1e-20};
    cr_expect(eq(dbl, exact_sum_of((struct sample){values, 7}), 1.0));
    const double tiny[] = {1e16, 0x1p-1074, -1e16};
    cr_expect(eq(dbl, exact_sum_of((struct sample){tiny, 3}), 0x1p-1074));
    const double half[] = {1, 0x1p-53, 0x1p-1000};
    cr_expect(eq(dbl, exact_sum_of((struct sample){half, 3}), 1 + DBL_EPSILON), "above one half");
    cr_expect(eq(dbl, exact_sum_of((struct sample){half, 2}), 1.0), "a tie goes to even");
    const double negative[] = {3, -5.5, 1};
    cr_expect(eq(dbl, exact_sum_of((struct sample){negative, 3}), -1.5));
}

Test(exact_sum, infinities_and_nan_stay)
{
    const double values[] = {1, HUGE_VAL, -HUGE_VAL, NAN};
    cr_expect(eq(dbl, exact_sum_of((struct sample){values, 2}), HUGE_VAL));
    cr_expect(isnan(exact_sum_of((struct sample){values, 3})));
    cr_expect(isnan(exact_sum_of((struct sample){values, 4})));
    cr_expect(eq(dbl, exact_sum_of((struct sample){values, 0}), 0));
}

Test(exact_sum, order_and_parts_do_not_matter)
{
    enum { COUNT = 1000 };
    double values[COUNT];
    struct counter_rng rng = counter_rng_start(7, counter_rng_purpose("test"), 0);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = ldexp(counter_rng_unit(&rng) - 0.5, (int)counter_rng_below(&rng, 400) - 200);
    double whole = exact_sum_of((struct sample){values, COUNT});
    for (size_t parts = 1; parts <= 8; parts++) {
        struct exact_sum total = {0};
        for (size_t part = parts; part-- > 0;) {
            struct exact_sum sum = {0};
            for (size_t i = part; i < COUNT; i += parts)
                exact_sum_add(&sum, values[i]);
            exact_sum_merge(&total, &sum);
        }
        cr_expect(eq(dbl, exact_sum_value(&total), whole), "%zu parts", parts);
    }
}
