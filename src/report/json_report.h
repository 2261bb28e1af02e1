/*
 * json_report.h: report.json, as schemas/report.schema.json describes it. `schema_version` changes
 * when a reader of the old form would be misled; new keys may come without. Numbers are written
 * shortest and read back as the same doubles; undefined ones are null, with the reason beside them.
 * Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_JSON_REPORT_H
#define ASSAY_REPORT_JSON_REPORT_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"

enum { JSON_REPORT_SCHEMA_VERSION = 1 };

/* canonical: without `environment` and without values measured on live calls, so that two runs of
 * the same inputs give the same bytes. */
void json_report(struct strbuf *out, const struct run_summary *summary, bool canonical);

#endif
