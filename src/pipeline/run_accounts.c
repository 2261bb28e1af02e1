/*
 * run_accounts.c: what was consumed, skipped and wrong, as JSON in the journal.
 */
#include "codec/json_record.h"
#include "pipeline/run.h"

#include <stdio.h>

static const struct {
    const char *name;
    size_t offset;
} counters[] = {
    {"events_consumed", offsetof(struct run_accounts, events_consumed)},
    {"events_invalid", offsetof(struct run_accounts, events_invalid)},
    {"events_in_conversations", offsetof(struct run_accounts, events_in_conversations)},
    {"conversations", offsetof(struct run_accounts, conversations)},
    {"with_gold", offsetof(struct run_accounts, with_gold)},
    {"no_gold", offsetof(struct run_accounts, no_gold)},
    {"gold_mismatch", offsetof(struct run_accounts, gold_mismatch)},
    {"faults_total", offsetof(struct run_accounts, faults_total)},
};
enum { COUNTERS = sizeof counters / sizeof *counters };

static void add_stops(const struct run_accounts *accounts, struct json_write *writer)
{
    json_write_key(writer, strview_of("stops"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < accounts->stop_count; i++) {
        const struct early_stop *stop = &accounts->stops[i];
        json_write_begin_object(writer);
        json_write_key_i64(writer, "candidate", (int64_t)stop->candidate);
        json_write_key_i64(writer, "verdict", stop->verdict);
        json_write_key_i64(writer, "prefix", stop->prefix);
        json_write_key_i64(writer, "conversations", (int64_t)stop->conversations);
        json_write_key_real(writer, "estimate", stop->estimate);
        json_write_key_real(writer, "low", stop->low);
        json_write_key_real(writer, "high", stop->high);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void take_stops(const json_t *stops, struct run_accounts *accounts)
{
    for (size_t i = 0; i < json_array_size(stops) && i < RUN_STOPS_KEPT; i++) {
        const json_t *item = json_array_get(stops, i);
        accounts->stops[accounts->stop_count++] = (struct early_stop){
            .candidate = (size_t)json_integer_value(json_object_get(item, "candidate")),
            .verdict =
                (enum early_stop_verdict)json_integer_value(json_object_get(item, "verdict")),
            .prefix = json_integer_value(json_object_get(item, "prefix")),
            .conversations = (uint64_t)json_integer_value(json_object_get(item, "conversations")),
            .estimate = json_number_value(json_object_get(item, "estimate")),
            .low = json_number_value(json_object_get(item, "low")),
            .high = json_number_value(json_object_get(item, "high"))};
    }
}

void run_accounts_encode(const struct run_accounts *accounts, struct strbuf *out)
{
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_bool(&writer, "complete", accounts->complete);
    for (size_t i = 0; i < COUNTERS; i++) {
        uint64_t value;
        memcpy(&value, (const char *)accounts + counters[i].offset, sizeof value);
        json_write_key_i64(&writer, counters[i].name, (int64_t)value);
    }
    json_write_key(&writer, strview_of("skipped"));
    json_write_begin_object(&writer);
    for (int i = 1; i < SKIP_REASON_COUNT; i++)
        json_write_key_i64(&writer, skip_reason_name((enum skip_reason)i),
                           (int64_t)accounts->skipped[i]);
    json_write_end_object(&writer);
    json_write_key(&writer, strview_of("faults"));
    json_write_begin_array(&writer);
    for (size_t i = 0; i < accounts->fault_count; i++) {
        json_write_begin_object(&writer);
        json_write_key_text(&writer, "where", strview_of(accounts->faults[i].where));
        json_write_key_text(&writer, "what", strview_of(accounts->faults[i].what));
        json_write_key_text(&writer, "fix", strview_of(accounts->faults[i].fix));
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    if (accounts->stop_count)
        add_stops(accounts, &writer);
    json_write_end_object(&writer);
}

static void copy_text(const json_t *object, const char *key, char *to, size_t size)
{
    const char *text = json_string_value(json_object_get(object, key));
    snprintf(to, size, "%s", text ? text : "");
}

enum status run_accounts_decode(struct strview payload, struct arena *arena,
                                struct run_accounts *ret_accounts, struct error *err)
{
    json_t *json = NULL;
    enum status status = json_record_parse(payload, &json, err);
    if (status != STATUS_OK)
        return status;
    struct run_accounts accounts = {.complete = json_is_true(json_object_get(json, "complete"))};
    for (size_t i = 0; i < COUNTERS; i++) {
        uint64_t value = (uint64_t)json_integer_value(json_object_get(json, counters[i].name));
        memcpy((char *)&accounts + counters[i].offset, &value, sizeof value);
    }
    const json_t *skipped = json_object_get(json, "skipped");
    for (int i = 1; i < SKIP_REASON_COUNT; i++)
        accounts.skipped[i] = (uint64_t)json_integer_value(
            json_object_get(skipped, skip_reason_name((enum skip_reason)i)));
    const json_t *faults = json_object_get(json, "faults");
    accounts.faults = arena_array(arena, json_array_size(faults) + 1, sizeof *accounts.faults);
    for (size_t i = 0; accounts.faults && i < json_array_size(faults); i++) {
        struct run_fault *fault = &accounts.faults[accounts.fault_count++];
        const json_t *item = json_array_get(faults, i);
        copy_text(item, "where", fault->where, sizeof fault->where);
        copy_text(item, "what", fault->what, sizeof fault->what);
        copy_text(item, "fix", fault->fix, sizeof fault->fix);
    }
    take_stops(json_object_get(json, "stops"), &accounts);
    json_decref(json);
    if (!accounts.faults)
        return error_no_memory(err);
    *ret_accounts = accounts;
    return STATUS_OK;
}
