/*
 * check.h: what the parts of statcheck share: reading numbers and arrays from a case's input, and
 * building its answer. All memory of a case lives in its arena. One thread.
 */
#ifndef ASSAY_TESTS_STATCHECK_CHECK_H
#define ASSAY_TESTS_STATCHECK_CHECK_H

#include "base/arena.h"
#include "base/error.h"
#include "stats/estimate.h"

#include <jansson.h>

#include <stdint.h>

/* One line of input being answered. A function that meets a missing or unusable input sets `fault`
 * (once) and gives a harmless value, so that handlers read straight on and fault is looked at last.
 */
struct check_case {
    const json_t *input;
    struct arena *arena;
    struct error err;
    const char *undefined; /* set by a handler: there is no value, and why */
    char fault[200];       /* empty: none */
};

struct check {
    const char *fn;
    /* A new reference; NULL with `undefined` or `fault` set, or when err.status is set. */
    json_t *(*answer)(struct check_case *c);
};

/* Each list ends with an empty entry. */
extern const struct check check_laws[];
extern const struct check check_estimates[];
extern const struct check check_tests[];
extern const struct check check_drift[];
extern const struct check check_hash[];

void check_fault(struct check_case *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool check_has(const struct check_case *c, const char *key); /* present and not null */
double check_number(struct check_case *c, const char *key);
double check_number_or(struct check_case *c, const char *key, double fallback);
double check_number_of(struct check_case *c, const json_t *value, const char *name);
uint64_t check_integer(struct check_case *c, const char *key);
bool check_flag_or(struct check_case *c, const char *key, bool fallback);
/* "" when absent or null. */
const char *check_text_or_empty(struct check_case *c, const char *key);
struct sample check_sample(struct check_case *c, const char *key);
struct sample check_sample_of(struct check_case *c, const json_t *array, const char *name);
/* Labels (numbers, texts or both) as 0, 1, ... in ascending order over both arrays. */
void check_labels(struct check_case *c, const char *first, const char *second,
                  const uint32_t **ret_first, const uint32_t **ret_second, size_t *ret_count,
                  size_t *ret_labels);
const bool *check_flags(struct check_case *c, const char *key, size_t *ret_count);
enum alternative check_alternative(struct check_case *c);

json_t *check_real(double value); /* NaN and infinities as texts */
json_t *check_pair(double low, double high);
json_t *check_list(const double *values, size_t count);
json_t *check_estimate(struct check_case *c, struct estimate estimate);
json_t *check_interval(struct check_case *c, struct interval interval);
/* Sets c->undefined when `reason` is set. */
bool check_is_undefined(struct check_case *c, const char *reason);

#endif
