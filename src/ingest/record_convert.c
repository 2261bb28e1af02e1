/*
 * record_convert.c: reads records one at a time in either form (record_file) and writes them in
 * either form.
 */
#include "ingest/record_convert.h"

#include "base/file.h"
#include "base/file_stream.h"
#include "codec/avro_container.h"
#include "ingest/record_file.h"
#include "record/gold.h"
#include "record/prediction.h"
#include "record/score_row.h"

#include <stdio.h>

enum {
    LINE_LIMIT_BYTES = 16 << 20, /* as AVRO_CONTAINER_RECORD_MAX */
    OUTPUT_BUFFER_BYTES = 1 << 16,
    SCRATCH_BYTES = 64 * 1024,
};

/* Kinds by what an Avro schema is called and by a key that only lines of this kind have. */
static const struct kind {
    const char *name, *schema, *key;
    const struct record_type *type;
} kinds[] = {{"events", "ConversationEvent", "type", &event_envelope_type},
             {"scores", "Score", "ordinal", &score_row_type},
             {"gold", "GoldConversation", "turns", &gold_conversation_type},
             {"predictions", "Prediction", "output", &prediction_type},
             {"predictions", "Prediction", "input", &prediction_type}};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

const char *const record_convert_kinds[] = {"events", "gold", "predictions", "scores", NULL};

struct conversion {
    const struct record_convert_options *options;
    const struct kind *kind;
    struct record_convert_counts *counts;
    struct file_stream lines; /* one of the two is open */
    struct avro_container_writer *avro;
};

static enum status kind_by_name(const char *name, const struct kind **ret_kind, struct error *err)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *ret_kind = &kinds[i];
            return STATUS_OK;
        }
    }
    enum status status = error_set(err, STATUS_CONFIG, "'%.40s' is no kind of record", name);
    error_fix(err, "Write --kind events, gold, predictions or scores.");
    return status;
}

static enum status not_told(const char *path, struct error *err)
{
    enum status status = error_set(err, STATUS_CONFIG, "'%s' does not tell what its records are",
                                   strcmp(path, "-") == 0 ? "standard input" : path);
    error_fix(err, "Say it with --kind events, gold, predictions or scores.");
    return status;
}

static enum status kind_of_schema(const char *path, struct arena *arena,
                                  const struct kind **ret_kind, struct error *err)
{
    struct strview name;
    enum status status = avro_container_name(path, arena, &name, err);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strview_is(name, kinds[i].schema)) {
            *ret_kind = &kinds[i];
            return STATUS_OK;
        }
    }
    return not_told(path, err);
}

/* By the first line that is an object. */
static enum status kind_of_lines(const char *path, const struct kind **ret_kind, struct error *err)
{
    struct line_reader *reader;
    struct line line;
    const struct kind *found = NULL;
    enum status status = line_reader_open(path, LINE_LIMIT_BYTES, &reader, err);
    if (status != STATUS_OK)
        return status;
    while (!found && line_reader_next(reader, &line, &status, err)) {
        json_t *object = NULL;
        enum status parsed = line.too_long || strview_trim(line.bytes).size == 0
                                 ? STATUS_DATA
                                 : json_record_parse(line.bytes, &object, NULL);
        if (parsed == STATUS_NO_MEMORY) {
            status = error_no_memory(err);
            break;
        }
        for (size_t i = 0; parsed == STATUS_OK && i < KIND_COUNT && !found; i++)
            if (json_object_get(object, kinds[i].key))
                found = &kinds[i];
        json_decref(object);
        if (parsed == STATUS_OK && !found)
            break;
    }
    line_reader_close(reader);
    if (status == STATUS_OK && !found)
        return not_told(path, err);
    *ret_kind = found;
    return status;
}

static enum status find_kind(struct conversion *conversion, struct arena *arena, struct error *err)
{
    const struct record_convert_options *options = conversion->options;
    if (options->kind)
        return kind_by_name(options->kind, &conversion->kind, err);
    if (strcmp(options->input, "-") == 0)
        return not_told(options->input, err);
    return record_file_is_avro(options->input)
               ? kind_of_schema(options->input, arena, &conversion->kind, err)
               : kind_of_lines(options->input, &conversion->kind, err);
}

static bool ends_in_avro(const char *path)
{
    size_t size = strlen(path);
    return size > 5 && strcmp(path + size - 5, ".avro") == 0;
}

static enum status open_output(struct conversion *conversion, struct error *err)
{
    const char *path = conversion->options->output;
    return ends_in_avro(path)
               ? avro_container_create(path, conversion->kind->type, AVRO_CONTAINER_DEFLATE,
                                       &conversion->avro, err)
               : file_stream_open(&conversion->lines, path, err);
}

/* STATUS_DATA: this record cannot be written. */
static enum status write_record(struct conversion *conversion, const void *record,
                                struct error *err)
{
    if (conversion->avro)
        return avro_container_append(conversion->avro, record, err);
    struct json_write writer = {.out = &conversion->lines.text};
    if (conversion->kind->type == &event_envelope_type)
        json_record_encode_event(record, &writer);
    else
        json_record_encode(conversion->kind->type, record, &writer);
    strbuf_add_char(&conversion->lines.text, '\n');
    return file_stream_flush(&conversion->lines, OUTPUT_BUFFER_BYTES, err);
}

static void tell(struct conversion *conversion, const struct error *fault)
{
    if (conversion->options->on_fault)
        conversion->options->on_fault(conversion->options->context, fault);
}

/* Told once: a newer writer has it on every line. */
static void tell_unknown(struct conversion *conversion, const struct record_file *file,
                         const struct record_read *read)
{
    bool was_told = conversion->counts->unknown_keys > 0;
    conversion->counts->unknown_keys += read->unknown.count;
    if (was_told)
        return;
    struct error fault = {0};
    error_set(&fault, STATUS_DATA, "unknown key %s is left out (told once)",
              read->unknown.first_pointer);
    record_file_where(file, read, &fault);
    if (read->unknown.nearest)
        error_fix(&fault, "Did you mean '%s'?", read->unknown.nearest);
    tell(conversion, &fault);
}

static enum status take(struct conversion *conversion, const struct record_file *file,
                        const void *record, struct record_read *read, struct error *err)
{
    struct record_convert_counts *counts = conversion->counts;
    counts->read += read->records;
    if (read->valid) {
        enum status status = write_record(conversion, record, &read->fault);
        if (status == STATUS_OK) {
            counts->written++;
            if (read->unknown.count)
                tell_unknown(conversion, file, read);
            return STATUS_OK;
        }
        if (status != STATUS_DATA && status != STATUS_LIMIT) {
            if (err)
                *err = read->fault;
            return status;
        }
        record_file_where(file, read, &read->fault);
    }
    counts->faults += read->records;
    tell(conversion, &read->fault);
    return STATUS_OK;
}

static enum status convert(struct conversion *conversion, struct arena *arena, struct error *err)
{
    CLEANUP(record_file_cleanup) struct record_file *file = NULL;
    const struct record_type *type = conversion->kind->type;
    void *record = arena_alloc(arena, type->size);
    CLEANUP(arena_cleanup) struct arena *texts = arena_create(SCRATCH_BYTES, 0);
    if (!record || !texts)
        return error_no_memory(err);
    enum status status =
        record_file_open(conversion->options->input, type, LINE_LIMIT_BYTES, &file, err);
    if (status == STATUS_OK)
        status = open_output(conversion, err);
    struct record_read read;
    while (status == STATUS_OK && record_file_next(file, record, texts, &read, &status, err)) {
        status = take(conversion, file, record, &read, err);
        arena_reset(texts);
    }
    if (status != STATUS_OK)
        return status;
    return conversion->avro ? avro_container_commit(conversion->avro, err)
                            : file_stream_commit(&conversion->lines, err);
}

enum status record_convert_run(const struct record_convert_options *options,
                               struct record_convert_counts *ret_counts, struct error *err)
{
    struct record_convert_counts counts = {0};
    struct conversion conversion = {.options = options, .counts = &counts, .lines.descriptor = -1};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(SCRATCH_BYTES, 0);
    enum status status = arena ? find_kind(&conversion, arena, err) : error_no_memory(err);
    if (status == STATUS_OK) {
        counts.kind = conversion.kind->name;
        status = convert(&conversion, arena, err);
    }
    file_stream_close(&conversion.lines);
    avro_container_writer_destroy(conversion.avro);
    if (status == STATUS_OK)
        *ret_counts = counts;
    return status;
}
