/*
 * trial_run.c: replay of one trial. Teacher-forced and own-state: the recorded words of both sides
 * are the history; what differs is the state that the candidate is told: gold's (the recorded
 * agent's where there is no gold), or its own from the turn before. Free-running and simulated
 * user: the candidate's own answers are the history, and its tool calls are carried out
 * (trial_live.c).
 */
#include "replay/trial_run.h"

#include "replay/slot_filling.h"
#include "replay/trial_live.h"
#include "replay/trial_truth.h"

#include <math.h>

enum {
    BLOCK_BYTES = 8 * 1024,
    LIMIT_BYTES = 64 << 20,
    REQUEST_LIMIT_BYTES = 64 << 20,
    MOST_ROUNDS = 8,
};

struct trial_run *trial_run_create(const struct candidate *candidate,
                                   const struct conversation *conversation,
                                   const struct gold_conversation *gold,
                                   const struct time_zone *zone, int64_t repeat)
{
    static const struct replay_terms as_it_is;
    return trial_run_create_as(candidate, conversation, gold, zone, repeat, &as_it_is);
}

static bool is_live(const struct pipeline_spec *pipeline)
{
    return pipeline->mode == MODE_FREE_RUNNING || pipeline->mode == MODE_SIMULATED_USER;
}

/* Room for the predictions, and the parts of a run that lives. False: memory ran out. */
static bool furnish(struct trial_run *run)
{
    const struct pipeline_spec *pipeline = run->candidate->world->pipeline;
    if (run->terms.reference_text)
        run->conversation = trial_truth_conversation(run->conversation, run->arena);
    if (!run->conversation)
        return false;
    size_t most = is_live(pipeline) ? trial_live_most_turns(pipeline, run->conversation)
                                    : run->conversation->turn_count;
    run->predictions = arena_array(run->arena, most + 1, sizeof *run->predictions);
    run->trial.predictions = (struct record_list){run->predictions, 0};
    if (!run->predictions)
        return false;
    return !is_live(pipeline) || (run->live = trial_live_create(run)) != NULL;
}

struct trial_run *trial_run_create_as(const struct candidate *candidate,
                                      const struct conversation *conversation,
                                      const struct gold_conversation *gold,
                                      const struct time_zone *zone, int64_t repeat,
                                      const struct replay_terms *terms)
{
    struct arena *arena = arena_create(BLOCK_BYTES, LIMIT_BYTES);
    struct arena *request_arena = arena_create(BLOCK_BYTES, REQUEST_LIMIT_BYTES);
    struct trial_run *run = arena && request_arena ? arena_alloc(arena, sizeof *run) : NULL;
    if (run) {
        *run = (struct trial_run){.arena = arena,
                                  .request_arena = request_arena,
                                  .candidate = candidate,
                                  .conversation = conversation,
                                  .gold = gold,
                                  .zone = zone,
                                  .terms = *terms};
        record_init(&trial_type, &run->trial);
        run->trial.conversation_id = conversation->id;
        run->trial.repeat = repeat;
    }
    if (run && furnish(run))
        return run;
    arena_destroy(arena);
    arena_destroy(request_arena);
    return NULL;
}

bool trial_run_words_differ(const struct trial_run *run)
{
    bool simulated = run->candidate->world->pipeline->mode == MODE_SIMULATED_USER;
    return trial_truth_words_differ(simulated && run->live ? trial_live_conversation(run->live)
                                                           : run->conversation);
}

void trial_run_destroy(struct trial_run *run)
{
    if (!run)
        return;
    arena_destroy(run->request_arena);
    arena_destroy(run->arena);
}

bool trial_run_give_up(struct trial_run *run)
{
    if (!arena_limit_was_hit(run->arena) && !arena_limit_was_hit(run->request_arena))
        return false;
    arena_lift_limit(run->arena); /* what is left to do is bounded by what is there */
    struct prediction_error *error = arena_alloc(run->arena, sizeof *error);
    if (!error)
        return false;
    *error =
        (struct prediction_error){.error_class = ERROR_CLASS_MALFORMED,
                                  .what = strview_of("the trial is larger than its memory limit")};
    run->trial.error = error;
    return true;
}

/* The slots that the candidate is told before turn `turn`. */
static struct slot_map slots_before(const struct trial_run *run, size_t turn)
{
    if (turn == 0)
        return slot_map_empty();
    if (run->candidate->world->pipeline->mode != MODE_TEACHER_FORCED)
        return run->predictions[turn - 1].state_after;
    if (run->gold && turn - 1 < run->gold->turns.count)
        return ((const struct gold_turn *)run->gold->turns.items)[turn - 1].state;
    const struct agent_turn *agent = run->conversation->turns[turn - 1].agent;
    return agent && agent->slots.slots ? agent->slots : slot_map_empty();
}

/* The state in which the caller speaks: where the recorded agent had gone. */
static struct strview state_before(const struct conversation_turn *turn)
{
    if (!turn->asked)
        return strview_of("");
    struct strview state =
        turn->asked->next_state.data ? turn->asked->next_state : turn->asked->state;
    return state.data ? state : strview_of("");
}

/* What the caller meant goes into the view. A far end is told it with the slots that it is given;
 * the rules take it for what they extracted. */
static bool tell_truth(struct trial_run *run)
{
    bool simulated = run->candidate->world->pipeline->mode == MODE_SIMULATED_USER;
    struct slot_map with;
    if (!run->terms.gold_state)
        return true;
    run->view.truth = simulated && run->live
                          ? trial_live_truth(run->live)
                          : trial_truth_of_gold(run->gold, run->turn, run->arena);
    if (!run->view.truth || !run->candidate->kind->finish)
        return !arena_limit_was_hit(run->arena);
    if (!slot_filling_merge(run->arena, &run->view.slots, &run->view.truth->slots, &with))
        return false;
    run->view.slots = with;
    return true;
}

static void make_view(struct trial_run *run)
{
    /* The recorded agent answers from the recording, whatever the mode. */
    bool is_recorded = run->candidate->spec->kind == CANDIDATE_RECORDED;
    const struct conversation *conversation =
        run->live && !is_recorded ? trial_live_conversation(run->live) : run->conversation;
    const struct conversation_turn *turn = &conversation->turns[run->turn];
    const struct task_spec *task = run->candidate->world->task;
    arena_reset(run->request_arena);
    run->view = (struct turn_view){.conversation = conversation,
                                   .turn = run->turn,
                                   .state = state_before(turn),
                                   .slots = slots_before(run, run->turn),
                                   .intent = run->turn ? run->predictions[run->turn - 1].intent
                                                       : (struct strview){0},
                                   .zone = run->zone,
                                   .locale = conversation_locale(run->conversation, task->locale),
                                   .repeat = run->trial.repeat,
                                   .arena = run->arena,
                                   .request_arena = run->request_arena};
    if (!run->live)
        return;
    run->view.back_end = trial_live_back_end(run->live);
    if (run->turn)
        run->view.tool_calls = run->predictions[run->turn - 1].tool_calls;
}

/* Gold's alternatives are not for the candidate: it is told the canonical value only. */
static bool tell_canonical(struct trial_run *run)
{
    const struct slot_map *known = &run->view.slots;
    struct slot *told = arena_array(run->arena, known->count, sizeof *told);
    if (!told)
        return false;
    for (size_t i = 0; i < known->count; i++) {
        struct slot_value value = known->slots[i].value;
        if (value.kind == SLOT_VALUE_LIST && value.count > 0)
            value = (struct slot_value){.kind = SLOT_VALUE_TEXT, .count = 1, .texts = value.texts};
        told[i] = (struct slot){.name = known->slots[i].name, .value = value};
    }
    run->view.slots = known->count ? (struct slot_map){told, known->count} : slot_map_empty();
    return true;
}

static enum status close_turn(struct trial_run *run, struct error *err)
{
    struct prediction *prediction = &run->predictions[run->turn];
    if (run->view.truth && run->candidate->kind->finish)
        prediction->state_after = run->view.slots;
    if (!prediction->state_after.slots &&
        !slot_filling_merge(run->arena, &run->view.slots, &prediction->output->extracted_slots,
                            &prediction->state_after))
        return error_no_memory(err);
    if (run->live) {
        enum status status = trial_live_answered(run->live, run, err);
        if (status != STATUS_OK)
            return status;
    }
    run->trial.predictions.count = ++run->turn;
    if (prediction->error && prediction->error->error_class != ERROR_CLASS_MALFORMED)
        run->trial.error = prediction->error;
    return STATUS_OK;
}

static int64_t known(int64_t value)
{
    return value == FIELD_ABSENT_I64 ? 0 : value;
}

/* The next round's answer will be written over this one's: what it took is put aside. */
static void put_aside(struct trial_run *run, struct prediction_metadata *metadata)
{
    if (run->rounds == 0)
        return;
    run->earlier_latency_ms = isfinite(metadata->latency_ms) ? metadata->latency_ms : 0;
    run->earlier_cost_usd_nano = known(metadata->cost_usd_nano);
    run->earlier_tokens = (struct token_counts){0};
    if (metadata->tokens)
        run->earlier_tokens = *metadata->tokens;
    metadata->tokens = NULL;
    metadata->cost_usd_nano = FIELD_ABSENT_I64;
}

void trial_run_add_earlier(struct trial_run *run, size_t turn)
{
    struct prediction_metadata *metadata = run->predictions[turn].metadata;
    if (run->earlier_latency_ms > 0 && isfinite(metadata->latency_ms))
        metadata->latency_ms += run->earlier_latency_ms;
    if (run->earlier_cost_usd_nano > 0)
        metadata->cost_usd_nano = known(metadata->cost_usd_nano) + run->earlier_cost_usd_nano;
    if (metadata->tokens && (run->earlier_tokens.input || run->earlier_tokens.output)) {
        metadata->tokens->input = known(metadata->tokens->input) + known(run->earlier_tokens.input);
        metadata->tokens->output =
            known(metadata->tokens->output) + known(run->earlier_tokens.output);
    }
    run->earlier_latency_ms = 0;
    run->earlier_cost_usd_nano = 0;
    run->earlier_tokens = (struct token_counts){0};
}

/* An agent that called tools and said nothing yet is asked again, with what they gave. */
static bool is_another_round(const struct trial_run *run, size_t calls_before)
{
    const struct prediction *prediction = &run->predictions[run->turn];
    int kind = run->candidate->spec->kind;
    return run->live && (kind == CANDIDATE_ENDPOINT || kind == CANDIDATE_COMMAND) &&
           !prediction->error && prediction->output->response.size == 0 &&
           prediction->tool_calls.count > calls_before && run->rounds + 1 < MOST_ROUNDS;
}

/* Takes the far end's answer in. *ret_again: the same turn is asked once more. */
static enum status take_answer(struct trial_run *run, const struct far_answer *answer,
                               struct candidate_scratch *scratch, bool *ret_again,
                               struct error *err)
{
    const struct candidate *candidate = run->candidate;
    struct prediction *prediction = &run->predictions[run->turn];
    size_t calls_before = prediction->tool_calls.count;
    *ret_again = false;
    put_aside(run, prediction->metadata);
    enum status status =
        candidate->kind->finish(candidate, &run->view, scratch, answer, prediction, err);
    if (status != STATUS_OK)
        return status;
    if (!is_another_round(run, calls_before))
        return close_turn(run, err);
    run->rounds++;
    run->view.tool_calls = prediction->tool_calls;
    return candidate->kind->begin(candidate, &run->view, scratch, prediction, &run->call, ret_again,
                                  err);
}

/* Whether there is a turn to answer; in the live modes the caller speaks here. */
static enum status next_turn(struct trial_run *run, bool *ret_more, struct error *err)
{
    *ret_more = false;
    if (run->trial.error)
        return STATUS_OK;
    if (run->live)
        return trial_live_next(run->live, run, ret_more, err);
    *ret_more = run->turn < run->conversation->turn_count;
    return STATUS_OK;
}

enum status trial_run_step(struct trial_run *run, const struct far_answer *answer,
                           struct candidate_scratch *scratch, enum trial_step *ret_step,
                           struct error *err)
{
    const struct candidate *candidate = run->candidate;
    enum status status = STATUS_OK;
    bool again = false;
    if (answer)
        status = take_answer(run, answer, scratch, &again, err);
    *ret_step = again ? TRIAL_STEP_CALL : TRIAL_STEP_DONE;
    if (again || status != STATUS_OK) {
        run->asks += again;
        return status;
    }
    while (status == STATUS_OK) {
        bool more;
        status = next_turn(run, &more, err);
        if (status != STATUS_OK || !more)
            break;
        struct prediction *prediction = &run->predictions[run->turn];
        bool needs_call = false;
        make_view(run);
        if (!tell_truth(run) || !tell_canonical(run) ||
            !candidate_make_prediction(prediction, &run->view))
            return error_no_memory(err);
        status = candidate->kind->begin(candidate, &run->view, scratch, prediction, &run->call,
                                        &needs_call, err);
        if (status == STATUS_OK && needs_call) {
            *ret_step = TRIAL_STEP_CALL;
            run->asks++;
            run->rounds = 0;
            return STATUS_OK;
        }
        if (status == STATUS_OK)
            status = close_turn(run, err);
    }
    if (status == STATUS_OK && run->live)
        status = trial_live_finish(run->live, run, err);
    return status;
}
