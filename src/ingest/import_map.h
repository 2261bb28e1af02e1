/*
 * import_map.h: `assay import map`: any JSON Lines into events, by a mapping file (docs/IMPORT.md).
 * What is wrong with a line goes to on_fault with file, line and pointer; the rest goes on.
 * Thread: one.
 */
#ifndef ASSAY_INGEST_IMPORT_MAP_H
#define ASSAY_INGEST_IMPORT_MAP_H

#include "config/yaml_tree.h"
#include "ingest/import_table.h"

enum { IMPORT_LINE_LIMIT_BYTES = 32 << 20 };

typedef void import_fault(void *context, const struct error *fault);

struct import_map_options {
    const char *mapping;
    const char *input;  /* JSON Lines, plain or gzip; "-": standard input */
    const char *output; /* "-": standard output */
    import_fault *on_fault;
    void *context;
    struct fault_list *mapping_faults; /* what is wrong with the mapping file; its arena is used */
};

/* STATUS_CONFIG when the mapping has faults (nothing is written then); STATUS_OK also when lines
 * had faults: *ret_counts tells how many. */
enum status import_map_run(const struct import_map_options *options,
                           struct import_counts *ret_counts, struct error *err);

#endif
