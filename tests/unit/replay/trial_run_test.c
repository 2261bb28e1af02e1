#include "base/memory.h"
#include "replay/trial_run.h"
#include "unit/replay/replay_case.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { TURNS = 3 };

static struct replay_case at;
static struct user_turn users[TURNS];
static struct agent_turn agents[TURNS];
static struct conversation_turn turns[TURNS];
static struct gold_turn gold_turns[TURNS];
static struct gold_conversation gold;

/* A candidate that asks a far end at every turn and takes its body as the value of `date`. */
static char *told[TURNS], *states[TURNS];
static bool asks;

static enum status fake_begin(const struct candidate *candidate, const struct turn_view *view,
                              struct candidate_scratch *scratch, struct prediction *prediction,
                              struct candidate_call *ret_call, bool *ret_needs_call,
                              struct error *err)
{
    (void)candidate, (void)scratch, (void)err;
    told[view->turn] = task_builder_text(&at.builder, &view->slots);
    states[view->turn] = arena_format(at.builder.arena, "%.*s", STRVIEW_ARG(view->state));
    *ret_needs_call = asks;
    *ret_call = (struct candidate_call){.body = strview_of("ask")};
    prediction->intent = strview_of("book");
    return STATUS_OK;
}

static enum status fake_finish(const struct candidate *candidate, const struct turn_view *view,
                               struct candidate_scratch *scratch, const struct far_answer *answer,
                               struct prediction *prediction, struct error *err)
{
    (void)candidate, (void)scratch, (void)err;
    if (answer->outcome != CALL_OK) {
        candidate_fail(prediction, view->arena,
                       answer->outcome == CALL_PROTOCOL ? ERROR_CLASS_MALFORMED
                                                        : ERROR_CLASS_INFRASTRUCTURE,
                       strview_of("lost"));
        return STATUS_OK;
    }
    struct slot_value value = slot_value_text(view->arena, answer->body);
    cr_assert(slot_map_set(view->arena, &prediction->output->extracted_slots, strview_of("date"),
                           &value));
    return STATUS_OK;
}

static const struct candidate_kind fake_kind = {
    .name = "fake", .begin = fake_begin, .finish = fake_finish};

static void begin(void)
{
    replay_case_init(&at);
    at.candidate.kind = &fake_kind;
    asks = true;
    record_init(&gold_conversation_type, &gold);
    static const char *const golds[] = {"date=2025-01-16|2025-01-17", "date=2025-01-16 time=14:00",
                                        "date=2025-01-16 time=14:00"};
    static const char *const recorded[] = {"date=2025-01-09", "date=2025-01-09 time=09:00", ""};
    for (size_t i = 0; i < TURNS; i++) {
        record_init(&user_turn_type, &users[i]);
        record_init(&agent_turn_type, &agents[i]);
        record_init(&gold_turn_type, &gold_turns[i]);
        users[i].text = strview_of("words");
        agents[i].slots = task_builder_slots(&at.builder, recorded[i]);
        gold_turns[i].state = task_builder_slots(&at.builder, golds[i]);
        turns[i] = (struct conversation_turn){.user = &users[i],
                                              .agent = &agents[i],
                                              .asked = i ? &agents[i - 1] : NULL,
                                              .user_time_ns = TASK_BUILDER_NOW_NS};
    }
    agents[0].next_state = strview_of("ask_time");
    agents[1].state = strview_of("confirm");
    at.conversation =
        (struct conversation){.id = strview_of("c1"), .turns = turns, .turn_count = TURNS};
    gold.turns = (struct record_list){gold_turns, TURNS};
}

static void end(void)
{
    replay_case_done(&at);
}

TestSuite(trial_run, .init = begin, .fini = end);

/* Answers every call with the next of `bodies`; NULL: the far end is lost. Gives the calls made. */
static size_t drive(struct trial_run *run, const char *const *bodies)
{
    struct far_answer answer;
    const struct far_answer *given = NULL;
    enum trial_step step = TRIAL_STEP_DONE;
    size_t calls = 0;
    do {
        struct error err = {0};
        cr_assert(eq(int, trial_run_step(run, given, &at.scratch, &step, &err), STATUS_OK));
        if (step == TRIAL_STEP_CALL) {
            const char *body = bodies[calls++];
            answer = (struct far_answer){.outcome = !body                      ? CALL_TIMEOUT
                                                    : strcmp(body, "bad") == 0 ? CALL_PROTOCOL
                                                                               : CALL_OK,
                                         .body = strview_of(body)};
            given = &answer;
        }
    } while (step == TRIAL_STEP_CALL);
    return calls;
}

static char *after(const struct trial_run *run, size_t turn)
{
    return task_builder_text(&at.builder, &run->predictions[turn].state_after);
}

Test(trial_run, in_own_state_a_candidate_is_told_what_it_made_itself)
{
    static const char *const bodies[] = {"2025-01-20", "bad", "2025-01-21"};
    CLEANUP(trial_run_cleanup)
    struct trial_run *run =
        trial_run_create(&at.candidate, &at.conversation, &gold, at.builder.zone, 2);
    cr_expect(eq(sz, drive(run, bodies), 3));
    cr_assert(eq(sz, run->trial.predictions.count, 3));
    cr_expect(eq(str, told[0], ""));
    cr_expect(eq(str, told[1], "date=2025-01-20"));
    cr_expect(eq(str, told[2], "date=2025-01-20"));
    cr_expect(eq(str, after(run, 0), "date=2025-01-20"));
    cr_expect(eq(str, after(run, 1), "date=2025-01-20")); /* malformed: nothing changes */
    cr_expect(eq(str, after(run, 2), "date=2025-01-21"));
    cr_expect(eq(ptr, run->trial.error, NULL)); /* a malformed answer ends no trial */
    cr_expect(eq(int, run->predictions[1].error->error_class, ERROR_CLASS_MALFORMED));
    cr_expect(eq(i64, run->predictions[2].turn, 2));
    cr_expect(eq(i64, run->predictions[2].repeat, 2));
    cr_expect(strview_is(run->predictions[0].timestamp, "2025-01-15T10:00:00-05:00"));
}

Test(trial_run, teacher_forced_tells_golds_canonical_state)
{
    static const char *const bodies[] = {"2025-01-20", "2025-01-21", "2025-01-22"};
    at.pipeline.mode = MODE_TEACHER_FORCED;
    CLEANUP(trial_run_cleanup)
    struct trial_run *run =
        trial_run_create(&at.candidate, &at.conversation, &gold, at.builder.zone, 0);
    cr_expect(eq(sz, drive(run, bodies), 3));
    cr_expect(eq(str, told[0], ""));
    cr_expect(eq(str, told[1], "date=2025-01-16")); /* the first of gold's alternatives alone */
    cr_expect(eq(str, told[2], "date=2025-01-16 time=14:00"));
    cr_expect(eq(str, after(run, 2), "date=2025-01-22 time=14:00"));
    cr_expect(eq(str, task_builder_text(&at.builder, &gold_turns[1].state),
                 "date=2025-01-16 time=14:00"));
}

Test(trial_run, teacher_forced_without_gold_tells_the_recorded_agents_state)
{
    static const char *const bodies[] = {"2025-01-20", "2025-01-21", "2025-01-22"};
    at.pipeline.mode = MODE_TEACHER_FORCED;
    agents[1].slots = (struct slot_map){0};
    CLEANUP(trial_run_cleanup)
    struct trial_run *run =
        trial_run_create(&at.candidate, &at.conversation, NULL, at.builder.zone, 0);
    cr_expect(eq(sz, drive(run, bodies), 3));
    cr_expect(eq(str, told[1], "date=2025-01-09"));
    cr_expect(eq(str, told[2], "")); /* the agent told none */
}

Test(trial_run, the_state_is_where_the_recorded_agent_had_gone)
{
    static const char *const bodies[] = {"x", "x", "x"};
    CLEANUP(trial_run_cleanup)
    struct trial_run *run =
        trial_run_create(&at.candidate, &at.conversation, NULL, at.builder.zone, 0);
    drive(run, bodies);
    cr_expect(eq(str, states[0], ""));
    cr_expect(eq(str, states[1], "ask_time")); /* next_state */
    cr_expect(eq(str, states[2], "confirm"));  /* without one: state */
    cr_expect(strview_is(run->view.intent, "book"));
}

Test(trial_run, an_infrastructure_error_ends_the_trial_at_its_turn)
{
    static const char *const bodies[] = {"2025-01-20", NULL, "never asked"};
    CLEANUP(trial_run_cleanup)
    struct trial_run *run =
        trial_run_create(&at.candidate, &at.conversation, &gold, at.builder.zone, 0);
    cr_expect(eq(sz, drive(run, bodies), 2));
    cr_assert(ne(ptr, run->trial.error, NULL));
    cr_expect(eq(int, run->trial.error->error_class, ERROR_CLASS_INFRASTRUCTURE));
    cr_expect(strview_is(run->trial.error->what, "lost"));
    cr_expect(eq(sz, run->trial.predictions.count, 2));
}

Test(trial_run, a_candidate_that_asks_nobody_is_done_in_one_step)
{
    asks = false;
    CLEANUP(trial_run_cleanup)
    struct trial_run *run =
        trial_run_create(&at.candidate, &at.conversation, &gold, at.builder.zone, 0);
    cr_expect(eq(sz, drive(run, NULL), 0));
    cr_expect(eq(sz, run->trial.predictions.count, 3));
    at.conversation.turn_count = 0;
    CLEANUP(trial_run_cleanup)
    struct trial_run *silent =
        trial_run_create(&at.candidate, &at.conversation, &gold, at.builder.zone, 0);
    cr_expect(eq(sz, drive(silent, NULL), 0));
    cr_expect(eq(sz, silent->trial.predictions.count, 0));
}

Test(trial_run, lost_memory_makes_no_run)
{
    for (int64_t nth = 1; nth <= 2; nth++) {
        memory_fail_nth(nth);
        struct trial_run *run =
            trial_run_create(&at.candidate, &at.conversation, &gold, at.builder.zone, 0);
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, run == NULL, hit));
        trial_run_destroy(run);
    }
}
