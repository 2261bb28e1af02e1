/*
 * assignment_hash.h: which variant of an experiment a unit gets, by the rules of the services that
 * assign in production, so that an analysis is of the same groups. Texts are UTF-8; a byte that is
 * not becomes U+FFFD. Thread: any.
 *   GrowthBook  FNV-1a 32 over UTF-16 code units (a unit above 255 is XORed whole); version 2 is
 * the default here, version 1 (called biased by its authors) is for reading old experiments Unleash
 * murmur3 of "group:id"; its Node client hashes the low byte of each UTF-16 unit Optimizely murmur3
 * of id and parent, seed 1 Statsig     SHA-256 of "salt.salt.unit"
 */
#ifndef ASSAY_STATS_ASSIGNMENT_HASH_H
#define ASSAY_STATS_ASSIGNMENT_HASH_H

#include "base/strview.h"

#include <stdint.h>

/* A bucket in [0, 1); NaN for an unknown version. */
double assignment_hash_growthbook(struct strview seed, struct strview value, int version);

struct assignment_range {
    double low; /* the bucket n is inside when low <= n < high */
    double high;
};

/* Consecutive ranges of `count` variants. weights: count of them, or NULL for equal ones; equal too
 * when they do not add up to 1 within .01. coverage is clipped to [0, 1]. */
void assignment_hash_ranges(size_t count, const double *weights, double coverage,
                            struct assignment_range *ret_ranges);
/* The variant whose range holds the bucket; -1: none. */
int assignment_hash_choose(double bucket, const struct assignment_range *ranges, size_t count);
/* GrowthBook namespaces: mutually exclusive experiments. */
bool assignment_hash_in_namespace(struct strview id, struct strview name,
                                  struct assignment_range range);

uint32_t assignment_hash_murmur3(struct strview bytes, uint32_t seed);

enum assignment_bytes {
    ASSIGNMENT_BYTES_UTF8,      /* most clients */
    ASSIGNMENT_BYTES_LOW_UNITS, /* the Node client of Unleash */
};

enum { ASSIGNMENT_UNLEASH_VARIANT_SEED = 86028157 };

/* 1 .. total: murmur3("group:id", seed) % total + 1; seed 0 and total 100 for a rollout. total > 0.
 */
uint32_t assignment_hash_unleash(struct strview group, struct strview id, uint32_t seed,
                                 uint32_t total, enum assignment_bytes bytes);
/* 0 .. 9999 */
uint32_t assignment_hash_optimizely(struct strview bucketing_id, struct strview parent_id);
/* 0 .. 9999; false when memory ran out. */
bool assignment_hash_statsig(struct strview config_salt, struct strview rule_salt,
                             struct strview unit, uint32_t *ret_bucket);

#endif
