/*
 * session.c: opening and closing what a run needs. Order of opening: what may be wrong in the
 * inputs first, the journal last, so that a mistake costs nothing. Thread: main.
 */
#include "pipeline/session.h"

#include "base/hash.h"
#include "base/memory.h"
#include "codec/binary_record.h"
#include "config/replay_modes.h"
#include "pipeline/provider_end.h"
#include "pipeline/run_back_end.h"
#include "pipeline/scorer_command.h"
#include "pipeline/spend.h"
#include "pipeline/task_extractor.h"
#include "record/trial.h"

#include <omp.h>

#include <stdio.h>
#include <stdlib.h>

bool offset_column_set(struct offset_column *column, uint64_t ordinal, uint64_t offset)
{
    if (ordinal == UINT64_MAX)
        return false;
    if (!memory_grow(&column->offsets, &column->capacity, ordinal + 1, sizeof *column->offsets))
        return false;
    column->offsets[ordinal] = offset;
    if (ordinal + 1 > column->count)
        column->count = ordinal + 1;
    return true;
}

uint64_t offset_column_get(const struct offset_column *column, uint64_t ordinal)
{
    return ordinal < column->count ? column->offsets[ordinal] : 0;
}

void session_fault(struct session *session, const struct error *fault)
{
    struct run_accounts *accounts = &session->accounts;
    accounts->faults_total++;
    if (accounts->fault_count >= RUN_FAULTS_KEPT ||
        !memory_grow(&accounts->faults, &accounts->fault_capacity, accounts->fault_count + 1,
                     sizeof *accounts->faults))
        return;
    struct run_fault *kept = &accounts->faults[accounts->fault_count++];
    snprintf(kept->where, sizeof kept->where, "%s", fault->where);
    snprintf(kept->what, sizeof kept->what, "%s", fault->what);
    snprintf(kept->fix, sizeof kept->fix, "%s", fault->fix);
}

static void on_fault(void *context, const struct error *fault)
{
    session_fault(context, fault);
}

static enum status find_logged(void *context, const struct candidate_spec *spec,
                               struct strview conversation_id, int64_t turn, struct arena *arena,
                               struct prediction **ret_prediction, struct error *err)
{
    const struct session *session = context;
    size_t index = (size_t)(spec - session->options.pipeline->candidates);
    return prediction_log_find(session->candidates[index].log, conversation_id, turn, arena,
                               ret_prediction, err);
}

/* The same candidate in another mode: one far end, one cassette, one log. */
static bool is_shared(const struct session *session, size_t index)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    return pipeline->by_mode && pipeline->candidates[index].same_as != index;
}

static enum status open_candidate(struct session *session, size_t index, struct error *err)
{
    const struct candidate_spec *spec = &session->options.pipeline->candidates[index];
    struct session_candidate *own = &session->candidates[index];
    if (is_shared(session, index))
        *own = session->candidates[spec->same_as];
    enum status status = candidate_open(&own->candidate, spec, &session->worlds[spec->mode_index],
                                        session->arena, err);
    if (is_shared(session, index))
        return status;
    if (status == STATUS_OK && spec->log.data)
        status = prediction_log_open(spec->log.data, on_fault, session, &own->log, err);
    if (status == STATUS_OK && spec->cassette.data && spec->cassette_mode != CASSETTE_OFF)
        status = cassette_open(spec->cassette.data, spec->cassette_mode == CASSETTE_RECORD,
                               &own->cassette, err);
    if (status == STATUS_OK)
        status = session->options.is_dry || session->options.answers_only
                     ? STATUS_OK
                     : provider_end_open(session, own, err);
    return status;
}

static enum status open_worlds(struct session *session, struct error *err)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    struct back_end *back_end;
    enum status status = run_back_end_open(pipeline, session->arena, &back_end, err);
    size_t count = replay_modes_count(pipeline);
    if (status != STATUS_OK)
        return status;
    session->worlds = arena_array(session->arena, count, sizeof *session->worlds);
    for (size_t i = 0; session->worlds && i < count; i++) {
        const struct pipeline_spec *own = replay_modes_get(pipeline, i);
        bool acts = own->mode == MODE_FREE_RUNNING || own->mode == MODE_SIMULATED_USER;
        session->worlds[i] = (struct candidate_world){.pipeline = own,
                                                      .back_end = acts ? back_end : NULL,
                                                      .task = pipeline->task,
                                                      .extractor = session->extractor,
                                                      .log_find = find_logged,
                                                      .log_context = session};
    }
    return session->worlds ? STATUS_OK : error_no_memory(err);
}

static enum status open_candidates(struct session *session, struct error *err)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    enum status status = open_worlds(session, err);
    if (status != STATUS_OK)
        return status;
    session->candidates =
        arena_array(session->arena, pipeline->candidate_count, sizeof *session->candidates);
    if (!session->candidates)
        return error_no_memory(err);
    for (size_t i = 0; i < pipeline->candidate_count && status == STATUS_OK; i++) {
        session->candidate_count = i + 1;
        status = open_candidate(session, i, err);
    }
    return status;
}

static enum status open_scratches(struct session *session, struct error *err)
{
    session->thread_count =
        session->options.threads > 0 ? session->options.threads : omp_get_num_procs();
    session->scratches =
        arena_array(session->arena, (size_t)session->thread_count, sizeof *session->scratches);
    for (int i = 0; session->scratches && i < session->thread_count; i++) {
        session->scratches[i].extract = extract_scratch_create();
        if (!session->scratches[i].extract)
            return error_no_memory(err);
    }
    return session->scratches ? STATUS_OK : error_no_memory(err);
}

/* A trial in the journal is done, unless its error is to be tried again. */
static enum status visit_trial(struct session *session, uint64_t ordinal, struct strview payload,
                               uint64_t offset, struct error *err)
{
    if (session->options.retry_errors) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(16 * 1024, 0);
        struct trial trial;
        if (!arena)
            return error_no_memory(err);
        enum status status = binary_record_decode(&trial_type, payload, &trial, arena, err);
        if (status != STATUS_OK)
            return status;
        if (trial.error)
            offset = 0;
    }
    return offset_column_set(&session->trials, ordinal, offset) ? STATUS_OK : error_no_memory(err);
}

static enum status visit(void *context, enum journal_kind kind, uint64_t key,
                         struct strview payload, uint64_t offset, struct error *err)
{
    struct session *session = context;
    enum status status = STATUS_OK;
    bool kept = true;
    switch (kind) {
    case JOURNAL_TRIAL:
        return visit_trial(session, key, payload, offset, err);
    case JOURNAL_FACTS:
        kept = offset_column_set(&session->facts, key, offset);
        break;
    case JOURNAL_ANSWER:
        kept = hash_set_put(&session->answers, hash_64(&key, sizeof key), offset);
        status = spend_remember_answer(session->spend, payload, err);
        break;
    case JOURNAL_PRICE:
        kept = hash_set_add(&session->priced, hash_64(&key, sizeof key));
        status = spend_remember_price(session->spend, payload, err);
        break;
    case JOURNAL_BEGIN:
    case JOURNAL_ACCOUNTS:
    case JOURNAL_END:
        break;
    }
    return kept ? status : error_no_memory(err);
}

static enum status open_journal(struct session *session, struct error *err)
{
    char *path =
        arena_format(session->arena, "%s/%s", session->options.folder,
                     session->options.journal_name ? session->options.journal_name : "journal.log");
    if (!path)
        return error_no_memory(err);
    uint64_t cut;
    struct journal_open options = {.path = path, .visit = visit, .context = session};
    session->answers = HASH_MAP;
    enum status status = journal_log_open(&options, &session->journal, &cut, err);
    return status == STATUS_OK
               ? journal_log_append(session->journal, JOURNAL_BEGIN, 0, strview_of(""), NULL, err)
               : status;
}

static enum status open_all(struct session *session, struct error *err)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    enum status status =
        task_extractor_create(pipeline->task, session->arena, &session->extractor, err);
    if (status == STATUS_OK)
        status = spend_open(pipeline, session->options.run_start_ns, &session->spend, err);
    if (status == STATUS_OK)
        status = open_candidates(session, err);
    if (status == STATUS_OK && !session->options.is_dry)
        status = scorer_command_open(session, err);
    if (status == STATUS_OK && pipeline->source.gold.data)
        status =
            gold_index_open(pipeline->source.gold.data, on_fault, session, &session->gold, err);
    if (status == STATUS_OK)
        status = open_scratches(session, err);
    if (status == STATUS_OK && !(session->zones = time_zone_cache_create()))
        status = error_no_memory(err);
    return status == STATUS_OK && !session->options.is_dry ? open_journal(session, err) : status;
}

enum status session_open(const struct session_options *options, struct session **ret_session,
                         struct error *err)
{
    struct arena *arena = arena_create(64 * 1024, 0);
    struct session *made = arena ? arena_alloc(arena, sizeof *made) : NULL;
    if (!made) {
        arena_destroy(arena);
        return error_no_memory(err);
    }
    made->arena = arena;
    made->options = *options;
    CLEANUP(session_cleanup) struct session *session = made;
    enum status status = open_all(session, err);
    if (status == STATUS_OK)
        *ret_session = TAKE(session);
    return status;
}

void session_close(struct session *session)
{
    if (!session)
        return;
    call_loop_destroy(session->calls);
    for (size_t i = 0; i < session->candidate_count; i++) {
        if (is_shared(session, i))
            continue;
        cassette_close(session->candidates[i].cassette);
        prediction_log_close(session->candidates[i].log);
        provider_end_close(&session->candidates[i]);
    }
    for (int i = 0; session->scratches && i < session->thread_count; i++) {
        extract_scratch_destroy(session->scratches[i].extract);
        strbuf_done(&session->scratches[i].text);
    }
    journal_log_close(session->journal);
    gold_index_close(session->gold);
    time_zone_cache_destroy(session->zones);
    extractor_destroy(session->extractor);
    spend_close(session->spend);
    memory_free(session->trials.offsets);
    memory_free(session->facts.offsets);
    memory_free(session->accounts.faults);
    hash_set_done(&session->answers);
    hash_set_done(&session->priced);
    arena_destroy(session->arena);
}
