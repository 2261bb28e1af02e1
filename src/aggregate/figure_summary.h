/*
 * figure_summary.h: what figures show and no metric tells, as plain data of a run_summary. Thread:
 * read-only once made.
 */
#ifndef ASSAY_AGGREGATE_FIGURE_SUMMARY_H
#define ASSAY_AGGREGATE_FIGURE_SUMMARY_H

#include "base/strview.h"

#include <math.h>
#include <stdint.h>

/* Answers by how long they took, half an octave a bin: bin i holds those from its edge up to the
 * next one; the first has all that are shorter, the last all that are longer. */
enum { LATENCY_BINS = 36 };

static inline double figure_summary_edge_ms(size_t bin)
{
    double whole = ldexp(1, (int)(bin / 2));
    return bin % 2 ? whole * M_SQRT2 : whole;
}

/* What was heard for what in a categorical slot: the task's values, then any other one, then none.
 */
struct slot_confusion {
    struct strview slot;
    const struct strview *labels;
    size_t label_count;
    uint64_t **by_candidate; /* label_count x label_count: row gold, column prediction */
};

#endif
