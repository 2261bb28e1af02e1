/*
 * cause_fold.c: see cause_fold.h. Fed by trial_fold, told by summary_numbers and the ratio metrics.
 */
#include "aggregate/cause_fold.h"

static int64_t known(int64_t value)
{
    return value == FIELD_ABSENT_I64 ? 0 : value;
}

void cause_fold_add(struct cause_fold *causes, const struct trial *trial, struct ratio_part *now)
{
    const struct trial_cause *cause = trial->first_cause;
    if (!cause || cause->cause <= CAUSE_ABSENT || cause->cause >= CAUSE_COUNT)
        return;
    causes->failures++;
    causes->counts[cause->cause]++;
    causes->calls += known(cause->calls);
    causes->cost_usd_nano += known(cause->cost_usd_nano);
    if (cause->cause == CAUSE_NOT_KNOWN)
        return;
    for (int kind = CAUSE_STT; kind <= CAUSE_GOLD; kind++) {
        struct ratio_part *share = &now[FOLD_CAUSE_FIRST + kind - CAUSE_STT];
        share->sum += cause->cause == kind;
        share->size += 1;
    }
}
