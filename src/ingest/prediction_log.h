/*
 * prediction_log.h: a prediction log (docs: "Your own data in") as a source of answers: lines by
 * conversation and turn. A line's turn is its key `turn`, else its place among the lines of its
 * conversation. Lines are read when they are asked for. Thread: find from any thread; open and
 * close one owner.
 */
#ifndef ASSAY_INGEST_PREDICTION_LOG_H
#define ASSAY_INGEST_PREDICTION_LOG_H

#include "base/arena.h"
#include "base/error.h"
#include "record/prediction.h"

struct prediction_log;

typedef void prediction_log_fault(void *context, const struct error *fault);

/* Bad lines go to on_fault and are left out. */
enum status prediction_log_open(const char *path, prediction_log_fault *on_fault, void *context,
                                struct prediction_log **ret_log, struct error *err);
void prediction_log_close(struct prediction_log *log);

/* *ret_prediction is NULL when the log has no such line. */
enum status prediction_log_find(const struct prediction_log *log, struct strview conversation_id,
                                int64_t turn, struct arena *arena,
                                struct prediction **ret_prediction, struct error *err);

DEFINE_CLEANUP(prediction_log_cleanup, struct prediction_log, prediction_log_close)

#endif
