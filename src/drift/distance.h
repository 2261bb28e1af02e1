/*
 * distance.h: how far two distributions are apart. On raw samples: Wasserstein and energy distance.
 * On counts by bin (normalised here): Jensen-Shannon, Hellinger, total variation, and PSI, whose
 * floor and bins must stand beside every value, since they decide it. Thread: any.
 */
#ifndef ASSAY_DRIFT_DISTANCE_H
#define ASSAY_DRIFT_DISTANCE_H

#include "base/error.h"
#include "stats/estimate.h"

struct distance_sample {
    struct sample values;
    const double *weights; /* NULL: all alike; otherwise values.count, none negative */
};

/* scipy's wasserstein_distance and energy_distance. */
enum status distance_wasserstein(struct distance_sample reference, struct distance_sample current,
                                 struct estimate *ret_distance, struct error *err);
enum status distance_energy(struct distance_sample reference, struct distance_sample current,
                            struct estimate *ret_distance, struct error *err);

/* Square root of the Jensen-Shannon divergence; base 2.718... or 2, say. */
struct estimate distance_jensen_shannon(struct sample reference, struct sample current,
                                        double base);
struct estimate distance_hellinger(struct sample reference, struct sample current);
struct estimate distance_total_variation(struct sample reference, struct sample current);

#define DISTANCE_PSI_FLOOR 1e-4

/* Shares under `floor` are raised to it, without normalising again. */
struct estimate distance_psi(struct sample reference, struct sample current, double floor);
/* P(chi-square with B - 1 degrees > PSI/(1/n + 1/m)) (Yurdakul 2018): the PSI of equal
 * distributions is not zero. */
struct estimate distance_psi_p(struct sample reference, struct sample current, double floor);

enum { DISTANCE_DECILE_EDGES = 9 };

struct distance_deciles {
    double edges[DISTANCE_DECILE_EDGES]; /* linear quantiles of the reference, duplicates merged */
    size_t edge_count;
    double reference_counts[DISTANCE_DECILE_EDGES + 1]; /* of (-inf, e1], (e1, e2], ... */
    double current_counts[DISTANCE_DECILE_EDGES + 1];
    struct estimate psi;
};

/* PSI of raw values over the reference's deciles. */
enum status distance_psi_deciles(struct sample reference, struct sample current, double floor,
                                 struct distance_deciles *ret_deciles, struct error *err);

#endif
