/*
 * partition_table.c: open conversations of one partition in a hash table, all unfinished ones in a
 * list by first offset, sealed ones in a queue. One owner; time is that of the events.
 */
#include "assemble/partition_table.h"

#include "base/hash.h"
#include "base/memory.h"

enum { BUCKETS = 1024 };
#define MINUTE_NS INT64_C(60000000000)

struct partition_table {
    struct partition_table_options options;
    int32_t partition;
    struct log_conversation *buckets[BUCKETS];
    struct log_conversation *oldest, *newest;
    struct log_conversation *sealed_first, *sealed_last;
    size_t unfinished, open;
    int64_t earliest_last_ns; /* of the open ones, or less */
    int64_t earliest_start_ns;
    int64_t read; /* below: dealt with before the restart */
    int64_t *restored;
    size_t restored_count, restored_next; /* the next one to be opened again */
    bool is_abandoned;
};

struct partition_table *partition_table_create(const struct partition_table_options *options,
                                               int32_t partition)
{
    struct partition_table *table = memory_alloc(sizeof *table);
    if (!table)
        return NULL;
    table->options = *options;
    table->partition = partition;
    if (!table->options.gap_ns)
        table->options.gap_ns = 30 * MINUTE_NS;
    if (!table->options.span_records)
        table->options.span_records = 100000;
    if (!table->options.span_ns)
        table->options.span_ns = 24 * 60 * MINUTE_NS;
    if (!table->options.conversation_bytes)
        table->options.conversation_bytes = 4 << 20;
    if (!table->options.conversation_events)
        table->options.conversation_events = 10000;
    table->earliest_last_ns = table->earliest_start_ns = INT64_MAX;
    return table;
}

static void forget(struct log_conversation *log)
{
    struct partition_table *table = log->table;
    *(log->older ? &log->older->newer : &table->oldest) = log->newer;
    *(log->newer ? &log->newer->older : &table->newest) = log->older;
    table->unfinished--;
    conversation_destroy(log->conversation);
    strbuf_done(&log->results);
    memory_free(log);
}

void partition_table_destroy(struct partition_table *table)
{
    if (!table)
        return;
    while (table->oldest)
        forget(table->oldest);
    memory_free(table->restored);
    memory_free(table);
}

int32_t partition_table_partition(const struct partition_table *table)
{
    return table->partition;
}

enum status partition_table_restore(struct partition_table *table, int64_t read,
                                    const int64_t *unfinished, size_t count, struct error *err)
{
    table->restored = memory_alloc((count + 1) * sizeof *table->restored);
    if (!table->restored)
        return error_no_memory(err);
    if (count)
        memcpy(table->restored, unfinished, count * sizeof *unfinished);
    table->restored_count = count;
    table->read = read;
    return STATUS_OK;
}

bool partition_table_was_read(const struct partition_table *table, int64_t offset)
{
    return offset < table->read;
}

static struct log_conversation **find(struct partition_table *table, uint64_t hash,
                                      struct strview id)
{
    struct log_conversation **at = &table->buckets[hash % BUCKETS];
    while (*at && ((*at)->hash != hash || !strview_equal((*at)->conversation->id, id)))
        at = &(*at)->next;
    return at;
}

static enum status seal(struct partition_table *table, struct log_conversation *log,
                        struct error *err)
{
    *find(table, log->hash, log->conversation->id) = log->next;
    log->next = NULL;
    *(table->sealed_last ? &table->sealed_last->next : &table->sealed_first) = log;
    table->sealed_last = log;
    table->open--;
    int64_t duplicates = conversation_seal(log->conversation);
    if (duplicates < 0)
        return error_no_memory(err);
    log->duplicates = duplicates;
    log->events = (int64_t)log->conversation->event_count;
    return STATUS_OK;
}

/* The seal rules that the time of another event brings about. The events' own times decide, not the
 * highest one so far: so a conversation's end depends on no record before its first. */
static enum status seal_idle(struct partition_table *table, int64_t now_ns, struct error *err)
{
    int64_t gap_ns = table->options.gap_ns, span_ns = table->options.span_ns;
    if (table->open == 0 ||
        (now_ns - gap_ns < table->earliest_last_ns && now_ns - span_ns < table->earliest_start_ns))
        return STATUS_OK;
    table->earliest_last_ns = table->earliest_start_ns = INT64_MAX;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < BUCKETS && status == STATUS_OK; i++) {
        struct log_conversation *log = table->buckets[i], *next;
        for (; log && status == STATUS_OK; log = next) {
            next = log->next;
            bool is_long = now_ns - span_ns >= log->start_ns;
            if (now_ns - gap_ns >= log->last_ns || is_long) {
                log->conversation->too_long = log->conversation->too_long || is_long;
                status = seal(table, log, err);
                continue;
            }
            if (log->last_ns < table->earliest_last_ns)
                table->earliest_last_ns = log->last_ns;
            if (log->start_ns < table->earliest_start_ns)
                table->earliest_start_ns = log->start_ns;
        }
    }
    return status;
}

/* The same for the span of offsets: the list is by first offset, sealed ones are passed over. */
static enum status seal_spanning(struct partition_table *table, int64_t offset, struct error *err)
{
    enum status status = STATUS_OK;
    struct log_conversation *log = table->oldest;
    for (; log && status == STATUS_OK && offset - log->first_offset >= table->options.span_records;
         log = log->newer) {
        if (!log->conversation || *find(table, log->hash, log->conversation->id) != log)
            continue;
        log->conversation->too_long = true;
        status = seal(table, log, err);
    }
    return status;
}

static enum status open_new(struct partition_table *table, int64_t offset,
                            const struct event *event, uint64_t hash,
                            struct log_conversation **ret_log, struct error *err)
{
    struct log_conversation *log = memory_alloc(sizeof *log);
    struct conversation *conversation =
        log ? conversation_create(event->conversation_id, table->options.conversation_bytes) : NULL;
    if (!conversation) {
        memory_free(log);
        return error_no_memory(err);
    }
    *log = (struct log_conversation){.table = table,
                                     .conversation = conversation,
                                     .hash = hash,
                                     .first_offset = offset,
                                     .start_ns = event->time_ns,
                                     .last_ns = event->time_ns,
                                     .older = table->newest,
                                     .next = table->buckets[hash % BUCKETS]};
    conversation->origin = log;
    table->buckets[hash % BUCKETS] = log;
    *(table->newest ? &table->newest->newer : &table->oldest) = log;
    table->newest = log;
    table->unfinished++;
    table->open++;
    *ret_log = log;
    return STATUS_OK;
}

/* It has ended, and every sequence number below its end is there. */
static bool is_complete(struct log_conversation *log)
{
    const struct conversation *conversation = log->conversation;
    if (!conversation->ended || log->next_sequence >= 0)
        return conversation->ended;
    int64_t end = INT64_MAX;
    for (size_t i = 0; i < conversation->event_count; i++)
        if (conversation->events[i].type == EVENT_CONVERSATION_ENDED)
            end = conversation->events[i].sequence;
    if (end >= (int64_t)conversation->event_count) /* one is missing at least */
        return false;
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(1024, 0);
    bool *seen = scratch ? arena_array(scratch, (size_t)end + 1, sizeof *seen) : NULL;
    int64_t missing = end + 1;
    for (size_t i = 0; seen && i < conversation->event_count; i++) {
        int64_t sequence = conversation->events[i].sequence;
        if (sequence < 0 || sequence > end || seen[sequence])
            continue;
        seen[sequence] = true;
        missing--;
    }
    return seen && missing == 0;
}

static enum status place(struct partition_table *table, struct log_conversation *log,
                         const struct event *event, struct error *err)
{
    struct conversation *conversation = log->conversation;
    log->records++;
    if (event->type != EVENT_FEEDBACK && event->time_ns > log->last_ns)
        log->last_ns = event->time_ns;
    if (log->next_sequence >= 0)
        log->next_sequence = event->sequence == log->next_sequence ? log->next_sequence + 1 : -1;
    if (conversation->event_count >= table->options.conversation_events) {
        conversation->too_long = true;
    } else if (!conversation_add(conversation, event)) {
        if (!arena_limit_was_hit(conversation->arena))
            return error_no_memory(err);
        conversation->too_long = true;
    }
    if (log->last_ns < table->earliest_last_ns)
        table->earliest_last_ns = log->last_ns;
    if (log->start_ns < table->earliest_start_ns)
        table->earliest_start_ns = log->start_ns;
    return conversation->too_long || is_complete(log) ? seal(table, log, err) : STATUS_OK;
}

/* After a restart only what the commit names as unfinished is opened again. */
static bool may_open(struct partition_table *table, int64_t offset)
{
    if (offset >= table->read)
        return true;
    return table->restored_next < table->restored_count &&
           table->restored[table->restored_next] == offset;
}

static enum status log_changed(const struct partition_table *table, struct error *err)
{
    enum status status =
        error_set(err, STATUS_DATA, "the conversation that begins at offset %lld is not there",
                  (long long)table->restored[table->restored_next]);
    error_where(err, "partition %d", table->partition);
    error_fix(err, "The log is not what it was at the last commit: begin a new run.");
    return status;
}

enum status partition_table_add(struct partition_table *table, int64_t offset,
                                const struct event *event, enum partition_verdict *ret_verdict,
                                struct error *err)
{
    if (table->restored_next < table->restored_count &&
        table->restored[table->restored_next] < offset)
        return log_changed(table, err);
    enum status status = seal_spanning(table, offset, err);
    if (status == STATUS_OK && event->type != EVENT_FEEDBACK)
        status = seal_idle(table, event->time_ns, err);
    if (status != STATUS_OK)
        return status;
    uint64_t hash = hash_64(event->conversation_id.data, event->conversation_id.size);
    struct log_conversation *log = *find(table, hash, event->conversation_id);
    if (!log && event->type == EVENT_CONVERSATION_STARTED && may_open(table, offset)) {
        status = open_new(table, offset, event, hash, &log, err);
        table->restored_next += offset < table->read;
    }
    if (status != STATUS_OK)
        return status;
    if (log) {
        *ret_verdict = PARTITION_TAKEN;
        return place(table, log, event, err);
    }
    if (offset < table->read)
        *ret_verdict = PARTITION_PASSED_OVER;
    else
        *ret_verdict = event->type == EVENT_FEEDBACK ? PARTITION_FEEDBACK : PARTITION_OUTSIDE;
    return STATUS_OK;
}

enum status partition_table_finish(struct partition_table *table, struct error *err)
{
    if (table->restored_next < table->restored_count)
        return log_changed(table, err);
    enum status status = STATUS_OK;
    struct log_conversation *log = table->oldest;
    for (; log && status == STATUS_OK; log = log->newer) {
        if (!log->conversation || *find(table, log->hash, log->conversation->id) != log)
            continue;
        log->open_at_end = !log->conversation->ended;
        status = seal(table, log, err);
    }
    return status;
}

struct conversation *partition_table_take(struct partition_table *table)
{
    struct log_conversation *log = table->sealed_first;
    if (!log)
        return NULL;
    table->sealed_first = log->next;
    if (!table->sealed_first)
        table->sealed_last = NULL;
    log->next = NULL;
    return TAKE(log->conversation);
}

void partition_table_finished(struct log_conversation *log)
{
    forget(log);
}

bool partition_table_list(const struct partition_table *table, int64_t **ret_offsets,
                          size_t *ret_count)
{
    size_t waiting = table->restored_count - table->restored_next, count = 0;
    int64_t *offsets = memory_alloc((table->unfinished + waiting + 1) * sizeof *offsets);
    if (!offsets)
        return false;
    for (const struct log_conversation *log = table->oldest; log; log = log->newer)
        offsets[count++] = log->first_offset;
    for (size_t i = table->restored_next; i < table->restored_count; i++)
        offsets[count++] = table->restored[i];
    *ret_offsets = offsets;
    *ret_count = count;
    return true;
}

void partition_table_abandon(struct partition_table *table)
{
    table->is_abandoned = true;
    table->sealed_first = table->sealed_last = NULL;
    memset(table->buckets, 0, sizeof table->buckets);
    for (struct log_conversation *log = table->oldest, *newer; log; log = newer) {
        newer = log->newer;
        if (log->conversation)
            forget(log);
        else
            strbuf_done(&log->results);
    }
}

bool partition_table_is_abandoned(const struct partition_table *table)
{
    return table->is_abandoned;
}
