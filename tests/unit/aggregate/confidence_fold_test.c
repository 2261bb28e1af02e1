#include "aggregate/confidence_fold.h"
#include "stats/calibration.h"
#include "stats/correlation.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

enum { COUNT = 930 };

/* The grid k/30 with ties and bin edges, as in design's example. */
static void make_grid(double *confidence, bool *correct)
{
    for (size_t i = 0; i < COUNT; i++) {
        confidence[i] = (double)(i * 7 % 31) / 30;
        correct[i] = (i * 13 + 5) % 31 < i * 7 % 31;
    }
}

static void fill(struct confidence_fold *fold, const double *confidence, const bool *correct)
{
    for (size_t i = 0; i < COUNT; i++)
        cr_assert(confidence_fold_add(fold, confidence[i], correct[i]));
}

Test(confidence_fold, streamed_values_give_what_stats_makes_of_the_sample)
{
    static struct confidence_fold fold;
    double confidence[COUNT];
    bool correct[COUNT];
    struct error err = {0};
    make_grid(confidence, correct);
    fill(&fold, confidence, correct);
    struct calibration_error expected;
    struct calibration_bin bins[10];
    struct estimate area;
    struct measure auroc;
    cr_assert(eq(int,
                 calibration_measure((struct forecasts){confidence, correct, COUNT},
                                     CALIBRATION_WIDTH_RIGHT_CLOSED, 10, bins, &expected, &err),
                 STATUS_OK));
    cr_assert(eq(int, correlation_auroc(correct, (struct sample){confidence, COUNT}, &area, &err),
                 STATUS_OK));
    cr_assert(eq(int, confidence_fold_auroc(&fold, &auroc, &err), STATUS_OK));
    cr_expect(
        epsilon_eq(dbl, confidence_fold_expected_error(&fold).value, expected.expected, 1e-14));
    cr_expect(epsilon_eq(dbl, confidence_fold_maximum_error(&fold).value, expected.maximum, 1e-14));
    cr_expect(epsilon_eq(dbl, auroc.value, area.value, 1e-14));
    struct reliability_bin reliability[CONFIDENCE_BINS];
    confidence_fold_reliability(&fold, reliability);
    for (size_t i = 0; i < 10; i++)
        cr_expect(eq(u64, reliability[i].n, bins[i].count), "bin %zu", i);
    confidence_fold_done(&fold);
}

/* .9 right, .6 wrong, .6 right: bins (.8, .9] and (.5, .6] */
Test(confidence_fold, three_slots_by_hand)
{
    struct confidence_fold fold = {0};
    struct error err = {0};
    struct measure auroc;
    cr_assert(confidence_fold_add(&fold, .9, true) && confidence_fold_add(&fold, .6, false) &&
              confidence_fold_add(&fold, .6, true) &&
              confidence_fold_add(&fold, (double)NAN, true));
    cr_expect(epsilon_eq(dbl, confidence_fold_expected_error(&fold).value, (.1 + .2) / 3, 1e-15));
    cr_expect(epsilon_eq(dbl, confidence_fold_maximum_error(&fold).value, .1, 1e-15));
    cr_assert(eq(int, confidence_fold_auroc(&fold, &auroc, &err), STATUS_OK));
    cr_expect(epsilon_eq(dbl, auroc.value, .75, 1e-15)); /* one win, one tie */
    cr_expect(eq(u64, auroc.n, 3));
    confidence_fold_done(&fold);
}

Test(confidence_fold, nothing_one_class_and_values_outside_are_undefined)
{
    struct confidence_fold fold = {0};
    struct error err = {0};
    struct measure auroc;
    cr_expect(confidence_fold_expected_error(&fold).undefined != NULL);
    cr_assert(confidence_fold_add(&fold, .9, true));
    cr_assert(eq(int, confidence_fold_auroc(&fold, &auroc, &err), STATUS_OK));
    cr_expect(auroc.undefined != NULL && isnan(auroc.value));
    cr_expect(confidence_fold_expected_error(&fold).undefined == NULL);
    cr_assert(confidence_fold_add(&fold, 1.5, true));
    cr_expect(confidence_fold_expected_error(&fold).undefined != NULL);
    cr_expect(isnan(confidence_fold_maximum_error(&fold).value));
    confidence_fold_done(&fold);
}

Test(confidence_fold, beyond_a_million_slots_the_histogram_stays_close)
{
    static struct confidence_fold fold;
    struct error err = {0};
    struct measure auroc;
    double won = 0, right = 0, wrong = 0;
    for (uint32_t i = 0; i < 1100000; i++) {
        double confidence = (double)(i % 1000) / 999;
        bool is_right = i * 2654435761U % 1000 < i % 1000;
        cr_assert(confidence_fold_add(&fold, confidence, is_right));
        (is_right ? &right : &wrong)[0] += 1;
    }
    uint32_t counts[1000][2] = {{0}};
    for (uint32_t i = 0; i < 1100000; i++)
        counts[i % 1000][i * 2654435761U % 1000 < i % 1000]++;
    double below = 0;
    for (size_t i = 0; i < 1000; i++) {
        won += counts[i][1] * (below + counts[i][0] / 2.0);
        below += counts[i][0];
    }
    cr_expect(confidence_fold_is_histogram(&fold));
    cr_assert(eq(int, confidence_fold_auroc(&fold, &auroc, &err), STATUS_OK));
    cr_expect(epsilon_eq(dbl, auroc.value, won / right / wrong, 1e-9));
    confidence_fold_done(&fold);
}
