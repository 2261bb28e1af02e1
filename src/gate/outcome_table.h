/*
 * outcome_table.h: what one candidate came to in each conversation, as a text that can be hashed,
 * kept and read again: the canonical outcomes of a run. One row a conversation, by the hash of its
 * id and sorted by it; one column a metric that is a ratio by conversation, as sum and size. No
 * time, no text of a caller. Arrays live in the arena. Thread: main.
 */
#ifndef ASSAY_GATE_OUTCOME_TABLE_H
#define ASSAY_GATE_OUTCOME_TABLE_H

#include "base/hash.h"
#include "base/strbuf.h"
#include "compare/metric_column.h"

struct outcome_column {
    struct strview metric;
    double *sums, *sizes; /* size NaN: the conversation has no part in the metric */
};

struct outcome_table {
    size_t count;
    uint64_t *ids; /* ascending */
    struct outcome_column *columns;
    size_t column_count;
};

/* False: memory ran out. */
bool outcome_table_make(struct column_side side, struct arena *arena,
                        struct outcome_table *ret_table);
void outcome_table_print(const struct outcome_table *table, struct strbuf *out);
enum status outcome_table_parse(struct strview text, struct arena *arena,
                                struct outcome_table *ret_table, struct error *err);
/* NULL: there is no such column. */
const struct outcome_column *outcome_table_column(const struct outcome_table *table,
                                                  struct strview metric);

#endif
