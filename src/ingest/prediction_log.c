/*
 * prediction_log.c: an index of line offsets by (conversation, turn), and of the number of lines by
 * conversation.
 */
#include "ingest/prediction_log.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "codec/json_record.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { LINE_LIMIT_BYTES = 4 << 20, SIZE_BITS = 24, SCRATCH_BYTES = 64 * 1024 };

struct prediction_log {
    int descriptor;
    char *path;
    struct hash_set lines;  /* hash of (conversation, turn) -> offset and size */
    struct hash_set counts; /* hash of conversation -> lines so far */
};

static uint64_t turn_hash(struct strview conversation_id, int64_t turn)
{
    uint64_t mix[2] = {hash_64(conversation_id.data, conversation_id.size), (uint64_t)turn};
    return hash_64(mix, sizeof mix);
}

static enum status index_line(struct prediction_log *log, const struct line *line,
                              struct arena *arena, struct error *fault)
{
    struct prediction prediction;
    enum status status =
        line->too_long
            ? error_set(fault, STATUS_DATA, "the line is longer than %d bytes", LINE_LIMIT_BYTES)
            : json_record_decode(&prediction_type, line->bytes, &prediction, arena, NULL, fault);
    if (status != STATUS_OK)
        return status;
    struct strview id = prediction.conversation_id;
    uint64_t hash = hash_64(id.data, id.size), count = 0;
    (void)hash_set_get(&log->counts, hash, &count);
    int64_t turn = prediction.turn != FIELD_ABSENT_I64 ? prediction.turn : (int64_t)count;
    if (!hash_set_put(&log->counts, hash, count + 1) ||
        !hash_set_put(&log->lines, turn_hash(id, turn),
                      line->offset << SIZE_BITS | line->bytes.size))
        return error_no_memory(fault);
    return STATUS_OK;
}

static enum status index_file(struct prediction_log *log, prediction_log_fault *on_fault,
                              void *context, struct arena *arena, struct error *err)
{
    struct line_reader *reader;
    enum status status = line_reader_open(log->path, LINE_LIMIT_BYTES, &reader, err);
    if (status != STATUS_OK)
        return status;
    struct line line;
    while (line_reader_next(reader, &line, &status, err)) {
        struct error fault = {0};
        if (strview_trim(line.bytes).size == 0)
            continue;
        enum status found = index_line(log, &line, arena, &fault);
        if (found == STATUS_NO_MEMORY) {
            status = error_no_memory(err);
            break;
        }
        if (found != STATUS_OK) {
            error_where(&fault, "%s:%llu", log->path, (unsigned long long)line.number);
            on_fault(context, &fault);
        }
        arena_reset(arena);
    }
    line_reader_close(reader);
    return status;
}

enum status prediction_log_open(const char *path, prediction_log_fault *on_fault, void *context,
                                struct prediction_log **ret_log, struct error *err)
{
    CLEANUP(prediction_log_cleanup) struct prediction_log *log = memory_alloc(sizeof *log);
    if (!log)
        return error_no_memory(err);
    log->lines = HASH_MAP;
    log->counts = HASH_MAP;
    log->descriptor = -1;
    log->path = memory_copy_text(path);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(SCRATCH_BYTES, 0);
    if (!log->path || !arena)
        return error_no_memory(err);
    if (file_is_gzip(path)) {
        enum status status =
            error_set(err, STATUS_DATA, "'%s' is compressed: predictions are read at places", path);
        error_fix(err, "Unpack it with gzip -d.");
        return status;
    }
    log->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (log->descriptor < 0)
        return error_set(err, STATUS_IO, "could not open '%s': %s", path, strerror(errno));
    enum status status = index_file(log, on_fault, context, arena, err);
    if (status == STATUS_OK)
        *ret_log = TAKE(log);
    return status;
}

void prediction_log_close(struct prediction_log *log)
{
    if (!log)
        return;
    if (log->descriptor >= 0)
        close(log->descriptor);
    hash_set_done(&log->lines);
    hash_set_done(&log->counts);
    memory_free(log->path);
    memory_free(log);
}

enum status prediction_log_find(const struct prediction_log *log, struct strview conversation_id,
                                int64_t turn, struct arena *arena,
                                struct prediction **ret_prediction, struct error *err)
{
    uint64_t value;
    *ret_prediction = NULL;
    if (!hash_set_get(&log->lines, turn_hash(conversation_id, turn), &value))
        return STATUS_OK;
    size_t size = value & ((1U << SIZE_BITS) - 1);
    char *line = arena_alloc(arena, size + 1);
    struct prediction *prediction = arena_alloc(arena, sizeof *prediction);
    if (!line || !prediction)
        return error_no_memory(err);
    if (pread(log->descriptor, line, size, (off_t)(value >> SIZE_BITS)) != (ssize_t)size)
        return error_set(err, STATUS_IO, "could not read '%s' again: was it changed?", log->path);
    enum status status = json_record_decode(&prediction_type, (struct strview){line, size},
                                            prediction, arena, NULL, err);
    if (status == STATUS_OK)
        *ret_prediction = prediction;
    return status;
}
