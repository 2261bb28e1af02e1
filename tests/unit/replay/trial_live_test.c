#include "base/file.h"
#include "replay/trial_live.h"
#include "support/task_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* The booking set's task and back end, the reference agent, and one gold booking. */
struct stage {
    struct arena *arena;
    struct fault_list faults;
    struct pipeline_spec pipeline;
    struct candidate_spec spec;
    struct candidate_world world;
    struct candidate candidate;
    struct candidate_scratch scratch;
    struct task_builder builder;
    struct user_turn user;
    struct conversation_turn turn;
    struct conversation conversation;
    struct gold_goal goal;
    struct gold_booking booking;
    struct gold_booking_set set;
    struct gold_conversation gold;
};

static void put(struct stage *stage, const char *name, const char *text)
{
    struct slot_value value = slot_value_text(stage->arena, strview_of(text));
    cr_assert(slot_map_set(stage->arena, &stage->booking.slots, strview_of(name), &value));
}

static void stage_open(struct stage *stage, int mode)
{
    struct back_end *end;
    *stage = (struct stage){.arena = arena_create(1 << 16, 0)};
    stage->faults.arena = stage->arena;
    struct strbuf yaml = {0};
    cr_assert(eq(int,
                 file_read(ASSAY_SOURCE_DIR "/datasets/booking/task.yaml", 1 << 20, &yaml, NULL),
                 STATUS_OK));
    task_builder_init(&stage->builder, yaml.data);
    strbuf_done(&yaml);
    struct task_spec *task = stage->builder.task;
    cr_assert(eq(int,
                 back_end_load(ASSAY_SOURCE_DIR "/datasets/booking/backend.yaml", task, 1,
                               stage->arena, &stage->faults, &end, NULL),
                 STATUS_OK));
    stage->pipeline = (struct pipeline_spec){
        .mode = mode, .task = task, .seed = 1, .user = {.patience = 3, .max_turns = 30}};
    stage->world = (struct candidate_world){.pipeline = &stage->pipeline,
                                            .task = task,
                                            .extractor = stage->builder.extractor,
                                            .back_end = end};
    stage->spec =
        (struct candidate_spec){.name = strview_of("reference"), .kind = CANDIDATE_REFERENCE};
    struct error err = {0};
    cr_assert(eq(int,
                 candidate_open(&stage->candidate, &stage->spec, &stage->world, stage->arena, &err),
                 STATUS_OK));
    stage->scratch.extract = stage->builder.extract;
    record_init(&user_turn_type, &stage->user);
    stage->user.text = strview_of("i'd like to book a checkup");
    stage->turn = (struct conversation_turn){.user = &stage->user,
                                             .user_time_ns = INT64_C(1736348400000000000)};
    stage->conversation =
        (struct conversation){.id = strview_of("c1"), .turns = &stage->turn, .turn_count = 1};
    stage->booking = (struct gold_booking){strview_of("book_appointment"), slot_map_empty()};
    put(stage, "service", "checkup");
    put(stage, "date", "2025-01-14");
    put(stage, "time", "14:30");
    put(stage, "name", "Ana Diaz");
    put(stage, "phone", "+12125550142");
    stage->goal = (struct gold_goal){.intent = strview_of("book"), .slots = slot_map_empty()};
    stage->set = (struct gold_booking_set){{&stage->booking, 1}};
    record_init(&gold_conversation_type, &stage->gold);
    stage->gold.conversation_id = strview_of("c1");
    stage->gold.goal = &stage->goal;
    stage->gold.expected_bookings = (struct record_list){&stage->set, 1};
}

static void stage_close(struct stage *stage)
{
    strbuf_done(&stage->scratch.text);
    task_builder_done(&stage->builder);
    arena_destroy(stage->arena);
}

static struct trial_run *run_to_the_end(struct stage *stage, const struct replay_terms *terms)
{
    struct trial_run *run = trial_run_create_as(&stage->candidate, &stage->conversation,
                                                &stage->gold, stage->builder.zone, 0, terms);
    enum trial_step step;
    struct error err = {0};
    cr_assert(run != NULL);
    cr_assert(eq(int, trial_run_step(run, NULL, &stage->scratch, &step, &err), STATUS_OK), "%s",
              err.what);
    cr_assert(eq(int, step, TRIAL_STEP_DONE));
    return run;
}

static struct strview booked(const struct trial_run *run, const char *slot)
{
    const struct gold_booking *made = run->trial.bookings.items;
    const struct slot *found =
        run->trial.bookings.count ? slot_map_find(&made->slots, strview_of(slot)) : NULL;
    return found ? slot_value_first(&found->value) : strview_of("(nothing)");
}

Test(trial_live, a_simulated_caller_and_the_reference_agent_book_what_gold_wants)
{
    static const struct replay_terms as_it_is;
    struct stage stage;
    stage_open(&stage, MODE_SIMULATED_USER);
    CLEANUP(trial_run_cleanup) struct trial_run *run = run_to_the_end(&stage, &as_it_is);
    cr_assert(eq(sz, run->trial.bookings.count, 1));
    cr_expect(strview_is(booked(run, "time"), "14:30"));
    cr_expect(strview_is(booked(run, "date"), "2025-01-14"));
    cr_expect(strview_is(run->trial.ended, "completed"));
    cr_expect(not(run->trial.simulator_fault.data != NULL));
    cr_expect(gt(sz, run->trial.predictions.count, 3));
    stage_close(&stage);
}

Test(trial_live, with_gold_s_state_a_broken_rule_does_no_harm)
{
    static const struct replay_terms as_it_is, understood = {.gold_state = true};
    struct stage stage;
    stage_open(&stage, MODE_SIMULATED_USER);
    stage.spec.break_slot = strview_of("date");
    CLEANUP(trial_run_cleanup) struct trial_run *broken = run_to_the_end(&stage, &as_it_is);
    cr_expect(not(strview_is(booked(broken, "date"), "2025-01-14")));
    CLEANUP(trial_run_cleanup) struct trial_run *run = run_to_the_end(&stage, &understood);
    cr_expect(strview_is(booked(run, "date"), "2025-01-14"));
    stage_close(&stage);
}

Test(trial_live, with_the_words_as_said_nothing_is_misheard)
{
    static const struct replay_terms as_it_is, clean = {.reference_text = true};
    struct stage stage;
    stage_open(&stage, MODE_SIMULATED_USER);
    stage.pipeline.user.misheard = 0.4;
    CLEANUP(trial_run_cleanup) struct trial_run *noisy = run_to_the_end(&stage, &as_it_is);
    cr_expect(trial_run_words_differ(noisy));
    CLEANUP(trial_run_cleanup) struct trial_run *run = run_to_the_end(&stage, &clean);
    cr_expect(not(trial_run_words_differ(run)));
    cr_expect(strview_is(booked(run, "time"), "14:30"));
    stage_close(&stage);
}

Test(trial_live, the_reference_agent_s_knobs_fail_in_their_own_ways)
{
    static const struct replay_terms as_it_is;
    struct stage stage;
    stage_open(&stage, MODE_SIMULATED_USER);
    stage.spec.double_book = true;
    CLEANUP(trial_run_cleanup) struct trial_run *twice = run_to_the_end(&stage, &as_it_is);
    cr_expect(gt(sz, twice->trial.bookings.count, 1));
    stage.spec.double_book = false;
    stage.spec.skip_confirmation = true;
    CLEANUP(trial_run_cleanup) struct trial_run *hasty = run_to_the_end(&stage, &as_it_is);
    for (size_t i = 0; i < hasty->trial.predictions.count; i++)
        cr_expect(not(strview_is(hasty->predictions[i].output->next_state, "confirmation")));
    stage_close(&stage);
}

Test(trial_live, free_running_hears_the_recorded_caller_and_marks_where_it_parts)
{
    static const struct replay_terms as_it_is;
    struct stage stage;
    struct agent_turn agent;
    stage_open(&stage, MODE_FREE_RUNNING);
    record_init(&agent_turn_type, &agent);
    agent.text = strview_of("What is your name?");
    agent.next_state = strview_of("collect_name");
    stage.turn.agent = &agent;
    CLEANUP(trial_run_cleanup) struct trial_run *run = run_to_the_end(&stage, &as_it_is);
    cr_expect(eq(sz, run->trial.predictions.count, 1));
    cr_expect(eq(i64, run->trial.first_divergence, 0), "it asks for the day");
    agent.next_state = strview_of("collect_date");
    CLEANUP(trial_run_cleanup) struct trial_run *same = run_to_the_end(&stage, &as_it_is);
    cr_expect(eq(i64, same->trial.first_divergence, FIELD_ABSENT_I64));
    struct tool_call call;
    record_init(&tool_call_type, &call);
    call.method = strview_of("book_appointment");
    struct event event = {.type = EVENT_TOOL_CALL, .sequence = 3, .body = &call};
    stage.turn.user_sequence = 2;
    stage.conversation.events = &event;
    stage.conversation.event_count = 1;
    CLEANUP(trial_run_cleanup) struct trial_run *other = run_to_the_end(&stage, &as_it_is);
    cr_expect(eq(i64, other->trial.first_divergence, 0), "the recorded agent booked there");
    stage_close(&stage);
}
