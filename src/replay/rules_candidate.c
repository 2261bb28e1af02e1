/*
 * rules_candidate.c: the candidate of kind `rules`: the extraction engine and the task's own
 * phrases, no model.
 */
#include "replay/slot_filling.h"

static enum status begin(const struct candidate *candidate, const struct turn_view *view,
                         struct candidate_scratch *scratch, struct prediction *prediction,
                         struct candidate_call *ret_call, bool *ret_needs_call, struct error *err)
{
    (void)ret_call;
    *ret_needs_call = false;
    const struct task_spec *task = candidate->world->task;
    enum status status = slot_filling_run(candidate, view, scratch, prediction, err);
    if (status != STATUS_OK)
        return status;
    if (view->truth && !slot_filling_take_truth(view, prediction))
        return error_no_memory(err);
    /* Who names a slot of the task without saying what for wants the task's first intent. */
    bool tells_something = prediction->output->extracted_slots.count > 0 && task->intent_count > 0;
    struct strview assumed = view->intent.data ? view->intent
                             : tells_something ? task->intents[0].name
                                               : (struct strview){0};
    prediction->intent = view->truth && view->truth->intent.data
                             ? view->truth->intent
                             : slot_filling_intent(task, prediction->input->user_text, assumed);
    struct slot_map after;
    if (!slot_filling_merge(view->arena, &view->slots, &prediction->output->extracted_slots,
                            &after))
        return error_no_memory(err);
    prediction->output->next_state =
        slot_filling_next_state(task, view, prediction->intent, &after);
    prediction->model->provider = strview_of("assay");
    prediction->model->name = strview_of("rules");
    return STATUS_OK;
}

const struct candidate_kind rules_candidate_kind = {
    .name = "rules",
    .summary = "assay's own extraction rules and the task's phrases; no model, no cost",
    .begin = begin,
};
