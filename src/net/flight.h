/*
 * flight.h: a call inside the loop: the loop's own copy of it, its attempts so far, its result.
 * Only for this room.
 *
 * A flight is in one place at a time: the inbox, a list of its far end, in flight (transfer or
 * child), the outbox. It is made by submit on the caller's thread and freed by collect on the
 * caller's thread; in between the network thread owns it. Nothing is allocated to finish one.
 */
#ifndef ASSAY_NET_FLIGHT_H
#define ASSAY_NET_FLIGHT_H

#include "base/error.h"
#include "net/call.h"
#include "net/call_options.h"
#include "net/circuit_breaker.h"
#include "net/retry_policy.h"

#include <curl/curl.h>

struct flight {
    struct flight *next;
    struct call call; /* texts point behind this struct; headers is NULL: see header_list */
    struct curl_slist *header_list;
    const bool *header_is_secret; /* one a node of header_list */
    uint64_t sequence;            /* order of submission */
    int64_t due_ns;               /* while it sleeps before a retry */
    int64_t sent_ns;              /* the attempt in flight, or the last */
    int64_t reserved_nano;        /* of the attempt in flight */
    uint32_t failures;            /* attempts that failed, throttled ones not counted */
    int64_t waited_ns;            /* after throttled ones */
    bool is_probe;                /* the breaker's one probe */
    struct call_result result;
};

struct flight_list {
    struct flight *first;
    struct flight *last;
    uint32_t count;
};

/* How an attempt ended, in the words of those who decide what follows. */
struct attempt_end {
    enum call_outcome outcome;
    enum retry_class retry;
    enum breaker_event event;
    enum call_charge charge;
    bool is_overload; /* for the adaptive limit */
    bool try_another; /* a child ended before it could have seen the line: again, at once */
};

/* A copy of all that the call points to. STATUS_NO_MEMORY. */
enum status flight_create(const struct call *call, struct flight **ret_flight, struct error *err);
/* Wipes secret headers. Frees the result's body unless it was handed over. Accepts NULL. */
void flight_destroy(struct flight *flight);

void flight_list_add(struct flight_list *list, struct flight *flight);
void flight_list_add_first(struct flight_list *list, struct flight *flight);
/* NULL when it is empty. */
struct flight *flight_list_take(struct flight_list *list);
/* Moves all of `from` behind `list`. */
void flight_list_join(struct flight_list *list, struct flight_list *from);

/* Sets result.error: one line, control characters and secret header values replaced. */
void flight_set_error(struct flight *flight, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Forgets the answer of the attempt before, but not the counts. */
void flight_forget_answer(struct flight *flight);

#endif
