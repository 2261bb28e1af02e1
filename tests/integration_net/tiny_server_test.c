/* The call loop against the tests' own server: faults that WireMock does not have. */
#include "base/memory.h"
#include "loop_helper.h"
#include "tiny_server.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static char url_text[128];

static const char *url(const struct tiny_server *server, const char *path)
{
    snprintf(url_text, sizeof url_text, "http://127.0.0.1:%u%s", server->port, path);
    return url_text;
}

Test(tiny_server, what_is_sent_is_what_was_asked_and_the_secret_arrives)
{
    struct tiny_server server = {0};
    tiny_server_start(&server, 0);
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){0});
    struct call_header headers[] = {{"Authorization", "Bearer sk-1234567", true},
                                    {"Content-Type", "application/json", false}};
    struct call_result result = loop_helper_ask(loop, (struct call){.far_end = far_end,
                                                                    .url = url(&server, "/echo"),
                                                                    .headers = headers,
                                                                    .header_count = 2});
    cr_assert(eq(int, result.outcome, CALL_OK));
    static const char *const wanted[] = {"POST /echo HTTP/1.1", "Authorization: Bearer sk-1234567",
                                         "Content-Type: application/json", "User-Agent: assay/"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(ne(ptr, strstr(result.body, wanted[i]), NULL), "%s", wanted[i]);
    cr_expect(eq(ptr, strstr(result.body, "Expect"), NULL));
    call_result_done(&result);
    call_loop_destroy(loop);
    tiny_server_stop(&server);
}

Test(tiny_server, an_answer_that_is_cut_held_or_endless_is_no_answer)
{
    static const struct {
        const char *path;
        enum call_outcome outcome;
    } rows[] = {{"/cut", CALL_RESET},
                {"/hold", CALL_TIMEOUT},
                {"/big", CALL_TOO_LARGE},
                {"/interim", CALL_OK}};
    struct tiny_server server = {0};
    tiny_server_start(&server, 0);
    struct call_loop *loop =
        loop_helper_loop((struct call_loop_options){.retry = {.max_attempts = 2}});
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){0});
        struct call_result result =
            loop_helper_ask(loop, (struct call){.far_end = far_end,
                                                .url = url(&server, rows[i].path),
                                                .total_timeout_ms = 300,
                                                .max_response_bytes = 1 << 20});
        cr_expect(eq(int, result.outcome, rows[i].outcome), "%s: %s", rows[i].path, result.error);
        if (rows[i].outcome != CALL_OK)
            cr_expect(eq(ptr, result.body, NULL), "%s: half an answer is none", rows[i].path);
        cr_expect(eq(i64, result.headers.retry_after_ns, -1), "%s", rows[i].path);
        call_result_done(&result);
    }
    call_loop_destroy(loop);
    tiny_server_stop(&server);
}

Test(tiny_server, connections_are_kept_and_never_more_are_in_flight_than_allowed)
{
    struct tiny_server server = {.answer_delay_ms = 2};
    tiny_server_start(&server, 0);
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(
        loop, (struct far_end_options){.max_in_flight = 6, .fixed_in_flight = true});
    struct call call = {.far_end = far_end, .url = url(&server, "/x")};
    for (int i = 0; i < 300; i++)
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    struct call_result result = {0};
    while (call_loop_collect(loop, &result, 1, 60000)) {
        cr_expect(eq(int, result.outcome, CALL_OK));
        call_result_done(&result);
    }
    call_loop_destroy(loop);
    cr_expect(eq(u32, server.requests, 300));
    cr_expect(le(u32, server.connections, 6));
    cr_expect(le(u32, server.most, 6));
    cr_expect(ge(u32, server.most, 2), "and it was parallel");
    tiny_server_stop(&server);
}

Test(tiny_server, a_server_that_is_not_there_fails_its_calls_in_bounded_time)
{
    struct tiny_server server = {.port = tiny_server_free_port()};
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){.breaker_failures = 3,
                                                                          .breaker_cooldown_ms = 20,
                                                                          .breaker_probes = 2});
    struct call call = {.far_end = far_end, .url = url(&server, "/x")};
    for (int i = 0; i < 1000; i++)
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    struct call_result result = {0};
    int ended = 0;
    while (call_loop_collect(loop, &result, 1, 20000)) {
        cr_expect(result.outcome == CALL_CONNECT || result.outcome == CALL_UNAVAILABLE, "%s",
                  result.error);
        call_result_done(&result);
        ended++;
    }
    struct far_end_state state = {0};
    call_loop_far_end_state(loop, far_end, &state);
    cr_expect(eq(int, ended, 1000));
    cr_expect(lt(u64, state.attempts, 100), "the breaker kept the others from trying");
    call_loop_destroy(loop);
}

static void *start_later(void *argument)
{
    struct tiny_server *server = argument;
    usleep(200000);
    tiny_server_start(server, server->port);
    return NULL;
}

Test(tiny_server, a_server_that_comes_back_serves_those_who_waited)
{
    struct tiny_server server = {.port = tiny_server_free_port()};
    pthread_t thread;
    struct call_loop *loop =
        loop_helper_loop((struct call_loop_options){.retry = {.max_attempts = 8}});
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){.breaker_failures = 3,
                                                                          .breaker_cooldown_ms = 50,
                                                                          .breaker_probes = 50});
    struct call call = {.far_end = far_end, .url = url(&server, "/x")};
    for (uint64_t i = 0; i < 20; i++) {
        call.ordinal = i;
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    }
    pthread_create(&thread, NULL, start_later, &server);
    struct call_result result = {0};
    int answered = 0;
    while (call_loop_collect(loop, &result, 1, 20000)) {
        answered += result.outcome == CALL_OK;
        call_result_done(&result);
    }
    pthread_join(thread, NULL);
    cr_expect(ge(int, answered, 19), "%d of 20", answered);
    struct far_end_state state = {0};
    call_loop_far_end_state(loop, far_end, &state);
    cr_expect(eq(int, state.breaker, BREAKER_CLOSED));
    call_loop_destroy(loop);
    tiny_server_stop(&server);
}

Test(tiny_server, dropped_connections_are_tried_again)
{
    struct tiny_server server = {0};
    tiny_server_start(&server, 0);
    struct call_loop *loop = loop_helper_loop(
        (struct call_loop_options){.retry = {.max_attempts = 12, .budget_percent = 100}});
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){0});
    struct call call = {.far_end = far_end, .url = url(&server, "/drop")};
    for (uint64_t i = 0; i < 100; i++) {
        call.ordinal = i;
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    }
    struct call_result result = {0};
    while (call_loop_collect(loop, &result, 1, 20000)) {
        cr_expect(eq(int, result.outcome, CALL_OK), "%s", result.error);
        call_result_done(&result);
    }
    call_loop_destroy(loop);
    tiny_server_stop(&server);
}

Test(tiny_server, cancelling_ends_calls_in_flight_at_once)
{
    struct tiny_server server = {0};
    tiny_server_start(&server, 0);
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){0});
    struct call call = {.far_end = far_end, .url = url(&server, "/hold")};
    for (int i = 0; i < 50; i++)
        cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
    while (atomic_load(&server.requests) < 10)
        usleep(1000);
    int64_t start_ns = call_loop_now_ns();
    call_loop_cancel_all(loop);
    struct call_result result = {0};
    int cancelled = 0;
    while (call_loop_collect(loop, &result, 1, 20000)) {
        cancelled += result.outcome == CALL_CANCELLED;
        call_result_done(&result);
    }
    cr_expect(eq(int, cancelled, 50));
    cr_expect(lt(i64, call_loop_now_ns() - start_ns, INT64_C(2000000000)));
    call_loop_destroy(loop);
    tiny_server_stop(&server);
}

Test(tiny_server, a_child_inherits_no_socket)
{
    struct tiny_server server = {0};
    tiny_server_start(&server, 0);
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
    uint32_t web = loop_helper_far_end(loop, (struct far_end_options){0});
    struct call_result warm =
        loop_helper_ask(loop, (struct call){.far_end = web, .url = url(&server, "/x")});
    call_result_done(&warm);
    static const char script[] = "import os, sys\n"
                                 "def is_open(fd):\n"
                                 "    try: os.fstat(fd)\n"
                                 "    except OSError: return False\n"
                                 "    return True\n"
                                 "for line in sys.stdin:\n"
                                 "    fds = [fd for fd in range(1024) if is_open(fd)]\n"
                                 "    print('{\"open\":\"%s\"}' % fds, flush=True)\n";
    const char *const argv[] = {"python3", "-c", script, NULL};
    uint32_t command = loop_helper_far_end(loop, (struct far_end_options){.argv = argv});
    struct call_result result =
        loop_helper_ask(loop, (struct call){.kind = CALL_COMMAND, .far_end = command});
    cr_assert(eq(int, result.outcome, CALL_OK), "%s", result.error);
    cr_expect(eq(str, result.body, "{\"open\":\"[0, 1, 2]\"}"));
    call_result_done(&result);
    call_loop_destroy(loop);
    tiny_server_stop(&server);
}

Test(tiny_server, a_proxy_of_the_environment_is_not_asked_for_this_machine)
{
    struct tiny_server server = {0};
    tiny_server_start(&server, 0);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    struct call_loop *loop =
        loop_helper_loop((struct call_loop_options){.retry = {.max_attempts = 1}});
    uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){0});
    struct call_result result =
        loop_helper_ask(loop, (struct call){.far_end = far_end, .url = url(&server, "/x")});
    cr_expect(eq(int, result.outcome, CALL_OK), "%s", result.error);
    call_result_done(&result);
    call_loop_destroy(loop);
    tiny_server_stop(&server);
}

Test(tiny_server, failing_allocations_never_lose_a_call)
{
    struct tiny_server server = {0};
    tiny_server_start(&server, 0);
    bool was_hit = true;
    int64_t nth = 1;
    for (; was_hit && nth < 60; nth++) {
        struct call_loop *loop = loop_helper_loop((struct call_loop_options){0});
        uint32_t far_end = loop_helper_far_end(loop, (struct far_end_options){0});
        struct call call = {.far_end = far_end, .url = url(&server, "/drop")};
        size_t accepted = 0;
        size_t collected = 0;
        struct call_result result = {0};
        memory_fail_nth(nth);
        for (int i = 0; i < 4; i++)
            accepted += call_loop_submit(loop, &call, NULL) == STATUS_OK;
        while (call_loop_collect(loop, &result, 1, 20000)) {
            cr_expect(result.outcome == CALL_OK || result.outcome == CALL_INTERNAL, "%s",
                      result.error);
            call_result_done(&result);
            collected++;
        }
        was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(sz, collected, accepted), "allocation %lld", (long long)nth);
        call_loop_destroy(loop);
    }
    cr_expect(not(was_hit), "every point was visited");
    cr_expect(gt(i64, nth, 8));
    tiny_server_stop(&server);
}
