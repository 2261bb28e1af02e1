/*
 * drift_compare.h: has what came in (current) moved away from what was known (reference)? Pure: two
 * profiles in, findings out, the same bytes for any number of threads.
 *
 * The rule of alarm. In a window a signal is OVER when all three hold:
 *   - its effect is at least the threshold: Wasserstein over the reference's standard deviation for
 *     numbers, Jensen-Shannon distance (natural logarithm) for categories, the difference of shares
 *     for shares;
 *   - its effect is above the noise: the 95th percentile of the same effect when both sides are
 *     drawn from what they have in common, at their sizes (199 draws, seeded);
 *   - its p (Kolmogorov-Smirnov for numbers, chi-square else) is significant after
 *     Benjamini-Hochberg over every signal of the window.
 * An ALARM begins when it is over in 2 of 3 windows one behind the other, and ends when 3 in a row
 * are under (not significant, or below 0.8 of the threshold). A window holds `window_floor`
 * conversations or more; with fewer than two windows nothing can last, and what is over is
 * UNCONFIRMED.
 */
#ifndef ASSAY_DRIFT_DRIFT_COMPARE_H
#define ASSAY_DRIFT_DRIFT_COMPARE_H

#include "base/arena.h"
#include "base/error.h"
#include "drift/drift_profile.h"

struct drift_rule {
    double alpha;          /* .05: share of false ones among the significant signals of a window */
    double min_shift;      /* .1: Wasserstein over standard deviation */
    double min_distance;   /* .1: Jensen-Shannon distance, natural logarithm */
    double min_share;      /* .05: difference of shares */
    uint64_t window_floor; /* 500 conversations */
    uint64_t min_values;   /* 100: a signal with fewer values on a side says nothing */
    uint64_t seed;
};

#define DRIFT_RULE_DEFAULTS                                                                        \
    ((struct drift_rule){.alpha = .05,                                                             \
                         .min_shift = .1,                                                          \
                         .min_distance = .1,                                                       \
                         .min_share = .05,                                                         \
                         .window_floor = 500,                                                      \
                         .min_values = 100,                                                        \
                         .seed = 1})

/* One candidate, or the recorded calls, on both sides. */
struct drift_pair {
    const char *subject;
    const struct drift_profile *reference, *current;
};

enum drift_verdict {
    DRIFT_NONE,
    DRIFT_TOO_FEW,     /* values on a side */
    DRIFT_UNCONFIRMED, /* over, but not in 2 windows of 3 (yet) */
    DRIFT_PASSED,      /* an alarm that ended */
    DRIFT_ALARM,
};
extern const char *const drift_verdict_names[];

/* Distances and tests of one signal; NaN where one does not apply. */
struct drift_distances {
    uint64_t reference_n, current_n;
    double reference_level, current_level; /* mean, or share; NaN for categories */
    double psi;                            /* deciles of the reference, or labels; floor 1e-4 */
    double jensen_shannon;                 /* over the same bins, natural logarithm */
    double wasserstein;                    /* in the signal's unit */
    double shift;                          /* the same over the reference's standard deviation */
    double ks, chi_square;
    double p;          /* of ks for numbers, of chi_square else */
    double effect;     /* what the rule looks at: shift, jensen_shannon or the difference */
    double adjusted_p; /* Benjamini-Hochberg over the window */
    double noise;      /* NaN: not drawn, since the rule was decided without */
    bool over, under;  /* `under`: fit to end an alarm */
};

struct drift_label_shares {
    const char *label;
    double reference, current;
};

struct drift_window_info {
    int64_t from_ns, until_ns; /* DRIFT_NO_TIME: not told */
    uint64_t conversations;
};

struct drift_row {
    const char *subject, *signal;
    enum drift_kind kind;
    bool is_absence; /* the share of conversations without a value of the signal */
    double threshold;
    struct drift_distances all;      /* the whole current against the whole reference */
    struct drift_distances *windows; /* window_count of them */
    enum drift_verdict verdict;
    struct drift_label_shares *labels; /* categories: the largest, "(other)" last */
    size_t label_count;
};

struct drift_result {
    struct drift_rule rule;
    uint64_t reference_conversations, current_conversations;
    struct drift_window_info *windows; /* of the current side, oldest first */
    size_t window_count;
    struct drift_row *rows; /* as in the pairs; signals by name */
    size_t row_count;
    uint64_t tests;    /* Benjamini-Hochberg went over so many in the whole comparison */
    uint64_t left_out; /* signals over the limit of a profile */
    size_t counts[DRIFT_ALARM + 1]; /* rows by verdict */
    enum drift_verdict verdict;     /* the worst of all rows; TOO_FEW when no row says anything */
};

/* The pairs must all have been fed the same conversations on a side, so that their windows agree;
 * a pair whose windows do not is STATUS_INTERNAL. At least one pair. */
enum status drift_compare(const struct drift_pair *pairs, size_t count, struct drift_rule rule,
                          struct arena *arena, struct drift_result **ret_result, struct error *err);

#endif
