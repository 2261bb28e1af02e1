/*
 * resample.c: words come from eight interleaved xoshiro128++ generators (Blackman and Vigna 2019),
 * all seeded by the counter generator for this one resample, in a form that compilers turn into
 * vector instructions. Several indexes are cut from one 64-bit word (Brackett-Rozinsky and Lemire,
 * "Batched ranged random integer generation", 2024), with rejection, so that no index and no
 * sequence of indexes is favoured. Nothing is shared; any thread.
 */
#include "numeric/resample.h"

#include "numeric/gamma_law.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { LANES = 8, BLOCK_WORDS = 512, BLOCK_DRAWS = 2 * BLOCK_WORDS, MOST_A_WORD = 4 };

/* The same instructions on wider registers where the machine has them: the words do not change. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOR_WIDER_REGISTERS __attribute__((target_clones("avx2", "default")))
#else
#define FOR_WIDER_REGISTERS
#endif

/* A GNU vector: eight words that are worked on together. */
typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));
__extension__ typedef unsigned __int128 wide;

struct index_source {
    lanes state[4];
    uint32_t words[BLOCK_WORDS];
    uint64_t bound;
    uint64_t
        threshold;   /* 2^64 mod bound^a_word: what is left over after the last cut is rejected */
    unsigned a_word; /* indexes cut from one word */
    uint32_t indexes[BLOCK_DRAWS];
};

static void source_start(struct index_source *source, uint64_t bound, struct resample_key key)
{
    struct counter_rng rng = counter_rng_start(key.seed, key.purpose, key.number);
    for (size_t i = 0; i < 4; i++) {
        for (size_t lane = 0; lane < LANES; lane++)
            source->state[i][lane] = counter_rng_u32(&rng);
    }
    source->bound = bound;
    source->a_word = 1;
    uint64_t power = bound;
    /* Below 2^60 at most one word in sixteen is rejected. */
    while (source->a_word < MOST_A_WORD && power < (1ULL << 60) / bound) {
        power *= bound;
        source->a_word++;
    }
    source->threshold = (0 - power) % power;
}

/* A macro, since a vector argument has another calling convention with and without AVX. */
#define ROTATED(x, bits) ((x) << (bits) | (x) >> (32 - (bits)))

FOR_WIDER_REGISTERS
static void fill_words(struct index_source *source)
{
    lanes s0 = source->state[0], s1 = source->state[1];
    lanes s2 = source->state[2], s3 = source->state[3];
    for (size_t i = 0; i < BLOCK_WORDS; i += LANES) {
        lanes sum = s0 + s3;
        lanes word = ROTATED(sum, 7) + s0;
        memcpy(&source->words[i], &word, sizeof word);
        lanes shifted = s1 << 9;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = ROTATED(s3, 11);
    }
    source->state[0] = s0;
    source->state[1] = s1;
    source->state[2] = s2;
    source->state[3] = s3;
}

/* Fills source->indexes; returns how many. Inlined with a constant `a_word`. */
static inline __attribute__((always_inline)) size_t cut_words(struct index_source *source,
                                                              unsigned a_word)
{
    size_t count = 0;
    uint64_t bound = source->bound;
    uint64_t threshold = source->threshold;
    for (size_t i = 0; i < BLOCK_WORDS; i += 2) {
        uint64_t rest;
        memcpy(&rest, &source->words[i], sizeof rest);
#pragma GCC unroll 4
        for (unsigned k = 0; k < a_word; k++) {
            wide product = (wide)rest * bound;
            source->indexes[count + k] = (uint32_t)(product >> 64);
            rest = (uint64_t)product;
        }
        count += rest < threshold ? 0 : a_word; /* a rejected word's indexes are written over */
    }
    return count;
}

static size_t draw_indexes(struct index_source *source)
{
    fill_words(source);
    switch (source->a_word) {
    case 4:
        return cut_words(source, 4);
    case 3:
        return cut_words(source, 3);
    case 2:
        return cut_words(source, 2);
    default:
        return cut_words(source, 1);
    }
}

/* Fewer than 2^15 values: four draws a word, added as they are cut, four chains of additions at
 * once. Half the time of going through the indexes. */
static double sum_by_fours(const double *values, size_t count, struct index_source *source)
{
    double a = 0, b = 0, c = 0, d = 0;
    uint64_t bound = source->bound;
    size_t left = count;
    while (left >= 4) {
        fill_words(source);
        for (size_t i = 0; i < BLOCK_WORDS && left >= 4; i += 2) {
            uint64_t word;
            memcpy(&word, &source->words[i], sizeof word);
            wide first = (wide)word * bound;
            wide second = (wide)(uint64_t)first * bound;
            wide third = (wide)(uint64_t)second * bound;
            wide fourth = (wide)(uint64_t)third * bound;
            if ((uint64_t)fourth < source->threshold)
                continue;
            a += values[first >> 64];
            b += values[second >> 64];
            c += values[third >> 64];
            d += values[fourth >> 64];
            left -= 4;
        }
    }
    if (left > 0)
        draw_indexes(source);
    for (size_t i = 0; i < left; i++)
        a += values[source->indexes[i]];
    return (a + b) + (c + d);
}

double resample_sum(const double *values, size_t count, struct resample_key key)
{
    struct index_source source;
    source_start(&source, count, key);
    if (source.a_word == 4)
        return sum_by_fours(values, count, &source);
    double a = 0, b = 0;
    for (size_t left = count; left > 0;) {
        size_t drawn = draw_indexes(&source);
        drawn = drawn < left ? drawn : left;
        size_t i = 0;
        for (; i + 2 <= drawn; i += 2) {
            a += values[source.indexes[i]];
            b += values[source.indexes[i + 1]];
        }
        if (i < drawn)
            a += values[source.indexes[i]];
        left -= drawn;
    }
    return a + b;
}

struct resample_pair resample_pair_sums(const struct resample_pair *pairs, size_t count,
                                        struct resample_key key)
{
    struct index_source source;
    source_start(&source, count, key);
    struct resample_pair totals = {0};
    for (size_t left = count; left > 0;) {
        size_t drawn = draw_indexes(&source);
        drawn = drawn < left ? drawn : left;
        for (size_t i = 0; i < drawn; i++) {
            totals.sum += pairs[source.indexes[i]].sum;
            totals.size += pairs[source.indexes[i]].size;
        }
        left -= drawn;
    }
    return totals;
}

void resample_times(size_t count, struct resample_key key, uint32_t *ret_times)
{
    struct index_source source;
    source_start(&source, count, key);
    memset(ret_times, 0, count * sizeof *ret_times);
    for (size_t left = count; left > 0;) {
        size_t drawn = draw_indexes(&source);
        drawn = drawn < left ? drawn : left;
        for (size_t i = 0; i < drawn; i++)
            ret_times[source.indexes[i]]++;
        left -= drawn;
    }
}

void resample_kind_counts(const uint64_t *frequencies, size_t kinds, struct resample_key key,
                          uint64_t *ret_counts)
{
    struct counter_rng rng = counter_rng_start(key.seed, key.purpose, key.number);
    uint64_t items = 0;
    for (size_t i = 0; i < kinds; i++)
        items += frequencies[i];
    uint64_t draws = items;
    for (size_t i = 0; i < kinds; i++) {
        bool last = i + 1 == kinds;
        double share = (double)frequencies[i] / (double)items;
        ret_counts[i] = last ? draws : resample_binomial(&rng, draws, share);
        draws -= ret_counts[i];
        items -= frequencies[i];
    }
}

/* By walking up the probabilities from 0; p <= 1/2. */
static uint64_t binomial_by_inversion(struct counter_rng *rng, uint64_t n, double p)
{
    double q = 1 - p;
    double odds = p / q;
    double start = exp((double)n * log1p(-p));
    for (;;) {
        double u = counter_rng_unit(rng);
        double term = start;
        for (uint64_t k = 0; k <= n; k++) {
            if (u < term)
                return k;
            u -= term;
            term *= odds * (double)(n - k) / (double)(k + 1);
            if (term < 1e-300 && k > 200)
                break; /* rounding left a rest of u: draw again */
        }
    }
}

/* Stirling's error of Gamma(k + 1), in plain doubles where its series converges fast. */
static double factorial_rest(double k)
{
    if (k < 10)
        return (double)gamma_law_stirling_error((long double)k + 1);
    double x = 1 / ((k + 1) * (k + 1));
    return (1.0 / 12 - x * (1.0 / 360 - x * (1.0 / 1260 - x / 1680))) / (k + 1);
}

static uint64_t binomial_by_rejection(struct counter_rng *rng, uint64_t n, double p)
{
    double count = (double)n;
    double spread = sqrt(count * p * (1 - p));
    double b = 1.15 + 2.53 * spread;
    double a = -0.0873 + 0.0248 * b + 0.01 * p;
    double centre = count * p + 0.5;
    double alpha = (2.83 + 5.1 / b) * spread;
    double squeeze = 0.92 - 4.2 / b;
    double mode = floor((count + 1) * p);
    double odds = p / (1 - p);
    for (;;) {
        double u = counter_rng_unit(rng) - 0.5;
        double v = counter_rng_unit(rng);
        double us = 0.5 - fabs(u);
        double k = floor((2 * a / us + b) * u + centre);
        if (us >= 0.07 && v <= squeeze)
            return (uint64_t)k;
        if (!(k >= 0 && k <= count))
            continue;
        double bound = (mode + 0.5) * log((mode + 1) / (odds * (count - mode + 1))) +
                       factorial_rest(mode) + factorial_rest(count - mode) +
                       (count + 1) * log((count - mode + 1) / (count - k + 1)) +
                       (k + 0.5) * log(odds * (count - k + 1) / (k + 1)) - factorial_rest(k) -
                       factorial_rest(count - k);
        if (log(v * alpha / (a / (us * us) + b)) <= bound)
            return (uint64_t)k;
    }
}

uint64_t resample_binomial(struct counter_rng *rng, uint64_t n, double p)
{
    if (n == 0 || !(p > 0))
        return 0;
    if (p >= 1)
        return n;
    if (p > 0.5)
        return n - resample_binomial(rng, n, 1 - p);
    return (double)n * p < 10 ? binomial_by_inversion(rng, n, p) : binomial_by_rejection(rng, n, p);
}
