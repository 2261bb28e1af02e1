/*
 * sgd_values.h: equal values get equal numbers. Each file of dialogues is loaded into a table of
 * its own, on its own thread; then the tables are merged into one in file order, so that the
 * numbers do not depend on threads.
 *
 * A value's key is its text in generalised UTF-8. What JSON has beside text gets a first byte that
 * no text has, so that the text "1" and the number 1 differ: FF 'n'        null FF '#' text   a
 * number, true or false; text is Python's str() of it FE lists      a list of values: for each, its
 * size (4 bytes of the machine) and its key Thread: one at a time while it grows.
 */
#ifndef ASSAY_SCORE_SGD_VALUES_H
#define ASSAY_SCORE_SGD_VALUES_H

#include "base/arena.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SGD_VALUE_OTHER = 0xFF, /* first byte of what is not text */
    SGD_VALUE_LIST = 0xFE,  /* first byte of a list */
    SGD_VALUE_NULL = 'n',
    SGD_VALUE_NUMBER = '#',
};

/* In places that hold a value's number. */
#define SGD_VALUE_ABSENT UINT32_MAX       /* there is none */
#define SGD_VALUE_EMPTY (UINT32_MAX - 1)  /* an empty list, where the first of a list is wanted */
#define SGD_VALUE_FAULTY (UINT32_MAX - 2) /* something that cannot be compared */
#define SGD_VALUE_FIRST_MARK SGD_VALUE_FAULTY

struct sgd_value_entry {
    struct strview key; /* NUL-terminated */
    uint64_t hash;
};

struct sgd_values {
    struct arena *arena;
    struct sgd_value_entry *entries;
    uint32_t count;
    size_t capacity;
    uint32_t *table; /* entry + 1; 0: free */
    uint32_t table_mask;
};

/* False: memory ran out. */
bool sgd_values_init(struct sgd_values *values);
void sgd_values_done(struct sgd_values *values);
/* The number of the value; SGD_VALUE_ABSENT when memory ran out. The key is copied. */
uint32_t sgd_values_intern(struct sgd_values *values, struct strview key);
uint32_t sgd_values_intern_hashed(struct sgd_values *values, struct strview key, uint64_t hash);
/* SGD_VALUE_ABSENT: unknown. */
uint32_t sgd_values_find(const struct sgd_values *values, struct strview key);

static inline struct strview sgd_values_key(const struct sgd_values *values, uint32_t number)
{
    return values->entries[number].key;
}

static inline bool sgd_values_is_text(struct strview key)
{
    return !key.size || (unsigned char)key.data[0] < SGD_VALUE_LIST;
}

static inline bool sgd_values_is_null(struct strview key)
{
    return key.size == 2 && (unsigned char)key.data[0] == SGD_VALUE_OTHER &&
           key.data[1] == SGD_VALUE_NULL;
}

#endif
