/*
 * summary_slots.c: what became of each slot. Slots that neither gold nor any candidate ever had are
 * left out.
 */
#include "aggregate/run_fold_private.h"

static const struct ratio_metric metrics[SLOT_RATIO_COUNT] = {
    [SLOT_PRECISION] = {NULL, RATIO_SHARE, BASIS_SCORED, 1, "slots",
                        "the candidate never predicted it"},
    [SLOT_RECALL] = {NULL, RATIO_SHARE, BASIS_SCORED, 1, "slots", "gold never has it"},
    [SLOT_F1] = {NULL, RATIO_SHARE, BASIS_SCORED, 1, "slots",
                 "neither gold nor the candidate ever had it"},
};

static bool is_used(const struct run_fold *fold, const struct slot_fold *slot)
{
    for (size_t c = 0; c < fold->candidate_count; c++)
        for (int v = SLOT_RIGHT; v <= SLOT_LATE; v++)
            if (slot->by_candidate[c].counts[fold->headline][v])
                return true;
    return false;
}

static struct slot_summary summarise(const struct slot_part *part, enum fold_split split)
{
    const uint64_t *counts = part->counts[split];
    const struct ratio_sums *ratios = part->ratios[split];
    return (struct slot_summary){
        .right = counts[SLOT_RIGHT],
        .wrong_value = counts[SLOT_WRONG_VALUE],
        .missing = counts[SLOT_MISSING],
        .spurious = counts[SLOT_SPURIOUS],
        .late = counts[SLOT_LATE],
        .precision = ratio_metric_measure(&metrics[SLOT_PRECISION], &ratios[SLOT_PRECISION]),
        .recall = ratio_metric_measure(&metrics[SLOT_RECALL], &ratios[SLOT_RECALL]),
        .f1 = ratio_metric_measure(&metrics[SLOT_F1], &ratios[SLOT_F1])};
}

bool summary_slots_make(const struct run_fold *fold, struct run_summary *summary)
{
    summary->slots = arena_array(summary->arena, fold->slot_count + 1, sizeof *summary->slots);
    if (!summary->slots)
        return false;
    for (size_t i = 0; i < fold->slot_count; i++) {
        if (!is_used(fold, &fold->slots[i]))
            continue;
        struct slot_row *row = &summary->slots[summary->slot_count++];
        row->slot = arena_copy_view(summary->arena, fold->slots[i].name);
        row->by_candidate =
            arena_array(summary->arena, fold->candidate_count, sizeof *row->by_candidate);
        if (!row->slot.data || !row->by_candidate)
            return false;
        for (size_t c = 0; c < fold->candidate_count; c++)
            row->by_candidate[c] = summarise(&fold->slots[i].by_candidate[c], fold->headline);
    }
    return true;
}

struct measure summary_slots_macro(const struct run_fold *fold, size_t candidate,
                                   enum slot_ratio ratio)
{
    double nan = (double)NAN, sum = 0;
    uint64_t count = 0;
    for (size_t i = 0; i < fold->slot_count; i++) {
        const struct ratio_sums *sums =
            &fold->slots[i].by_candidate[candidate].ratios[fold->headline][ratio];
        if (!(sums->size > 0))
            continue;
        sum += ratio_sums_value(sums);
        count++;
    }
    if (count == 0)
        return (struct measure){
            nan, nan, nan, 0, "kinds of slot", ratio_metric_of_trials[FOLD_SLOT_F1].undefined};
    return (struct measure){sum / (double)count, nan, nan, count, "kinds of slot", NULL};
}
