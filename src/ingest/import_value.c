/*
 * import_value.c: from a foreign JSON value to the JSON that an event's field takes. Between
 * import_pointer, which finds it, and json_record, which decodes it.
 */
#include "ingest/import_value.h"

#include "base/civil_time.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *const import_unit_names[] = {"none", "s", "ms", "us", "ns", NULL};
static const int64_t unit_ns[] = {0, INT64_C(1000000000), 1000000, 1000, 1};

static const char *type_word(const json_t *value)
{
    static const char *const words[] = {"an object", "a list", "a text", "a whole number",
                                        "a number",  "true",   "false",  "null"};
    return value ? words[json_typeof(value)] : "nothing";
}

static enum status fault_at(const struct import_pointer *pointer, struct error *err)
{
    if (pointer->text.data)
        error_where(err, "%s", pointer->text.data);
    return STATUS_DATA;
}

static enum status wrong_type(const struct import_value *value, const char *wanted,
                              const json_t *found, struct error *err)
{
    (void)error_set(err, STATUS_DATA, "%s belongs here, not %s", wanted, type_word(found));
    return fault_at(&value->pointer, err);
}

struct strview import_value_text(const json_t *value, char buffer[32])
{
    if (json_is_string(value))
        return (struct strview){json_string_value(value), json_string_length(value)};
    if (json_is_integer(value))
        snprintf(buffer, 32, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(buffer, 32, "%.17g", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(buffer, 32, "%s", json_is_true(value) ? "true" : "false");
    else
        return (struct strview){0};
    return strview_of(buffer);
}

static json_t *text_json(struct strview text)
{
    return json_stringn(text.data, text.size);
}

/* The value found, its default or the constant, renamed; a new reference or NULL. */
static enum status find(const struct import_value *value, const struct import_scope *scope,
                        json_t **ret_json, struct error *err)
{
    const char *fault = NULL;
    json_t *found =
        value->pointer.text.data ? import_pointer_find(&value->pointer, scope, &fault) : NULL;
    *ret_json = NULL;
    if (fault) {
        (void)error_set(err, STATUS_DATA, "%s", fault);
        return fault_at(&value->pointer, err);
    }
    char buffer[32];
    struct strview text = import_value_text(found, buffer);
    for (size_t i = 0; text.data && i < value->renaming_count; i++) {
        if (strview_equal(text, value->renamings[i].from)) {
            *ret_json = text_json(value->renamings[i].to);
            return *ret_json ? STATUS_OK : error_no_memory(err);
        }
    }
    struct strview instead = value->pointer.text.data ? value->fallback : value->constant;
    if ((!found || json_is_null(found)) && instead.data)
        *ret_json = text_json(instead);
    else
        *ret_json = json_incref(found);
    return STATUS_OK;
}

/* A number, or a text that is one. Whole numbers stay exact. */
static bool to_number(const json_t *json, bool *ret_whole, int64_t *ret_i64, double *ret_real)
{
    char buffer[32];
    struct strview text = import_value_text(json, buffer);
    if (!text.data || !text.size || text.size > 40 || json_is_boolean(json))
        return false;
    char copy[48];
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    char *end;
    errno = 0;
    long long whole = strtoll(copy, &end, 10);
    *ret_whole = !errno && !*end;
    *ret_i64 = whole;
    *ret_real = strtod(copy, &end);
    return !*end && end != copy && isfinite(*ret_real);
}

static bool to_ns(const json_t *json, int unit, int64_t *ret_ns)
{
    bool whole;
    int64_t count;
    double real;
    if (unit == IMPORT_UNIT_NONE || !to_number(json, &whole, &count, &real))
        return false;
    double ns = real * (double)unit_ns[unit];
    if (!(fabs(ns) < 9.2e18))
        return false;
    /* A double holds seconds since 1970 to a fraction of a microsecond: to whole ones. */
    *ret_ns = whole ? count * unit_ns[unit] : (int64_t)llround(ns / 1e3) * 1000;
    return true;
}

static enum status text_to_ns(const struct import_value *value, const json_t *json,
                              const struct time_zone *zone, int64_t *ret_ns, struct error *err)
{
    struct civil_parsed parsed;
    struct strview text = {json_string_value(json), json_string_length(json)};
    enum status status = civil_time_parse(text, &parsed, err);
    if (status != STATUS_OK)
        return fault_at(&value->pointer, err);
    if (parsed.has_offset) {
        *ret_ns = parsed.utc_ns;
        return STATUS_OK;
    }
    if (!zone) {
        (void)error_set(err, STATUS_DATA, "the time has no zone");
        error_fix(err, "Say which one it is in: 'time_zone: Europe/Berlin' (--time-zone).");
        return fault_at(&value->pointer, err);
    }
    *ret_ns = time_zone_utc_ns(zone, parsed.local_ns, TIME_ZONE_COMPATIBLE, NULL);
    return STATUS_OK;
}

static enum status json_to_ns(const struct import_value *value, const json_t *json,
                              const struct time_zone *zone, int64_t *ret_ns, struct error *err)
{
    if (to_ns(json, value->unit, ret_ns))
        return STATUS_OK;
    if (json_is_string(json))
        return text_to_ns(value, json, zone, ret_ns, err);
    if (json_is_number(json) && value->unit == IMPORT_UNIT_NONE) {
        (void)error_set(err, STATUS_DATA, "the time is a number without a unit");
        error_fix(err, "Write {pointer: %.60s, unit: ms} (s, ms, us or ns).",
                  value->pointer.text.data ? value->pointer.text.data : "");
        return fault_at(&value->pointer, err);
    }
    return wrong_type(value, "a time", json, err);
}

enum status import_value_time(const struct import_value *value, const struct import_scope *scope,
                              int64_t *ret_ns, bool *ret_found, struct error *err)
{
    json_t *json;
    *ret_found = false;
    enum status status = find(value, scope, &json, err);
    if (status == STATUS_OK && json && !json_is_null(json)) {
        status = json_to_ns(value, json, scope->zone, ret_ns, err);
        *ret_ns -= status == STATUS_OK ? *ret_ns % 1000 : 0; /* events hold whole microseconds */
        *ret_found = status == STATUS_OK;
    }
    json_decref(json);
    return status;
}

/* Durations are milliseconds in events; other numbers are taken as they are. */
static enum status to_number_json(const struct import_value *value,
                                  const struct import_scope *scope, bool want_whole,
                                  const json_t *json, json_t **ret_json, struct error *err)
{
    bool whole;
    int64_t count, ns, minus_ns = 0;
    double real;
    if (!to_number(json, &whole, &count, &real) || (want_whole && !whole))
        return wrong_type(value, want_whole ? "a whole number" : "a number", json, err);
    const char *fault;
    const json_t *minus =
        value->minus.text.data ? import_pointer_find(&value->minus, scope, &fault) : NULL;
    if (value->unit != IMPORT_UNIT_NONE) {
        if (!to_ns(json, value->unit, &ns) || (minus && !to_ns(minus, value->unit, &minus_ns)))
            return wrong_type(value, "a number", minus ? minus : json, err);
        *ret_json = json_real((double)(ns - minus_ns) / 1e6);
        return STATUS_OK;
    }
    double minus_real = 0;
    if (minus && !to_number(minus, &whole, &count, &minus_real))
        return wrong_type(value, "a number", minus, err);
    *ret_json = want_whole ? json_integer(count) : json_real(real - minus_real);
    return STATUS_OK;
}

static enum status to_bool(const struct import_value *value, const json_t *json, json_t **ret_json,
                           struct error *err)
{
    char buffer[32];
    struct strview text = import_value_text(json, buffer);
    bool is_true = strview_is(text, "true") || strview_is(text, "1") || strview_is(text, "yes");
    if (!is_true && !strview_is(text, "false") && !strview_is(text, "0") && !strview_is(text, "no"))
        return wrong_type(value, "true or false", json, err);
    *ret_json = json_boolean(is_true);
    return STATUS_OK;
}

static enum status to_symbol(const struct import_value *value, const struct import_target *target,
                             const json_t *json, json_t **ret_json, struct error *err)
{
    char buffer[32];
    struct strview text = import_value_text(json, buffer);
    char all[160] = "";
    for (size_t i = 1; target->names[i]; i++) {
        if (strview_is(text, target->names[i])) {
            *ret_json = text_json(text);
            return STATUS_OK;
        }
        size_t size = strlen(all);
        snprintf(all + size, sizeof all - size, "%s%s", size ? ", " : "", target->names[i]);
    }
    (void)error_set(err, STATUS_DATA, "one of %s belongs here", all);
    error_fix(err, "Rename the log's words with 'values: {theirs: ours}'.");
    return fault_at(&value->pointer, err);
}

static enum status to_text(const struct import_value *value, const json_t *json, json_t **ret_json,
                           struct error *err)
{
    char buffer[32];
    struct strview text = import_value_text(json, buffer);
    if (!text.data)
        return wrong_type(value, "a text", json, err);
    *ret_json = text_json(text);
    return STATUS_OK;
}

static enum status to_time(const struct import_value *value, const json_t *json,
                           const struct time_zone *zone, json_t **ret_json, struct error *err)
{
    int64_t ns = 0;
    enum status status = json_to_ns(value, json, zone, &ns, err);
    if (status != STATUS_OK)
        return status;
    char text[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_utc(ns - ns % 1000, text);
    *ret_json = json_string(text);
    return STATUS_OK;
}

/* Lists and objects are checked by the decoder; a text alone is a list of one. */
static enum status to_texts(const json_t *json, json_t **ret_json)
{
    json_t *copy = json_deep_copy(json);
    *ret_json = json_is_string(json) ? json_pack("[o]", copy) : copy;
    return STATUS_OK;
}

static enum status convert(const struct import_value *value, const struct import_scope *scope,
                           const struct import_target *target, const json_t *json,
                           json_t **ret_json, struct error *err)
{
    switch (target->kind) {
    case FIELD_TEXT:
        return to_text(value, json, ret_json, err);
    case FIELD_BOOL:
        return to_bool(value, json, ret_json, err);
    case FIELD_ENUM:
        return to_symbol(value, target, json, ret_json, err);
    case FIELD_TIME:
        return to_time(value, json, scope->zone, ret_json, err);
    case FIELD_I64:
        return to_number_json(value, scope, true, json, ret_json, err);
    case FIELD_REAL:
    case FIELD_NUMBER:
    case FIELD_USD:
        return to_number_json(value, scope, false, json, ret_json, err);
    case FIELD_TEXTS:
        return to_texts(json, ret_json);
    case FIELD_JSON:
    case FIELD_REALS:
    case FIELD_SLOTS:
    case FIELD_NUMBERS:
    case FIELD_RECORD:
    case FIELD_RECORDS:
        break;
    }
    *ret_json = json_deep_copy(json);
    return STATUS_OK;
}

enum status import_value_get(const struct import_value *value, const struct import_scope *scope,
                             const struct import_target *target, json_t **ret_json,
                             struct error *err)
{
    json_t *json, *made = NULL;
    enum status status = find(value, scope, &json, err);
    bool keeps_null = target->kind == FIELD_JSON; /* a slot that is written down as null */
    if (status == STATUS_OK && json && (keeps_null || !json_is_null(json))) {
        status = convert(value, scope, target, json, &made, err);
        if (status == STATUS_OK && !made)
            status = error_no_memory(err);
    }
    json_decref(json);
    if (status == STATUS_OK)
        *ret_json = made;
    return status;
}
