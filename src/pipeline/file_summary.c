/*
 * file_summary.c: the source side of a run without candidates: lines, conversations, measures.
 */
#include "pipeline/file_summary.h"

#include "aggregate/stream_summary.h"
#include "assemble/conversation_table.h"
#include "ingest/event_file.h"
#include "score/conversation_measure.h"

enum { FAULTS_KEPT = 50 };

struct summing {
    const char *path;
    const struct task_spec *task; /* never NULL here */
    struct stream_summary *stream;
    struct conversation_table *table;
    struct arena *batch_arena, *arena;
    struct run_fold_input input;
    struct named_count skipped[SKIP_REASON_COUNT];
    struct input_fault faults[FAULTS_KEPT];
};

static void keep_fault(struct summing *summing, struct error *fault)
{
    struct run_fold_input *input = &summing->input;
    input->faults_total++;
    error_where(fault, "%s", summing->path);
    if (input->fault_count < FAULTS_KEPT)
        summing->faults[input->fault_count++] =
            (struct input_fault){arena_copy_text(summing->arena, fault->where),
                                 arena_copy_text(summing->arena, fault->what),
                                 arena_copy_text(summing->arena, fault->fix)};
}

static enum status take_sealed(struct summing *summing, struct error *err)
{
    struct conversation *conversation;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && (conversation = conversation_table_take(summing->table))) {
        struct conversation_facts facts;
        summing->skipped[SKIP_DUPLICATE_EVENT].count +=
            conversation_table_take_duplicates(summing->table);
        status = conversation_measure(conversation, summing->task, NULL, GOLD_NONE,
                                      conversation->arena, &facts, err);
        if (status == STATUS_OK)
            status = stream_summary_add(summing->stream, conversation, &facts, err);
        summing->input.events_in_conversations += conversation->event_count;
        conversation_destroy(conversation);
    }
    return status;
}

static enum status take_line(struct summing *summing, const struct line_batch *batch, size_t index,
                             struct error *err)
{
    struct decoded_event decoded;
    event_file_decode(batch, index, summing->batch_arena, &decoded);
    summing->input.events_consumed++;
    if (!decoded.valid) {
        summing->input.events_invalid++;
        keep_fault(summing, &decoded.error);
        return STATUS_OK;
    }
    enum skip_reason skip;
    enum status status = conversation_table_add(summing->table, &decoded.event, &skip, err);
    if (status == STATUS_OK && skip != SKIP_NONE)
        summing->skipped[skip].count++;
    return status;
}

static enum status read_all(struct summing *summing, struct error *err)
{
    struct line_reader *lines;
    struct line_batch batch = {0};
    enum status status = line_reader_open(summing->path, EVENT_LINE_LIMIT_BYTES, &lines, err);
    if (status != STATUS_OK)
        return status;
    do {
        status = line_batch_read(&batch, lines, 512, 1 << 20, err);
        arena_reset(summing->batch_arena);
        for (size_t i = 0; i < batch.count && status == STATUS_OK; i++)
            status = take_line(summing, &batch, i, err);
        if (status == STATUS_OK && batch.count == 0)
            status = conversation_table_finish(summing->table, err);
        if (status == STATUS_OK)
            status = take_sealed(summing, err);
    } while (status == STATUS_OK && batch.count > 0);
    line_batch_done(&batch);
    line_reader_close(lines);
    return status;
}

static enum status finish(struct summing *summing, struct run_summary **ret_summary,
                          struct error *err)
{
    size_t kept = 0;
    for (int i = 1; i < SKIP_REASON_COUNT; i++)
        if (summing->skipped[i].count)
            summing->skipped[kept++] = (struct named_count){skip_reason_name((enum skip_reason)i),
                                                            summing->skipped[i].count};
    summing->input.source = strview_of(summing->path);
    summing->input.skipped = summing->skipped;
    summing->input.skipped_count = kept;
    summing->input.faults = summing->faults;
    return stream_summary_finish(summing->stream, &summing->input, summing->arena, ret_summary,
                                 err);
}

enum status file_summary_make(const char *path, const struct task_spec *task, struct arena *arena,
                              struct run_summary **ret_summary, struct error *err)
{
    static const struct task_spec no_task = {.locale = {"en-US", 5}, .dead_air_ms = 3000};
    CLEANUP(arena_cleanup) struct arena *batch_arena = arena_create(256 * 1024, 0);
    CLEANUP(conversation_table_cleanup)
    struct conversation_table *table =
        conversation_table_create(&(struct conversation_table_options){0});
    CLEANUP(stream_summary_cleanup) struct stream_summary *stream = NULL;
    struct summing *summing = arena_alloc(arena, sizeof *summing);
    if (!batch_arena || !table || !summing)
        return error_no_memory(err);
    enum status status = stream_summary_create(task, path, &stream, err);
    if (status != STATUS_OK)
        return status;
    summing->path = path;
    summing->task = task ? task : &no_task;
    summing->stream = stream;
    summing->table = table;
    summing->batch_arena = batch_arena;
    summing->arena = arena;
    status = read_all(summing, err);
    return status == STATUS_OK ? finish(summing, ret_summary, err) : status;
}
