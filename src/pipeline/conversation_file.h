/*
 * conversation_file.h: the sealed conversations of a file of events (JSON Lines or Avro), one by
 * one, without a run. Memory is bounded by the open conversations. Thread: main.
 */
#ifndef ASSAY_PIPELINE_CONVERSATION_FILE_H
#define ASSAY_PIPELINE_CONVERSATION_FILE_H

#include "assemble/conversation_table.h"

struct conversation_file;

/* An event that could not be read; `where` starts with the path. */
typedef void conversation_file_fault(void *context, const struct error *fault);

struct conversation_file_counts {
    uint64_t events, invalid, in_conversations;
    uint64_t skipped[SKIP_REASON_COUNT];
};

enum status conversation_file_open(const char *path, conversation_file_fault *on_fault,
                                   void *context, struct conversation_file **ret_file,
                                   struct error *err);
void conversation_file_close(struct conversation_file *file);

/* The next one in order of sealing, or NULL at the end; the caller destroys it. */
enum status conversation_file_next(struct conversation_file *file,
                                   struct conversation **ret_conversation, struct error *err);
const struct conversation_file_counts *
conversation_file_counts(const struct conversation_file *file);

DEFINE_CLEANUP(conversation_file_cleanup, struct conversation_file, conversation_file_close)

#endif
