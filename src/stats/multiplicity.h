/*
 * multiplicity.h: many tests at once. Holm bounds the chance of any false alarm (the gates);
 * Benjamini-Hochberg the share of false alarms among the alarms (exploration). Thread: any.
 */
#ifndef ASSAY_STATS_MULTIPLICITY_H
#define ASSAY_STATS_MULTIPLICITY_H

#include "base/error.h"
#include "stats/estimate.h"

enum multiplicity_method { MULTIPLICITY_HOLM, MULTIPLICITY_BENJAMINI_HOCHBERG };

struct multiplicity_result {
    double adjusted_p;
    bool rejected;
};

/*
 * Adjusted p-values and decisions at alpha, in the order of the input; p.count results.
 * *ret_undefined gets NULL, or the reason why nothing was computed (a p outside [0, 1]).
 */
enum status multiplicity_adjust(struct sample p, enum multiplicity_method method, double alpha,
                                struct multiplicity_result *ret_results, const char **ret_undefined,
                                struct error *err);

#endif
