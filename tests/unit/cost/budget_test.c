#include "cost/budget.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <pthread.h>
#include <sched.h>

Test(budget, a_reservation_that_does_not_fit_is_refused_or_put_off)
{
    struct budget budget;
    budget_init(&budget, 100, 0);
    cr_expect(eq(int, budget_reserve(&budget, 60), BUDGET_GRANTED));
    cr_expect(eq(int, budget_reserve(&budget, 40), BUDGET_GRANTED));
    cr_expect(eq(int, budget_reserve(&budget, 1), BUDGET_LATER), "the others may cost less");
    budget_settle(&budget, 60, 10);
    cr_expect(eq(int, budget_reserve(&budget, 51), BUDGET_LATER));
    cr_expect(eq(int, budget_reserve(&budget, 50), BUDGET_GRANTED));
    cr_expect(eq(int, budget_reserve(&budget, 91), BUDGET_REFUSED), "10 are spent for good");
    budget_settle(&budget, 40, 40);
    budget_settle(&budget, 50, 50);
    cr_expect(eq(i64, budget_spent_nano(&budget), 100));
    cr_expect(eq(int, budget_reserve(&budget, 1), BUDGET_REFUSED));
    cr_expect(eq(u64, budget.refused, 2));
}

Test(budget, without_a_limit_everything_is_granted_and_counted)
{
    struct budget budget;
    budget_init(&budget, 0, 0);
    cr_expect(eq(int, budget_reserve(&budget, INT64_C(1) << 60), BUDGET_GRANTED));
    budget_settle(&budget, INT64_C(1) << 60, 7);
    cr_expect(eq(i64, budget_spent_nano(&budget), 7));
    cr_expect(eq(u32, budget_take_alert(&budget), 0));
}

Test(budget, a_lost_attempt_counts_as_spent_and_is_told_apart)
{
    struct budget budget;
    budget_init(&budget, 100, 0);
    budget_reserve(&budget, 30);
    budget_settle_unknown(&budget, 30);
    cr_expect(eq(i64, budget_spent_nano(&budget), 30));
    cr_expect(eq(i64, budget.unknown_nano, 30));
}

Test(budget, a_call_dearer_than_its_reservation_is_counted_as_overrun)
{
    struct budget budget;
    budget_init(&budget, 100, 0);
    budget_reserve(&budget, 90);
    budget_settle(&budget, 90, 130);
    cr_expect(eq(i64, budget_spent_nano(&budget), 130));
    cr_expect(eq(i64, budget.overrun_nano, 40));
    cr_expect(eq(int, budget_reserve(&budget, 1), BUDGET_REFUSED));
    cr_expect(eq(int, budget_reserve(&budget, INT64_MAX), BUDGET_REFUSED));
}

Test(budget, each_alert_comes_once)
{
    struct budget budget;
    budget_init(&budget, 1000, 0);
    static const struct {
        int64_t spend;
        uint32_t alerts[4];
    } rows[] = {{499, {0}}, {1, {50, 0}}, {100, {0}}, {350, {80, 0}}, {50, {100, 0}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        budget_reserve(&budget, rows[i].spend);
        budget_settle(&budget, rows[i].spend, rows[i].spend);
        for (size_t k = 0; k == 0 || rows[i].alerts[k - 1]; k++)
            cr_expect(eq(u32, budget_take_alert(&budget), rows[i].alerts[k]), "row %zu", i);
    }
}

Test(budget, a_leap_tells_each_threshold_and_a_refusal_tells_the_last)
{
    struct budget budget;
    budget_init(&budget, 1000, 0);
    budget_reserve(&budget, 850);
    budget_settle(&budget, 850, 850);
    cr_expect(eq(u32, budget_take_alert(&budget), 50));
    cr_expect(eq(u32, budget_take_alert(&budget), 80));
    cr_expect(eq(u32, budget_take_alert(&budget), 0));
    cr_expect(eq(int, budget_reserve(&budget, 151), BUDGET_REFUSED));
    cr_expect(eq(u32, budget_take_alert(&budget), 100));
    cr_expect(eq(u32, budget_take_alert(&budget), 0));
}

Test(budget, a_resumed_run_starts_from_what_was_spent_and_repeats_no_alert)
{
    struct budget budget;
    budget_init(&budget, 100, 85);
    cr_expect(eq(i64, budget_spent_nano(&budget), 85));
    cr_expect(eq(u32, budget_take_alert(&budget), 0));
    cr_expect(eq(int, budget_reserve(&budget, 16), BUDGET_REFUSED));
}

Test(budget, reservations_alone_raise_no_alert)
{
    struct budget budget;
    budget_init(&budget, 100, 0);
    budget_reserve(&budget, 100);
    cr_expect(eq(u32, budget_take_alert(&budget), 0));
}

struct spender {
    struct budget *budget;
    uint32_t state;
    int64_t spent;
    int64_t most_seen;
};

static void *spend(void *argument)
{
    struct spender *self = argument;
    for (int i = 0; i < 20000; i++) {
        self->state = self->state * 1664525 + 1013904223;
        int64_t reserved = 10 + self->state % 90;
        int64_t actual = reserved * (int64_t)(self->state >> 28) / 16;
        if (budget_reserve(self->budget, reserved) != BUDGET_GRANTED)
            continue;
        int64_t committed = atomic_load(&self->budget->committed_nano);
        self->most_seen = committed > self->most_seen ? committed : self->most_seen;
        if (i % 64 == 0)
            sched_yield();
        budget_settle(self->budget, reserved, actual);
        self->spent += actual;
    }
    return NULL;
}

Test(budget, many_threads_never_pass_the_limit_and_every_nano_dollar_is_counted)
{
    struct budget budget;
    budget_init(&budget, 400000, 0);
    struct spender spenders[8];
    pthread_t threads[8];
    for (uint32_t i = 0; i < 8; i++) {
        spenders[i] = (struct spender){&budget, i + 1, 0, 0};
        pthread_create(&threads[i], NULL, spend, &spenders[i]);
    }
    int64_t spent = 0;
    for (uint32_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        spent += spenders[i].spent;
        cr_expect(le(i64, spenders[i].most_seen, 400000));
    }
    cr_expect(eq(i64, budget_spent_nano(&budget), spent));
    cr_expect(eq(i64, budget.reserved_nano, 0));
    cr_expect(le(i64, spent, 400000));
    cr_expect(gt(i64, spent, 399900), "and it was used up: the last reservation is below 100");
}
