/*
 * comparison_report.h: candidates or runs side by side (`assay compare`), for a terminal, as
 * Markdown for a pull request (the verdict in its first line), or as JSON. Deterministic bytes;
 * thread: any.
 */
#ifndef ASSAY_REPORT_COMPARISON_REPORT_H
#define ASSAY_REPORT_COMPARISON_REPORT_H

#include "base/strbuf.h"
#include "compare/run_compare.h"

/* Names the conversation of a run by its ordinal; the text must stay until the next call. */
typedef struct strview comparison_name(void *context, size_t run, uint32_t ordinal);

struct comparison_input {
    const struct run_comparison *comparison;
    const struct run_side *sides;
    size_t side_count;
    comparison_name *name;
    void *context;
};

void comparison_report_text(struct strbuf *out, const struct comparison_input *input);
void comparison_report_markdown(struct strbuf *out, const struct comparison_input *input);
void comparison_report_json(struct strbuf *out, const struct comparison_input *input);

#endif
