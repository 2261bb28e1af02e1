/*
 * trial_causes.c: from a trial that failed to its first cause: evidence, replays, verdict. Called
 * by the main loop where a trial has just been scored. Owner of a replay: the trial's work.
 */
#include "pipeline/trial_causes.h"

#include "replay/trial_live.h"

static const struct replay_terms terms_of[ARM_COUNT] = {
    [ARM_GOLD_STATE] = {.reference_text = true,
                        .gold_state = true,
                        .sound_back_end = true,
                        .caller_stays = true},
    [ARM_SOUND_WORLD] = {.sound_back_end = true, .caller_stays = true},
    [ARM_SOUND_BACK_END] = {.sound_back_end = true},
    [ARM_REFERENCE_TEXT] = {.reference_text = true, .sound_back_end = true, .caller_stays = true},
};

static struct trial_score_input input_of(const struct session *session,
                                         const struct trial_work *work, const struct trial_run *run,
                                         struct candidate_scratch *scratch)
{
    const struct candidate *candidate = &work->candidate->candidate;
    return (struct trial_score_input){.task = candidate->world->task,
                                      .mode = candidate->world->pipeline->mode,
                                      .is_recorded = candidate->spec->kind == CANDIDATE_RECORDED &&
                                                     !work->candidate->log,
                                      .conversation = run->conversation,
                                      .gold = run->gold,
                                      .zone = run->zone,
                                      .extractor = session->extractor,
                                      .extract = scratch->extract};
}

enum status trial_causes_score(const struct session *session, struct trial_work *work,
                               struct trial_run *run, struct candidate_scratch *scratch)
{
    struct trial_score_input input = input_of(session, work, run, scratch);
    return trial_score_compute(&input, &run->trial, run->arena, &work->error);
}

/* What is known before anything is replayed. */
static enum status observe(const struct session *session, struct trial_work *work,
                           struct candidate_scratch *scratch)
{
    const struct trial_run *run = work->run;
    struct trial *trial = &work->run->trial;
    struct trial_score_input input = input_of(session, work, run, scratch);
    struct trial_cause *cause = arena_alloc(run->arena, sizeof *cause);
    struct cause_arm *arms = arena_array(run->arena, ARM_COUNT, sizeof *arms);
    if (!cause || !arms)
        return error_no_memory(&work->error);
    *cause = (struct trial_cause){.arms = {arms, 0}};
    trial->first_cause = cause;
    work->evidence = first_cause_observe(&input, trial);
    work->evidence.is_recording = work->candidate->candidate.spec->kind == CANDIDATE_RECORDED;
    work->evidence.words_differ = trial_run_words_differ(run);
    if (!run->live)
        return STATUS_OK;
    work->evidence.met_back_end_fault = trial_live_back_end_faults(run->live) > 0;
    work->evidence.caller_left = work->evidence.caller_left || strview_is(trial->ended, "hung_up");
    work->evidence.gold_fault = trial_live_gold_fault(run);
    return STATUS_OK;
}

/* Candidates that ask a far end are replayed only when the run says so. */
static bool may_replay(const struct session *session, const struct trial_work *work)
{
    int setting = session->options.pipeline->first_cause;
    return setting == FIRST_CAUSE_ON ||
           (setting == FIRST_CAUSE_AUTO && !work->candidate->candidate.kind->finish);
}

static int64_t known(int64_t value)
{
    return value == FIELD_ABSENT_I64 ? 0 : value;
}

/* What the replay cost, and how it ended. The budget's end is the trial's own: it is run again. */
static void take_result(struct trial_work *work)
{
    struct trial_run *replay = work->run, *own = work->main;
    const struct trial *trial = &replay->trial;
    struct trial_cause *cause = own->trial.first_cause;
    const struct prediction *predictions = trial->predictions.items;
    cause->calls += (int64_t)(replay->asks - own->asks);
    for (size_t i = 0; i < trial->predictions.count; i++) {
        const struct prediction_metadata *metadata = predictions[i].metadata;
        cause->cost_usd_nano += known(metadata->cost_usd_nano);
        cause->tokens_input += metadata->tokens ? known(metadata->tokens->input) : 0;
        cause->tokens_output += metadata->tokens ? known(metadata->tokens->output) : 0;
    }
    bool failed = trial->error || trial->simulator_fault.data || !trial->score;
    bool succeeded = !failed && trial->score->success == 1;
    work->evidence.arms[work->arm] = failed ? ARM_IN_ERROR : succeeded ? ARM_SUCCEEDED : ARM_FAILED;
    ((struct cause_arm *)cause->arms.items)[cause->arms.count++] =
        (struct cause_arm){(int)work->arm, failed ? FIELD_ABSENT_BOOL : (int8_t)succeeded};
    if (trial->error && trial->error->error_class == ERROR_CLASS_BUDGET) {
        own->trial.error = arena_alloc(own->arena, sizeof *own->trial.error);
        if (own->trial.error)
            *own->trial.error = (struct prediction_error){
                ERROR_CLASS_BUDGET, strview_of("stopped while its first cause was looked for")};
    }
    own->asks = replay->asks;
    work->run = own;
    work->main = NULL;
    trial_run_destroy(replay);
}

/* Makes the replay the run at work, and takes its first step. */
static enum status begin_replay(const struct session *session, struct trial_work *work,
                                struct candidate_scratch *scratch, enum trial_step *ret_step)
{
    struct trial_run *own = work->run;
    struct trial_run *replay =
        trial_run_create_as(&work->candidate->candidate, work->active->conversation, own->gold,
                            own->zone, own->trial.repeat, &terms_of[work->arm]);
    if (!replay)
        return error_no_memory(&work->error);
    replay->trial.ordinal = own->trial.ordinal;
    replay->asks = own->asks; /* the trial's answers are numbered on */
    work->main = own;
    work->run = replay;
    enum status status = trial_run_step(replay, NULL, scratch, ret_step, &work->error);
    if (status == STATUS_NO_MEMORY && trial_run_give_up(replay)) {
        *ret_step = TRIAL_STEP_DONE;
        status = STATUS_OK;
    }
    if (status == STATUS_OK && *ret_step == TRIAL_STEP_DONE)
        status = trial_causes_score(session, work, replay, scratch);
    return status;
}

static bool is_stopped(const struct trial *trial)
{
    return trial->error && trial->error->error_class == ERROR_CLASS_BUDGET;
}

enum status trial_causes_go_on(const struct session *session, struct trial_work *work,
                               struct candidate_scratch *scratch, bool *ret_done)
{
    enum status status = STATUS_OK;
    *ret_done = true;
    if (work->main)
        take_result(work);
    else if (session->options.pipeline->first_cause == FIRST_CAUSE_OFF ||
             !first_cause_is_asked(&work->run->trial))
        return STATUS_OK;
    else
        status = observe(session, work, scratch);
    while (status == STATUS_OK && may_replay(session, work) && !is_stopped(&work->run->trial)) {
        enum trial_step step;
        work->arm = first_cause_next_arm(&work->evidence);
        if (work->arm == ARM_NONE)
            break;
        status = begin_replay(session, work, scratch, &step);
        *ret_done = status != STATUS_OK || step == TRIAL_STEP_DONE;
        if (!*ret_done)
            return STATUS_OK;
        if (status == STATUS_OK)
            take_result(work);
    }
    if (status != STATUS_OK)
        return status;
    struct trial_cause *cause = work->run->trial.first_cause;
    cause->cause = (int)first_cause_decide(&work->evidence, &cause->why);
    return STATUS_OK;
}
