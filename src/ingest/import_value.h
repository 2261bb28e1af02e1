/*
 * import_value.h: how one value of an event is made from a foreign line: a pointer or a constant,
 * then a default, renaming, units, and the type that the event's field has. Read-only once made.
 * Thread: any.
 */
#ifndef ASSAY_INGEST_IMPORT_VALUE_H
#define ASSAY_INGEST_IMPORT_VALUE_H

#include "base/error.h"
#include "ingest/import_pointer.h"
#include "record/field.h"

enum import_unit {
    IMPORT_UNIT_NONE,
    IMPORT_UNIT_S,
    IMPORT_UNIT_MS,
    IMPORT_UNIT_US,
    IMPORT_UNIT_NS
};
extern const char *const import_unit_names[];

struct import_value {
    struct import_pointer pointer; /* absent: a constant */
    struct import_pointer minus;   /* what is taken away from it: a duration of two times */
    struct strview constant;
    struct strview fallback; /* taken when the pointer gives nothing */
    int unit;                /* enum import_unit: of the number in the log */
    int64_t step_ns;         /* times: added for each event that the conversation has already */
    struct import_renaming {
        struct strview from, to;
    } *renamings;
    size_t renaming_count;
};

/* The type that is wanted. */
struct import_target {
    enum field_kind kind;
    const char *const *names; /* ENUM */
};

/*
 * *ret_json: a new reference to what json_record's decoder takes for such a field; NULL when there
 * is nothing. STATUS_DATA with `where` = the pointer for a value of a wrong type.
 */
enum status import_value_get(const struct import_value *value, const struct import_scope *scope,
                             const struct import_target *target, json_t **ret_json,
                             struct error *err);
/* A time: ISO 8601, or a number with a unit since 1970. Without a zone in the text the scope's
 * holds. *ret_found false: there is none. */
enum status import_value_time(const struct import_value *value, const struct import_scope *scope,
                              int64_t *ret_ns, bool *ret_found, struct error *err);
/* The text of a scalar in `buffer`, or of a string; absent for null, lists and objects. */
struct strview import_value_text(const json_t *value, char buffer[32]);

#endif
