/*
 * metric_difference.h: one metric of two candidates over the same conversations: the difference
 * with its 95 % interval, p, and what could have been seen. The method follows from the metric:
 *
 *   share by conversation, each 0 or 1    McNemar mid-p, Newcombe's interval (1998, method 10)
 *   share by conversation, with repeats   mean of the conversations' differences: sign-flip
 *                                         permutation, CR1 and t
 *   other ratios: a share of turns,       linearised and paired: CR1 and t (for skewed costs of 50
 *   a mean cost, errors a slot            conversations BCa covered .91 and this .95:
 *                                         tests/statcheck/comparison_coverage.c)
 *   macro mean, calibration error         cluster bootstrap, BCa
 *   AUROC                                 placement values by conversation, t
 *   quantile of times                     cluster bootstrap, percentile
 *
 * Other metrics (counts, facts of the recording) have a plain difference only. Thread: main; the
 * bootstrap uses an OpenMP team and gives the same bits for any number of threads.
 */
#ifndef ASSAY_COMPARE_METRIC_DIFFERENCE_H
#define ASSAY_COMPARE_METRIC_DIFFERENCE_H

#include "compare/metric_column.h"

enum difference_verdict {
    DIFFERENCE_UNDEFINED, /* change.undefined says why, or there is no test */
    DIFFERENCE_NOT_SHOWN, /* which is not "none": see `detectable` */
    DIFFERENCE_BETTER,
    DIFFERENCE_WORSE,
    DIFFERENCE_CHANGED, /* of a metric without a direction */
};

struct metric_difference {
    struct measure change; /* own - reference; n: conversations in which both have the metric */
    double p;              /* two-sided; NaN: no test */
    double adjusted_p;     /* over the family; NaN: not in one */
    double detectable;     /* smallest true difference that this comparison finds with chance .8 at
                              level .05; NaN: not known */
    const char *method;    /* "McNemar mid-p; 95 %: Newcombe", or NULL */
    enum difference_verdict verdict; /* by the adjusted p; set by run_compare */
};

/* Scratch memory lives in `scratch`. own and reference: the two values as the runs report them (an
 * undefined one makes the difference undefined; quantiles and calibration errors are centred at
 * them when both rest on the same conversations). */
struct metric_difference_request {
    const char *metric;
    double monthly_calls;
    const struct conversation_pairing *pairing;
    const struct measure *own, *reference;
};

enum status metric_difference_make(const struct metric_difference_request *request,
                                   struct arena *scratch, struct metric_difference *ret_difference,
                                   struct error *err);
/* Without tests: the difference of the two values. */
struct metric_difference metric_difference_plain(const struct measure *own,
                                                 const struct measure *reference);

#endif
