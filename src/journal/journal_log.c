/*
 * journal_log.c: see journal_log.h. Writes are gathered in a buffer and reach the disk with each
 * sync; reads go through pread.
 */
#include "journal/journal_log.h"

#include "base/hash.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[] = "assay-journal 1\n";

enum {
    MAGIC_BYTES = sizeof magic - 1,
    HEAD_BYTES = 4 + 4 + 1 + 8,
    BUFFER_BYTES = 1 << 18,
    PAYLOAD_LIMIT_BYTES = 64 << 20,
};

struct journal_log {
    int descriptor;
    char *path;
    struct strbuf buffer;   /* appended, not yet written */
    uint64_t written_bytes; /* of the file */
    uint64_t damaged_bytes; /* passed over in the middle */
};

static enum status failed(const struct journal_log *log, const char *verb, struct error *err)
{
    enum status status =
        error_set(err, STATUS_IO, "could not %s the journal: %s", verb, strerror(errno));
    error_where(err, "%s", log->path);
    if (errno == ENOSPC)
        error_fix(err, "Make room on the disk and resume the run.");
    return status;
}

static void put(char *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (char)(value >> (8 * i));
}

static uint64_t get(const char *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)at[i] << (8 * i);
    return value;
}

static enum status write_buffer(struct journal_log *log, struct error *err)
{
    struct strview rest = strbuf_view(&log->buffer);
    while (rest.size) {
        ssize_t wrote = pwrite(log->descriptor, rest.data, rest.size, (off_t)log->written_bytes);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return failed(log, "write", err);
        log->written_bytes += (uint64_t)wrote;
        rest.data += wrote;
        rest.size -= (size_t)wrote;
    }
    strbuf_clear(&log->buffer);
    return STATUS_OK;
}

enum status journal_log_append(struct journal_log *log, enum journal_kind kind, uint64_t key,
                               struct strview payload, uint64_t *ret_offset, struct error *err)
{
    if (payload.size > PAYLOAD_LIMIT_BYTES)
        return error_set(err, STATUS_LIMIT, "a journal record of %zu bytes is over the limit",
                         payload.size);
    char head[HEAD_BYTES];
    put(head, payload.size, 4);
    head[8] = (char)kind;
    put(head + 9, key, 8);
    uint32_t crc = crc32c(crc32c(0, head + 8, 9), payload.data, payload.size);
    put(head + 4, crc, 4);
    uint64_t offset = log->written_bytes + log->buffer.size;
    size_t before = log->buffer.size;
    strbuf_add(&log->buffer, head, sizeof head);
    strbuf_add_view(&log->buffer, payload);
    if (log->buffer.failed) {
        log->buffer.size = before;
        log->buffer.failed = false;
        return error_no_memory(err);
    }
    if (ret_offset)
        *ret_offset = offset;
    return log->buffer.size > BUFFER_BYTES ? write_buffer(log, err) : STATUS_OK;
}

enum status journal_log_write(struct journal_log *log, struct error *err)
{
    return write_buffer(log, err);
}

enum status journal_log_sync(struct journal_log *log, struct error *err)
{
    enum status status = write_buffer(log, err);
    if (status == STATUS_OK && fdatasync(log->descriptor) != 0)
        status = failed(log, "sync", err);
    return status;
}

enum found { FOUND_SOUND, FOUND_UNSOUND, FOUND_NO_MEMORY, FOUND_IO_ERROR };

/* Whether a whole, sound record stands at `offset`; its payload is appended. */
static enum found read_record(const struct journal_log *log, uint64_t offset, uint64_t end,
                              char head[HEAD_BYTES], struct strbuf *payload)
{
    if (end - offset < HEAD_BYTES)
        return FOUND_UNSOUND;
    if (pread(log->descriptor, head, HEAD_BYTES, (off_t)offset) != HEAD_BYTES)
        return FOUND_IO_ERROR;
    uint64_t size = get(head, 4);
    if (size > PAYLOAD_LIMIT_BYTES || size > end - offset - HEAD_BYTES)
        return FOUND_UNSOUND;
    size_t start = payload->size;
    if (!memory_grow(&payload->data, &payload->capacity, start + size + 1, 1)) {
        payload->failed = true;
        return FOUND_NO_MEMORY;
    }
    if (pread(log->descriptor, payload->data + start, size, (off_t)(offset + HEAD_BYTES)) !=
        (ssize_t)size)
        return FOUND_IO_ERROR;
    uint32_t crc = crc32c(crc32c(0, head + 8, 9), payload->data + start, size);
    if (crc != get(head + 4, 4))
        return FOUND_UNSOUND;
    payload->size = start + size;
    payload->data[payload->size] = '\0';
    return FOUND_SOUND;
}

/* Where a head says things that a head may say. */
static bool is_plausible(const char *head, uint64_t rest)
{
    return head[8] >= JOURNAL_ANSWER && head[8] <= JOURNAL_PRICE &&
           get(head, 4) <= PAYLOAD_LIMIT_BYTES && get(head, 4) <= rest - HEAD_BYTES;
}

/* The first sound record behind the unsound one at `offset`, or `end`. The unsound record's own
 * size is not believed: every byte is tried. */
static enum found next_sound(const struct journal_log *log, uint64_t offset, uint64_t end,
                             uint64_t *ret_next)
{
    enum { WINDOW_BYTES = 1 << 16 };
    char *window = memory_alloc(WINDOW_BYTES);
    struct strbuf payload = {0};
    char head[HEAD_BYTES];
    enum found found = window ? FOUND_UNSOUND : FOUND_NO_MEMORY;
    *ret_next = end;
    for (uint64_t at = offset + 1; found == FOUND_UNSOUND && end - at >= HEAD_BYTES;) {
        size_t wanted = end - at < WINDOW_BYTES ? (size_t)(end - at) : WINDOW_BYTES;
        if (pread(log->descriptor, window, wanted, (off_t)at) != (ssize_t)wanted)
            found = FOUND_IO_ERROR;
        size_t tries = wanted - HEAD_BYTES + 1;
        for (size_t i = 0; i < tries && found == FOUND_UNSOUND; i++) {
            if (!is_plausible(window + i, end - at - i))
                continue;
            found = read_record(log, at + i, end, head, &payload);
            if (found == FOUND_SOUND)
                *ret_next = at + i;
            strbuf_clear(&payload);
        }
        at += tries;
    }
    memory_free(window);
    strbuf_done(&payload);
    return found == FOUND_UNSOUND ? FOUND_SOUND : found;
}

static enum status status_of(const struct journal_log *log, enum found found, struct error *err)
{
    if (found == FOUND_NO_MEMORY)
        return error_no_memory(err);
    return found == FOUND_IO_ERROR ? failed(log, "read", err) : STATUS_OK;
}

/* Passes over what is damaged in the middle, and stops at a tail without any sound record. */
static enum status scan(struct journal_log *log, const struct journal_open *options, uint64_t end,
                        struct error *err)
{
    struct strbuf payload = {0};
    char head[HEAD_BYTES];
    enum status status = STATUS_OK;
    while (status == STATUS_OK && log->written_bytes < end) {
        uint64_t offset = log->written_bytes, next;
        strbuf_clear(&payload);
        enum found found = read_record(log, offset, end, head, &payload);
        if (found == FOUND_UNSOUND) {
            status = status_of(log, next_sound(log, offset, end, &next), err);
            if (status != STATUS_OK || next == end)
                break;
            log->damaged_bytes += next - offset;
            log->written_bytes = next;
            continue;
        }
        status = status_of(log, found, err);
        if (status == STATUS_OK && options->visit)
            status = options->visit(options->context, (enum journal_kind)head[8], get(head + 9, 8),
                                    strbuf_view(&payload), offset, err);
        if (status == STATUS_OK)
            log->written_bytes += HEAD_BYTES + payload.size;
    }
    strbuf_done(&payload);
    return status;
}

uint64_t journal_log_damaged_bytes(const struct journal_log *log)
{
    return log->damaged_bytes;
}

static enum status check_magic(struct journal_log *log, uint64_t size, bool read_only,
                               struct error *err)
{
    char found[MAGIC_BYTES];
    log->written_bytes = MAGIC_BYTES;
    if (size < MAGIC_BYTES) { /* new, or killed while it was made */
        if (read_only)
            return error_set(err, STATUS_IO, "'%s' is empty", log->path);
        return pwrite(log->descriptor, magic, MAGIC_BYTES, 0) == MAGIC_BYTES
                   ? STATUS_OK
                   : failed(log, "write", err);
    }
    if (pread(log->descriptor, found, MAGIC_BYTES, 0) != MAGIC_BYTES)
        return failed(log, "read", err);
    if (memcmp(found, magic, MAGIC_BYTES) == 0)
        return STATUS_OK;
    return error_set(err, STATUS_IO, "'%s' is no journal of this version of assay", log->path);
}

static enum status open_and_scan(struct journal_log *log, const struct journal_open *options,
                                 uint64_t *ret_cut_bytes, struct error *err)
{
    struct stat info;
    if (!options->read_only && flock(log->descriptor, LOCK_EX | LOCK_NB) != 0) {
        enum status status =
            error_set(err, STATUS_IO, "another process is writing '%s'", log->path);
        error_fix(err, "Wait until it has ended, or stop it.");
        return status;
    }
    if (fstat(log->descriptor, &info) != 0)
        return failed(log, "read", err);
    uint64_t size = (uint64_t)info.st_size;
    enum status status = check_magic(log, size, options->read_only, err);
    if (status != STATUS_OK || size < MAGIC_BYTES)
        return status;
    status = scan(log, options, size, err);
    if (status != STATUS_OK)
        return status;
    *ret_cut_bytes = size - log->written_bytes;
    if (*ret_cut_bytes && !options->read_only &&
        ftruncate(log->descriptor, (off_t)log->written_bytes) != 0)
        return failed(log, "cut the torn end of", err);
    return STATUS_OK;
}

enum status journal_log_open(const struct journal_open *options, struct journal_log **ret_log,
                             uint64_t *ret_cut_bytes, struct error *err)
{
    CLEANUP(journal_log_cleanup) struct journal_log *log = memory_alloc(sizeof *log);
    if (!log)
        return error_no_memory(err);
    log->descriptor = -1;
    log->path = memory_copy_text(options->path);
    if (!log->path)
        return error_no_memory(err);
    *ret_cut_bytes = 0;
    int flags = options->read_only ? O_RDONLY : O_RDWR | O_CREAT;
    log->descriptor = open(options->path, flags | O_CLOEXEC, 0600);
    if (log->descriptor < 0)
        return failed(log, "open", err);
    enum status status = open_and_scan(log, options, ret_cut_bytes, err);
    if (status == STATUS_OK)
        *ret_log = TAKE(log);
    return status;
}

void journal_log_close(struct journal_log *log)
{
    if (!log)
        return;
    if (log->descriptor >= 0)
        close(log->descriptor);
    strbuf_done(&log->buffer);
    memory_free(log->path);
    memory_free(log);
}

enum status journal_log_read(struct journal_log *log, uint64_t offset, struct strbuf *payload,
                             struct error *err)
{
    char head[HEAD_BYTES];
    if (offset >= log->written_bytes) { /* still in the buffer */
        const char *at = log->buffer.data + (offset - log->written_bytes);
        strbuf_add(payload, at + HEAD_BYTES, get(at, 4));
        return payload->failed ? error_no_memory(err) : STATUS_OK;
    }
    enum found found = read_record(log, offset, log->written_bytes, head, payload);
    if (found != FOUND_UNSOUND)
        return status_of(log, found, err);
    enum status status = error_set(err, STATUS_IO, "the journal is damaged at byte %llu",
                                   (unsigned long long)offset);
    error_where(err, "%s", log->path);
    error_fix(err, "`assay resume` passes over the damaged part and runs its trials again.");
    return status;
}
