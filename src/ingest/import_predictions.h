/*
 * import_predictions.h: `assay import predictions`: a prediction log (docs/IMPORT.md) into events:
 * ConversationStarted, for each line UserTurn and AgentTurn, ConversationEnded. The agent turn's
 * slots are the line's input.slots with its extracted_slots. Turns keep the order of the lines;
 * conversations may be mixed. Thread: one.
 */
#ifndef ASSAY_INGEST_IMPORT_PREDICTIONS_H
#define ASSAY_INGEST_IMPORT_PREDICTIONS_H

#include "ingest/import_map.h"

struct import_predictions_options {
    const char *input;     /* JSON Lines, plain or gzip; "-": standard input */
    const char *output;    /* "-": standard output */
    const char *time_zone; /* IANA zone of timestamps without one; NULL: such a line is a fault */
    const char *candidate; /* only the lines of this candidate; NULL: the log has one */
    import_fault *on_fault;
    void *context;
};

/* STATUS_OK also when lines had faults: *ret_counts tells how many. Lines of another candidate or
 * of a later repeat count as skipped. */
enum status import_predictions_run(const struct import_predictions_options *options,
                                   struct import_counts *ret_counts, struct error *err);

#endif
