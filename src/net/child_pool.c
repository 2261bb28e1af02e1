/*
 * child_pool.c: JSON Lines over pipes with N children of one command. The loop sends a call when
 * there is room, waits for the descriptors given here, and lets child_pool_work move bytes; ended
 * calls go back through a receiver. Owned by a far end; network thread.
 */
#include "net/child_pool.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/call_loop.h"
#include "net/child_process.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_TOTAL_TIMEOUT_MS 120000
#define DEFAULT_LINE_BYTES ((size_t)4 << 20)
#define LOG_BYTES 8192
#define REAP_EVERY_NS (2 * NS_PER_MS)
#define END_PATIENCE_NS                                                                            \
    (500 * NS_PER_MS)        /* between the end of its output and the end of the child */
#define STOP_PATIENCE_MS 500 /* after stdin was closed, and again after SIGTERM */

enum child_state {
    CHILD_NONE,
    CHILD_IDLE,
    CHILD_BUSY,
    CHILD_ENDING, /* its output has ended, or it was killed; not reaped yet */
};

struct child {
    struct child_process process;
    enum child_state state;
    struct flight *flight;
    size_t written;
    char *line;
    size_t line_bytes;
    size_t line_capacity;
    int64_t late_ns; /* busy: the call's deadline; ending: when to kill */
    uint64_t answers;
};

struct child_pool {
    const char *name;
    char **argv;
    uint32_t copies;
    uint32_t max_restarts;
    uint32_t ends_in_a_row; /* without an answer between */
    uint64_t starts;
    struct child *children;
    pthread_mutex_t log_lock;
    size_t log_bytes;
    char log[LOG_BYTES];
};

static enum status copy_argv(struct child_pool *pool, const char *const *argv, struct error *err)
{
    size_t count = 0;
    while (argv[count])
        count++;
    if (count == 0)
        return error_set(err, STATUS_CONFIG, "command '%s' is empty", pool->name);
    pool->argv = memory_alloc((count + 1) * sizeof(char *));
    if (!pool->argv)
        return error_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        pool->argv[i] = memory_copy_text(argv[i]);
        if (!pool->argv[i])
            return error_no_memory(err);
    }
    return STATUS_OK;
}

static enum status start_child(struct child_pool *pool, struct child *child, struct error *err)
{
    enum status status = child_process_start(&child->process, (const char *const *)pool->argv, err);
    if (status != STATUS_OK)
        return status;
    child->state = CHILD_IDLE;
    child->answers = 0;
    child->line_bytes = 0;
    pool->starts++;
    return STATUS_OK;
}

DEFINE_CLEANUP(child_pool_cleanup, struct child_pool, child_pool_destroy)

enum status child_pool_create(const struct child_pool_options *options,
                              struct child_pool **ret_pool, struct error *err)
{
    CLEANUP(child_pool_cleanup) struct child_pool *pool = memory_alloc(sizeof *pool);
    if (!pool)
        return error_no_memory(err);
    pthread_mutex_init(&pool->log_lock, NULL);
    pool->name = options->name;
    pool->max_restarts = options->max_restarts;
    enum status status = copy_argv(pool, options->argv, err);
    if (status != STATUS_OK)
        return status;
    pool->children = memory_alloc(options->copies * sizeof(struct child));
    if (!pool->children)
        return error_no_memory(err);
    pool->copies = options->copies;
    for (uint32_t i = 0; i < pool->copies; i++)
        pool->children[i].process = (struct child_process){.in = -1, .out = -1, .log = -1};
    status = start_child(pool, &pool->children[0], err);
    if (status != STATUS_OK)
        return status;
    *ret_pool = TAKE(pool);
    return STATUS_OK;
}

/* True when none is left. */
static bool reap_all(struct child_pool *pool)
{
    bool all = true;
    for (uint32_t i = 0; i < pool->copies; i++) {
        int wait_status;
        struct child_process *process = &pool->children[i].process;
        all = all && (process->pid == 0 || child_process_reap(process, &wait_status));
    }
    return all;
}

static bool reap_within(struct child_pool *pool, int patience_ms)
{
    static const struct timespec moment = {.tv_nsec = REAP_EVERY_NS};
    for (int waited_ms = 0; !reap_all(pool); waited_ms += 2) {
        if (waited_ms >= patience_ms)
            return false;
        nanosleep(&moment, NULL);
    }
    return true;
}

static void stop_children(struct child_pool *pool)
{
    static const int signals[] = {0, SIGTERM, SIGKILL};
    for (uint32_t i = 0; i < pool->copies; i++)
        child_process_close_pipes(&pool->children[i].process);
    for (size_t s = 0; s < sizeof signals / sizeof *signals; s++) {
        for (uint32_t i = 0; signals[s] && i < pool->copies; i++)
            child_process_signal(&pool->children[i].process, signals[s]);
        /* After SIGKILL the kernel ends it; only a process stuck in the kernel outlasts 10 s. */
        if (reap_within(pool, signals[s] == SIGKILL ? 10000 : STOP_PATIENCE_MS))
            return;
    }
}

void child_pool_destroy(struct child_pool *pool)
{
    if (!pool)
        return;
    stop_children(pool);
    for (uint32_t i = 0; i < pool->copies; i++)
        memory_free(pool->children[i].line);
    memory_free(pool->children);
    for (size_t i = 0; pool->argv && pool->argv[i]; i++)
        memory_free(pool->argv[i]);
    memory_free(pool->argv);
    pthread_mutex_destroy(&pool->log_lock);
    memory_free(pool);
}

bool child_pool_has_room(const struct child_pool *pool)
{
    for (uint32_t i = 0; i < pool->copies; i++) {
        if (pool->children[i].state == CHILD_NONE || pool->children[i].state == CHILD_IDLE)
            return true;
    }
    return false;
}

bool child_pool_is_broken(const struct child_pool *pool)
{
    return pool->ends_in_a_row >= pool->max_restarts;
}

uint64_t child_pool_starts(const struct child_pool *pool)
{
    return pool->starts;
}

uint32_t child_pool_copies(const struct child_pool *pool)
{
    return pool->copies;
}

/* Keeps the last LOG_BYTES: the end of a trace-back says what went wrong. */
static void add_to_log(struct child_pool *pool, const char *data, size_t size)
{
    pthread_mutex_lock(&pool->log_lock);
    if (size > LOG_BYTES) {
        data += size - LOG_BYTES;
        size = LOG_BYTES;
    }
    size_t kept = pool->log_bytes < LOG_BYTES - size ? pool->log_bytes : LOG_BYTES - size;
    memmove(pool->log, pool->log + pool->log_bytes - kept, kept);
    memcpy(pool->log + kept, data, size);
    pool->log_bytes = kept + size;
    pthread_mutex_unlock(&pool->log_lock);
}

size_t child_pool_log(struct child_pool *pool, char *buffer, size_t size)
{
    if (size == 0)
        return 0;
    pthread_mutex_lock(&pool->log_lock);
    size_t kept = pool->log_bytes < size - 1 ? pool->log_bytes : size - 1;
    memcpy(buffer, pool->log + pool->log_bytes - kept, kept);
    pthread_mutex_unlock(&pool->log_lock);
    buffer[kept] = '\0';
    return kept;
}

static void read_log(struct child_pool *pool, struct child *child)
{
    char data[4096];
    ssize_t size;
    while (child->process.log >= 0 && (size = read(child->process.log, data, sizeof data)) != 0) {
        if (size < 0)
            return;
        add_to_log(pool, data, (size_t)size);
    }
    if (child->process.log >= 0)
        close(child->process.log);
    child->process.log = -1;
}

static void begin_ending(struct child *child, int64_t kill_at_ns)
{
    child->state = CHILD_ENDING;
    child->late_ns = kill_at_ns;
    if (child->process.in >= 0)
        close(child->process.in);
    if (child->process.out >= 0)
        close(child->process.out);
    child->process.in = -1;
    child->process.out = -1;
}

/* Whoever cannot be trusted to be in step any more is killed, and started anew for the next line.
 */
static void kill_child(struct child *child)
{
    child_process_signal(&child->process, SIGKILL);
    begin_ending(child, INT64_MAX);
}

/* The call leaves the child, with an end that has no answer. */
static void end_call(struct child *child, enum call_outcome outcome, int64_t now_ns,
                     const struct child_pool_receiver *receiver)
{
    struct flight *flight = TAKE(child->flight);
    flight->result.latency_send_ns = now_ns - flight->sent_ns;
    struct attempt_end end = {.outcome = outcome,
                              .retry = RETRY_NEVER,
                              .event = BREAKER_NOTHING,
                              .charge = CALL_CHARGE_UNKNOWN};
    /* A used child may have ended by itself while the line was on its way: once, try another. */
    end.try_another = outcome == CALL_CHILD_EXITED && child->answers > 0 &&
                      flight->result.attempts == 1 && flight->result.first_byte_ns < 0;
    receiver->ended(receiver->context, flight, &end);
}

static void answer(struct child_pool *pool, struct child *child, size_t line_end, int64_t now_ns,
                   const struct child_pool_receiver *receiver)
{
    struct strview line = strview_trim((struct strview){child->line, line_end});
    struct flight *flight = child->flight;
    if (line.data[0] != '{' || line.data[line.size - 1] != '}') {
        flight_set_error(flight, "%s: a line came that is not a JSON object", pool->name);
        pool->ends_in_a_row = 0; /* an answer, though a bad one */
        end_call(child, CALL_PROTOCOL, now_ns, receiver);
        kill_child(child); /* what it meant to answer may still come */
        return;
    }
    char *body = memory_alloc(line.size + 1);
    if (!body) {
        flight_set_error(flight, "%s: memory ran out", pool->name);
        end_call(child, CALL_INTERNAL, now_ns, receiver);
        kill_child(child);
        return;
    }
    memcpy(body, line.data, line.size);
    child->flight = NULL;
    child->state = CHILD_IDLE;
    child->answers++;
    pool->ends_in_a_row = 0;
    flight->result.body = body;
    flight->result.body_bytes = line.size;
    flight->result.received_bytes += line.size;
    flight->result.latency_send_ns = now_ns - flight->sent_ns;
    size_t extra = child->line_bytes - (line_end + 1);
    bool more = strview_trim((struct strview){child->line + line_end + 1, extra}).size > 0;
    child->line_bytes = 0;
    /* A line that nobody asked for, or a question not read to its end: what comes next would be
     * out of step. */
    if (more || child->written < flight->call.body.size + 1)
        kill_child(child);
    struct attempt_end end = {.outcome = CALL_OK, .event = BREAKER_ANSWERED};
    receiver->ended(receiver->context, flight, &end);
}

/* Empty lines say nothing: they are taken off the front. */
static void skip_empty_lines(struct child *child)
{
    size_t skip = 0;
    for (size_t i = 0; i < child->line_bytes && (unsigned char)child->line[i] <= ' '; i++) {
        if (child->line[i] == '\n')
            skip = i + 1;
    }
    child->line_bytes -= skip;
    if (skip)
        memmove(child->line, child->line + skip, child->line_bytes);
}

/* Looks for a whole line in what has come since `from`. */
static void look_for_line(struct child_pool *pool, struct child *child, size_t from, int64_t now_ns,
                          const struct child_pool_receiver *receiver)
{
    const struct call *call = &child->flight->call;
    size_t limit = call->max_response_bytes ? call->max_response_bytes : DEFAULT_LINE_BYTES;
    size_t had_bytes = child->line_bytes;
    skip_empty_lines(child);
    from = child->line_bytes == had_bytes ? from : 0;
    const char *end = memchr(child->line + from, '\n', child->line_bytes - from);
    size_t size = end ? (size_t)(end - child->line) : child->line_bytes;
    if (size > limit) {
        flight_set_error(child->flight, "%s: the line is longer than %zu bytes", pool->name, limit);
        pool->ends_in_a_row = 0;
        end_call(child, CALL_TOO_LARGE, now_ns, receiver);
        kill_child(child);
    } else if (end) {
        answer(pool, child, size, now_ns, receiver);
    }
}

/* One read. False: nothing more now, or no longer this child's to read. */
static bool read_some(struct child_pool *pool, struct child *child, int64_t now_ns,
                      const struct child_pool_receiver *receiver)
{
    if (!memory_grow(&child->line, &child->line_capacity, child->line_bytes + 4096, 1)) {
        if (child->flight) {
            flight_set_error(child->flight, "%s: memory ran out", pool->name);
            end_call(child, CALL_INTERNAL, now_ns, receiver);
        }
        kill_child(child);
        return false;
    }
    ssize_t size = read(child->process.out, child->line + child->line_bytes,
                        child->line_capacity - child->line_bytes);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (size <= 0) { /* it has closed its output: it is ending, or should */
        begin_ending(child, now_ns + END_PATIENCE_NS);
        return false;
    }
    size_t from = child->line_bytes;
    child->line_bytes += (size_t)size;
    if (!child->flight) {
        if (strview_trim((struct strview){child->line, child->line_bytes}).size > 0) {
            pool->ends_in_a_row++; /* nobody asked */
            kill_child(child);
        }
        child->line_bytes = 0;
        return false;
    }
    if (child->flight->result.first_byte_ns < 0)
        child->flight->result.first_byte_ns = now_ns - child->flight->sent_ns;
    look_for_line(pool, child, from, now_ns, receiver);
    return child->state == CHILD_BUSY;
}

static void write_some(struct child *child)
{
    const struct strview line = child->flight->call.body;
    size_t total = line.size + 1; /* its line end stands behind it */
    while (child->written < total) {
        ssize_t size = write(child->process.in, line.data + child->written, total - child->written);
        if (size < 0) /* full: later; broken: the end of its output tells */
            return;
        child->written += (size_t)size;
    }
}

/* An idle child that is still there, preferring one that runs over one to be started. */
static struct child *choose_child(struct child_pool *pool)
{
    struct child *none = NULL;
    for (uint32_t i = 0; i < pool->copies; i++) {
        if (pool->children[i].state == CHILD_IDLE)
            return &pool->children[i];
        if (pool->children[i].state == CHILD_NONE && !none)
            none = &pool->children[i];
    }
    return none;
}

void child_pool_send(struct child_pool *pool, struct flight *flight, int64_t now_ns)
{
    struct child *child = choose_child(pool);
    uint32_t timeout_ms = flight->call.total_timeout_ms;
    flight_forget_answer(flight);
    flight->sent_ns = now_ns;
    flight->result.sent_bytes += flight->call.body.size;
    child->flight = flight;
    child->written = 0;
    child->late_ns = now_ns + (timeout_ms ? timeout_ms : DEFAULT_TOTAL_TIMEOUT_MS) * NS_PER_MS;
    if (child->state == CHILD_NONE) {
        struct error err;
        if (start_child(pool, child, &err) != STATUS_OK) {
            /* child_pool_work ends the call: a sender is never called back from within. */
            flight_set_error(flight, "%s: %s", pool->name, err.what);
            child->state = CHILD_ENDING;
            child->late_ns = INT64_MAX;
            return;
        }
    }
    child->state = CHILD_BUSY;
    write_some(child);
}

static void finish_ending(struct child_pool *pool, struct child *child, int64_t now_ns,
                          const struct child_pool_receiver *receiver)
{
    int wait_status = 0;
    bool was_started = child->process.pid > 0;
    if (was_started && !child_process_reap(&child->process, &wait_status)) {
        if (now_ns >= child->late_ns) {
            child_process_signal(&child->process, SIGKILL);
            child->late_ns = INT64_MAX;
        }
        return;
    }
    read_log(pool, child);
    child_process_close_pipes(&child->process);
    child->state = CHILD_NONE;
    child->line_bytes = 0;
    if (!child->flight) /* killed by us and counted, or gone while idle */
        return;
    pool->ends_in_a_row++;
    if (was_started) {
        char how[64];
        child_process_describe_end(wait_status, how, sizeof how);
        flight_set_error(child->flight, "%s: the command %s before it answered", pool->name, how);
    }
    end_call(child, CALL_CHILD_EXITED, now_ns, receiver);
}

static void work_on(struct child_pool *pool, struct child *child, int64_t now_ns,
                    const struct child_pool_receiver *receiver)
{
    if (child->state == CHILD_NONE)
        return;
    read_log(pool, child);
    if (child->state == CHILD_BUSY)
        write_some(child);
    while ((child->state == CHILD_BUSY || child->state == CHILD_IDLE) &&
           read_some(pool, child, now_ns, receiver)) {
    }
    if (child->state == CHILD_BUSY && now_ns >= child->late_ns) {
        uint32_t timeout_ms = child->flight->call.total_timeout_ms;
        flight_set_error(child->flight, "%s: no line within %u ms; the command was killed",
                         pool->name, timeout_ms ? timeout_ms : DEFAULT_TOTAL_TIMEOUT_MS);
        pool->ends_in_a_row++;
        end_call(child, CALL_TIMEOUT, now_ns, receiver);
        kill_child(child);
    }
    if (child->state == CHILD_ENDING)
        finish_ending(pool, child, now_ns, receiver);
}

bool child_pool_work(struct child_pool *pool, int64_t now_ns,
                     const struct child_pool_receiver *receiver)
{
    bool was_reaped = false;
    for (uint32_t i = 0; i < pool->copies; i++) {
        struct child *child = &pool->children[i];
        bool was_there = child->state != CHILD_NONE;
        work_on(pool, child, now_ns, receiver);
        was_reaped = was_reaped || (was_there && child->state == CHILD_NONE);
    }
    return was_reaped;
}

void child_pool_cancel(struct child_pool *pool, uint64_t before,
                       const struct child_pool_receiver *receiver)
{
    int64_t now_ns = call_loop_now_ns();
    for (uint32_t i = 0; i < pool->copies; i++) {
        struct child *child = &pool->children[i];
        if (!child->flight || child->flight->sequence >= before)
            continue;
        flight_set_error(child->flight, "%s: cancelled", pool->name);
        end_call(child, CALL_CANCELLED, now_ns, receiver);
        if (child->state == CHILD_BUSY)
            kill_child(child);
    }
}

size_t child_pool_wait_fds(const struct child_pool *pool, struct curl_waitfd *fds)
{
    size_t count = 0;
    for (uint32_t i = 0; i < pool->copies; i++) {
        const struct child *child = &pool->children[i];
        bool is_writing = child->state == CHILD_BUSY && child->process.in >= 0 &&
                          child->written < child->flight->call.body.size + 1;
        if (child->process.out >= 0)
            fds[count++] = (struct curl_waitfd){child->process.out, CURL_WAIT_POLLIN, 0};
        if (child->process.log >= 0)
            fds[count++] = (struct curl_waitfd){child->process.log, CURL_WAIT_POLLIN, 0};
        if (is_writing)
            fds[count++] = (struct curl_waitfd){child->process.in, CURL_WAIT_POLLOUT, 0};
    }
    return count;
}

int64_t child_pool_due_ns(const struct child_pool *pool, int64_t now_ns)
{
    int64_t due_ns = INT64_MAX;
    for (uint32_t i = 0; i < pool->copies; i++) {
        const struct child *child = &pool->children[i];
        int64_t own_ns = INT64_MAX;
        if (child->state == CHILD_BUSY)
            own_ns = child->late_ns;
        else if (child->state == CHILD_ENDING)
            own_ns = child->process.pid > 0 ? now_ns + REAP_EVERY_NS : now_ns;
        due_ns = own_ns < due_ns ? own_ns : due_ns;
    }
    return due_ns;
}
