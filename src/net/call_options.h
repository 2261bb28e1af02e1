/*
 * call_options.h: what a call loop and a far end are told when they are made, and what they show of
 * themselves. Plain data; zero means the default, which stands behind the field's name.
 */
#ifndef ASSAY_NET_CALL_OPTIONS_H
#define ASSAY_NET_CALL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a budget says before an attempt is sent. */
enum call_reserve {
    CALL_RESERVE_GRANTED,
    CALL_RESERVE_LATER,   /* would fit once attempts in flight are settled: asked again */
    CALL_RESERVE_REFUSED, /* does not fit any more: the call ends with CALL_BUDGET */
};

/* What the loop knows of an attempt that gave no answer to price. */
enum call_charge {
    CALL_CHARGE_NONE,    /* not sent, or answered with an error status */
    CALL_CHARGE_UNKNOWN, /* sent, and lost before the answer was complete: it may be billed */
};

/* The budget's side, so that this room knows no prices. Called on the network thread; both MUST be
 * set when one is, and must not block. */
struct call_budget_hooks {
    enum call_reserve (*reserve)(void *context, int64_t nano);
    void (*settle)(void *context, int64_t reserved_nano, enum call_charge charge);
    void *context;
};

/* Zero means the default. */
struct call_retry_options {
    uint32_t max_attempts;           /* 4: time-outs, resets, 5xx */
    uint32_t max_throttled_attempts; /* 20: 429, 498, 529 do not count above, nor in the budget */
    uint32_t base_ms;                /* 500: wait n is U(0, min(cap, base * 2^n)) */
    uint32_t cap_ms;                 /* 30,000 */
    uint32_t max_wait_ms;            /* 120,000: a longer Retry-After is not waited for */
    uint32_t budget_percent; /* 10: retries per 100 first attempts, and 32 beside; 100: none */
};

struct call_loop_options {
    uint64_t seed;               /* of the jitter */
    uint32_t max_in_flight;      /* 0: 256; over all far ends; connections kept warm */
    uint32_t max_queued;         /* 0: 65,536; submit refuses beyond */
    uint32_t budget_patience_ms; /* 0: 10,000; LATER with nothing in flight ends as BUDGET then */
    bool holds_places; /* an answer keeps its place in flight until call_loop_kept: see there */
    struct call_retry_options retry;
    struct call_budget_hooks budget; /* reserve NULL: no budget */
};

/* How the far end means its x-ratelimit-* headers. */
enum call_rate_headers {
    CALL_RATE_HEADERS_IGNORED,
    CALL_RATE_HEADERS_PER_MINUTE,       /* OpenAI: requests and tokens per minute */
    CALL_RATE_HEADERS_REQUESTS_PER_DAY, /* Groq: requests per day, tokens per minute */
};

/* Zero means the default. Everything is copied. */
struct far_end_options {
    const char *name;           /* for texts; without secrets */
    uint32_t max_in_flight;     /* 0: 16. A command: the number of child processes (0: 1) */
    uint32_t start_in_flight;   /* 0: the smaller of 20 and max_in_flight */
    bool fixed_in_flight;       /* true: max_in_flight always, no adaptation */
    double requests_per_minute; /* 0: no limit */
    double tokens_per_minute;   /* 0: no limit */
    enum call_rate_headers rate_headers;
    bool http2;          /* false: HTTP/1.1, a connection per call in flight */
    const char *ca_file; /* NULL: the system's certificates */
    /* NULL: 408 409 429 498 500 502 503 504 529 */
    const uint16_t *retryable_statuses;
    size_t retryable_status_count;

    uint32_t breaker_failures;    /* 0: 8 connection failures in a row open it */
    uint32_t breaker_cooldown_ms; /* 0: 2,000; then one probe */
    uint32_t breaker_probes;      /* 0: 5 failed probes in a row: waiting calls fail at once */

    /* A command: argv[0] is looked up in PATH; ends with NULL. NULL: HTTP. Each child is its own
     * process group, has the parent's environment and folder, and nothing open but 0, 1 and 2. One
     * line in, one line out. A time-out kills it; it is started again. A call is not repeated (what
     * killed a child would kill the next), but for one case: a child that has answered before and
     * ends without a byte may have ended by itself, so the line goes to another child, once. */
    const char *const *argv;
    uint32_t max_restarts; /* 0: 10 exits with no answer between; then its calls fail at once */
};

enum breaker_state {
    BREAKER_CLOSED,
    BREAKER_OPEN,
    BREAKER_HALF_OPEN,
};

/* Gauges and counters, for a progress line and metrics; a moment old. */
struct far_end_state {
    uint32_t in_flight;
    uint32_t in_flight_limit;
    uint32_t waiting;
    enum breaker_state breaker;
    uint64_t attempts;
    uint64_t retries;
    uint64_t throttled;
    uint64_t cuts; /* of the adaptive limit */
    uint64_t child_starts;
};

#endif
