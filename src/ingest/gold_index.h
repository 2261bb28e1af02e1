/*
 * gold_index.h: gold conversations by id, with memory of some 24 bytes each: the index holds where
 * a line begins, the line itself is read when its conversation comes. Thread: one owner.
 */
#ifndef ASSAY_INGEST_GOLD_INDEX_H
#define ASSAY_INGEST_GOLD_INDEX_H

#include "base/arena.h"
#include "base/error.h"
#include "record/gold.h"

struct gold_index;

/* A fault of one gold line; told, counted, and the line left out. */
typedef void gold_index_fault(void *context, const struct error *fault);

/*
 * Reads the whole file once, checking each line: what is wrong goes to `on_fault` (with line
 * number), duplicates of an id too (the first is kept). STATUS_OK also with faults.
 */
enum status gold_index_open(const char *path, gold_index_fault *on_fault, void *context,
                            struct gold_index **ret_index, struct error *err);
void gold_index_close(struct gold_index *index);
size_t gold_index_count(const struct gold_index *index);

/* *ret_gold is NULL when there is no gold for the id. The record lives in `arena`. */
enum status gold_index_find(struct gold_index *index, struct strview conversation_id,
                            struct arena *arena, struct gold_conversation **ret_gold,
                            struct error *err);

DEFINE_CLEANUP(gold_index_cleanup, struct gold_index, gold_index_close)

#endif
