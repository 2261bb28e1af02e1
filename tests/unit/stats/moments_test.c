#include "stats/moments.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(moments, merge_equals_one_pass)
{
    static const double x[] = {3, 1, 4, 1, 5, 9, 2, 6};
    for (size_t cut = 0; cut <= 8; cut++) {
        struct moments left = {0}, right = {0};
        for (size_t i = 0; i < 8; i++)
            moments_add(i < cut ? &left : &right, x[i]);
        moments_merge(&left, &right);
        cr_expect(eq(u64, left.n, 8), "cut at %zu", cut);
        cr_expect(epsilon_eq(dbl, left.mean, 3.875, 1e-14), "cut at %zu", cut);
        cr_expect(epsilon_eq(dbl, left.m2, 52.875, 1e-12), "cut at %zu", cut);
    }
}

Test(moments, a_large_offset_costs_no_digits)
{
    double x[] = {1e9 + 0.25, 1e9 + 0.5, 1e9 + 0.75, 1e9 + 1};
    struct moments moments = moments_of((struct sample){x, 4});
    cr_expect(eq(dbl, moments.m2, 0.3125));
    cr_expect(isnan(moments_variance(&(struct moments){.n = 1, .mean = 3})));
}

Test(moments, a_constant_sample_has_no_variation_at_all)
{
    const double values[] = {0.1, 0.1, 0.1};
    struct moments moments = moments_of((struct sample){values, 3});
    cr_expect(eq(dbl, moments.mean, 0.1));
    cr_expect(eq(dbl, moments.m2, 0));
}
