/*
 * run_compare.h: candidates side by side: those of two or more finished runs, or of one run. Every
 * metric's difference with interval, p and what could have been seen; differences by slice;
 * conversations that began to fail or were fixed; quality against cost against latency; and what
 * follows in words. Runs of different modes are refused: their numbers do not mean the same.
 *
 * Families of tests: the metrics of the pipelines' gates, and the success rate, are adjusted by
 * Holm (the chance of any false alarm); all others, slots too, by Benjamini and Hochberg (the share
 * of false alarms). Slices are a family of their own (Benjamini and Hochberg). Level .05. Thread:
 * main.
 */
#ifndef ASSAY_COMPARE_RUN_COMPARE_H
#define ASSAY_COMPARE_RUN_COMPARE_H

#include "aggregate/run_outcomes.h"
#include "aggregate/run_summary.h"
#include "compare/metric_difference.h"

struct run_side {
    const struct run_summary *summary;
    const struct run_outcomes *outcomes; /* NULL: plain differences only */
};

struct run_compare_options {
    struct strview by; /* a key to slice by: "split", "tag", "locale" or of the metadata; absent: no
                          slices */
};

/* One candidate of one run. */
struct run_column {
    size_t run, candidate;
    size_t reference; /* column that it is compared with; SIZE_MAX: none. In one run: its first
                         candidate. Else of the first run: the candidate of the same name, or the
                         only one */
};

enum metric_family { FAMILY_NONE, FAMILY_GATES, FAMILY_OTHERS };

/* `row`: by_candidate, difference and measured_live go by column; a metric that a run does not have
 * is undefined there. difference[j] is differences[j].change. */
struct compared_row {
    struct metric_row row;
    struct metric_difference *differences;
    enum metric_family family;
};

struct compared_section {
    const char *name, *title, *note;
    struct compared_row *rows;
    size_t count;
};

/* One value of the key that is sliced by; one row a metric. */
struct compared_slice {
    struct strview value;
    struct compared_row *rows;
    size_t row_count;
};

/* A conversation that both scored and that went otherwise. */
struct run_change {
    uint32_t first_ordinal, second_ordinal; /* in the two runs' journals */
};

/* One column against its reference, by conversation, of every split. Repeats count as one success
 * when all of them succeeded. */
struct run_flips {
    size_t column;
    uint64_t compared; /* conversations that both scored */
    struct run_change *newly_failing, *newly_fixed;
    size_t failing_count, fixed_count;
};

/* Quality, cost and latency of a column; NaN: not known. */
struct trade_off {
    size_t column;
    double success_rate, cost_per_conversation_usd, latency_p95_ms;
    bool on_front;       /* no other column is at least as good in all that both tell, and better in
                            one */
    size_t dominated_by; /* column; SIZE_MAX: none */
};

struct run_comparison {
    struct run_column *columns;
    size_t column_count;
    /* Per-slot metrics are in a section of their own, "slot_metrics". */
    struct compared_section *sections;
    size_t section_count;
    struct compared_slice *slices;
    size_t slice_count;
    const char *slice_key;     /* NULL: none was asked for */
    const char *slice_warning; /* why there are no slices, or not all; or NULL */
    struct run_flips *flips;   /* one a column that has a reference and outcomes */
    size_t flip_count;
    struct trade_off *trade_offs; /* one a column */
    const char **recommendations; /* sentences, the first is the verdict in one line */
    size_t recommendation_count;
    const char **warnings; /* gold, source or task are not the same; a run is partial */
    size_t warning_count;
};

/* STATUS_CONFIG when the modes differ or there is nothing to compare with. All in `arena`; names
 * are borrowed from the summaries. options NULL: none. */
enum status run_compare(const struct run_side *sides, size_t count,
                        const struct run_compare_options *options, struct arena *arena,
                        struct run_comparison **ret_comparison, struct error *err);

/* The row of that name in any section, or NULL. */
const struct compared_row *run_comparison_row(const struct run_comparison *comparison,
                                              const char *metric);

#endif
