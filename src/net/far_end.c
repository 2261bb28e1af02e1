/*
 * far_end.c: admission. The loop asks each far end who may fly, sends that call, and tells how the
 * attempt ended; here the adaptive limit, the two buckets, the breaker and the far end's own "not
 * before" are asked and told together. Owned by the loop; network thread.
 */
#include "net/far_end.h"

#include "base/clock.h"
#include "base/memory.h"

/* A reset that is hours away (a day's requests) is looked at again every minute. */
#define LONGEST_HOLD_NS (60000 * NS_PER_MS)

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

static enum status copy_options(struct far_end *far_end, const struct far_end_options *from,
                                struct error *err)
{
    struct far_end_options *to = &far_end->options;
    *to = *from;
    to->argv = NULL; /* the pool has its own copy */
    to->retryable_statuses = NULL;
    to->ca_file = NULL;
    to->name = memory_copy_text(from->name ? from->name : "far end");
    if (!to->name)
        return error_no_memory(err);
    if (from->ca_file && !(to->ca_file = memory_copy_text(from->ca_file)))
        return error_no_memory(err);
    if (from->retryable_statuses) {
        size_t bytes = from->retryable_status_count * sizeof(uint16_t);
        uint16_t *statuses = memory_alloc(bytes + sizeof(uint16_t));
        if (!statuses)
            return error_no_memory(err);
        if (bytes)
            memcpy(statuses, from->retryable_statuses, bytes);
        to->retryable_statuses = statuses;
    }
    to->max_in_flight = or_default(from->max_in_flight, from->argv ? 1 : 16);
    uint32_t start = to->max_in_flight < 20 ? to->max_in_flight : 20;
    to->start_in_flight = or_default(from->start_in_flight, start);
    to->fixed_in_flight = from->fixed_in_flight || from->argv;
    to->breaker_failures = or_default(from->breaker_failures, 8);
    to->breaker_cooldown_ms = or_default(from->breaker_cooldown_ms, 2000);
    to->breaker_probes = or_default(from->breaker_probes, 5);
    to->max_restarts = or_default(from->max_restarts, 10);
    return STATUS_OK;
}

DEFINE_CLEANUP(far_end_cleanup, struct far_end, far_end_destroy)

enum status far_end_create(const struct far_end_options *options, int64_t now_ns,
                           struct far_end **ret_far_end, struct error *err)
{
    CLEANUP(far_end_cleanup) struct far_end *far_end = memory_alloc(sizeof *far_end);
    if (!far_end)
        return error_no_memory(err);
    enum status status = copy_options(far_end, options, err);
    if (status != STATUS_OK)
        return status;
    const struct far_end_options *own = &far_end->options;
    aimd_limit_init(&far_end->limit, own->start_in_flight, own->max_in_flight,
                    own->fixed_in_flight);
    token_bucket_init(&far_end->requests, own->requests_per_minute, now_ns);
    token_bucket_init(&far_end->tokens, own->tokens_per_minute, now_ns);
    circuit_breaker_init(&far_end->breaker, own->breaker_failures,
                         (int64_t)own->breaker_cooldown_ms * NS_PER_MS, own->breaker_probes);
    far_end->hold_until_ns = INT64_MIN;
    if (options->argv) {
        struct child_pool_options pool = {.name = own->name,
                                          .argv = options->argv,
                                          .copies = own->max_in_flight,
                                          .max_restarts = own->max_restarts};
        status = child_pool_create(&pool, &far_end->children, err);
        if (status != STATUS_OK)
            return status;
    }
    *ret_far_end = TAKE(far_end);
    return STATUS_OK;
}

static void free_text(const char *text)
{
    memory_free((void *)(uintptr_t)text);
}

void far_end_destroy(struct far_end *far_end)
{
    if (!far_end)
        return;
    struct flight_list left = {0};
    far_end_take_all(far_end, UINT64_MAX, &left);
    for (struct flight *flight; (flight = flight_list_take(&left));)
        flight_destroy(flight);
    for (struct http_transfer *transfer; (transfer = far_end->idle_transfers);) {
        far_end->idle_transfers = transfer->next;
        http_transfer_destroy(transfer);
    }
    child_pool_destroy(far_end->children);
    free_text(far_end->options.name);
    free_text(far_end->options.ca_file);
    memory_free((void *)(uintptr_t)far_end->options.retryable_statuses);
    memory_free(far_end->sleeping);
    memory_free(far_end);
}

static void swap_sleepers(struct far_end *far_end, size_t a, size_t b)
{
    struct flight *kept = far_end->sleeping[a];
    far_end->sleeping[a] = far_end->sleeping[b];
    far_end->sleeping[b] = kept;
}

/* Earlier due first; ties by submission, so that the order is one. */
static bool wakes_before(const struct flight *a, const struct flight *b)
{
    if (a->due_ns != b->due_ns)
        return a->due_ns < b->due_ns;
    return a->sequence < b->sequence;
}

bool far_end_sleep(struct far_end *far_end, struct flight *flight, int64_t due_ns)
{
    if (!memory_grow(&far_end->sleeping, &far_end->sleeping_capacity, far_end->sleeping_count + 1,
                     sizeof(struct flight *)))
        return false;
    flight->due_ns = due_ns;
    size_t at = far_end->sleeping_count++;
    far_end->sleeping[at] = flight;
    while (at > 0 && wakes_before(far_end->sleeping[at], far_end->sleeping[(at - 1) / 2])) {
        swap_sleepers(far_end, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    return true;
}

static struct flight *wake_first(struct far_end *far_end)
{
    struct flight *flight = far_end->sleeping[0];
    far_end->sleeping[0] = far_end->sleeping[--far_end->sleeping_count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < far_end->sleeping_count &&
                wakes_before(far_end->sleeping[child], far_end->sleeping[least]))
                least = child;
        }
        if (least == at)
            return flight;
        swap_sleepers(far_end, at, least);
        at = least;
    }
}

static void later(int64_t *at_ns, int64_t other_ns)
{
    *at_ns = other_ns > *at_ns ? other_ns : *at_ns;
}

/* The earliest moment at which hold and buckets let `flight` through. */
static int64_t paced_ns(struct far_end *far_end, const struct flight *flight, int64_t now_ns)
{
    uint32_t returned = atomic_exchange(&far_end->returned_tokens, 0);
    token_bucket_give_back(&far_end->tokens, returned);
    int64_t at_ns = now_ns;
    later(&at_ns, far_end->hold_until_ns);
    later(&at_ns, now_ns + token_bucket_wait_ns(&far_end->requests, 1, now_ns));
    later(&at_ns,
          now_ns + token_bucket_wait_ns(&far_end->tokens, flight->call.reserve_tokens, now_ns));
    return at_ns;
}

struct flight *far_end_next_call(struct far_end *far_end)
{
    return far_end->ready.first ? far_end->ready.first : far_end->waiting.first;
}

enum far_end_answer far_end_ask(struct far_end *far_end, int64_t now_ns, int64_t *ret_at_ns)
{
    while (far_end->sleeping_count && far_end->sleeping[0]->due_ns <= now_ns)
        flight_list_add(&far_end->ready, wake_first(far_end));
    int64_t wakes_at_ns = far_end->sleeping_count ? far_end->sleeping[0]->due_ns : INT64_MAX;
    *ret_at_ns = wakes_at_ns;
    const struct flight *next = far_end_next_call(far_end);
    if (!next)
        return FAR_END_NONE;

    int64_t probe_at_ns = INT64_MAX;
    enum breaker_answer answer = circuit_breaker_ask(&far_end->breaker, now_ns, &probe_at_ns);
    if (answer == BREAKER_FAIL || (far_end->children && child_pool_is_broken(far_end->children)))
        return FAR_END_FAIL;
    if (answer == BREAKER_WAIT) {
        *ret_at_ns = probe_at_ns < wakes_at_ns ? probe_at_ns : wakes_at_ns;
        return FAR_END_NONE;
    }
    if (!aimd_limit_allows(&far_end->limit, far_end->in_flight + far_end->unkept))
        return FAR_END_NONE;
    if (far_end->children && !child_pool_has_room(far_end->children))
        return FAR_END_NONE; /* a killed one is not reaped yet */
    int64_t at_ns = paced_ns(far_end, next, now_ns);
    if (at_ns > now_ns) {
        *ret_at_ns = at_ns < wakes_at_ns ? at_ns : wakes_at_ns;
        return FAR_END_NONE;
    }
    return FAR_END_FLY;
}

struct flight *far_end_take(struct far_end *far_end)
{
    return flight_list_take(far_end->ready.first ? &far_end->ready : &far_end->waiting);
}

struct flight *far_end_launch(struct far_end *far_end, int64_t now_ns)
{
    struct flight *flight = far_end_take(far_end);
    int64_t ignored;
    flight->is_probe = circuit_breaker_ask(&far_end->breaker, now_ns, &ignored) == BREAKER_PROBE;
    if (flight->is_probe)
        circuit_breaker_probe_flies(&far_end->breaker);
    token_bucket_take(&far_end->requests, 1, now_ns);
    token_bucket_take(&far_end->tokens, flight->call.reserve_tokens, now_ns);
    flight->sent_ns = now_ns;
    flight->result.attempts++;
    far_end->in_flight++;
    far_end->attempts++;
    far_end->retries += flight->result.attempts > 1;
    return flight;
}

void far_end_hold(struct far_end *far_end, int64_t until_ns)
{
    later(&far_end->hold_until_ns, until_ns);
}

static int64_t shortest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What the far end says of its own counts wins over ours. */
static void rebase(struct far_end *far_end, const struct call_answer_headers *headers,
                   int64_t now_ns)
{
    enum call_rate_headers meaning = far_end->options.rate_headers;
    if (meaning == CALL_RATE_HEADERS_IGNORED)
        return;
    if (headers->remaining_tokens >= 0)
        token_bucket_rebase(&far_end->tokens, (double)headers->remaining_tokens, now_ns);
    if (headers->remaining_requests >= 0 && meaning == CALL_RATE_HEADERS_PER_MINUTE)
        token_bucket_rebase(&far_end->requests, (double)headers->remaining_requests, now_ns);
    if (headers->remaining_requests == 0 && headers->reset_requests_ns > 0)
        far_end_hold(far_end, now_ns + shortest(headers->reset_requests_ns, LONGEST_HOLD_NS));
    if (headers->remaining_tokens == 0 && headers->reset_tokens_ns > 0)
        far_end_hold(far_end, now_ns + shortest(headers->reset_tokens_ns, LONGEST_HOLD_NS));
}

void far_end_landed(struct far_end *far_end, const struct flight *flight,
                    const struct attempt_end *end, int64_t now_ns)
{
    uint32_t in_flight = far_end->in_flight--;
    circuit_breaker_tell(&far_end->breaker, end->event, flight->sent_ns, now_ns);
    if (end->is_overload)
        aimd_limit_on_overload(&far_end->limit, in_flight, flight->sent_ns, now_ns);
    else if (end->outcome == CALL_OK)
        aimd_limit_on_answer(&far_end->limit, in_flight + far_end->unkept);
    if (end->outcome != CALL_OK && end->charge == CALL_CHARGE_NONE)
        token_bucket_give_back(&far_end->tokens, flight->call.reserve_tokens);
    rebase(far_end, &flight->result.headers, now_ns);
    far_end->throttled += end->retry == RETRY_THROTTLED;
}

static void take_from_list(struct flight_list *list, uint64_t before, struct flight_list *ret_list)
{
    struct flight_list kept = {0};
    for (struct flight *flight; (flight = flight_list_take(list));)
        flight_list_add(flight->sequence < before ? ret_list : &kept, flight);
    *list = kept;
}

void far_end_take_all(struct far_end *far_end, uint64_t before, struct flight_list *ret_list)
{
    struct flight_list woken = {0};
    while (far_end->sleeping_count)
        flight_list_add(&woken, wake_first(far_end));
    take_from_list(&woken, before, ret_list);
    for (struct flight *flight; (flight = flight_list_take(&woken));)
        far_end_sleep(far_end, flight, flight->due_ns); /* its room is still there */
    take_from_list(&far_end->ready, before, ret_list);
    take_from_list(&far_end->waiting, before, ret_list);
}

void far_end_show(const struct far_end *far_end, struct far_end_state *ret_state)
{
    *ret_state = (struct far_end_state){
        .in_flight = far_end->in_flight,
        .in_flight_limit = (uint32_t)far_end->limit.limit,
        .waiting =
            far_end->ready.count + far_end->waiting.count + (uint32_t)far_end->sleeping_count,
        .breaker = far_end->breaker.state,
        .attempts = far_end->attempts,
        .retries = far_end->retries,
        .throttled = far_end->throttled,
        .cuts = far_end->limit.cuts,
        .child_starts = far_end->children ? child_pool_starts(far_end->children) : 0,
    };
}
