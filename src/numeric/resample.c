/*
 * resample.c: words come from eight interleaved xoshiro128++ generators (Blackman and Vigna 2019),
 * all seeded by the counter generator for this one resample, in a form that compilers turn into
 * vector instructions; indexes by Lemire's multiplication, with rejection, so that no index is
 * favoured. Nothing is shared; any thread.
 */
#include "numeric/resample.h"

#include "numeric/gamma_law.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { LANES = 8, BLOCK = 512 };

/* A GNU vector: eight words that are worked on together. */
typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));

struct word_source {
    lanes state[4];
    uint32_t words[BLOCK];
};

static void source_start(struct word_source *source, struct resample_key key)
{
    struct counter_rng rng = counter_rng_start(key.seed, key.purpose, key.number);
    for (size_t i = 0; i < 4; i++) {
        for (size_t lane = 0; lane < LANES; lane++)
            source->state[i][lane] = counter_rng_u32(&rng);
    }
}

/* A macro, since a vector argument has another calling convention with and without AVX. */
#define ROTATED(x, bits) ((x) << (bits) | (x) >> (32 - (bits)))

static void source_fill(struct word_source *source)
{
    lanes s0 = source->state[0], s1 = source->state[1];
    lanes s2 = source->state[2], s3 = source->state[3];
    for (size_t i = 0; i < BLOCK; i += LANES) {
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

double resample_sum(const double *values, size_t count, struct resample_key key)
{
    struct word_source source;
    source_start(&source, key);
    uint32_t bound = (uint32_t)count;
    uint32_t threshold = (0 - bound) % bound;
    double sums[4] = {0};
    size_t left = count;
    while (left > 0) {
        source_fill(&source);
        size_t i = 0;
        for (; i + 4 <= BLOCK && left >= 4; i += 4) {
            uint64_t a = (uint64_t)source.words[i] * bound;
            uint64_t b = (uint64_t)source.words[i + 1] * bound;
            uint64_t c = (uint64_t)source.words[i + 2] * bound;
            uint64_t d = (uint64_t)source.words[i + 3] * bound;
            if ((uint32_t)a < threshold || (uint32_t)b < threshold || (uint32_t)c < threshold ||
                (uint32_t)d < threshold)
                continue; /* all four are drawn again: about once in 2^32/count words */
            sums[0] += values[a >> 32];
            sums[1] += values[b >> 32];
            sums[2] += values[c >> 32];
            sums[3] += values[d >> 32];
            left -= 4;
        }
        for (; i < BLOCK && left > 0 && left < 4; i++) {
            uint64_t product = (uint64_t)source.words[i] * bound;
            if ((uint32_t)product < threshold)
                continue;
            sums[0] += values[product >> 32];
            left--;
        }
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

struct resample_pair resample_pair_sums(const struct resample_pair *pairs, size_t count,
                                        struct resample_key key)
{
    struct word_source source;
    source_start(&source, key);
    uint32_t bound = (uint32_t)count;
    uint32_t threshold = (0 - bound) % bound;
    struct resample_pair totals = {0};
    size_t left = count;
    while (left > 0) {
        source_fill(&source);
        for (size_t i = 0; i < BLOCK && left > 0; i++) {
            uint64_t product = (uint64_t)source.words[i] * bound;
            if ((uint32_t)product < threshold)
                continue;
            totals.sum += pairs[product >> 32].sum;
            totals.size += pairs[product >> 32].size;
            left--;
        }
    }
    return totals;
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
