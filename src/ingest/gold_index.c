/*
 * gold_index.c: offsets by hashed id, lines by pread. Gold files are plain JSON Lines (not gzip),
 * since lines are read again.
 */
#include "ingest/gold_index.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "codec/json_record.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { GOLD_LINE_LIMIT_BYTES = 4 << 20, SCRATCH_BYTES = 64 * 1024 };

/* An entry's value: the line's offset in the upper 40 bits, its size in the lower 24. */
enum { SIZE_BITS = 24 };

struct gold_index {
    int descriptor;
    char *path;
    struct hash_set offsets;
    struct strbuf line;
};

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

static enum status decode_line(struct strview text, struct arena *arena,
                               struct gold_conversation **ret_gold, struct json_unknown *unknown,
                               struct error *err)
{
    struct gold_conversation *gold = arena_alloc(arena, sizeof *gold);
    if (!gold)
        return error_no_memory(err);
    enum status status =
        json_record_decode(&gold_conversation_type, text, gold, arena, unknown, err);
    if (status == STATUS_OK)
        status = check_turns(gold, err);
    *ret_gold = gold;
    return status;
}

struct scan {
    struct gold_index *index;
    gold_index_fault *on_fault;
    void *context;
    struct arena *arena;
};

static void tell(const struct scan *scan, struct error *fault, uint64_t line)
{
    error_where(fault, "%s:%llu", scan->index->path, (unsigned long long)line);
    scan->on_fault(scan->context, fault);
}

static void tell_unknown(const struct scan *scan, const struct json_unknown *unknown, uint64_t line)
{
    struct error fault = {0};
    error_set(&fault, STATUS_DATA, "unknown key %s is left out", unknown->first_pointer);
    if (unknown->nearest)
        error_fix(&fault, "Did you mean '%s'?", unknown->nearest);
    tell(scan, &fault, line);
}

/* STATUS_OK also when the line was bad and told. */
static enum status scan_line(const struct scan *scan, const struct line *line, struct error *err)
{
    struct gold_conversation *gold = NULL;
    struct json_unknown unknown = {0};
    struct error fault = {0};
    enum status status;
    if (line->too_long)
        status = error_set(&fault, STATUS_DATA, "the line is longer than %d bytes",
                           GOLD_LINE_LIMIT_BYTES);
    else
        status = decode_line(line->bytes, scan->arena, &gold, &unknown, &fault);
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    if (status != STATUS_OK) {
        tell(scan, &fault, line->number);
        return STATUS_OK;
    }
    if (unknown.count)
        tell_unknown(scan, &unknown, line->number);
    uint64_t hash = hash_64(gold->conversation_id.data, gold->conversation_id.size);
    if (hash_set_has(&scan->index->offsets, hash)) {
        error_set(&fault, STATUS_DATA, "conversation '%.*s' has gold already",
                  STRVIEW_ARG(gold->conversation_id));
        error_fix(&fault, "The first line is kept; remove one of the two.");
        tell(scan, &fault, line->number);
        return STATUS_OK;
    }
    uint64_t value = line->offset << SIZE_BITS | line->bytes.size;
    return hash_set_put(&scan->index->offsets, hash, value) ? STATUS_OK : error_no_memory(err);
}

static enum status scan_file(const struct scan *scan, struct error *err)
{
    struct line_reader *reader;
    enum status status = line_reader_open(scan->index->path, GOLD_LINE_LIMIT_BYTES, &reader, err);
    if (status != STATUS_OK)
        return status;
    struct line line;
    while (line_reader_next(reader, &line, &status, err)) {
        if (strview_trim(line.bytes).size == 0)
            continue;
        status = scan_line(scan, &line, err);
        if (status != STATUS_OK)
            break;
        arena_reset(scan->arena);
    }
    line_reader_close(reader);
    return status;
}

enum status gold_index_open(const char *path, gold_index_fault *on_fault, void *context,
                            struct gold_index **ret_index, struct error *err)
{
    CLEANUP(gold_index_cleanup) struct gold_index *index = memory_alloc(sizeof *index);
    if (!index)
        return error_no_memory(err);
    index->offsets = HASH_MAP;
    index->path = memory_copy_text(path);
    index->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (!index->path)
        return error_no_memory(err);
    if (index->descriptor < 0)
        return error_set(err, STATUS_IO, "could not open '%s': %s", path, strerror(errno));
    if (file_is_gzip(path)) {
        enum status status =
            error_set(err, STATUS_DATA, "'%s' is compressed: gold lines are read at places", path);
        error_fix(err, "Unpack it with gzip -d.");
        return status;
    }
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(SCRATCH_BYTES, 0);
    if (!arena)
        return error_no_memory(err);
    struct scan scan = {index, on_fault, context, arena};
    enum status status = scan_file(&scan, err);
    if (status != STATUS_OK)
        return status;
    *ret_index = TAKE(index);
    return STATUS_OK;
}

void gold_index_close(struct gold_index *index)
{
    if (!index)
        return;
    if (index->descriptor >= 0)
        close(index->descriptor);
    hash_set_done(&index->offsets);
    strbuf_done(&index->line);
    memory_free(index->path);
    memory_free(index);
}

size_t gold_index_count(const struct gold_index *index)
{
    return index->offsets.count;
}

enum status gold_index_find(struct gold_index *index, struct strview conversation_id,
                            struct arena *arena, struct gold_conversation **ret_gold,
                            struct error *err)
{
    *ret_gold = NULL;
    uint64_t value;
    if (!hash_set_get(&index->offsets, hash_64(conversation_id.data, conversation_id.size), &value))
        return STATUS_OK;
    size_t size = value & ((1U << SIZE_BITS) - 1);
    strbuf_clear(&index->line);
    char *bytes = arena_alloc(arena, size + 1);
    if (!bytes)
        return error_no_memory(err);
    ssize_t got = pread(index->descriptor, bytes, size, (off_t)(value >> SIZE_BITS));
    if (got != (ssize_t)size)
        return error_set(err, STATUS_IO, "could not read '%s' again: was it changed?", index->path);
    struct gold_conversation *gold;
    enum status status = decode_line((struct strview){bytes, size}, arena, &gold, NULL, err);
    if (status != STATUS_OK)
        return status;
    if (strview_equal(gold->conversation_id, conversation_id)) /* else two ids share a hash */
        *ret_gold = gold;
    return STATUS_OK;
}
