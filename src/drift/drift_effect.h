/*
 * drift_effect.h: one signal of two sides: every distance and test that applies, and the noise that
 * sampling alone would give. Pure; thread: any.
 */
#ifndef ASSAY_DRIFT_DRIFT_EFFECT_H
#define ASSAY_DRIFT_DRIFT_EFFECT_H

#include "drift/drift_compare.h"

/* Two counts of the same kinds: labels, hit and miss, or distinct numbers. */
struct drift_kinds {
    double *values; /* of each kind, ascending; NULL: kinds have no order */
    uint64_t *reference, *current;
    size_t count;
};

/* Sides that have no value leave every distance NaN. */
enum status drift_effect_numbers(const struct drift_tally *reference,
                                 const struct drift_tally *current, struct arena *arena,
                                 struct drift_kinds *ret_kinds,
                                 struct drift_distances *ret_distances, struct error *err);
/* Labels or hit and miss. is_share: the effect is the difference of the first kind's shares. */
enum status drift_effect_kinds(const struct drift_kinds *kinds, bool is_share,
                               struct drift_distances *ret_distances, struct error *err);

struct drift_noise_key {
    uint64_t seed, number; /* of the signal and window */
    enum drift_kind kind;
};

/* The 95th percentile (nearest rank of 199 draws) of the effect when both sides are drawn from
 * their sum, each at its own size. */
enum status drift_effect_noise(const struct drift_kinds *kinds, struct drift_noise_key key,
                               double *ret_noise, struct error *err);

#endif
