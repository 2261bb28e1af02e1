/*
 * import_pointer.h: JSON pointers (RFC 6901) with what foreign logs need beside them:
 *   /messages/-1/text             -1 is the last element, -2 the one before
 *   /attributes/[key=model]/value the first element of a list whose member "key" is the text
 * "model" /arguments/{json}/date        the text found so far is itself JSON: read it and go on
 * inside /messages/ * /parts           (without the spaces) every element: only where elements are
 * listed line:/session/id              from the whole line, where /... counts from the element
 *
 * A pointer is read-only once parsed and lives in the arena that was given. Thread: any.
 */
#ifndef ASSAY_INGEST_IMPORT_POINTER_H
#define ASSAY_INGEST_IMPORT_POINTER_H

#include "base/arena.h"
#include "base/time_zone.h"

#include <jansson.h>

#include <stdint.h>

enum import_step_kind { IMPORT_STEP_KEY, IMPORT_STEP_FIND, IMPORT_STEP_JSON, IMPORT_STEP_EACH };

struct import_pointer {
    struct strview text; /* as it was written, NUL-terminated; absent: no pointer */
    bool of_line;
    struct import_step {
        enum import_step_kind kind;
        const char *key;      /* KEY; FIND: the member's name */
        struct strview value; /* FIND: what it must be */
        bool is_index;        /* KEY: it may count the elements of a list */
        int64_t index;
    } *steps;
    size_t count;
    size_t each_count; /* steps that are every element */
};

/* What a pointer is applied to. */
struct import_scope {
    json_t *line;                 /* the whole line */
    json_t *element;              /* the part of it that `each` gave, or the line */
    json_t *owned;                /* a JSON list: keeps what {json} steps parsed alive */
    const struct time_zone *zone; /* of times without one; NULL: that is a fault */
};

/* False: *ret_fault says what is wrong with the text (a literal), or is NULL: memory ran out. */
bool import_pointer_parse(struct strview text, struct arena *arena,
                          struct import_pointer *ret_pointer, const char **ret_fault);

/* The value, borrowed from the scope; NULL: it is not there. *ret_fault is set when a text that
 * should be JSON is none, or NULL. */
json_t *import_pointer_find(const struct import_pointer *pointer, const struct import_scope *scope,
                            const char **ret_fault);

struct import_element {
    json_t *value; /* borrowed from the line */
    const char *path;
};

/* Every value that a pointer with `*` steps leads to, in order, with its own path. False: memory
 * ran out (the arena's limit included). */
bool import_pointer_each(const struct import_pointer *pointer, const struct import_scope *scope,
                         struct arena *arena, struct import_element **ret_elements,
                         size_t *ret_count);

#endif
