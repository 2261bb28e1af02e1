/*
 * trial_score.c: turns first (what changed, the whole state, intent, requests), then the trial as a
 * whole.
 */
#include "score/trial_score.h"

#include "score/booking_score.h"
#include "score/slot_match.h"

#include <math.h>

struct scoring {
    const struct trial_score_input *input;
    struct arena *arena;
    struct slot_match_context match;
    bool no_memory;
};

static const struct slot_value *value_of(const struct slot_map *map, struct strview slot)
{
    const struct slot *found = slot_map_find(map, slot);
    return found && !slot_match_is_empty(&found->value) ? &found->value : NULL;
}

static double confidence_of(const struct prediction *prediction, struct strview slot)
{
    for (size_t i = 0; i < prediction->slot_confidence.count; i++)
        if (strview_equal(prediction->slot_confidence.items[i].name, slot))
            return prediction->slot_confidence.items[i].value;
    return (double)NAN;
}

static bool is_flagged(const struct prediction *prediction, struct strview slot)
{
    for (size_t i = 0; i < prediction->needs_confirmation.count; i++)
        if (strview_equal(prediction->needs_confirmation.items[i], slot))
            return true;
    return false;
}

/* Gold's change at this turn: the slot's value is not what gold held before. */
static bool gold_changed(const struct scoring *scoring, struct strview slot,
                         const struct slot_map *before, const struct slot_map *now)
{
    const struct slot_value *old = value_of(before, slot), *fresh = value_of(now, slot);
    if (!old || !fresh)
        return old != fresh;
    (void)scoring;
    return !slot_value_equal(old, fresh);
}

static enum slot_verdict judge(const struct scoring *scoring, struct strview slot, bool gold_moved,
                               const struct slot_value *gold, const struct slot_value *predicted)
{
    if (!gold)
        return predicted ? SLOT_SPURIOUS : SLOT_VERDICT_ABSENT;
    if (!predicted)
        return SLOT_MISSING;
    bool equal = slot_match_equal(&scoring->match, slot, gold, predicted);
    if (gold_moved)
        return equal ? SLOT_RIGHT : SLOT_WRONG_VALUE;
    return equal ? SLOT_LATE : SLOT_WRONG_VALUE;
}

struct turn_maps {
    const struct slot_map *gold_before, *gold_now, *told, *after;
};

static bool prediction_changed(const struct turn_maps *maps, struct strview slot)
{
    const struct slot_value *old = value_of(maps->told, slot), *fresh = value_of(maps->after, slot);
    if (!old || !fresh)
        return old != fresh;
    return !slot_value_equal(old, fresh);
}

static void score_slot(struct scoring *scoring, const struct turn_maps *maps, struct strview slot,
                       const struct prediction *prediction, struct slot_score *items, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        if (strview_equal(items[i].slot, slot))
            return;
    bool gold_moved = gold_changed(scoring, slot, maps->gold_before, maps->gold_now);
    if (!gold_moved && !prediction_changed(maps, slot))
        return;
    const struct slot_value *gold = value_of(maps->gold_now, slot);
    const struct slot_value *predicted = value_of(maps->after, slot);
    enum slot_verdict verdict = judge(scoring, slot, gold_moved, gold, predicted);
    if (verdict == SLOT_VERDICT_ABSENT)
        return;
    items[(*count)++] = (struct slot_score){
        .slot = slot,
        .verdict = (int)verdict,
        .gold = gold ? slot_value_first(gold) : (struct strview){0},
        .predicted = predicted ? slot_value_first(predicted) : (struct strview){0},
        .confidence = predicted ? confidence_of(prediction, slot) : (double)NAN,
        .flagged = is_flagged(prediction, slot)};
}

static void score_slots(struct scoring *scoring, const struct turn_maps *maps,
                        const struct prediction *prediction, struct turn_score *score)
{
    const struct slot_map *all[] = {maps->gold_now, maps->gold_before, maps->after, maps->told};
    size_t most = 1, count = 0;
    for (size_t i = 0; i < 4; i++)
        most += all[i]->count;
    struct slot_score *items = arena_array(scoring->arena, most, sizeof *items);
    if (!items) {
        scoring->no_memory = true;
        return;
    }
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < all[i]->count; j++)
            score_slot(scoring, maps, all[i]->slots[j].name, prediction, items, &count);
    score->slots = (struct record_list){items, count};
}

static void score_state(const struct scoring *scoring, const struct turn_maps *maps,
                        struct turn_score *score)
{
    score->goal_slots = score->goal_slots_right = 0;
    bool joint = true;
    for (size_t i = 0; i < maps->gold_now->count; i++) {
        const struct slot *gold = &maps->gold_now->slots[i];
        if (slot_match_is_empty(&gold->value))
            continue;
        bool right = slot_match_equal(&scoring->match, gold->name, &gold->value,
                                      value_of(maps->after, gold->name));
        score->goal_slots++;
        score->goal_slots_right += right;
        joint = joint && right;
    }
    for (size_t i = 0; joint && i < maps->after->count; i++)
        joint = slot_match_is_empty(&maps->after->slots[i].value) ||
                value_of(maps->gold_now, maps->after->slots[i].name);
    score->joint_goal = joint;
}

static size_t occurrences(const struct text_list *list, struct strview text)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += strview_equal(list->items[i], text);
    return count;
}

/* Multisets: true positives are the sum over gold's items of the smaller count. */
static void score_requests(const struct text_list *gold, const struct text_list *predicted,
                           struct turn_score *score)
{
    int64_t hits = 0;
    for (size_t i = 0; i < gold->count; i++) {
        struct text_list before = {gold->items, i};
        if (occurrences(&before, gold->items[i]))
            continue;
        size_t g = occurrences(gold, gold->items[i]), p = occurrences(predicted, gold->items[i]);
        hits += (int64_t)(g < p ? g : p);
    }
    score->requested_true_positive = hits;
    score->requested_false_positive = (int64_t)predicted->count - hits;
    score->requested_false_negative = (int64_t)gold->count - hits;
}

static void score_turn(struct scoring *scoring, const struct trial *trial, size_t turn,
                       struct turn_score *score)
{
    static const struct slot_map none;
    const struct gold_turn *gold =
        (const struct gold_turn *)scoring->input->gold->turns.items + turn;
    const struct prediction *prediction =
        (const struct prediction *)trial->predictions.items + turn;
    bool has_prediction = turn < trial->predictions.count;
    bool scored = has_prediction &&
                  (!prediction->error || prediction->error->error_class == ERROR_CLASS_MALFORMED);
    score->turn = (int64_t)turn;
    score->scored = scored;
    if (!scored)
        return;
    scoring->match.reference_time_ns = scoring->input->conversation->turns[turn].user_time_ns;
    struct turn_maps maps = {.gold_before = turn ? &gold[-1].state : &none,
                             .gold_now = &gold->state,
                             .told = &prediction->input->slots,
                             .after = &prediction->state_after};
    score_slots(scoring, &maps, prediction, score);
    score_state(scoring, &maps, score);
    if (gold->intent.data)
        score->intent_right = strview_equal(gold->intent, prediction->intent);
    if (gold->requested_slots.items)
        score_requests(&gold->requested_slots, &prediction->requested_slots, score);
}

static bool score_turns(struct scoring *scoring, const struct trial *trial,
                        struct trial_score *score)
{
    size_t count = booking_score_turns(scoring->input, trial);
    struct turn_score *turns = arena_array(scoring->arena, count + 1, sizeof *turns);
    if (!turns)
        return false;
    for (size_t i = 0; i < count; i++) {
        record_init(&turn_score_type, &turns[i]);
        score_turn(scoring, trial, i, &turns[i]);
    }
    score->turns = (struct record_list){turns, count};
    return !scoring->no_memory;
}

static const struct prediction *last_prediction(const struct trial *trial)
{
    size_t count = trial->predictions.count;
    return count ? (const struct prediction *)trial->predictions.items + count - 1 : NULL;
}

static bool reaches(const struct scoring *scoring, const struct trial *trial, int kind)
{
    const struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; i < trial->predictions.count; i++) {
        const struct state_spec *state =
            predictions[i].output->next_state.data
                ? task_spec_state(scoring->input->task, predictions[i].output->next_state)
                : NULL;
        if (state && state->kind == kind)
            return true;
    }
    return false;
}

/* The same slot asked for again, and no new value of it in between. */
static int64_t count_reasks(const struct scoring *scoring, const struct trial *trial)
{
    const struct prediction *predictions = trial->predictions.items;
    const struct task_spec *task = scoring->input->task;
    int64_t reasks = 0;
    for (size_t i = 1; i < trial->predictions.count; i++) {
        struct strview before = predictions[i - 1].output->next_state;
        struct strview now = predictions[i].output->next_state;
        const struct state_spec *state =
            now.data && strview_equal(before, now) ? task_spec_state(task, now) : NULL;
        bool again = state && state->asks.count > 0;
        for (size_t j = 0; again && j < state->asks.count; j++)
            again = !slot_map_find(&predictions[i].output->extracted_slots, state->asks.items[j]);
        reasks += again;
    }
    return reasks;
}

struct goal_count {
    size_t wanted, right, wrong;
};

/* Gold's final slots that the task requires (all of them when it requires none), against the final
 * state. */
static struct goal_count count_goal(const struct scoring *scoring, const struct trial *trial)
{
    const struct gold_conversation *gold = scoring->input->gold;
    const struct gold_turn *last =
        (const struct gold_turn *)gold->turns.items + gold->turns.count - 1;
    const struct prediction *prediction = last_prediction(trial);
    struct goal_count count = {0};
    for (int required_only = 1; required_only >= 0 && count.wanted == 0; required_only--) {
        for (size_t i = 0; i < last->state.count; i++) {
            const struct slot *slot = &last->state.slots[i];
            const struct slot_spec *spec = task_spec_slot(scoring->input->task, slot->name);
            if (slot_match_is_empty(&slot->value) || (required_only && !(spec && spec->required)))
                continue;
            const struct slot_value *predicted =
                prediction ? value_of(&prediction->state_after, slot->name) : NULL;
            bool right = slot_match_equal(&scoring->match, slot->name, &slot->value, predicted);
            count.wanted++;
            count.right += right;
            count.wrong += !right && predicted;
        }
    }
    return count;
}

static enum handover_verdict judge_handover(const struct gold_conversation *gold, bool handed_over)
{
    if (gold->handover == HANDOVER_REQUIRED)
        return handed_over ? HANDOVER_RIGHT : HANDOVER_MISSED;
    if (gold->handover == HANDOVER_NONE && handed_over)
        return HANDOVER_NEEDLESS;
    return HANDOVER_VERDICT_ABSENT;
}

static bool all_turns_right(const struct trial_score *score)
{
    const struct turn_score *turns = score->turns.items;
    for (size_t i = 0; i < score->turns.count; i++)
        if (turns[i].joint_goal != 1)
            return false;
    return score->turns.count > 0;
}

static int success_rule(const struct task_spec *task, int mode)
{
    const int rules[] = {[MODE_TEACHER_FORCED] = task->success.teacher_forced,
                         [MODE_OWN_STATE] = task->success.own_state,
                         [MODE_FREE_RUNNING] = task->success.free_running,
                         [MODE_SIMULATED_USER] = task->success.simulated_user};
    return rules[mode];
}

const char *trial_score_success_text(const struct task_spec *task, int mode)
{
    static const char *const texts[] = {
        [SUCCESS_ALL_TURNS_RIGHT] = "the slots are right after every turn",
        [SUCCESS_GOAL_SLOTS_RIGHT] = "all required slots are right at the end of the call",
        [SUCCESS_BOOKINGS] = ("the bookings made are the ones that were wanted, each once; what "
                              "was asked was told; nothing forbidden was done"),
    };
    return texts[success_rule(task, mode)];
}

/* The first fault, for people. */
static struct strview first_fault(const struct scoring *scoring, const struct trial_score *score)
{
    const struct turn_score *turns = score->turns.items;
    for (size_t i = 0; i < score->turns.count; i++) {
        const struct slot_score *slots = turns[i].slots.items;
        for (size_t j = 0; j < turns[i].slots.count; j++) {
            if (slots[j].verdict == SLOT_RIGHT || slots[j].verdict == SLOT_LATE)
                continue;
            return strview_of(arena_format(scoring->arena, "turn %zu, %.*s: %s", i + 1,
                                           STRVIEW_ARG(slots[j].slot),
                                           slot_verdict_names[slots[j].verdict]));
        }
    }
    return strview_of("no single slot: the state was never complete");
}

static enum trial_outcome classify(const struct scoring *scoring, const struct trial_score *score,
                                   const struct goal_count *goal, bool handed_over)
{
    if (score->success)
        return TRIAL_SUCCESS;
    if (handed_over)
        return TRIAL_HANDED_OVER;
    if (scoring->input->conversation->outcome == OUTCOME_ABANDONED)
        return TRIAL_ABANDONED;
    if (score->completed || goal->wrong)
        return TRIAL_WRONG_BOOKING;
    return goal->right ? TRIAL_PARTIAL : TRIAL_NO_BOOKING;
}

static void score_whole(struct scoring *scoring, const struct trial *trial,
                        struct trial_score *score)
{
    const struct trial_score_input *input = scoring->input;
    const struct gold_conversation *gold = input->gold;
    struct goal_count goal = count_goal(scoring, trial);
    bool handed_over = reaches(scoring, trial, STATE_HANDOVER) ||
                       (input->is_recorded && input->conversation->outcome == OUTCOME_HANDED_OVER);
    score->goal_slots_right = goal.right == goal.wanted;
    score->handover = (int)judge_handover(gold, handed_over);
    if (gold->handover == HANDOVER_REQUIRED)
        score->success = handed_over;
    else if (success_rule(input->task, input->mode) == SUCCESS_ALL_TURNS_RIGHT)
        score->success = all_turns_right(score);
    else
        score->success = score->goal_slots_right;
    score->outcome = (int)classify(scoring, score, &goal, handed_over);
    if (score->success)
        return;
    score->reason = score->handover == HANDOVER_MISSED
                        ? strview_of("a person was needed, and none was called")
                        : first_fault(scoring, score);
}

enum status trial_score_compute(const struct trial_score_input *input, struct trial *trial,
                                struct arena *arena, struct error *err)
{
    struct scoring scoring = {
        .input = input,
        .arena = arena,
        .match = {.task = input->task,
                  .extractor = input->extractor,
                  .extract = input->extract,
                  .zone = input->zone,
                  .locale = conversation_locale(input->conversation, input->task->locale),
                  .arena = arena}};
    struct trial_score *score = arena_alloc(arena, sizeof *score);
    if (!score)
        return error_no_memory(err);
    record_init(&trial_score_type, score);
    trial->score = score;
    score->completed = reaches(&scoring, trial, STATE_COMPLETED) ||
                       (input->is_recorded && input->conversation->outcome == OUTCOME_COMPLETED);
    score->reasks = count_reasks(&scoring, trial);
    if (trial->error) {
        score->outcome = TRIAL_ERROR;
        score->reason = trial->error->what;
        return STATUS_OK;
    }
    if (!input->gold) {
        score->outcome = TRIAL_NOT_SCORED;
        return STATUS_OK;
    }
    if (!score_turns(&scoring, trial, score))
        return error_no_memory(err);
    if (success_rule(input->task, input->mode) == SUCCESS_BOOKINGS && trial->bookings.items) {
        scoring.match.reference_time_ns = input->conversation->start_ns;
        struct goal_count goal = count_goal(&scoring, trial);
        score->goal_slots_right = goal.right == goal.wanted;
        return booking_score(&scoring.match, input, trial, reaches(&scoring, trial, STATE_HANDOVER),
                             score)
                   ? STATUS_OK
                   : error_no_memory(err);
    }
    score_whole(&scoring, trial, score);
    return STATUS_OK;
}
