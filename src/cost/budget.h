/*
 * budget.h: a hard limit on spending, kept by reserving before each call and settling after it.
 *
 * reserved + spent never passes the limit, whatever the number of threads, as long as no call costs
 * more than was reserved for it; if one does (a provider that counts otherwise), the excess is
 * counted in overrun_nano and shown. Lock-free; thread: any, for every function but init. 10^-9
 * USD.
 */
#ifndef ASSAY_COST_BUDGET_H
#define ASSAY_COST_BUDGET_H

#include <stdatomic.h>
#include <stdint.h>

struct budget {
    int64_t limit_nano;             /* 0: none */
    _Atomic int64_t committed_nano; /* spent and reserved; only what passes the limit is refused */
    _Atomic int64_t reserved_nano;  /* of it; never less than the truth */
    _Atomic int64_t unknown_nano;   /* of what was spent: of attempts that were lost */
    _Atomic int64_t overrun_nano;   /* spent beyond reservations */
    _Atomic uint64_t refused;
    _Atomic uint32_t alerts_told;
};

/* spent_nano: what a run that is resumed has spent already; it counts, and its alerts were told. */
void budget_init(struct budget *budget, int64_t limit_nano, int64_t spent_nano);

enum budget_answer {
    BUDGET_GRANTED,
    BUDGET_LATER,   /* fits once others have settled for less than they reserved */
    BUDGET_REFUSED, /* does not fit any more */
};

enum budget_answer budget_reserve(struct budget *budget, int64_t nano);
/* Reserved already, whatever the limit says: by a run that is resumed. */
void budget_hold(struct budget *budget, int64_t nano);
/* The call cost actual_nano. */
void budget_settle(struct budget *budget, int64_t reserved_nano, int64_t actual_nano);
/* The call was lost on the way and may be billed: all that was reserved counts as spent. */
void budget_settle_unknown(struct budget *budget, int64_t reserved_nano);

int64_t budget_spent_nano(const struct budget *budget);
/* The next of 50, 80 and 100 (percent) that spending has reached and nobody was told of; 0: none.
 * Each comes once. 100 also when a call was refused: nothing more fits. */
uint32_t budget_take_alert(struct budget *budget);

#endif
