/*
 * circuit_breaker.h: whether a far end is worth another attempt.
 *
 * closed -> open    after N connection failures in a row, or at once when the far end says that
 *                   money, quota or credentials are gone ("refused")
 * open -> half open after the cool-down: one probe flies
 * half open         the probe's answer closes it; its failure opens it again
 *
 * While it is open calls wait for the probe; after some failed probes in a row, and at once when
 * refused, they fail instead, since waiting will not help a batch. Pure: time is an argument.
 * Thread: one at a time.
 */
#ifndef ASSAY_NET_CIRCUIT_BREAKER_H
#define ASSAY_NET_CIRCUIT_BREAKER_H

#include "net/call_options.h"

#define CIRCUIT_BREAKER_REFUSED_COOLDOWN_NS (INT64_C(300) * 1000000000)

struct circuit_breaker {
    uint32_t failures_to_open;
    uint32_t probes_to_give_up;
    int64_t cooldown_ns;
    enum breaker_state state;
    bool refused;
    uint32_t failures;      /* in a row, while closed */
    uint32_t failed_probes; /* in a row */
    int64_t opened_ns;
    int64_t probe_at_ns;
};

enum breaker_answer {
    BREAKER_GO,
    BREAKER_PROBE, /* go, as the one probe: circuit_breaker_probe_flies before the next question */
    BREAKER_WAIT,  /* ask again at *ret_at_ns, or after the next event */
    BREAKER_FAIL,  /* fail the call without sending it */
};

enum breaker_event {
    BREAKER_ANSWERED, /* the far end is there, whatever it said */
    BREAKER_NO_CONNECTION,
    BREAKER_REFUSED,
    BREAKER_NOTHING, /* cancelled, or lost on the way: says nothing about the far end */
};

void circuit_breaker_init(struct circuit_breaker *breaker, uint32_t failures, int64_t cooldown_ns,
                          uint32_t probes);
enum breaker_answer circuit_breaker_ask(const struct circuit_breaker *breaker, int64_t now_ns,
                                        int64_t *ret_at_ns);
void circuit_breaker_probe_flies(struct circuit_breaker *breaker);
/* sent_ns: when the attempt was sent that this is about. */
void circuit_breaker_tell(struct circuit_breaker *breaker, enum breaker_event event,
                          int64_t sent_ns, int64_t now_ns);

#endif
