/*
 * extract_lines.h: the core of `assay extract`: one JSON line in, one JSON line out.
 *
 * In:  {"id", "text", "reference_time" (ISO 8601 with offset), "timezone"?, "locale"?, "asked"?}
 * Out: {"id", "slots": [{"slot", "value", "grain", "start", "end", "confidence", "probability",
 *      "needs_confirmation", "reason"?, "alternatives", "source", "rule"}]}, or {"id", "error"}.
 *
 * Thread: one at a time; the extractor behind it may be shared. It keeps its scratch, its zones and
 * its buffers, so that in the steady state a line costs no allocation.
 */
#ifndef ASSAY_EXTRACT_EXTRACT_LINES_H
#define ASSAY_EXTRACT_EXTRACT_LINES_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stdint.h>

struct extractor;
struct extract_lines;

/* `extractor` must outlive the result. NULL when memory ran out. */
struct extract_lines *extract_lines_create(const struct extractor *extractor);
void extract_lines_destroy(struct extract_lines *lines);

/*
 * Appends the answer to `line` (without its newline) and a newline to `out`. A blank line gives
 * nothing. *ret_valid is false when the answer is an error; the caller goes on and exits with 1 at
 * the end. Fails only when memory ran out (STATUS_NO_MEMORY), also through out->failed.
 */
enum status extract_lines_run(struct extract_lines *lines, struct strview line, struct strbuf *out,
                              bool *ret_valid, struct error *err);

/* The same line, told to a person: tokens, readings, and why one won. Plain text. */
enum status extract_lines_explain(struct extract_lines *lines, struct strview line,
                                  struct strbuf *out, bool *ret_valid, struct error *err);

/* How often memory was asked for since creation, for the claim above. */
uint64_t extract_lines_allocations(const struct extract_lines *lines);

DEFINE_CLEANUP(extract_lines_cleanup, struct extract_lines, extract_lines_destroy)

#endif
