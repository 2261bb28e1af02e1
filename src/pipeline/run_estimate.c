/*
 * run_estimate.c: a run without far ends: the same conversations, candidates and requests, counted.
 */
#include "pipeline/run_estimate.h"

#include "base/clock.h"
#include "pipeline/lane_private.h"
#include "pipeline/spend.h"

#include <math.h>

/* An answer that says nothing, in the form that the candidate's kind reads. */
static struct far_answer empty_answer(const struct candidate *candidate)
{
    const char *body =
        candidate->kind->calls_model
            ? "{\"choices\": [{\"message\": {\"content\": \"{\\\"extracted_slots\\\": {}}\"}}]}"
            : "{\"extracted_slots\": {}}";
    return (struct far_answer){.outcome = CALL_OK,
                               .http_status = 200,
                               .body = strview_of(body),
                               .latency_ms = (double)NAN,
                               .first_byte_ms = (double)NAN,
                               .attempts = 1};
}

static enum status count_trial(struct session *session, const struct active_conversation *active,
                               const struct candidate *candidate,
                               struct candidate_estimate *estimate, struct error *err)
{
    CLEANUP(trial_run_cleanup)
    struct trial_run *run =
        trial_run_create(candidate, active->conversation, active->gold, active->zone, 0);
    if (!run)
        return error_no_memory(err);
    struct far_answer answer = empty_answer(candidate);
    enum trial_step step;
    enum status status = trial_run_step(run, NULL, &session->scratches[0], &step, err);
    while (status == STATUS_OK && step == TRIAL_STEP_CALL) {
        estimate->calls++;
        estimate->request_bytes += run->call.body.size;
        status = trial_run_step(run, &answer, &session->scratches[0], &step, err);
    }
    return status == STATUS_NO_MEMORY && trial_run_give_up(run) ? STATUS_OK : status;
}

static enum status count_all(struct session *session, struct run_estimate *estimate,
                             struct error *err)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    CLEANUP(conversation_feed_cleanup) struct conversation_feed *feed = NULL;
    enum status status = conversation_feed_open(session, &feed, err);
    while (status == STATUS_OK) {
        struct active_conversation *active;
        status = conversation_feed_next(feed, true, &active, err);
        if (status != STATUS_OK || !active)
            break;
        estimate->conversations++;
        for (size_t i = 0; i < pipeline->candidate_count && status == STATUS_OK; i++)
            if (pipeline->candidates[i].kind != CANDIDATE_RECORDED)
                status = count_trial(session, active, &session->candidates[i].candidate,
                                     &estimate->candidates[i], err);
        active_conversation_destroy(active);
    }
    return status;
}

static void price(const struct session *session, size_t index, struct candidate_estimate *estimate)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    const struct candidate_spec *spec = &pipeline->candidates[index];
    estimate->calls *= (uint64_t)pipeline->repeats;
    estimate->request_bytes *= (uint64_t)pipeline->repeats;
    estimate->asks_model = session->candidates[index].candidate.kind->calls_model;
    estimate->is_replayed = spec->cassette.data && spec->cassette_mode == CASSETTE_REPLAY;
    struct cost_workload workload = {.calls = estimate->calls,
                                     .request_bytes = estimate->request_bytes,
                                     .max_output_tokens = (uint32_t)spec->max_tokens};
    estimate->is_priced =
        estimate->asks_model && spend_estimate(session->spend, spec, &workload, &estimate->range);
}

enum status run_estimate_make(const struct pipeline_spec *pipeline, int64_t conversation_limit,
                              struct arena *arena, struct run_estimate *ret_estimate,
                              struct error *err)
{
    struct run_estimate estimate = {
        .candidates = arena_array(arena, pipeline->candidate_count, sizeof *estimate.candidates)};
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct session_options options = {.pipeline = pipeline,
                                      .run_id = "estimate",
                                      .is_dry = true,
                                      .run_start_ns = clock_wall_ns(),
                                      .conversation_limit = conversation_limit,
                                      .threads = 1};
    enum status status =
        estimate.candidates ? session_open(&options, &session, err) : error_no_memory(err);
    if (status == STATUS_OK)
        status = count_all(session, &estimate, err);
    for (size_t i = 0; status == STATUS_OK && i < pipeline->candidate_count; i++)
        price(session, i, &estimate.candidates[i]);
    if (status == STATUS_OK)
        *ret_estimate = estimate;
    return status;
}
