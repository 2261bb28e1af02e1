/*
 * far_end.h: who of those waiting for a far end may fly now. Only for this room.
 *
 * Holds the limits, the breaker and the waiting calls of one provider (or command). No clock, no
 * socket: time is an argument, so admission is tested without either. Thread: network, but for
 * far_end_create/destroy.
 */
#ifndef ASSAY_NET_FAR_END_H
#define ASSAY_NET_FAR_END_H

#include "net/aimd_limit.h"
#include "net/call_loop.h"
#include "net/child_pool.h"
#include "net/flight.h"
#include "net/http_transfer.h"
#include "net/token_bucket.h"

#include <stdatomic.h>

struct far_end {
    struct far_end_options options; /* defaults filled in; texts owned */
    struct aimd_limit limit;
    struct token_bucket requests;
    struct token_bucket tokens;
    struct circuit_breaker breaker;
    int64_t hold_until_ns; /* the far end said "not before" */
    uint32_t in_flight;
    uint32_t unkept; /* answers that still hold their place in flight */

    struct flight_list ready;   /* retries that are due; before `waiting` */
    struct flight_list waiting; /* in the order of submission */
    struct flight **sleeping;   /* retries not yet due: a binary heap by due_ns */
    size_t sleeping_count;
    size_t sleeping_capacity;

    struct http_transfer *idle_transfers;
    struct child_pool *children; /* a command's; else NULL */
    atomic_uint returned_tokens;
    uint64_t attempts;
    uint64_t retries;
    uint64_t throttled;
};

enum status far_end_create(const struct far_end_options *options, int64_t now_ns,
                           struct far_end **ret_far_end, struct error *err);
/* Nothing may be in flight. Destroys the calls that wait. Ends the children. Accepts NULL. */
void far_end_destroy(struct far_end *far_end);

enum far_end_answer {
    FAR_END_NONE, /* nobody may fly before *ret_at_ns, or before an event (INT64_MAX) */
    FAR_END_FLY,  /* far_end_next_call may be sent, once money was reserved */
    FAR_END_FAIL, /* the breaker lets nobody through: far_end_take ends it with UNAVAILABLE or
                     REFUSED */
};

/* Wakes the retries that are due, then asks every limit. Changes no limit. */
enum far_end_answer far_end_ask(struct far_end *far_end, int64_t now_ns, int64_t *ret_at_ns);
/* The call that far_end_ask spoke of; stays where it is. */
struct flight *far_end_next_call(struct far_end *far_end);
/* Takes that call out of the queue. */
struct flight *far_end_take(struct far_end *far_end);
/* Takes the call that was granted: counts it as in flight against every limit. */
struct flight *far_end_launch(struct far_end *far_end, int64_t now_ns);
/* An attempt has ended: tells limit, breaker and buckets. The flight is not touched. */
void far_end_landed(struct far_end *far_end, const struct flight *flight,
                    const struct attempt_end *end, int64_t now_ns);
/* The far end said "not before": nobody flies until then. */
void far_end_hold(struct far_end *far_end, int64_t until_ns);
/* Sleeps until due_ns and then goes before those that wait. False: memory ran out. */
bool far_end_sleep(struct far_end *far_end, struct flight *flight, int64_t due_ns);

/* Moves calls with a sequence below `before` from every queue to `ret_list`. */
void far_end_take_all(struct far_end *far_end, uint64_t before, struct flight_list *ret_list);
void far_end_show(const struct far_end *far_end, struct far_end_state *ret_state);

#endif
