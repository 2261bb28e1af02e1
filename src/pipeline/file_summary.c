/*
 * file_summary.c: the source side of a run without candidates: lines, conversations, measures.
 */
#include "pipeline/file_summary.h"

#include "aggregate/stream_summary.h"
#include "assemble/conversation_table.h"
#include "ingest/event_file.h"
#include "ingest/record_file.h"
#include "score/conversation_measure.h"

enum { FAULTS_KEPT = 50 };

struct summing {
    const char *path;
    const struct task_spec *task; /* never NULL here */
    struct stream_summary *stream;
    struct conversation_table *table;
    struct arena *event_arena, *arena;
    struct run_fold_input input;
    struct named_count skipped[SKIP_REASON_COUNT];
    struct input_fault faults[FAULTS_KEPT];
};

static void keep_fault(struct summing *summing, const struct error *fault)
{
    struct run_fold_input *input = &summing->input;
    input->faults_total++;
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

static enum status take_event(struct summing *summing, const struct event *event,
                              const struct record_read *read, struct error *err)
{
    summing->input.events_consumed += read->records;
    if (!read->valid) {
        summing->input.events_invalid += read->records;
        keep_fault(summing, &read->fault);
        return STATUS_OK;
    }
    enum skip_reason skip;
    enum status status = conversation_table_add(summing->table, event, &skip, err);
    if (status == STATUS_OK && skip != SKIP_NONE)
        summing->skipped[skip].count++;
    return status == STATUS_OK ? take_sealed(summing, err) : status;
}

static enum status read_all(struct summing *summing, struct error *err)
{
    CLEANUP(record_file_cleanup) struct record_file *file = NULL;
    enum status status =
        record_file_open(summing->path, &event_envelope_type, EVENT_LINE_LIMIT_BYTES, &file, err);
    struct event event;
    struct record_read read;
    while (status == STATUS_OK &&
           record_file_next(file, &event, summing->event_arena, &read, &status, err)) {
        status = take_event(summing, &event, &read, err);
        arena_reset(summing->event_arena);
    }
    if (status == STATUS_OK)
        status = conversation_table_finish(summing->table, err);
    return status == STATUS_OK ? take_sealed(summing, err) : status;
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
    CLEANUP(arena_cleanup) struct arena *event_arena = arena_create(256 * 1024, 0);
    CLEANUP(conversation_table_cleanup)
    struct conversation_table *table =
        conversation_table_create(&(struct conversation_table_options){0});
    CLEANUP(stream_summary_cleanup) struct stream_summary *stream = NULL;
    struct summing *summing = arena_alloc(arena, sizeof *summing);
    if (!event_arena || !table || !summing)
        return error_no_memory(err);
    enum status status = stream_summary_create(task, path, &stream, err);
    if (status != STATUS_OK)
        return status;
    summing->path = path;
    summing->task = task ? task : &no_task;
    summing->stream = stream;
    summing->table = table;
    summing->event_arena = event_arena;
    summing->arena = arena;
    status = read_all(summing, err);
    return status == STATUS_OK ? finish(summing, ret_summary, err) : status;
}
