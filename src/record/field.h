/*
 * field.h: what a record is made of, said once. Each record type lists its fields in a table;
 * codec/ walks the table to read and write JSON and Avro, so a new field is one line here and one
 * in schemas/.
 *
 * Absent values: text data NULL; list items NULL; map slots NULL; numbers FIELD_ABSENT_I64 or NaN;
 * booleans FIELD_ABSENT_BOOL; enums 0, whose name is NULL. record_init() writes them. A list or map
 * that is there and empty has items set and count 0.
 */
#ifndef ASSAY_RECORD_FIELD_H
#define ASSAY_RECORD_FIELD_H

#include "base/arena.h"
#include "base/strview.h"

#include <stddef.h>
#include <stdint.h>

enum field_kind {
    FIELD_BOOL,   /* int8_t: 0, 1 or FIELD_ABSENT_BOOL.          Avro boolean */
    FIELD_I64,    /* int64_t.                                    Avro long */
    FIELD_REAL,   /* double; 1 is written 1.0.                   Avro double */
    FIELD_NUMBER, /* double; 1 is written 1.                     Avro double */
    FIELD_USD,    /* int64_t, 10^-9 USD; JSON a number in USD.   Avro long (nano-dollars) */
    FIELD_TIME,   /* int64_t, ns since 1970 UTC, whole microseconds; JSON ISO 8601.  Avro
                     timestamp-micros */
    FIELD_TEXT,   /* struct strview.                             Avro string */
    FIELD_ENUM,   /* int; `names` lists the symbols from 1 on.   Avro enum */
    FIELD_JSON,   /* struct strview: any JSON, as text.          Avro string */
    FIELD_TEXTS,  /* struct text_list.                           Avro array of string */
    FIELD_REALS,  /* struct real_list.                           Avro array of double */
    FIELD_SLOTS,  /* struct slot_map.                            Avro map of the slot value union */
    FIELD_NUMBERS, /* struct number_map.                          Avro map of double */
    FIELD_RECORD,  /* a pointer to a struct of `type`, NULL: absent */
    FIELD_RECORDS, /* struct record_list of structs of `type`.    Avro array */
};

#define FIELD_ABSENT_I64 INT64_MIN
#define FIELD_ABSENT_BOOL ((int8_t)-1)

struct text_list {
    const struct strview *items;
    size_t count;
};

struct real_list {
    const double *items;
    size_t count;
};

struct named_number {
    struct strview name;
    double value;
};

struct number_map {
    const struct named_number *items;
    size_t count;
};

struct record_list {
    void *items; /* `count` structs of the field's type, one behind the other */
    size_t count;
};

struct record_type;

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
    enum { FIELD_OPTIONAL, FIELD_REQUIRED } need;
    const struct record_type *type; /* RECORD, RECORDS */
    const char *const *names;       /* ENUM: names[0] is NULL (absent), the list ends with NULL */
};

struct record_type {
    const char *name; /* as in schemas/ */
    size_t size;
    const struct field *fields; /* ends with name NULL */
};

/* Deep copy into `arena`; absent stays absent. False: memory ran out. */
bool record_copy(const struct record_type *type, const void *from, void *to, struct arena *arena);
/* Every field absent. */
void record_init(const struct record_type *type, void *record);
/* `at` is where the field lies in its record. */
bool record_field_is_absent(const struct field *field, const void *at);
const struct field *record_field(const struct record_type *type, struct strview name);
/* The known name nearest to a misspelt one by edit distance, or NULL when none is near. */
const char *record_nearest_field(const struct record_type *type, struct strview name);

#endif
