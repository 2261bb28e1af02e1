/*
 * record_file.h: records of one type from a file, in either form: JSON Lines (plain or gzip) or an
 * Avro object-container file, told by the name's end or the first bytes. What is wrong is told with
 * its place and left out; the rest goes on. Thread: one owner.
 */
#ifndef ASSAY_INGEST_RECORD_FILE_H
#define ASSAY_INGEST_RECORD_FILE_H

#include "base/arena.h"
#include "base/error.h"
#include "codec/json_record.h"

struct record_file;

/* One line or record, good or not. */
struct record_read {
    bool valid;
    struct error fault;          /* when not valid: where (file and place), what, fix */
    uint64_t number;             /* of the line, or of the record in the file, from 1 */
    uint64_t records;            /* 1; more when the rest of an Avro block was lost with this one */
    uint64_t offset;             /* JSON Lines: of the line's first byte */
    size_t size;                 /* and its bytes */
    struct json_unknown unknown; /* JSON Lines: keys that no field has */
};

/* An Avro file: the name ends in .avro, or the file begins as one does. */
bool record_file_is_avro(const char *path);
/* event_envelope_type stands for a whole struct event, which is checked (event_check). "-" is
 * standard input, JSON Lines. */
enum status record_file_open(const char *path, const struct record_type *type,
                             size_t line_limit_bytes, struct record_file **ret_file,
                             struct error *err);
/*
 * True and *ret_read; a valid record has its texts in `arena`. False: the end of the file, or
 * *ret_status tells why it cannot be read on. Empty lines are passed over.
 */
bool record_file_next(struct record_file *file, void *record, struct arena *arena,
                      struct record_read *ret_read, enum status *ret_status, struct error *err);
/* To a line that is no JSON: what a line is. `fault` has no place yet. */
void record_file_explain(enum status status, struct error *fault);
/* Puts the file and the record's place before what `fault` says of the record. */
void record_file_where(const struct record_file *file, const struct record_read *read,
                       struct error *fault);
void record_file_close(struct record_file *file);

DEFINE_CLEANUP(record_file_cleanup, struct record_file, record_file_close)

#endif
