/*
 * record_index.h: records of a file found again by a key, with some 24 bytes of memory each: the
 * index holds where a record lies, and reads it when it is asked for. Lines are read again from
 * their file (which must not be compressed); records of an Avro file, whose blocks cannot be
 * entered in the middle, are copied to a temporary file that has no name. Thread: opened and closed
 * by one owner; found by any.
 */
#ifndef ASSAY_INGEST_RECORD_INDEX_H
#define ASSAY_INGEST_RECORD_INDEX_H

#include "base/arena.h"
#include "base/error.h"
#include "ingest/record_file.h"

struct record_index;

typedef void record_index_fault(void *context, const struct error *fault);

enum { RECORD_INDEX_RECORD_MAX = 4 << 20 };

struct record_index_options {
    const char *path;
    const struct record_type *type;
    const char *what; /* "gold", "prediction": for messages */
    /* The record's key, after any further checks. STATUS_DATA with `where` in the record: it is
     * told and left out. Anything else ends the reading. */
    enum status (*take)(void *context, const void *record, const struct record_index *index,
                        uint64_t *ret_key, struct error *fault);
    void *take_context;
    bool tells_unknown; /* keys that no field has */
    record_index_fault *on_fault;
    void *fault_context;
};

/* Reads the whole file once. STATUS_OK also with faults, which on_fault was told. A key that is
 * there already is replaced: `take` may refuse it. */
enum status record_index_open(const struct record_index_options *options,
                              struct record_index **ret_index, struct error *err);
void record_index_close(struct record_index *index);
size_t record_index_count(const struct record_index *index);
bool record_index_has(const struct record_index *index, uint64_t key);

/* *ret_found tells whether there is one; it is then in `record`, its texts in `arena`. */
enum status record_index_find(const struct record_index *index, uint64_t key, void *record,
                              struct arena *arena, bool *ret_found, struct error *err);
/* Where the record stands, for people: "gold.jsonl:12" or "gold.avro: record 12". Lines are
 * counted from the beginning of the file: for faults only. */
void record_index_place(const struct record_index *index, uint64_t key, char *text, size_t size);

DEFINE_CLEANUP(record_index_cleanup, struct record_index, record_index_close)

#endif
