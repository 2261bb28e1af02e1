/*
 * trial_truth.c: gold and reference texts in the form that a replay takes. Under trial_run, for
 * first causes. Owner: the arena that is given. Thread: any.
 */
#include "replay/trial_truth.h"

static bool differs(const struct user_turn *user)
{
    return user->reference_text.data && !strview_equal(user->reference_text, user->text);
}

bool trial_truth_words_differ(const struct conversation *conversation)
{
    for (size_t i = 0; i < conversation->turn_count; i++)
        if (differs(conversation->turns[i].user))
            return true;
    return false;
}

const struct conversation *trial_truth_conversation(const struct conversation *conversation,
                                                    struct arena *arena)
{
    size_t count = conversation->turn_count;
    struct conversation *own = arena_alloc(arena, sizeof *own);
    struct conversation_turn *turns = arena_array(arena, count + 1, sizeof *turns);
    struct user_turn *users = arena_array(arena, count + 1, sizeof *users);
    if (!own || !turns || !users)
        return NULL;
    *own = *conversation;
    own->turns = turns;
    for (size_t i = 0; i < count; i++) {
        turns[i] = conversation->turns[i];
        users[i] = *turns[i].user;
        if (differs(&users[i]))
            users[i].text = users[i].reference_text;
        turns[i].user = &users[i];
    }
    return own;
}

static struct slot_value canonical(const struct slot_value *value)
{
    if (value->kind != SLOT_VALUE_LIST || !value->count)
        return *value;
    return (struct slot_value){.kind = SLOT_VALUE_TEXT, .count = 1, .texts = value->texts};
}

const struct turn_truth *trial_truth_of_gold(const struct gold_conversation *gold, size_t turn,
                                             struct arena *arena)
{
    const struct gold_turn *turns = gold ? gold->turns.items : NULL;
    struct slot_map none = slot_map_empty();
    if (!turns || turn >= gold->turns.count)
        return NULL;
    const struct slot_map *now = &turns[turn].state;
    const struct slot_map *before = turn ? &turns[turn - 1].state : &none;
    struct turn_truth *truth = arena_alloc(arena, sizeof *truth);
    if (!truth)
        return NULL;
    *truth = (struct turn_truth){.slots = slot_map_empty(),
                                 .intent = turns[turn].intent,
                                 .requests = turns[turn].requested_slots};
    for (size_t i = 0; i < now->count; i++) {
        const struct slot *old = slot_map_find(before, now->slots[i].name);
        struct slot_value value = canonical(&now->slots[i].value);
        if (old && slot_value_equal(&old->value, &now->slots[i].value))
            continue;
        if (!slot_map_set(arena, &truth->slots, now->slots[i].name, &value))
            return NULL;
    }
    for (size_t i = 0; i < before->count; i++) {
        struct slot_value nothing = {.kind = SLOT_VALUE_NULL};
        if (!slot_map_find(now, before->slots[i].name) &&
            !slot_map_set(arena, &truth->slots, before->slots[i].name, &nothing))
            return NULL;
    }
    return truth;
}
