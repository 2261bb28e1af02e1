#include "score/first_cause.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Runs the rule against a world in which each arm's result is known; counts the replays. */
static enum trial_cause_kind decide(struct cause_evidence evidence, const enum arm_result *world,
                                    size_t *ret_replays)
{
    struct strview why = {0};
    enum cause_arm_kind arm;
    *ret_replays = 0;
    while ((arm = first_cause_next_arm(&evidence)) != ARM_NONE) {
        cr_assert(eq(int, evidence.arms[arm], ARM_NOT_RUN), "no replay twice");
        evidence.arms[arm] = world[arm];
        ++*ret_replays;
    }
    enum trial_cause_kind cause = first_cause_decide(&evidence, &why);
    cr_assert(why.size > 0);
    return cause;
}

Test(first_cause, the_rule_names_the_first_cause_that_holds)
{
    static const struct {
        const char *name;
        struct cause_evidence evidence;
        enum arm_result world[ARM_COUNT];
        enum trial_cause_kind cause;
        size_t replays;
    } rows[] = {
        {"the simulator's own fault", {.simulator_fault = {"lied", 4}}, {0}, CAUSE_SIMULATOR, 0},
        {"gold out of reach", {.gold_fault = {"closed", 6}}, {0}, CAUSE_GOLD, 0},
        {"the simulator before gold",
         {.simulator_fault = {"lied", 4}, .gold_fault = {"closed", 6}},
         {0},
         CAUSE_SIMULATOR,
         0},
        {"the policy fails in the best of worlds",
         {.words_differ = true, .met_back_end_fault = true},
         {[ARM_GOLD_STATE] = ARM_FAILED},
         CAUSE_POLICY,
         1},
        {"right words were misunderstood",
         {.words_differ = false},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED},
         CAUSE_EXTRACTION,
         1},
        {"wrong words, and the right ones do",
         {.words_differ = true},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED, [ARM_REFERENCE_TEXT] = ARM_SUCCEEDED},
         CAUSE_STT,
         2},
        {"wrong words, but the right ones would not do either",
         {.words_differ = true},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED, [ARM_REFERENCE_TEXT] = ARM_FAILED},
         CAUSE_EXTRACTION,
         2},
        {"the back end failed",
         {.met_back_end_fault = true},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED, [ARM_SOUND_WORLD] = ARM_SUCCEEDED},
         CAUSE_BACK_END,
         2},
        {"the back end failed, and the words alone would have been enough to fail",
         {.met_back_end_fault = true, .words_differ = true},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED,
          [ARM_SOUND_WORLD] = ARM_FAILED,
          [ARM_REFERENCE_TEXT] = ARM_SUCCEEDED},
         CAUSE_STT,
         3},
        {"the caller left",
         {.caller_left = true},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED, [ARM_SOUND_WORLD] = ARM_SUCCEEDED},
         CAUSE_CALLER_LEFT,
         2},
        {"the caller left after a fault of the back end that did no harm",
         {.caller_left = true, .met_back_end_fault = true},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED,
          [ARM_SOUND_WORLD] = ARM_SUCCEEDED,
          [ARM_SOUND_BACK_END] = ARM_FAILED},
         CAUSE_CALLER_LEFT,
         3},
        {"the caller would have left, but the back end had failed before",
         {.caller_left = true, .met_back_end_fault = true},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED,
          [ARM_SOUND_WORLD] = ARM_SUCCEEDED,
          [ARM_SOUND_BACK_END] = ARM_SUCCEEDED},
         CAUSE_BACK_END,
         3},
        {"booked without asking back what was misheard",
         {.acted_unasked = true, .words_differ = true},
         {[ARM_GOLD_STATE] = ARM_SUCCEEDED},
         CAUSE_POLICY,
         1},
        {"a replay ended in an error",
         {.words_differ = false},
         {[ARM_GOLD_STATE] = ARM_IN_ERROR},
         CAUSE_NOT_KNOWN,
         1},
        {"a recording: the wrong slot was misheard",
         {.is_recording = true, .slot_was_wrong = true, .wrong_slot_was_misheard = true},
         {0},
         CAUSE_STT,
         0},
        {"a recording: the wrong slot was heard",
         {.is_recording = true, .slot_was_wrong = true, .caller_left = true},
         {0},
         CAUSE_EXTRACTION,
         0},
        {"a recording: no slot was wrong",
         {.is_recording = true, .caller_left = true},
         {0},
         CAUSE_CALLER_LEFT,
         0},
        {"a recording: the wrong thing was done", {.is_recording = true}, {0}, CAUSE_POLICY, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t replays;
        enum trial_cause_kind cause = decide(rows[i].evidence, rows[i].world, &replays);
        cr_expect(eq(int, (int)cause, (int)rows[i].cause), "%s: %s", rows[i].name,
                  trial_cause_names[cause]);
        cr_expect(eq(sz, replays, rows[i].replays), "%s", rows[i].name);
    }
}

Test(first_cause, whatever_the_replays_say_there_is_exactly_one_cause)
{
    for (unsigned bits = 0; bits < 1U << 9; bits++) {
        struct cause_evidence evidence = {.words_differ = bits & 1,
                                          .met_back_end_fault = bits & 2,
                                          .caller_left = bits & 4,
                                          .acted_unasked = bits & 8,
                                          .can_act = bits & 16};
        enum arm_result world[ARM_COUNT];
        for (int arm = 0; arm < ARM_COUNT; arm++)
            world[arm] = bits >> (5 + (arm + 3) % 4) & 1 ? ARM_SUCCEEDED : ARM_FAILED;
        size_t replays;
        enum trial_cause_kind cause = decide(evidence, world, &replays);
        cr_assert(cause > CAUSE_ABSENT && cause < CAUSE_NOT_KNOWN);
        cr_assert(le(sz, replays, 4));
    }
}

Test(first_cause, a_replay_that_may_not_be_made_leaves_the_cause_unknown)
{
    struct cause_evidence evidence = {.words_differ = true};
    struct strview why;
    cr_expect(eq(int, (int)first_cause_decide(&evidence, &why), CAUSE_NOT_KNOWN));
    evidence.arms[ARM_GOLD_STATE] = ARM_SUCCEEDED; /* success is the state itself */
    cr_expect(eq(int, (int)first_cause_decide(&evidence, &why), CAUSE_NOT_KNOWN));
    evidence.words_differ = false;
    cr_expect(eq(int, (int)first_cause_decide(&evidence, &why), CAUSE_EXTRACTION));
}

Test(first_cause, is_asked_of_failures_and_of_trials_that_the_simulator_spoilt)
{
    struct trial_score score;
    struct prediction_error error = {ERROR_CLASS_INFRASTRUCTURE, {"x", 1}};
    struct trial trial;
    record_init(&trial_type, &trial);
    record_init(&trial_score_type, &score);
    cr_expect(not(first_cause_is_asked(&trial)));
    trial.score = &score;
    score.outcome = TRIAL_WRONG_BOOKING;
    score.success = 0;
    cr_expect(first_cause_is_asked(&trial));
    trial.error = &error;
    cr_expect(not(first_cause_is_asked(&trial)));
    trial.error = NULL;
    score.outcome = TRIAL_SUCCESS;
    score.success = 1;
    cr_expect(not(first_cause_is_asked(&trial)));
    score.outcome = TRIAL_SIMULATOR_FAULT;
    score.success = FIELD_ABSENT_BOOL;
    cr_expect(first_cause_is_asked(&trial));
    score.outcome = TRIAL_NOT_SCORED;
    cr_expect(not(first_cause_is_asked(&trial)));
}
