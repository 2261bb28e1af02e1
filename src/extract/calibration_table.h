/*
 * calibration_table.h: how often a value was right on development data, by its kind, its confidence
 * and the doubt about it; from that, the probability of a slot.
 *
 * p = (right + 40 * 0.93) / (count + 40): where little was seen, p stays near 0.93, the share of
 * right values on texts that the grammar had not been tried on (docs/EXTRACTION.md). Pure; any
 * thread. The built-in counts are data in calibration_data.c.
 */
#ifndef ASSAY_EXTRACT_CALIBRATION_TABLE_H
#define ASSAY_EXTRACT_CALIBRATION_TABLE_H

#include "base/strbuf.h"
#include "extract/extractor.h"

#include <stdint.h>

/* clang-format off */
#define EXTRACT_DOUBT_LIST(X) /* why a slot needs to be confirmed */                               \
    X(NONE, NULL)                                                                                  \
    X(PAST, "the value lies in the past")                                                          \
    X(CORRECTED, "a correction was heard")                                                         \
    X(OFFERED, "two values were offered")                                                          \
    X(AM_PM, "am or pm was inferred")                                                              \
    X(NEXT, "'next' has two readings")                                                             \
    X(ORDER, "day and month may be in either order")                                               \
    X(CONFLICT, "the weekday and the date disagree")                                               \
    X(NO_TIME, "the clocks skip this time")                                                        \
    X(LOW, "low probability")                                                                      \
    X(CLOSE, "a close spelling was matched")                                                       \
    X(TWO, "two values of one kind were heard")                                                    \
    X(REST, "a part of the text was not understood")                                               \
    X(APART, "a day and a time were heard apart")                                                  \
    X(IDLE, "an editing term or a refusal had no effect")                                          \
    X(NAME, "the cue of the name was weak")
/* clang-format on */
enum extract_doubt {
#define X(name, text) EXTRACT_DOUBT_##name,
    EXTRACT_DOUBT_LIST(X)
#undef X
        EXTRACT_DOUBT_COUNT
};

/* The static text that `reason` of a slot points at; NULL for none. */
const char *calibration_table_reason(enum extract_doubt doubt);

enum { EXTRACT_CALIBRATION_KINDS = 5, EXTRACT_CALIBRATION_BANDS = 3 };

struct extract_calibration {
    /* by kind (times, names, contacts, numbers, categories) and band of confidence (under .80,
     * under .88, above) */
    struct {
        uint32_t right, count;
    } cells[EXTRACT_CALIBRATION_KINDS][EXTRACT_CALIBRATION_BANDS][EXTRACT_DOUBT_COUNT];
};

extern const struct extract_calibration calibration_data_builtin;

double calibration_table_probability(const struct extract_calibration *table,
                                     enum extract_type type, double confidence,
                                     enum extract_doubt doubt);
/* Counts one slot of a result; for `assay extract calibrate`. */
void calibration_table_count(struct extract_calibration *table, const struct extract_slot *slot,
                             bool right);
/* The table as JSON: {"cells": [{"kind", "band", "reason", "right", "count", "probability"}]}. */
void calibration_table_write(const struct extract_calibration *table, struct strbuf *out);

#endif
