/*
 * network_thread.c: takes calls from the inbox, lets far_end.c say who may fly, gives attempts to
 * libcurl's multi handle or to the children, decides with retry_policy.c what follows an end, and
 * lays results into the outbox. The lock guards inbox, outbox, counts and the shown states;
 * everything else belongs to this thread. No function here waits but wait_for_events.
 */
#include "net/network_thread.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdio.h>

#define LONGEST_POLL_MS 1000
#define BUDGET_ASKED_EVERY_NS (5 * NS_PER_MS)

static void settle(struct call_loop *loop, struct flight *flight, enum call_charge charge)
{
    if (flight->reserved_nano && loop->options.budget.settle)
        loop->options.budget.settle(loop->options.budget.context, flight->reserved_nano, charge);
    flight->reserved_nano = 0;
}

/* The call is over; its result goes to the outbox at the end of this turn. */
static void finish(struct call_loop *loop, struct flight *flight, enum call_outcome outcome,
                   int64_t now_ns)
{
    struct call_result *result = &flight->result;
    result->outcome = outcome;
    result->latency_intended_ns = now_ns - flight->call.intended_start_ns;
    if (outcome == CALL_OK) {
        result->reserved_nano = flight->reserved_nano;
        result->error[0] = '\0';
    } else if (!result->error[0]) {
        flight_set_error(flight, "%s: %s", loop->far_ends[flight->call.far_end]->options.name,
                         call_outcome_text(outcome));
    }
    flight_list_add(&loop->ended, flight);
}

static const char *why_no_retry(enum retry_verdict verdict)
{
    switch (verdict) {
    case RETRY_ATTEMPTS_SPENT:
        return "after the last attempt";
    case RETRY_BUDGET_SPENT:
        return "not tried again: too many calls of this run were";
    case RETRY_WAIT_TOO_LONG:
        return "it would have to wait longer than allowed";
    case RETRY_AGAIN:
    case RETRY_NOT_RETRYABLE:
        break;
    }
    return NULL;
}

static void add_reason(struct flight *flight, enum retry_verdict verdict)
{
    const char *reason = why_no_retry(verdict);
    size_t size = strlen(flight->result.error);
    if (reason && size < sizeof flight->result.error)
        snprintf(flight->result.error + size, sizeof flight->result.error - size, "; %s", reason);
}

/* An attempt failed: again later, or the end of the call. */
static void retry_or_finish(struct call_loop *loop, struct far_end *far_end, struct flight *flight,
                            const struct attempt_end *end, int64_t now_ns)
{
    flight->failures += end->retry == RETRY_FAILURE;
    flight->result.throttled += end->retry == RETRY_THROTTLED;
    struct retry_history history = {
        .ordinal = flight->call.ordinal,
        .failures = flight->failures,
        .throttled = flight->result.throttled,
        .max_attempts = flight->call.max_attempts,
        .max_wait_ms = flight->call.max_wait_ms,
        .waited_ns = flight->waited_ns,
        .retry_after_ns = flight->result.headers.retry_after_ns,
    };
    int64_t wait_ns = 0;
    enum retry_verdict verdict = retry_policy_decide(&loop->retry, end->retry, &history, &wait_ns);
    if (flight->sequence < loop->cancelled)
        verdict = RETRY_NOT_RETRYABLE;
    if (verdict != RETRY_AGAIN) {
        add_reason(flight, verdict);
        finish(loop, flight, end->outcome, now_ns);
        return;
    }
    if (end->retry == RETRY_THROTTLED)
        flight->waited_ns += wait_ns;
    if (end->retry == RETRY_THROTTLED && history.retry_after_ns > 0)
        far_end_hold(far_end, now_ns + history.retry_after_ns); /* the others would hear the same */
    if (!far_end_sleep(far_end, flight, now_ns + wait_ns))
        finish(loop, flight, CALL_INTERNAL, now_ns);
}

static void attempt_ended(struct call_loop *loop, struct flight *flight,
                          const struct attempt_end *end, int64_t now_ns)
{
    struct far_end *far_end = loop->far_ends[flight->call.far_end];
    loop->in_flight--;
    loop->has_room_again = true;
    far_end_landed(far_end, flight, end, now_ns);
    if (end->outcome == CALL_OK) {
        far_end->unkept += loop->options.holds_places;
        finish(loop, flight, CALL_OK, now_ns);
        return;
    }
    settle(loop, flight, end->charge);
    if (end->try_another && flight->sequence >= loop->cancelled)
        flight_list_add_first(&far_end->ready, flight);
    else
        retry_or_finish(loop, far_end, flight, end, now_ns);
}

static void child_call_ended(void *context, struct flight *flight, const struct attempt_end *end)
{
    attempt_ended(context, flight, end, call_loop_now_ns());
}

static struct child_pool_receiver receiver_of(struct call_loop *loop)
{
    return (struct child_pool_receiver){.ended = child_call_ended, .context = loop};
}

/* A transfer for the far end, in the list of busy ones; NULL: memory ran out. */
static struct http_transfer *take_transfer(struct call_loop *loop, struct far_end *far_end)
{
    if (!memory_grow(&loop->busy, &loop->busy_capacity, loop->busy_count + 1,
                     sizeof(struct http_transfer *)))
        return NULL;
    struct http_transfer *transfer = far_end->idle_transfers;
    if (transfer)
        far_end->idle_transfers = transfer->next;
    else
        transfer = http_transfer_create(&far_end->options);
    if (!transfer)
        return NULL;
    transfer->busy_index = loop->busy_count;
    loop->busy[loop->busy_count++] = transfer;
    return transfer;
}

static void give_transfer_back(struct call_loop *loop, struct far_end *far_end,
                               struct http_transfer *transfer)
{
    struct http_transfer *last = loop->busy[--loop->busy_count];
    loop->busy[transfer->busy_index] = last;
    last->busy_index = transfer->busy_index;
    transfer->next = far_end->idle_transfers;
    far_end->idle_transfers = transfer;
}

static void end_transfer(struct call_loop *loop, struct http_transfer *transfer, CURLcode code,
                         bool is_cancelled)
{
    struct flight *flight = transfer->flight;
    int64_t now_ns = call_loop_now_ns();
    curl_multi_remove_handle(loop->multi, transfer->easy);
    struct attempt_end end = http_transfer_end(transfer, code);
    if (is_cancelled) {
        end = (struct attempt_end){.outcome = CALL_CANCELLED,
                                   .retry = RETRY_NEVER,
                                   .event = BREAKER_NOTHING,
                                   .charge = CALL_CHARGE_UNKNOWN};
        flight->result.error[0] = '\0';
    }
    give_transfer_back(loop, loop->far_ends[flight->call.far_end], transfer);
    attempt_ended(loop, flight, &end, now_ns);
}

static void send_http(struct call_loop *loop, struct far_end *far_end, struct flight *flight,
                      int64_t now_ns)
{
    struct http_transfer *transfer = take_transfer(loop, far_end);
    if (!transfer) {
        struct attempt_end end = {.outcome = CALL_INTERNAL, .event = BREAKER_NOTHING};
        flight_set_error(flight, "%s: memory ran out", far_end->options.name);
        attempt_ended(loop, flight, &end, now_ns);
        return;
    }
    http_transfer_start(transfer, flight, now_ns);
    if (curl_multi_add_handle(loop->multi, transfer->easy) != CURLM_OK)
        end_transfer(loop, transfer, CURLE_OUT_OF_MEMORY, false);
}

static void send_flight(struct call_loop *loop, struct far_end *far_end, int64_t now_ns)
{
    struct flight *flight = far_end_launch(far_end, now_ns);
    loop->in_flight++;
    if (flight->result.attempts == 1)
        retry_policy_on_first_attempt(&loop->retry);
    if (far_end->children)
        child_pool_send(far_end->children, flight, now_ns);
    else
        send_http(loop, far_end, flight, now_ns);
}

/* GRANTED when no money is asked for. */
static enum call_reserve reserve(struct call_loop *loop, struct flight *flight, int64_t now_ns)
{
    const struct call_budget_hooks *budget = &loop->options.budget;
    int64_t nano = flight->call.reserve_nano;
    if (!budget->reserve || nano == 0)
        return CALL_RESERVE_GRANTED;
    enum call_reserve answer = budget->reserve(budget->context, nano);
    if (answer == CALL_RESERVE_GRANTED) {
        flight->reserved_nano = nano;
        loop->budget_wait_since_ns = INT64_MAX;
    } else if (answer == CALL_RESERVE_LATER) {
        /* Nothing in flight and nothing to collect: who else should settle? */
        bool may_settle = loop->in_flight > 0 || !loop->outbox_was_empty || loop->ended.first;
        if (loop->budget_wait_since_ns > now_ns || may_settle)
            loop->budget_wait_since_ns = now_ns;
        if (now_ns - loop->budget_wait_since_ns >
            (int64_t)loop->options.budget_patience_ms * NS_PER_MS)
            return CALL_RESERVE_REFUSED;
    }
    return answer;
}

static enum call_outcome outcome_of_failing(const struct far_end *far_end)
{
    if (far_end->children)
        return CALL_CHILD_EXITED;
    return far_end->breaker.refused ? CALL_REFUSED : CALL_UNAVAILABLE;
}

/* Sends what one far end may send. Returns when it wants to be asked again. */
static int64_t admit_from(struct call_loop *loop, struct far_end *far_end, int64_t now_ns)
{
    int64_t at_ns = INT64_MAX;
    for (;;) {
        enum far_end_answer answer = far_end_ask(far_end, now_ns, &at_ns);
        if (answer == FAR_END_NONE)
            return at_ns;
        if (answer == FAR_END_FAIL) {
            struct flight *flight = far_end_take(far_end);
            flight->result.error[0] = '\0';
            finish(loop, flight, outcome_of_failing(far_end), now_ns);
            continue;
        }
        if (loop->in_flight >= loop->options.max_in_flight)
            return INT64_MAX;
        switch (reserve(loop, far_end_next_call(far_end), now_ns)) {
        case CALL_RESERVE_GRANTED:
            send_flight(loop, far_end, now_ns);
            break;
        case CALL_RESERVE_LATER:
            return now_ns + BUDGET_ASKED_EVERY_NS;
        case CALL_RESERVE_REFUSED: {
            struct flight *flight = far_end_take(far_end);
            flight->result.error[0] = '\0';
            finish(loop, flight, CALL_BUDGET, now_ns);
            break;
        }
        }
    }
}

static int64_t admit(struct call_loop *loop, int64_t now_ns)
{
    int64_t due_ns = INT64_MAX;
    uint32_t count = loop->known_far_ends;
    for (uint32_t i = 0; i < count; i++) {
        int64_t at_ns = admit_from(loop, loop->far_ends[(loop->first_asked + i) % count], now_ns);
        due_ns = at_ns < due_ns ? at_ns : due_ns;
    }
    if (count)
        loop->first_asked = (loop->first_asked + 1) % count;
    return due_ns;
}

/* Ends every call with a sequence below loop->cancelled. */
static void cancel_calls(struct call_loop *loop)
{
    uint64_t before = loop->cancelled;
    int64_t now_ns = call_loop_now_ns();
    struct child_pool_receiver receiver = receiver_of(loop);
    for (size_t i = loop->busy_count; i-- > 0;) {
        if (loop->busy[i]->flight->sequence < before)
            end_transfer(loop, loop->busy[i], CURLE_ABORTED_BY_CALLBACK, true);
    }
    for (uint32_t i = 0; i < loop->known_far_ends; i++) {
        struct flight_list list = {0};
        if (loop->far_ends[i]->children)
            child_pool_cancel(loop->far_ends[i]->children, before, &receiver);
        far_end_take_all(loop->far_ends[i], before, &list);
        for (struct flight *flight; (flight = flight_list_take(&list));) {
            flight->result.error[0] = '\0';
            finish(loop, flight, CALL_CANCELLED, now_ns);
        }
    }
}

/* Swaps letters with the other threads. False: it is time to stop. */
static bool exchange(struct call_loop *loop, uint64_t *ret_cancel_before)
{
    struct flight_list arrived = {0};
    pthread_mutex_lock(&loop->lock);
    bool has_results = loop->ended.first != NULL;
    loop->queued -= loop->ended.count;
    flight_list_join(&loop->outbox, &loop->ended);
    loop->outbox_was_empty = !loop->outbox.first;
    flight_list_join(&arrived, &loop->inbox);
    loop->known_far_ends = loop->far_end_count;
    for (uint32_t i = 0; i < loop->known_far_ends; i++) {
        if (loop->options.holds_places)
            loop->far_ends[i]->unkept -= loop->kept[i];
        loop->kept[i] = 0;
        far_end_show(loop->far_ends[i], &loop->shown[i]);
    }
    loop->has_kept = false;
    *ret_cancel_before = loop->cancel_before;
    bool goes_on = !loop->is_stopping;
    loop->is_asleep = false;
    if (has_results)
        pthread_cond_broadcast(&loop->changed);
    pthread_mutex_unlock(&loop->lock);
    for (struct flight *flight; (flight = flight_list_take(&arrived));)
        flight_list_add(&loop->far_ends[flight->call.far_end]->waiting, flight);
    return goes_on;
}

/* True when no letter has come since the exchange; from then on one wakes the thread. */
static bool falls_asleep(struct call_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->is_asleep = !loop->inbox.first && !loop->is_stopping && !loop->has_kept &&
                      loop->cancel_before == loop->cancelled &&
                      loop->far_end_count == loop->known_far_ends;
    bool is_asleep = loop->is_asleep;
    pthread_mutex_unlock(&loop->lock);
    return is_asleep;
}

/* The children's descriptors; when there is no memory for them, they are looked at often. */
static size_t gather_wait_fds(struct call_loop *loop, int64_t now_ns, int64_t *due_ns)
{
    size_t count = 0;
    for (uint32_t i = 0; i < loop->known_far_ends; i++) {
        const struct child_pool *children = loop->far_ends[i]->children;
        if (!children)
            continue;
        size_t room = child_pool_copies(children) * (size_t)CHILD_POOL_FDS_PER_CHILD;
        int64_t own_ns = child_pool_due_ns(children, now_ns);
        if (memory_grow(&loop->wait_fds, &loop->wait_fd_capacity, count + room,
                        sizeof *loop->wait_fds))
            count += child_pool_wait_fds(children, loop->wait_fds + count);
        else
            own_ns = now_ns + NS_PER_MS;
        *due_ns = own_ns < *due_ns ? own_ns : *due_ns;
    }
    return count;
}

static void wait_for_events(struct call_loop *loop, int64_t due_ns)
{
    int64_t now_ns = call_loop_now_ns();
    size_t fd_count = gather_wait_fds(loop, now_ns, &due_ns);
    int timeout_ms = LONGEST_POLL_MS;
    if (due_ns <= now_ns)
        timeout_ms = 0;
    else if (due_ns - now_ns < LONGEST_POLL_MS * NS_PER_MS)
        timeout_ms =
            (int)((due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS); /* up: never a busy wait */
    curl_multi_poll(loop->multi, loop->wait_fds, (unsigned)fd_count, timeout_ms, NULL);
}

static void work(struct call_loop *loop)
{
    int running = 0;
    curl_multi_perform(loop->multi, &running);
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(loop->multi, &left));) {
        struct http_transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result; /* the message dies with the handle's removal */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        end_transfer(loop, transfer, code, false);
    }
    struct child_pool_receiver receiver = receiver_of(loop);
    for (uint32_t i = 0; i < loop->known_far_ends; i++) {
        struct child_pool *children = loop->far_ends[i]->children;
        if (children && child_pool_work(children, call_loop_now_ns(), &receiver))
            loop->has_room_again = true;
    }
}

void *network_thread_run(void *argument)
{
    struct call_loop *loop = argument;
    for (bool goes_on = true; goes_on;) {
        uint64_t cancel = 0;
        goes_on = exchange(loop, &cancel);
        if (!goes_on)
            cancel = UINT64_MAX;
        if (cancel > loop->cancelled) {
            loop->cancelled = cancel;
            cancel_calls(loop);
        }
        loop->has_room_again = false;
        int64_t due_ns = admit(loop, call_loop_now_ns());
        work(loop);
        if (goes_on && !loop->ended.first && !loop->has_room_again && falls_asleep(loop))
            wait_for_events(loop, due_ns);
    }
    uint64_t ignored;
    exchange(loop, &ignored);
    return NULL;
}
