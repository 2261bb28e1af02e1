/*
 * avro_container_read.c: reads .avro files, block by block. Numbers come one byte at a time, bytes
 * in pieces, so that a size that is not true costs no more than the file has.
 */
#include "base/memory.h"
#include "base/strbuf.h"
#include "codec/avro_container.h"
#include "codec/avro_embedded.h"
#include "codec/avro_mapping.h"
#include "codec/avro_tree.h"

#include <zlib.h>

#include <errno.h>
#include <stdio.h>

enum {
    SYNC_BYTES = 16,
    PIECE_BYTES = 64 * 1024,
    SCHEMA_MAX = 1 << 20, /* bytes of one piece of metadata */
    METADATA_MAX = 1000,  /* pieces of it */
};

struct avro_container_reader {
    FILE *file;
    char *path;
    const struct record_type *type; /* NULL: only the header is read */
    struct avro_mapping *mapping;
    struct avro_tree *schema; /* when there is no type */
    bool is_deflated;
    bool is_done;
    char sync[SYNC_BYTES];
    struct strbuf raw;      /* the block as it is in the file */
    struct strbuf inflated; /* and after inflation */
    struct strview rest;    /* what is not yet read of it */
    uint64_t rest_records;
    uint64_t block;  /* number of the block, from 1 */
    uint64_t record; /* of the record in its block, from 1 */
    uint64_t lost;
};

static enum status broken(struct avro_container_reader *reader, struct error *err, const char *what)
{
    reader->is_done = true; /* nobody knows where the next block begins */
    if (ferror(reader->file))
        return error_set(err, STATUS_IO, "could not read '%s': %s", reader->path, strerror(errno));
    enum status status = error_set(err, STATUS_DATA, "%s", what);
    if (reader->block)
        error_where(err, "%s: block %llu", reader->path, (unsigned long long)reader->block);
    else
        error_where(err, "%s", reader->path);
    return status;
}

static bool read_long(FILE *file, int64_t *ret_value)
{
    uint64_t bits = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        int byte = getc(file);
        if (byte == EOF || (shift == 63 && byte > 1))
            return false;
        bits |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret_value = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return true;
        }
    }
    return false;
}

/* `size` bytes, as far as the file has them; memory is asked for piece by piece. */
static enum status read_bytes(FILE *file, size_t size, struct strbuf *buf)
{
    strbuf_clear(buf);
    while (size) {
        size_t piece = size < PIECE_BYTES ? size : PIECE_BYTES;
        char *at = strbuf_reserve(buf, piece);
        if (!at)
            return STATUS_NO_MEMORY;
        size_t got = fread(at, 1, piece, file);
        buf->size += got;
        if (got < piece)
            return STATUS_DATA;
        size -= piece;
    }
    strbuf_add_text(buf, "");
    return buf->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status read_text(FILE *file, struct strbuf *buf)
{
    int64_t size;
    if (!read_long(file, &size) || size < 0 || size > SCHEMA_MAX)
        return STATUS_DATA;
    return read_bytes(file, (size_t)size, buf);
}

static enum status use_metadata(struct avro_container_reader *reader, struct strview key,
                                struct strview value, struct error *err)
{
    if (strview_is(key, "avro.schema")) {
        if (reader->mapping || reader->schema)
            return error_set(err, STATUS_DATA, "the file has two schemas");
        if (!reader->type)
            return avro_tree_parse(value, &reader->schema, err);
        return avro_mapping_create(reader->type, avro_embedded_schema_of(reader->type), value,
                                   &reader->mapping, err);
    }
    if (!strview_is(key, "avro.codec") || strview_is(value, "null"))
        return STATUS_OK;
    reader->is_deflated = strview_is(value, "deflate");
    if (reader->is_deflated)
        return STATUS_OK;
    enum status status = error_set(err, STATUS_DATA, "the codec '%.*s' is not supported",
                                   value.size < 40 ? (int)value.size : 40, value.data);
    error_fix(err, "Write the file with the codec 'deflate' or 'null'.");
    return status;
}

static enum status read_metadata(struct avro_container_reader *reader, struct strbuf *key,
                                 struct strbuf *value, struct error *err)
{
    for (int64_t pieces = 0;;) {
        int64_t count, size;
        if (!read_long(reader->file, &count))
            return broken(reader, err, "the file ends inside of its header");
        if (count == 0)
            return STATUS_OK;
        if (count < 0 && (count < -METADATA_MAX || !read_long(reader->file, &size)))
            return broken(reader, err, "the header is wrong");
        count = count < 0 ? -count : count;
        for (; count > 0; count--) {
            if (++pieces > METADATA_MAX)
                return broken(reader, err, "the header has too many entries");
            enum status status = read_text(reader->file, key);
            if (status == STATUS_OK)
                status = read_text(reader->file, value);
            if (status == STATUS_NO_MEMORY)
                return error_no_memory(err);
            if (status != STATUS_OK)
                return broken(reader, err, "the file ends inside of its header, or that is wrong");
            status = use_metadata(reader, strbuf_view(key), strbuf_view(value), err);
            if (status != STATUS_OK) {
                error_where(err, "%s", reader->path);
                return status;
            }
        }
    }
}

static enum status read_header(struct avro_container_reader *reader, struct error *err)
{
    char magic[4];
    struct strbuf key = {0}, value = {0};
    if (fread(magic, 1, sizeof magic, reader->file) != sizeof magic ||
        memcmp(magic, "Obj\x01", sizeof magic) != 0)
        return broken(reader, err, "this is not an Avro file: it does not begin with 'Obj' and 1");
    enum status status = read_metadata(reader, &key, &value, err);
    strbuf_done(&key);
    strbuf_done(&value);
    if (status != STATUS_OK)
        return status;
    if (fread(reader->sync, 1, SYNC_BYTES, reader->file) != SYNC_BYTES)
        return broken(reader, err, "the file ends inside of its header");
    if (!reader->mapping && !reader->schema)
        return broken(reader, err, "the header has no schema");
    return STATUS_OK;
}

enum status avro_container_open(const char *path, const struct record_type *type,
                                struct avro_container_reader **ret_reader, struct error *err)
{
    CLEANUP(avro_container_reader_cleanup)
    struct avro_container_reader *reader = memory_alloc(sizeof *reader);
    if (!reader)
        return error_no_memory(err);
    reader->type = type;
    reader->path = memory_copy_text(path);
    if (!reader->path)
        return error_no_memory(err);
    reader->file = fopen(path, "rbe");
    if (!reader->file)
        return error_set(err, STATUS_IO, "could not open '%s': %s", path, strerror(errno));
    enum status status = read_header(reader, err);
    if (status != STATUS_OK)
        return status;
    *ret_reader = TAKE(reader);
    return STATUS_OK;
}

enum status avro_container_name(const char *path, struct arena *arena, struct strview *ret_name,
                                struct error *err)
{
    CLEANUP(avro_container_reader_cleanup) struct avro_container_reader *reader = NULL;
    enum status status = avro_container_open(path, NULL, &reader, err);
    if (status != STATUS_OK)
        return status;
    struct strview name = reader->schema->root->name;
    *ret_name = name.data ? arena_copy_view(arena, name) : strview_of("");
    return ret_name->data ? STATUS_OK : error_no_memory(err);
}

/* Raw deflate, a piece at a time: memory grows with what comes out, up to the limit. */
static enum status inflate_block(struct strview raw, struct strbuf *out)
{
    z_stream stream = {0};
    if (inflateInit2(&stream, -15) != Z_OK)
        return STATUS_NO_MEMORY;
    stream.next_in = (Bytef *)(uintptr_t)raw.data;
    stream.avail_in = (uInt)raw.size;
    strbuf_clear(out);
    int state = Z_OK;
    enum status status = STATUS_OK;
    while (state == Z_OK && status == STATUS_OK) {
        char *at = strbuf_reserve(out, PIECE_BYTES);
        if (!at || out->size > AVRO_CONTAINER_BLOCK_MAX) {
            status = at ? STATUS_LIMIT : STATUS_NO_MEMORY;
            break;
        }
        stream.next_out = (Bytef *)at;
        stream.avail_out = PIECE_BYTES;
        state = inflate(&stream, Z_NO_FLUSH);
        out->size += PIECE_BYTES - stream.avail_out;
    }
    inflateEnd(&stream);
    strbuf_add_text(out, "");
    if (status != STATUS_OK)
        return status;
    return state == Z_STREAM_END ? STATUS_OK : STATUS_DATA;
}

/* A fault inside of a block: what is left of it is lost, but the next one can still be found. */
static enum status fault_in_block(struct avro_container_reader *reader, struct error *err,
                                  const char *what)
{
    reader->lost += reader->rest_records;
    reader->rest_records = 0;
    reader->rest = (struct strview){0};
    error_set(err, STATUS_DATA, "%s", what);
    error_where(err, "%s: block %llu", reader->path, (unsigned long long)reader->block);
    return STATUS_DATA;
}

static enum status lose_block(struct avro_container_reader *reader, enum status status,
                              struct error *err)
{
    if (status == STATUS_NO_MEMORY) {
        reader->is_done = true;
        reader->rest_records = 0;
        return error_no_memory(err);
    }
    return fault_in_block(reader, err,
                          status == STATUS_LIMIT ? "the block is too large when it is inflated"
                                                 : "the block is no deflate stream");
}

/* Fills `rest` with the next block; at the end of the file is_done. */
static enum status read_block(struct avro_container_reader *reader, struct error *err)
{
    int64_t count, size;
    char sync[SYNC_BYTES];
    int byte = getc(reader->file);
    if (byte == EOF) {
        reader->is_done = true;
        return ferror(reader->file) ? broken(reader, err, "") : STATUS_OK;
    }
    ungetc(byte, reader->file);
    reader->block++;
    reader->record = 0;
    if (!read_long(reader->file, &count) || !read_long(reader->file, &size) || count < 0 ||
        size < 0)
        return broken(reader, err, "the block's head is wrong");
    uint64_t lost = count <= size ? (uint64_t)count : 0; /* a record has at least one byte */
    if (size > AVRO_CONTAINER_BLOCK_MAX)
        return broken(reader, err, "the block says that it is larger than a block may be");
    enum status status = read_bytes(reader->file, (size_t)size, &reader->raw);
    if (status == STATUS_NO_MEMORY)
        return lose_block(reader, status, err);
    if (status != STATUS_OK || fread(sync, 1, SYNC_BYTES, reader->file) != SYNC_BYTES) {
        reader->lost += lost;
        return broken(reader, err, "the file ends inside of the block");
    }
    if (memcmp(sync, reader->sync, SYNC_BYTES) != 0) {
        reader->lost += lost;
        return broken(reader, err, "the block does not end with the file's sync marker");
    }
    reader->rest_records = (uint64_t)count;
    reader->rest = strbuf_view(&reader->raw);
    if (reader->is_deflated) {
        status = inflate_block(strbuf_view(&reader->raw), &reader->inflated);
        reader->rest = strbuf_view(&reader->inflated);
    }
    if (status != STATUS_OK)
        return lose_block(reader, status, err);
    if (reader->rest_records <= reader->rest.size)
        return STATUS_OK;
    reader->rest_records = 0; /* a record has at least one byte */
    return fault_in_block(reader, err, "the block says that it has more records than bytes");
}

bool avro_container_next(struct avro_container_reader *reader, void *record, struct arena *arena,
                         enum status *ret_status, struct error *err)
{
    *ret_status = STATUS_OK;
    while (reader->rest_records == 0 && !reader->is_done && *ret_status == STATUS_OK) {
        bool has_more = reader->rest.size > 0;
        reader->rest = (struct strview){0};
        *ret_status =
            has_more ? fault_in_block(reader, err, "bytes follow behind the block's last record")
                     : read_block(reader, err);
    }
    if (*ret_status != STATUS_OK || reader->rest_records == 0)
        return false;
    reader->record++;
    *ret_status = avro_mapping_read(reader->mapping, &reader->rest, record, arena, err);
    if (*ret_status == STATUS_OK) {
        reader->rest_records--;
        return true;
    }
    error_where(err, "%s: block %llu, record %llu", reader->path, (unsigned long long)reader->block,
                (unsigned long long)reader->record);
    reader->lost += reader->rest_records;
    reader->rest_records = 0;
    reader->rest = (struct strview){0};
    reader->is_done = reader->is_done || *ret_status == STATUS_NO_MEMORY;
    return false;
}

uint64_t avro_container_lost(const struct avro_container_reader *reader)
{
    return reader->lost;
}

void avro_container_reader_destroy(struct avro_container_reader *reader)
{
    if (!reader)
        return;
    if (reader->file)
        fclose(reader->file);
    avro_mapping_destroy(reader->mapping);
    avro_tree_destroy(reader->schema);
    strbuf_done(&reader->raw);
    strbuf_done(&reader->inflated);
    memory_free(reader->path);
    memory_free(reader);
}
