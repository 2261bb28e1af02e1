/*
 * metric_catalogue.h: every metric that a report can hold, said once: for the report's rows, for
 * gates, for `assay list metrics` and for docs/METRICS.md, which has the formulas. Metrics of one
 * slot ("slot_f1.date") and of scorers ("politeness.score") have names made at run time. Static,
 * read-only; thread: any.
 */
#ifndef ASSAY_AGGREGATE_METRIC_CATALOGUE_H
#define ASSAY_AGGREGATE_METRIC_CATALOGUE_H

#include "aggregate/run_summary.h"

struct metric_entry {
    const char *name;
    const char *title;
    enum metric_unit unit;
    enum metric_direction direction;
    const char *section;    /* name of a struct section_entry */
    const char *convention; /* of interval and change; NULL: a plain number */
    const char *meaning;    /* one line */
};

struct section_entry {
    const char *name, *title;
    const char *note; /* or NULL */
};

/* In the order of the report; both end with name NULL. */
extern const struct metric_entry metric_catalogue[];
extern const struct section_entry metric_catalogue_sections[];

/* NULL: there is none. "slot_f1.date" finds "slot_f1.SLOT". */
const struct metric_entry *metric_catalogue_find(struct strview name);

#endif
