/*
 * trial_gold.c: whether gold's end can be reached at all: its bookings are made on a back end
 * without faults, and held against its own words. Under first causes. Owner: the trial's arena.
 */
#include "replay/trial_gold.h"

/* The k-th alternative of each slot, or the last it has. */
static bool parameters_of(const struct slot_map *slots, size_t choice, struct arena *arena,
                          struct slot_map *ret_parameters)
{
    *ret_parameters = slot_map_empty();
    for (size_t i = 0; i < slots->count; i++) {
        const struct slot_value *value = &slots->slots[i].value;
        if (!value->count)
            continue;
        size_t at = choice < value->count ? choice : value->count - 1;
        struct slot_value text = slot_value_text(arena, value->texts[at]);
        if (!slot_map_set(arena, ret_parameters, slots->slots[i].name, &text))
            return false;
    }
    return true;
}

static size_t choices_of(const struct slot_map *slots)
{
    size_t most = 1;
    for (size_t i = 0; i < slots->count; i++)
        most = slots->slots[i].value.count > most ? slots->slots[i].value.count : most;
    return most;
}

/* One booking by one of its alternatives. The error of the last try; absent: it was made. */
static struct strview try_booking(struct back_end_session *session,
                                  const struct gold_booking *booking, struct arena *arena)
{
    struct back_end_answer answer = {.error = strview_of("memory ran out")};
    for (size_t choice = 0; choice < choices_of(&booking->slots); choice++) {
        struct back_end_call call = {.method = booking->method};
        if (!parameters_of(&booking->slots, choice, arena, &call.parameters) ||
            back_end_session_call(session, &call, &answer, NULL) != STATUS_OK || !answer.error.data)
            break;
    }
    return answer.error;
}

static struct strview try_set(const struct trial_gold *gold, const struct gold_booking_set *set,
                              struct arena *arena)
{
    struct back_end_session_options options = {
        .back_end = gold->back_end, .arena = arena, .today = gold->today, .is_sound = true};
    struct back_end_session *session = back_end_session_create(&options);
    const struct gold_booking *bookings = set->bookings.items;
    struct strview error = {0};
    for (size_t i = 0; session && i < set->bookings.count; i++)
        if (!back_end_session_keep_free(session, &bookings[i].slots))
            return error;
    for (size_t i = 0; session && !error.data && i < set->bookings.count; i++)
        error = try_booking(session, &bookings[i], arena);
    return error;
}

/* Every value that would be booked is one that must not be. */
static bool is_all_refused(const struct slot_value *wanted, const struct slot_value *refused)
{
    for (size_t i = 0; i < wanted->count; i++) {
        bool found = false;
        for (size_t j = 0; j < refused->count; j++)
            found = found || strview_equal(wanted->texts[i], refused->texts[j]);
        if (!found)
            return false;
    }
    return wanted->count > 0;
}

static bool share_a_value(const struct slot_value *a, const struct slot_value *b)
{
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            if (strview_equal(a->texts[i], b->texts[j]))
                return true;
    return false;
}

/* What one booking says against the rest of gold; absent: nothing. */
static struct strview contradiction(const struct trial_gold *gold,
                                    const struct gold_booking *booking, struct arena *arena)
{
    const struct gold_conversation *all = gold->gold;
    for (size_t i = 0; i < all->forbidden.count; i++)
        if (strview_equal(all->forbidden.items[i], booking->method))
            return strview_of("gold wants done what it forbids");
    const struct gold_turn *turns = all->turns.items;
    const struct slot_map *last =
        gold->follows_turns && all->turns.count ? &turns[all->turns.count - 1].state : NULL;
    for (size_t i = 0; i < booking->slots.count; i++) {
        const struct slot *slot = &booking->slots.slots[i];
        const struct slot *refused =
            all->goal ? slot_map_find(&all->goal->refused, slot->name) : NULL;
        if (refused && is_all_refused(&slot->value, &refused->value))
            return strview_of("gold wants booked what its goal refuses");
        const struct slot *said = last ? slot_map_find(last, slot->name) : NULL;
        if (said && said->value.count && slot->value.count &&
            !share_a_value(&said->value, &slot->value))
            return strview_of(arena_format(arena, "gold books another %.*s than its turns say",
                                           STRVIEW_ARG(slot->name)));
    }
    return (struct strview){0};
}

static bool can_be_told(const struct trial_gold *gold, struct strview request)
{
    return strview_is(request, "availability") ||
           back_end_topic_of(gold->back_end, request) != NULL ||
           task_spec_slot(gold->back_end->task, request) != NULL;
}

struct strview trial_gold_fault(const struct trial_gold *gold, struct arena *arena)
{
    const struct gold_conversation *all = gold->gold;
    const struct gold_booking_set *sets = all->expected_bookings.items;
    struct strview fault = {0};
    for (size_t i = 0; all->goal && i < all->goal->requests.count; i++)
        if (!can_be_told(gold, all->goal->requests.items[i]))
            return strview_of(arena_format(arena, "nobody can tell what the goal asks: %.*s",
                                           STRVIEW_ARG(all->goal->requests.items[i])));
    if (!all->expected_bookings.count)
        return strview_of("gold says nothing about bookings");
    for (size_t i = 0; i < all->expected_bookings.count; i++) {
        const struct gold_booking *bookings = sets[i].bookings.items;
        struct strview own = {0};
        if (sets[i].bookings.count == 1)
            own = contradiction(gold, &bookings[0], arena);
        struct strview error = own.data ? own : try_set(gold, &sets[i], arena);
        if (!error.data)
            return (struct strview){0};
        if (!fault.data)
            fault =
                own.data
                    ? own
                    : strview_of(arena_format(arena, "the bookings of gold cannot be made: %.*s",
                                              STRVIEW_ARG(error)));
    }
    return fault;
}
