#include "base/memory.h"
#include "net/far_end.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MS INT64_C(1000000)

static struct far_end *far_end_of(struct far_end_options options)
{
    struct far_end *far_end = NULL;
    options.name = options.name ? options.name : "far";
    cr_assert(eq(int, far_end_create(&options, 0, &far_end, NULL), STATUS_OK));
    return far_end;
}

static struct flight *waits(struct far_end *far_end, uint64_t ordinal)
{
    struct call call = {.url = "http://x/", .ordinal = ordinal, .reserve_tokens = 10};
    struct flight *flight = NULL;
    cr_assert(eq(int, flight_create(&call, &flight, NULL), STATUS_OK));
    flight->sequence = ordinal;
    flight_list_add(&far_end->waiting, flight);
    return flight;
}

static enum far_end_answer ask(struct far_end *far_end, int64_t now_ns)
{
    int64_t ignored;
    return far_end_ask(far_end, now_ns, &ignored);
}

/* How many fly before it says no. */
static int launch_all(struct far_end *far_end, int64_t now_ns, struct flight_list *ret_flown)
{
    int count = 0;
    while (ask(far_end, now_ns) == FAR_END_FLY) {
        flight_list_add(ret_flown, far_end_launch(far_end, now_ns));
        count++;
    }
    return count;
}

static void destroy_all(struct flight_list *list)
{
    for (struct flight *flight; (flight = flight_list_take(list));)
        flight_destroy(flight);
}

static const struct attempt_end answered = {.outcome = CALL_OK, .event = BREAKER_ANSWERED};

Test(far_end, no_more_fly_than_the_limit)
{
    struct far_end *far_end =
        far_end_of((struct far_end_options){.max_in_flight = 3, .fixed_in_flight = true});
    for (uint64_t i = 0; i < 5; i++)
        waits(far_end, i);
    struct flight_list flown = {0};
    cr_expect(eq(int, launch_all(far_end, 0, &flown), 3));
    far_end_landed(far_end, flown.first, &answered, 1);
    cr_expect(eq(int, launch_all(far_end, 1, &flown), 1));
    destroy_all(&flown);
    far_end_destroy(far_end);
}

Test(far_end, requests_per_minute_pace_the_calls)
{
    struct far_end *far_end = far_end_of((struct far_end_options){
        .max_in_flight = 100, .fixed_in_flight = true, .requests_per_minute = 120});
    for (uint64_t i = 0; i < 5; i++)
        waits(far_end, i);
    struct flight_list flown = {0};
    cr_expect(eq(int, launch_all(far_end, 0, &flown), 2), "one second's worth");
    int64_t at_ns = 0;
    cr_expect(eq(int, far_end_ask(far_end, 0, &at_ns), FAR_END_NONE));
    cr_expect(eq(i64, at_ns, 500 * MS));
    cr_expect(eq(int, launch_all(far_end, at_ns, &flown), 1));
    destroy_all(&flown);
    far_end_destroy(far_end);
}

Test(far_end, returned_tokens_let_the_next_fly_sooner)
{
    struct far_end *far_end = far_end_of((struct far_end_options){
        .max_in_flight = 100, .fixed_in_flight = true, .tokens_per_minute = 600});
    waits(far_end, 0);
    waits(far_end, 1);
    struct flight_list flown = {0};
    cr_expect(eq(int, launch_all(far_end, 0, &flown), 1));
    atomic_fetch_add(&far_end->returned_tokens, 10);
    cr_expect(eq(int, launch_all(far_end, 0, &flown), 1));
    destroy_all(&flown);
    far_end_destroy(far_end);
}

Test(far_end, sleepers_wake_in_the_order_they_are_due_and_go_first)
{
    struct far_end *far_end =
        far_end_of((struct far_end_options){.max_in_flight = 100, .fixed_in_flight = true});
    struct flight_list list = {0};
    static const int64_t dues[] = {50, 20, 40, 10, 30, 20, 60};
    for (uint64_t i = 0; i < 7; i++)
        waits(far_end, i);
    launch_all(far_end, 0, &list);
    for (uint64_t i = 0; i < 7; i++)
        cr_assert(far_end_sleep(far_end, flight_list_take(&list), dues[i]));
    waits(far_end, 100);
    int64_t at_ns = 0;
    cr_expect(eq(int, far_end_ask(far_end, 55, &at_ns), FAR_END_FLY));
    static const uint64_t order[] = {3, 1, 5, 4, 2, 0, 100};
    for (size_t i = 0; i < 7; i++) {
        struct flight *flight = far_end_take(far_end);
        cr_expect(eq(u64, flight->call.ordinal, order[i]), "place %zu", i);
        flight_destroy(flight);
    }
    cr_expect(eq(int, far_end_ask(far_end, 55, &at_ns), FAR_END_NONE));
    cr_expect(eq(i64, at_ns, 60));
    far_end_destroy(far_end);
}

Test(far_end, a_hold_stops_everyone_until_it_is_over)
{
    struct far_end *far_end = far_end_of((struct far_end_options){0});
    waits(far_end, 0);
    far_end_hold(far_end, 1000);
    far_end_hold(far_end, 500);
    int64_t at_ns = 0;
    cr_expect(eq(int, far_end_ask(far_end, 999, &at_ns), FAR_END_NONE));
    cr_expect(eq(i64, at_ns, 1000));
    cr_expect(eq(int, far_end_ask(far_end, 1000, &at_ns), FAR_END_FLY));
    far_end_destroy(far_end);
}

Test(far_end, a_refusal_fails_those_that_wait)
{
    struct far_end *far_end = far_end_of((struct far_end_options){0});
    waits(far_end, 0);
    waits(far_end, 1);
    struct flight_list flown = {0};
    flight_list_add(&flown, far_end_launch(far_end, 0));
    struct attempt_end refused = {.outcome = CALL_REFUSED, .event = BREAKER_REFUSED};
    far_end_landed(far_end, flown.first, &refused, 1);
    cr_expect(eq(int, ask(far_end, 2), FAR_END_FAIL));
    destroy_all(&flown);
    far_end_destroy(far_end);
}

Test(far_end, requests_left_for_the_day_do_not_lower_those_of_the_minute)
{
    static const struct {
        enum call_rate_headers meaning;
        double level;
    } rows[] = {{CALL_RATE_HEADERS_IGNORED, 99},
                {CALL_RATE_HEADERS_PER_MINUTE, 5},
                {CALL_RATE_HEADERS_REQUESTS_PER_DAY, 99}};
    for (size_t i = 0; i < 3; i++) {
        struct far_end *far_end = far_end_of(
            (struct far_end_options){.requests_per_minute = 6000, .rate_headers = rows[i].meaning});
        struct flight *flight = waits(far_end, 0);
        far_end_launch(far_end, 0);
        flight->result.headers.limit_requests = 1000;
        flight->result.headers.remaining_requests = 5;
        far_end_landed(far_end, flight, &answered, 0);
        cr_expect(eq(dbl, far_end->requests.level, rows[i].level), "row %zu", i);
        flight_destroy(flight);
        far_end_destroy(far_end);
    }
}

Test(far_end, nothing_left_holds_until_the_reset_but_a_minute_at_most)
{
    struct far_end *far_end =
        far_end_of((struct far_end_options){.rate_headers = CALL_RATE_HEADERS_REQUESTS_PER_DAY});
    struct flight *flight = waits(far_end, 0);
    far_end_launch(far_end, 0);
    flight->result.headers.remaining_requests = 0;
    flight->result.headers.reset_requests_ns = 3600000 * MS;
    far_end_landed(far_end, flight, &answered, 0);
    waits(far_end, 1);
    cr_expect(eq(int, ask(far_end, 60000 * MS - 1), FAR_END_NONE));
    cr_expect(eq(int, ask(far_end, 60000 * MS), FAR_END_FLY));
    flight_destroy(flight);
    far_end_destroy(far_end);
}

Test(far_end, only_older_calls_are_taken_when_all_are_cancelled)
{
    struct far_end *far_end =
        far_end_of((struct far_end_options){.max_in_flight = 100, .fixed_in_flight = true});
    struct flight_list flown = {0};
    for (uint64_t i = 0; i < 6; i++)
        waits(far_end, i);
    launch_all(far_end, 0, &flown);
    for (uint64_t i = 0; i < 6; i++) {
        struct flight *flight = flight_list_take(&flown);
        if (i % 2)
            far_end_sleep(far_end, flight, 100);
        else
            flight_list_add(&far_end->waiting, flight);
    }
    struct flight_list taken = {0};
    far_end_take_all(far_end, 4, &taken);
    cr_expect(eq(u32, taken.count, 4));
    cr_expect(eq(u32, far_end->waiting.count, 1));
    cr_expect(eq(sz, far_end->sleeping_count, 1));
    destroy_all(&taken);
    far_end_destroy(far_end);
}

Test(far_end, every_allocation_that_fails_leaves_nothing_behind)
{
    static const uint16_t statuses[] = {500};
    struct far_end_options options = {.name = "far",
                                      .ca_file = "ca",
                                      .retryable_statuses = statuses,
                                      .retryable_status_count = 1};
    for (int64_t nth = 1; nth < 20; nth++) {
        struct far_end *far_end = NULL;
        memory_fail_nth(nth);
        enum status status = far_end_create(&options, 0, &far_end, NULL);
        bool was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        if (!was_hit) {
            cr_expect(gt(i64, nth, 3));
            far_end_destroy(far_end);
            return;
        }
        cr_assert(eq(int, status, STATUS_NO_MEMORY));
        cr_assert(eq(ptr, far_end, NULL));
    }
    cr_fail("never without a failed allocation");
}
