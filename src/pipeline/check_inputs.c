/*
 * check_inputs.c: one pass over prompts, gold, prediction logs and events; every conversation is
 * assembled and joined as a run would.
 */
#include "pipeline/check_inputs.h"

#include "assemble/conversation_table.h"
#include "base/memory.h"
#include "ingest/event_file.h"
#include "ingest/gold_index.h"
#include "ingest/prediction_log.h"
#include "pipeline/run_back_end.h"
#include "replay/prompt_folder.h"

struct checking {
    const struct pipeline_spec *pipeline;
    check_inputs_fault *on_fault;
    void *context;
    struct input_counts *counts;
    struct gold_index *gold;
    struct arena *arena; /* reset with each batch */
};

static void tell(const struct checking *checking, const struct error *fault)
{
    checking->on_fault(checking->context, fault);
}

static enum status check_prompts(const struct checking *checking, struct error *err)
{
    for (size_t i = 0; i < checking->pipeline->candidate_count; i++) {
        const struct candidate_spec *spec = &checking->pipeline->candidates[i];
        struct prompt_folder folder;
        struct error fault = {0};
        if (!spec->prompt.data)
            continue;
        enum status status =
            prompt_folder_load(spec->prompt.data, checking->arena, &folder, &fault);
        if (status == STATUS_NO_MEMORY)
            return error_no_memory(err);
        if (status != STATUS_OK)
            tell(checking, &fault);
    }
    return STATUS_OK;
}

static enum status check_logs(const struct checking *checking, struct error *err)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < checking->pipeline->candidate_count && status == STATUS_OK; i++) {
        CLEANUP(prediction_log_cleanup) struct prediction_log *log = NULL;
        const char *path = checking->pipeline->candidates[i].log.data;
        if (path)
            status = prediction_log_open(path, checking->on_fault, checking->context, &log, err);
    }
    return status;
}

static enum status take_sealed(struct checking *checking, struct conversation_table *table,
                               struct error *err)
{
    struct conversation *conversation;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && (conversation = conversation_table_take(table))) {
        struct gold_conversation *gold = NULL;
        checking->counts->conversations++;
        if (checking->gold)
            status =
                gold_index_find(checking->gold, conversation->id, conversation->arena, &gold, err);
        checking->counts->with_gold += gold != NULL;
        if (gold && gold->turns.count != conversation->turn_count) {
            struct error fault = {0};
            error_set(&fault, STATUS_DATA, "conversation '%.*s' has %zu user turns, its gold %zu",
                      STRVIEW_ARG(conversation->id), conversation->turn_count, gold->turns.count);
            error_where(&fault, "%s", checking->pipeline->source.gold.data);
            tell(checking, &fault);
        }
        conversation_destroy(conversation);
    }
    return status;
}

static enum status check_line(struct checking *checking, struct conversation_table *table,
                              const struct line_batch *batch, size_t index, struct error *err)
{
    struct decoded_event decoded;
    const char *path = checking->pipeline->source.events.data;
    unsigned long long number = batch->lines[index].number;
    event_file_decode(batch, index, checking->arena, &decoded);
    checking->counts->events++;
    if (!decoded.valid || decoded.unknown.count) {
        if (decoded.valid) {
            error_set(&decoded.error, STATUS_DATA, "unknown key %s", decoded.unknown.first_pointer);
            if (decoded.unknown.nearest)
                error_fix(&decoded.error, "Did you mean '%s'?", decoded.unknown.nearest);
        }
        error_where(&decoded.error, "%s:%llu", path, number);
        tell(checking, &decoded.error);
    }
    if (!decoded.valid)
        return STATUS_OK;
    enum skip_reason skip;
    enum status status = conversation_table_add(table, &decoded.event, &skip, err);
    if (status == STATUS_OK && skip != SKIP_NONE) {
        struct error fault = {0};
        error_set(&fault, STATUS_DATA, "the event of '%.*s' would be skipped: %s",
                  STRVIEW_ARG(decoded.event.conversation_id), skip_reason_name(skip));
        error_where(&fault, "%s:%llu", path, number);
        tell(checking, &fault);
    }
    return status;
}

static enum status check_events(struct checking *checking, struct error *err)
{
    struct line_reader *lines;
    enum status status = line_reader_open(checking->pipeline->source.events.data,
                                          EVENT_LINE_LIMIT_BYTES, &lines, err);
    if (status != STATUS_OK)
        return status;
    CLEANUP(conversation_table_cleanup)
    struct conversation_table *table =
        conversation_table_create(&(struct conversation_table_options){0});
    struct line_batch batch = {0};
    if (!table)
        status = error_no_memory(err);
    while (status == STATUS_OK) {
        status = line_batch_read(&batch, lines, 512, 1 << 20, err);
        if (status != STATUS_OK || batch.count == 0)
            break;
        arena_reset(checking->arena);
        for (size_t i = 0; i < batch.count && status == STATUS_OK; i++)
            status = check_line(checking, table, &batch, i, err);
        if (status == STATUS_OK)
            status = take_sealed(checking, table, err);
    }
    if (status == STATUS_OK)
        status = conversation_table_finish(table, err);
    if (status == STATUS_OK)
        status = take_sealed(checking, table, err);
    line_batch_done(&batch);
    line_reader_close(lines);
    return status;
}

enum status check_inputs(const struct pipeline_spec *pipeline, bool with_data,
                         check_inputs_fault *on_fault, void *context,
                         struct input_counts *ret_counts, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    CLEANUP(gold_index_cleanup) struct gold_index *gold = NULL;
    struct checking checking = {pipeline, on_fault, context, ret_counts, NULL, arena};
    if (!arena)
        return error_no_memory(err);
    struct back_end *back_end;
    struct error fault = {0};
    enum status status = run_back_end_open(pipeline, arena, &back_end, &fault);
    if (status != STATUS_OK)
        on_fault(context, &fault);
    status = check_prompts(&checking, err);
    if (!with_data || status != STATUS_OK)
        return status;
    status = check_logs(&checking, err);
    if (status == STATUS_OK && pipeline->source.gold.data)
        status = gold_index_open(pipeline->source.gold.data, on_fault, context, &gold, err);
    checking.gold = gold;
    return status == STATUS_OK ? check_events(&checking, err) : status;
}
