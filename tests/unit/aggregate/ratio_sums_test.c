#include "aggregate/ratio_sums.h"
#include "stats/cluster_error.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const double sums[] = {3, 0, 2, 5, 1, 4}, sizes[] = {4, 2, 2, 7, 3, 4};
static const double others[] = {2, 1, 2, 3, 0, 4}, other_sizes[] = {4, 2, 3, 7, 3, 4};

static struct ratio_sums all_of(const double *sum, const double *size, size_t count)
{
    struct ratio_sums all = {0};
    for (size_t i = 0; i < count; i++)
        ratio_sums_add(&all, (struct ratio_part){sum[i], size[i]});
    return all;
}

Test(ratio_sums, moments_give_what_cluster_error_makes_of_the_whole_sample)
{
    struct ratio_sums all = all_of(sums, sizes, 6);
    struct cluster_ratio expected =
        cluster_error_ratio((struct sample){sums, 6}, (struct sample){sizes, 6}, .05);
    struct interval share =
        cluster_error_share((struct sample){sums, 6}, (struct sample){sizes, 6}, .05);
    cr_expect(epsilon_eq(dbl, ratio_sums_value(&all), expected.ratio, 1e-15));
    cr_expect(epsilon_eq(dbl, ratio_sums_error(&all), expected.se_cr1, 1e-14));
    cr_expect(epsilon_eq(dbl, ratio_sums_interval(&all).low, expected.low, 1e-13));
    cr_expect(epsilon_eq(dbl, ratio_sums_interval(&all).high, expected.high, 1e-13));
    cr_expect(epsilon_eq(dbl, ratio_sums_share_interval(&all).low, share.low, 1e-13));
    cr_expect(epsilon_eq(dbl, ratio_sums_share_interval(&all).high, share.high, 1e-13));
}

/* u_i = (s_i - R n_i)/N of each side; the variance is sum (u1 - u2)^2 C/(C - 1). */
Test(ratio_sums, a_paired_difference_has_the_linearised_error)
{
    struct ratio_pairs pairs = {0};
    double r1 = 15 / 22.0, r2 = 12 / 23.0, squares = 0;
    for (size_t i = 0; i < 6; i++) {
        ratio_pairs_add(&pairs, (struct ratio_part){sums[i], sizes[i]},
                        (struct ratio_part){others[i], other_sizes[i]});
        double u = (sums[i] - r1 * sizes[i]) / 22 - (others[i] - r2 * other_sizes[i]) / 23;
        squares += u * u;
    }
    double margin = 2.570581835636314 * sqrt(squares * 6 / 5); /* t.ppf(.975, 5) */
    struct interval interval = ratio_pairs_interval(&pairs);
    cr_expect(epsilon_eq(dbl, ratio_pairs_difference(&pairs), r1 - r2, 1e-15));
    cr_expect(epsilon_eq(dbl, interval.low, r1 - r2 - margin, 1e-13));
    cr_expect(epsilon_eq(dbl, interval.high, r1 - r2 + margin, 1e-13));
}

Test(ratio_sums, where_nothing_varies_there_is_no_interval)
{
    static const double same[] = {.1, .3, .2}, twice[] = {1, 3, 2};
    struct ratio_sums all = all_of(same, twice, 3);
    cr_expect(epsilon_eq(dbl, ratio_sums_value(&all), .1, 1e-15));
    cr_expect(ratio_sums_interval(&all).undefined != NULL);
    struct ratio_sums one = all_of(sums, sizes, 1);
    cr_expect(ratio_sums_interval(&one).undefined != NULL);
    cr_expect(ratio_sums_share_interval(&one).undefined != NULL);
    cr_expect(isnan(ratio_sums_value(&(struct ratio_sums){0})));
    struct ratio_pairs pairs = {0};
    for (size_t i = 0; i < 6; i++)
        ratio_pairs_add(&pairs, (struct ratio_part){sums[i], sizes[i]},
                        (struct ratio_part){sums[i], sizes[i]});
    cr_expect(eq(dbl, ratio_pairs_difference(&pairs), 0));
    cr_expect(ratio_pairs_interval(&pairs).undefined != NULL);
}

Test(ratio_sums, when_all_are_right_the_share_keeps_a_lower_end_by_conversations)
{
    static const double ten[] = {10, 10, 10};
    struct ratio_sums all = all_of(ten, ten, 3);
    struct interval interval = ratio_sums_share_interval(&all);
    cr_expect(eq(dbl, interval.high, 1));
    cr_expect(interval.low < .5, "30 right turns in 3 calls are 3 calls: %g", interval.low);
}
