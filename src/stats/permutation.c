/*
 * permutation.c: three ways to the same p-value, by what the differences allow. Scratch memory of
 * the call only.
 */
#include "stats/permutation.h"

#include "base/cleanup.h"
#include "base/counter_rng.h"
#include "base/memory.h"
#include "numeric/exact_sum.h"

#include <float.h>

enum {
    ENUMERATED_MAX = 20,
    LATTICE_MAX_SUM = 4000000, /* memory: 16 bytes each */
    LATTICE_MAX_WORK = 2000000000,
    DEFAULT_RESAMPLES = 9999,
};

DEFINE_CLEANUP(free_shares, double, memory_free)

/* Shares of the null distribution at or below, and at or above, the observed statistic. */
struct tails {
    double below;
    double above;
};

static double p_of(struct tails tails, enum alternative alternative)
{
    if (alternative == ALTERNATIVE_TWO_SIDED)
        return fmin(1, 2 * fmin(tails.below, tails.above));
    return alternative == ALTERNATIVE_GREATER ? tails.above : tails.below;
}

/* --- all sign flips -------------------------------------------------------------------------- */

static struct tails enumerate(struct sample d, double observed)
{
    double n = (double)d.count;
    double tolerance = fabs(100 * DBL_EPSILON * observed);
    uint64_t total = 1ULL << d.count;
    uint64_t below = 0;
    uint64_t above = 0;
#pragma omp parallel for reduction(+ : below, above)
    for (uint64_t flips = 0; flips < total; flips++) {
        double sum = 0;
        for (size_t i = 0; i < d.count; i++)
            sum += flips >> i & 1 ? -d.values[i] : d.values[i];
        double mean = sum / n;
        below += mean <= observed + tolerance;
        above += mean >= observed - tolerance;
    }
    return (struct tails){(double)below / (double)total, (double)above / (double)total};
}

/* --- differences on a lattice ---------------------------------------------------------------- */

/* The largest step of a short list of which all differences are multiples; 0: none. */
static double step_of(struct sample d)
{
    static const double steps[] = {1,        1.0 / 2,  1.0 / 3,  1.0 / 4,   1.0 / 5,   1.0 / 6,
                                   1.0 / 8,  1.0 / 10, 1.0 / 12, 1.0 / 16,  1.0 / 20,  1.0 / 30,
                                   1.0 / 60, 0.01,     1.0 / 64, 1.0 / 300, 1.0 / 420, 0.001};
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        bool fits = true;
        double sum = 0;
        for (size_t i = 0; fits && i < d.count; i++) {
            double multiple = d.values[i] / steps[s];
            fits = fabs(multiple - round(multiple)) <= 1e-9 && fabs(multiple) < LATTICE_MAX_SUM;
            sum += fabs(round(multiple));
        }
        if (fits && sum <= LATTICE_MAX_SUM && sum * (double)d.count <= LATTICE_MAX_WORK)
            return steps[s];
    }
    return 0;
}

/*
 * The flipped sum is (sum of a random half) doubled, less the whole: shares[s] is the chance that
 * the sizes with a positive sign add up to s.
 */
static enum status count_lattice(struct sample d, double step, struct tails *ret_tails,
                                 struct error *err)
{
    size_t total = 0;
    size_t observed = 0;
    for (size_t i = 0; i < d.count; i++) {
        size_t size = (size_t)fabs(round(d.values[i] / step));
        total += size;
        observed += d.values[i] > 0 ? size : 0;
    }
    CLEANUP(free_shares) double *shares = memory_alloc((total + 1) * sizeof *shares);
    if (!shares)
        return error_no_memory(err);
    shares[0] = 1;
    size_t reached = 0;
    for (size_t i = 0; i < d.count; i++) {
        size_t size = (size_t)fabs(round(d.values[i] / step));
        if (size == 0)
            continue;
        reached += size;
        for (size_t s = reached + 1; s-- > 0;)
            shares[s] = (shares[s] + (s >= size ? shares[s - size] : 0)) / 2;
    }
    struct exact_sum below = {0};
    struct exact_sum above = {0};
    for (size_t s = 0; s <= total; s++) {
        if (s <= observed)
            exact_sum_add(&below, shares[s]);
        if (s >= observed)
            exact_sum_add(&above, shares[s]);
    }
    *ret_tails = (struct tails){exact_sum_value(&below), exact_sum_value(&above)};
    return STATUS_OK;
}

/* --- drawn flips ----------------------------------------------------------------------------- */

static double flipped_sum(struct sample d, uint64_t seed, uint32_t purpose, uint64_t number)
{
    struct counter_rng rng = counter_rng_start(seed, purpose, number);
    double sum = 0;
    uint32_t signs = 0;
    for (size_t i = 0; i < d.count; i++) {
        signs = i % 32 == 0 ? counter_rng_u32(&rng) : signs >> 1;
        sum += signs & 1 ? -d.values[i] : d.values[i];
    }
    return sum;
}

static struct tails draw(struct sample d, double observed_sum, struct permutation_options options)
{
    size_t resamples = options.resamples ? options.resamples : DEFAULT_RESAMPLES;
    uint32_t purpose = counter_rng_purpose(options.purpose ? options.purpose : "sign flip");
    double scale = 0;
    for (size_t i = 0; i < d.count; i++)
        scale += fabs(d.values[i]);
    double tolerance = 1e-14 * scale; /* what the order of summation can change */
    uint64_t below = 0;
    uint64_t above = 0;
#pragma omp parallel for reduction(+ : below, above)
    for (size_t r = 0; r < resamples; r++) {
        double sum = flipped_sum(d, options.seed, purpose, r);
        below += sum <= observed_sum + tolerance;
        above += sum >= observed_sum - tolerance;
    }
    double all = (double)resamples + 1;
    return (struct tails){((double)below + 1) / all, ((double)above + 1) / all};
}

enum status permutation_sign_flip(struct sample differences, struct permutation_options options,
                                  struct permutation_test *ret_test, struct error *err)
{
    struct permutation_test test = {
        .statistic = (double)NAN, .p = (double)NAN, .convention = "sign-flip permutation"};
    if (differences.count == 0 || sample_has_non_finite(differences)) {
        test.undefined = "there are no differences, or one is not a finite number";
        *ret_test = test;
        return STATUS_OK;
    }
    double sum = exact_sum_of(differences);
    test.statistic = sum / (double)differences.count;
    struct tails tails;
    double step = step_of(differences);
    if (differences.count <= ENUMERATED_MAX) {
        test.convention = "sign-flip permutation, exact by enumeration";
        test.exact = true;
        tails = enumerate(differences, test.statistic);
    } else if (step > 0) {
        test.convention = "sign-flip permutation, exact by counting";
        test.exact = true;
        enum status status = count_lattice(differences, step, &tails, err);
        if (status != STATUS_OK)
            return status;
    } else {
        test.convention = "sign-flip permutation, drawn, (count + 1)/(B + 1)";
        tails = draw(differences, sum, options);
    }
    test.p = p_of(tails, options.alternative);
    *ret_test = test;
    return STATUS_OK;
}
