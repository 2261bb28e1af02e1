/*
 * prediction_log.c: predictions in a record_index by (conversation, turn), and the number of them
 * by conversation while the file is read.
 */
#include "ingest/prediction_log.h"

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "ingest/record_index.h"

struct prediction_log {
    struct record_index *records;
    struct hash_set counts; /* hash of conversation -> records so far */
};

static uint64_t turn_hash(struct strview conversation_id, int64_t turn)
{
    uint64_t mix[2] = {hash_64(conversation_id.data, conversation_id.size), (uint64_t)turn};
    return hash_64(mix, sizeof mix);
}

static enum status take(void *context, const void *record, const struct record_index *records,
                        uint64_t *ret_key, struct error *fault)
{
    (void)records;
    struct prediction_log *log = context;
    const struct prediction *prediction = record;
    struct strview id = prediction->conversation_id;
    uint64_t hash = hash_64(id.data, id.size), count = 0;
    (void)hash_set_get(&log->counts, hash, &count);
    *ret_key =
        turn_hash(id, prediction->turn != FIELD_ABSENT_I64 ? prediction->turn : (int64_t)count);
    return hash_set_put(&log->counts, hash, count + 1) ? STATUS_OK : error_no_memory(fault);
}

enum status prediction_log_open(const char *path, prediction_log_fault *on_fault, void *context,
                                struct prediction_log **ret_log, struct error *err)
{
    CLEANUP(prediction_log_cleanup) struct prediction_log *log = memory_alloc(sizeof *log);
    if (!log)
        return error_no_memory(err);
    log->counts = HASH_MAP;
    struct record_index_options options = {.path = path,
                                           .type = &prediction_type,
                                           .what = "prediction",
                                           .take = take,
                                           .take_context = log,
                                           .on_fault = on_fault,
                                           .fault_context = context};
    enum status status = record_index_open(&options, &log->records, err);
    if (status == STATUS_OK)
        *ret_log = TAKE(log);
    return status;
}

void prediction_log_close(struct prediction_log *log)
{
    if (!log)
        return;
    record_index_close(log->records);
    hash_set_done(&log->counts);
    memory_free(log);
}

enum status prediction_log_find(const struct prediction_log *log, struct strview conversation_id,
                                int64_t turn, struct arena *arena,
                                struct prediction **ret_prediction, struct error *err)
{
    bool found;
    uint64_t key = turn_hash(conversation_id, turn);
    *ret_prediction = NULL;
    if (!record_index_has(log->records, key))
        return STATUS_OK;
    struct prediction *prediction = arena_alloc(arena, sizeof *prediction);
    if (!prediction)
        return error_no_memory(err);
    enum status status = record_index_find(log->records, key, prediction, arena, &found, err);
    if (status == STATUS_OK)
        *ret_prediction = prediction;
    return status;
}
