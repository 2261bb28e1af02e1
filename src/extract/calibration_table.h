/*
 * calibration_table.h: how often a value was right on development data, by its kind, its confidence
 * and the doubt about it; from that, the probability of a slot.
 *
 * p = (right + 20 * prior) / (count + 20): where little was seen, p stays near the prior, the share
 * of right values without a doubt, or with one, in the cases that the table was fitted on. Fit it
 * on answers that were given before the grammar was worked on with their texts: `assay extract
 * calibrate`, docs/EXTRACTION.md. Pure; any thread. The built-in counts are in calibration_data.c.
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
    double sure_prior, doubtful_prior;
};

extern const struct extract_calibration calibration_data_builtin;

double calibration_table_probability(const struct extract_calibration *table,
                                     enum extract_type type, double confidence,
                                     enum extract_doubt doubt);
/* The doubt whose text is `reason` (absent: none); "low probability" is none of its own. */
enum extract_doubt calibration_table_doubt(struct strview reason);
/* Counts one value that was judged; the priors follow in calibration_table_finish. */
void calibration_table_count(struct extract_calibration *table, enum extract_type type,
                             double confidence, enum extract_doubt doubt, bool right);
/* Sets the priors from the counts: (right + 9) / (count + 10), and (right + 4) / (count + 5). */
void calibration_table_finish(struct extract_calibration *table);
/* The table as JSON: {"sure_prior", "doubtful_prior", "cells": [{"kind", "band", "reason", "right",
 * "count", "probability"}]}, and as the C source of calibration_data.c. */
void calibration_table_write(const struct extract_calibration *table, struct strbuf *out);
void calibration_table_write_source(const struct extract_calibration *table, struct strbuf *out);
/* Sets one cell by the words of its JSON; false for words that the table does not know. */
bool calibration_table_set(struct extract_calibration *table, struct strview kind,
                           struct strview band, struct strview reason, uint32_t right,
                           uint32_t count);

#endif
