/*
 * import_table.c: open conversations in a list by their last line, each with its arena; a map from
 * the hash of an id to its conversation, or to CLOSED. The last step of every import.
 */
#include "ingest/import_table.h"

#include "base/file_stream.h"
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "codec/json_record.h"

#include <stdlib.h>

enum { CONVERSATION_BLOCK_BYTES = 4096, OUTPUT_BUFFER_BYTES = 1 << 16 };
#define CLOSED UINT64_MAX

struct held_event {
    struct import_event event;
    size_t order;
};

struct open_conversation {
    struct strview id;
    struct arena *arena;
    struct held_event *events;
    size_t count, capacity;
    struct open_conversation *before, *behind; /* by last line, the longest silent first */
};

struct import_table {
    struct import_table_options options;
    struct import_counts *counts;
    struct hash_set places; /* hash of an id -> struct open_conversation * as a number, or CLOSED */
    struct open_conversation *first, *last;
    int64_t open_count;
    size_t open_bytes;
    struct file_stream output;
};

enum status import_table_create(const struct import_table_options *options,
                                struct import_counts *counts, struct import_table **ret_table,
                                struct error *err)
{
    CLEANUP(import_table_cleanup) struct import_table *table = memory_alloc(sizeof *table);
    if (!table)
        return error_no_memory(err);
    table->options = *options;
    table->counts = counts;
    table->places = HASH_MAP;
    table->output.descriptor = -1;
    enum status status = file_stream_open(&table->output, options->output, err);
    if (status == STATUS_OK)
        *ret_table = TAKE(table);
    return status;
}

static void drop(struct import_table *table, struct open_conversation *conversation)
{
    if (conversation->before)
        conversation->before->behind = conversation->behind;
    else
        table->first = conversation->behind;
    if (conversation->behind)
        conversation->behind->before = conversation->before;
    else
        table->last = conversation->before;
    table->open_count--;
    table->open_bytes -= arena_used_bytes(conversation->arena);
    arena_destroy(conversation->arena); /* holds the conversation itself */
}

static void append(struct import_table *table, struct open_conversation *conversation)
{
    conversation->behind = NULL;
    conversation->before = table->last;
    if (table->last)
        table->last->behind = conversation;
    else
        table->first = conversation;
    table->last = conversation;
}

void import_table_destroy(struct import_table *table)
{
    if (!table)
        return;
    while (table->first)
        drop(table, table->first);
    file_stream_close(&table->output);
    hash_set_done(&table->places);
    memory_free(table);
}

/* Where an event belongs in a conversation, whatever its time. */
static int rank(int type)
{
    return type == EVENT_CONVERSATION_STARTED ? 0
           : type == EVENT_CONVERSATION_ENDED ? 2
           : type == EVENT_FEEDBACK           ? 3
                                              : 1;
}

static int compare(const struct held_event *a, const struct held_event *b, bool by_time)
{
    int ranks = rank(a->event.type) - rank(b->event.type);
    if (ranks != 0)
        return ranks;
    if (by_time && a->event.time_ns != b->event.time_ns)
        return a->event.time_ns < b->event.time_ns ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static int compare_by_time(const void *a, const void *b)
{
    return compare(a, b, true);
}

static int compare_as_read(const void *a, const void *b)
{
    return compare(a, b, false);
}

/* Slots that tell a change become the state: what was known before, with it; null removes. */
static bool merge_slots(struct open_conversation *conversation)
{
    struct slot_map state = {0};
    for (size_t i = 0; i < conversation->count; i++) {
        struct import_event *event = &conversation->events[i].event;
        struct agent_turn *turn = event->body;
        if (event->type != EVENT_AGENT_TURN)
            continue;
        if (!event->slots_change) {
            if (turn->slots.slots && !slot_map_copy(conversation->arena, &turn->slots, &state))
                return false;
            continue;
        }
        if (!state.slots)
            state = slot_map_empty();
        struct slot_map after;
        if (!slot_map_copy(conversation->arena, &state, &after))
            return false;
        for (size_t j = 0; j < turn->slots.count; j++) {
            const struct slot *slot = &turn->slots.slots[j];
            if (slot->value.kind == SLOT_VALUE_NULL)
                slot_map_remove(&after, slot->name);
            else if (!slot_map_set(conversation->arena, &after, slot->name, &slot->value))
                return false;
        }
        turn->slots = state = after;
    }
    return true;
}

/* What the log does not say of the end: told by the state that the agent went to at last. */
static int outcome_by_state(const struct open_conversation *conversation)
{
    struct strview state = {0};
    for (size_t i = 0; i < conversation->count; i++) {
        const struct import_event *event = &conversation->events[i].event;
        if (event->type != EVENT_AGENT_TURN)
            continue;
        const struct agent_turn *turn = event->body;
        if (turn->next_state.data)
            state = turn->next_state;
    }
    if (strview_is(state, "complete") || strview_is(state, "completed"))
        return OUTCOME_COMPLETED;
    return strview_is(state, "handover") ? OUTCOME_HANDED_OVER : OUTCOME_ABANDONED;
}

static void write_event(struct import_table *table, const struct open_conversation *conversation,
                        const struct import_event *event, int64_t *sequence)
{
    struct event whole = {.conversation_id = conversation->id,
                          .sequence = (*sequence)++,
                          .time_ns = event->time_ns,
                          .type = event->type,
                          .body = event->body};
    struct json_write writer = {.out = &table->output.text};
    json_record_encode_event(&whole, &writer);
    strbuf_add_char(&table->output.text, '\n');
    table->counts->events++;
}

static void write_made_start(struct import_table *table,
                             const struct open_conversation *conversation, int64_t *sequence)
{
    struct conversation_started body;
    record_init(&conversation_started_type, &body);
    body.time_zone = table->options.time_zone;
    int64_t time_ns = conversation->events[0].event.time_ns;
    for (size_t i = 1; i < conversation->count; i++)
        if (conversation->events[i].event.time_ns < time_ns)
            time_ns = conversation->events[i].event.time_ns;
    struct import_event event = {
        .type = EVENT_CONVERSATION_STARTED, .time_ns = time_ns, .body = &body};
    write_event(table, conversation, &event, sequence);
    table->counts->made_started++;
}

static void write_made_end(struct import_table *table, const struct open_conversation *conversation,
                           size_t end, int64_t *sequence)
{
    struct conversation_ended body;
    record_init(&conversation_ended_type, &body);
    body.outcome = table->options.outcome ? table->options.outcome : outcome_by_state(conversation);
    body.reason = strview_of("not in the imported log");
    int64_t time_ns = conversation->events[0].event.time_ns;
    for (size_t i = 0; i < end; i++)
        if (conversation->events[i].event.time_ns > time_ns)
            time_ns = conversation->events[i].event.time_ns;
    struct import_event event = {
        .type = EVENT_CONVERSATION_ENDED, .time_ns = time_ns, .body = &body};
    write_event(table, conversation, &event, sequence);
    table->counts->made_ended++;
}

/* Sorted by compare(): starts, turns and the rest, ends, feedback. Of several starts the first
 * holds, of several ends the last. */
static void write_conversation(struct import_table *table,
                               const struct open_conversation *conversation)
{
    int64_t sequence = 0;
    size_t count = conversation->count, starts = 0, ends = 0, feedback = 0;
    for (size_t i = 0; i < count; i++) {
        int place = rank(conversation->events[i].event.type);
        starts += place == 0;
        ends += place == 2;
        feedback += place == 3;
    }
    size_t turns_end = count - ends - feedback;
    if (starts)
        write_event(table, conversation, &conversation->events[0].event, &sequence);
    else
        write_made_start(table, conversation, &sequence);
    for (size_t i = starts; i < turns_end; i++)
        write_event(table, conversation, &conversation->events[i].event, &sequence);
    if (ends)
        write_event(table, conversation, &conversation->events[turns_end + ends - 1].event,
                    &sequence);
    else
        write_made_end(table, conversation, turns_end, &sequence);
    for (size_t i = turns_end + ends; i < count; i++)
        write_event(table, conversation, &conversation->events[i].event, &sequence);
    table->counts->repeated += (starts ? starts - 1 : 0) + (ends ? ends - 1 : 0);
    table->counts->conversations++;
}

static uint64_t hash_of(struct strview id)
{
    return hash_64(id.data, id.size);
}

static enum status close_first(struct import_table *table, struct error *err)
{
    struct open_conversation *conversation = table->first;
    if (conversation->count) {
        qsort(conversation->events, conversation->count, sizeof *conversation->events,
              table->options.by_time ? compare_by_time : compare_as_read);
        if (!merge_slots(conversation))
            return error_no_memory(err);
        write_conversation(table, conversation);
    }
    if (!hash_set_put(&table->places, hash_of(conversation->id), CLOSED))
        return error_no_memory(err);
    drop(table, conversation);
    return file_stream_flush(&table->output, OUTPUT_BUFFER_BYTES, err);
}

static enum status open_new(struct import_table *table, struct strview id,
                            struct open_conversation **ret_conversation, struct error *err)
{
    CLEANUP(arena_cleanup)
    struct arena *arena = arena_create(CONVERSATION_BLOCK_BYTES, IMPORT_CONVERSATION_LIMIT_BYTES);
    struct open_conversation *conversation =
        arena ? arena_alloc(arena, sizeof *conversation) : NULL;
    struct strview own_id = conversation ? arena_copy_view(arena, id) : (struct strview){0};
    if (!own_id.data ||
        !hash_set_put(&table->places, hash_of(id), (uint64_t)(uintptr_t)conversation))
        return error_no_memory(err);
    *conversation = (struct open_conversation){.id = own_id, .arena = TAKE(arena)};
    append(table, conversation);
    table->open_count++;
    table->open_bytes += arena_used_bytes(conversation->arena);
    *ret_conversation = conversation;
    return STATUS_OK;
}

static enum status find(struct import_table *table, struct strview id,
                        struct open_conversation **ret_conversation, struct error *err)
{
    uint64_t place;
    if (!hash_set_get(&table->places, hash_of(id), &place)) {
        while (table->open_count >= table->options.max_open ||
               (table->first && table->open_bytes > IMPORT_OPEN_LIMIT_BYTES)) {
            enum status status = close_first(table, err);
            if (status != STATUS_OK)
                return status;
        }
        return open_new(table, id, ret_conversation, err);
    }
    if (place == CLOSED) {
        enum status status =
            error_set(err, STATUS_DATA, "the conversation was written already: this line is late");
        error_fix(err, table->options.max_open == 1
                           ? "Set 'grouped: false' when lines of conversations are mixed."
                           : "Sort the log by conversation, or raise 'max_open'.");
        return status;
    }
    struct open_conversation *conversation = (struct open_conversation *)(uintptr_t)place;
    if (conversation != table->last) { /* it spoke last now */
        conversation->behind->before = conversation->before;
        if (conversation->before)
            conversation->before->behind = conversation->behind;
        else
            table->first = conversation->behind;
        append(table, conversation);
    }
    *ret_conversation = conversation;
    return STATUS_OK;
}

enum status import_table_add(struct import_table *table, struct strview conversation_id,
                             const struct import_event *event, struct error *err)
{
    struct open_conversation *conversation;
    enum status status = find(table, conversation_id, &conversation, err);
    if (status != STATUS_OK)
        return status;
    struct arena *arena = conversation->arena;
    size_t used = arena_used_bytes(arena);
    const struct record_type *type = event_body_type(event->type);
    struct held_event held = {.event = *event, .order = conversation->count};
    held.event.body = arena_alloc(arena, type->size);
    bool added = held.event.body && record_copy(type, event->body, held.event.body, arena) &&
                 arena_grow(arena, &conversation->events, conversation->count,
                            &conversation->capacity, sizeof *conversation->events);
    if (added)
        conversation->events[conversation->count++] = held;
    table->open_bytes += arena_used_bytes(arena) - used;
    if (added)
        return STATUS_OK;
    if (!arena_limit_was_hit(arena))
        return error_no_memory(err);
    return error_set(err, STATUS_DATA, "the conversation is larger than %d MiB",
                     IMPORT_CONVERSATION_LIMIT_BYTES >> 20);
}

size_t import_table_event_count(const struct import_table *table, struct strview conversation_id)
{
    uint64_t place;
    if (!hash_set_get(&table->places, hash_of(conversation_id), &place) || place == CLOSED)
        return 0;
    return ((const struct open_conversation *)(uintptr_t)place)->count;
}

enum status import_table_finish(struct import_table *table, struct error *err)
{
    enum status status = STATUS_OK;
    while (table->first && status == STATUS_OK)
        status = close_first(table, err);
    return status == STATUS_OK ? file_stream_commit(&table->output, err) : status;
}
