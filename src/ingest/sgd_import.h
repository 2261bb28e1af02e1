/*
 * sgd_import.h: `assay import sgd`: a folder of dialogues in the Schema-Guided Dialogue format
 * becomes gold conversations (record/gold.h), one JSON object a line.
 *
 * Files `dialogues_*.json` are read in sorted order, each a list of dialogues or an object by id.
 * Memory is bounded by the largest file (and eight bytes a dialogue, to find an id that comes
 * twice). The output appears when it is whole. Thread: main.
 */
#ifndef ASSAY_INGEST_SGD_IMPORT_H
#define ASSAY_INGEST_SGD_IMPORT_H

#include "base/error.h"
#include "ingest/sgd_gold.h"

struct sgd_import_options {
    const char *schema_path;
    const char *input_dir;
    const char *output_path; /* gold.jsonl; "-": standard output */
};

/* Any fault stops: STATUS_DATA with file, line and column. ret_counts may be NULL. */
enum status sgd_import(const struct sgd_import_options *options, struct sgd_gold_counts *ret_counts,
                       struct error *err);

#endif
