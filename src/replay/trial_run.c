/*
 * trial_run.c: teacher-forced and own-state replay. The recorded words of both sides are the
 * history in either mode; what differs is the state that the candidate is told: gold's (the
 * recorded agent's where there is no gold), or its own from the turn before.
 */
#include "replay/trial_run.h"

#include "replay/slot_filling.h"

enum { BLOCK_BYTES = 8 * 1024, LIMIT_BYTES = 64 << 20, REQUEST_LIMIT_BYTES = 64 << 20 };

struct trial_run *trial_run_create(const struct candidate *candidate,
                                   const struct conversation *conversation,
                                   const struct gold_conversation *gold,
                                   const struct time_zone *zone, int64_t repeat)
{
    struct arena *arena = arena_create(BLOCK_BYTES, LIMIT_BYTES);
    struct arena *request_arena = arena_create(BLOCK_BYTES, REQUEST_LIMIT_BYTES);
    if (!arena || !request_arena) {
        arena_destroy(arena);
        arena_destroy(request_arena);
        return NULL;
    }
    struct trial_run *run = arena_alloc(arena, sizeof *run);
    struct prediction *predictions =
        arena_array(arena, conversation->turn_count + 1, sizeof *predictions);
    if (!run || !predictions) {
        arena_destroy(arena);
        arena_destroy(request_arena);
        return NULL;
    }
    *run = (struct trial_run){.arena = arena,
                              .request_arena = request_arena,
                              .candidate = candidate,
                              .conversation = conversation,
                              .gold = gold,
                              .zone = zone,
                              .predictions = predictions};
    record_init(&trial_type, &run->trial);
    run->trial.conversation_id = conversation->id;
    run->trial.repeat = repeat;
    run->trial.predictions = (struct record_list){predictions, 0};
    return run;
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

static void make_view(struct trial_run *run)
{
    const struct conversation_turn *turn = &run->conversation->turns[run->turn];
    const struct task_spec *task = run->candidate->world->task;
    arena_reset(run->request_arena);
    run->view = (struct turn_view){.conversation = run->conversation,
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
    if (!prediction->state_after.slots &&
        !slot_filling_merge(run->arena, &run->view.slots, &prediction->output->extracted_slots,
                            &prediction->state_after))
        return error_no_memory(err);
    run->trial.predictions.count = ++run->turn;
    if (prediction->error && prediction->error->error_class != ERROR_CLASS_MALFORMED)
        run->trial.error = prediction->error;
    return STATUS_OK;
}

enum status trial_run_step(struct trial_run *run, const struct far_answer *answer,
                           struct candidate_scratch *scratch, enum trial_step *ret_step,
                           struct error *err)
{
    const struct candidate *candidate = run->candidate;
    enum status status = STATUS_OK;
    if (answer) {
        status = candidate->kind->finish(candidate, &run->view, scratch, answer,
                                         &run->predictions[run->turn], err);
        if (status == STATUS_OK)
            status = close_turn(run, err);
    }
    *ret_step = TRIAL_STEP_DONE;
    while (status == STATUS_OK && !run->trial.error && run->turn < run->conversation->turn_count) {
        struct prediction *prediction = &run->predictions[run->turn];
        bool needs_call = false;
        make_view(run);
        if (!tell_canonical(run) || !candidate_make_prediction(prediction, &run->view))
            return error_no_memory(err);
        status = candidate->kind->begin(candidate, &run->view, scratch, prediction, &run->call,
                                        &needs_call, err);
        if (status == STATUS_OK && needs_call) {
            *ret_step = TRIAL_STEP_CALL;
            return STATUS_OK;
        }
        if (status == STATUS_OK)
            status = close_turn(run, err);
    }
    return status;
}
