/*
 * recorded_candidate.c: the candidate of kind `recorded`: what the agent answered when the
 * conversation took place, from the events or from a prediction log. Nothing is computed anew.
 */
#include "replay/slot_filling.h"

#include <math.h>

static const struct agent_turn *agent_before(const struct turn_view *view)
{
    for (size_t i = view->turn; i-- > 0;)
        if (view->conversation->turns[i].agent)
            return view->conversation->turns[i].agent;
    return NULL;
}

/* Slots that the agent's state after the turn adds or changes; what it dropped is null. */
static bool difference(struct arena *arena, const struct slot_map *before,
                       const struct slot_map *after, struct slot_map *ret_changed)
{
    struct slot_map changed = slot_map_empty();
    for (size_t i = 0; i < after->count; i++) {
        const struct slot *slot = &after->slots[i];
        const struct slot *old = slot_map_find(before, slot->name);
        if ((!old || !slot_value_equal(&old->value, &slot->value)) &&
            !slot_map_set(arena, &changed, slot->name, &slot->value))
            return false;
    }
    for (size_t i = 0; i < before->count; i++) {
        struct slot_value nothing = {.kind = SLOT_VALUE_NULL};
        if (!slot_map_find(after, before->slots[i].name) &&
            !slot_map_set(arena, &changed, before->slots[i].name, &nothing))
            return false;
    }
    *ret_changed = changed;
    return true;
}

static bool take_confirmations(const struct candidate *candidate, const struct turn_view *view,
                               struct prediction *prediction)
{
    const struct number_map *map = &prediction->slot_confidence;
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].value < candidate_confirm_under(candidate, map->items[i].name) &&
            !slot_filling_add_confirmation(prediction, view->arena, map->items[i].name))
            return false;
    return true;
}

static bool take_agent_turn(const struct candidate *candidate, const struct turn_view *view,
                            struct prediction *prediction)
{
    const struct conversation_turn *turn = &view->conversation->turns[view->turn];
    const struct agent_turn *agent = turn->agent, *before = agent_before(view);
    struct slot_map old = before ? before->slots : slot_map_empty();
    struct slot_map now = agent && agent->slots.slots ? agent->slots : old;
    prediction->input->slots = old.slots ? old : slot_map_empty();
    prediction->state_after = now.slots ? now : slot_map_empty();
    if (!difference(view->arena, &old, &now, &prediction->output->extracted_slots))
        return false;
    if (!agent)
        return true;
    *prediction->model =
        (struct prediction_model){agent->model, agent->provider, agent->prompt_version};
    if (agent->state.data) /* it knows better than where the turn before had gone */
        prediction->input->state = agent->state;
    prediction->output->response = agent->text;
    prediction->output->confidence = agent->confidence;
    prediction->output->next_state = agent->next_state;
    *prediction->metadata = (struct prediction_metadata){.latency_ms = agent->latency_ms,
                                                         .tokens = agent->tokens,
                                                         .cost_usd_nano = agent->cost_usd_nano};
    prediction->time_to_first_token_ms = agent->time_to_first_token_ms;
    prediction->intent = agent->intent;
    prediction->requested_slots = agent->requested_slots;
    prediction->slot_confidence = agent->slot_confidence;
    return take_confirmations(candidate, view, prediction);
}

static enum status take_logged(const struct candidate *candidate, const struct turn_view *view,
                               struct prediction *prediction, struct error *err)
{
    const struct candidate_world *world = candidate->world;
    struct prediction *logged = NULL;
    enum status status =
        world->log_find(world->log_context, candidate->spec, view->conversation->id,
                        (int64_t)view->turn, view->arena, &logged, err);
    if (status != STATUS_OK)
        return status;
    if (!logged || !logged->output) {
        candidate_fail(prediction, view->arena, ERROR_CLASS_MALFORMED,
                       strview_of("the prediction log has no line for this turn"));
        return STATUS_OK;
    }
    if (!logged->model)
        logged->model = prediction->model;
    if (!logged->input)
        logged->input = prediction->input;
    if (!logged->metadata)
        logged->metadata = prediction->metadata;
    int64_t repeat = prediction->repeat;
    struct strview candidate_name = prediction->candidate, trial = prediction->trial;
    *prediction = *logged;
    prediction->turn = (int64_t)view->turn;
    prediction->repeat = repeat;
    prediction->candidate = candidate_name;
    prediction->trial = trial;
    /* What the log's own run was not paid for is no answer in this one: only this run stops itself.
     */
    if (prediction->error && prediction->error->error_class != ERROR_CLASS_MALFORMED)
        prediction->error->error_class = ERROR_CLASS_INFRASTRUCTURE;
    struct slot_map before = prediction->input->slots;
    return slot_filling_merge(view->arena, before.slots ? &before : &view->slots,
                              &prediction->output->extracted_slots, &prediction->state_after)
               ? STATUS_OK
               : error_no_memory(err);
}

static enum status begin(const struct candidate *candidate, const struct turn_view *view,
                         struct candidate_scratch *scratch, struct prediction *prediction,
                         struct candidate_call *ret_call, bool *ret_needs_call, struct error *err)
{
    (void)scratch;
    (void)ret_call;
    *ret_needs_call = false;
    if (candidate->spec->log.data)
        return take_logged(candidate, view, prediction, err);
    return take_agent_turn(candidate, view, prediction) ? STATUS_OK : error_no_memory(err);
}

const struct candidate_kind recorded_candidate_kind = {
    .name = "recorded",
    .summary = "what the agent answered at the time, from the events or a prediction log",
    .begin = begin,
};
