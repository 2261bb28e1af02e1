#include "net/circuit_breaker.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct circuit_breaker breaker_of_three(void)
{
    struct circuit_breaker breaker;
    circuit_breaker_init(&breaker, 3, 1000, 2);
    return breaker;
}

static enum breaker_answer ask(const struct circuit_breaker *breaker, int64_t now_ns)
{
    int64_t ignored;
    return circuit_breaker_ask(breaker, now_ns, &ignored);
}

static struct circuit_breaker opened_at(int64_t now_ns)
{
    struct circuit_breaker breaker = breaker_of_three();
    for (int i = 0; i < 3; i++)
        circuit_breaker_tell(&breaker, BREAKER_NO_CONNECTION, 0, now_ns);
    return breaker;
}

Test(circuit_breaker, only_failures_in_a_row_open_it)
{
    struct circuit_breaker breaker = breaker_of_three();
    for (int i = 0; i < 10; i++) {
        circuit_breaker_tell(&breaker, BREAKER_NO_CONNECTION, 0, i);
        circuit_breaker_tell(&breaker, BREAKER_NO_CONNECTION, 0, i);
        circuit_breaker_tell(&breaker, BREAKER_ANSWERED, 0, i);
    }
    cr_expect(eq(int, ask(&breaker, 10), BREAKER_GO));
    for (int i = 0; i < 3; i++)
        circuit_breaker_tell(&breaker, BREAKER_NO_CONNECTION, 0, 20);
    cr_expect(eq(int, ask(&breaker, 21), BREAKER_WAIT));
}

Test(circuit_breaker, one_probe_flies_after_the_cooldown_and_its_answer_closes)
{
    struct circuit_breaker breaker = opened_at(50);
    int64_t at_ns = 0;
    cr_expect(eq(int, circuit_breaker_ask(&breaker, 1049, &at_ns), BREAKER_WAIT));
    cr_expect(eq(i64, at_ns, 1050));
    cr_expect(eq(int, ask(&breaker, 1050), BREAKER_PROBE));
    circuit_breaker_probe_flies(&breaker);
    cr_expect(eq(int, ask(&breaker, 1051), BREAKER_WAIT), "the others wait for the probe");
    circuit_breaker_tell(&breaker, BREAKER_ANSWERED, 1050, 1060);
    cr_expect(eq(int, ask(&breaker, 1061), BREAKER_GO));
}

Test(circuit_breaker, calls_fail_after_enough_failed_probes_but_probes_go_on)
{
    struct circuit_breaker breaker = opened_at(0);
    for (int64_t probe = 1; probe <= 2; probe++) {
        int64_t now = probe * 1000;
        cr_expect(eq(int, ask(&breaker, now), BREAKER_PROBE), "probe %lld", (long long)probe);
        circuit_breaker_probe_flies(&breaker);
        circuit_breaker_tell(&breaker, BREAKER_NO_CONNECTION, now, now);
    }
    cr_expect(eq(int, ask(&breaker, 2500), BREAKER_FAIL));
    cr_expect(eq(int, ask(&breaker, 3000), BREAKER_PROBE));
    circuit_breaker_probe_flies(&breaker);
    circuit_breaker_tell(&breaker, BREAKER_ANSWERED, 3000, 3001);
    cr_expect(eq(int, ask(&breaker, 3002), BREAKER_GO));
}

Test(circuit_breaker, a_refusal_opens_at_once_and_older_answers_do_not_close_it)
{
    struct circuit_breaker breaker = breaker_of_three();
    circuit_breaker_tell(&breaker, BREAKER_REFUSED, 90, 100);
    cr_expect(eq(int, ask(&breaker, 101), BREAKER_FAIL));
    circuit_breaker_tell(&breaker, BREAKER_ANSWERED, 95, 110);
    cr_expect(eq(int, ask(&breaker, 111), BREAKER_FAIL));
    int64_t later = 100 + CIRCUIT_BREAKER_REFUSED_COOLDOWN_NS;
    cr_expect(eq(int, ask(&breaker, later - 1), BREAKER_FAIL));
    cr_expect(eq(int, ask(&breaker, later), BREAKER_PROBE));
}

Test(circuit_breaker, failures_in_flight_when_it_opened_do_not_prolong_it)
{
    struct circuit_breaker breaker = opened_at(0);
    circuit_breaker_tell(&breaker, BREAKER_NO_CONNECTION, 0, 900);
    cr_expect(eq(int, ask(&breaker, 1000), BREAKER_PROBE));
}

Test(circuit_breaker, a_cancelled_probe_lets_the_next_fly)
{
    struct circuit_breaker breaker = opened_at(0);
    circuit_breaker_probe_flies(&breaker);
    circuit_breaker_tell(&breaker, BREAKER_NOTHING, 1000, 1100);
    cr_expect(eq(int, ask(&breaker, 1100), BREAKER_PROBE));
}
