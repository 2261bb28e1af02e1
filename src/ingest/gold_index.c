/*
 * gold_index.c: gold conversations in a record_index, and what must hold of one beyond its types.
 */
#include "ingest/gold_index.h"

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "ingest/record_index.h"

enum { SCRATCH_BYTES = 64 * 1024 };

struct gold_index {
    struct record_index *records;
    struct hash_set found; /* keys that a conversation asked for */
    char *path;
};

static uint64_t key_of(struct strview conversation_id)
{
    return hash_64(conversation_id.data, conversation_id.size);
}

static enum status check_turns(const struct gold_conversation *gold, struct error *err)
{
    const struct gold_turn *turns = gold->turns.items;
    if (gold->turns.count == 0) {
        enum status status = error_set(err, STATUS_DATA, "the gold conversation has no turns");
        error_where(err, "/turns");
        error_fix(err, "Give every user turn its gold, also when nothing was said about a slot.");
        return status;
    }
    for (size_t i = 0; i < gold->turns.count; i++) {
        if (turns[i].turn != (int64_t)i) {
            enum status status = error_set(err, STATUS_DATA, "turn %lld stands at place %zu",
                                           (long long)turns[i].turn, i);
            error_where(err, "/turns/%zu/turn", i);
            error_fix(err, "Number the user turns 0, 1, 2 and leave none out.");
            return status;
        }
    }
    return STATUS_OK;
}

static enum status take(void *context, const void *record, const struct record_index *records,
                        uint64_t *ret_key, struct error *fault)
{
    (void)context;
    const struct gold_conversation *gold = record;
    enum status status = check_turns(gold, fault);
    *ret_key = key_of(gold->conversation_id);
    if (status != STATUS_OK || !record_index_has(records, *ret_key))
        return status;
    status = error_set(fault, STATUS_DATA, "conversation '%.*s' has gold already",
                       STRVIEW_ARG(gold->conversation_id));
    error_fix(fault, "The first one is kept; remove one of the two.");
    return status;
}

enum status gold_index_open(const char *path, gold_index_fault *on_fault, void *context,
                            struct gold_index **ret_index, struct error *err)
{
    CLEANUP(gold_index_cleanup) struct gold_index *index = memory_alloc(sizeof *index);
    if (!index || !(index->path = memory_copy_text(path)))
        return error_no_memory(err);
    struct record_index_options options = {.path = path,
                                           .type = &gold_conversation_type,
                                           .what = "gold",
                                           .take = take,
                                           .tells_unknown = true,
                                           .on_fault = on_fault,
                                           .fault_context = context};
    enum status status = record_index_open(&options, &index->records, err);
    if (status == STATUS_OK)
        *ret_index = TAKE(index);
    return status;
}

void gold_index_close(struct gold_index *index)
{
    if (!index)
        return;
    record_index_close(index->records);
    hash_set_done(&index->found);
    memory_free(index->path);
    memory_free(index);
}

size_t gold_index_count(const struct gold_index *index)
{
    return record_index_count(index->records);
}

enum status gold_index_find(struct gold_index *index, struct strview conversation_id,
                            struct arena *arena, struct gold_conversation **ret_gold,
                            struct error *err)
{
    *ret_gold = NULL;
    bool found;
    uint64_t key = key_of(conversation_id);
    if (!record_index_has(index->records, key))
        return STATUS_OK;
    struct gold_conversation *gold = arena_alloc(arena, sizeof *gold);
    if (!gold)
        return error_no_memory(err);
    enum status status = record_index_find(index->records, key, gold, arena, &found, err);
    if (status != STATUS_OK || !strview_equal(gold->conversation_id, conversation_id))
        return status; /* without a fault two ids share a hash */
    *ret_gold = gold;
    return hash_set_add(&index->found, key) ? STATUS_OK : error_no_memory(err);
}

void gold_index_place(const struct gold_index *index, struct strview conversation_id, char *text,
                      size_t size)
{
    record_index_place(index->records, key_of(conversation_id), text, size);
}

static void tell_unused(const struct gold_index *index, struct strview conversation_id,
                        gold_index_fault *on_fault, void *context)
{
    char place[sizeof(((struct error *)NULL)->where)];
    struct error fault = {0};
    error_set(&fault, STATUS_DATA, "the gold of '%.*s' fits no conversation of the source",
              STRVIEW_ARG(conversation_id));
    gold_index_place(index, conversation_id, place, sizeof place);
    error_where(&fault, "%s", place);
    error_fix(&fault, "Check the id, or remove the gold.");
    on_fault(context, &fault);
}

enum status gold_index_tell_unused(const struct gold_index *index, gold_index_fault *on_fault,
                                   void *context, struct error *err)
{
    if (index->found.count == record_index_count(index->records))
        return STATUS_OK;
    CLEANUP(record_file_cleanup) struct record_file *file = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(SCRATCH_BYTES, 0);
    struct hash_set told = {0}; /* a conversation has one fault, however often its gold is there */
    struct gold_conversation gold;
    struct record_read read;
    enum status status = arena ? record_file_open(index->path, &gold_conversation_type,
                                                  RECORD_INDEX_RECORD_MAX, &file, err)
                               : error_no_memory(err);
    while (status == STATUS_OK && record_file_next(file, &gold, arena, &read, &status, err)) {
        uint64_t key = read.valid ? key_of(gold.conversation_id) : 0;
        if (read.valid && record_index_has(index->records, key) &&
            !hash_set_has(&index->found, key) && !hash_set_has(&told, key)) {
            tell_unused(index, gold.conversation_id, on_fault, context);
            if (!hash_set_add(&told, key))
                status = error_no_memory(err);
        }
        arena_reset(arena);
    }
    hash_set_done(&told);
    return status;
}
