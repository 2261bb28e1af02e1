/*
 * booking_score.c: a trial that acted, against gold's bookings. Called by trial_score for the modes
 * free_running and simulated_user. Thread: any. Owner: the trial's arena.
 */
#include "score/booking_score.h"

#include "score/booking_match.h"

#include <stdint.h>

size_t booking_score_turns(const struct trial_score_input *input, const struct trial *trial)
{
    size_t count = input->gold->turns.count;
    if (input->mode == MODE_SIMULATED_USER)
        return 0;
    if (input->mode == MODE_FREE_RUNNING && trial->first_divergence != FIELD_ABSENT_I64 &&
        (size_t)trial->first_divergence + 1 < count)
        return (size_t)trial->first_divergence + 1;
    return count;
}

/* A method that must not be called, or a value that must not be booked. */
static bool did_forbidden(const struct slot_match_context *match,
                          const struct gold_conversation *gold, const struct trial *trial)
{
    const struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; i < trial->predictions.count; i++) {
        const struct tool_call *calls = predictions[i].tool_calls.items;
        for (size_t j = 0; j < predictions[i].tool_calls.count; j++)
            for (size_t k = 0; k < gold->forbidden.count; k++)
                if (strview_equal(calls[j].method, gold->forbidden.items[k]))
                    return true;
    }
    const struct gold_booking *made = trial->bookings.items;
    for (size_t i = 0; i < trial->bookings.count; i++) {
        for (size_t j = 0; gold->goal && j < gold->goal->refused.count; j++) {
            const struct slot *refused = &gold->goal->refused.slots[j];
            const struct slot *own = slot_map_find(&made[i].slots, refused->name);
            if (own && !slot_match_is_empty(&refused->value) &&
                slot_match_equal(match, refused->name, &refused->value, &own->value))
                return true;
        }
    }
    return false;
}

/* Of the recorded agent it is not known what it told: its answers are not read. */
static bool was_informed(const struct gold_conversation *gold, const struct trial *trial)
{
    for (size_t i = 0; trial->told.items && gold->goal && i < gold->goal->requests.count; i++) {
        bool told = false;
        for (size_t j = 0; j < trial->told.count; j++)
            told = told || strview_equal(trial->told.items[j], gold->goal->requests.items[i]);
        if (!told)
            return false;
    }
    return true;
}

/* The first slot in which the first unmatched booking differs, for people. */
static struct strview tell_difference(const struct slot_match_context *match,
                                      const struct record_list *wanted, const struct trial *trial,
                                      const struct booking_match *best)
{
    const struct gold_booking *gold = wanted->items, *made = trial->bookings.items;
    if (best->made == 0)
        return strview_of("nothing was booked");
    if (best->wanted == 0)
        return strview_of("something was booked that nobody wanted");
    for (size_t i = 0; best->wanted == 1 && best->made == 1 && i < gold->slots.count; i++) {
        const struct slot *slot = &gold->slots.slots[i];
        const struct slot *own = slot_map_find(&made->slots, slot->name);
        if (!slot_match_is_empty(&slot->value) &&
            !slot_match_equal(match, slot->name, &slot->value, own ? &own->value : NULL))
            return strview_of(
                arena_format(match->arena, "booked with another %.*s", STRVIEW_ARG(slot->name)));
    }
    return strview_of(arena_format(match->arena,
                                   "bookings: %zu wanted, %zu made, %zu of them right",
                                   best->wanted, best->made, best->matched));
}

static enum trial_outcome classify(const struct trial *trial, const struct booking_match *best,
                                   bool is_right, bool handed_over)
{
    if (best->made > best->matched)
        return TRIAL_WRONG_BOOKING;
    if (handed_over)
        return TRIAL_HANDED_OVER;
    if (strview_is(trial->ended, "gave_up") || strview_is(trial->ended, "left") ||
        strview_is(trial->ended, "hung_up"))
        return TRIAL_ABANDONED;
    return best->matched || is_right ? TRIAL_PARTIAL : TRIAL_NO_BOOKING;
}

/* The parts, beside each other in the report. */
static bool add_parts(const struct trial_score_input *input, const struct trial *trial,
                      const bool parts[2], struct arena *arena, struct trial_score *score)
{
    struct named_number *items = arena_array(arena, 4, sizeof *items);
    size_t count = 0;
    if (!items)
        return false;
    if (input->mode == MODE_SIMULATED_USER)
        items[count++] = (struct named_number){strview_of("simulator_fault"),
                                               trial->simulator_fault.data ? 1 : 0};
    else
        items[count++] = (struct named_number){strview_of("diverged"),
                                               trial->first_divergence != FIELD_ABSENT_I64 ? 1 : 0};
    if (!trial->simulator_fault.data) {
        items[count++] = (struct named_number){strview_of("bookings_right"), parts[0]};
        if (trial->told.items)
            items[count++] = (struct named_number){strview_of("informed"), parts[1]};
    }
    score->extra = (struct number_map){items, count};
    return true;
}

bool booking_score(const struct slot_match_context *match, const struct trial_score_input *input,
                   const struct trial *trial, bool handed_over, struct trial_score *score)
{
    const struct gold_conversation *gold = input->gold;
    const struct gold_booking_set *sets = gold->expected_bookings.items;
    struct booking_match best = {0};
    if (trial->simulator_fault.data) {
        score->outcome = TRIAL_SIMULATOR_FAULT;
        score->reason = trial->simulator_fault;
        return add_parts(input, trial, (const bool[2]){false}, match->arena, score);
    }
    size_t set = booking_match_best(match, &gold->expected_bookings, &trial->bookings, &best);
    bool is_right = set != SIZE_MAX && booking_match_is_right(&best);
    bool informed = was_informed(gold, trial), forbidden = did_forbidden(match, gold, trial);
    score->completed = trial->bookings.count > 0;
    if (gold->handover == HANDOVER_REQUIRED)
        score->handover = handed_over ? HANDOVER_RIGHT : HANDOVER_MISSED;
    else if (gold->handover == HANDOVER_NONE && handed_over)
        score->handover = HANDOVER_NEEDLESS;
    score->success =
        is_right && !forbidden && (gold->handover == HANDOVER_REQUIRED ? handed_over : informed);
    if (score->success)
        score->outcome = TRIAL_SUCCESS;
    else
        score->outcome = (int)classify(trial, &best, is_right, handed_over);
    if (!score->success && set == SIZE_MAX)
        score->reason = strview_of("gold says nothing about bookings");
    else if (!score->success && forbidden)
        score->reason = strview_of("something was done that is forbidden");
    else if (!score->success && !is_right)
        score->reason = tell_difference(match, &sets[set].bookings, trial, &best);
    else if (!score->success)
        score->reason = score->handover == HANDOVER_MISSED
                            ? strview_of("a person was needed, and none was called")
                            : strview_of("something that was asked was not told");
    return add_parts(input, trial, (const bool[2]){is_right, informed}, match->arena, score);
}
