/*
 * call_loop.c: the face of the network thread: letters in (submit, cancel, register), letters out
 * (collect), and its birth and end. Runs on callers' threads; everything shared is under
 * loop->lock.
 */
#include "net/call_loop.h"

#include "base/clock.h"
#include "base/memory.h"
#include "net/network_thread.h"

#include <errno.h>
#include <signal.h>
#include <strings.h>

int64_t call_loop_now_ns(void)
{
    return clock_monotonic_ns();
}

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready = CURLE_FAILED_INIT;

static void start_curl(void)
{
    curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

static void init_lock(struct call_loop *loop)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&loop->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&loop->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Signals stay with the other threads; a broken pipe is an error code here, never a signal. */
static bool start_thread(struct call_loop *loop)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    loop->has_thread = pthread_create(&loop->thread, NULL, network_thread_run, loop) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (loop->has_thread)
        pthread_setname_np(loop->thread, "assay-net");
    return loop->has_thread;
}

enum status call_loop_create(const struct call_loop_options *options, struct call_loop **ret_loop,
                             struct error *err)
{
    pthread_once(&curl_once, start_curl);
    if (curl_ready != CURLE_OK)
        return error_set(err, STATUS_INTERNAL, "could not start libcurl: %s",
                         curl_easy_strerror(curl_ready));
    struct call_loop *made = memory_alloc(sizeof *made);
    if (!made)
        return error_no_memory(err);
    init_lock(made);
    CLEANUP(call_loop_cleanup) struct call_loop *loop = made;
    loop->options = *options;
    loop->options.max_in_flight = or_default(options->max_in_flight, 256);
    loop->options.max_queued = or_default(options->max_queued, 65536);
    loop->options.budget_patience_ms = or_default(options->budget_patience_ms, 10000);
    loop->budget_wait_since_ns = INT64_MAX;
    loop->outbox_was_empty = true;
    retry_policy_init(&loop->retry, &options->retry, options->seed);
    loop->multi = curl_multi_init();
    if (!loop->multi)
        return error_no_memory(err);
    /* The default follows the number of handles and closes warm connections when they are few. */
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)loop->options.max_in_flight);
    if (!start_thread(loop))
        return error_set(err, STATUS_INTERNAL, "could not start the network thread");
    *ret_loop = TAKE(loop);
    return STATUS_OK;
}

/* Settles what nobody will, and frees. */
static void drop_results(struct call_loop *loop)
{
    const struct call_budget_hooks *budget = &loop->options.budget;
    for (struct flight *flight; (flight = flight_list_take(&loop->outbox));) {
        if (flight->result.reserved_nano && budget->settle)
            budget->settle(budget->context, flight->result.reserved_nano, CALL_CHARGE_UNKNOWN);
        flight_destroy(flight);
    }
}

void call_loop_destroy(struct call_loop *loop)
{
    if (!loop)
        return;
    if (loop->has_thread) {
        pthread_mutex_lock(&loop->lock);
        loop->is_stopping = true;
        pthread_mutex_unlock(&loop->lock);
        curl_multi_wakeup(loop->multi);
        pthread_join(loop->thread, NULL);
    }
    drop_results(loop);
    for (uint32_t i = 0; i < loop->far_end_count; i++)
        far_end_destroy(loop->far_ends[i]);
    if (loop->multi)
        curl_multi_cleanup(loop->multi);
    memory_free(loop->busy);
    memory_free(loop->wait_fds);
    pthread_cond_destroy(&loop->changed);
    pthread_mutex_destroy(&loop->lock);
    memory_free(loop);
}

/* With the lock held; true: call curl_multi_wakeup once it is released. */
static bool takes_waking(struct call_loop *loop)
{
    bool was_asleep = loop->is_asleep;
    loop->is_asleep = false;
    return was_asleep;
}

enum status call_loop_register_far_end(struct call_loop *loop,
                                       const struct far_end_options *options, uint32_t *ret_far_end,
                                       struct error *err)
{
    struct far_end *far_end = NULL;
    enum status status = far_end_create(options, call_loop_now_ns(), &far_end, err);
    if (status != STATUS_OK)
        return status;
    pthread_mutex_lock(&loop->lock);
    bool has_room = loop->far_end_count < CALL_LOOP_MAX_FAR_ENDS;
    bool wakes = false;
    if (has_room) {
        *ret_far_end = loop->far_end_count;
        loop->far_ends[loop->far_end_count++] = far_end;
        wakes = takes_waking(loop);
    }
    pthread_mutex_unlock(&loop->lock);
    if (wakes)
        curl_multi_wakeup(loop->multi);
    if (has_room)
        return STATUS_OK;
    far_end_destroy(far_end);
    return error_set(err, STATUS_LIMIT, "more than %d far ends", CALL_LOOP_MAX_FAR_ENDS);
}

static bool has_line_break(const char *text)
{
    return text[strcspn(text, "\r\n")] != '\0';
}

static enum status check_http(const struct call *call, struct error *err)
{
    if (!call->url ||
        (strncasecmp(call->url, "http://", 7) != 0 && strncasecmp(call->url, "https://", 8) != 0)) {
        error_set(err, STATUS_CONFIG,
                  "the address of a call does not begin with http:// or "
                  "https://");
        error_fix(err, "Write the address whole, as in http://localhost:11434/v1.");
        return STATUS_CONFIG;
    }
    for (size_t i = 0; i < call->header_count; i++) {
        /* The value is not shown: it may be a key with a line end read from a file. */
        if (has_line_break(call->headers[i].name) || has_line_break(call->headers[i].value))
            return error_set(err, STATUS_CONFIG, "header '%.40s' has a line break in it",
                             call->headers[i].name);
    }
    return STATUS_OK;
}

static enum status check_call(const struct call *call, bool is_command, struct error *err)
{
    if ((call->kind == CALL_COMMAND) != is_command)
        return error_set(err, STATUS_INTERNAL, "the call's kind is not that of its far end");
    if (call->kind == CALL_HTTP)
        return check_http(call, err);
    if (call->body.size && memchr(call->body.data, '\n', call->body.size))
        return error_set(err, STATUS_INTERNAL, "a line for a command has a line break in it");
    return STATUS_OK;
}

enum status call_loop_submit(struct call_loop *loop, const struct call *call, struct error *err)
{
    pthread_mutex_lock(&loop->lock);
    bool is_known = call->far_end < loop->far_end_count;
    bool is_command = is_known && loop->far_ends[call->far_end]->children != NULL;
    pthread_mutex_unlock(&loop->lock);
    if (!is_known)
        return error_set(err, STATUS_INTERNAL, "far end %u was not registered", call->far_end);
    enum status status = check_call(call, is_command, err);
    struct flight *flight = NULL;
    if (status == STATUS_OK)
        status = flight_create(call, &flight, err);
    if (status != STATUS_OK)
        return status;
    if (flight->call.intended_start_ns == 0)
        flight->call.intended_start_ns = call_loop_now_ns();

    pthread_mutex_lock(&loop->lock);
    bool has_room = loop->queued < loop->options.max_queued;
    bool wakes = false;
    if (has_room) {
        flight->sequence = loop->next_sequence++;
        flight_list_add(&loop->inbox, flight);
        loop->queued++;
        loop->outstanding++;
        wakes = takes_waking(loop);
    }
    pthread_mutex_unlock(&loop->lock);
    if (wakes)
        curl_multi_wakeup(loop->multi);
    if (has_room)
        return STATUS_OK;
    flight_destroy(flight);
    return error_set(err, STATUS_LIMIT, "%u calls wait already", loop->options.max_queued);
}

static struct timespec deadline_after(int wait_ms)
{
    int64_t at_ns = call_loop_now_ns() + (int64_t)wait_ms * NS_PER_MS;
    return (struct timespec){.tv_sec = (time_t)(at_ns / NS_PER_S),
                             .tv_nsec = (long)(at_ns % NS_PER_S)};
}

size_t call_loop_collect(struct call_loop *loop, struct call_result *results, size_t max,
                         int wait_ms)
{
    struct timespec deadline = wait_ms > 0 ? deadline_after(wait_ms) : (struct timespec){0};
    struct flight_list taken = {0};
    pthread_mutex_lock(&loop->lock);
    int code = wait_ms == 0 ? ETIMEDOUT : 0;
    while (!loop->outbox.first && loop->outstanding && code != ETIMEDOUT)
        code = wait_ms < 0 ? pthread_cond_wait(&loop->changed, &loop->lock)
                           : pthread_cond_timedwait(&loop->changed, &loop->lock, &deadline);
    while (taken.count < max && loop->outbox.first) {
        struct flight *flight = flight_list_take(&loop->outbox);
        loop->taken[flight->call.far_end] += flight->result.outcome == CALL_OK;
        flight_list_add(&taken, flight);
    }
    loop->outstanding -= taken.count;
    if (taken.count && loop->outstanding == 0)
        pthread_cond_broadcast(&loop->changed); /* others who collect have nothing to wait for */
    pthread_mutex_unlock(&loop->lock);
    size_t count = 0;
    for (struct flight *flight; (flight = flight_list_take(&taken)); count++) {
        results[count] = flight->result;
        flight->result.body = NULL;
        flight_destroy(flight);
    }
    return count;
}

void call_loop_kept(struct call_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    for (uint32_t i = 0; i < loop->far_end_count; i++) {
        loop->has_kept = loop->has_kept || loop->taken[i];
        loop->kept[i] += loop->taken[i];
        loop->taken[i] = 0;
    }
    bool wakes = loop->has_kept && takes_waking(loop);
    pthread_mutex_unlock(&loop->lock);
    if (wakes)
        curl_multi_wakeup(loop->multi);
}

void call_loop_cancel_all(struct call_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->cancel_before = loop->next_sequence;
    pthread_mutex_unlock(&loop->lock);
    curl_multi_wakeup(loop->multi);
}

void call_loop_return_tokens(struct call_loop *loop, uint32_t far_end, uint32_t tokens)
{
    pthread_mutex_lock(&loop->lock);
    struct far_end *found = far_end < loop->far_end_count ? loop->far_ends[far_end] : NULL;
    pthread_mutex_unlock(&loop->lock);
    if (found)
        atomic_fetch_add(&found->returned_tokens, tokens);
}

void call_loop_far_end_state(struct call_loop *loop, uint32_t far_end,
                             struct far_end_state *ret_state)
{
    pthread_mutex_lock(&loop->lock);
    if (far_end < loop->far_end_count)
        *ret_state = loop->shown[far_end];
    pthread_mutex_unlock(&loop->lock);
}

size_t call_loop_child_log(struct call_loop *loop, uint32_t far_end, char *buffer, size_t size)
{
    pthread_mutex_lock(&loop->lock);
    struct far_end *found = far_end < loop->far_end_count ? loop->far_ends[far_end] : NULL;
    pthread_mutex_unlock(&loop->lock);
    if (found && found->children)
        return child_pool_log(found->children, buffer, size);
    if (size)
        buffer[0] = '\0';
    return 0;
}
