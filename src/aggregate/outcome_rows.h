/*
 * outcome_rows.h: what one candidate did in one conversation, over its repeats, kept for later:
 * every metric's sum and count, slots by verdict, latencies and confidences. Packed one row behind
 * the other, about 100 bytes a row on datasets/booking. Whole
 * numbers are kept exactly, others in single precision; latencies to the microsecond; confidences
 * to 1/8000. Start from {0}. Thread: one writer, then any readers, each with its own
 * struct outcome_row.
 *
 *   struct outcome_row row = {0};                      (grows as needed; reuse it)
 *   outcome_rows_read(&rows, i, &row); ... row.ratios[FOLD_SUCCESS].sum ...
 *   outcome_row_done(&row);
 */
#ifndef ASSAY_AGGREGATE_OUTCOME_ROWS_H
#define ASSAY_AGGREGATE_OUTCOME_ROWS_H

#include "aggregate/ratio_metric.h"

#include <stdint.h>

enum { OUTCOME_VERDICTS = SLOT_LATE + 1 };

struct outcome_slot {
    uint32_t slot;                     /* its place in run_outcomes.slot_names */
    uint32_t counts[OUTCOME_VERDICTS]; /* by enum slot_verdict */
};

enum slot_ratio { SLOT_PRECISION, SLOT_RECALL, SLOT_F1, SLOT_RATIO_COUNT };
/* A slot's counts as the sum and size of one of these. */
struct ratio_part outcome_slot_part(const struct outcome_slot *slot, enum slot_ratio ratio);

struct outcome_number { /* of a scorer of kind command */
    uint32_t name;      /* its place in run_outcomes.extra_names */
    struct ratio_part part;
};

struct outcome_confidence {
    float confidence; /* in [0, 1] */
    bool right;
};

struct outcome_row {
    uint64_t trials[BASIS_COUNT];         /* repeats that were run, finished, scored */
    struct ratio_part ratios[FOLD_COUNT]; /* as tallied: repeats are pooled, nothing is scaled;
                                             ratio_metric_part makes a metric's part of it */
    struct outcome_slot *slots;           /* those that gold or the candidate changed */
    struct outcome_number *extras;
    struct outcome_confidence *confidences; /* one a predicted slot that gave one */
    double *latency_ms, *first_token_ms;    /* one an answered call that tells it */
    size_t slot_count, extra_count, confidence_count, latency_count, first_token_count;
    size_t slot_capacity, extra_capacity, confidence_capacity, latency_capacity,
        first_token_capacity;
};

struct outcome_rows {
    uint8_t *bytes;
    uint64_t *starts; /* of each row, and the end of the last */
    size_t size, count, byte_capacity, start_capacity;
};

/* False: memory ran out; the rows are as before. */
bool outcome_rows_add(struct outcome_rows *rows, const struct outcome_row *row);
/* False: memory ran out. */
bool outcome_rows_read(const struct outcome_rows *rows, size_t index, struct outcome_row *ret_row);
void outcome_rows_done(struct outcome_rows *rows);

/* Room for one more; NULL: memory ran out. The counts grow by one. */
struct outcome_slot *outcome_row_add_slot(struct outcome_row *row);
struct outcome_number *outcome_row_add_extra(struct outcome_row *row);
bool outcome_row_add_confidence(struct outcome_row *row, double confidence, bool right);
bool outcome_row_add_latency(struct outcome_row *row, double latency_ms);
bool outcome_row_add_first_token(struct outcome_row *row, double first_token_ms);
/* Empty again, memory kept. */
void outcome_row_clear(struct outcome_row *row);
void outcome_row_done(struct outcome_row *row);

#endif
