#include "compare/run_compare.h"
#include "stats/mcnemar.h"
#include "unit/aggregate/fold_case.h"

#include <stdio.h>

/* One candidate; a letter a conversation: r succeeds, w fails, n has no gold. `from`: ordinal of
 * the first one. */
static void run(struct fold_case *test, const char *letters, int64_t from)
{
    fold_case_open(test);
    for (int64_t i = 0; letters[i]; i++) {
        struct conversation_facts *facts = fold_case_facts(test, from + i);
        facts->gold_status = letters[i] == 'n' ? GOLD_NONE : GOLD_JOINED;
        fold_case_add_facts(test, facts);
        struct trial *trial = fold_case_trial(test, 0, 0, letters[i] == 'w' ? "w" : "r");
        if (letters[i] == 'n')
            trial->score->outcome = TRIAL_NOT_SCORED;
        fold_case_add(test, trial);
    }
    fold_case_finish_with(test, &(struct run_fold_input){.gold_sha256 = strview_of("abc")});
}

static struct run_side side(const struct fold_case *test)
{
    return (struct run_side){test->summary, run_fold_outcomes(test->fold)};
}

static const struct metric_row *row_of(const struct run_comparison *comparison, const char *name)
{
    for (size_t i = 0; i < comparison->section_count; i++)
        for (size_t j = 0; j < comparison->sections[i].count; j++)
            if (strcmp(comparison->sections[i].rows[j].name, name) == 0)
                return &comparison->sections[i].rows[j];
    return NULL;
}

Test(run_compare, conversations_are_matched_by_id_and_their_flips_listed)
{
    struct fold_case a, b;
    struct error err = {0};
    struct run_comparison *comparison;
    fold_case_start(&a, 1);
    fold_case_start(&b, 1);
    run(&a, "rrwwrn", 0); /* c000 to c005 */
    run(&b, "wrrwr", 1);  /* c001 to c005 */
    struct run_side sides[] = {side(&a), side(&b)};
    cr_assert(eq(int, run_compare(sides, 2, a.arena, &comparison, &err), STATUS_OK));
    cr_assert(eq(sz, comparison->flip_count, 1));
    const struct run_flips *flips = &comparison->flips[0];
    /* c001 r w, c002 w r, c003 w r, c004 r w; c005 has no gold in the first run */
    cr_expect(eq(u64, flips->compared, 4));
    cr_assert(eq(sz, flips->failing_count, 2));
    cr_assert(eq(sz, flips->fixed_count, 2));
    cr_expect(eq(u32, flips->newly_failing[0].first_ordinal, 1));
    cr_expect(eq(u32, flips->newly_failing[0].second_ordinal, 1));
    cr_expect(eq(u32, flips->newly_fixed[0].first_ordinal, 2));
    fold_case_end(&a);
    fold_case_end(&b);
}

Test(run_compare, the_success_rates_change_is_paired_and_the_others_are_plain)
{
    struct fold_case a, b;
    struct error err = {0};
    struct run_comparison *comparison;
    fold_case_start(&a, 1);
    fold_case_start(&b, 1);
    run(&a, "rrwwwwww", 0);
    run(&b, "rrrrrwww", 0);
    struct run_side sides[] = {side(&a), side(&b)};
    cr_assert(eq(int, run_compare(sides, 2, a.arena, &comparison, &err), STATUS_OK));
    const struct metric_row *rate = row_of(comparison, "success_rate");
    struct interval expected = mcnemar_newcombe((struct paired_table){2, 3, 0, 3}, .05);
    cr_expect(epsilon_eq(dbl, rate->by_candidate[0].value, .25, 1e-15));
    cr_expect(epsilon_eq(dbl, rate->by_candidate[1].value, .625, 1e-15));
    cr_expect(epsilon_eq(dbl, rate->difference[1].value, .375, 1e-15));
    cr_expect(epsilon_eq(dbl, rate->difference[1].low, expected.low, 1e-15));
    cr_expect(rate->difference[0].undefined != NULL);
    const struct metric_row *failed = row_of(comparison, "failed_per_1000");
    cr_expect(epsilon_eq(dbl, failed->difference[1].value, -375, 1e-9));
    cr_expect(epsilon_eq(dbl, failed->difference[1].low, -1000 * expected.high, 1e-9));
    const struct metric_row *joint = row_of(comparison, "joint_goal_accuracy");
    cr_expect(epsilon_eq(dbl, joint->difference[1].value, .375, 1e-15));
    cr_expect(isnan(joint->difference[1].low));
    cr_expect(row_of(comparison, "slot_f1.date") != NULL);
    cr_expect(eq(sz, comparison->warning_count, 0));
    fold_case_end(&a);
    fold_case_end(&b);
}

Test(run_compare, other_gold_is_warned_of_and_another_mode_refused)
{
    struct fold_case a, b;
    struct error err = {0};
    struct run_comparison *comparison;
    fold_case_start(&a, 1);
    fold_case_start(&b, 2);
    run(&a, "rw", 0);
    run(&b, "rw", 0);
    struct run_side sides[] = {side(&a), side(&b)};
    b.summary->gold_sha256 = strview_of("other");
    cr_assert(eq(int, run_compare(sides, 2, a.arena, &comparison, &err), STATUS_OK));
    cr_assert(eq(sz, comparison->warning_count, 1));
    cr_expect(strstr(comparison->warnings[0], "run 2 has other gold") != NULL);
    cr_assert(eq(sz, comparison->column_count, 3));
    cr_expect(eq(sz, comparison->columns[1].reference, 0));
    cr_expect(eq(sz, comparison->columns[2].reference, SIZE_MAX));
    b.summary->mode = strview_of("teacher_forced");
    cr_expect(eq(int, run_compare(sides, 2, a.arena, &comparison, &err), STATUS_CONFIG));
    cr_expect(eq(int, run_compare(sides, 1, a.arena, &comparison, &err), STATUS_CONFIG));
    fold_case_end(&a);
    fold_case_end(&b);
}

Test(run_compare, outcomes_of_many_candidates_do_not_touch_one_another)
{
    struct run_outcomes outcomes = {.candidates = 3};
    for (int64_t i = 0; i < 100; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", (int)i);
        struct conversation_facts facts;
        record_init(&conversation_facts_type, &facts);
        facts.conversation_id = strview_of(id);
        facts.ordinal = i;
        cr_assert(run_outcomes_add(&outcomes, &facts));
        for (size_t c = 0; c < 3; c++)
            run_outcomes_mark(&outcomes, c, (enum run_outcome)(((size_t)i + c) % 3));
    }
    for (size_t i = 0; i < 100; i++)
        for (size_t c = 0; c < 3; c++)
            cr_expect(eq(int, run_outcomes_get(&outcomes, i, c), (int)((i + c) % 3)));
    run_outcomes_done(&outcomes);
}
