/*
 * lane.c: the main loop. In turns: let conversations in, let the team work at all trials that can
 * go on, hand their calls to the network thread and finished trials to the journal, collect
 * answers. Only main touches the session; the team reads it.
 */
#include "pipeline/lane.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "codec/binary_record.h"
#include "pipeline/conversation_stream.h"
#include "pipeline/lane_private.h"
#include "pipeline/provider_end.h"
#include "pipeline/scorer_command.h"
#include "pipeline/spend.h"
#include "pipeline/trial_causes.h"
#include "pipeline/trial_choice.h"

#include <omp.h>

#include <stdio.h>

enum {
    FEW_TRIALS = 4,
    COLLECT_MAX = 256,
    COLLECT_WAIT_MS = 100,
    SYNC_EVERY_MS = 500,
    PROGRESS_EVERY_MS = 200
};

/* A trial of more is written without its predictions: a journal's record holds 64 MiB. */
enum { TRIAL_PAYLOAD_BYTES = 60 << 20 };

struct lane {
    struct session *session;
    struct conversation_feed *feed;
    struct trial_choice choice;
    struct trial_work **ready; /* can go on */
    size_t ready_count, ready_capacity;
    size_t at_work;   /* trials that are not finished, in flight ones included */
    size_t in_flight; /* calls at the network thread */
    bool feed_ended;
    bool stopping;
    uint64_t trials_done, errors;
    int64_t started_ns, last_sync_ns, last_progress_ns;
    struct strbuf payload;
};

/* Its last trial is gone: a stream is told when all of them have a result. */
static void leave_conversation(struct active_conversation *active)
{
    if (--active->trials_left)
        return;
    if (active->stream && !active->is_cut)
        active->stream->kind->finished(active->stream, active->conversation, SKIP_NONE);
    active_conversation_destroy(active);
}

static void work_destroy(struct trial_work *work)
{
    if (!work)
        return;
    if (work->active) {
        work->active->is_cut = work->active->is_cut || !work->kept;
        leave_conversation(work->active);
    }
    trial_run_destroy(work->run);
    trial_run_destroy(work->main);
    strbuf_done(&work->payload);
    memory_free(work);
}

static bool push_ready(struct lane *lane, struct trial_work *work)
{
    if (!memory_grow(&lane->ready, &lane->ready_capacity, lane->ready_count + 1,
                     sizeof *lane->ready))
        return false;
    lane->ready[lane->ready_count++] = work;
    return true;
}

static const struct pipeline_spec *pipeline_of(const struct lane *lane)
{
    return lane->session->options.pipeline;
}

static uint64_t trial_ordinal(const struct lane *lane, int64_t conversation, size_t candidate,
                              int64_t repeat)
{
    const struct pipeline_spec *pipeline = pipeline_of(lane);
    return ((uint64_t)conversation * pipeline->candidate_count + candidate) *
               (uint64_t)pipeline->repeats +
           (uint64_t)repeat;
}

static enum status make_trial(struct lane *lane, struct active_conversation *active,
                              size_t candidate, int64_t repeat, struct error *err)
{
    struct session *session = lane->session;
    struct trial_work *work = memory_alloc(sizeof *work);
    if (!work)
        return error_no_memory(err);
    work->candidate = &session->candidates[candidate];
    work->run = trial_run_create(&work->candidate->candidate, active->conversation, active->gold,
                                 active->zone, repeat);
    if (!work->run || !push_ready(lane, work)) {
        work_destroy(work);
        return error_no_memory(err);
    }
    work->active = active;
    active->trials_left++;
    struct trial *trial = &work->run->trial;
    trial->ordinal = (int64_t)trial_ordinal(lane, active->conversation->ordinal, candidate, repeat);
    trial->candidate = (int64_t)candidate;
    trial->id =
        strview_of(arena_format(work->run->arena, "%s/%.*s/%.*s/%lld", session->options.run_id,
                                STRVIEW_ARG(work->candidate->candidate.spec->name),
                                STRVIEW_ARG(trial->conversation_id), (long long)repeat));
    lane->at_work++;
    return trial->id.data ? STATUS_OK : error_no_memory(err);
}

/* The conversation's trials that are not in the journal yet. */
static enum status make_trials(struct lane *lane, struct active_conversation *active,
                               struct error *err)
{
    const struct pipeline_spec *pipeline = pipeline_of(lane);
    enum status status = STATUS_OK;
    active->trials_left = 1; /* held while its trials are made */
    for (size_t c = 0; c < pipeline->candidate_count && status == STATUS_OK; c++) {
        for (int64_t r = 0; r < pipeline->repeats && status == STATUS_OK; r++) {
            uint64_t ordinal = trial_ordinal(lane, active->conversation->ordinal, c, r);
            if (!trial_choice_wants(&lane->choice, active->conversation, c))
                continue;
            if (offset_column_get(&lane->session->trials, ordinal))
                lane->trials_done++;
            else if (!trial_choice_is_withheld(lane->session, active->conversation,
                                               &lane->session->candidates[c]))
                status = make_trial(lane, active, c, r, err);
        }
    }
    active->is_cut = active->is_cut || status != STATUS_OK;
    leave_conversation(active);
    return status;
}

static enum status let_in(struct lane *lane, struct error *err)
{
    size_t most = (size_t)pipeline_of(lane)->max_in_flight;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && !lane->feed_ended && !lane->stopping && lane->at_work < most) {
        struct active_conversation *active;
        status = conversation_feed_next(lane->feed, lane->at_work == 0, &active, err);
        if (status == STATUS_OK && active)
            status = make_trials(lane, active, err);
        else if (status == STATUS_OK &&
                 !(lane->feed_ended = conversation_feed_has_ended(lane->feed)))
            break; /* a stream that has nothing just now */
    }
    return status;
}

/* The next scorer of the pipeline's own is asked, or the trial is ready for the journal. */
static enum status ask_scorer_or_encode(const struct session *session, struct trial_work *work)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    struct trial_run *run = work->run;
    if (work->scorer < pipeline->scorer_count && !run->trial.error)
        return scorer_command_request(&run->trial, run->gold, work->candidate->candidate.spec->name,
                                      run->arena, &work->scorer_line, &work->error);
    work->done = true;
    strbuf_clear(&work->payload);
    enum status status =
        binary_record_encode(&trial_type, &run->trial, &work->payload, &work->error);
    if (status != STATUS_OK || work->payload.size <= TRIAL_PAYLOAD_BYTES)
        return status;
    run->trial.predictions.count = 0; /* what they cost stays in the answers of the journal */
    strbuf_clear(&work->payload);
    return binary_record_encode(&trial_type, &run->trial, &work->payload, &work->error);
}

/* A trial that is larger than it may be is its own fault, and never the run's. */
static bool is_given_up(struct trial_work *work)
{
    return work->status == STATUS_NO_MEMORY && trial_run_give_up(work->run);
}

static void work_on_turns(const struct session *session, struct trial_work *work,
                          struct candidate_scratch *scratch)
{
    enum trial_step step;
    size_t turn = work->run->turn;
    work->status = trial_run_step(work->run, work->has_answer ? &work->answer : NULL, scratch,
                                  &step, &work->error);
    bool given_up = is_given_up(work);
    if (given_up) {
        work->status = STATUS_OK;
        step = TRIAL_STEP_DONE;
    }
    if (work->status == STATUS_OK && work->has_answer) {
        struct prediction *prediction = &work->run->predictions[turn];
        spend_price(session->spend, work->candidate->candidate.spec, prediction);
        work->answer_cost_usd_nano = prediction->metadata->cost_usd_nano;
        trial_run_add_earlier(work->run, turn);
    }
    work->scored = work->status == STATUS_OK && step == TRIAL_STEP_DONE;
    if (work->scored)
        work->status = trial_causes_score(session, work, work->run, scratch);
    if (is_given_up(work))
        work->status = trial_causes_score(session, work, work->run, scratch);
    if (work->status == STATUS_OK && work->scored)
        work->status = trial_causes_go_on(session, work, scratch, &work->scored);
}

/* One trial as far as it goes without a far end. Thread: any of the team. */
static void work_on(const struct session *session, struct trial_work *work,
                    struct candidate_scratch *scratch)
{
    if (work->scored) {
        const struct scorer_spec *spec = &session->options.pipeline->scorers[work->scorer++];
        (void)scorer_command_take(spec->name, &work->answer, &work->run->trial, work->run->arena);
        work->status = STATUS_OK;
    } else {
        work_on_turns(session, work, scratch);
    }
    if (work->status == STATUS_OK && work->scored)
        work->status = ask_scorer_or_encode(session, work);
    if (is_given_up(work))
        work->status = ask_scorer_or_encode(session, work);
}

static void work_on_all(struct lane *lane)
{
    const struct session *session = lane->session;
    struct trial_work **ready = lane->ready;
    size_t count = lane->ready_count;
    /* A few answers that trickle in are not worth waking the team, and waiting for it. */
    int team = count > FEW_TRIALS ? session->thread_count : 1;
#pragma omp parallel for schedule(dynamic, 4) num_threads(team)
    for (size_t i = 0; i < count; i++)
        work_on(session, ready[i], &session->scratches[omp_get_thread_num()]);
}

static enum status append(struct lane *lane, enum journal_kind kind, uint64_t key,
                          struct strview payload, uint64_t *ret_offset, struct error *err)
{
    return journal_log_append(lane->session->journal, kind, key, payload, ret_offset, err);
}

/* A trial that was cancelled or not paid for is no result: it stays out of the journal and can be
 * run later. */
static bool is_unfinished(const struct trial *trial)
{
    return trial->error && trial->error->error_class == ERROR_CLASS_BUDGET;
}

static enum status keep_trial(struct lane *lane, struct trial_work *work, struct error *err)
{
    const struct trial *trial = &work->run->trial;
    struct conversation_stream *stream = work->active->stream;
    uint64_t offset, ordinal = (uint64_t)trial->ordinal;
    enum status status =
        stream ? stream->kind->trial(stream, work->active->conversation, trial,
                                     strbuf_view(&work->payload), err)
               : append(lane, JOURNAL_TRIAL, ordinal, strbuf_view(&work->payload), &offset, err);
    if (status == STATUS_OK && !stream &&
        !offset_column_set(&lane->session->trials, ordinal, offset))
        status = error_no_memory(err);
    work->kept = status == STATUS_OK;
    return status;
}

static enum status finish_trial(struct lane *lane, struct trial_work *work, struct error *err)
{
    struct trial *trial = &work->run->trial;
    enum status status = STATUS_OK;
    if (is_unfinished(trial)) {
        lane->session->stopped_by_budget = !lane->session->interrupted;
        lane->stopping = true;
    } else {
        lane->trials_done++;
        lane->errors += trial->error != NULL;
        status = keep_trial(lane, work, err);
    }
    lane->at_work--;
    work_destroy(work);
    return status;
}

/* Tells the answers of a run apart. A conversation has at most 10,000 events (assemble/), so its
 * turns fit into 14 bits. In a stream ordinals differ from one attempt to the next, so that the
 * trial's name takes their place. */
static uint64_t answer_key(const struct trial_work *work)
{
    size_t ask = work->run->asks;
    if (work->active->stream) {
        struct strview id = work->run->trial.id;
        uint64_t parts[] = {work->active->stream->kind->identity(work->active->conversation),
                            hash_64(id.data, id.size), ask};
        return hash_64(parts, sizeof parts);
    }
    return (uint64_t)work->run->trial.ordinal << 14 | (ask & 16383);
}

/* Whether a trial's arena has no room left by its own limit, which is the trial's fault alone. */
static bool is_over_limit(const struct trial_work *work)
{
    return arena_limit_was_hit(work->run->arena) && !arena_memory_ran_out(work->run->arena);
}

/* An answer that an earlier session of this run has bought. One that cannot be read is bought
 * again. */
static enum status find_journaled(struct lane *lane, struct trial_work *work, bool *ret_found,
                                  struct error *err)
{
    struct session *session = lane->session;
    uint64_t offset, hash = hash_64(&work->answer_key, sizeof work->answer_key);
    *ret_found = false;
    if (!hash_set_get(&session->answers, hash, &offset))
        return STATUS_OK;
    strbuf_clear(&lane->payload);
    enum status status = journal_log_read(session->journal, offset, &lane->payload, NULL);
    if (status == STATUS_OK)
        status = provider_end_decode_answer(strbuf_view(&lane->payload), work->run->arena,
                                            &work->answer, &work->reserved_usd_nano);
    if (status == STATUS_NO_MEMORY && is_over_limit(work)) {
        work->answer.outcome = CALL_TOO_LARGE;
        status = STATUS_OK;
    }
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    if (status != STATUS_OK)
        return STATUS_OK;
    work->to_settle = !hash_set_has(&session->priced, hash);
    session->answers_reused++;
    *ret_found = true;
    return STATUS_OK;
}

/* Looks for an answer for the turn in the journal and on the cassette. */
static enum status find_answer(struct lane *lane, struct trial_work *work, bool *ret_found,
                               struct error *err)
{
    const struct candidate_spec *spec = work->candidate->candidate.spec;
    struct cassette *cassette = work->candidate->cassette;
    if (cassette)
        cassette_key(work->run->call.body, spec->temperature > 0 ? work->run->trial.repeat : 0,
                     work->cassette_key);
    enum status status = find_journaled(lane, work, ret_found, err);
    if (status != STATUS_OK || *ret_found || !(cassette || lane->session->options.answers_only))
        return status;
    if (cassette)
        status = cassette_find(cassette, work->cassette_key, work->run->arena, &work->answer,
                               ret_found, err);
    if (status != STATUS_OK || *ret_found || work->candidate->has_far_end)
        return status;
    work->answer = (struct far_answer){
        .outcome = CALL_UNAVAILABLE,
        .latency_ms = (double)__builtin_nan(""),
        .first_byte_ms = (double)__builtin_nan(""),
        .error = strview_of(cassette ? "the cassette has no answer to this request; record it anew"
                                     : "the run scored again has no answer to this request")};
    *ret_found = true;
    return STATUS_OK;
}

/* At least one: 0 would mean the far end's default. */
static uint32_t milliseconds(int64_t ns)
{
    int64_t ms = ns / NS_PER_MS;
    return ms < 1 ? 1 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

static enum status send(struct lane *lane, struct trial_work *work, struct error *err)
{
    const struct session_candidate *candidate = work->candidate;
    const struct candidate_spec *spec = candidate->candidate.spec;
    const struct candidate_call *asked = &work->run->call;
    bool is_command = spec->kind == CANDIDATE_COMMAND;
    struct call call = {.kind = is_command ? CALL_COMMAND : CALL_HTTP,
                        .far_end = candidate->far_end,
                        .ordinal = work->answer_key,
                        .user = work,
                        .method = CALL_POST,
                        .url = candidate->url,
                        .headers = candidate->headers,
                        .header_count = candidate->header_count,
                        .body = asked->body,
                        .total_timeout_ms = milliseconds(spec->timeout_ns),
                        .max_wait_ms = milliseconds(spec->max_wait_ns),
                        .max_attempts = (uint32_t)spec->max_attempts,
                        .max_response_bytes = (size_t)spec->max_answer_bytes,
                        .reserve_nano = spend_most(lane->session->spend, spec, asked),
                        .reserve_tokens =
                            (uint32_t)(asked->most_input_tokens + asked->most_output_tokens)};
    enum status status = call_loop_submit(lane->session->calls, &call, err);
    if (status == STATUS_OK) {
        lane->in_flight++;
        lane->session->calls_made++;
    }
    return status;
}

static enum status send_to_scorer(struct lane *lane, struct trial_work *work, struct error *err)
{
    const struct scorer_spec *spec = &pipeline_of(lane)->scorers[work->scorer];
    struct call call = {.kind = CALL_COMMAND,
                        .far_end = lane->session->scorer_ends[work->scorer],
                        .ordinal = (uint64_t)work->run->trial.ordinal,
                        .user = work,
                        .body = work->scorer_line,
                        .total_timeout_ms = milliseconds(spec->timeout_ns)};
    enum status status = call_loop_submit(lane->session->calls, &call, err);
    lane->in_flight += status == STATUS_OK;
    return status;
}

/* What a step wants next: an answer that is at hand, or a call. */
static enum status dispatch(struct lane *lane, struct trial_work *work, struct error *err)
{
    work->has_answer = work->to_settle = false;
    work->answer_key = answer_key(work);
    if (work->scored && !lane->stopping)
        return send_to_scorer(lane, work, err);
    if (work->scored) { /* stopped: the trial is no result yet */
        lane->at_work--;
        work_destroy(work);
        return STATUS_OK;
    }
    enum status status = find_answer(lane, work, &work->has_answer, err);
    if (status != STATUS_OK)
        return status;
    if (work->has_answer)
        return push_ready(lane, work) ? STATUS_OK : error_no_memory(err);
    if (!lane->stopping)
        return send(lane, work, err);
    work->answer = (struct far_answer){.outcome = CALL_BUDGET, .error = strview_of("stopped")};
    work->has_answer = true;
    return push_ready(lane, work) ? STATUS_OK : error_no_memory(err);
}

/* The answer was read: its cost takes the place of its reservation. */
static enum status settle_answer(struct lane *lane, struct trial_work *work, struct error *err)
{
    /* An answer without usage may have cost all that was reserved: the limit must hold. */
    int64_t reserved = work->reserved_usd_nano;
    int64_t cost =
        work->answer_cost_usd_nano == FIELD_ABSENT_I64 ? reserved : work->answer_cost_usd_nano;
    spend_settle(lane->session->spend, reserved, cost);
    work->to_settle = false;
    work->reserved_usd_nano = 0;
    if (work->answer.outcome != CALL_OK || (reserved == 0 && cost == 0))
        return STATUS_OK;
    strbuf_clear(&lane->payload);
    spend_encode_price(reserved, cost, &lane->payload);
    return lane->payload.failed ? error_no_memory(err)
                                : append(lane, JOURNAL_PRICE, work->answer_key,
                                         strbuf_view(&lane->payload), NULL, err);
}

/* The team has worked; what it left is sorted in order. */
static enum status sort_out(struct lane *lane, struct trial_work **batch, size_t count,
                            struct error *err)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        struct trial_work *work = batch[i];
        if (status == STATUS_OK && work->status != STATUS_OK) {
            status = work->status;
            *err = work->error;
        }
        if (status == STATUS_OK && work->to_settle)
            status = settle_answer(lane, work, err);
        if (status != STATUS_OK || work->dropped) {
            lane->at_work--;
            work_destroy(work);
        } else if (work->done) {
            status = finish_trial(lane, work, err);
        } else {
            status = dispatch(lane, work, err);
            if (status != STATUS_OK) {
                lane->at_work--;
                work_destroy(work);
            }
        }
    }
    return status;
}

static enum status work_round(struct lane *lane, struct error *err)
{
    work_on_all(lane);
    struct trial_work **batch = lane->ready;
    size_t count = lane->ready_count;
    lane->ready = NULL;
    lane->ready_count = lane->ready_capacity = 0;
    enum status status = sort_out(lane, batch, count, err);
    memory_free(batch);
    return status;
}

/* A body that is not UTF-8 is no answer; it is kept as a text that is no JSON, so that what is
 * journaled reads back as it was read at first. */
static struct strview well_formed(struct arena *arena, struct strview body)
{
    bool is_sound = utf8_first_invalid(body) == body.size;
    return arena_copy_view(arena, is_sound ? body : strview_of("(not UTF-8)"));
}

static struct far_answer answer_of(const struct call_result *result, struct arena *arena)
{
    double no_time = (double)__builtin_nan("");
    return (struct far_answer){
        .outcome = result->outcome,
        .http_status = result->http_status,
        .body = well_formed(arena,
                            (struct strview){result->body ? result->body : "", result->body_bytes}),
        .latency_ms =
            result->attempts ? (double)(result->latency_send_ns / 1000) / 1000.0 : no_time,
        .first_byte_ms =
            result->first_byte_ns >= 0 ? (double)(result->first_byte_ns / 1000) / 1000.0 : no_time,
        .attempts = (int64_t)result->attempts,
        .error = arena_copy_view(arena, strview_of(result->error))};
}

static void take_result(struct trial_work *work, const struct call_result *result)
{
    work->answer = answer_of(result, work->run->arena);
    work->reserved_usd_nano = result->reserved_nano;
    work->has_answer = true;
    work->to_settle = !work->scored;
    work->dropped = work->scored && work->answer.outcome == CALL_CANCELLED;
    if (work->answer.outcome == CALL_CANCELLED) /* not run: neither right nor wrong */
        work->answer.outcome = CALL_BUDGET;
    if (work->answer.outcome == CALL_OK && result->body_bytes && !work->answer.body.data)
        work->answer.outcome = CALL_TOO_LARGE;
}

/* A live answer goes into the journal as it arrives, before anything is made of it, so that a
 * resume does not buy it again. */
static enum status keep_answer(struct lane *lane, const struct trial_work *work, struct error *err)
{
    if (!work->to_settle || work->answer.outcome != CALL_OK)
        return STATUS_OK;
    strbuf_clear(&lane->payload);
    provider_end_encode_answer(&work->answer, work->reserved_usd_nano, &lane->payload);
    if (lane->payload.failed)
        return error_no_memory(err);
    enum status status =
        append(lane, JOURNAL_ANSWER, work->answer_key, strbuf_view(&lane->payload), NULL, err);
    if (status == STATUS_OK && work->candidate->cassette)
        status = cassette_add(work->candidate->cassette, work->cassette_key,
                              work->candidate->candidate.spec->model_name, &work->answer, err);
    return status;
}

/* Takes what has arrived. Each call has its place in flight until its answer is with the kernel: at
 * most the calls in flight are lost by a kill. */
static enum status collect(struct lane *lane, int wait_ms, struct error *err)
{
    struct call_result results[COLLECT_MAX];
    struct call_loop *calls = lane->session->calls;
    size_t count = call_loop_collect(calls, results, COLLECT_MAX, wait_ms);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        struct trial_work *work = results[i].user;
        take_result(work, &results[i]);
        call_result_done(&results[i]);
        lane->in_flight--;
        struct error *told = status == STATUS_OK ? err : NULL;
        enum status own = arena_memory_ran_out(work->run->arena) ? error_no_memory(told)
                                                                 : keep_answer(lane, work, told);
        if (!push_ready(lane, work)) {
            own = own == STATUS_OK ? error_no_memory(told) : own;
            lane->at_work--;
            work_destroy(work);
        }
        status = status == STATUS_OK ? own : status;
    }
    if (count && status == STATUS_OK)
        status = journal_log_write(lane->session->journal, err);
    if (count)
        call_loop_kept(calls);
    return status;
}

static void look_at_stop(struct lane *lane)
{
    const volatile sig_atomic_t *stop = lane->session->options.stop;
    if (!stop || !*stop || lane->session->interrupted)
        return;
    lane->session->interrupted = true;
    lane->stopping = true;
    if (lane->session->calls)
        call_loop_cancel_all(lane->session->calls);
}

static enum status keep_time(struct lane *lane, struct error *err)
{
    int64_t now_ns = clock_monotonic_ns();
    struct session *session = lane->session;
    if (session->options.progress &&
        now_ns - lane->last_progress_ns > PROGRESS_EVERY_MS * NS_PER_MS) {
        lane->last_progress_ns = now_ns;
        struct run_progress progress = {.conversations = session->accounts.conversations,
                                        .trials_done = lane->trials_done,
                                        .trials_in_flight = lane->at_work,
                                        .calls = session->calls_made,
                                        .errors = lane->errors,
                                        .spent_usd_nano = spend_total(session->spend),
                                        .seconds = (double)(now_ns - lane->started_ns) * 1e-9};
        session->options.progress(session->options.progress_context, &progress);
    }
    if (now_ns - lane->last_sync_ns < SYNC_EVERY_MS * NS_PER_MS)
        return STATUS_OK;
    lane->last_sync_ns = now_ns;
    return journal_log_sync(session->journal, err);
}

/* A stream hands results over as they come, however busy the lane is. */
static enum status tend_stream(struct lane *lane, struct error *err)
{
    struct conversation_stream *stream = lane->session->options.stream;
    size_t most = (size_t)pipeline_of(lane)->max_in_flight;
    return stream ? stream->kind->tend(stream, lane->at_work >= most, err) : STATUS_OK;
}

/* The source again, for the next prefix of the conversations; *ret_over: there is none. */
static enum status begin_prefix(struct lane *lane, bool *ret_over, struct error *err)
{
    bool again;
    enum status status = trial_choice_look(&lane->choice, &again, err);
    *ret_over = !again;
    if (status != STATUS_OK || !again)
        return status;
    conversation_feed_close(lane->feed);
    lane->feed = NULL;
    lane->feed_ended = false;
    return conversation_feed_open(lane->session, &lane->feed, err);
}

static enum status loop(struct lane *lane, struct error *err)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        look_at_stop(lane);
        status = let_in(lane, err);
        bool is_over = lane->at_work == 0 && (lane->feed_ended || lane->stopping);
        if (status == STATUS_OK && is_over && !lane->stopping)
            status = begin_prefix(lane, &is_over, err);
        if (status != STATUS_OK || is_over)
            break;
        if (lane->ready_count)
            status = work_round(lane, err);
        if (status == STATUS_OK && lane->in_flight)
            status = collect(lane, lane->ready_count ? 0 : COLLECT_WAIT_MS, err);
        if (status == STATUS_OK)
            status = tend_stream(lane, err);
        if (status == STATUS_OK)
            status = keep_time(lane, err);
    }
    return status;
}

/* After an error: calls in flight hold pointers to their trials, so they are waited for. What they
 * answer is paid for, and kept. */
static void drain(struct lane *lane)
{
    if (lane->in_flight)
        call_loop_cancel_all(lane->session->calls);
    while (lane->in_flight)
        (void)collect(lane, COLLECT_WAIT_MS, NULL);
    for (size_t i = 0; i < lane->ready_count; i++)
        work_destroy(lane->ready[i]);
    memory_free(lane->ready);
    strbuf_done(&lane->payload);
}

enum status lane_run(struct session *session, struct error *err)
{
    struct lane lane = {.session = session,
                        .started_ns = clock_monotonic_ns(),
                        .last_sync_ns = clock_monotonic_ns(),
                        .choice.session = session};
    enum status status = conversation_feed_open(session, &lane.feed, err);
    if (status != STATUS_OK)
        return status;
    status = loop(&lane, err);
    drain(&lane);
    conversation_feed_close(lane.feed);
    struct error ignored;
    enum status synced = journal_log_sync(session->journal, status == STATUS_OK ? err : &ignored);
    return status == STATUS_OK ? synced : status;
}
