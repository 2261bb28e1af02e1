#include "score/trial_score.h"
#include "support/task_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static const char task_text[] = "name: t\ntime_zone: America/New_York\n"
                                "slots:\n"
                                "  - {name: date, type: date, required: true}\n"
                                "  - {name: time, type: time, required: true}\n"
                                "  - {name: name, type: name}\n"
                                "states:\n"
                                "  - {name: ask_time, kind: collect, asks: [time]}\n"
                                "  - {name: done, kind: completed}\n"
                                "  - {name: person, kind: handover}\n";

enum { MOST_TURNS = 4 };

/* One turn of a case: what gold and the candidate hold. */
struct turn_case {
    const char *gold, *told, *after, *next_state;
};

static struct task_builder builder;
static struct user_turn users[MOST_TURNS];
static struct conversation_turn turns[MOST_TURNS];
static struct conversation conversation;
static struct gold_turn gold_turns[MOST_TURNS];
static struct gold_conversation gold;
static struct prediction predictions[MOST_TURNS];
static struct prediction_input inputs[MOST_TURNS];
static struct prediction_output outputs[MOST_TURNS];
static struct trial trial;
static struct trial_score_input input;

static void begin(void)
{
    task_builder_init(&builder, task_text);
    record_init(&gold_conversation_type, &gold);
    record_init(&trial_type, &trial);
    conversation = (struct conversation){.turns = turns};
    input = (struct trial_score_input){.task = builder.task,
                                       .mode = MODE_OWN_STATE,
                                       .conversation = &conversation,
                                       .gold = &gold,
                                       .zone = builder.zone,
                                       .extractor = builder.extractor,
                                       .extract = builder.extract};
}

static void end(void)
{
    task_builder_done(&builder);
}

TestSuite(trial_score, .init = begin, .fini = end);

static void set_up_turns(const struct turn_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        record_init(&user_turn_type, &users[i]);
        record_init(&gold_turn_type, &gold_turns[i]);
        record_init(&prediction_type, &predictions[i]);
        turns[i] =
            (struct conversation_turn){.user = &users[i], .user_time_ns = TASK_BUILDER_NOW_NS};
        gold_turns[i].turn = (int64_t)i;
        gold_turns[i].state = task_builder_slots(&builder, cases[i].gold);
        inputs[i].slots = task_builder_slots(&builder, cases[i].told);
        outputs[i] = (struct prediction_output){.extracted_slots = slot_map_empty(),
                                                .confidence = (double)NAN};
        outputs[i].next_state = strview_of(cases[i].next_state);
        predictions[i].input = &inputs[i];
        predictions[i].output = &outputs[i];
        predictions[i].state_after = task_builder_slots(&builder, cases[i].after);
    }
    conversation.turn_count = count;
    gold.turns = (struct record_list){gold_turns, count};
    trial.predictions = (struct record_list){predictions, count};
}

static const struct trial_score *compute(void)
{
    struct error err = {0};
    cr_assert(eq(int, trial_score_compute(&input, &trial, builder.arena, &err), STATUS_OK));
    return trial.score;
}

static const struct turn_score *turn_of(const struct trial_score *score, size_t turn)
{
    cr_assert(lt(sz, turn, score->turns.count));
    return (const struct turn_score *)score->turns.items + turn;
}

/* "date:right time:missing", in the order of the score. */
static char *verdicts(const struct turn_score *turn)
{
    const struct slot_score *slots = turn->slots.items;
    char *text = arena_format(builder.arena, "%s", "");
    for (size_t i = 0; i < turn->slots.count; i++)
        text = arena_format(builder.arena, "%s%s%.*s:%d", text, i ? " " : "",
                            STRVIEW_ARG(slots[i].slot), slots[i].verdict);
    return text;
}

Test(trial_score, each_change_of_a_turn_has_one_verdict)
{
    static const struct {
        const char *gold_before, *gold, *told, *after;
        int verdict; /* SLOT_VERDICT_ABSENT: none */
        int8_t joint;
    } rows[] = {
        {"", "date=2025-01-15", "", "date=2025-01-15", SLOT_RIGHT, 1},
        {"", "date=2025-01-16", "", "date=tomorrow", SLOT_RIGHT, 1},
        {"", "date=2025-01-15|2025-01-16", "", "date=2025-01-16", SLOT_RIGHT, 1},
        {"", "date=2025-01-15", "", "date=2025-01-16", SLOT_WRONG_VALUE, 0},
        {"", "date=2025-01-15", "", "", SLOT_MISSING, 0},
        {"", "date=2025-01-15", "", "date=null", SLOT_MISSING, 0},
        {"", "", "", "date=2025-01-15", SLOT_SPURIOUS, 0},
        {"", "", "", "date=null", SLOT_VERDICT_ABSENT, 1},
        {"", "", "", "", SLOT_VERDICT_ABSENT, 1},
        /* gold had it before, the candidate only now */
        {"date=2025-01-15", "date=2025-01-15", "", "date=2025-01-15", SLOT_LATE, 1},
        {"date=2025-01-15", "date=2025-01-15", "", "date=2025-01-16", SLOT_WRONG_VALUE, 0},
        /* it was wrong before and is not touched: counted where it went wrong */
        {"date=2025-01-15", "date=2025-01-15", "", "", SLOT_VERDICT_ABSENT, 0},
        {"date=2025-01-15", "date=2025-01-15", "date=2025-01-16", "date=2025-01-16",
         SLOT_VERDICT_ABSENT, 0},
        {"date=2025-01-15", "date=2025-01-15", "date=2025-01-15", "date=2025-01-15",
         SLOT_VERDICT_ABSENT, 1},
        /* a right value is taken away, or made wrong */
        {"date=2025-01-15", "date=2025-01-15", "date=2025-01-15", "", SLOT_MISSING, 0},
        {"date=2025-01-15", "date=2025-01-15", "date=2025-01-15", "date=2025-01-17",
         SLOT_WRONG_VALUE, 0},
        /* the caller changes their mind */
        {"date=2025-01-15", "date=2025-01-17", "date=2025-01-15", "date=2025-01-17", SLOT_RIGHT, 1},
        {"date=2025-01-15", "date=2025-01-17", "date=2025-01-15", "date=2025-01-15",
         SLOT_WRONG_VALUE, 0},
        /* the caller takes it back */
        {"date=2025-01-15", "", "date=2025-01-15", "", SLOT_VERDICT_ABSENT, 1},
        {"date=2025-01-15", "", "date=2025-01-15", "date=2025-01-15", SLOT_SPURIOUS, 0},
        {"", "date=dontcare", "", "date=dontcare", SLOT_RIGHT, 1},
        {"", "date=dontcare", "", "date=2025-01-15", SLOT_WRONG_VALUE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct turn_case cases[] = {{rows[i].gold_before, "", "", NULL},
                                          {rows[i].gold, rows[i].told, rows[i].after, NULL}};
        set_up_turns(cases, 2);
        const struct turn_score *turn = turn_of(compute(), 1);
        const struct slot_score *slots = turn->slots.items;
        cr_expect(eq(sz, turn->slots.count, rows[i].verdict != SLOT_VERDICT_ABSENT), "row %zu", i);
        if (turn->slots.count && rows[i].verdict != SLOT_VERDICT_ABSENT)
            cr_expect(eq(int, slots[0].verdict, rows[i].verdict), "row %zu", i);
        cr_expect(eq(i8, turn->joint_goal, rows[i].joint), "row %zu", i);
    }
}

Test(trial_score, a_slot_score_tells_values_confidence_and_flag)
{
    static const struct turn_case cases[] = {
        {"date=2025-01-15|2025-01-16 time=14:00", "", "date=2025-01-17 name=Ana", NULL}};
    struct named_number confidences[] = {{strview_of("date"), 0.75}};
    struct strview flagged[] = {strview_of("name")};
    set_up_turns(cases, 1);
    predictions[0].slot_confidence = (struct number_map){confidences, 1};
    predictions[0].needs_confirmation = (struct text_list){flagged, 1};
    const struct turn_score *turn = turn_of(compute(), 0);
    cr_assert(eq(sz, turn->slots.count, 3));
    const struct slot_score *date = turn->slots.items, *time = date + 1, *name = date + 2;
    cr_expect(eq(str, verdicts(turn), "date:2 time:3 name:4"));
    cr_expect(strview_is(date->gold, "2025-01-15"));
    cr_expect(strview_is(date->predicted, "2025-01-17"));
    cr_expect(eq(dbl, date->confidence, 0.75));
    cr_expect(not(date->flagged));
    cr_expect(strview_is(time->gold, "14:00"));
    cr_expect(strview_is_absent(time->predicted));
    cr_expect(isnan(time->confidence));
    cr_expect(strview_is_absent(name->gold));
    cr_expect(isnan(name->confidence));
    cr_expect(eq(i8, name->flagged, 1));
    cr_expect(eq(i64, turn->goal_slots, 2));
    cr_expect(eq(i64, turn->goal_slots_right, 0));
}

Test(trial_score, requests_are_compared_as_multisets)
{
    static const struct turn_case cases[] = {{"", "", "", NULL}, {"", "", "", NULL}};
    const struct strview wanted[] = {strview_of("price"), strview_of("price"), strview_of("hours")};
    const struct strview asked[] = {strview_of("price"), strview_of("hours"), strview_of("hours"),
                                    strview_of("place")};
    set_up_turns(cases, 2);
    gold_turns[0].requested_slots = (struct text_list){wanted, 3};
    predictions[0].requested_slots = (struct text_list){asked, 4};
    const struct turn_score *turn = turn_of(compute(), 0);
    cr_expect(eq(i64, turn->requested_true_positive, 2)); /* price once, hours once */
    cr_expect(eq(i64, turn->requested_false_positive, 2));
    cr_expect(eq(i64, turn->requested_false_negative, 1));
    cr_expect(eq(i64, turn[1].requested_true_positive, FIELD_ABSENT_I64)); /* gold says nothing */
}

Test(trial_score, intents_count_where_gold_has_one)
{
    static const struct turn_case cases[] = {
        {"", "", "", NULL}, {"", "", "", NULL}, {"", "", "", NULL}, {"", "", "", NULL}};
    set_up_turns(cases, 4);
    gold_turns[0].intent = gold_turns[1].intent = gold_turns[2].intent = strview_of("book");
    predictions[0].intent = predictions[3].intent = strview_of("book");
    predictions[1].intent = strview_of("cancel");
    const struct trial_score *score = compute();
    static const int8_t wanted[] = {1, 0, 0, FIELD_ABSENT_BOOL};
    for (size_t i = 0; i < 4; i++)
        cr_expect(eq(i8, turn_of(score, i)->intent_right, wanted[i]), "turn %zu", i);
}

Test(trial_score, trials_end_in_one_class)
{
    static const char goal[] = "date=2025-01-15 time=14:00 name=Ana";
    static const struct {
        const char *after, *next_state;
        int recorded, handover;
        int outcome, verdict;
        int8_t success, completed;
    } rows[] = {
        /* the name is not required */
        {"date=2025-01-15 time=14:00 name=Bo", NULL, 0, HANDOVER_NONE, TRIAL_SUCCESS,
         HANDOVER_VERDICT_ABSENT, 1, 0},
        {"date=2025-01-15 time=14:00", "done", 0, HANDOVER_ABSENT, TRIAL_SUCCESS,
         HANDOVER_VERDICT_ABSENT, 1, 1},
        {"date=2025-01-15", NULL, 0, HANDOVER_NONE, TRIAL_PARTIAL, HANDOVER_VERDICT_ABSENT, 0, 0},
        {"name=Ana", NULL, 0, HANDOVER_NONE, TRIAL_NO_BOOKING, HANDOVER_VERDICT_ABSENT, 0, 0},
        {"date=2025-01-15 time=15:00", NULL, 0, HANDOVER_NONE, TRIAL_WRONG_BOOKING,
         HANDOVER_VERDICT_ABSENT, 0, 0},
        {"date=2025-01-15", "done", 0, HANDOVER_NONE, TRIAL_WRONG_BOOKING, HANDOVER_VERDICT_ABSENT,
         0, 1},
        {"date=2025-01-15", NULL, OUTCOME_ABANDONED, HANDOVER_NONE, TRIAL_ABANDONED,
         HANDOVER_VERDICT_ABSENT, 0, 0},
        {"date=2025-01-15", "person", 0, HANDOVER_NONE, TRIAL_HANDED_OVER, HANDOVER_NEEDLESS, 0, 0},
        {"date=2025-01-15", "person", 0, HANDOVER_ALLOWED, TRIAL_HANDED_OVER,
         HANDOVER_VERDICT_ABSENT, 0, 0},
        {"", "person", 0, HANDOVER_REQUIRED, TRIAL_SUCCESS, HANDOVER_RIGHT, 1, 0},
        {"date=2025-01-15 time=14:00", NULL, 0, HANDOVER_REQUIRED, TRIAL_PARTIAL, HANDOVER_MISSED,
         0, 0},
        {"date=2025-01-15 time=14:00", "person", 0, HANDOVER_NONE, TRIAL_SUCCESS, HANDOVER_NEEDLESS,
         1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct turn_case cases[] = {{goal, "", rows[i].after, rows[i].next_state}};
        set_up_turns(cases, 1);
        conversation.outcome = rows[i].recorded;
        gold.handover = rows[i].handover;
        const struct trial_score *score = compute();
        cr_expect(eq(int, score->outcome, rows[i].outcome), "row %zu", i);
        cr_expect(eq(i8, score->success, rows[i].success), "row %zu", i);
        cr_expect(eq(i8, score->completed, rows[i].completed), "row %zu", i);
        cr_expect(eq(int, score->handover, rows[i].verdict), "row %zu", i);
        cr_expect(eq(int, score->success == 1, strview_is_absent(score->reason)), "row %zu", i);
    }
}

Test(trial_score, a_failure_names_its_first_fault)
{
    static const struct turn_case cases[] = {
        {"date=2025-01-15", "", "date=2025-01-15", NULL},
        {"date=2025-01-15 time=14:00", "date=2025-01-15", "date=2025-01-15 time=15:00", NULL}};
    set_up_turns(cases, 2);
    char *wanted =
        arena_format(builder.arena, "turn 2, time: %s", slot_verdict_names[SLOT_WRONG_VALUE]);
    cr_expect(strview_is(compute()->reason, wanted));
    gold.handover = HANDOVER_REQUIRED;
    cr_expect(strview_is(compute()->reason, "a person was needed, and none was called"));
}

Test(trial_score, the_mode_says_what_success_is)
{
    /* missing at turn 0, late at turn 1: right at the end, but not after every turn */
    static const struct turn_case cases[] = {
        {"date=2025-01-15", "", "", NULL},
        {"date=2025-01-15 time=14:00", "", "date=2025-01-15 time=14:00", NULL}};
    set_up_turns(cases, 2);
    const struct trial_score *score = compute();
    cr_expect(eq(i8, score->success, 1));
    input.mode = MODE_TEACHER_FORCED;
    score = compute();
    cr_expect(eq(i8, score->success, 0));
    cr_expect(eq(i8, score->goal_slots_right, 1));
    cr_expect(eq(str, verdicts(turn_of(score, 1)), "date:5 time:1"));
    builder.task->success.teacher_forced = SUCCESS_GOAL_SLOTS_RIGHT;
    cr_expect(eq(i8, compute()->success, 1));
}

Test(trial_score, without_a_required_slot_all_of_golds_slots_are_the_goal)
{
    static const struct turn_case wrong[] = {{"name=Ana", "", "name=Bo", NULL}};
    static const struct turn_case right[] = {{"name=Ana", "", "name=ANA date=2025-01-15", NULL}};
    set_up_turns(wrong, 1);
    cr_expect(eq(int, compute()->outcome, TRIAL_WRONG_BOOKING));
    set_up_turns(right, 1);
    cr_expect(eq(int, compute()->outcome, TRIAL_SUCCESS));
}

Test(trial_score, infrastructure_errors_are_in_no_score_and_malformed_answers_are_wrong)
{
    static const struct turn_case cases[] = {{"date=2025-01-15", "", "", NULL},
                                             {"date=2025-01-15", "", "", NULL}};
    struct prediction_error malformed = {ERROR_CLASS_MALFORMED, strview_of("not JSON")};
    struct prediction_error lost = {ERROR_CLASS_INFRASTRUCTURE, strview_of("time-out")};
    set_up_turns(cases, 2);
    predictions[0].error = &malformed;
    predictions[1].error = &lost;
    const struct trial_score *score = compute();
    cr_expect(eq(i8, turn_of(score, 0)->scored, 1));
    cr_expect(eq(str, verdicts(turn_of(score, 0)), "date:3"));
    cr_expect(eq(i8, turn_of(score, 1)->scored, 0));
    cr_expect(eq(i8, turn_of(score, 1)->joint_goal, FIELD_ABSENT_BOOL));
    cr_expect(eq(sz, turn_of(score, 1)->slots.count, 0));
    trial.error = &lost;
    score = compute();
    cr_expect(eq(int, score->outcome, TRIAL_ERROR));
    cr_expect(eq(sz, score->turns.count, 0));
    cr_expect(strview_is(score->reason, "time-out"));
    cr_expect(eq(i8, score->success, FIELD_ABSENT_BOOL));
}

Test(trial_score, turns_that_have_no_prediction_are_not_scored)
{
    static const struct turn_case cases[] = {{"date=2025-01-15", "", "date=2025-01-15", NULL},
                                             {"date=2025-01-15", "", "", NULL}};
    set_up_turns(cases, 2);
    trial.predictions.count = 1;
    const struct trial_score *score = compute();
    cr_expect(eq(i8, turn_of(score, 0)->scored, 1));
    cr_expect(eq(i8, turn_of(score, 1)->scored, 0));
}

Test(trial_score, without_gold_only_what_needs_none_is_told)
{
    static const struct turn_case cases[] = {{"", "", "", "ask_time"}, {"", "", "", "ask_time"}};
    set_up_turns(cases, 2);
    input.gold = NULL;
    input.is_recorded = true;
    conversation.outcome = OUTCOME_COMPLETED;
    const struct trial_score *score = compute();
    cr_expect(eq(int, score->outcome, TRIAL_NOT_SCORED));
    cr_expect(eq(i64, score->reasks, 1));
    cr_expect(eq(i8, score->completed, 1));
    cr_expect(eq(i8, score->success, FIELD_ABSENT_BOOL));
}

Test(trial_score, a_question_is_asked_again_only_when_no_new_value_came)
{
    static const struct turn_case cases[] = {{"", "", "", "ask_time"},
                                             {"", "", "", "ask_time"},
                                             {"", "", "", "ask_time"},
                                             {"", "", "", "done"}};
    set_up_turns(cases, 4);
    cr_expect(eq(i64, compute()->reasks, 2));
    outputs[1].extracted_slots = task_builder_slots(&builder, "time=14:00");
    cr_expect(eq(i64, compute()->reasks, 1));
}
