/*
 * gold_index.h: gold conversations by id, from JSON Lines or an Avro file (record_index). Thread:
 * one owner.
 */
#ifndef ASSAY_INGEST_GOLD_INDEX_H
#define ASSAY_INGEST_GOLD_INDEX_H

#include "base/arena.h"
#include "base/error.h"
#include "record/gold.h"

struct gold_index;

/* A fault of one gold record; told, counted, and the record left out. */
typedef void gold_index_fault(void *context, const struct error *fault);

/*
 * Reads the whole file once, checking each record: what is wrong goes to `on_fault` (with its
 * place), duplicates of an id too (the first is kept). STATUS_OK also with faults.
 */
enum status gold_index_open(const char *path, gold_index_fault *on_fault, void *context,
                            struct gold_index **ret_index, struct error *err);
void gold_index_close(struct gold_index *index);
size_t gold_index_count(const struct gold_index *index);

/* *ret_gold is NULL when there is no gold for the id. The record lives in `arena`. */
enum status gold_index_find(struct gold_index *index, struct strview conversation_id,
                            struct arena *arena, struct gold_conversation **ret_gold,
                            struct error *err);
/* Where the gold of a conversation stands, for people: "gold.jsonl:12". */
void gold_index_place(const struct gold_index *index, struct strview conversation_id, char *text,
                      size_t size);
/* Tells each gold conversation that was never found: it fits none. Reads the file again. */
enum status gold_index_tell_unused(const struct gold_index *index, gold_index_fault *on_fault,
                                   void *context, struct error *err);

DEFINE_CLEANUP(gold_index_cleanup, struct gold_index, gold_index_close)

#endif
