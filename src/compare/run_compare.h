/*
 * run_compare.h: two or more finished runs side by side: plain differences of every metric, and the
 * conversations that began to fail or were fixed. Runs of different modes are refused: their
 * numbers do not mean the same. Thread: main.
 */
#ifndef ASSAY_COMPARE_RUN_COMPARE_H
#define ASSAY_COMPARE_RUN_COMPARE_H

#include "aggregate/run_outcomes.h"
#include "aggregate/run_summary.h"

struct run_side {
    const struct run_summary *summary;
    const struct run_outcomes *outcomes; /* NULL: no comparison by conversation */
};

/* One candidate of one run. */
struct run_column {
    size_t run, candidate;
    size_t reference; /* column of the first run that it is compared with: the candidate of the
                         same name, or the only one; SIZE_MAX: none */
};

/* A conversation that both runs scored and that went otherwise. */
struct run_change {
    uint32_t first_ordinal, second_ordinal; /* in the two runs' journals */
};

/* One column against its reference, by conversation. Repeats count as one success when all of them
 * succeeded. */
struct run_flips {
    size_t column;
    uint64_t compared; /* conversations that both scored */
    struct run_change *newly_failing, *newly_fixed;
    size_t failing_count, fixed_count;
};

struct run_comparison {
    struct run_column *columns;
    size_t column_count;
    /* by_candidate, difference and measured_live of the rows go by column; a metric that a run does
     * not have is undefined there. Per-slot metrics are in a section of their own, "slot_metrics".
     */
    struct metric_section *sections;
    size_t section_count;
    struct run_flips *flips; /* one a column that has a reference and outcomes */
    size_t flip_count;
    const char **warnings; /* gold, source or task are not the same; a run is partial */
    size_t warning_count;
};

/* STATUS_CONFIG when the modes differ or there are fewer than two runs. All in `arena`; names are
 * borrowed from the summaries. */
enum status run_compare(const struct run_side *sides, size_t count, struct arena *arena,
                        struct run_comparison **ret_comparison, struct error *err);

#endif
