/*
 * The call loop against WireMock and nginx, which services.py has started: WIREMOCK_URL, NGINX_URL.
 */
#include "cost/budget.h"
#include "cost/cost_estimate.h"
#include "loop_helper.h"

#include <stdio.h>
#include <stdlib.h>

#define MS INT64_C(1000000)

static const char *address(const char *variable, const char *path)
{
    static char url[256];
    const char *base = getenv(variable);
    cr_assert(ne(ptr, (void *)base, NULL), "%s is not set: run it by tests/support/services.py",
              variable);
    snprintf(url, sizeof url, "%s%s", base, path);
    return url;
}

/* How many requests with that path WireMock has seen: the far end's own count. */
static int wiremock_saw(struct call_loop *loop, const char *path)
{
    char body[128];
    snprintf(body, sizeof body, "{\"urlPath\":\"%s\"}", path);
    uint32_t admin = loop_helper_far_end(loop, (struct far_end_options){.name = "admin"});
    struct call_header header = {"Content-Type", "application/json", false};
    struct call_result result = loop_helper_ask(
        loop, (struct call){.far_end = admin,
                            .url = address("WIREMOCK_URL", "/__admin/requests/count"),
                            .headers = &header,
                            .header_count = 1,
                            .body = strview_of(body)});
    cr_assert(eq(int, result.outcome, CALL_OK), "%s", result.error);
    const char *count = strstr(result.body, "\"count\"");
    int seen = count ? atoi(strchr(count, ':') + 1) : -1;
    call_result_done(&result);
    return seen;
}

/* How many requests nginx has answered since it started. */
static long nginx_saw(struct call_loop *loop)
{
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){.name = "status"});
    struct call_result result = loop_helper_ask(
        loop, (struct call){
                  .far_end = far_end, .method = CALL_GET, .url = address("NGINX_URL", "/status")});
    cr_assert(eq(int, result.outcome, CALL_OK), "%s", result.error);
    const char *numbers = strstr(result.body, "requests\n");
    long accepts = 0;
    long handled = 0;
    long requests = 0;
    cr_assert(eq(int, sscanf(numbers, "requests\n %ld %ld %ld", &accepts, &handled, &requests), 3));
    call_result_done(&result);
    return requests;
}

Test(services, each_fault_of_wiremock_has_its_outcome_and_its_number_of_attempts)
{
    static const struct {
        const char *path;
        enum call_outcome outcome;
        int status;
        uint32_t attempts;
        const char *error; /* part of it */
    } rows[] = {
        {"/chat", CALL_OK, 200, 1, ""},
        {"/reset", CALL_RESET, 0, 3, "after the last attempt"},
        {"/empty", CALL_RESET, 0, 3, "Empty reply"},
        {"/random", CALL_PROTOCOL, 0, 3, "HTTP/0.9"},
        {"/chunk", CALL_RESET, 200, 3, "after the last attempt"},
        {"/hang", CALL_TIMEOUT, 0, 3, "no full answer within 400 ms"},
        {"/money", CALL_REFUSED, 429, 1, "insufficient_quota"},
        {"/keys", CALL_REFUSED, 401, 1, "invalid_api_key"},
        {"/wrong", CALL_HTTP_STATUS, 400, 1, "unsupported_parameter"},
        {"/overloaded", CALL_RATE_LIMITED, 529, 4, "overloaded_error"},
        {"/patience", CALL_RATE_LIMITED, 429, 1, "longer than allowed"},
        {"/elsewhere", CALL_HTTP_STATUS, 302, 1, "redirects are not followed"},
        {"/nothing-here", CALL_HTTP_STATUS, 404, 1, "404"},
        {"/slow", CALL_OK, 200, 1, ""},
        {"/dribble", CALL_OK, 200, 1, ""},
        {"/big", CALL_TOO_LARGE, 200, 1, "larger than"},
    };
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){
        .retry = {.max_attempts = 3, .max_throttled_attempts = 4, .cap_ms = 20}});
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){.name = "wire"});
        bool is_slow = strcmp(rows[i].path, "/slow") == 0 ||
                       strcmp(rows[i].path, "/dribble") == 0 || strcmp(rows[i].path, "/big") == 0;
        int before = wiremock_saw(loop, rows[i].path);
        struct call_result result =
            loop_helper_ask(loop, (struct call){.far_end = far_end,
                                                .url = address("WIREMOCK_URL", rows[i].path),
                                                .total_timeout_ms = is_slow ? 20000 : 400});
        cr_expect(eq(int, result.outcome, rows[i].outcome), "%s: %s", rows[i].path, result.error);
        cr_expect(eq(int, result.http_status, rows[i].status), "%s", rows[i].path);
        cr_expect(eq(u32, result.attempts, rows[i].attempts), "%s: %s", rows[i].path, result.error);
        cr_expect(ne(ptr, strstr(result.error, rows[i].error), NULL), "%s: %s", rows[i].path,
                  result.error);
        cr_expect(eq(int, wiremock_saw(loop, rows[i].path) - before, (int)rows[i].attempts),
                  "%s: libcurl repeats nothing by itself", rows[i].path);
        call_result_done(&result);
    }
    call_loop_destroy(loop);
}

Test(services, an_answer_brings_its_headers_times_and_counts)
{
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){0});
    struct call_result result =
        loop_helper_ask(loop, (struct call){.far_end = far_end,
                                            .ordinal = 17,
                                            .user = &far_end,
                                            .url = address("WIREMOCK_URL", "/chat"),
                                            .intended_start_ns = call_loop_now_ns() - 50 * MS});
    cr_expect(eq(u64, result.ordinal, 17));
    cr_expect(eq(ptr, result.user, &far_end));
    cr_expect(eq(str, result.headers.request_id, "req_42"));
    cr_expect(eq(i64, result.headers.remaining_requests, 499));
    cr_expect(eq(i64, result.headers.reset_requests_ns, 120 * MS));
    cr_expect(eq(str, result.headers.content_type, "application/json"));
    cr_expect(eq(u64, result.received_bytes, result.body_bytes));
    cr_expect(gt(i64, result.first_byte_ns, 0));
    cr_expect(ge(i64, result.latency_send_ns, result.first_byte_ns - 2 * MS));
    cr_expect(ge(i64, result.latency_intended_ns, 50 * MS));
    struct token_usage usage = token_usage_parse((struct strview){result.body, result.body_bytes});
    cr_expect(eq(i64, usage.input, 100));
    cr_expect(eq(i64, usage.cached_input, 20));
    cr_expect(eq(i64, usage.output, 12));
    call_result_done(&result);
    call_loop_destroy(loop);
}

Test(services, a_bad_night_ends_in_an_answer_and_retry_after_is_respected)
{
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){0});
    struct call_result result = loop_helper_ask(
        loop, (struct call){.far_end = far_end, .url = address("WIREMOCK_URL", "/flaky")});
    cr_expect(eq(int, result.outcome, CALL_OK), "%s", result.error);
    cr_expect(eq(int, result.http_status, 200));
    cr_expect(eq(u32, result.attempts, 3));
    cr_expect(eq(u32, result.throttled, 1));
    cr_expect(ge(i64, result.latency_intended_ns, 1000 * MS));
    cr_expect(lt(i64, result.latency_send_ns, result.latency_intended_ns - 900 * MS));
    call_result_done(&result);
    call_loop_destroy(loop);
}

Test(services, a_dead_quota_stops_the_far_end_at_once)
{
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(
        loop, (struct far_end_options){.max_in_flight = 4, .fixed_in_flight = true});
    int before = wiremock_saw(loop, "/money");
    struct call call = {.far_end = far_end, .url = address("WIREMOCK_URL", "/money")};
    for (int i = 0; i < 500; i++)
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    struct call_result result = {0};
    int refused = 0;
    while (call_loop_collect(loop, &result, 1, 60000)) {
        refused += result.outcome == CALL_REFUSED;
        cr_expect(ne(ptr, strstr(result.error, "far: "), NULL));
        call_result_done(&result);
    }
    cr_expect(eq(int, refused, 500));
    cr_expect(le(int, wiremock_saw(loop, "/money") - before, 4), "only those in flight asked");
    struct far_end_state state = {0};
    call_loop_far_end_state(loop, far_end, &state);
    cr_expect(eq(int, state.breaker, BREAKER_OPEN));
    call_loop_destroy(loop);
}

Test(services, a_rate_limit_loses_no_call)
{
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(
        loop, (struct far_end_options){.max_in_flight = 64, .start_in_flight = 64});
    struct call call = {.far_end = far_end, .url = address("NGINX_URL", "/limited")};
    for (uint64_t i = 0; i < 200; i++) {
        call.ordinal = i;
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    }
    struct call_result result = {0};
    int answered = 0;
    while (call_loop_collect(loop, &result, 1, 60000)) {
        answered += result.outcome == CALL_OK;
        cr_expect(eq(int, result.outcome, CALL_OK), "%s", result.error);
        call_result_done(&result);
    }
    struct far_end_state state = {0};
    call_loop_far_end_state(loop, far_end, &state);
    cr_expect(eq(int, answered, 200));
    cr_expect(gt(u64, state.throttled, 0), "the limit was met");
    cr_expect(gt(u64, state.cuts, 0));
    cr_expect(lt(u64, state.attempts, 600));
    call_loop_destroy(loop);
}

Test(services, requests_per_minute_are_kept)
{
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(
        loop, (struct far_end_options){.max_in_flight = 64, .requests_per_minute = 2400});
    struct call call = {.far_end = far_end, .url = address("NGINX_URL", "/v1/chat/completions")};
    int64_t start_ns = call_loop_now_ns();
    for (int i = 0; i < 100; i++)
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    struct call_result result = {0};
    while (call_loop_collect(loop, &result, 1, 60000)) {
        cr_expect(eq(int, result.outcome, CALL_OK));
        call_result_done(&result);
    }
    /* 40 at once, 60 more at 40 a second. */
    int64_t took_ns = call_loop_now_ns() - start_ns;
    cr_expect(ge(i64, took_ns, 1490 * MS));
    cr_expect(le(i64, took_ns, 4000 * MS));
    call_loop_destroy(loop);
}

static enum call_reserve reserve(void *context, int64_t nano)
{
    switch (budget_reserve(context, nano)) {
    case BUDGET_GRANTED:
        return CALL_RESERVE_GRANTED;
    case BUDGET_LATER:
        return CALL_RESERVE_LATER;
    case BUDGET_REFUSED:
        break;
    }
    return CALL_RESERVE_REFUSED;
}

static void settle(void *context, int64_t reserved_nano, enum call_charge charge)
{
    if (charge == CALL_CHARGE_UNKNOWN)
        budget_settle_unknown(context, reserved_nano);
    else
        budget_settle(context, reserved_nano, 0);
}

Test(services, the_budget_is_never_passed_at_concurrency_64_and_is_used_up)
{
    const struct price price = {.input_nano = 150000000, .output_nano = 600000000, .batch_ppm = -1};
    const struct token_usage usage = {.input = 120, .output = 12};
    int64_t cost = price_table_cost_nano(&price, &usage);
    int64_t reserved = cost_estimate_reserve_nano(&price, 400, 100);
    int64_t limit = cost * 300;
    struct budget budget;
    budget_init(&budget, limit, 0);
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){
        .budget = {.reserve = reserve, .settle = settle, .context = &budget}});
    uint32_t far_end = loop_helper_far_end(
        loop, (struct far_end_options){.max_in_flight = 64, .fixed_in_flight = true});
    long before = nginx_saw(loop);
    struct call call = {.far_end = far_end,
                        .url = address("NGINX_URL", "/v1/chat/completions"),
                        .reserve_nano = reserved};
    for (int i = 0; i < 2000; i++)
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    struct call_result result = {0};
    int answered = 0;
    int refused = 0;
    while (call_loop_collect(loop, &result, 1, 60000)) {
        cr_assert(le(i64, atomic_load(&budget.committed_nano), limit));
        if (result.outcome == CALL_OK) {
            struct token_usage used =
                token_usage_parse((struct strview){result.body, result.body_bytes});
            budget_settle(&budget, result.reserved_nano, price_table_cost_nano(&price, &used));
            answered++;
        }
        refused += result.outcome == CALL_BUDGET;
        call_result_done(&result);
    }
    cr_expect(eq(int, answered + refused, 2000));
    cr_expect(eq(i64, budget_spent_nano(&budget), cost * answered));
    cr_expect(le(i64, budget_spent_nano(&budget), limit));
    cr_expect(gt(i64, budget_spent_nano(&budget), limit - reserved), "the rest is too small");
    cr_expect(eq(i64, nginx_saw(loop) - before - 1, answered), "nginx counts the same");
    call_loop_destroy(loop);
}

Test(services, nginx_counts_every_call_that_was_made)
{
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){.max_in_flight = 64});
    uint32_t far_end = loop_helper_far_end(
        loop, (struct far_end_options){.max_in_flight = 64, .fixed_in_flight = true});
    long before = nginx_saw(loop);
    struct call call = {.far_end = far_end, .url = address("NGINX_URL", "/v1/chat/completions")};
    enum { CALLS = 20000 };
    bool *seen = calloc(CALLS, sizeof *seen);
    uint64_t submitted = 0;
    int collected = 0;
    while (collected < CALLS) {
        for (; submitted < CALLS && submitted < (uint64_t)collected + 512; submitted++) {
            call.ordinal = submitted;
            cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
        }
        struct call_result results[64];
        size_t count = call_loop_collect(loop, results, 64, 60000);
        cr_assert(gt(sz, count, 0));
        for (size_t i = 0; i < count; i++) {
            cr_assert(eq(int, results[i].outcome, CALL_OK), "%s", results[i].error);
            cr_assert(not(seen[results[i].ordinal]), "each once");
            seen[results[i].ordinal] = true;
            call_result_done(&results[i]);
        }
        collected += (int)count;
    }
    free(seen);
    cr_expect(eq(i64, nginx_saw(loop) - before - 1, CALLS));
    call_loop_destroy(loop);
}
