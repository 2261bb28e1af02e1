/*
 * record_index.c: places by key, bytes by pread.
 */
#include "ingest/record_index.h"

#include "base/file.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "codec/binary_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* An entry's value: the offset in the upper 40 bits, the size in the lower 24. */
enum { SIZE_BITS = 24, SCRATCH_BYTES = 64 * 1024 };

struct record_index {
    struct record_index_options options; /* path is the index's own */
    char *path;
    int descriptor; /* of the file, or of the copy */
    bool is_copy;   /* an Avro file: each record is its number (8 bytes) and its binary form */
    uint64_t copied_bytes;
    struct strbuf record; /* while it is copied */
    struct hash_set places;
};

static void tell(const struct record_index *index, const struct error *fault)
{
    index->options.on_fault(index->options.fault_context, fault);
}

static void tell_unknown(const struct record_index *index, const struct record_read *read)
{
    struct error fault = {0};
    error_set(&fault, STATUS_DATA, "unknown key %s is left out", read->unknown.first_pointer);
    error_where(&fault, "%s:%llu", index->path, (unsigned long long)read->number);
    if (read->unknown.nearest)
        error_fix(&fault, "Did you mean '%s'?", read->unknown.nearest);
    tell(index, &fault);
}

static enum status cannot(const struct record_index *index, const char *verb, struct error *err)
{
    return error_set(err, STATUS_IO, "could not %s '%s': %s", verb, index->path, strerror(errno));
}

/* The copy has no name: it is gone with the program, whatever happens to it. */
static enum status open_copy(struct record_index *index, struct error *err)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int size =
        snprintf(path, sizeof path, "%s/assay-XXXXXX", folder && *folder ? folder : P_tmpdir);
    if (size < 0 || (size_t)size >= sizeof path)
        return error_set(err, STATUS_IO, "TMPDIR is too long a path");
    index->descriptor = mkostemp(path, O_CLOEXEC);
    if (index->descriptor < 0) {
        enum status status =
            error_set(err, STATUS_IO, "could not make a temporary file: %s", strerror(errno));
        error_fix(err, "Set TMPDIR to a folder with room for '%s'.", index->path);
        return status;
    }
    unlink(path);
    index->is_copy = true;
    return STATUS_OK;
}

static enum status copy_record(struct record_index *index, const void *record, uint64_t number,
                               uint64_t *ret_place, struct error *err)
{
    strbuf_clear(&index->record);
    strbuf_add(&index->record, &number, sizeof number);
    enum status status = binary_record_encode(index->options.type, record, &index->record, err);
    if (status != STATUS_OK)
        return status;
    struct strview left = strbuf_view(&index->record);
    if (left.size > RECORD_INDEX_RECORD_MAX)
        return error_set(err, STATUS_DATA, "the record is larger than %d bytes",
                         RECORD_INDEX_RECORD_MAX);
    *ret_place = index->copied_bytes << SIZE_BITS | left.size;
    index->copied_bytes += left.size;
    while (left.size) {
        ssize_t wrote = write(index->descriptor, left.data, left.size);
        if (wrote < 0 && errno != EINTR)
            return cannot(index, "copy", err);
        wrote = wrote < 0 ? 0 : wrote;
        left.data += wrote;
        left.size -= (size_t)wrote;
    }
    return STATUS_OK;
}

static enum status take(struct record_index *index, const void *record,
                        const struct record_read *read, struct error *fault)
{
    uint64_t key, place = read->offset << SIZE_BITS | read->size;
    enum status status =
        index->options.take(index->options.take_context, record, index, &key, fault);
    if (status == STATUS_OK && index->is_copy)
        status = copy_record(index, record, read->number, &place, fault);
    if (status == STATUS_OK && !hash_set_put(&index->places, key, place))
        status = error_no_memory(fault);
    return status;
}

/* STATUS_OK also when the record was bad and told. */
static enum status take_read(struct record_index *index, const struct record_file *file,
                             const void *record, struct record_read *read, struct error *err)
{
    if (read->valid) {
        enum status status = take(index, record, read, &read->fault);
        if (status == STATUS_OK) {
            if (read->unknown.count && index->options.tells_unknown)
                tell_unknown(index, read);
            return STATUS_OK;
        }
        if (status != STATUS_DATA) {
            if (err)
                *err = read->fault;
            return status;
        }
        record_file_where(file, read, &read->fault);
    }
    tell(index, &read->fault);
    return STATUS_OK;
}

static enum status read_all(struct record_index *index, struct error *err)
{
    CLEANUP(record_file_cleanup) struct record_file *file = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(SCRATCH_BYTES, 0);
    void *record = arena ? memory_alloc(index->options.type->size) : NULL;
    enum status status = record ? record_file_open(index->path, index->options.type,
                                                   RECORD_INDEX_RECORD_MAX, &file, err)
                                : error_no_memory(err);
    struct record_read read;
    bool is_empty = true;
    while (status == STATUS_OK && record_file_next(file, record, arena, &read, &status, err)) {
        status = take_read(index, file, record, &read, err);
        is_empty = false;
        arena_reset(arena);
    }
    memory_free(record);
    if (status == STATUS_OK && is_empty) {
        struct error fault = {0};
        error_set(&fault, STATUS_DATA, "the file holds no %s", index->options.what);
        error_where(&fault, "%s", index->path);
        tell(index, &fault);
    }
    return status;
}

enum status record_index_open(const struct record_index_options *options,
                              struct record_index **ret_index, struct error *err)
{
    CLEANUP(record_index_cleanup) struct record_index *index = memory_alloc(sizeof *index);
    if (!index)
        return error_no_memory(err);
    index->options = *options;
    index->places = HASH_MAP;
    index->descriptor = -1;
    index->path = memory_copy_text(options->path);
    if (!index->path)
        return error_no_memory(err);
    if (file_is_gzip(index->path)) {
        enum status status = error_set(err, STATUS_DATA, "'%s' is compressed: %s is read at places",
                                       index->path, options->what);
        error_fix(err, "Unpack it with gzip -d.");
        return status;
    }
    enum status status = STATUS_OK;
    if (record_file_is_avro(index->path)) {
        status = open_copy(index, err);
    } else {
        index->descriptor = open(index->path, O_RDONLY | O_CLOEXEC);
        if (index->descriptor < 0)
            status = cannot(index, "open", err);
    }
    if (status == STATUS_OK)
        status = read_all(index, err);
    if (status == STATUS_OK)
        *ret_index = TAKE(index);
    return status;
}

void record_index_close(struct record_index *index)
{
    if (!index)
        return;
    if (index->descriptor >= 0)
        close(index->descriptor);
    hash_set_done(&index->places);
    strbuf_done(&index->record);
    memory_free(index->path);
    memory_free(index);
}

size_t record_index_count(const struct record_index *index)
{
    return index->places.count;
}

bool record_index_has(const struct record_index *index, uint64_t key)
{
    return hash_set_has(&index->places, key);
}

enum status record_index_find(const struct record_index *index, uint64_t key, void *record,
                              struct arena *arena, bool *ret_found, struct error *err)
{
    uint64_t place;
    *ret_found = hash_set_get(&index->places, key, &place);
    if (!*ret_found)
        return STATUS_OK;
    size_t size = place & ((1U << SIZE_BITS) - 1);
    char *bytes = arena_alloc(arena, size + 1);
    if (!bytes)
        return error_no_memory(err);
    if (pread(index->descriptor, bytes, size, (off_t)(place >> SIZE_BITS)) != (ssize_t)size)
        return error_set(err, STATUS_IO, "could not read '%s' again: was it changed?", index->path);
    struct strview text = {bytes, size};
    if (!index->is_copy)
        return json_record_decode(index->options.type, text, record, arena, NULL, err);
    text = (struct strview){bytes + sizeof(uint64_t), size - sizeof(uint64_t)};
    return binary_record_decode(index->options.type, text, record, arena, err);
}

static uint64_t line_number(int descriptor, uint64_t offset)
{
    char buffer[1 << 14];
    uint64_t number = 1, at = 0;
    while (at < offset) {
        size_t wanted = offset - at < sizeof buffer ? (size_t)(offset - at) : sizeof buffer;
        ssize_t got = pread(descriptor, buffer, wanted, (off_t)at);
        if (got <= 0)
            break;
        for (ssize_t i = 0; i < got; i++)
            number += buffer[i] == '\n';
        at += (uint64_t)got;
    }
    return number;
}

void record_index_place(const struct record_index *index, uint64_t key, char *text, size_t size)
{
    uint64_t place, number = 0;
    snprintf(text, size, "%s", index->path);
    if (!hash_set_get(&index->places, key, &place))
        return;
    uint64_t offset = place >> SIZE_BITS;
    if (!index->is_copy)
        number = line_number(index->descriptor, offset);
    else if (pread(index->descriptor, &number, sizeof number, (off_t)offset) != sizeof number)
        return;
    snprintf(text, size, index->is_copy ? "%s: record %llu" : "%s:%llu", index->path,
             (unsigned long long)number);
}
