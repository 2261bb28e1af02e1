/*
 * extract_explain.h: what the last run of a scratch saw and chose, as text for a person: tokens,
 * phrases with their forms, slots with their readings, and why one won. Thread: the scratch's.
 */
#ifndef ASSAY_EXTRACT_EXTRACT_EXPLAIN_H
#define ASSAY_EXTRACT_EXTRACT_EXPLAIN_H

#include "base/strbuf.h"
#include "extract/extractor.h"

void extract_explain_result(const struct extract_scratch *scratch,
                            const struct extract_result *result, struct strbuf *out);

#endif
