/*
 * budget.c: the run's purse. The network thread reserves and settles what failed; whoever prices an
 * answer settles it. Two counters changed one after the other: `reserved` is raised before and
 * lowered after `committed`, so a reader in between sees too much reserved, never too little, and
 * says LATER where REFUSED would be right a moment later.
 */
#include "cost/budget.h"

#include <stdbool.h>

static const uint32_t alert_percents[] = {50, 80, 100};
#define ALERT_COUNT 3

static int64_t max_zero(int64_t value)
{
    return value > 0 ? value : 0;
}

static uint32_t reached(const struct budget *budget, int64_t spent_nano)
{
    uint32_t count = 0;
    while (budget->limit_nano > 0 && count < ALERT_COUNT &&
           spent_nano >= budget->limit_nano / 100 * alert_percents[count] +
                             budget->limit_nano % 100 * alert_percents[count] / 100)
        count++;
    return count;
}

void budget_init(struct budget *budget, int64_t limit_nano, int64_t spent_nano)
{
    *budget = (struct budget){.limit_nano = limit_nano};
    atomic_init(&budget->committed_nano, spent_nano);
    atomic_init(&budget->alerts_told, reached(budget, spent_nano));
}

/* Could `nano` fit once everyone in flight has settled? Own reservation is in reserved_nano. */
static bool may_fit_later(struct budget *budget, int64_t nano)
{
    int64_t before;
    int64_t reserved;
    int64_t after = atomic_load(&budget->committed_nano);
    do { /* a reserved_nano that belongs to one committed_nano */
        before = after;
        reserved = atomic_load(&budget->reserved_nano);
        after = atomic_load(&budget->committed_nano);
    } while (before != after);
    int64_t others = reserved - nano;
    return others > 0 && nano <= budget->limit_nano - (after - others);
}

enum budget_answer budget_reserve(struct budget *budget, int64_t nano)
{
    nano = max_zero(nano);
    atomic_fetch_add(&budget->reserved_nano, nano);
    int64_t committed = atomic_load(&budget->committed_nano);
    do {
        /* Written so that it cannot overflow: committed may have overrun the limit. */
        bool fits = budget->limit_nano <= 0 ||
                    (committed <= budget->limit_nano && nano <= budget->limit_nano - committed);
        if (!fits) {
            bool later = may_fit_later(budget, nano);
            atomic_fetch_sub(&budget->reserved_nano, nano);
            if (!later)
                atomic_fetch_add(&budget->refused, 1);
            return later ? BUDGET_LATER : BUDGET_REFUSED;
        }
    } while (!atomic_compare_exchange_weak(&budget->committed_nano, &committed, committed + nano));
    return BUDGET_GRANTED;
}

void budget_hold(struct budget *budget, int64_t nano)
{
    atomic_fetch_add(&budget->reserved_nano, max_zero(nano));
    atomic_fetch_add(&budget->committed_nano, max_zero(nano));
}

void budget_settle(struct budget *budget, int64_t reserved_nano, int64_t actual_nano)
{
    reserved_nano = max_zero(reserved_nano);
    actual_nano = max_zero(actual_nano);
    atomic_fetch_add(&budget->committed_nano, actual_nano - reserved_nano);
    atomic_fetch_sub(&budget->reserved_nano, reserved_nano);
    if (actual_nano > reserved_nano)
        atomic_fetch_add(&budget->overrun_nano, actual_nano - reserved_nano);
}

void budget_settle_unknown(struct budget *budget, int64_t reserved_nano)
{
    atomic_fetch_add(&budget->unknown_nano, max_zero(reserved_nano));
    budget_settle(budget, reserved_nano, reserved_nano);
}

int64_t budget_spent_nano(const struct budget *budget)
{
    int64_t reserved = atomic_load(&budget->reserved_nano);
    return max_zero(atomic_load(&budget->committed_nano) - reserved);
}

uint32_t budget_take_alert(struct budget *budget)
{
    uint32_t reached_now = reached(budget, budget_spent_nano(budget));
    if (budget->limit_nano > 0 && atomic_load(&budget->refused) > 0)
        reached_now = ALERT_COUNT;
    uint32_t told = atomic_load(&budget->alerts_told);
    while (told < reached_now) {
        if (atomic_compare_exchange_weak(&budget->alerts_told, &told, told + 1))
            return alert_percents[told];
    }
    return 0;
}
