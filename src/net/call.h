/*
 * call.h: one thing to ask of a far end, and what came of it.
 *
 * A call is an HTTP request, or one JSON line for a child process that answers with one JSON line.
 * The loop (call_loop.h) makes one or more attempts of it and delivers exactly one call_result.
 * Plain data; thread: any. Times are CLOCK_MONOTONIC nanoseconds (call_loop_now_ns), money is
 * 10^-9 USD.
 */
#ifndef ASSAY_NET_CALL_H
#define ASSAY_NET_CALL_H

#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call_kind {
    CALL_HTTP,    /* for a far end registered without argv */
    CALL_COMMAND, /* for a far end registered with argv */
};

enum call_method {
    CALL_POST,
    CALL_GET,
};

struct call_header {
    const char *name;
    const char *value;
    bool secret; /* the value never appears in a text of this room, and is wiped when freed */
};

/* What is to be done. Zero means the default wherever a field says so. */
struct call {
    enum call_kind kind;
    uint32_t far_end; /* from call_loop_register_far_end */
    uint64_t ordinal; /* the call's own number in its run; with the seed it fixes the jitter */
    void *user;       /* comes back in the result; never looked at */
    int64_t intended_start_ns; /* 0: the time of submission */

    enum call_method method;           /* CALL_HTTP */
    const char *url;                   /* CALL_HTTP; http or https */
    const struct call_header *headers; /* CALL_HTTP */
    size_t header_count;
    struct strview body; /* CALL_HTTP: the body; CALL_COMMAND: one line of JSON without line end */

    uint32_t max_attempts;       /* of this call; 0: the loop's */
    uint32_t connect_timeout_ms; /* per attempt; 0: 10 s */
    uint32_t total_timeout_ms;   /* per attempt, connecting included; 0: 120 s */
    uint32_t max_wait_ms;        /* all waits for a far end that says "later"; 0: the loop's */
    size_t max_response_bytes;   /* 0: 4 MiB */
    int64_t reserve_nano;        /* money reserved before each attempt; 0: nothing is asked */
    uint32_t reserve_tokens;     /* for the far end's tokens per minute: input and longest output */
};

/* clang-format off */
#define CALL_OUTCOME_LIST(X) /* name, report's name, text */                                       \
    X(OK,           "ok",           "answered")                                                    \
    X(HTTP_STATUS,  "http_status",  "answered with a status that is not a success")                \
    X(RATE_LIMITED, "rate_limited", "still limited when the attempts or the patience ran out")     \
    X(REFUSED,      "refused",      "the far end takes no more calls: money, quota or credentials")\
    X(TIMEOUT,      "timeout",      "no full answer in time")                                      \
    X(CONNECT,      "connect",      "no connection: refused, unreachable, name or TLS")            \
    X(RESET,        "reset",        "the connection ended before the answer did")                  \
    X(PROTOCOL,     "protocol",     "what came was not HTTP, or not one line of JSON")             \
    X(TOO_LARGE,    "too_large",    "the answer passed its size limit")                            \
    X(UNAVAILABLE,  "unavailable",  "not sent: the circuit breaker is open")                       \
    X(CHILD_EXITED, "child_exited", "the child process ended before it answered")                  \
    X(BUDGET,       "budget",       "not sent: the spending limit was reached")                    \
    X(CANCELLED,    "cancelled",    "cancelled")                                                   \
    X(INTERNAL,     "internal",     "memory ran out, or the call itself was wrong")
/* clang-format on */

enum call_outcome {
#define X(name, report_name, text) CALL_##name,
    CALL_OUTCOME_LIST(X)
#undef X
};

/* What the answer's headers said; -1 and "" where they said nothing. Only HTTP has any. */
struct call_answer_headers {
    int64_t retry_after_ns; /* retry-after-ms, else retry-after: from now */
    int64_t limit_requests; /* x-ratelimit-*; zero and less are taken as unknown */
    int64_t limit_tokens;
    int64_t remaining_requests; /* -1 too when the limit is unknown */
    int64_t remaining_tokens;
    int64_t reset_requests_ns; /* from now */
    int64_t reset_tokens_ns;
    char request_id[64]; /* x-request-id, else request-id; cut when longer */
    char content_type[64];
};

#define CALL_ERROR_BYTES 224
#define CALL_CODE_BYTES 64

struct call_result {
    void *user;
    uint64_t ordinal;
    uint32_t far_end;
    enum call_outcome outcome;
    int32_t http_status; /* of the last attempt that had one; 0: none */
    uint32_t attempts;   /* sent; 0 when none was */
    uint32_t throttled;  /* of these, answered with 429, 498 or 529 */

    /* The last answer's body, also of an error status; owned, NUL-terminated behind body_bytes;
     * NULL when there is none. A command's line has no line end. */
    char *body;
    size_t body_bytes;
    struct call_answer_headers headers;

    int64_t first_byte_ns;       /* last attempt: from the send to the first byte; -1: none came */
    int64_t latency_send_ns;     /* last attempt: from the send to its end */
    int64_t latency_intended_ns; /* from the intended start to the end: queue, retries and all */
    uint64_t sent_bytes;         /* bodies of all attempts */
    uint64_t received_bytes;     /* bodies of all attempts */

    /* Still reserved for the attempt that answered: whoever collects an OK settles it, before it
     * waits for more results. 0 for every other outcome: the loop has settled those. */
    int64_t reserved_nano;

    char error_code[CALL_CODE_BYTES]; /* error.code, else error.type, of the body; "" when none */
    char error[CALL_ERROR_BYTES];     /* one line, never with a secret; "" when OK */
};

/* Frees the body. Accepts NULL and a result that was never filled ({0}). */
void call_result_done(struct call_result *result);

/* "ok", "timeout", ...: the names used in reports and journals. */
const char *call_outcome_name(enum call_outcome outcome);
const char *call_outcome_text(enum call_outcome outcome);
/* False for a name that is none. */
bool call_outcome_parse(struct strview name, enum call_outcome *ret_outcome);

#endif
