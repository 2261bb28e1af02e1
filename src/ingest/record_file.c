/*
 * record_file.c: one loop over lines or records, whatever the form: for gold, prediction logs,
 * imports, summaries and conversions. (A run decodes lines of events in batches on all cores:
 * event_file.)
 */
#include "ingest/record_file.h"

#include "base/file.h"
#include "base/memory.h"
#include "codec/avro_container.h"

#include <stdio.h>

struct record_file {
    char *path;
    const struct record_type *type;
    size_t line_limit_bytes;
    struct line_reader *lines; /* NULL: an Avro file */
    struct avro_container_reader *avro;
    uint64_t number; /* of Avro records so far, lost ones included */
};

bool record_file_is_avro(const char *path)
{
    size_t size = strlen(path);
    if (strcmp(path, "-") == 0)
        return false;
    if (size > 5 && strcmp(path + size - 5, ".avro") == 0)
        return true;
    char magic[4] = {0};
    FILE *file = fopen(path, "rbe");
    bool is_avro = file && fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   memcmp(magic, "Obj\x01", sizeof magic) == 0;
    if (file)
        fclose(file);
    return is_avro;
}

enum status record_file_open(const char *path, const struct record_type *type,
                             size_t line_limit_bytes, struct record_file **ret_file,
                             struct error *err)
{
    CLEANUP(record_file_cleanup) struct record_file *file = memory_alloc(sizeof *file);
    if (!file || !(file->path = memory_copy_text(path)))
        return error_no_memory(err);
    file->type = type;
    file->line_limit_bytes = line_limit_bytes;
    enum status status = record_file_is_avro(path)
                             ? avro_container_open(path, type, &file->avro, err)
                             : line_reader_open(path, line_limit_bytes, &file->lines, err);
    if (status == STATUS_OK)
        *ret_file = TAKE(file);
    return status;
}

void record_file_close(struct record_file *file)
{
    if (!file)
        return;
    line_reader_close(file->lines);
    avro_container_reader_destroy(file->avro);
    memory_free(file->path);
    memory_free(file);
}

void record_file_explain(enum status status, struct error *fault)
{
    if (status == STATUS_DATA && !fault->where[0] && !fault->fix[0])
        error_fix(fault, "Each line holds one whole JSON object.");
}

void record_file_where(const struct record_file *file, const struct record_read *read,
                       struct error *fault)
{
    error_where(fault, file->avro ? "%s: record %llu" : "%s:%llu", file->path,
                (unsigned long long)read->number);
}

/* A fault of one record is told; anything else ends the reading. */
static bool settle(struct record_read *read, enum status found, enum status *ret_status,
                   struct error *err)
{
    read->valid = found == STATUS_OK;
    if (found == STATUS_OK || found == STATUS_DATA || found == STATUS_LIMIT)
        return true;
    if (err)
        *err = read->fault;
    *ret_status = found;
    return false;
}

static bool next_line(struct record_file *file, void *record, struct arena *arena,
                      struct record_read *read, enum status *ret_status, struct error *err)
{
    struct line line;
    do
        if (!line_reader_next(file->lines, &line, ret_status, err))
            return false;
    while (strview_trim(line.bytes).size == 0);
    read->number = line.number;
    read->offset = line.offset;
    read->size = line.bytes.size;
    enum status found;
    if (line.too_long) {
        found = error_set(&read->fault, STATUS_DATA, "the line is longer than %zu bytes",
                          file->line_limit_bytes);
        error_fix(&read->fault, "It holds one record: look for a missing line end.");
    } else if (file->type == &event_envelope_type) {
        found = json_record_decode_event(line.bytes, record, arena, &read->unknown, &read->fault);
    } else {
        found =
            json_record_decode(file->type, line.bytes, record, arena, &read->unknown, &read->fault);
    }
    record_file_explain(found, &read->fault);
    if (found != STATUS_OK && found != STATUS_NO_MEMORY)
        record_file_where(file, read, &read->fault);
    return settle(read, found, ret_status, err);
}

/* What a damaged block took with it is counted and told: consumed = taken + invalid must hold. */
static void tell_lost(struct record_read *read, uint64_t lost)
{
    read->records = lost > 1 ? lost : 1;
    size_t used = strlen(read->fault.what);
    if (lost > 1)
        snprintf(read->fault.what + used, sizeof read->fault.what - used,
                 "; with it %llu records of its block are lost", (unsigned long long)lost - 1);
}

static bool next_avro(struct record_file *file, void *record, struct arena *arena,
                      struct record_read *read, enum status *ret_status, struct error *err)
{
    enum status found;
    uint64_t lost = avro_container_lost(file->avro);
    bool taken = avro_container_next(file->avro, record, arena, &found, &read->fault);
    if (!taken && found == STATUS_OK)
        return false;
    if (!taken && (found == STATUS_DATA || found == STATUS_LIMIT))
        tell_lost(read, avro_container_lost(file->avro) - lost);
    file->number += read->records;
    read->number = file->number - read->records + 1;
    if (taken && file->type == &event_envelope_type) {
        found = event_check(record, &read->fault);
        if (found != STATUS_OK)
            record_file_where(file, read, &read->fault);
    }
    return settle(read, found, ret_status, err);
}

bool record_file_next(struct record_file *file, void *record, struct arena *arena,
                      struct record_read *ret_read, enum status *ret_status, struct error *err)
{
    *ret_read = (struct record_read){.records = 1};
    *ret_status = STATUS_OK;
    return file->avro ? next_avro(file, record, arena, ret_read, ret_status, err)
                      : next_line(file, record, arena, ret_read, ret_status, err);
}
