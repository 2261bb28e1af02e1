/*
 * coverage.c: do the 95 % intervals hold the truth 95 % of the time? Conversations of 2 to 10 turns
 * whose success rates spread by a beta law around .1 to .9, with an intraclass correlation of .1,
 * .3 or .7; real-valued scores and paired differences with normal conversation effects. Prints one
 * JSON line a method, size and correlation: coverage over the nine rates, the worst of them, the
 * mean width. Seeded; not part of the unit tests.
 *
 *     coverage [SIMULATIONS [bootstrap]]     default 2000; `bootstrap` adds the slow methods
 */
#include "base/counter_rng.h"
#include "base/memory.h"
#include "stats/bootstrap.h"
#include "stats/cluster_error.h"
#include "stats/proportion.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLUSTERS = 1000, RATES = 9 };

enum method {
    METHOD_SHARE,      /* cluster_error_share: the default for 0/1 */
    METHOD_CR1,        /* mean -+ t CR1: what Inspect's ci() does */
    METHOD_NAIVE,      /* Wilson as if turns were independent */
    METHOD_PERCENTILE, /* bootstrap of conversations */
    METHOD_BCA,
    METHOD_COUNT
};

static const char *const method_names[] = {
    "share: Wilson on effective n, t(C-1)", "mean: CR1, t(C-1)", "naive Wilson",
    "cluster bootstrap, percentile", "cluster bootstrap, BCa"};

struct tally {
    double covered;
    double width;
    double runs;
};

struct clusters {
    double sums[MOST_CLUSTERS];
    double sizes[MOST_CLUSTERS];
    size_t count;
};

static double normal_draw(struct counter_rng *rng)
{
    double u = 1 - counter_rng_unit(rng);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * counter_rng_unit(rng));
}

/* Marsaglia and Tsang 2000. */
static double gamma_draw(struct counter_rng *rng, double shape)
{
    if (shape < 1)
        return gamma_draw(rng, shape + 1) * pow(1 - counter_rng_unit(rng), 1 / shape);
    double d = shape - 1.0 / 3;
    double c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal_draw(rng);
        double v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        double u = 1 - counter_rng_unit(rng);
        if (log(u) < 0.5 * x * x + d * (1 - v + log(v)))
            return d * v;
    }
}

static double beta_draw(struct counter_rng *rng, double a, double b)
{
    double x = gamma_draw(rng, a);
    double y = gamma_draw(rng, b);
    return x + y > 0 ? x / (x + y) : (counter_rng_unit(rng) < a / (a + b) ? 1 : 0);
}

static void draw_binary(struct clusters *c, struct counter_rng *rng, double rate, double icc)
{
    double spread = (1 - icc) / icc;
    for (size_t i = 0; i < c->count; i++) {
        double p = beta_draw(rng, rate * spread, (1 - rate) * spread);
        c->sizes[i] = (double)(2 + counter_rng_below(rng, 9));
        c->sums[i] = 0;
        for (double turn = 0; turn < c->sizes[i]; turn++)
            c->sums[i] += counter_rng_unit(rng) < p;
    }
}

/* Differences of mean `rate` whose conversation effects make up `icc` of the variance. */
static void draw_real(struct clusters *c, struct counter_rng *rng, double rate, double icc)
{
    for (size_t i = 0; i < c->count; i++) {
        double effect = rate + sqrt(icc) * normal_draw(rng);
        c->sizes[i] = (double)(2 + counter_rng_below(rng, 9));
        c->sums[i] = c->sizes[i] * effect + sqrt((1 - icc) * c->sizes[i]) * normal_draw(rng);
    }
}

static struct interval interval_by(enum method method, const struct clusters *c, uint64_t seed)
{
    struct sample sums = {c->sums, c->count};
    struct sample sizes = {c->sizes, c->count};
    if (method == METHOD_SHARE)
        return cluster_error_share(sums, sizes, 0.05);
    if (method == METHOD_CR1) {
        struct cluster_ratio ratio = cluster_error_ratio(sums, sizes, 0.05);
        return interval_of(ratio.low, ratio.high, ratio.convention);
    }
    if (method == METHOD_NAIVE) {
        struct share share = {0};
        for (size_t i = 0; i < c->count; i++) {
            share.successes += c->sums[i];
            share.trials += c->sizes[i];
        }
        return proportion_wilson(share, 0.05);
    }
    struct bootstrap_result result;
    struct bootstrap_options options = {.seed = seed, .resamples = 1000};
    if (bootstrap_ratio(sums, sizes, options, &result, NULL) != STATUS_OK)
        exit(1);
    return method == METHOD_BCA ? result.bca : result.percentile;
}

static void tally_one(struct tally *tally, struct interval interval, double truth)
{
    tally->runs++;
    tally->covered += interval.low <= truth && truth <= interval.high;
    tally->width += interval.high - interval.low;
}

static void print_row(bool binary, enum method method, size_t count, double icc,
                      const struct tally *tallies)
{
    double covered = 0, width = 0, worst = 1;
    for (size_t r = 0; r < RATES; r++) {
        double share = tallies[r].covered / tallies[r].runs;
        covered += share / RATES;
        width += tallies[r].width / tallies[r].runs / RATES;
        worst = fmin(worst, share);
    }
    printf("{\"scores\": \"%s\", \"method\": \"%s\", \"conversations\": %zu, \"icc\": %.1f, "
           "\"coverage\": %.4f, \"worst_rate\": %.4f, \"mean_width\": %.5f}\n",
           binary ? "0/1" : "real", method_names[method], count, icc, covered, worst, width);
    fflush(stdout);
}

/* One cell of the design: a size and a correlation. */
static void simulate(bool binary, size_t count, double icc, size_t simulations, bool slow)
{
    static struct clusters clusters;
    struct tally tallies[METHOD_COUNT][RATES];
    memset(tallies, 0, sizeof tallies);
    size_t methods = slow ? METHOD_COUNT : METHOD_PERCENTILE;
    clusters.count = count;
    uint32_t purpose = counter_rng_purpose(binary ? "coverage 0/1" : "coverage real");
    for (size_t r = 0; r < RATES; r++) {
        double rate = (double)(r + 1) / 10;
        for (size_t s = 0; s < simulations; s++) {
            uint64_t index = (((uint64_t)count * 10 + (uint64_t)(10 * icc)) * RATES + r) << 24 | s;
            struct counter_rng rng = counter_rng_start(1, purpose, index);
            if (binary)
                draw_binary(&clusters, &rng, rate, icc);
            else
                draw_real(&clusters, &rng, rate, icc);
            for (size_t m = binary ? 0 : METHOD_CR1; m < methods; m++) {
                if (binary || m != METHOD_NAIVE)
                    tally_one(&tallies[m][r], interval_by((enum method)m, &clusters, index), rate);
            }
        }
    }
    for (size_t m = binary ? 0 : METHOD_CR1; m < methods; m++) {
        if (binary || m != METHOD_NAIVE)
            print_row(binary, (enum method)m, count, icc, tallies[m]);
    }
}

int main(int argc, char **argv)
{
    static const size_t counts[] = {50, 200, 1000};
    static const double correlations[] = {0.1, 0.3, 0.7};
    size_t simulations = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    bool slow = argc > 2 && strcmp(argv[2], "bootstrap") == 0;
    for (int binary = 1; binary >= 0; binary--) {
        for (size_t n = 0; n < 3; n++) {
            for (size_t i = 0; i < 3; i++)
                simulate(binary, counts[n], correlations[i], simulations ? simulations : 1, slow);
        }
    }
    return 0;
}
