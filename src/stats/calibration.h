/*
 * calibration.h: does a confidence of p mean right p of the time? Expected and maximum calibration
 * error by three kinds of bins, Brier score, log loss, and the risk-coverage curve. Confidences
 * must lie in [0, 1]; otherwise, and without forecasts, the result is undefined. Thread: any.
 */
#ifndef ASSAY_STATS_CALIBRATION_H
#define ASSAY_STATS_CALIBRATION_H

#include "base/error.h"
#include "stats/estimate.h"

/* Borrowed arrays of `count`. */
struct forecasts {
    const double *confidence;
    const bool *correct;
    size_t count;
};

enum calibration_bins {
    CALIBRATION_WIDTH_LEFT_CLOSED,  /* [k/B, (k+1)/B), 1 in the last */
    CALIBRATION_WIDTH_RIGHT_CLOSED, /* (k/B, (k+1)/B], 0 in the first (Guo et al. 2017) */
    CALIBRATION_MASS,               /* equal counts of the stable order, sizes as array_split */
};

struct calibration_bin {
    size_t count;
    double mean_confidence; /* 0 when empty */
    double accuracy;
};

struct calibration_error {
    double expected; /* sum of n_b/n |accuracy - confidence| */
    double maximum;  /* over the bins that are not empty */
    const char *convention;
    const char *undefined;
};

enum { CALIBRATION_MAX_BINS = 10000 };

/* ret_bins: NULL, or bin_count bins for the reliability diagram. */
enum status calibration_measure(struct forecasts forecasts, enum calibration_bins kind,
                                size_t bin_count, struct calibration_bin *ret_bins,
                                struct calibration_error *ret_error, struct error *err);

struct estimate calibration_brier(struct forecasts forecasts);
/* Natural logarithm; confidences are clipped at the double's epsilon, as scikit-learn does. */
struct estimate calibration_log_loss(struct forecasts forecasts);

struct risk_coverage {
    double area;        /* AURC: mean over k of the share of errors among the k most confident */
    double area_excess; /* AURC minus that of the best ranking */
    const char *convention;
    const char *undefined;
};

/* Ties: errors are spread evenly in a group of equal confidence (the mean over its orders). */
enum status calibration_risk_coverage(struct forecasts forecasts, struct risk_coverage *ret_risk,
                                      struct error *err);

#endif
