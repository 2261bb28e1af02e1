/*
 * cassette.c: an index of line offsets by key; lines are read when they are asked for.
 */
#include "replay/cassette.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "codec/json_record.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_BITS = 24, LINE_LIMIT_BYTES = (1 << SIZE_BITS) - 1 };

struct cassette {
    int descriptor;
    char *path;
    bool record;
    uint64_t size;
    bool ends_line;        /* with a line end, when it was opened */
    struct hash_set lines; /* hash of the key -> offset and size */
};

void cassette_key(struct strview request, int64_t draw, char ret_key[CASSETTE_KEY_SIZE])
{
    struct hash_128 hash = hash_128_of(request.data, request.size);
    uint64_t mix[3] = {hash.low, hash.high, (uint64_t)draw};
    hash = hash_128_of(mix, sizeof mix);
    snprintf(ret_key, CASSETTE_KEY_SIZE, "%016llx%016llx", (unsigned long long)hash.high,
             (unsigned long long)hash.low);
}

static enum status index_line(struct cassette *cassette, const struct line *line, struct error *err)
{
    json_t *json = NULL;
    enum status status = json_record_parse(line->bytes, &json, err);
    const char *key = json_string_value(json_object_get(json, "key"));
    if (status == STATUS_OK && (!key || line->too_long))
        status = error_set(err, STATUS_DATA, "the line is no recorded answer");
    if (status != STATUS_OK) {
        error_where(err, "%s:%llu", cassette->path, (unsigned long long)line->number);
        error_fix(err, "Remove the line, or record the cassette anew.");
    } else if (!hash_set_put(&cassette->lines, hash_64(key, strlen(key)),
                             line->offset << SIZE_BITS | line->bytes.size)) {
        status = error_no_memory(err);
    }
    json_decref(json);
    return status;
}

static enum status failed(const struct cassette *cassette, const char *verb, struct error *err)
{
    return error_set(err, STATUS_IO, "could not %s cassette '%s': %s", verb, cassette->path,
                     strerror(errno));
}

static enum status write_end(struct cassette *cassette, struct strview bytes, struct error *err)
{
    while (bytes.size) {
        ssize_t wrote = pwrite(cassette->descriptor, bytes.data, bytes.size, (off_t)cassette->size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return failed(cassette, "write", err);
        cassette->size += (uint64_t)wrote;
        bytes.data += wrote;
        bytes.size -= (size_t)wrote;
    }
    return STATUS_OK;
}

/* The last line has no line end: a whole one gets it, a torn one (a kill while it was written) is
 * cut off. */
static enum status close_end(struct cassette *cassette, enum status line_status, uint64_t offset,
                             struct error *err)
{
    if (line_status == STATUS_OK)
        return write_end(cassette, strview_of("\n"), err);
    if (line_status != STATUS_DATA)
        return line_status;
    if (ftruncate(cassette->descriptor, (off_t)offset) != 0)
        return failed(cassette, "cut", err);
    cassette->size = offset;
    return STATUS_OK;
}

/* Its size, and whether its last line is whole; a recorder is alone. */
static enum status look_at_end(struct cassette *cassette, struct error *err)
{
    struct stat info;
    char last = '\n';
    if (cassette->record && flock(cassette->descriptor, LOCK_EX | LOCK_NB) != 0) {
        enum status status =
            error_set(err, STATUS_IO, "cassette '%s' is being recorded already", cassette->path);
        error_fix(err, "Give each candidate a cassette of its own.");
        return status;
    }
    if (fstat(cassette->descriptor, &info) != 0)
        return failed(cassette, "read", err);
    cassette->size = (uint64_t)info.st_size;
    if (info.st_size > 0 && pread(cassette->descriptor, &last, 1, info.st_size - 1) != 1)
        return failed(cassette, "read", err);
    cassette->ends_line = last == '\n';
    return STATUS_OK;
}

static enum status index_file(struct cassette *cassette, struct error *err)
{
    struct line_reader *reader;
    enum status status = line_reader_open(cassette->path, LINE_LIMIT_BYTES, &reader, err);
    if (status != STATUS_OK)
        return status;
    struct line line;
    while (line_reader_next(reader, &line, &status, err)) {
        bool is_open_end = cassette->record && !cassette->ends_line &&
                           line.offset + line.bytes.size + 1 >= cassette->size;
        if (line.bytes.size)
            status = index_line(cassette, &line, err);
        if (is_open_end)
            status = close_end(cassette, status, line.offset, err);
        if (status != STATUS_OK)
            break;
    }
    line_reader_close(reader);
    return status;
}

enum status cassette_open(const char *path, bool record, struct cassette **ret_cassette,
                          struct error *err)
{
    CLEANUP(cassette_cleanup) struct cassette *cassette = memory_alloc(sizeof *cassette);
    if (!cassette)
        return error_no_memory(err);
    cassette->lines = HASH_MAP;
    cassette->record = record;
    cassette->descriptor = -1;
    cassette->path = memory_copy_text(path);
    if (!cassette->path)
        return error_no_memory(err);
    cassette->descriptor = open(path, (record ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0600);
    if (cassette->descriptor < 0)
        return error_set(err, STATUS_IO, "could not open cassette '%s': %s", path, strerror(errno));
    enum status status = look_at_end(cassette, err);
    if (status == STATUS_OK)
        status = index_file(cassette, err);
    if (status == STATUS_OK)
        *ret_cassette = TAKE(cassette);
    return status;
}

void cassette_close(struct cassette *cassette)
{
    if (!cassette)
        return;
    if (cassette->descriptor >= 0)
        close(cassette->descriptor);
    hash_set_done(&cassette->lines);
    memory_free(cassette->path);
    memory_free(cassette);
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* The line's own text is not kept: a trial may read many. */
static enum status read_line(const struct cassette *cassette, uint64_t place, struct strbuf *line,
                             json_t **ret_json, struct error *err)
{
    size_t size = place & ((1U << SIZE_BITS) - 1);
    if (!memory_grow(&line->data, &line->capacity, size + 1, 1))
        return error_no_memory(err);
    if (pread(cassette->descriptor, line->data, size, (off_t)(place >> SIZE_BITS)) != (ssize_t)size)
        return failed(cassette, "read", err);
    return json_record_parse((struct strview){line->data, size}, ret_json, err);
}

static struct far_answer answer_of(const json_t *json, struct arena *arena)
{
    const json_t *body = json_object_get(json, "body");
    struct strview text = {json_string_value(body), json_string_length(body)};
    struct far_answer answer = {.outcome = CALL_OK,
                                .http_status =
                                    (int32_t)json_integer_value(json_object_get(json, "status")),
                                .body = arena_copy_view(arena, text),
                                .latency_ms = number_of(json, "latency_ms"),
                                .first_byte_ms = number_of(json, "first_byte_ms"),
                                .attempts = 1};
    if (!answer.body.data)
        answer.outcome = CALL_TOO_LARGE;
    return answer;
}

enum status cassette_find(struct cassette *cassette, const char *key, struct arena *arena,
                          struct far_answer *ret_answer, bool *ret_found, struct error *err)
{
    uint64_t place;
    struct strbuf line = {0};
    json_t *json = NULL;
    *ret_found = false;
    if (!hash_set_get(&cassette->lines, hash_64(key, strlen(key)), &place))
        return STATUS_OK;
    enum status status = read_line(cassette, place, &line, &json, err);
    const char *found_key = json_string_value(json_object_get(json, "key"));
    if (status == STATUS_OK && found_key && strcmp(found_key, key) == 0 &&
        json_is_string(json_object_get(json, "body"))) {
        struct far_answer answer = answer_of(json, arena);
        if (answer.outcome == CALL_TOO_LARGE && arena_memory_ran_out(arena)) {
            status = error_no_memory(err);
        } else {
            *ret_answer = answer;
            *ret_found = true;
        }
    }
    json_decref(json);
    strbuf_done(&line);
    return status == STATUS_DATA ? STATUS_OK : status; /* it was sound when it was opened */
}

enum status cassette_add(struct cassette *cassette, const char *key, struct strview model,
                         const struct far_answer *answer, struct error *err)
{
    uint64_t hash = hash_64(key, strlen(key));
    if (!cassette->record || hash_set_has(&cassette->lines, hash))
        return STATUS_OK;
    struct strbuf line = {0};
    struct json_write writer = {.out = &line};
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "key", strview_of(key));
    json_write_key_text(&writer, "model", model);
    json_write_key_i64(&writer, "status", answer->http_status);
    json_write_key(&writer, strview_of("latency_ms"));
    json_write_number(&writer, answer->latency_ms);
    json_write_key(&writer, strview_of("first_byte_ms"));
    json_write_number(&writer, answer->first_byte_ms);
    json_write_key_text(&writer, "body", answer->body);
    json_write_end_object(&writer);
    strbuf_add_char(&line, '\n');
    enum status status = STATUS_OK;
    uint64_t offset = cassette->size;
    if (line.failed)
        status = error_no_memory(err);
    else if (line.size - 1 <= LINE_LIMIT_BYTES)
        status = write_end(cassette, strbuf_view(&line), err);
    if (status == STATUS_OK && line.size - 1 <= LINE_LIMIT_BYTES &&
        !hash_set_put(&cassette->lines, hash, offset << SIZE_BITS | (line.size - 1)))
        status = error_no_memory(err);
    strbuf_done(&line);
    return status;
}
