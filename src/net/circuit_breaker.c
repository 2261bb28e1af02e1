/*
 * circuit_breaker.c: the three states of a far end and what moves it between them. Asked and told
 * by far_end.c. Network thread.
 */
#include "net/circuit_breaker.h"

void circuit_breaker_init(struct circuit_breaker *breaker, uint32_t failures, int64_t cooldown_ns,
                          uint32_t probes)
{
    *breaker = (struct circuit_breaker){
        .failures_to_open = failures,
        .probes_to_give_up = probes,
        .cooldown_ns = cooldown_ns,
    };
}

static bool has_given_up(const struct circuit_breaker *breaker)
{
    return breaker->refused || breaker->failed_probes >= breaker->probes_to_give_up;
}

enum breaker_answer circuit_breaker_ask(const struct circuit_breaker *breaker, int64_t now_ns,
                                        int64_t *ret_at_ns)
{
    if (breaker->state == BREAKER_CLOSED)
        return BREAKER_GO;
    if (breaker->state == BREAKER_OPEN && now_ns >= breaker->probe_at_ns)
        return BREAKER_PROBE;
    if (has_given_up(breaker))
        return BREAKER_FAIL;
    *ret_at_ns = breaker->state == BREAKER_OPEN ? breaker->probe_at_ns : INT64_MAX;
    return BREAKER_WAIT;
}

void circuit_breaker_probe_flies(struct circuit_breaker *breaker)
{
    breaker->state = BREAKER_HALF_OPEN;
}

static void open_now(struct circuit_breaker *breaker, int64_t cooldown_ns, int64_t now_ns)
{
    if (breaker->state == BREAKER_HALF_OPEN)
        breaker->failed_probes++;
    breaker->state = BREAKER_OPEN;
    breaker->opened_ns = now_ns;
    breaker->probe_at_ns = now_ns + cooldown_ns;
}

static void on_answer(struct circuit_breaker *breaker, int64_t sent_ns)
{
    /* An answer to what was sent before the refusal does not take the refusal back. */
    if (breaker->refused && breaker->state != BREAKER_CLOSED && sent_ns < breaker->opened_ns)
        return;
    breaker->state = BREAKER_CLOSED;
    breaker->refused = false;
    breaker->failures = 0;
    breaker->failed_probes = 0;
}

void circuit_breaker_tell(struct circuit_breaker *breaker, enum breaker_event event,
                          int64_t sent_ns, int64_t now_ns)
{
    switch (event) {
    case BREAKER_ANSWERED:
        on_answer(breaker, sent_ns);
        break;
    case BREAKER_NO_CONNECTION:
        if (breaker->state == BREAKER_CLOSED && ++breaker->failures < breaker->failures_to_open)
            break;
        /* Those in flight when it opened say nothing new. */
        if (breaker->state != BREAKER_OPEN)
            open_now(breaker, breaker->cooldown_ns, now_ns);
        break;
    case BREAKER_REFUSED:
        breaker->refused = true;
        open_now(breaker, CIRCUIT_BREAKER_REFUSED_COOLDOWN_NS, now_ns);
        break;
    case BREAKER_NOTHING:
        /* A probe that says nothing: let the next one fly at once. */
        if (breaker->state == BREAKER_HALF_OPEN && sent_ns >= breaker->opened_ns) {
            breaker->state = BREAKER_OPEN;
            breaker->probe_at_ns = now_ns;
        }
        break;
    }
}
