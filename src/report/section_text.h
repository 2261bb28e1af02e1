/*
 * section_text.h: every metric that has a value, section by section, for one candidate: `assay
 * summary`. Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_SECTION_TEXT_H
#define ASSAY_REPORT_SECTION_TEXT_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"

void section_text(struct strbuf *out, const struct run_summary *summary, size_t candidate);

#endif
