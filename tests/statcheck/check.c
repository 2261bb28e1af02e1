/*
 * check.c: see check.h.
 */
#include "check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_fault(struct check_case *c, const char *format, ...)
{
    if (c->fault[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->fault, sizeof c->fault, format, arguments);
    va_end(arguments);
}

static const json_t *member(const struct check_case *c, const char *key)
{
    const json_t *value = json_object_get(c->input, key);
    return json_is_null(value) ? NULL : value;
}

bool check_has(const struct check_case *c, const char *key)
{
    return member(c, key) != NULL;
}

double check_number_of(struct check_case *c, const json_t *value, const char *name)
{
    if (json_is_number(value))
        return json_number_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? 1 : 0;
    const char *text = json_string_value(value);
    if (text && strcmp(text, "NaN") == 0)
        return NAN;
    if (text && strcmp(text, "Infinity") == 0)
        return HUGE_VAL;
    if (text && strcmp(text, "-Infinity") == 0)
        return -HUGE_VAL;
    check_fault(c, "'%s' is not a number", name);
    return NAN;
}

double check_number(struct check_case *c, const char *key)
{
    const json_t *value = member(c, key);
    if (!value) {
        check_fault(c, "the input has no '%s'", key);
        return NAN;
    }
    return check_number_of(c, value, key);
}

double check_number_or(struct check_case *c, const char *key, double fallback)
{
    return check_has(c, key) ? check_number(c, key) : fallback;
}

uint64_t check_integer(struct check_case *c, const char *key)
{
    const json_t *value = member(c, key);
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        return (uint64_t)json_integer_value(value);
    double number = check_number(c, key);
    if (!(number >= 0 && number < 0x1p64)) {
        check_fault(c, "'%s' is not a whole number", key);
        return 0;
    }
    return (uint64_t)number;
}

bool check_flag_or(struct check_case *c, const char *key, bool fallback)
{
    return check_has(c, key) ? check_number(c, key) != 0 : fallback;
}

const char *check_text_or_empty(struct check_case *c, const char *key)
{
    const json_t *value = member(c, key);
    if (!value)
        return "";
    if (!json_is_string(value))
        check_fault(c, "'%s' is not a text", key);
    return json_is_string(value) ? json_string_value(value) : "";
}

struct sample check_sample_of(struct check_case *c, const json_t *array, const char *name)
{
    if (!json_is_array(array)) {
        check_fault(c, "'%s' is not a list", name);
        return (struct sample){0};
    }
    size_t count = json_array_size(array);
    double *values = arena_array(c->arena, count + 1, sizeof *values);
    if (!values) {
        check_fault(c, "memory ran out");
        return (struct sample){0};
    }
    for (size_t i = 0; i < count; i++)
        values[i] = check_number_of(c, json_array_get(array, i), name);
    return (struct sample){values, count};
}

struct sample check_sample(struct check_case *c, const char *key)
{
    return check_sample_of(c, member(c, key), key);
}

const bool *check_flags(struct check_case *c, const char *key, size_t *ret_count)
{
    struct sample numbers = check_sample(c, key);
    bool *flags = arena_array(c->arena, numbers.count + 1, sizeof *flags);
    for (size_t i = 0; flags && i < numbers.count; i++) {
        if (numbers.values[i] != 0 && numbers.values[i] != 1)
            check_fault(c, "'%s' holds something else than 0 and 1", key);
        flags[i] = numbers.values[i] == 1;
    }
    *ret_count = numbers.count;
    return flags;
}

enum alternative check_alternative(struct check_case *c)
{
    const char *text = check_text_or_empty(c, "alternative");
    if (strcmp(text, "") == 0 || strcmp(text, "two-sided") == 0)
        return ALTERNATIVE_TWO_SIDED;
    if (strcmp(text, "greater") == 0 || strcmp(text, "larger") == 0)
        return ALTERNATIVE_GREATER;
    if (strcmp(text, "less") != 0 && strcmp(text, "smaller") != 0)
        check_fault(c, "unknown alternative '%s'", text);
    return ALTERNATIVE_LESS;
}

static int compare_labels(const json_t *a, const json_t *b)
{
    if (json_is_string(a) && json_is_string(b))
        return strcmp(json_string_value(a), json_string_value(b));
    if (json_is_string(a) || json_is_string(b))
        return json_is_string(a) ? 1 : -1;
    double x = json_is_boolean(a) ? json_is_true(a) : json_number_value(a);
    double y = json_is_boolean(b) ? json_is_true(b) : json_number_value(b);
    return (x > y) - (x < y);
}

static int compare_label_places(const void *a, const void *b)
{
    return compare_labels(*(const json_t *const *)a, *(const json_t *const *)b);
}

static uint32_t label_index(const json_t **sorted, size_t count, const json_t *label)
{
    size_t low = 0;
    while (count > 1) {
        size_t half = count / 2;
        if (compare_labels(sorted[low + half], label) <= 0)
            low += half;
        count -= half;
    }
    return (uint32_t)low;
}

void check_labels(struct check_case *c, const char *first, const char *second,
                  const uint32_t **ret_first, const uint32_t **ret_second, size_t *ret_count,
                  size_t *ret_labels)
{
    const json_t *a = member(c, first);
    const json_t *b = second ? member(c, second) : NULL;
    size_t count = json_array_size(a);
    *ret_count = *ret_labels = 0;
    if (!json_is_array(a) || (second && json_array_size(b) != count)) {
        check_fault(c, "'%s' and its partner are not lists of one length", first);
        return;
    }
    size_t total = second ? 2 * count : count;
    const json_t **sorted = arena_array(c->arena, total + 1, sizeof *sorted);
    uint32_t *indexes = arena_array(c->arena, total + 1, sizeof *indexes);
    if (!sorted || !indexes) {
        check_fault(c, "memory ran out");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = json_array_get(a, i);
        if (second)
            sorted[count + i] = json_array_get(b, i);
    }
    qsort(sorted, total, sizeof *sorted, compare_label_places);
    size_t labels = 0;
    for (size_t i = 0; i < total; i++) {
        if (labels == 0 || compare_labels(sorted[labels - 1], sorted[i]) != 0)
            sorted[labels++] = sorted[i];
    }
    for (size_t i = 0; i < count; i++) {
        indexes[i] = label_index(sorted, labels, json_array_get(a, i));
        if (second)
            indexes[count + i] = label_index(sorted, labels, json_array_get(b, i));
    }
    *ret_first = indexes;
    if (ret_second)
        *ret_second = indexes + count;
    *ret_count = count;
    *ret_labels = labels;
}

json_t *check_real(double value)
{
    if (isnan(value))
        return json_string("NaN");
    if (isinf(value))
        return json_string(value > 0 ? "Infinity" : "-Infinity");
    return json_real(value);
}

json_t *check_pair(double low, double high)
{
    return json_pack("[o,o]", check_real(low), check_real(high));
}

json_t *check_list(const double *values, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, check_real(values[i]));
    return list;
}

bool check_is_undefined(struct check_case *c, const char *reason)
{
    if (reason)
        c->undefined = reason;
    return reason != NULL;
}

json_t *check_estimate(struct check_case *c, struct estimate estimate)
{
    return check_is_undefined(c, estimate.undefined) ? NULL : check_real(estimate.value);
}

json_t *check_interval(struct check_case *c, struct interval interval)
{
    return check_is_undefined(c, interval.undefined) ? NULL
                                                     : check_pair(interval.low, interval.high);
}
