/*
 * check_hash.c: assignment by hash.
 */
#include "check.h"
#include "stats/assignment_hash.h"

#include <stdlib.h>
#include <string.h>

static struct strview text_of(struct check_case *c, const char *key)
{
    const json_t *value = json_object_get(c->input, key);
    if (!json_is_string(value)) {
        check_fault(c, "'%s' is not a text", key);
        return (struct strview){"", 0};
    }
    return (struct strview){json_string_value(value), json_string_length(value)};
}

static json_t *growthbook_hash(struct check_case *c)
{
    double version = check_number(c, "version");
    int number = version == 1 || version == 2 ? (int)version : 0;
    double bucket = assignment_hash_growthbook(text_of(c, "seed"), text_of(c, "value"), number);
    return isnan(bucket) ? json_null() : json_real(bucket);
}

static json_t *ranges_json(const struct assignment_range *ranges, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, check_pair(ranges[i].low, ranges[i].high));
    return list;
}

static json_t *growthbook_bucket_ranges(struct check_case *c)
{
    size_t count = (size_t)check_integer(c, "variations");
    if (count > 1000000)
        check_fault(c, "'variations' is out of range");
    struct sample weights = {0};
    if (check_has(c, "weights"))
        weights = check_sample(c, "weights");
    struct assignment_range *ranges =
        c->fault[0] ? NULL : arena_array(c->arena, count + 1, sizeof *ranges);
    if (c->fault[0] || !ranges)
        return NULL;
    assignment_hash_ranges(count, weights.count == count ? weights.values : NULL,
                           check_number_or(c, "coverage", 1), ranges);
    return ranges_json(ranges, count);
}

static json_t *growthbook_choose_variation(struct check_case *c)
{
    const json_t *list = json_object_get(c->input, "ranges");
    size_t count = json_array_size(list);
    struct assignment_range *ranges = arena_array(c->arena, count + 1, sizeof *ranges);
    for (size_t i = 0; ranges && i < count; i++) {
        struct sample ends = check_sample_of(c, json_array_get(list, i), "ranges");
        if (ends.count != 2)
            check_fault(c, "a range does not have two ends");
        else
            ranges[i] = (struct assignment_range){ends.values[0], ends.values[1]};
    }
    if (!ranges || c->fault[0])
        return NULL;
    return json_integer(assignment_hash_choose(check_number(c, "n"), ranges, count));
}

static json_t *growthbook_in_namespace(struct check_case *c)
{
    const json_t *name = json_object_get(c->input, "namespace");
    const char *text = json_string_value(json_array_get(name, 0));
    if (!text)
        check_fault(c, "'namespace' is not [name, start, end]");
    struct assignment_range range = {check_number_of(c, json_array_get(name, 1), "namespace"),
                                     check_number_of(c, json_array_get(name, 2), "namespace")};
    return json_boolean(
        assignment_hash_in_namespace(text_of(c, "id"), strview_of(text ? text : ""), range));
}

static json_t *unleash(struct check_case *c, uint32_t seed, uint64_t total)
{
    if (total == 0 || total > UINT32_MAX) {
        c->undefined = "the total weight is not positive";
        return NULL;
    }
    return json_integer(assignment_hash_unleash(text_of(c, "group"), text_of(c, "id"), seed,
                                                (uint32_t)total, ASSIGNMENT_BYTES_LOW_UNITS));
}

static json_t *unleash_rollout(struct check_case *c)
{
    return unleash(c, 0, 100);
}

static json_t *unleash_variant(struct check_case *c)
{
    return unleash(c, ASSIGNMENT_UNLEASH_VARIANT_SEED, check_integer(c, "total"));
}

static json_t *optimizely_bucket(struct check_case *c)
{
    return json_integer(
        assignment_hash_optimizely(text_of(c, "bucketing_id"), text_of(c, "parent_id")));
}

static json_t *statsig_bucket(struct check_case *c)
{
    uint32_t bucket;
    if (!assignment_hash_statsig(text_of(c, "config_salt"), text_of(c, "rule_salt"),
                                 text_of(c, "unit"), &bucket))
        return NULL;
    return json_integer(bucket);
}

static json_t *murmur3_x86_32(struct check_case *c)
{
    return json_integer(
        assignment_hash_murmur3(text_of(c, "utf8"), (uint32_t)check_integer(c, "seed")));
}

const struct check check_hash[] = {
    {"growthbook_hash", growthbook_hash},
    {"growthbook_bucket_ranges", growthbook_bucket_ranges},
    {"growthbook_choose_variation", growthbook_choose_variation},
    {"growthbook_in_namespace", growthbook_in_namespace},
    {"unleash_rollout", unleash_rollout},
    {"unleash_variant", unleash_variant},
    {"optimizely_bucket", optimizely_bucket},
    {"statsig_bucket", statsig_bucket},
    {"murmur3_x86_32", murmur3_x86_32},
    {NULL, NULL},
};
