/*
 * booking_match.c: multisets of bookings held against each other. Used by trial_score in the modes
 * in which something is booked. Thread: any. Owner: nothing is kept.
 */
#include "score/booking_match.h"

#include <stdint.h>

bool booking_match_equal(const struct slot_match_context *context, const struct gold_booking *gold,
                         const struct gold_booking *made)
{
    if (!strview_equal(gold->method, made->method))
        return false;
    for (size_t i = 0; i < gold->slots.count; i++) {
        const struct slot *slot = &gold->slots.slots[i];
        const struct slot *own = slot_map_find(&made->slots, slot->name);
        if (!slot_match_is_empty(&slot->value) &&
            !slot_match_equal(context, slot->name, &slot->value, own ? &own->value : NULL))
            return false;
    }
    return true;
}

struct matching {
    size_t wanted, made;
    bool fits[BOOKING_MATCH_MOST][BOOKING_MATCH_MOST];
    size_t owner[BOOKING_MATCH_MOST]; /* of a made booking: wanted + 1; 0: free */
    bool seen[BOOKING_MATCH_MOST];
};

/* Kuhn's augmenting path: gives `wanted` a made booking, moving others if need be. */
static bool find_for(struct matching *matching, size_t wanted)
{
    for (size_t i = 0; i < matching->made; i++) {
        if (!matching->fits[wanted][i] || matching->seen[i])
            continue;
        matching->seen[i] = true;
        if (matching->owner[i] && !find_for(matching, matching->owner[i] - 1))
            continue;
        matching->owner[i] = wanted + 1;
        return true;
    }
    return false;
}

struct booking_match booking_match_set(const struct slot_match_context *context,
                                       const struct record_list *gold,
                                       const struct record_list *made)
{
    const struct gold_booking *wanted = gold->items, *own = made->items;
    struct booking_match match = {.wanted = gold->count, .made = made->count};
    if (gold->count > BOOKING_MATCH_MOST || made->count > BOOKING_MATCH_MOST)
        return match;
    struct matching matching = {.wanted = gold->count, .made = made->count};
    for (size_t i = 0; i < gold->count; i++)
        for (size_t j = 0; j < made->count; j++)
            matching.fits[i][j] = booking_match_equal(context, &wanted[i], &own[j]);
    for (size_t i = 0; i < gold->count; i++) {
        memset(matching.seen, 0, sizeof matching.seen);
        match.matched += find_for(&matching, i);
    }
    return match;
}

size_t booking_match_best(const struct slot_match_context *context, const struct record_list *sets,
                          const struct record_list *made, struct booking_match *ret_match)
{
    const struct gold_booking_set *all = sets->items;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < sets->count; i++) {
        struct booking_match match = booking_match_set(context, &all[i].bookings, made);
        bool is_better = best == SIZE_MAX || match.matched > ret_match->matched;
        if (best != SIZE_MAX && booking_match_is_right(ret_match))
            break;
        if (booking_match_is_right(&match) || is_better) {
            best = i;
            *ret_match = match;
        }
    }
    return best;
}
