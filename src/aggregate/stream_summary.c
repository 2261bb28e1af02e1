/*
 * stream_summary.c: makes each conversation's agent turns into the trial of a recorded candidate
 * that nobody scores, and folds it. A trial lives in an arena that is used again.
 */
#include "aggregate/stream_summary.h"

#include "base/memory.h"

struct stream_summary {
    struct arena *arena; /* of the pipeline */
    struct arena *scratch;
    struct pipeline_spec pipeline;
    struct candidate_spec candidate;
    struct run_fold *fold;
};

enum { BLOCK_BYTES = 32 * 1024 };

enum status stream_summary_create(const struct task_spec *task, const char *path,
                                  struct stream_summary **ret_summary, struct error *err)
{
    CLEANUP(stream_summary_cleanup)
    struct stream_summary *summary = memory_alloc(sizeof *summary);
    if (!summary)
        return error_no_memory(err);
    summary->arena = arena_create(BLOCK_BYTES, 0);
    summary->scratch = arena_create(BLOCK_BYTES, 0);
    struct task_spec *own_task =
        summary->arena && task ? arena_alloc(summary->arena, sizeof *own_task) : NULL;
    const char *own_path = summary->arena ? arena_copy_text(summary->arena, path) : NULL;
    if (!summary->scratch || !own_path || (task && !own_task))
        return error_no_memory(err);
    if (own_task)
        *own_task = *task;
    summary->candidate =
        (struct candidate_spec){.name = strview_of("recorded"), .kind = CANDIDATE_RECORDED};
    summary->pipeline = (struct pipeline_spec){.path = own_path,
                                               .experiment = strview_of("summary"),
                                               .task = own_task,
                                               .mode = MODE_OWN_STATE,
                                               .repeats = 1,
                                               .candidates = &summary->candidate,
                                               .candidate_count = 1,
                                               .report = {.monthly_calls = 10000},
                                               .max_error_share = 1};
    enum status status = run_fold_create(&summary->pipeline, &summary->fold, err);
    if (status != STATUS_OK)
        return status;
    *ret_summary = TAKE(summary);
    return STATUS_OK;
}

void stream_summary_destroy(struct stream_summary *summary)
{
    if (!summary)
        return;
    run_fold_destroy(summary->fold);
    arena_destroy(summary->scratch);
    arena_destroy(summary->arena);
    memory_free(summary);
}

static bool take_turn(struct arena *arena, const struct agent_turn *agent,
                      struct prediction *prediction)
{
    record_init(&prediction_type, prediction);
    if (!agent)
        return true;
    prediction->model = arena_alloc(arena, sizeof *prediction->model);
    prediction->metadata = arena_alloc(arena, sizeof *prediction->metadata);
    if (!prediction->model || !prediction->metadata)
        return false;
    *prediction->model =
        (struct prediction_model){agent->model, agent->provider, agent->prompt_version};
    *prediction->metadata =
        (struct prediction_metadata){agent->latency_ms, agent->tokens, agent->cost_usd_nano};
    prediction->time_to_first_token_ms = agent->time_to_first_token_ms;
    prediction->intent = agent->intent;
    prediction->requested_slots = agent->requested_slots;
    return true;
}

static struct trial *make_trial(struct arena *arena, const struct conversation *conversation,
                                const struct conversation_facts *facts)
{
    struct trial *trial = arena_alloc(arena, sizeof *trial);
    struct trial_score *score = arena_alloc(arena, sizeof *score);
    struct prediction *predictions =
        arena_array(arena, conversation->turn_count + 1, sizeof *predictions);
    if (!trial || !score || !predictions)
        return NULL;
    record_init(&trial_type, trial);
    record_init(&trial_score_type, score);
    for (size_t i = 0; i < conversation->turn_count; i++)
        if (!take_turn(arena, conversation->turns[i].agent, &predictions[i]))
            return NULL;
    trial->conversation_id = facts->conversation_id;
    trial->candidate = trial->repeat = 0;
    trial->predictions = (struct record_list){predictions, conversation->turn_count};
    trial->score = score;
    score->outcome = TRIAL_NOT_SCORED;
    score->reasks = facts->reasks;
    if (conversation->outcome != OUTCOME_ABSENT)
        score->completed = (int8_t)(conversation->outcome == OUTCOME_COMPLETED);
    return trial;
}

enum status stream_summary_add(struct stream_summary *summary,
                               const struct conversation *conversation,
                               const struct conversation_facts *facts, struct error *err)
{
    arena_reset(summary->scratch);
    struct conversation_facts own_facts = *facts;
    own_facts.gold_status = GOLD_NONE;
    struct trial *trial = make_trial(summary->scratch, conversation, facts);
    if (!trial)
        return error_no_memory(err);
    enum status status = run_fold_conversation(summary->fold, &own_facts, err);
    if (status == STATUS_OK)
        status = run_fold_trial(summary->fold, trial, err);
    return status;
}

enum status stream_summary_finish(struct stream_summary *summary,
                                  const struct run_fold_input *input, struct arena *arena,
                                  struct run_summary **ret_summary, struct error *err)
{
    return run_fold_finish(summary->fold, input, arena, ret_summary, err);
}
