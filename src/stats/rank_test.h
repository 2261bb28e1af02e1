/*
 * rank_test.h: tests on ranks for ordinal scores (a judge's 1 to 5). Mid-ranks for ties. Thread:
 * any.
 *
 * Methods: exact (the null distribution without ties), asymptotic (normal, variance corrected for
 * ties), automatic as scipy 1.17 chooses: Mann-Whitney exact without ties when a sample has at most
 * eight values; Wilcoxon exact up to fifty values without ties and zeros, exact over all sign flips
 * up to thirteen with them, else asymptotic. `convention` names what was used.
 */
#ifndef ASSAY_STATS_RANK_TEST_H
#define ASSAY_STATS_RANK_TEST_H

#include "base/error.h"
#include "stats/estimate.h"

enum rank_test_method { RANK_TEST_AUTOMATIC, RANK_TEST_EXACT, RANK_TEST_ASYMPTOTIC };

/* What Wilcoxon's test does with differences of zero. */
enum rank_test_zeros {
    RANK_TEST_ZEROS_DROPPED, /* "wilcox" */
    RANK_TEST_ZEROS_RANKED,  /* "pratt": ranked, not counted */
    RANK_TEST_ZEROS_SPLIT,   /* "zsplit": half to each side */
};

struct rank_test_options {
    enum rank_test_method method;
    enum alternative alternative;
    bool continuity_correction; /* of the normal approximation; scipy's default: on for
                                   Mann-Whitney, off for Wilcoxon */
    enum rank_test_zeros zeros;
};

struct rank_test {
    double statistic; /* U of the first sample; the smaller rank sum (W+ when one-sided) */
    double p;
    const char *convention;
    const char *undefined;
};

enum status rank_test_mann_whitney(struct sample first, struct sample second,
                                   struct rank_test_options options, struct rank_test *ret_test,
                                   struct error *err);
/* Signed ranks of paired differences. */
enum status rank_test_wilcoxon(struct sample differences, struct rank_test_options options,
                               struct rank_test *ret_test, struct error *err);

struct brunner_munzel {
    double statistic; /* > 0: the second sample tends to be larger */
    double p;
    double degrees;
    double win_share; /* P(first > second) + half the ties */
    const char *convention;
    const char *undefined;
};

/* Is one sample larger, without equal variances (Brunner and Munzel 2000)? Student's t, degrees by
 * Satterthwaite, as scipy's default. ALTERNATIVE_GREATER: the first one is. Undefined where the
 * samples do not overlap or do not vary. */
enum status rank_test_brunner_munzel(struct sample first, struct sample second,
                                     enum alternative alternative, struct brunner_munzel *ret_test,
                                     struct error *err);

#endif
