/*
 * stream_summary.h: a file of conversations summed up without gold, for `assay summary FILE`: the
 * recorded agent's calls, times, cost, outcomes and hand-overs. run_fold with one recorded
 * candidate; memory does not grow with the file. Thread: one at a time.
 */
#ifndef ASSAY_AGGREGATE_STREAM_SUMMARY_H
#define ASSAY_AGGREGATE_STREAM_SUMMARY_H

#include "aggregate/run_fold.h"
#include "record/conversation.h"

struct stream_summary;

/* `task` may be NULL and outlives the summary; `path` is copied, and is named in the result. */
enum status stream_summary_create(const struct task_spec *task, const char *path,
                                  struct stream_summary **ret_summary, struct error *err);
void stream_summary_destroy(struct stream_summary *summary);
/* `facts` as conversation_measure made them, without gold. Both are not needed afterwards. */
enum status stream_summary_add(struct stream_summary *summary,
                               const struct conversation *conversation,
                               const struct conversation_facts *facts, struct error *err);
enum status stream_summary_finish(struct stream_summary *summary,
                                  const struct run_fold_input *input, struct arena *arena,
                                  struct run_summary **ret_summary, struct error *err);

DEFINE_CLEANUP(stream_summary_cleanup, struct stream_summary, stream_summary_destroy)

#endif
