/*
 * run_fold.c: the life of a fold and the order of what it is fed. Counting is done in trial_fold.c
 * and recorded_fold.c. Owner: the caller.
 */
#include "aggregate/run_fold_private.h"
#include "base/memory.h"

static bool make_slots(struct run_fold *fold)
{
    const struct task_spec *task = fold->pipeline->task;
    fold->task_slot_count = task ? task->slot_count : 0;
    /* one more for all names beyond the limit */
    size_t most = fold->task_slot_count + FOLD_OTHER_SLOTS + 1;
    fold->slots = arena_array(fold->arena, most, sizeof *fold->slots);
    if (!fold->slots)
        return false;
    for (size_t i = 0; i < fold->task_slot_count; i++) {
        fold->slots[i].name = task->slots[i].name;
        fold->slots[i].by_candidate =
            arena_array(fold->arena, fold->candidate_count, sizeof(struct slot_part));
        if (!fold->slots[i].by_candidate)
            return false;
    }
    fold->slot_count = fold->task_slot_count;
    return true;
}

enum status run_fold_create(const struct pipeline_spec *pipeline, struct run_fold **ret_fold,
                            struct error *err)
{
    CLEANUP(run_fold_cleanup) struct run_fold *fold = memory_alloc(sizeof *fold);
    if (!fold)
        return error_no_memory(err);
    fold->pipeline = pipeline;
    fold->candidate_count = pipeline->candidate_count;
    fold->outcomes.candidates = pipeline->candidate_count;
    fold->last_trial = -1;
    fold->arena = arena_create(16 << 10, 0);
    fold->outcomes.slices.arena = fold->arena;
    fold->candidates = memory_alloc((fold->candidate_count + 1) * sizeof *fold->candidates);
    if (!fold->arena || !fold->candidates || !make_slots(fold))
        return error_no_memory(err);
    size_t most = pipeline->report.worst > 0 ? (size_t)pipeline->report.worst : 0;
    for (size_t i = 0; i < fold->candidate_count; i++) {
        for (size_t j = 0; j < FOLD_SPLITS; j++)
            if (!figure_fold_start(&fold->candidates[i].splits[j].figures, pipeline->task,
                                   fold->arena))
                return error_no_memory(err);
        fold->candidates[i].worst.limit = most;
        fold->candidates[i].spoilt.limit = most < FOLD_SPOILT ? most : FOLD_SPOILT;
    }
    *ret_fold = TAKE(fold);
    return STATUS_OK;
}

void run_fold_destroy(struct run_fold *fold)
{
    if (!fold)
        return;
    for (size_t i = 0; fold->candidates && i < fold->candidate_count; i++) {
        for (size_t j = 0; j < FOLD_SPLITS; j++)
            confidence_fold_done(&fold->candidates[i].splits[j].confidence);
        value_collector_done(&fold->candidates[i].latency);
        value_collector_done(&fold->candidates[i].first_token);
        worst_trials_done(&fold->candidates[i].worst);
        worst_trials_done(&fold->candidates[i].spoilt);
        outcome_row_done(&fold->candidates[i].row);
    }
    memory_free(fold->candidates);
    recorded_fold_done(&fold->recorded);
    run_outcomes_done(&fold->outcomes);
    arena_destroy(fold->arena);
    memory_free(fold);
}

enum status run_fold_conversation(struct run_fold *fold, const struct conversation_facts *facts,
                                  struct error *err)
{
    if (fold->finished)
        return error_set(err, STATUS_INTERNAL, "a conversation came after the end of the fold");
    if (!trial_fold_end_conversation(fold))
        return error_no_memory(err);
    if (!run_outcomes_add(&fold->outcomes, facts) || !recorded_fold_add(&fold->recorded, facts))
        return error_no_memory(err);
    fold->facts = *facts;
    fold->is_open = true;
    fold->split = facts->split == SPLIT_CHALLENGE ? FOLD_CHALLENGE : FOLD_RANDOM;
    fold->of_split[fold->split]++;
    fold->last_trial = -1;
    fold->conversations++;
    fold->with_gold += facts->gold_status == GOLD_JOINED;
    fold->gold_mismatch += facts->gold_status == GOLD_MISMATCH;
    fold->no_gold += facts->gold_status != GOLD_JOINED && facts->gold_status != GOLD_MISMATCH;
    return STATUS_OK;
}

void run_fold_left_out(struct run_fold *fold, size_t candidate)
{
    fold->candidates[candidate].now_left_out = true;
}

enum status run_fold_trial(struct run_fold *fold, const struct trial *trial, struct error *err)
{
    int64_t repeats = fold->pipeline->repeats;
    bool belongs = fold->is_open && trial->candidate >= 0 && trial->repeat >= 0 &&
                   trial->candidate < (int64_t)fold->candidate_count && trial->repeat < repeats &&
                   strview_equal(trial->conversation_id, fold->facts.conversation_id);
    int64_t place = trial->candidate * repeats + trial->repeat;
    if (!belongs || place <= fold->last_trial)
        return error_set(err, STATUS_INTERNAL,
                         "trial '%.*s' is not the next one of conversation '%.*s'",
                         STRVIEW_ARG(trial->id), STRVIEW_ARG(fold->facts.conversation_id));
    if (!trial->score && !trial->error)
        return error_set(err, STATUS_DATA, "trial '%.*s' has neither score nor error",
                         STRVIEW_ARG(trial->id));
    fold->last_trial = place;
    return trial_fold_add(fold, trial) ? STATUS_OK : error_no_memory(err);
}

const struct run_outcomes *run_fold_outcomes(const struct run_fold *fold)
{
    return &fold->outcomes;
}
