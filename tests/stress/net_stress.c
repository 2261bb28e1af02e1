/*
 * net_stress.c: several threads submit, collect, cancel, register and look at one call loop, with
 * HTTP and command far ends, a budget and failing calls, while the network thread works. Every
 * accepted call must come back once, and the budget must add up. For the thread sanitizer; without
 * it, a short consistency test.
 */
#include "cost/budget.h"
#include "integration_net/tiny_server.h"
#include "net/call_loop.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { SUBMITTERS = 3, COLLECTORS = 3, CALLS = 4000, ROUNDS = 4 };

struct stage {
    struct call_loop *loop;
    struct budget budget;
    struct tiny_server server;
    uint32_t far_ends[3];
    char urls[2][64];
    _Atomic uint64_t accepted;
    _Atomic uint64_t collected;
    _Atomic uint64_t answered;
    _Atomic uint32_t submitting;
    _Atomic bool *seen;
};

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "net_stress: %s\n", what);
        abort();
    }
}

static enum call_reserve reserve(void *context, int64_t nano)
{
    enum budget_answer answer = budget_reserve(context, nano);
    return answer == BUDGET_GRANTED ? CALL_RESERVE_GRANTED
           : answer == BUDGET_LATER ? CALL_RESERVE_LATER
                                    : CALL_RESERVE_REFUSED;
}

static void settle(void *context, int64_t reserved_nano, enum call_charge charge)
{
    if (charge == CALL_CHARGE_UNKNOWN)
        budget_settle_unknown(context, reserved_nano);
    else
        budget_settle(context, reserved_nano, 0);
}

struct submitter {
    struct stage *stage;
    uint64_t first;
};

static void *submit_calls(void *argument)
{
    struct submitter *self = argument;
    struct stage *stage = self->stage;
    struct call_header header = {"Authorization", "Bearer secret-key", true};
    for (uint64_t i = 0; i < CALLS; i++) {
        uint64_t which = i % 3;
        struct call call = {
            .kind = which == 2 ? CALL_COMMAND : CALL_HTTP,
            .far_end = stage->far_ends[which],
            .ordinal = self->first + i,
            .url = stage->urls[which % 2],
            .headers = &header,
            .header_count = 1,
            .body = strview_of(i % 50 ? "{}" : "{\"die\":1}"),
            .reserve_nano = 10,
            .total_timeout_ms = 5000,
        };
        while (call_loop_submit(stage->loop, &call, NULL) != STATUS_OK)
            sched_yield(); /* the queue is full */
        atomic_fetch_add(&stage->accepted, 1);
    }
    atomic_fetch_sub(&stage->submitting, 1);
    return NULL;
}

static void *collect_results(void *argument)
{
    struct stage *stage = argument;
    struct call_result results[32];
    for (;;) {
        bool last = atomic_load(&stage->submitting) == 0;
        size_t count = call_loop_collect(stage->loop, results, 32, 20);
        for (size_t i = 0; i < count; i++) {
            must(!atomic_exchange(&stage->seen[results[i].ordinal], true), "a result came twice");
            if (results[i].outcome == CALL_OK) {
                budget_settle(&stage->budget, results[i].reserved_nano, 3);
                atomic_fetch_add(&stage->answered, 1);
            }
            call_result_done(&results[i]);
        }
        atomic_fetch_add(&stage->collected, count);
        if (count == 0 && last && atomic_load(&stage->collected) == atomic_load(&stage->accepted))
            return NULL;
    }
}

static void *disturb(void *argument)
{
    struct stage *stage = argument;
    for (int i = 0; atomic_load(&stage->submitting); i++) {
        struct far_end_state state = {0};
        char log[256];
        call_loop_far_end_state(stage->loop, stage->far_ends[i % 3], &state);
        call_loop_child_log(stage->loop, stage->far_ends[2], log, sizeof log);
        call_loop_return_tokens(stage->loop, stage->far_ends[0], 1);
        if (i % 2000 == 1999)
            call_loop_cancel_all(stage->loop);
        if (i % 5000 == 4999 && i < 100000) {
            uint32_t ignored;
            struct far_end_options options = {.name = "late"};
            must(call_loop_register_far_end(stage->loop, &options, &ignored, NULL) == STATUS_OK,
                 "register");
        }
        (void)budget_take_alert(&stage->budget);
        sched_yield();
    }
    return NULL;
}

static void set_up(struct stage *stage)
{
    static const char *const argv[] = {
        "sh", "-c",
        "while read l; do case $l in *die*) echo oops >&2; exit 1;; *) echo $l;; esac; done", NULL};
    struct call_loop_options options = {
        .max_queued = 512,
        .retry = {.base_ms = 1, .cap_ms = 4, .max_attempts = 6, .budget_percent = 100},
        .budget = {.reserve = reserve, .settle = settle, .context = &stage->budget}};
    struct far_end_options ends[3] = {
        {.name = "web", .max_in_flight = 8, .tokens_per_minute = 6e6},
        {.name = "dropping", .max_in_flight = 8},
        {.name = "agent", .max_in_flight = 3, .argv = argv, .max_restarts = 1000000},
    };
    *stage = (struct stage){0};
    budget_init(&stage->budget, 10 * SUBMITTERS * CALLS / 2, 0);
    tiny_server_start(&stage->server, 0);
    snprintf(stage->urls[0], 64, "http://127.0.0.1:%u/x", stage->server.port);
    snprintf(stage->urls[1], 64, "http://127.0.0.1:%u/drop", stage->server.port);
    must(call_loop_create(&options, &stage->loop, NULL) == STATUS_OK, "create");
    for (int i = 0; i < 3; i++)
        must(call_loop_register_far_end(stage->loop, &ends[i], &stage->far_ends[i], NULL) ==
                 STATUS_OK,
             "register");
    stage->seen = calloc(SUBMITTERS * CALLS, sizeof *stage->seen);
    stage->submitting = SUBMITTERS;
}

static void one_round(struct stage *shared)
{
    struct submitter submitters[SUBMITTERS];
    pthread_t threads[SUBMITTERS + COLLECTORS + 1];
    int count = 0;
    set_up(shared);
    for (uint64_t i = 0; i < SUBMITTERS; i++) {
        submitters[i] = (struct submitter){shared, i * CALLS};
        pthread_create(&threads[count++], NULL, submit_calls, &submitters[i]);
    }
    for (int i = 0; i < COLLECTORS; i++)
        pthread_create(&threads[count++], NULL, collect_results, shared);
    pthread_create(&threads[count++], NULL, disturb, shared);
    while (count > 0)
        pthread_join(threads[--count], NULL);
    must(shared->collected == SUBMITTERS * CALLS, "a call was lost");
    must(shared->budget.reserved_nano == 0, "a reservation was never settled");
    must(budget_spent_nano(&shared->budget) <= shared->budget.limit_nano, "the budget was passed");
    must(budget_spent_nano(&shared->budget) ==
             3 * (int64_t)shared->answered + shared->budget.unknown_nano,
         "the budget does not add up");
    printf("{\"calls\": %llu, \"answered\": %llu, \"spent\": %lld, \"unknown\": %lld}\n",
           (unsigned long long)shared->collected, (unsigned long long)shared->answered,
           (long long)budget_spent_nano(&shared->budget), (long long)shared->budget.unknown_nano);
    call_loop_destroy(shared->loop);
    free(shared->seen);
    tiny_server_stop(&shared->server);
    while (atomic_load(&shared->server.now))
        sched_yield();
}

int main(void)
{
    static struct stage stages[ROUNDS]; /* a server's last threads may outlive its round */
    for (int i = 0; i < ROUNDS; i++)
        one_round(&stages[i]);
    return 0;
}
