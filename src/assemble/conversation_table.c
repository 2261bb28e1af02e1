/*
 * conversation_table.c: open conversations in a hash table and in two lists by their last event, of
 * those that have ended and of the others; sealed ones in a queue. One owner; no clock: time is
 * that of the events.
 */
#include "assemble/conversation_table.h"

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"

#include <stdlib.h>

#define MINUTE_NS INT64_C(60000000000)

struct open_conversation {
    struct open_conversation *older, *newer; /* by last event read; doubles as the sealed queue */
    struct open_conversation *chain;         /* in its bucket */
    struct conversation *conversation;
    uint64_t hash;
    int64_t last_ns;
    struct open_list *list; /* the one that it stands in */
};

struct open_list {
    struct open_conversation *oldest, *newest;
};

enum { BUCKETS = 8192 };

struct conversation_table {
    struct conversation_table_options options;
    struct open_conversation *buckets[BUCKETS];
    struct open_list speaking, ended; /* an ended one waits only for what comes late */
    size_t open_count;
    struct open_conversation *sealed_first, *sealed_last;
    struct hash_set sealed_ids; /* 64-bit hashes: a clash of two ids has chance n^2 / 2^65 */
    uint64_t duplicates;
    int64_t next_ordinal;
};

const char *skip_reason_name(enum skip_reason reason)
{
    static const char *const names[] = {
#define X(name, text) text,
        SKIP_REASON_LIST(X)
#undef X
    };
    return names[reason];
}

struct conversation_table *
conversation_table_create(const struct conversation_table_options *options)
{
    struct conversation_table *table = memory_alloc(sizeof *table);
    if (!table)
        return NULL;
    table->options = *options;
    if (!table->options.gap_ns)
        table->options.gap_ns = 30 * MINUTE_NS;
    if (!table->options.open_conversations)
        table->options.open_conversations = 4096;
    if (!table->options.conversation_bytes)
        table->options.conversation_bytes = 4 << 20;
    if (!table->options.conversation_events)
        table->options.conversation_events = 10000;
    return table;
}

static void destroy_list(struct open_conversation *first)
{
    while (first) {
        struct open_conversation *next = first->newer;
        conversation_destroy(first->conversation);
        memory_free(first);
        first = next;
    }
}

void conversation_table_destroy(struct conversation_table *table)
{
    if (!table)
        return;
    destroy_list(table->speaking.oldest);
    destroy_list(table->ended.oldest);
    destroy_list(table->sealed_first);
    hash_set_done(&table->sealed_ids);
    memory_free(table);
}

static struct open_conversation **find(struct conversation_table *table, uint64_t hash,
                                       struct strview id)
{
    struct open_conversation **at = &table->buckets[hash % BUCKETS];
    while (*at && ((*at)->hash != hash || !strview_equal((*at)->conversation->id, id)))
        at = &(*at)->chain;
    return at;
}

static void unlink_from_list(struct open_conversation *open)
{
    struct open_list *list = open->list;
    *(open->older ? &open->older->newer : &list->oldest) = open->newer;
    *(open->newer ? &open->newer->older : &list->newest) = open->older;
    open->older = open->newer = NULL;
    open->list = NULL;
}

static void append_to_list(struct open_list *list, struct open_conversation *open)
{
    open->list = list;
    open->older = list->newest;
    open->newer = NULL;
    *(list->newest ? &list->newest->newer : &list->oldest) = open;
    list->newest = open;
}

static enum status seal(struct conversation_table *table, struct open_conversation *open,
                        struct error *err)
{
    struct open_conversation **at = find(table, open->hash, open->conversation->id);
    *at = open->chain;
    unlink_from_list(open);
    table->open_count--;
    *(table->sealed_last ? &table->sealed_last->newer : &table->sealed_first) = open;
    table->sealed_last = open;
    int64_t duplicates = conversation_seal(open->conversation);
    if (duplicates < 0 || !hash_set_add(&table->sealed_ids, open->hash))
        return error_no_memory(err);
    table->duplicates += (uint64_t)duplicates;
    open->conversation->ordinal = table->next_ordinal++;
    return STATUS_OK;
}

static enum status open_new(struct conversation_table *table, const struct event *event,
                            uint64_t hash, struct open_conversation **ret_open, struct error *err)
{
    struct open_conversation *open = memory_alloc(sizeof *open);
    if (!open)
        return error_no_memory(err);
    open->conversation =
        conversation_create(event->conversation_id, table->options.conversation_bytes);
    if (!open->conversation) {
        memory_free(open);
        return error_no_memory(err);
    }
    open->hash = hash;
    struct open_conversation **bucket = &table->buckets[hash % BUCKETS];
    open->chain = *bucket;
    *bucket = open;
    append_to_list(&table->speaking, open);
    table->open_count++;
    *ret_open = open;
    return STATUS_OK;
}

static bool is_idle(const struct conversation_table *table, const struct open_conversation *open,
                    int64_t now_ns)
{
    int64_t idle_ns;
    if (__builtin_sub_overflow(now_ns, open->last_ns, &idle_ns))
        return now_ns > open->last_ns;
    return idle_ns > table->options.gap_ns;
}

/* Seals what has ended, is idle, or is too much; `current` is the conversation of the event at
 * hand. */
static enum status seal_what_is_due(struct conversation_table *table,
                                    const struct open_conversation *current, int64_t now_ns,
                                    struct error *err)
{
    enum status status = STATUS_OK;
    for (struct open_conversation *open = table->ended.oldest, *newer; open && status == STATUS_OK;
         open = newer) {
        newer = open->newer;
        if (open != current)
            status = seal(table, open, err);
    }
    for (struct open_conversation *open = table->speaking.oldest, *newer;
         open && status == STATUS_OK; open = newer) {
        newer = open->newer;
        if (!is_idle(table, open, now_ns) && table->open_count <= table->options.open_conversations)
            break; /* the list is by last event read: what follows is fresher */
        if (open != current)
            status = seal(table, open, err);
    }
    return status;
}

static enum skip_reason place_event(struct conversation_table *table,
                                    struct open_conversation *open, const struct event *event)
{
    struct conversation *conversation = open->conversation;
    if (conversation->event_count >= table->options.conversation_events)
        conversation->too_long = true;
    if (conversation->too_long) {
        conversation->ended = conversation->ended || event->type == EVENT_CONVERSATION_ENDED;
        return SKIP_TOO_LONG;
    }
    if (conversation_add(conversation, event))
        return SKIP_NONE;
    if (!arena_limit_was_hit(conversation->arena))
        return SKIP_REASON_COUNT; /* memory */
    conversation->too_long = true;
    return SKIP_TOO_LONG;
}

enum status conversation_table_add(struct conversation_table *table, const struct event *event,
                                   enum skip_reason *ret_skip, struct error *err)
{
    uint64_t hash = hash_64(event->conversation_id.data, event->conversation_id.size);
    struct open_conversation *open = *find(table, hash, event->conversation_id);
    *ret_skip = SKIP_NONE;
    if (!open) {
        bool is_start = event->type == EVENT_CONVERSATION_STARTED;
        if (hash_set_has(&table->sealed_ids, hash))
            *ret_skip = is_start ? SKIP_DUPLICATE_CONVERSATION : SKIP_OUTSIDE_CONVERSATION;
        else if (!is_start)
            *ret_skip = SKIP_OUTSIDE_CONVERSATION;
        if (*ret_skip != SKIP_NONE)
            return STATUS_OK;
        enum status status = open_new(table, event, hash, &open, err);
        if (status != STATUS_OK)
            return status;
    }
    *ret_skip = place_event(table, open, event);
    if (*ret_skip == SKIP_REASON_COUNT)
        return error_no_memory(err);
    if (event->type == EVENT_FEEDBACK) /* comes days later: its time says nothing of the others */
        return STATUS_OK;
    open->last_ns = event->time_ns;
    unlink_from_list(open);
    append_to_list(open->conversation->ended ? &table->ended : &table->speaking, open);
    return seal_what_is_due(table, open, event->time_ns, err);
}

enum status conversation_table_finish(struct conversation_table *table, struct error *err)
{
    enum status status = STATUS_OK;
    while (table->ended.oldest && status == STATUS_OK)
        status = seal(table, table->ended.oldest, err);
    while (table->speaking.oldest && status == STATUS_OK)
        status = seal(table, table->speaking.oldest, err);
    return status;
}

struct conversation *conversation_table_take(struct conversation_table *table)
{
    struct open_conversation *first = table->sealed_first;
    if (!first)
        return NULL;
    struct conversation *conversation = first->conversation;
    table->sealed_first = first->newer;
    if (!table->sealed_first)
        table->sealed_last = NULL;
    memory_free(first);
    return conversation;
}

uint64_t conversation_table_take_duplicates(struct conversation_table *table)
{
    uint64_t duplicates = table->duplicates;
    table->duplicates = 0;
    return duplicates;
}
