/*
 * counter_rng.h: random numbers that are a function of (seed, purpose, index, position) and of
 * nothing else, so that neither threads nor order can change a draw. Philox4x32-10 (Salmon, Moraes,
 * Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Each (seed, purpose, index)
 * is its own stream of 2^34 words. Not for secrets. Thread: one stream, one thread at a time.
 */
#ifndef ASSAY_BASE_COUNTER_RNG_H
#define ASSAY_BASE_COUNTER_RNG_H

#include <stdint.h>

struct counter_rng {
    uint32_t key[2];
    uint32_t counter[4]; /* block, purpose, index low, index high */
    uint32_t words[4];
    uint32_t left; /* unused words */
};

/* Never fails. `purpose` keeps uses of one seed apart: counter_rng_purpose("bootstrap"). */
struct counter_rng counter_rng_start(uint64_t seed, uint32_t purpose, uint64_t index);
/* A number for a name (FNV-1a of its bytes). */
uint32_t counter_rng_purpose(const char *name);

uint32_t counter_rng_u32(struct counter_rng *rng);
uint64_t counter_rng_u64(struct counter_rng *rng);
/* [0, 1), 53 bits. */
double counter_rng_unit(struct counter_rng *rng);
/* [0, bound), every value equally likely (Lemire's method with rejection); bound > 0. */
uint64_t counter_rng_below(struct counter_rng *rng, uint64_t bound);

#endif
