/*
 * stats_bench.c: the statistics' hot paths on fixed, seeded data: BCa bootstraps (10,000 resamples
 * of 10,000 values: real, 0/1, by cluster), Kolmogorov-Smirnov and Wasserstein on 2 x 1e6 values,
 * sign flips, ADWIN, sums and quantiles. One JSON line a path: wall and processor seconds, the
 * median and the range of seven rounds. stats_bench.py measures scipy and River on the same shapes.
 */
#include "base/counter_rng.h"
#include "base/memory.h"
#include "drift/adwin.h"
#include "drift/distance.h"
#include "drift/ks_test.h"
#include "numeric/exact_sum.h"
#include "stats/bootstrap.h"
#include "stats/correlation.h"
#include "stats/permutation.h"
#include "stats/quantile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 7, SMALL = 10000, LARGE = 1000000 };

static double small_real[SMALL], small_binary[SMALL], cluster_sums[2000], cluster_sizes[2000];
static double *large_x, *large_y, *scratch;
static bool *large_flags;

static double clock_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void fill(double *values, size_t count, uint64_t stream)
{
    struct counter_rng rng = counter_rng_start(1, counter_rng_purpose("bench"), stream);
    for (size_t i = 0; i < count; i++) {
        double sum = 0; /* near normal */
        for (int k = 0; k < 4; k++)
            sum += counter_rng_unit(&rng);
        values[i] = sum - 2 + 0.05 * counter_rng_unit(&rng);
    }
}

static void setup(void)
{
    large_x = memory_alloc(LARGE * sizeof *large_x);
    large_y = memory_alloc(LARGE * sizeof *large_y);
    scratch = memory_alloc(LARGE * sizeof *scratch);
    large_flags = memory_alloc(LARGE * sizeof *large_flags);
    if (!large_x || !large_y || !scratch || !large_flags)
        exit(1);
    fill(small_real, SMALL, 1);
    fill(large_x, LARGE, 2);
    fill(large_y, LARGE, 3);
    struct counter_rng rng = counter_rng_start(1, counter_rng_purpose("bench"), 4);
    for (size_t i = 0; i < SMALL; i++)
        small_binary[i] = (double)counter_rng_below(&rng, 3) - 1;
    for (size_t i = 0; i < 2000; i++) {
        cluster_sizes[i] = (double)(3 + counter_rng_below(&rng, 9));
        cluster_sums[i] = cluster_sizes[i] * counter_rng_unit(&rng);
    }
    for (size_t i = 0; i < LARGE; i++)
        large_flags[i] = counter_rng_below(&rng, 2);
}

static double bca_real(void)
{
    struct bootstrap_result result;
    bootstrap_mean((struct sample){small_real, SMALL}, (struct bootstrap_options){.seed = 1},
                   &result, NULL);
    return result.bca.low;
}

static double bca_binary(void)
{
    struct bootstrap_result result;
    bootstrap_mean((struct sample){small_binary, SMALL}, (struct bootstrap_options){.seed = 1},
                   &result, NULL);
    return result.bca.low;
}

static double bca_cluster(void)
{
    struct bootstrap_result result;
    bootstrap_ratio((struct sample){cluster_sums, 2000}, (struct sample){cluster_sizes, 2000},
                    (struct bootstrap_options){.seed = 1}, &result, NULL);
    return result.bca.low;
}

static double sign_flip(void)
{
    struct permutation_test test;
    permutation_sign_flip((struct sample){small_real, 1000}, (struct permutation_options){0}, &test,
                          NULL);
    return test.p;
}

static double ks(void)
{
    struct ks_test test;
    ks_test_two_samples((struct sample){large_x, LARGE}, (struct sample){large_y, LARGE},
                        (struct ks_test_options){0}, &test, NULL);
    return test.p;
}

static double wasserstein(void)
{
    struct estimate distance;
    distance_wasserstein((struct distance_sample){.values = {large_x, LARGE}},
                         (struct distance_sample){.values = {large_y, LARGE}}, &distance, NULL);
    return distance.value;
}

static double auroc(void)
{
    struct estimate area;
    correlation_auroc(large_flags, (struct sample){large_x, LARGE}, &area, NULL);
    return area.value;
}

static double adwin(void)
{
    CLEANUP(adwin_cleanup) struct adwin *adwin = adwin_create(ADWIN_DEFAULTS);
    double found = 0;
    for (size_t i = 0; i < LARGE; i++)
        found += adwin_update(adwin, large_x[i]);
    return found;
}

static double exact_sum(void)
{
    return exact_sum_of((struct sample){large_x, LARGE});
}

static double quantile(void)
{
    memcpy(scratch, large_x, LARGE * sizeof *scratch);
    return quantile_select(scratch, LARGE, 0.99, QUANTILE_NEAREST_RANK);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, double (*path)(void))
{
    double wall[ROUNDS], cpu[ROUNDS];
    double value = path();
    for (int i = 0; i < ROUNDS; i++) {
        double wall_start = clock_s(CLOCK_MONOTONIC);
        double cpu_start = clock_s(CLOCK_PROCESS_CPUTIME_ID);
        value = path();
        wall[i] = clock_s(CLOCK_MONOTONIC) - wall_start;
        cpu[i] = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
    }
    qsort(wall, ROUNDS, sizeof *wall, ascending);
    qsort(cpu, ROUNDS, sizeof *cpu, ascending);
    printf("{\"bench\": \"%s\", \"wall_s\": [%.5f, %.5f, %.5f], \"cpu_s\": [%.5f, %.5f, %.5f], "
           "\"value\": %.9g}\n",
           name, wall[0], wall[ROUNDS / 2], wall[ROUNDS - 1], cpu[0], cpu[ROUNDS / 2],
           cpu[ROUNDS - 1], value);
    fflush(stdout);
}

int main(void)
{
    setup();
    measure("bca 10,000 x 10,000 real", bca_real);
    measure("bca 10,000 x 10,000 of three values", bca_binary);
    measure("bca 10,000 x 2,000 clusters", bca_cluster);
    measure("sign flips 9,999 x 1,000", sign_flip);
    measure("ks 2 x 1e6", ks);
    measure("wasserstein 2 x 1e6", wasserstein);
    measure("auroc 1e6", auroc);
    measure("adwin 1e6", adwin);
    measure("exact sum 1e6", exact_sum);
    measure("p99 of 1e6 by selection", quantile);
    memory_free(large_x);
    memory_free(large_y);
    memory_free(scratch);
    memory_free(large_flags);
    return 0;
}
