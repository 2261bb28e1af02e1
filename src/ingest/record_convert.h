/*
 * record_convert.h: `assay convert`: events, gold, predictions or scores from JSON Lines to Avro
 * files and back. Absent, null, "", [] and "dontcare" stay what they are. Thread: one.
 */
#ifndef ASSAY_INGEST_RECORD_CONVERT_H
#define ASSAY_INGEST_RECORD_CONVERT_H

#include "base/error.h"
#include "base/strview.h"

#include <stdint.h>

struct record_convert_options {
    const char *input;  /* JSON Lines (plain or gzip) or .avro; "-": standard input, JSON Lines */
    const char *output; /* .avro: an Avro file; else JSON Lines; "-": standard output */
    const char *kind;   /* "events", "gold", "predictions", "scores"; NULL: as the input says */
    void (*on_fault)(void *context, const struct error *fault);
    void *context;
};

struct record_convert_counts {
    const char *kind;
    uint64_t read; /* lines or records, without empty lines */
    uint64_t written;
    uint64_t faults;       /* read - written */
    uint64_t unknown_keys; /* left out: no field has them */
};

/* The kinds, ends with NULL. */
extern const char *const record_convert_kinds[];

/* STATUS_OK also when records had faults: *ret_counts tells how many. STATUS_CONFIG: the kind is
 * unknown or cannot be told. The output has its name only when it is whole. */
enum status record_convert_run(const struct record_convert_options *options,
                               struct record_convert_counts *ret_counts, struct error *err);

#endif
