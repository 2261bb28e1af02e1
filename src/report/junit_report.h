/*
 * junit_report.h: junit.xml, for the test views of CI systems: the gates as test cases of a suite
 * "gates" (fail: failure; inconclusive: error), then one suite a candidate that tells its counts.
 * Failed trials are cases only when asked, since a CI that sees failures stops although every gate
 * holds. Valid against the schemas of Jenkins and of Ant. Deterministic bytes; thread: any.
 */
#ifndef ASSAY_REPORT_JUNIT_REPORT_H
#define ASSAY_REPORT_JUNIT_REPORT_H

#include "aggregate/run_summary.h"
#include "base/strbuf.h"

struct junit_options {
    bool canonical;    /* without the environment: its time and host are fixed texts */
    bool failed_cases; /* each of the summary's worst trials is a failed case */
};

void junit_report(struct strbuf *out, const struct run_summary *summary,
                  const struct junit_options *options);

#endif
