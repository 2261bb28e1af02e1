#include "base/counter_rng.h"
#include "stats/cluster_error.h"
#include "stats/confidence_sequence.h"
#include "stats/proportion.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(cluster_error, single_items_give_the_plain_error)
{
    const double scores[] = {1, 2, 4, 8, 3};
    const uint32_t clusters[] = {4, 3, 2, 1, 0};
    struct cluster_error error;
    cr_assert(eq(int,
                 cluster_error_mean((struct sample){scores, 5},
                                    (struct cluster_labels){clusters, 5}, 0.05, &error, NULL),
                 0));
    cr_expect(epsilon_eq(dbl, error.se_cr1, error.se_clt, 1e-15));
    cr_expect(epsilon_eq(dbl, error.design_effect, 1, 1e-14));
    cr_expect(error.note != NULL, "five clusters are few");
}

Test(cluster_error, the_ratio_of_sums_is_the_mean_over_items)
{
    const double scores[] = {1, 0, 1, 1, 0, 1, 0};
    const uint32_t clusters[] = {0, 0, 1, 1, 1, 2, 2};
    const double sums[] = {1, 2, 1}, sizes[] = {2, 3, 2};
    struct cluster_error error;
    cr_assert(eq(int,
                 cluster_error_mean((struct sample){scores, 7},
                                    (struct cluster_labels){clusters, 3}, 0.05, &error, NULL),
                 0));
    struct cluster_ratio ratio =
        cluster_error_ratio((struct sample){sums, 3}, (struct sample){sizes, 3}, 0.05);
    cr_expect(epsilon_eq(dbl, ratio.ratio, error.mean, 1e-15));
    cr_expect(epsilon_eq(dbl, ratio.se_cr1, error.se_cr1, 1e-15));
    cr_expect(epsilon_eq(dbl, ratio.high, error.high, 1e-14));
}

Test(cluster_error, one_cluster_has_no_error_bar)
{
    const double scores[] = {1, 0, 1};
    const uint32_t clusters[] = {0, 0, 0};
    struct cluster_error error;
    cr_assert(eq(int,
                 cluster_error_mean((struct sample){scores, 3},
                                    (struct cluster_labels){clusters, 1}, 0.05, &error, NULL),
                 0));
    cr_expect(error.undefined != NULL);
    cr_expect(isnan(error.se_cr1));
    const double sum = 2, size = 3;
    cr_expect(
        cluster_error_share((struct sample){&sum, 1}, (struct sample){&size, 1}, 0.05).undefined !=
        NULL);
}

Test(cluster_error, all_successes_still_leave_doubt)
{
    const double sums[] = {5, 5, 5, 5}, sizes[] = {5, 5, 5, 5};
    struct interval interval =
        cluster_error_share((struct sample){sums, 4}, (struct sample){sizes, 4}, 0.05);
    cr_expect(eq(dbl, interval.high, 1));
    cr_expect(lt(dbl, interval.low, 0.5), "four conversations say little: %g", interval.low);
}

Test(confidence_sequence, of_bounded_values_is_about_what_its_paper_gives)
{
    struct confidence_sequence_bounded sequence = confidence_sequence_bounded_start(0.05);
    struct counter_rng rng = counter_rng_start(1, 2, 3);
    double sum = 0;
    for (int i = 0; i < 250; i++) {
        double value = counter_rng_unit(&rng) < 0.7;
        sum += value;
        confidence_sequence_bounded_add(&sequence, value);
        struct interval now = confidence_sequence_bounded_interval(&sequence);
        cr_assert(now.low <= 0.7 && now.high >= 0.7);
    }
    struct interval end = confidence_sequence_bounded_interval(&sequence);
    struct interval fixed = proportion_wilson((struct share){sum, 250}, 0.05);
    double price = (end.high - end.low) / (fixed.high - fixed.low);
    cr_expect(price > 1.3 && price < 2.2, "the price of peeking is %g", price);
    confidence_sequence_bounded_add(&sequence, 1.5);
    cr_expect(confidence_sequence_bounded_interval(&sequence).undefined != NULL);
}
