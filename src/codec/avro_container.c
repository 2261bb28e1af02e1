/*
 * avro_container.c: writes .avro files. Our header, then Avro C's file writer, which opens what has
 * a header and appends blocks; records reach it as binary_record encodes them.
 */
#include "codec/avro_container.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "codec/avro_embedded.h"
#include "codec/binary_record.h"
#include "codec/json_text.h"

#include <avro.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { BLOCK_BYTES = 64 * 1024, SYNC_BYTES = 16 };

struct avro_container_writer {
    const struct record_type *type;
    char *path;
    char *new_path;
    avro_file_writer_t blocks;
    struct strbuf record;
    size_t block_bytes; /* in the block that is being filled */
    bool committed;
};

static void add_long(struct strbuf *out, size_t value)
{
    uint64_t rest = (uint64_t)value << 1;
    for (; rest > 0x7f; rest >>= 7)
        strbuf_add_char(out, (char)(rest | 0x80));
    strbuf_add_char(out, (char)rest);
}

static void add_text(struct strbuf *out, struct strview text)
{
    add_long(out, text.size);
    strbuf_add_view(out, text);
}

static void add_header(struct strbuf *out, struct strview schema, enum avro_container_codec codec)
{
    struct hash_128 sync = hash_128_of(schema.data, schema.size);
    strbuf_add(out, "Obj\x01", 4);
    add_long(out, 2);
    add_text(out, strview_of("avro.schema"));
    add_text(out, schema);
    add_text(out, strview_of("avro.codec"));
    add_text(out, strview_of(codec == AVRO_CONTAINER_DEFLATE ? "deflate" : "null"));
    add_long(out, 0);
    _Static_assert(sizeof sync == SYNC_BYTES, "the sync marker is 16 bytes");
    strbuf_add(out, &sync, sizeof sync);
}

static enum status cannot_write(const char *path, const char *why, struct error *err)
{
    enum status status = error_set(err, STATUS_IO, "could not write '%s': %s", path, why);
    error_fix(err, "Look at the free space and the permissions of its folder.");
    return status;
}

static enum status write_header(const char *path, struct strview schema,
                                enum avro_container_codec codec, struct error *err)
{
    struct strbuf header = {0};
    add_header(&header, schema, codec);
    if (header.failed) {
        strbuf_done(&header);
        return error_no_memory(err);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, header.data, header.size) == (ssize_t)header.size;
    int why = errno;
    if (fd >= 0 && close(fd) != 0)
        written = false;
    strbuf_done(&header);
    return written ? STATUS_OK : cannot_write(path, strerror(why), err);
}

enum status avro_container_create(const char *path, const struct record_type *type,
                                  enum avro_container_codec codec,
                                  struct avro_container_writer **ret_writer, struct error *err)
{
    struct strview schema = avro_embedded_schema_of(type);
    if (!schema.data)
        return error_set(err, STATUS_INTERNAL, "%s has no schema in schemas/", type->name);
    CLEANUP(avro_container_writer_cleanup)
    struct avro_container_writer *writer = memory_alloc(sizeof *writer);
    if (!writer)
        return error_no_memory(err);
    writer->type = type;
    writer->record.limit = AVRO_CONTAINER_RECORD_MAX;
    writer->path = memory_copy_text(path);
    writer->new_path = memory_alloc(strlen(path) + 5);
    if (!writer->path || !writer->new_path)
        return error_no_memory(err);
    snprintf(writer->new_path, strlen(path) + 5, "%s.new", path);
    enum status status = write_header(writer->new_path, schema, codec, err);
    if (status != STATUS_OK)
        return status;
    (void)json_text_take_starved();
    if (avro_file_writer_open_bs(writer->new_path, &writer->blocks,
                                 AVRO_CONTAINER_RECORD_MAX + BLOCK_BYTES) != 0)
        return json_text_take_starved() ? error_no_memory(err)
                                        : cannot_write(writer->new_path, avro_strerror(), err);
    *ret_writer = TAKE(writer);
    return STATUS_OK;
}

enum status avro_container_append(struct avro_container_writer *writer, const void *record,
                                  struct error *err)
{
    strbuf_clear(&writer->record);
    enum status status = binary_record_encode(writer->type, record, &writer->record, err);
    if (status != STATUS_OK)
        return status;
    size_t size = writer->record.size;
    if (writer->block_bytes && writer->block_bytes + size > BLOCK_BYTES) {
        if (avro_file_writer_sync(writer->blocks) != 0)
            return cannot_write(writer->new_path, avro_strerror(), err);
        writer->block_bytes = 0;
    }
    if (avro_file_writer_append_encoded(writer->blocks, writer->record.data, (int64_t)size) != 0)
        return cannot_write(writer->new_path, avro_strerror(), err);
    writer->block_bytes += size;
    return STATUS_OK;
}

enum status avro_container_commit(struct avro_container_writer *writer, struct error *err)
{
    avro_file_writer_t blocks = TAKE(writer->blocks);
    if (avro_file_writer_close(blocks) != 0)
        return cannot_write(writer->new_path, avro_strerror(), err);
    int fd = open(writer->new_path, O_RDWR | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (!synced || rename(writer->new_path, writer->path) != 0)
        return cannot_write(writer->path, strerror(synced ? errno : why), err);
    writer->committed = true;
    return STATUS_OK;
}

void avro_container_writer_destroy(struct avro_container_writer *writer)
{
    if (!writer)
        return;
    if (writer->blocks)
        avro_file_writer_close(writer->blocks);
    if (!writer->committed && writer->new_path)
        unlink(writer->new_path);
    strbuf_done(&writer->record);
    memory_free(writer->path);
    memory_free(writer->new_path);
    memory_free(writer);
}
