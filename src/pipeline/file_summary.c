/*
 * file_summary.c: the source side of a run without candidates: lines, conversations, measures.
 */
#include "pipeline/file_summary.h"

#include "aggregate/stream_summary.h"
#include "pipeline/conversation_file.h"
#include "score/conversation_measure.h"

enum { FAULTS_KEPT = 50 };

struct summing {
    const char *path;
    const struct task_spec *task; /* never NULL here */
    struct stream_summary *stream;
    struct arena *arena;
    struct run_fold_input input;
    struct named_count skipped[SKIP_REASON_COUNT];
    struct input_fault faults[FAULTS_KEPT];
};

static void keep_fault(void *context, const struct error *fault)
{
    struct summing *summing = context;
    struct run_fold_input *input = &summing->input;
    input->faults_total++;
    if (input->fault_count < FAULTS_KEPT)
        summing->faults[input->fault_count++] =
            (struct input_fault){arena_copy_text(summing->arena, fault->where),
                                 arena_copy_text(summing->arena, fault->what),
                                 arena_copy_text(summing->arena, fault->fix)};
}

static enum status take_conversation(struct summing *summing,
                                     const struct conversation *conversation, struct error *err)
{
    struct conversation_facts facts;
    enum status status = conversation_measure(conversation, summing->task, NULL, GOLD_NONE,
                                              conversation->arena, &facts, err);
    return status == STATUS_OK ? stream_summary_add(summing->stream, conversation, &facts, err)
                               : status;
}

static void take_counts(struct summing *summing, const struct conversation_file_counts *counts)
{
    summing->input.events_consumed = counts->events;
    summing->input.events_invalid = counts->invalid;
    summing->input.events_in_conversations = counts->in_conversations;
    for (int i = 0; i < SKIP_REASON_COUNT; i++)
        summing->skipped[i].count = counts->skipped[i];
}

static enum status read_all(struct summing *summing, struct error *err)
{
    CLEANUP(conversation_file_cleanup) struct conversation_file *file = NULL;
    enum status status = conversation_file_open(summing->path, keep_fault, summing, &file, err);
    while (status == STATUS_OK) {
        CLEANUP(conversation_cleanup) struct conversation *conversation = NULL;
        status = conversation_file_next(file, &conversation, err);
        if (!conversation)
            break;
        status = take_conversation(summing, conversation, err);
    }
    if (status == STATUS_OK)
        take_counts(summing, conversation_file_counts(file));
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
    CLEANUP(stream_summary_cleanup) struct stream_summary *stream = NULL;
    struct summing *summing = arena_alloc(arena, sizeof *summing);
    if (!summing)
        return error_no_memory(err);
    enum status status = stream_summary_create(task, path, &stream, err);
    if (status != STATUS_OK)
        return status;
    summing->path = path;
    summing->task = task ? task : &no_task;
    summing->stream = stream;
    summing->arena = arena;
    status = read_all(summing, err);
    return status == STATUS_OK ? finish(summing, ret_summary, err) : status;
}
