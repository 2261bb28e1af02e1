/*
 * figure_fold.c: see figure_fold.h. A table of a slot with n values has n + 2 rows and columns: the
 * task's values, any other value, none. Owner: the fold's arena.
 */
#include "aggregate/figure_fold.h"

static const char other_value[] = "(other value)", no_value[] = "(none)";

static size_t side_of(const struct slot_spec *spec)
{
    return spec->category_count + 2;
}

static bool has_table(const struct slot_spec *spec)
{
    return spec->type == SLOT_TYPE_CATEGORICAL && spec->category_count > 0 &&
           spec->category_count <= FIGURE_FOLD_CATEGORIES;
}

bool figure_fold_start(struct figure_fold *fold, const struct task_spec *task, struct arena *arena)
{
    size_t count = task ? task->slot_count : 0;
    fold->confusions = arena_array(arena, count + 1, sizeof *fold->confusions);
    if (!fold->confusions)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t side = side_of(&task->slots[i]);
        if (!has_table(&task->slots[i]))
            continue;
        fold->confusions[i] = arena_array(arena, side * side, sizeof *fold->confusions[i]);
        if (!fold->confusions[i])
            return false;
    }
    return true;
}

void figure_fold_latency(struct figure_fold *fold, double latency_ms)
{
    size_t bin = 0;
    if (!isfinite(latency_ms))
        return;
    while (bin + 1 < LATENCY_BINS && latency_ms >= figure_summary_edge_ms(bin + 1))
        bin++;
    fold->latency[bin]++;
}

static size_t place_of(const struct slot_spec *spec, struct strview value)
{
    if (!value.data)
        return spec->category_count + 1;
    size_t category = task_spec_category(spec, value);
    return category < spec->category_count ? category : spec->category_count;
}

void figure_fold_slot(struct figure_fold *fold, const struct task_spec *task,
                      const struct slot_score *score)
{
    const struct slot_spec *spec = task ? task_spec_slot(task, score->slot) : NULL;
    uint64_t *counts = spec ? fold->confusions[spec - task->slots] : NULL;
    if (!counts || score->verdict == SLOT_LATE)
        return; /* a late value was counted where it was due */
    size_t gold = place_of(spec, score->gold);
    size_t predicted = score->verdict == SLOT_RIGHT ? gold : place_of(spec, score->predicted);
    counts[gold * side_of(spec) + predicted]++;
}

static bool is_empty(const struct figure_fold *const *folds, size_t candidates, size_t slot,
                     size_t cells)
{
    for (size_t c = 0; c < candidates; c++)
        for (size_t i = 0; i < cells; i++)
            if (folds[c]->confusions[slot][i])
                return false;
    return true;
}

static bool fill(const struct figure_fold *const *folds, size_t candidates,
                 const struct slot_spec *spec, size_t slot, struct slot_confusion *ret_confusion,
                 struct arena *arena)
{
    size_t side = side_of(spec);
    struct strview *labels = arena_array(arena, side, sizeof *labels);
    uint64_t **counts = arena_array(arena, candidates + 1, sizeof *counts);
    struct strview name = arena_copy_view(arena, spec->name);
    if (!labels || !counts || !name.data)
        return false;
    for (size_t i = 0; i < spec->category_count; i++)
        if (!(labels[i] = arena_copy_view(arena, spec->categories[i].value)).data)
            return false;
    labels[side - 2] = strview_of(other_value);
    labels[side - 1] = strview_of(no_value);
    for (size_t c = 0; c < candidates; c++) {
        counts[c] = arena_array(arena, side * side, sizeof *counts[c]);
        if (!counts[c])
            return false;
        memcpy(counts[c], folds[c]->confusions[slot], side * side * sizeof *counts[c]);
    }
    *ret_confusion = (struct slot_confusion){name, labels, side, counts};
    return true;
}

bool figure_fold_confusions(const struct figure_fold *const *folds, size_t candidates,
                            const struct task_spec *task, struct run_summary *summary)
{
    size_t count = task && candidates ? task->slot_count : 0;
    summary->confusions = arena_array(summary->arena, count + 1, sizeof *summary->confusions);
    if (!summary->confusions)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct slot_spec *spec = &task->slots[i];
        if (!has_table(spec) || is_empty(folds, candidates, i, side_of(spec) * side_of(spec)))
            continue;
        if (!fill(folds, candidates, spec, i, &summary->confusions[summary->confusion_count],
                  summary->arena))
            return false;
        summary->confusion_count++;
    }
    return true;
}
