#include "replay/agent_answer.h"
#include "replay/trial_run.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>

static struct conversation *long_call(int64_t turns, size_t text_bytes)
{
    struct conversation *conversation = conversation_create(strview_of("c"), 0);
    char *words = calloc(1, text_bytes + 1);
    memset(words, 'a', text_bytes);
    for (int64_t i = 0; i < turns; i++) {
        struct user_turn user;
        record_init(&user_turn_type, &user);
        user.text = strview_of(words);
        struct event event = {.sequence = i, .type = EVENT_USER_TURN, .body = &user};
        cr_assert(conversation_add(conversation, &event));
    }
    free(words);
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    return conversation;
}

static struct far_answer answer_of(const char *body)
{
    return (struct far_answer){.outcome = CALL_OK, .http_status = 200, .body = strview_of(body)};
}

static struct pipeline_spec pipeline = {.mode = MODE_OWN_STATE};
static struct task_spec task = {.locale = {"en-US", 5}};
static struct candidate_spec spec = {.name = {"mine", 4}, .kind = CANDIDATE_COMMAND};
static struct candidate_world world = {.pipeline = &pipeline, .task = &task};
static struct candidate candidate = {
    .kind = &command_candidate_kind, .spec = &spec, .world = &world};

static enum status run_all(struct trial_run *run, const struct far_answer *answer)
{
    struct candidate_scratch scratch = {0};
    struct error err = {0};
    enum trial_step step;
    enum status status = trial_run_step(run, NULL, &scratch, &step, &err);
    while (status == STATUS_OK && step == TRIAL_STEP_CALL)
        status = trial_run_step(run, answer, &scratch, &step, &err);
    strbuf_done(&scratch.text);
    return status;
}

Test(trial_run, four_hundred_long_turns_do_not_keep_four_hundred_histories)
{
    CLEANUP(conversation_cleanup) struct conversation *conversation = long_call(400, 2000);
    CLEANUP(trial_run_cleanup)
    struct trial_run *run = trial_run_create(&candidate, conversation, NULL, NULL, 0);
    struct far_answer answer = answer_of("{\"extracted_slots\": {\"date\": \"2025-01-10\"}}");
    cr_assert(eq(int, run_all(run, &answer), STATUS_OK));
    cr_expect(eq(sz, run->trial.predictions.count, 400));
    cr_expect(eq(ptr, run->trial.error, NULL));
    cr_expect(lt(sz, arena_used_bytes(run->arena), 4 << 20));
}

Test(trial_run, one_that_is_over_its_limit_is_given_up_and_memory_that_ran_out_is_not)
{
    CLEANUP(conversation_cleanup) struct conversation *conversation = long_call(3, 10);
    CLEANUP(trial_run_cleanup)
    struct trial_run *run = trial_run_create(&candidate, conversation, NULL, NULL, 0);
    cr_expect(not(trial_run_give_up(run)));
    cr_expect(eq(ptr, arena_alloc(run->arena, 65 << 20), NULL));
    cr_assert(trial_run_give_up(run));
    cr_assert(ne(ptr, run->trial.error, NULL));
    cr_expect(eq(int, run->trial.error->error_class, ERROR_CLASS_MALFORMED));
}

Test(agent_answer, more_than_256_slots_are_no_answer)
{
    CLEANUP(conversation_cleanup) struct conversation *conversation = long_call(1, 10);
    static char body[200000];
    size_t size = (size_t)snprintf(body, sizeof body, "{\"extracted_slots\": {");
    for (int i = 0; i < 4000; i++)
        size +=
            (size_t)snprintf(body + size, sizeof body - size, "%s\"s%d\": \"v\"", i ? ", " : "", i);
    snprintf(body + size, sizeof body - size, "}}");
    CLEANUP(trial_run_cleanup)
    struct trial_run *run = trial_run_create(&candidate, conversation, NULL, NULL, 0);
    struct far_answer answer = answer_of(body);
    cr_assert(eq(int, run_all(run, &answer), STATUS_OK));
    const struct prediction *prediction = &run->predictions[0];
    cr_assert(ne(ptr, prediction->error, NULL));
    cr_expect(eq(int, prediction->error->error_class, ERROR_CLASS_MALFORMED));
    cr_expect(eq(sz, prediction->output->extracted_slots.count, 0));
}

Test(candidate, a_failure_that_finds_no_room_is_still_a_failure)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(256, 256);
    while (arena_alloc(arena, 16))
        ;
    struct prediction prediction;
    record_init(&prediction_type, &prediction);
    candidate_fail(&prediction, arena, ERROR_CLASS_MALFORMED, strview_of("no JSON"));
    cr_assert(ne(ptr, prediction.error, NULL));
    cr_expect(eq(int, prediction.error->error_class, ERROR_CLASS_MALFORMED));
}
