/*
 * drift_report.h: what `assay drift` found, for a terminal, as JSON and as Markdown; and the same
 * as a part of an experiment's report. Labels come from the fold, which lets no free text through.
 * Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_DRIFT_REPORT_H
#define ASSAY_REPORT_DRIFT_REPORT_H

#include "base/json_write.h"
#include "drift/drift_compare.h"

struct drift_report_side {
    const char *text; /* as it was asked for */
    const char *kind; /* "run", "events", "predictions" */
    uint64_t outside, faults;
    const char *first_fault; /* or NULL */
};

/* Which models answered a subject on each side: a change here is a likely cause. */
struct drift_report_models {
    const char *subject;
    const char *const *reference, *const *current; /* sorted */
    size_t reference_count, current_count;
};

struct drift_report_input {
    struct drift_report_side reference, current;
    const struct drift_result *result;
    const struct drift_report_models *models; /* one a pair, in the order of the pairs */
    size_t model_count;
};

void drift_report_text(struct strbuf *out, const struct drift_report_input *input);
void drift_report_markdown(struct strbuf *out, const struct drift_report_input *input);
void drift_report_json(struct strbuf *out, const struct drift_report_input *input);

/* "alarm: latency_ms (rules), 2 more": one line without its end. */
void drift_report_sentence(struct strbuf *out, const struct drift_result *result);
/* The rows that have moved, indented; nothing when there are none. */
void drift_report_moved(struct strbuf *out, const struct drift_result *result);
/* The result as one object. */
void drift_report_write(struct json_write *writer, const struct drift_result *result);

#endif
