/*
 * option_table.c: see option_table.h.
 */
#include "config/option_table.h"

#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const kind_names[] = {
    "text",          "true or false", "whole number",          "number", "duration",
    "amount in USD", "one of a list", "text or list of texts", "section"};

bool option_parse_i64(struct strview text, int64_t *ret_value)
{
    char *end;
    errno = 0;
    if (!text.size)
        return false;
    long long value = strtoll(text.data, &end, 10);
    if (errno || end != text.data + text.size)
        return false;
    *ret_value = value;
    return true;
}

bool option_parse_real(struct strview text, double *ret_value)
{
    char *end;
    if (!text.size)
        return false;
    double value = strtod(text.data, &end);
    if (end != text.data + text.size || !isfinite(value))
        return false;
    *ret_value = value;
    return true;
}

bool option_parse_duration(struct strview text, int64_t *ret_ns)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"ns", 1},   {"us", 1e3},   {"ms", 1e6},    {"s", 1e9},
                 {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}, {NULL, 0}};
    char *end;
    if (!text.size)
        return false;
    double value = strtod(text.data, &end);
    if (end == text.data || !(value >= 0))
        return false;
    for (size_t i = 0; units[i].unit; i++) {
        if (strcmp(end, units[i].unit) == 0 && value * units[i].ns < 9e18) {
            *ret_ns = (int64_t)(value * units[i].ns);
            return true;
        }
    }
    return false;
}

bool option_parse_usd(struct strview text, int64_t *ret_usd_nano)
{
    double value;
    if (text.size && text.data[0] == '$')
        text = (struct strview){text.data + 1, text.size - 1};
    if (!option_parse_real(text, &value) || !(value >= 0) || value > 9e9)
        return false;
    *ret_usd_nano = (int64_t)llround(value * 1e9);
    return true;
}

static bool parse_bool(struct strview text, bool *ret_value)
{
    *ret_value = strview_is(text, "true") || strview_is(text, "yes");
    return *ret_value || strview_is(text, "false") || strview_is(text, "no");
}

static bool parse_choice(struct strview text, const char *const *choices, int *ret_index)
{
    for (int i = 0; choices[i]; i++) {
        if (strview_is(text, choices[i])) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* True when the text is a value of that kind; it is stored at `at`. */
static bool store_text(const struct option *option, struct strview text, void *at)
{
    switch (option->kind) {
    case OPTION_TEXT:
        *(struct strview *)at = text;
        return true;
    case OPTION_BOOL:
        return parse_bool(text, at);
    case OPTION_I64:
        return option_parse_i64(text, at);
    case OPTION_REAL:
        return option_parse_real(text, at);
    case OPTION_DURATION:
        return option_parse_duration(text, at);
    case OPTION_USD:
        return option_parse_usd(text, at);
    case OPTION_CHOICE:
        return parse_choice(text, option->choices, at);
    case OPTION_TEXTS:
    case OPTION_NODE:
        return false;
    }
    return false;
}

struct option_texts option_read_texts(const char *name, const struct yaml_node *value,
                                      struct fault_list *faults)
{
    size_t count = value->kind == YAML_LIST ? value->count : 1;
    struct strview *items = arena_array(faults->arena, count ? count : 1, sizeof *items);
    if (!items)
        fault_add_no_memory(faults);
    for (size_t i = 0; items && i < count; i++) {
        const struct yaml_node *item = value->kind == YAML_LIST ? value->pairs[i].value : value;
        if (item->kind != YAML_SCALAR)
            fault_add(faults, item, NULL, "'%s' takes a list of texts", name);
        items[i] = item->text;
    }
    return (struct option_texts){items, items ? count : 0};
}

static void check_range(const struct option *option, const struct yaml_node *value, const void *at,
                        struct fault_list *faults)
{
    if (!(option->low < option->high))
        return;
    double number = option->kind == OPTION_I64 ? (double)*(const int64_t *)at : *(const double *)at;
    if (!(number >= option->low && number <= option->high))
        fault_add(faults, value, NULL, "'%s' must lie between %g and %g, but is %.*s", option->name,
                  option->low, option->high, STRVIEW_ARG(value->text));
}

static void store_node(const struct option *option, struct yaml_node *value, void *at,
                       struct fault_list *faults)
{
    if (option->kind == OPTION_NODE) {
        *(struct yaml_node **)at = value;
        return;
    }
    if (option->kind == OPTION_TEXTS && value->kind != YAML_MAP) {
        *(struct option_texts *)at = option_read_texts(option->name, value, faults);
        return;
    }
    if (value->kind != YAML_SCALAR || !store_text(option, value->text, at)) {
        const char *fix = option->kind == OPTION_CHOICE && value->kind == YAML_SCALAR
                              ? fault_did_you_mean(faults, value->text, option->choices)
                          : option->kind == OPTION_DURATION
                              ? "Write a number and a unit: 200ms, 10s, 5m, 1h."
                              : NULL;
        fault_add(faults, value, fix, "'%s' takes a value of kind %s, not '%.*s'", option->name,
                  kind_names[option->kind], STRVIEW_ARG(value->text));
        return;
    }
    if (option->kind == OPTION_I64 || option->kind == OPTION_REAL)
        check_range(option, value, at, faults);
}

static void store_default(const struct option *option, void *at)
{
    switch (option->kind) {
    case OPTION_TEXT:
        *(struct strview *)at = strview_of(option->fallback);
        break;
    case OPTION_BOOL:
        *(bool *)at = false;
        break;
    case OPTION_I64:
    case OPTION_DURATION:
    case OPTION_USD:
        *(int64_t *)at = 0;
        break;
    case OPTION_REAL:
        *(double *)at = (double)NAN;
        break;
    case OPTION_CHOICE:
        *(int *)at = 0;
        break;
    case OPTION_TEXTS:
        *(struct option_texts *)at = (struct option_texts){0};
        break;
    case OPTION_NODE:
        *(struct yaml_node **)at = NULL;
        break;
    }
    if (option->fallback && option->kind != OPTION_TEXTS && option->kind != OPTION_NODE)
        (void)store_text(option, strview_of(option->fallback), at);
}

static const struct option *find_option(const struct option *table, struct strview name)
{
    for (; table->name; table++)
        if (strview_is(name, table->name))
            return table;
    return NULL;
}

static void fault_unknown(const struct option *table, const struct yaml_node *key,
                          struct fault_list *faults)
{
    const char *names[96];
    size_t count = 0;
    for (const struct option *option = table; option->name && count < 95; option++)
        names[count++] = option->name;
    names[count] = NULL;
    fault_add(faults, key, fault_did_you_mean(faults, key->text, names), "unknown key '%.*s'",
              STRVIEW_ARG(key->text));
}

void option_table_apply(const struct option *table, const struct yaml_node *map, void *target,
                        struct fault_list *faults)
{
    for (const struct option *option = table; option->name; option++)
        store_default(option, (char *)target + option->offset);
    if (map && map->kind != YAML_MAP) {
        fault_add(faults, map, NULL, "a section with keys belongs here");
        return;
    }
    for (size_t i = 0; map && i < map->count; i++) {
        const struct option *option = find_option(table, map->pairs[i].key->text);
        if (option)
            store_node(option, map->pairs[i].value, (char *)target + option->offset, faults);
        else
            fault_unknown(table, map->pairs[i].key, faults);
    }
    for (const struct option *option = table; option->name; option++)
        if (option->need == OPTION_MUST && !yaml_find(map, option->name))
            fault_add(faults, map, option->help, "key '%s' is missing", option->name);
}

void option_table_describe(const struct option *table, struct strbuf *out)
{
    for (; table->name; table++) {
        strbuf_add_format(out, "  %-22s %s", table->name, kind_names[table->kind]);
        if (table->kind == OPTION_CHOICE) {
            strbuf_add_text(out, ":");
            for (size_t i = 0; table->choices[i]; i++)
                strbuf_add_format(out, " %s", table->choices[i]);
        }
        if (table->need == OPTION_MUST)
            strbuf_add_text(out, ", required");
        else if (table->fallback)
            strbuf_add_format(out, " (%s)", table->fallback);
        strbuf_add_format(out, "\n  %-22s %s\n", "", table->help ? table->help : "");
    }
}

void *option_table_read_list(const struct option *table, size_t size, const struct yaml_node *list,
                             size_t *ret_count, struct fault_list *faults)
{
    *ret_count = 0;
    if (!list)
        return NULL;
    if (list->kind != YAML_LIST) {
        fault_add(faults, list, "Begin each entry with '- name: ...'.", "a list belongs here");
        return NULL;
    }
    char *items = arena_array(faults->arena, list->count + 1, size);
    if (!items)
        fault_add_no_memory(faults);
    for (size_t i = 0; items && i < list->count; i++)
        option_table_apply(table, list->pairs[i].value, items + i * size, faults);
    *ret_count = items ? list->count : 0;
    return items;
}
