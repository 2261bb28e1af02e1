/*
 * candidate.c: the table of kinds and what they share.
 */
#include "replay/candidate.h"

#include "base/civil_time.h"

#include <math.h>

static const struct candidate_kind *const kinds[] = {
    [CANDIDATE_RULES] = &rules_candidate_kind,
    [CANDIDATE_RECORDED] = &recorded_candidate_kind,
    [CANDIDATE_LLM] = &llm_candidate_kind,
    [CANDIDATE_HYBRID] = &hybrid_candidate_kind,
    [CANDIDATE_ENDPOINT] = &endpoint_candidate_kind,
    [CANDIDATE_COMMAND] = &command_candidate_kind,
    [CANDIDATE_REFERENCE] = &reference_candidate_kind,
};

const struct candidate_kind *candidate_kind_of(int kind)
{
    return kinds[kind];
}

enum status candidate_open(struct candidate *candidate, const struct candidate_spec *spec,
                           const struct candidate_world *world, struct arena *arena,
                           struct error *err)
{
    *candidate = (struct candidate){.kind = kinds[spec->kind], .spec = spec, .world = world};
    enum status status =
        candidate->kind->open ? candidate->kind->open(candidate, arena, err) : STATUS_OK;
    if (status != STATUS_OK)
        error_where(err, "candidate '%.*s'", STRVIEW_ARG(spec->name));
    return status;
}

bool candidate_make_prediction(struct prediction *prediction, const struct turn_view *view)
{
    struct arena *arena = view->arena;
    record_init(&prediction_type, prediction);
    prediction->model = arena_alloc(arena, sizeof *prediction->model);
    prediction->input = arena_alloc(arena, sizeof *prediction->input);
    prediction->output = arena_alloc(arena, sizeof *prediction->output);
    prediction->metadata = arena_alloc(arena, sizeof *prediction->metadata);
    if (!prediction->model || !prediction->input || !prediction->output || !prediction->metadata)
        return false;
    *prediction->input =
        (struct prediction_input){.user_text = view->conversation->turns[view->turn].user->text,
                                  .state = view->state,
                                  .slots = view->slots.slots ? view->slots : slot_map_empty()};
    *prediction->output =
        (struct prediction_output){.extracted_slots = slot_map_empty(), .confidence = (double)NAN};
    *prediction->metadata =
        (struct prediction_metadata){.latency_ms = (double)NAN, .cost_usd_nano = FIELD_ABSENT_I64};
    const struct conversation_turn *turn = &view->conversation->turns[view->turn];
    char time_text[CIVIL_TIME_TEXT_BYTES];
    int32_t offset_s = view->zone ? time_zone_offset_s(view->zone, turn->user_time_ns) : 0;
    civil_time_print_offset(turn->user_time_ns, offset_s, time_text);
    prediction->timestamp = turn->user->logged_time.data
                                ? turn->user->logged_time
                                : arena_copy_view(arena, strview_of(time_text));
    prediction->conversation_id = view->conversation->id;
    prediction->turn = (int64_t)view->turn;
    prediction->repeat = view->repeat;
    return prediction->timestamp.data != NULL;
}

void candidate_fail(struct prediction *prediction, struct arena *arena,
                    enum error_class error_class, struct strview what)
{
    /* Never written: what could not be said must not leave a prediction that looks sound. */
    static struct prediction_error untold[] = {
        [ERROR_CLASS_INFRASTRUCTURE] = {ERROR_CLASS_INFRASTRUCTURE, {"no room for why", 15}},
        [ERROR_CLASS_MALFORMED] = {ERROR_CLASS_MALFORMED, {"no room for why", 15}},
        [ERROR_CLASS_BUDGET] = {ERROR_CLASS_BUDGET, {"no room for why", 15}}};
    struct prediction_error *error = arena_alloc(arena, sizeof *error);
    struct strview own = error ? arena_copy_view(arena, what) : (struct strview){0};
    prediction->error = &untold[error_class];
    if (!own.data)
        return;
    *error = (struct prediction_error){.error_class = (int)error_class, .what = own};
    prediction->error = error;
}

double candidate_confirm_under(const struct candidate *candidate, struct strview slot)
{
    const struct slot_spec *spec = task_spec_slot(candidate->world->task, slot);
    return spec && !isnan(spec->confirm_under) ? spec->confirm_under
                                               : candidate->spec->confirm_under;
}

double candidate_model_under(const struct candidate *candidate, struct strview slot)
{
    const struct slot_spec *spec = task_spec_slot(candidate->world->task, slot);
    return spec && !isnan(spec->model_under) ? spec->model_under : candidate->spec->model_under;
}

const struct state_spec *candidate_state(const struct candidate *candidate,
                                         const struct turn_view *view)
{
    return view->state.data ? task_spec_state(candidate->world->task, view->state) : NULL;
}
