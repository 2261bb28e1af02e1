/*
 * conversation_file.c: see conversation_file.h. An event at a time; what it seals is handed out
 * before the next one is read. Owner: the caller.
 */
#include "pipeline/conversation_file.h"

#include "base/memory.h"
#include "ingest/event_file.h"
#include "ingest/record_file.h"

struct conversation_file {
    struct record_file *records;
    conversation_file_fault *on_fault;
    void *context;
    struct arena *arena; /* of one event */
    struct conversation_table *table;
    struct conversation_file_counts counts;
    bool ended;
};

void conversation_file_close(struct conversation_file *file)
{
    if (!file)
        return;
    struct conversation *left;
    while (file->table && (left = conversation_table_take(file->table)))
        conversation_destroy(left);
    conversation_table_destroy(file->table);
    record_file_close(file->records);
    arena_destroy(file->arena);
    memory_free(file);
}

enum status conversation_file_open(const char *path, conversation_file_fault *on_fault,
                                   void *context, struct conversation_file **ret_file,
                                   struct error *err)
{
    CLEANUP(conversation_file_cleanup) struct conversation_file *file = memory_alloc(sizeof *file);
    if (!file)
        return error_no_memory(err);
    file->on_fault = on_fault;
    file->context = context;
    file->arena = arena_create(256 * 1024, 0);
    file->table = conversation_table_create(&(struct conversation_table_options){0});
    if (!file->arena || !file->table)
        return error_no_memory(err);
    enum status status =
        record_file_open(path, &event_envelope_type, EVENT_LINE_LIMIT_BYTES, &file->records, err);
    if (status == STATUS_OK)
        *ret_file = TAKE(file);
    return status;
}

static enum status take_event(struct conversation_file *file, const struct event *event,
                              const struct record_read *read, struct error *err)
{
    enum skip_reason skip;
    file->counts.events += read->records;
    if (!read->valid) {
        file->counts.invalid += read->records;
        file->on_fault(file->context, &read->fault);
        return STATUS_OK;
    }
    enum status status = conversation_table_add(file->table, event, &skip, err);
    if (status == STATUS_OK && skip != SKIP_NONE)
        file->counts.skipped[skip]++;
    return status;
}

enum status conversation_file_next(struct conversation_file *file,
                                   struct conversation **ret_conversation, struct error *err)
{
    enum status status = STATUS_OK;
    struct conversation *conversation = conversation_table_take(file->table);
    while (status == STATUS_OK && !conversation && !file->ended) {
        struct event event;
        struct record_read read;
        arena_reset(file->arena);
        if (record_file_next(file->records, &event, file->arena, &read, &status, err)) {
            status = take_event(file, &event, &read, err);
        } else if (status == STATUS_OK) {
            file->ended = true;
            status = conversation_table_finish(file->table, err);
        }
        conversation = conversation_table_take(file->table);
    }
    file->counts.skipped[SKIP_DUPLICATE_EVENT] += conversation_table_take_duplicates(file->table);
    if (conversation)
        file->counts.in_conversations += conversation->event_count;
    if (status != STATUS_OK)
        conversation_destroy(conversation);
    else
        *ret_conversation = conversation;
    return status;
}

const struct conversation_file_counts *
conversation_file_counts(const struct conversation_file *file)
{
    return &file->counts;
}
