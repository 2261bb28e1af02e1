/*
 * conversation.c: events into turns. One owner until it is sealed; then read-only.
 */
#include "record/conversation.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 8 * 1024 };

struct conversation *conversation_create(struct strview id, size_t limit_bytes)
{
    struct arena *arena = arena_create(BLOCK_BYTES, limit_bytes);
    if (!arena)
        return NULL;
    struct conversation *conversation = arena_alloc(arena, sizeof *conversation);
    struct strview own_id = arena_copy_view(arena, id);
    if (!conversation || !own_id.data) {
        arena_destroy(arena);
        return NULL;
    }
    *conversation = (struct conversation){.arena = arena, .id = own_id};
    return conversation;
}

void conversation_destroy(struct conversation *conversation)
{
    if (conversation)
        arena_destroy(conversation->arena);
}

bool conversation_add(struct conversation *conversation, const struct event *event)
{
    struct arena *arena = conversation->arena;
    const struct record_type *type = event_body_type(event->type);
    void *body = arena_alloc(arena, type->size);
    if (!body || !record_copy(type, event->body, body, arena) ||
        !arena_grow(arena, &conversation->events, conversation->event_count,
                    &conversation->event_capacity, sizeof *conversation->events))
        return false;
    struct event copy = *event;
    copy.conversation_id = conversation->id;
    copy.body = body;
    conversation->events[conversation->event_count++] = copy;
    conversation->ended = conversation->ended || event->type == EVENT_CONVERSATION_ENDED;
    return true;
}

/* By sequence; the order of reading decides among equals, so the index is part of the key. */
struct keyed_event {
    struct event event;
    size_t read;
};

static int by_sequence(const void *a, const void *b)
{
    const struct keyed_event *x = a, *y = b;
    if (x->event.sequence != y->event.sequence)
        return x->event.sequence < y->event.sequence ? -1 : 1;
    return (x->read > y->read) - (x->read < y->read);
}

static bool is_sorted(const struct conversation *conversation)
{
    for (size_t i = 1; i < conversation->event_count; i++)
        if (conversation->events[i - 1].sequence >= conversation->events[i].sequence)
            return false;
    return true;
}

static int64_t sort_events(struct conversation *conversation)
{
    size_t count = conversation->event_count, kept = 0;
    if (is_sorted(conversation))
        return 0;
    struct keyed_event *keyed = arena_array(conversation->arena, count, sizeof *keyed);
    if (!keyed)
        return -1;
    for (size_t i = 0; i < count; i++)
        keyed[i] = (struct keyed_event){conversation->events[i], i};
    qsort(keyed, count, sizeof *keyed, by_sequence);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || keyed[i].event.sequence != keyed[i - 1].event.sequence)
            conversation->events[kept++] = keyed[i].event;
    conversation->event_count = kept;
    return (int64_t)(count - kept);
}

static void take_event(struct conversation *conversation, const struct event *event,
                       const struct agent_turn **last_agent)
{
    struct conversation_turn *turn =
        conversation->turn_count ? &conversation->turns[conversation->turn_count - 1] : NULL;
    switch ((enum event_type)event->type) {
    case EVENT_CONVERSATION_STARTED:
        if (!conversation->started)
            conversation->started = event->body;
        break;
    case EVENT_USER_TURN:
        conversation->turns[conversation->turn_count++] =
            (struct conversation_turn){.user = event->body,
                                       .user_sequence = event->sequence,
                                       .user_time_ns = event->time_ns,
                                       .asked = *last_agent};
        break;
    case EVENT_AGENT_TURN:
        *last_agent = event->body;
        if (!turn) {
            conversation->opening = event->body;
        } else { /* of several answers the last one holds the state */
            turn->agent = event->body;
            turn->agent_time_ns = event->time_ns;
        }
        break;
    case EVENT_CONVERSATION_ENDED:
        conversation->outcome = ((const struct conversation_ended *)event->body)->outcome;
        break;
    case EVENT_FEEDBACK:
        conversation->feedback = event->body;
        break;
    case EVENT_ABSENT:
    case EVENT_SERVICE_CALL:
    case EVENT_TOOL_CALL:
        break;
    }
}

int64_t conversation_seal(struct conversation *conversation)
{
    arena_lift_limit(conversation->arena); /* bounded by the events, of which no more come */
    int64_t duplicates = sort_events(conversation);
    size_t user_turns = 0;
    for (size_t i = 0; i < conversation->event_count; i++)
        user_turns += conversation->events[i].type == EVENT_USER_TURN;
    conversation->turns =
        arena_array(conversation->arena, user_turns + 1, sizeof *conversation->turns);
    if (duplicates < 0 || !conversation->turns)
        return -1;
    const struct agent_turn *last_agent = NULL;
    for (size_t i = 0; i < conversation->event_count; i++) {
        const struct event *event = &conversation->events[i];
        if (i == 0)
            conversation->start_ns = conversation->end_ns = event->time_ns;
        if (event->type != EVENT_FEEDBACK && event->time_ns > conversation->end_ns)
            conversation->end_ns = event->time_ns;
        take_event(conversation, event, &last_agent);
    }
    return duplicates;
}

struct strview conversation_locale(const struct conversation *conversation, struct strview fallback)
{
    const struct conversation_started *started = conversation->started;
    return started && started->locale.data ? started->locale : fallback;
}

struct strview conversation_time_zone(const struct conversation *conversation,
                                      struct strview fallback)
{
    const struct conversation_started *started = conversation->started;
    return started && started->time_zone.data ? started->time_zone : fallback;
}
