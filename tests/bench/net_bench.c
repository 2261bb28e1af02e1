/*
 * net_bench.c: calls a second and CPU a call of the whole call loop (submit, admission, libcurl,
 * collect) against a static answer of nginx, at concurrency 1, 16 and 64, from one submitting
 * thread; and of a command that echoes. One JSON line each: median and range of the rounds.
 * NGINX_URL says where nginx is:
 *
 *   tests/support/services.py run --nginx -- build/release/tests/bench/bench_net
 */
#include "base/clock.h"
#include "net/call_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { ROUNDS = 7, RESULTS = 64 };

struct measure {
    double calls_per_s;
    double cpu_us; /* a call, both threads, user and system */
};

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "net_bench: %s\n", what);
        exit(1);
    }
}

/* Keeps four times the concurrency in the queue, as replay does. */
static struct measure one_round(struct call_loop *loop, const struct call *call,
                                uint64_t concurrency, uint64_t calls)
{
    struct call_result results[RESULTS];
    uint64_t submitted = 0;
    uint64_t collected = 0;
    double cpu = cpu_seconds();
    int64_t start_ns = call_loop_now_ns();
    while (collected < calls) {
        while (submitted < calls && submitted < collected + 4 * concurrency) {
            must(call_loop_submit(loop, call, NULL) == STATUS_OK, "submit");
            submitted++;
        }
        size_t count = call_loop_collect(loop, results, RESULTS, 10000);
        must(count > 0, "no result within 10 s");
        for (size_t i = 0; i < count; i++) {
            must(results[i].outcome == CALL_OK, results[i].error);
            call_result_done(&results[i]);
        }
        collected += count;
    }
    double seconds = (double)(call_loop_now_ns() - start_ns) * 1e-9;
    return (struct measure){(double)calls / seconds, (cpu_seconds() - cpu) / (double)calls * 1e6};
}

static int by_rate(const void *left, const void *right)
{
    const struct measure *a = left;
    const struct measure *b = right;
    return (a->calls_per_s > b->calls_per_s) - (a->calls_per_s < b->calls_per_s);
}

static void measure(const char *name, const struct far_end_options *options, struct call call,
                    uint64_t calls)
{
    struct call_loop_options loop_options = {0};
    struct call_loop *loop = NULL;
    struct measure rounds[ROUNDS];
    must(call_loop_create(&loop_options, &loop, NULL) == STATUS_OK, "create");
    must(call_loop_register_far_end(loop, options, &call.far_end, NULL) == STATUS_OK, "register");
    one_round(loop, &call, options->max_in_flight, calls / 4); /* connections and caches */
    for (int i = 0; i < ROUNDS; i++)
        rounds[i] = one_round(loop, &call, options->max_in_flight, calls);
    call_loop_destroy(loop);
    qsort(rounds, ROUNDS, sizeof *rounds, by_rate);
    const struct measure *median = &rounds[ROUNDS / 2];
    printf(
        "{\"bench\": \"net\", \"path\": \"%s\", \"concurrency\": %u, \"calls\": %llu, "
        "\"calls_per_s\": %.0f, \"calls_per_s_range\": [%.0f, %.0f], \"cpu_us_per_call\": %.1f}\n",
        name, options->max_in_flight, (unsigned long long)calls, median->calls_per_s,
        rounds[0].calls_per_s, rounds[ROUNDS - 1].calls_per_s, median->cpu_us);
    fflush(stdout);
}

int main(void)
{
    static const uint32_t concurrencies[] = {1, 16, 64};
    static const char *const echo[] = {"cat", NULL};
    static char body[700];
    const char *base = getenv("NGINX_URL");
    memset(body, 'x', sizeof body - 1);
    body[0] = '{';
    body[sizeof body - 2] = '}';
    if (!base) {
        fprintf(stderr, "net_bench: NGINX_URL is not set: run it by tests/support/services.py\n");
        return 77;
    }
    char url[256];
    snprintf(url, sizeof url, "%s/v1/chat/completions", base);
    struct call_header headers[] = {{"Content-Type", "application/json", false},
                                    {"Authorization", "Bearer not-a-key", true}};
    for (size_t i = 0; i < sizeof concurrencies / sizeof *concurrencies; i++) {
        struct far_end_options options = {
            .name = "nginx", .max_in_flight = concurrencies[i], .fixed_in_flight = true};
        struct call call = {
            .url = url, .headers = headers, .header_count = 2, .body = {body, sizeof body - 1}};
        measure("http", &options, call, concurrencies[i] == 1 ? 20000 : 100000);
    }
    struct far_end_options command = {.name = "cat", .argv = echo, .max_in_flight = 2};
    measure("command", &command,
            (struct call){.kind = CALL_COMMAND, .body = {body, sizeof body - 1}}, 20000);
    return 0;
}
