/*
 * fold_case.h: small runs for the tests of this room: a pipeline with up to four candidates, and
 * trials told in letters. Everything lives in the case's arena.
 */
#ifndef ASSAY_TESTS_FOLD_CASE_H
#define ASSAY_TESTS_FOLD_CASE_H

#include "aggregate/run_fold.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

enum { FOLD_CASE_CANDIDATES = 4 };

struct fold_case {
    struct arena *arena;
    struct pipeline_spec pipeline;
    struct task_spec task;
    struct slot_spec slots[2];
    struct candidate_spec candidates[FOLD_CASE_CANDIDATES];
    struct run_fold *fold;
    struct conversation_facts *facts;
    struct run_summary *summary;
};

static inline void fold_case_start(struct fold_case *test, size_t candidates)
{
    static const char *const names[] = {"first", "second", "third", "fourth"};
    *test = (struct fold_case){.arena = arena_create(4096, 0)};
    test->slots[0] = (struct slot_spec){.name = strview_of("date"), .required = true};
    test->slots[1] = (struct slot_spec){.name = strview_of("time"), .required = true};
    test->task = (struct task_spec){.name = strview_of("booking"),
                                    .slots = test->slots,
                                    .slot_count = 2,
                                    .success = {0, SUCCESS_GOAL_SLOTS_RIGHT, 0, 0}};
    for (size_t i = 0; i < FOLD_CASE_CANDIDATES; i++)
        test->candidates[i] =
            (struct candidate_spec){.name = strview_of(names[i]), .kind = CANDIDATE_RULES};
    test->pipeline = (struct pipeline_spec){.path = "test.yaml",
                                            .experiment = strview_of("test"),
                                            .task = &test->task,
                                            .mode = MODE_OWN_STATE,
                                            .repeats = 1,
                                            .candidates = test->candidates,
                                            .candidate_count = candidates,
                                            .report = {.monthly_calls = 10000, .worst = 10},
                                            .max_error_share = .05};
}

static inline void fold_case_open(struct fold_case *test)
{
    struct error err = {0};
    cr_assert(eq(int, run_fold_create(&test->pipeline, &test->fold, &err), STATUS_OK));
}

static inline struct conversation_facts *fold_case_facts(struct fold_case *test, int64_t ordinal)
{
    struct conversation_facts *facts = arena_alloc(test->arena, sizeof *facts);
    record_init(&conversation_facts_type, facts);
    facts->ordinal = ordinal;
    facts->conversation_id = strview_of(arena_format(test->arena, "c%03d", (int)ordinal));
    facts->gold_status = GOLD_JOINED;
    return facts;
}

static inline void fold_case_add_facts(struct fold_case *test, struct conversation_facts *facts)
{
    struct error err = {0};
    test->facts = facts;
    cr_assert(eq(int, run_fold_conversation(test->fold, facts, &err), STATUS_OK));
}

static inline void fold_case_conversation(struct fold_case *test, int64_t ordinal)
{
    fold_case_add_facts(test, fold_case_facts(test, ordinal));
}

/* A slot score by letter: r(ight) w(rong value) m(issing) s(purious) l(ate); upper case: flagged.
 */
static inline struct slot_score fold_case_slot(char letter, size_t index, double confidence)
{
    static const char letters[] = "rwmsl";
    const char *found = strchr(letters, letter | 0x20);
    cr_assert(found != NULL, "letter %c", letter);
    return (struct slot_score){.slot = strview_of(index % 2 ? "time" : "date"),
                               .verdict = SLOT_RIGHT + (int)(found - letters),
                               .gold = strview_of("gold"),
                               .predicted = strview_of("predicted"),
                               .confidence = confidence,
                               .flagged = !(letter & 0x20)};
}

/* A scored trial: `turns` has the letters of each turn's slots, turns apart by blanks; a turn is
 * right as a whole when all its letters are r or l. Success: all turns are right. */
static inline struct trial *fold_case_trial(struct fold_case *test, int64_t candidate,
                                            int64_t repeat, const char *turns)
{
    struct arena *arena = test->arena;
    struct trial *trial = arena_alloc(arena, sizeof *trial);
    record_init(&trial_type, trial);
    trial->id = strview_of("trial");
    trial->conversation_id = test->facts->conversation_id;
    trial->candidate = candidate;
    trial->repeat = repeat;
    struct trial_score *score = trial->score = arena_alloc(arena, sizeof *score);
    record_init(&trial_score_type, score);
    size_t size = strlen(turns), count = 0;
    struct turn_score *scores = arena_array(arena, size + 1, sizeof *scores);
    struct prediction *predictions = arena_array(arena, size + 1, sizeof *predictions);
    bool success = true;
    for (const char *at = turns; *at; at += strspn(at, " ")) {
        size_t letters = strcspn(at, " ");
        struct turn_score *turn = &scores[count];
        record_init(&turn_score_type, turn);
        record_init(&prediction_type, &predictions[count]);
        struct slot_score *slots = arena_array(arena, letters + 1, sizeof *slots);
        for (size_t i = 0; i < letters; i++)
            slots[i] = fold_case_slot(at[i], i, (double)NAN);
        turn->turn = (int64_t)count++;
        turn->scored = 1;
        turn->slots = (struct record_list){slots, letters};
        turn->joint_goal = strspn(at, "rlRL") >= letters;
        turn->goal_slots = (int64_t)letters;
        turn->goal_slots_right = 0;
        for (size_t i = 0; i < letters; i++)
            turn->goal_slots_right += strchr("rlRL", at[i]) != NULL;
        success = success && turn->joint_goal;
        at += letters;
    }
    score->turns = (struct record_list){scores, count};
    trial->predictions = (struct record_list){predictions, count};
    score->success = score->goal_slots_right = success;
    score->completed = 1;
    score->reasks = 0;
    score->outcome = success ? TRIAL_SUCCESS : TRIAL_WRONG_BOOKING;
    return trial;
}

static inline struct turn_score *fold_case_turn(struct trial *trial, size_t turn)
{
    return (struct turn_score *)trial->score->turns.items + turn;
}

static inline struct prediction *fold_case_prediction(struct trial *trial, size_t turn)
{
    return (struct prediction *)trial->predictions.items + turn;
}

static inline void fold_case_fail(struct fold_case *test, struct trial *trial, int error_class)
{
    trial->error = arena_alloc(test->arena, sizeof *trial->error);
    *trial->error = (struct prediction_error){error_class, strview_of("the call timed out")};
    trial->score->turns.count = 0;
    trial->score->outcome = TRIAL_ERROR;
    trial->score->success = FIELD_ABSENT_BOOL;
}

static inline void fold_case_add(struct fold_case *test, struct trial *trial)
{
    struct error err = {0};
    cr_assert(eq(int, run_fold_trial(test->fold, trial, &err), STATUS_OK), "%s", err.what);
}

static inline void fold_case_add_letters(struct fold_case *test, int64_t candidate,
                                         const char *turns)
{
    fold_case_add(test, fold_case_trial(test, candidate, 0, turns));
}

static inline void fold_case_finish_with(struct fold_case *test, const struct run_fold_input *input)
{
    struct error err = {0};
    cr_assert(
        eq(int, run_fold_finish(test->fold, input, test->arena, &test->summary, &err), STATUS_OK),
        "%s", err.what);
}

static inline void fold_case_finish(struct fold_case *test)
{
    fold_case_finish_with(test, &(struct run_fold_input){.source = strview_of("events.jsonl")});
}

static inline void fold_case_end(struct fold_case *test)
{
    run_fold_destroy(test->fold);
    arena_destroy(test->arena);
}

static inline struct measure fold_case_measure(const struct fold_case *test, const char *metric,
                                               size_t candidate)
{
    const struct metric_row *row = run_summary_row(test->summary, metric);
    cr_assert(row != NULL, "no row %s", metric);
    return row->by_candidate[candidate];
}

static inline double fold_case_value(const struct fold_case *test, const char *metric,
                                     size_t candidate)
{
    struct measure measure = fold_case_measure(test, metric, candidate);
    cr_assert(measure.undefined == NULL, "%s is undefined: %s", metric, measure.undefined);
    return measure.value;
}

#endif
