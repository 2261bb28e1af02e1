/*
 * measure_text.h: numbers, ranges and changes as people read them, the same in every report:
 * percent for ratios, percentage points for their changes, grouped thousands, as many decimals of
 * money as its size asks for. Pure; thread: any.
 */
#ifndef ASSAY_REPORT_MEASURE_TEXT_H
#define ASSAY_REPORT_MEASURE_TEXT_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"

/* What a difference to the first candidate says. */
enum change_kind {
    CHANGE_NONE,    /* there is none, or it is undefined */
    CHANGE_BETTER,  /* its whole range is on the good side, or it has no range and is */
    CHANGE_WORSE,   /* as above, on the bad side */
    CHANGE_UNCLEAR, /* its range holds zero */
    CHANGE_EQUAL,   /* zero, and no range */
    CHANGE_NEUTRAL, /* the metric has no good direction */
};

bool measure_text_is_defined(const struct measure *measure);
bool measure_text_has_range(const struct measure *measure);

/* "71.3%", "1,240 ms", "$0.0123", "87.5"; "n/a" when undefined. */
void measure_text_value(struct strbuf *out, const struct measure *measure, enum metric_unit unit);
/* "63.9–78.0%"; nothing when there is no range. */
void measure_text_range(struct strbuf *out, const struct measure *measure, enum metric_unit unit);
/* "+4.1 pp", "−$0.0021" */
void measure_text_change(struct strbuf *out, const struct measure *change, enum metric_unit unit);
/* "−1.2 to +9.4 pp"; nothing when there is no range. */
void measure_text_change_range(struct strbuf *out, const struct measure *change,
                               enum metric_unit unit);

enum change_kind measure_text_change_kind(const struct measure *change,
                                          enum metric_direction direction);
/* "better", "worse", "unclear", "equal", "" */
const char *measure_text_change_word(enum change_kind kind);

/* 1234567 as "1,234,567" */
void measure_text_count(struct strbuf *out, uint64_t count);
void measure_text_usd_nano(struct strbuf *out, int64_t usd_nano);
void measure_text_bytes(struct strbuf *out, int64_t bytes); /* "41.5 MiB" */

const char *measure_text_unit_name(enum metric_unit unit);           /* "ratio", for machines */
const char *measure_text_direction_name(enum metric_direction best); /* "higher", ... */
const char *measure_text_verdict(enum verdict verdict);              /* "pass", ... */
const char *measure_text_outcome(int outcome);      /* enum trial_outcome: "Wrong booking" */
const char *measure_text_cause(int cause);          /* enum trial_cause_kind: "Extraction" */
const char *measure_text_slot_verdict(int verdict); /* enum slot_verdict: "wrong value" */

/* The verdict for the whole run as a word: "PASS", "FAIL", "INCONCLUSIVE", or "NO GATES". */
const char *measure_text_headline(const struct run_summary *summary);

/* True when the canonical report leaves out this candidate's value of `row`. */
bool measure_text_is_left_out(const struct metric_row *row, size_t candidate, bool canonical);

#endif
