/*
 * sgd_score_bench.c: how many loaded dialogues the profile `sgd` scores a second: the light (l1)
 * and heavy (l3) noisy predictions of 300 SGD dialogues, from outside this repository (../shared;
 * without it the program says so). Loading, interning and normalising are not in the figure; the
 * memo of ratios starts empty in every call. `copies` is how often the dialogues are repeated
 * within a call: 1 shows the cold memo, 100 a larger set. Each line: median and range over the
 * calls of 2 seconds.
 */
#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "score/sgd_score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHARED ASSAY_SOURCE_DIR "/../shared/data/sgd"

enum { MOST_CALLS = 100000 };

static double now_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(enum status status, const struct error *err)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s: %s\n", err->where, err->what);
    exit(1);
}

static int compare_rates(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* The dataset with every pair `copies` times; the caller frees its pairs. */
static struct sgd_dataset repeated(const struct sgd_dataset *dataset, uint32_t copies)
{
    struct sgd_dataset many = *dataset;
    many.pair_count = dataset->pair_count * copies;
    many.pairs = memory_alloc(many.pair_count * sizeof *many.pairs);
    if (!many.pairs)
        exit(1);
    for (uint32_t i = 0; i < copies; i++)
        memcpy(many.pairs + (size_t)i * dataset->pair_count, dataset->pairs,
               dataset->pair_count * sizeof *many.pairs);
    return many;
}

static void measure(const char *noise, const struct sgd_dataset *dataset,
                    const struct sgd_schema *schema, uint32_t copies, int threads)
{
    static double rates[MOST_CALLS];
    struct sgd_dataset many = repeated(dataset, copies);
    struct sgd_score_options options = {.threads = threads};
    struct error error = {0};
    size_t calls = 0;
    double begin = now_s(CLOCK_MONOTONIC), cpu_begin = now_s(CLOCK_PROCESS_CPUTIME_ID);
    while (calls < MOST_CALLS && now_s(CLOCK_MONOTONIC) - begin < 2) {
        struct strbuf out = {0};
        double start = now_s(CLOCK_MONOTONIC);
        must(sgd_score_dataset(&options, &many, schema, &out, &error), &error);
        rates[calls++] = (double)many.pair_count / (now_s(CLOCK_MONOTONIC) - start);
        strbuf_done(&out);
    }
    double cpu_s = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin;
    qsort(rates, calls, sizeof *rates, compare_rates);
    printf("{\"benchmark\": \"sgd_score\", \"noise\": \"%s\", \"copies\": %u, \"threads\": %d, "
           "\"dialogues_per_s\": %.0f, \"lowest\": %.0f, \"highest\": %.0f, "
           "\"dialogues_per_cpu_s\": %.0f, \"calls\": %zu}\n",
           noise, copies, threads, rates[calls / 2], rates[0], rates[calls - 1],
           (double)calls * many.pair_count / cpu_s, calls);
    fflush(stdout);
    memory_free(many.pairs);
}

int main(void)
{
    static const char *const noises[] = {"l1", "l3"};
    struct arena *arena = arena_create((size_t)64 * 1024, 0);
    struct error error = {0};
    struct sgd_schema schema;
    if (!file_exists(SHARED "/official")) {
        puts("{\"benchmark\": \"sgd_score\", \"skipped\": \"the folder shared/ is not there\"}");
        arena_destroy(arena);
        return 0;
    }
    must(sgd_schema_read(SHARED "/train/schema.json", arena, &schema, &error), &error);
    for (size_t i = 0; i < 2; i++) {
        char predictions[512];
        struct sgd_dataset *dataset = NULL;
        snprintf(predictions, sizeof predictions, SHARED "/official/predictions/%s", noises[i]);
        const struct sgd_dataset_paths paths = {SHARED "/train", predictions};
        must(sgd_dataset_create(&schema, &paths, 2, &dataset, &error), &error);
        for (int threads = 1; threads <= 2; threads++)
            for (uint32_t copies = 1; copies <= 100; copies *= 100)
                measure(noises[i], dataset, &schema, copies, threads);
        sgd_dataset_destroy(dataset);
    }
    arena_destroy(arena);
    return 0;
}
