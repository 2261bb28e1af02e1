/*
 * first_cause.c: evidence in, cause out. The causes are asked in the order in which a conversation
 * meets them: caller, recognition, understanding, policy, back end; and each is held against a
 * world in which everything behind it is sound, so that of two faults the first one is named.
 * Called by pipeline/trial_causes. Thread: any.
 */
#include "score/first_cause.h"

bool first_cause_is_asked(const struct trial *trial)
{
    const struct trial_score *score = trial->score;
    if (!score || trial->error)
        return false;
    return score->outcome == TRIAL_SIMULATOR_FAULT ||
           (score->success == 0 && score->outcome > TRIAL_SUCCESS && score->outcome < TRIAL_ERROR);
}

static bool is_task_tool(const struct task_spec *task, struct strview method)
{
    for (size_t i = 0; i < task->intent_count; i++)
        if (task->intents[i].tool.data && strview_equal(task->intents[i].tool, method))
            return true;
    return false;
}

static bool has_confirm_state(const struct task_spec *task)
{
    for (size_t i = 0; i < task->state_count; i++)
        if (task->states[i].kind == STATE_CONFIRM)
            return true;
    return false;
}

/* Something was done although the caller had not just answered a read-back. An agent that does not
 * tell its states is not blamed. */
static bool acted_unasked(const struct task_spec *task, const struct trial *trial)
{
    const struct prediction *predictions = trial->predictions.items;
    if (!has_confirm_state(task))
        return false;
    for (size_t i = 0; i < trial->predictions.count; i++) {
        struct strview name =
            predictions[i].input ? predictions[i].input->state : (struct strview){0};
        const struct state_spec *state = name.size ? task_spec_state(task, name) : NULL;
        const struct tool_call *calls = predictions[i].tool_calls.items;
        if (!state || state->kind == STATE_CONFIRM)
            continue;
        for (size_t j = 0; j < predictions[i].tool_calls.count; j++)
            if (!calls[j].error.data && is_task_tool(task, calls[j].method))
                return true;
    }
    return false;
}

static void observe_slots(const struct trial_score_input *input, const struct trial *trial,
                          struct cause_evidence *evidence)
{
    const struct turn_score *turns = trial->score->turns.items;
    for (size_t i = 0; i < trial->score->turns.count && !evidence->slot_was_wrong; i++) {
        const struct slot_score *slots = turns[i].slots.items;
        for (size_t j = 0; j < turns[i].slots.count; j++)
            evidence->slot_was_wrong =
                evidence->slot_was_wrong || slots[j].verdict == SLOT_WRONG_VALUE ||
                slots[j].verdict == SLOT_MISSING || slots[j].verdict == SLOT_SPURIOUS;
        size_t turn = (size_t)turns[i].turn;
        if (!evidence->slot_was_wrong || turn >= input->conversation->turn_count)
            continue;
        const struct user_turn *user = input->conversation->turns[turn].user;
        evidence->wrong_slot_was_misheard =
            user->reference_text.data && !strview_equal(user->reference_text, user->text);
    }
}

struct cause_evidence first_cause_observe(const struct trial_score_input *input,
                                          const struct trial *trial)
{
    bool books = trial->bookings.items != NULL;
    bool needs_person = input->gold && input->gold->handover == HANDOVER_REQUIRED;
    struct cause_evidence evidence = {
        .simulator_fault = trial->simulator_fault,
        .can_act = books || needs_person,
        .caller_left =
            input->mode == MODE_FREE_RUNNING && input->conversation->outcome == OUTCOME_ABANDONED,
        .acted_unasked = books && trial->score->outcome == TRIAL_WRONG_BOOKING &&
                         acted_unasked(input->task, trial)};
    observe_slots(input, trial, &evidence);
    /* Where success is the state itself, gold's state is success: nothing need be replayed. */
    if (!evidence.can_act)
        evidence.arms[ARM_GOLD_STATE] = ARM_SUCCEEDED;
    return evidence;
}

static bool is_decided_at_sight(const struct cause_evidence *evidence)
{
    return evidence->simulator_fault.data || evidence->gold_fault.data || evidence->is_recording;
}

enum cause_arm_kind first_cause_next_arm(const struct cause_evidence *evidence)
{
    const enum arm_result *arms = evidence->arms;
    if (is_decided_at_sight(evidence))
        return ARM_NONE;
    if (arms[ARM_GOLD_STATE] == ARM_NOT_RUN)
        return ARM_GOLD_STATE;
    if (arms[ARM_GOLD_STATE] != ARM_SUCCEEDED)
        return ARM_NONE;
    if (evidence->met_back_end_fault || evidence->caller_left) {
        if (arms[ARM_SOUND_WORLD] == ARM_NOT_RUN)
            return ARM_SOUND_WORLD;
        bool both = evidence->met_back_end_fault && evidence->caller_left;
        if (arms[ARM_SOUND_WORLD] == ARM_SUCCEEDED)
            return both && arms[ARM_SOUND_BACK_END] == ARM_NOT_RUN ? ARM_SOUND_BACK_END : ARM_NONE;
    }
    bool asks_words = evidence->words_differ && !evidence->acted_unasked;
    return asks_words && arms[ARM_REFERENCE_TEXT] == ARM_NOT_RUN ? ARM_REFERENCE_TEXT : ARM_NONE;
}

/* The recorded agent cannot be replayed: the first wrong slot, and the words it came from. */
static enum trial_cause_kind decide_recording(const struct cause_evidence *evidence,
                                              struct strview *ret_why)
{
    if (evidence->wrong_slot_was_misheard) {
        *ret_why = strview_of("the first wrong slot comes from words that were misheard");
        return CAUSE_STT;
    }
    if (evidence->slot_was_wrong) {
        *ret_why = strview_of("a slot was wrong after words that were heard rightly");
        return CAUSE_EXTRACTION;
    }
    if (evidence->caller_left) {
        *ret_why = strview_of("the caller left, and no slot was wrong");
        return CAUSE_CALLER_LEFT;
    }
    *ret_why = strview_of("no slot was wrong, and the wrong thing was done");
    return CAUSE_POLICY;
}

/* Understood as gold has it the trial succeeds: what was understood is at fault. */
static enum trial_cause_kind decide_understanding(const struct cause_evidence *evidence,
                                                  struct strview *ret_why)
{
    if (evidence->acted_unasked) {
        *ret_why = strview_of("a value that was understood wrongly was booked without asking back");
        return CAUSE_POLICY;
    }
    if (evidence->words_differ && evidence->arms[ARM_REFERENCE_TEXT] == ARM_SUCCEEDED) {
        *ret_why = strview_of("with the words as they were said it succeeds");
        return CAUSE_STT;
    }
    *ret_why = strview_of("with the state as gold has it, it succeeds; with the right words alone "
                          "it does not");
    if (!evidence->words_differ)
        *ret_why = strview_of("with the state as gold has it, it succeeds; the words were right");
    return CAUSE_EXTRACTION;
}

static enum trial_cause_kind decide_world(const struct cause_evidence *evidence,
                                          struct strview *ret_why)
{
    bool left = evidence->caller_left && (!evidence->met_back_end_fault ||
                                          evidence->arms[ARM_SOUND_BACK_END] != ARM_SUCCEEDED);
    *ret_why = strview_of(left ? "had the caller stayed, it would have succeeded"
                               : "with a back end that does not fail it succeeds");
    return left ? CAUSE_CALLER_LEFT : CAUSE_BACK_END;
}

enum trial_cause_kind first_cause_decide(const struct cause_evidence *evidence,
                                         struct strview *ret_why)
{
    const enum arm_result *arms = evidence->arms;
    if (evidence->simulator_fault.data) {
        *ret_why = evidence->simulator_fault;
        return CAUSE_SIMULATOR;
    }
    if (evidence->gold_fault.data) {
        *ret_why = evidence->gold_fault;
        return CAUSE_GOLD;
    }
    if (evidence->is_recording)
        return decide_recording(evidence, ret_why);
    bool failed = false;
    for (int i = 0; i < ARM_COUNT; i++)
        failed = failed || arms[i] == ARM_IN_ERROR;
    if (failed || first_cause_next_arm(evidence) != ARM_NONE) {
        *ret_why = strview_of(failed ? "a replay that would tell ended in an error"
                                     : "replays with a model are paid for: `first_cause: true`");
        return CAUSE_NOT_KNOWN;
    }
    if (arms[ARM_GOLD_STATE] == ARM_FAILED) {
        *ret_why = strview_of("with the words, the state and the back end right it fails still");
        return CAUSE_POLICY;
    }
    if (arms[ARM_SOUND_WORLD] == ARM_SUCCEEDED)
        return decide_world(evidence, ret_why);
    return decide_understanding(evidence, ret_why);
}
