/*
 * option_table.h: one table gives parsing, defaults, checks, help and `assay list --describe`.
 * Units are read in one place and stored in one unit, named in the field. Thread: main.
 */
#ifndef ASSAY_CONFIG_OPTION_TABLE_H
#define ASSAY_CONFIG_OPTION_TABLE_H

#include "config/yaml_tree.h"

#include <stdint.h>

enum option_kind {
    OPTION_TEXT,     /* struct strview, NUL-terminated; absent when not set */
    OPTION_BOOL,     /* bool */
    OPTION_I64,      /* int64_t */
    OPTION_REAL,     /* double; NaN when not set */
    OPTION_DURATION, /* int64_t ns; "200ms", "10s", "5m", "1h" */
    OPTION_USD,      /* int64_t 10^-9 USD; "1.50" */
    OPTION_CHOICE,   /* int: index in `choices` */
    OPTION_TEXTS,    /* struct option_texts; a single text is a list of one */
    OPTION_NODE,     /* struct yaml_node *: read by the caller; NULL when not set */
};

struct option_texts {
    const struct strview *items;
    size_t count;
};

struct option {
    const char *name;
    enum option_kind kind;
    const char *fallback; /* the default as text; NULL: absent, 0, false or NaN */
    size_t offset;
    const char *help;
    enum { OPTION_MAY, OPTION_MUST } need;
    const char *const *choices; /* ends with NULL */
    double low, high;           /* I64, REAL: allowed range, when low < high */
};

/*
 * Fills the struct at `target` from a map: defaults first. Unknown keys (with the nearest known
 * one), wrong types, values out of range and missing keys are added to `faults`, all of them. `map`
 * may be NULL: all defaults.
 */
void option_table_apply(const struct option *table, const struct yaml_node *map, void *target,
                        struct fault_list *faults);

/*
 * A YAML list of sections into an array of structs of `size` bytes, in the faults' arena, one
 * filled by the table for each entry. NULL and a count of 0 when `list` is NULL or no list (then it
 * is a fault).
 */
void *option_table_read_list(const struct option *table, size_t size, const struct yaml_node *list,
                             size_t *ret_count, struct fault_list *faults);

/* The value of an OPTION_TEXTS, for maps whose keys are not known beforehand. `name` is told in
 * faults. */
struct option_texts option_read_texts(const char *name, const struct yaml_node *value,
                                      struct fault_list *faults);

/* One value by the same rules; false and a fault when it is wrong. */
bool option_parse_duration(struct strview text, int64_t *ret_ns);
bool option_parse_usd(struct strview text, int64_t *ret_usd_nano);
bool option_parse_i64(struct strview text, int64_t *ret_value);
bool option_parse_real(struct strview text, double *ret_value);

/* "  name  kind (default)  help", one a line: for `assay list` and the docs. */
void option_table_describe(const struct option *table, struct strbuf *out);

#endif
