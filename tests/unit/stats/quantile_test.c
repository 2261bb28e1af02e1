#include "numeric/order.h"
#include "stats/quantile.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(quantile, selection_and_sorting_agree)
{
    double values[301];
    double sorted[301];
    for (int i = 0; i < 301; i++)
        values[i] = sorted[i] = (i * 7919 % 100) * 0.25;
    cr_assert(eq(int, order_sort(sorted, 301, NULL), 0));
    for (double p = 0; p <= 1; p += 0.0625) {
        for (int kind = 0; kind < 2; kind++) {
            double want = quantile_of_sorted((struct sample){sorted, 301}, p, kind);
            cr_expect(eq(dbl, quantile_select(values, 301, p, kind), want), "p %g", p);
        }
    }
}

Test(quantile, degenerate_samples_are_undefined)
{
    const double values[] = {1, NAN};
    struct estimate estimate = {0};
    cr_assert(eq(
        int, quantile_estimate((struct sample){values, 2}, 0.5, QUANTILE_LINEAR, &estimate, NULL),
        0));
    cr_expect(estimate.undefined != NULL);
    cr_assert(eq(
        int, quantile_estimate((struct sample){values, 0}, 0.5, QUANTILE_LINEAR, &estimate, NULL),
        0));
    cr_expect(estimate.undefined != NULL);
}
