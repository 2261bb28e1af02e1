/*
 * check_inputs.c: one pass over prompts, gold, prediction logs and events. Events go through the
 * same feed as in a run, with a session that has no candidates and no journal.
 */
#include "pipeline/check_inputs.h"

#include "base/memory.h"
#include "pipeline/lane_private.h"
#include "pipeline/run_back_end.h"
#include "replay/prompt_folder.h"

#include <omp.h>

static void on_fault(void *context, const struct error *fault)
{
    session_fault(context, fault);
}

static enum status check_prompts(struct session *session, struct error *err)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    for (size_t i = 0; i < pipeline->candidate_count; i++) {
        struct prompt_folder folder;
        struct error fault = {0};
        if (!pipeline->candidates[i].prompt.data)
            continue;
        enum status status = prompt_folder_load(pipeline->candidates[i].prompt.data, session->arena,
                                                &folder, &fault);
        if (status == STATUS_NO_MEMORY)
            return error_no_memory(err);
        if (status != STATUS_OK)
            session_fault(session, &fault);
    }
    return STATUS_OK;
}

static enum status check_back_end(struct session *session, struct error *err)
{
    struct back_end *back_end;
    struct error fault = {0};
    enum status status =
        run_back_end_open(session->options.pipeline, session->arena, &back_end, &fault);
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    if (status != STATUS_OK)
        session_fault(session, &fault);
    return STATUS_OK;
}

static enum status check_logs(struct session *session, struct error *err)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < pipeline->candidate_count && status == STATUS_OK; i++) {
        CLEANUP(prediction_log_cleanup) struct prediction_log *log = NULL;
        const char *path = pipeline->candidates[i].log.data;
        if (path)
            status = prediction_log_open(path, on_fault, session, &log, err);
    }
    return status;
}

static void tell_unknown_name(struct session *session, const struct gold_conversation *gold,
                              size_t turn, const char *kind, struct strview name)
{
    char place[sizeof(((struct error *)NULL)->where)];
    struct error fault = {0};
    error_set(&fault, STATUS_DATA, "the task has no %s '%.*s'", kind,
              (int)(name.size < 60 ? name.size : 60), name.data);
    error_where(&fault, "/turns/%zu", turn);
    if (session->accounts.fault_count < RUN_FAULTS_KEPT) {
        gold_index_place(session->gold, gold->conversation_id, place, sizeof place);
        error_where(&fault, "%s", place);
    }
    error_fix(&fault, "Correct it, or add it to '%s'.", session->options.pipeline->task_path.data);
    session_fault(session, &fault);
}

/* What the task does not know can be got right by nobody. */
static void check_gold_names(struct session *session, const struct gold_conversation *gold)
{
    const struct task_spec *task = session->options.pipeline->task;
    const struct gold_turn *turns = gold->turns.items;
    for (size_t i = 0; i < gold->turns.count; i++) {
        if (turns[i].intent.size && task->intent_count && !task_spec_intent(task, turns[i].intent))
            tell_unknown_name(session, gold, i, "intent", turns[i].intent);
        for (size_t j = 0; j < turns[i].state.count; j++)
            if (!task_spec_slot(task, turns[i].state.slots[j].name))
                tell_unknown_name(session, gold, i, "slot", turns[i].state.slots[j].name);
    }
}

static enum status check_events(struct session *session, struct error *err)
{
    CLEANUP(conversation_feed_cleanup) struct conversation_feed *feed = NULL;
    enum status status = conversation_feed_open(session, &feed, err);
    while (status == STATUS_OK) {
        struct active_conversation *active;
        status = conversation_feed_next(feed, true, &active, err);
        if (status != STATUS_OK || !active)
            break;
        if (active->gold)
            check_gold_names(session, active->gold);
        active_conversation_destroy(active);
    }
    return status;
}

static enum status check_data(struct session *session, struct error *err)
{
    const char *gold = session->options.pipeline->source.gold.data;
    enum status status = check_logs(session, err);
    if (status == STATUS_OK && !(session->zones = time_zone_cache_create()))
        status = error_no_memory(err);
    if (status == STATUS_OK && gold)
        status = gold_index_open(gold, on_fault, session, &session->gold, err);
    if (status == STATUS_OK)
        status = check_events(session, err);
    if (status == STATUS_OK && session->gold)
        status = gold_index_tell_unused(session->gold, on_fault, session, err);
    return status;
}

enum status check_inputs(const struct pipeline_spec *pipeline, bool with_data, struct arena *arena,
                         struct input_check *ret_check, struct error *err)
{
    struct session *session = arena_alloc(arena, sizeof *session);
    if (!session)
        return error_no_memory(err);
    session->arena = arena;
    session->thread_count = omp_get_num_procs();
    session->options =
        (struct session_options){.pipeline = pipeline, .is_dry = true, .tells_skips = true};
    enum status status = check_back_end(session, err);
    if (status == STATUS_OK)
        status = check_prompts(session, err);
    uint64_t configuration_faults = session->accounts.faults_total;
    if (status == STATUS_OK && with_data && !pipeline->source.kafka) /* a run tells of a topic */
        status = check_data(session, err);
    gold_index_close(session->gold);
    time_zone_cache_destroy(session->zones);
    if (status == STATUS_OK)
        *ret_check = (struct input_check){session->accounts, configuration_faults};
    else
        memory_free(session->accounts.faults);
    return status;
}
