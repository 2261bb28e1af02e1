/* The loop with commands as far ends: no network, and a child says when it is ready by answering.
 */
#include "base/memory.h"
#include "net/call_loop.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static struct call_loop *loop_of(struct call_loop_options options)
{
    struct call_loop *loop = NULL;
    cr_assert(eq(int, call_loop_create(&options, &loop, NULL), STATUS_OK));
    return loop;
}

static uint32_t shell(struct call_loop *loop, const char *script, uint32_t copies)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    struct far_end_options options = {.name = "agent", .argv = argv, .max_in_flight = copies};
    uint32_t far_end = 0;
    cr_assert(eq(int, call_loop_register_far_end(loop, &options, &far_end, NULL), STATUS_OK));
    return far_end;
}

static void ask(struct call_loop *loop, struct call call, const char *line)
{
    call.kind = CALL_COMMAND;
    call.body = strview_of(line);
    cr_assert(eq(int, call_loop_submit(loop, &call, NULL), STATUS_OK));
}

/* One line, one result; the caller calls call_result_done. */
static struct call_result ask_and_wait(struct call_loop *loop, struct call call, const char *line)
{
    struct call_result result = {0};
    ask(loop, call, line);
    cr_assert(eq(sz, call_loop_collect(loop, &result, 1, 20000), 1));
    return result;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

Test(call_loop, each_line_gets_its_own_answer)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t far_end = shell(loop, "exec cat", 3);
    for (uint64_t i = 0; i < 300; i++) {
        char line[64];
        snprintf(line, sizeof line, "{\"n\":%d}", (int)i);
        ask(loop, (struct call){.far_end = far_end, .ordinal = i}, line);
    }
    size_t total = 0;
    while (total < 300) {
        struct call_result results[16];
        size_t count = call_loop_collect(loop, results, 16, 20000);
        cr_assert(gt(sz, count, 0));
        for (size_t i = 0; i < count; i++) {
            char line[64];
            snprintf(line, sizeof line, "{\"n\":%d}", (int)results[i].ordinal);
            cr_expect(eq(int, results[i].outcome, CALL_OK));
            cr_expect(eq(str, results[i].body, line));
            cr_expect(ge(i64, results[i].latency_intended_ns, results[i].latency_send_ns));
            call_result_done(&results[i]);
        }
        total += count;
    }
    struct call_result none;
    cr_expect(eq(sz, call_loop_collect(loop, &none, 1, -1), 0), "nothing outstanding: no wait");
    struct far_end_state state = {0};
    call_loop_far_end_state(loop, far_end, &state);
    cr_expect(eq(u64, state.attempts, 300));
    cr_expect(le(u64, state.child_starts, 3));
    call_loop_destroy(loop);
}

Test(call_loop, a_command_that_is_not_there_is_told_at_registration)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    const char *const argv[] = {"no-such-program-anywhere", NULL};
    struct far_end_options options = {.name = "agent", .argv = argv};
    uint32_t far_end = 77;
    struct error err = {0};
    cr_expect(eq(int, call_loop_register_far_end(loop, &options, &far_end, &err), STATUS_CONFIG));
    cr_expect(eq(u32, far_end, 77));
    cr_expect(ne(ptr, strstr(err.what, "no-such-program-anywhere"), NULL));
    cr_expect(gt(sz, strlen(err.fix), 0));
    call_loop_destroy(loop);
}

Test(call_loop, a_child_that_exits_fails_its_call_with_its_status_and_its_last_words_are_kept)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t far_end = shell(loop, "read line; echo 'no module named foo' >&2; exit 3", 1);
    struct call_result result = ask_and_wait(loop, (struct call){.far_end = far_end}, "{}");
    cr_expect(eq(int, result.outcome, CALL_CHILD_EXITED));
    cr_expect(eq(u32, result.attempts, 1));
    cr_expect(eq(str, result.error, "agent: the command exited with status 3 before it answered"));
    char log[128];
    cr_expect(gt(sz, call_loop_child_log(loop, far_end, log, sizeof log), 0));
    cr_expect(eq(str, log, "no module named foo\n"));
    call_result_done(&result);
    call_loop_destroy(loop);
}

Test(call_loop, a_child_that_dies_now_and_then_is_started_again)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t far_end = shell(loop,
                             "while read line; do case $line in *die*) kill -9 $$;; *) "
                             "echo \"$line\";; esac; done",
                             1);
    int answered = 0;
    int exited = 0;
    for (int i = 0; i < 30; i++) {
        struct call_result result =
            ask_and_wait(loop, (struct call){.far_end = far_end}, i % 3 ? "{}" : "{\"die\":1}");
        answered += result.outcome == CALL_OK;
        exited += result.outcome == CALL_CHILD_EXITED;
        if (i % 3 == 0)
            cr_expect(ne(ptr, strstr(result.error, "signal KILL"), NULL), "%s", result.error);
        call_result_done(&result);
    }
    cr_expect(eq(int, answered, 20));
    cr_expect(eq(int, exited, 10));
    call_loop_destroy(loop);
}

Test(call_loop, a_child_that_answers_once_and_exits_is_started_for_each_call)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t far_end = shell(loop, "read line; echo \"$line\"", 2);
    for (int i = 0; i < 40; i++) {
        struct call_result result = ask_and_wait(loop, (struct call){.far_end = far_end}, "{}");
        cr_expect(eq(int, result.outcome, CALL_OK), "call %d: %s", i, result.error);
        call_result_done(&result);
    }
    call_loop_destroy(loop);
}

Test(call_loop, a_command_that_never_answers_is_given_up_after_so_many_ends)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    const char *const argv[] = {"sh", "-c", "exit 1", NULL};
    struct far_end_options options = {.name = "agent", .argv = argv, .max_restarts = 4};
    uint32_t far_end = 0;
    cr_assert(eq(int, call_loop_register_far_end(loop, &options, &far_end, NULL), STATUS_OK));
    for (int i = 0; i < 20; i++) {
        struct call_result result = ask_and_wait(loop, (struct call){.far_end = far_end}, "{}");
        cr_expect(eq(int, result.outcome, CALL_CHILD_EXITED));
        cr_expect(gt(sz, strlen(result.error), 0));
        call_result_done(&result);
    }
    struct far_end_state state = {0};
    call_loop_far_end_state(loop, far_end, &state);
    cr_expect(le(u64, state.child_starts, 5));
    cr_expect(eq(u64, state.attempts, 4));
    call_loop_destroy(loop);
}

/* Any process of the group that is more than a zombie. */
static bool group_lives(int group)
{
    bool lives = false;
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[300];
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "re") : NULL;
        char state = 'Z';
        int own_group = 0;
        if (file && fscanf(file, "%*d (%*[^)]) %c %*d %d", &state, &own_group) == 2)
            lives = lives || (own_group == group && state != 'Z');
        if (file)
            fclose(file);
    }
    closedir(folder);
    return lives;
}

Test(call_loop, a_hanging_child_is_killed_with_all_it_started_and_the_next_call_is_served)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t far_end = shell(loop,
                             "while read line; do case $line in *hang*) sleep 1000 & wait;; "
                             "*) echo \"{\\\"pid\\\":$$}\";; esac; done",
                             1);
    struct call_result before = ask_and_wait(loop, (struct call){.far_end = far_end}, "{}");
    int pid = (int)strtol(before.body + strlen("{\"pid\":"), NULL, 10);
    struct call_result hung = ask_and_wait(
        loop, (struct call){.far_end = far_end, .total_timeout_ms = 50}, "{\"hang\":1}");
    cr_expect(eq(int, hung.outcome, CALL_TIMEOUT));
    cr_expect(ge(i64, hung.latency_send_ns, 50000000));
    struct call_result after = ask_and_wait(loop, (struct call){.far_end = far_end}, "{}");
    cr_expect(eq(int, after.outcome, CALL_OK));
    cr_expect(ne(str, after.body, before.body), "another process");
    cr_expect(gt(int, pid, 0));
    for (int i = 0; i < 1000 && group_lives(pid); i++)
        sched_yield(); /* killed, but the kernel may still be at it */
    cr_expect(not(group_lives(pid)));
    call_result_done(&before);
    call_result_done(&hung);
    call_result_done(&after);
    call_loop_destroy(loop);
}

Test(call_loop, what_is_no_line_of_json_is_a_protocol_error)
{
    static const struct {
        const char *script;
        enum call_outcome outcome;
    } rows[] = {
        {"while read l; do echo 'Loading the model...'; done", CALL_PROTOCOL},
        {"while read l; do echo '[1]'; done", CALL_PROTOCOL},
        {"while read l; do printf '\\n\\n  \\n{}\\n'; done", CALL_OK},
        {"while read l; do printf '{\"a\":1}\\r\\n'; done", CALL_OK},
        {"while read l; do head -c 5000 /dev/zero; done", CALL_TOO_LARGE},
        {"read l; exec >&-; read l", CALL_CHILD_EXITED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call_loop *loop = loop_of((struct call_loop_options){0});
        uint32_t far_end = shell(loop, rows[i].script, 1);
        struct call call = {.far_end = far_end, .max_response_bytes = 1000};
        struct call_result result = ask_and_wait(loop, call, "{}");
        cr_expect(eq(int, result.outcome, rows[i].outcome), "%s: %s", rows[i].script, result.error);
        call_result_done(&result);
        call_loop_destroy(loop);
    }
}

Test(call_loop, a_child_that_says_more_than_it_was_asked_never_gets_out_of_step)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t far_end = shell(loop, "while read l; do printf '%s\\n{\"old\":1}\\n' \"$l\"; done", 1);
    for (int i = 0; i < 10; i++) {
        char line[32];
        snprintf(line, sizeof line, "{\"n\":%d}", i);
        struct call_result result = ask_and_wait(loop, (struct call){.far_end = far_end}, line);
        cr_expect(eq(int, result.outcome, CALL_OK));
        cr_expect(eq(str, result.body, line));
        call_result_done(&result);
    }
    call_loop_destroy(loop);
}

Test(call_loop, a_line_larger_than_a_pipe_goes_both_ways)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t far_end = shell(loop, "exec cat", 1);
    size_t size = 3 << 20;
    char *line = memory_alloc(size + 1);
    memset(line, 'x', size);
    line[0] = '{';
    line[size - 1] = '}';
    struct call_result result = ask_and_wait(loop, (struct call){.far_end = far_end}, line);
    cr_expect(eq(int, result.outcome, CALL_OK), "%s", result.error);
    cr_expect(eq(sz, result.body_bytes, size));
    cr_expect(eq(str, result.body, line));
    call_result_done(&result);
    memory_free(line);
    call_loop_destroy(loop);
}

Test(call_loop, cancelling_ends_every_call_and_later_ones_are_served)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t far_end = shell(loop,
                             "while read l; do case $l in *hang*) sleep 1000;; *) echo $l;; "
                             "esac; done",
                             2);
    for (uint64_t i = 0; i < 50; i++)
        ask(loop, (struct call){.far_end = far_end}, "{\"hang\":1}");
    call_loop_cancel_all(loop);
    ask(loop, (struct call){.far_end = far_end, .ordinal = 50}, "{}");
    for (int i = 0; i < 51; i++) {
        struct call_result result = {0};
        cr_assert(eq(sz, call_loop_collect(loop, &result, 1, 20000), 1));
        cr_expect(eq(int, result.outcome, result.ordinal == 50 ? CALL_OK : CALL_CANCELLED));
        call_result_done(&result);
    }
    call_loop_destroy(loop);
}

Test(call_loop, destroying_leaves_no_child_and_no_descriptor)
{
    size_t before = open_descriptors();
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t stubborn = shell(loop, "trap '' TERM; while :; do sleep 1000; done", 1);
    uint32_t plain = shell(loop, "exec cat", 3);
    for (int i = 0; i < 5; i++) {
        ask(loop, (struct call){.far_end = plain}, "{}");
        ask(loop, (struct call){.far_end = stubborn}, "{}");
    }
    call_loop_destroy(loop);
    cr_expect(eq(sz, open_descriptors(), before));
    int status;
    cr_expect(eq(int, waitpid(-1, &status, WNOHANG), -1), "no child is left, zombie or not");
}

Test(call_loop, a_full_queue_refuses_and_takes_again_after_collecting)
{
    struct call_loop *loop = loop_of((struct call_loop_options){.max_queued = 2});
    uint32_t far_end = shell(loop, "exec cat", 1);
    struct call call = {.kind = CALL_COMMAND, .far_end = far_end, .body = strview_of("{}")};
    struct error err;
    enum status status = STATUS_OK;
    for (int i = 0; i < 10000 && status == STATUS_OK; i++)
        status = call_loop_submit(loop, &call, &err);
    cr_expect(eq(int, status, STATUS_LIMIT));
    struct call_result result = {0};
    while (call_loop_collect(loop, &result, 1, -1))
        call_result_done(&result);
    cr_expect(eq(int, call_loop_submit(loop, &call, &err), STATUS_OK));
    call_loop_destroy(loop);
}

Test(call_loop, wrong_calls_are_refused_at_submission)
{
    struct call_loop *loop = loop_of((struct call_loop_options){0});
    uint32_t command = shell(loop, "exec cat", 1);
    uint32_t http = 0;
    struct far_end_options options = {.name = "web"};
    cr_assert(eq(int, call_loop_register_far_end(loop, &options, &http, NULL), STATUS_OK));
    struct call_header injected = {.name = "X", .value = "a\r\nHost: evil", .secret = true};
    struct call calls[] = {
        {.kind = CALL_COMMAND, .far_end = 99, .body = strview_of("{}")},
        {.kind = CALL_HTTP, .far_end = command, .url = "http://x/"},
        {.kind = CALL_COMMAND, .far_end = http, .body = strview_of("{}")},
        {.kind = CALL_COMMAND, .far_end = command, .body = strview_of("{\n}")},
        {.kind = CALL_HTTP, .far_end = http},
        {.kind = CALL_HTTP, .far_end = http, .url = "file:///etc/passwd"},
        {.kind = CALL_HTTP,
         .far_end = http,
         .url = "http://x/",
         .headers = &injected,
         .header_count = 1},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct error err = {0};
        cr_expect(ne(int, call_loop_submit(loop, &calls[i], &err), STATUS_OK), "call %zu", i);
        cr_expect(eq(ptr, strstr(err.what, "evil"), NULL));
    }
    struct call_result result;
    cr_expect(eq(sz, call_loop_collect(loop, &result, 1, -1), 0), "none was accepted");
    call_loop_destroy(loop);
}

struct purse {
    int64_t left;
    int64_t reserved;
    int settled;
    int unknown;
};

/* Runs on the network thread only; read after destroy. */
static enum call_reserve purse_reserve(void *context, int64_t nano)
{
    struct purse *purse = context;
    if (nano > purse->left)
        return CALL_RESERVE_REFUSED;
    purse->left -= nano;
    purse->reserved += nano;
    return CALL_RESERVE_GRANTED;
}

static void purse_settle(void *context, int64_t reserved_nano, enum call_charge charge)
{
    struct purse *purse = context;
    purse->reserved -= reserved_nano;
    purse->settled++;
    purse->unknown += charge == CALL_CHARGE_UNKNOWN;
}

Test(call_loop, money_is_reserved_before_each_attempt_and_settled_for_each_that_failed)
{
    struct purse purse = {.left = 50};
    struct call_loop *loop = loop_of((struct call_loop_options){
        .budget = {.reserve = purse_reserve, .settle = purse_settle, .context = &purse}});
    uint32_t far_end = shell(loop,
                             "while read l; do case $l in *die*) exit 1;; *) echo $l;; esac; "
                             "done",
                             1);
    static const struct {
        const char *line;
        enum call_outcome outcome;
    } rows[] = {{"{}", CALL_OK},     {"{\"die\":1}", CALL_CHILD_EXITED},
                {"{}", CALL_OK},     {"{}", CALL_OK},
                {"{}", CALL_BUDGET}, {"{}", CALL_BUDGET}};
    int64_t handed_over = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call_result result =
            ask_and_wait(loop, (struct call){.far_end = far_end, .reserve_nano = 10}, rows[i].line);
        cr_expect(eq(int, result.outcome, rows[i].outcome), "row %zu", i);
        cr_expect(eq(i64, result.reserved_nano, result.outcome == CALL_OK ? 10 : 0));
        handed_over += result.reserved_nano;
        call_result_done(&result);
    }
    call_loop_destroy(loop);
    cr_expect(eq(i64, handed_over, 30));
    cr_expect(eq(i64, purse.reserved, handed_over));
    cr_expect(eq(int, purse.settled, 2), "the used child's end was tried again on a fresh one");
    cr_expect(eq(int, purse.unknown, 2));
}

static enum call_reserve always_later(void *context, int64_t nano)
{
    (void)context;
    (void)nano;
    return CALL_RESERVE_LATER;
}

static void settle_nothing(void *context, int64_t reserved_nano, enum call_charge charge)
{
    (void)context;
    (void)reserved_nano;
    (void)charge;
}

Test(call_loop, waiting_for_money_that_nobody_can_give_back_ends)
{
    struct call_loop *loop = loop_of((struct call_loop_options){
        .budget_patience_ms = 20,
        .budget = {.reserve = always_later, .settle = settle_nothing, .context = NULL}});
    uint32_t far_end = shell(loop, "exec cat", 1);
    struct call_result result =
        ask_and_wait(loop, (struct call){.far_end = far_end, .reserve_nano = 1}, "{}");
    cr_expect(eq(int, result.outcome, CALL_BUDGET));
    cr_expect(eq(u32, result.attempts, 0));
    call_loop_destroy(loop);
}

Test(call_loop, results_left_behind_are_settled_as_unknown)
{
    struct purse purse = {.left = 100};
    struct call_loop *loop = loop_of((struct call_loop_options){
        .budget = {.reserve = purse_reserve, .settle = purse_settle, .context = &purse}});
    uint32_t far_end = shell(loop, "exec cat", 1);
    for (int i = 0; i < 5; i++)
        ask(loop, (struct call){.far_end = far_end, .reserve_nano = 10}, "{}");
    struct call_result result = {0};
    cr_assert(eq(sz, call_loop_collect(loop, &result, 1, 20000), 1));
    cr_expect(eq(int, result.outcome, CALL_OK));
    call_result_done(&result);
    call_loop_destroy(loop);
    cr_expect(eq(i64, purse.reserved, 10), "only what the collector took over");
}

Test(call_loop, failing_allocations_never_lose_a_call)
{
    for (int64_t nth = 1; nth < 40; nth++) {
        struct call_loop *loop = loop_of((struct call_loop_options){0});
        uint32_t far_end = shell(loop, "exec cat", 1);
        struct call call = {.kind = CALL_COMMAND, .far_end = far_end, .body = strview_of("{}")};
        size_t accepted = 0;
        memory_fail_nth(nth);
        for (int i = 0; i < 4; i++)
            accepted += call_loop_submit(loop, &call, NULL) == STATUS_OK;
        size_t collected = 0;
        struct call_result result = {0};
        while (call_loop_collect(loop, &result, 1, 20000)) {
            cr_expect(result.outcome == CALL_OK || result.outcome == CALL_INTERNAL);
            call_result_done(&result);
            collected++;
        }
        bool was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(sz, collected, accepted), "allocation %lld", (long long)nth);
        call_loop_destroy(loop);
        if (!was_hit) {
            cr_expect(gt(i64, nth, 4));
            return;
        }
    }
}

static bool has_answer(struct call_loop *loop, int wait_ms)
{
    struct call_result result = {0};
    size_t count = call_loop_collect(loop, &result, 1, wait_ms);
    call_result_done(&result);
    return count == 1;
}

Test(call_loop, an_answer_holds_its_place_until_it_is_kept)
{
    struct call_loop *loop = loop_of((struct call_loop_options){.holds_places = true});
    uint32_t far_end = shell(loop, "exec cat", 1);
    struct far_end_state state = {0};
    for (int i = 0; i < 3; i++)
        ask(loop, (struct call){.far_end = far_end}, "{}");
    for (uint64_t sent = 1; sent <= 3; sent++) {
        cr_assert(has_answer(loop, 20000));
        cr_expect(not(has_answer(loop, 30)), "a second call was sent before the first was kept");
        call_loop_far_end_state(loop, far_end, &state);
        cr_expect(eq(u64, state.attempts, sent));
        call_loop_kept(loop);
    }
    call_loop_kept(loop); /* nothing more: no harm */
    ask(loop, (struct call){.far_end = far_end}, "{}");
    cr_expect(has_answer(loop, 20000));
    call_loop_destroy(loop);
}
