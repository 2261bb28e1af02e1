/*
 * import_predictions.c: each line of a prediction log is a turn of a recorded agent: what the
 * caller said, and a latency later what the agent answered. Lines go to the import_table in the
 * order of the file. One thread; a line lives in the scratch arena until the next one.
 */
#include "ingest/import_predictions.h"

#include "base/civil_time.h"
#include "base/memory.h"
#include "base/time_zone.h"
#include "ingest/record_file.h"
#include "record/prediction.h"

#include <math.h>

enum { SCRATCH_BLOCK_BYTES = 64 * 1024, MAX_OPEN = 10000 };

struct import {
    const struct import_predictions_options *options;
    struct time_zone *zone; /* NULL: timestamps must have one */
    struct import_table *table;
    struct import_counts *counts;
    struct arena *scratch;
    char *candidate; /* of the first line; NULL: none had one yet */
};

static enum status read_time(const struct import *import, const struct prediction *line,
                             int64_t *ret_ns, struct error *err)
{
    struct civil_parsed parsed;
    if (!line->timestamp.data) {
        enum status status = error_set(err, STATUS_DATA, "key 'timestamp' is missing");
        error_where(err, "/timestamp");
        return status;
    }
    enum status status = civil_time_parse(line->timestamp, &parsed, err);
    if (status == STATUS_OK && !parsed.has_offset && !import->zone) {
        status = error_set(err, STATUS_DATA, "the timestamp has no zone");
        error_fix(err, "Say which one it is in: --time-zone Europe/Berlin.");
    }
    if (status != STATUS_OK) {
        error_where(err, "/timestamp");
        return status;
    }
    *ret_ns = parsed.has_offset
                  ? parsed.utc_ns
                  : time_zone_utc_ns(import->zone, parsed.local_ns, TIME_ZONE_COMPATIBLE, NULL);
    return STATUS_OK;
}

/* False: the line is of another candidate or a later repeat. A log that mixes candidates needs to
 * be told which one is meant. */
static enum status is_meant(struct import *import, const struct prediction *line, bool *ret_meant,
                            struct error *err)
{
    *ret_meant = line->repeat == FIELD_ABSENT_I64 || line->repeat == 0;
    if (import->options->candidate) {
        *ret_meant = *ret_meant && strview_is(line->candidate, import->options->candidate);
        return STATUS_OK;
    }
    if (!*ret_meant || !line->candidate.data)
        return STATUS_OK;
    if (!import->candidate) {
        const char *text = arena_copy_view(import->scratch, line->candidate).data;
        import->candidate = text ? memory_copy_text(text) : NULL;
        return import->candidate ? STATUS_OK : error_no_memory(err);
    }
    if (strview_is(line->candidate, import->candidate))
        return STATUS_OK;
    enum status status =
        error_set(err, STATUS_DATA, "the line is of candidate '%.60s', but the log began with '%s'",
                  line->candidate.data, import->candidate);
    error_where(err, "/candidate");
    error_fix(err, "Say which one is meant: --candidate %.60s.", import->candidate);
    return status;
}

/* input.slots with what the turn extracted; null removes. Absent when the line has neither. */
static bool merge(const struct prediction *line, struct arena *arena, struct slot_map *ret_slots)
{
    const struct slot_map *before = line->input ? &line->input->slots : NULL;
    const struct slot_map *extracted = line->output ? &line->output->extracted_slots : NULL;
    struct slot_map slots = {0};
    if (before && before->slots && !slot_map_copy(arena, before, &slots))
        return false;
    if (extracted && extracted->slots && !slots.slots)
        slots = slot_map_empty();
    for (size_t i = 0; extracted && extracted->slots && i < extracted->count; i++) {
        const struct slot *slot = &extracted->slots[i];
        if (slot->value.kind == SLOT_VALUE_NULL)
            slot_map_remove(&slots, slot->name);
        else if (!slot_map_set(arena, &slots, slot->name, &slot->value))
            return false;
    }
    *ret_slots = slots;
    return true;
}

static bool make_agent_turn(const struct prediction *line, struct arena *arena,
                            struct agent_turn *turn)
{
    record_init(&agent_turn_type, turn);
    turn->text = strview_of("");
    if (line->input)
        turn->state = line->input->state;
    if (line->output) {
        if (line->output->response.data)
            turn->text = line->output->response;
        turn->next_state = line->output->next_state;
        turn->confidence = line->output->confidence;
    }
    turn->intent = line->intent;
    turn->slot_confidence = line->slot_confidence;
    turn->requested_slots = line->requested_slots;
    if (line->model) {
        turn->provider = line->model->provider;
        turn->model = line->model->name;
        turn->prompt_version = line->model->prompt_version;
    }
    if (line->metadata) {
        turn->tokens = line->metadata->tokens;
        turn->cost_usd_nano = line->metadata->cost_usd_nano;
        turn->latency_ms = line->metadata->latency_ms;
    }
    turn->time_to_first_token_ms = line->time_to_first_token_ms;
    return merge(line, arena, &turn->slots);
}

static enum status add_answer(const struct import *import, const struct prediction *line,
                              int64_t time_ns, struct error *err)
{
    double latency_ms = line->metadata ? line->metadata->latency_ms : (double)NAN;
    if (latency_ms >= 0 && latency_ms < 86400e3)
        time_ns += (int64_t)llround(latency_ms * 1e3) * 1000;
    if (line->error) { /* no answer came: the call failed */
        struct service_call call;
        record_init(&service_call_type, &call);
        call.service = SERVICE_LLM;
        call.provider = line->model ? line->model->provider : (struct strview){0};
        call.model = line->model ? line->model->name : (struct strview){0};
        call.latency_ms = latency_ms;
        call.error = line->error->what.data ? line->error->what : strview_of("error");
        struct import_event event = {.type = EVENT_SERVICE_CALL, .time_ns = time_ns, .body = &call};
        return import_table_add(import->table, line->conversation_id, &event, err);
    }
    struct agent_turn turn;
    if (!make_agent_turn(line, import->scratch, &turn))
        return error_no_memory(err);
    struct import_event event = {.type = EVENT_AGENT_TURN, .time_ns = time_ns, .body = &turn};
    return import_table_add(import->table, line->conversation_id, &event, err);
}

static enum status add_turn(struct import *import, const struct prediction *line, struct error *err)
{
    bool meant;
    int64_t time_ns = 0;
    enum status status = is_meant(import, line, &meant, err);
    if (status == STATUS_OK && !meant) {
        import->counts->skipped++;
        return STATUS_OK;
    }
    if (status == STATUS_OK)
        status = read_time(import, line, &time_ns, err);
    if (status == STATUS_OK && (!line->input || !line->input->user_text.data)) {
        status = error_set(err, STATUS_DATA, "key 'user_text' is missing");
        error_where(err, "/input/user_text");
    }
    if (status != STATUS_OK)
        return status;
    struct user_turn user;
    record_init(&user_turn_type, &user);
    user.text = line->input->user_text;
    user.logged_time = line->timestamp;
    time_ns -= time_ns % 1000;
    struct import_event event = {.type = EVENT_USER_TURN, .time_ns = time_ns, .body = &user};
    status = import_table_add(import->table, line->conversation_id, &event, err);
    return status == STATUS_OK ? add_answer(import, line, time_ns, err) : status;
}

/* A fault of a line is told and the rest goes on. */
static enum status settle(struct import *import, enum status status, struct error *fault,
                          struct error *err)
{
    if (status != STATUS_DATA && status != STATUS_LIMIT) {
        if (status != STATUS_OK && err)
            *err = *fault;
        return status;
    }
    import->counts->faults++;
    if (import->options->on_fault)
        import->options->on_fault(import->options->context, fault);
    return STATUS_OK;
}

static enum status take_lines(struct import *import, struct error *err)
{
    CLEANUP(record_file_cleanup) struct record_file *file = NULL;
    enum status status = record_file_open(import->options->input, &prediction_type,
                                          IMPORT_LINE_LIMIT_BYTES, &file, err);
    struct prediction line;
    struct record_read read;
    while (status == STATUS_OK &&
           record_file_next(file, &line, import->scratch, &read, &status, err)) {
        import->counts->lines += read.records;
        enum status found = read.valid ? add_turn(import, &line, &read.fault) : STATUS_DATA;
        if (read.valid && found == STATUS_DATA)
            record_file_where(file, &read, &read.fault);
        status = settle(import, found, &read.fault, err);
        arena_reset(import->scratch);
    }
    return status;
}

enum status import_predictions_run(const struct import_predictions_options *options,
                                   struct import_counts *ret_counts, struct error *err)
{
    struct import_counts counts = {0};
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(SCRATCH_BLOCK_BYTES, 0);
    if (!scratch)
        return error_no_memory(err);
    struct import import = {.options = options, .counts = &counts, .scratch = scratch};
    struct import_table_options table = {.output = options->output,
                                         .max_open = MAX_OPEN,
                                         .time_zone = strview_of(options->time_zone)};
    enum status status = STATUS_OK;
    if (options->time_zone)
        status = time_zone_load(strview_of(options->time_zone), &import.zone, err);
    if (status == STATUS_OK)
        status = import_table_create(&table, &counts, &import.table, err);
    if (status == STATUS_OK)
        status = take_lines(&import, err);
    if (status == STATUS_OK)
        status = import_table_finish(import.table, err);
    import_table_destroy(import.table);
    time_zone_destroy(import.zone);
    memory_free(import.candidate);
    if (status == STATUS_OK)
        *ret_counts = counts;
    return status;
}
