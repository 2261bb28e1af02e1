/*
 * avro_container.h: Avro object-container files (.avro), which DuckDB, Polars and pandas open.
 *
 * Writing: the header holds our schema's text as it stands in schemas/ (Avro C would lose its
 * logical types and docs) and a sync marker that depends on the schema only, so equal records make
 * equal files; Avro C writes the blocks. The file appears under its name when it is committed.
 * Reading: with the schema in the file (avro_mapping), one record at a time. The blocks are read
 * here and not by Avro C 1.11, which believes the sizes in a file: a block takes memory only as its
 * bytes really come, compressed or not, up to a limit. Thread: one at a time.
 */
#ifndef ASSAY_CODEC_AVRO_CONTAINER_H
#define ASSAY_CODEC_AVRO_CONTAINER_H

#include "base/arena.h"
#include "base/error.h"
#include "record/field.h"

#include <stdint.h>

enum {
    AVRO_CONTAINER_RECORD_MAX = 16 << 20, /* bytes of one record that is written */
    AVRO_CONTAINER_BLOCK_MAX =
        64 << 20, /* bytes of one block that is read, before and after inflation */
};

enum avro_container_codec { AVRO_CONTAINER_PLAIN, AVRO_CONTAINER_DEFLATE };

struct avro_container_writer;
struct avro_container_reader;

/* Starts path.new. The type has a schema in schemas/, or it is STATUS_INTERNAL. */
enum status avro_container_create(const char *path, const struct record_type *type,
                                  enum avro_container_codec codec,
                                  struct avro_container_writer **ret_writer, struct error *err);
enum status avro_container_append(struct avro_container_writer *writer, const void *record,
                                  struct error *err);
/* Writes what is left, syncs, and gives the file its name. Then the writer is only to be destroyed.
 */
enum status avro_container_commit(struct avro_container_writer *writer, struct error *err);
/* Without a commit before it, path.new is removed. */
void avro_container_writer_destroy(struct avro_container_writer *writer);

/* Reads the header. STATUS_DATA: no Avro file, an unknown codec, or a schema that does not fit. */
enum status avro_container_open(const char *path, const struct record_type *type,
                                struct avro_container_reader **ret_reader, struct error *err);
/*
 * True and a record, whose texts are in `arena`. False: *ret_status is STATUS_OK at the end of the
 * file; STATUS_DATA, or STATUS_LIMIT of the arena: a record or block is wrong, what is left of its
 * block is lost, and the next call goes on behind it; after any other status there is nothing more.
 */
bool avro_container_next(struct avro_container_reader *reader, void *record, struct arena *arena,
                         enum status *ret_status, struct error *err);
/* The name of the record that the file's schema is of, without its namespace; in `arena`. */
enum status avro_container_name(const char *path, struct arena *arena, struct strview *ret_name,
                                struct error *err);
/* Records that faulty blocks held, as far as they said. */
uint64_t avro_container_lost(const struct avro_container_reader *reader);
void avro_container_reader_destroy(struct avro_container_reader *reader);

DEFINE_CLEANUP(avro_container_writer_cleanup, struct avro_container_writer,
               avro_container_writer_destroy)
DEFINE_CLEANUP(avro_container_reader_cleanup, struct avro_container_reader,
               avro_container_reader_destroy)

#endif
