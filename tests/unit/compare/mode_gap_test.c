#include "compare/mode_gap.h"
#include "unit/aggregate/fold_case.h"

/* One candidate, 20 conversations, of which the first `successes` succeed. */
static void fill(struct fold_case *test, const char *name, int64_t successes)
{
    fold_case_start(test, 1);
    test->candidates[0].name = strview_of(name);
    fold_case_open(test);
    for (int64_t i = 0; i < 20; i++) {
        fold_case_conversation(test, i);
        struct trial *trial = fold_case_trial(test, 0, 0, "rr");
        trial->score->success = i < successes;
        trial->score->outcome = i < successes ? TRIAL_SUCCESS : TRIAL_PARTIAL;
        fold_case_add(test, trial);
    }
    fold_case_finish(test);
}

Test(mode_gap, is_paired_by_conversation_and_against_the_mode_before)
{
    struct fold_case modes[3];
    struct run_side sides[3];
    struct mode_gaps gaps;
    struct error err = {0};
    static const int64_t successes[] = {18, 10, 14};
    for (size_t i = 0; i < 3; i++) {
        fill(&modes[i], "agent", successes[i]);
        sides[i] = (struct run_side){modes[i].summary, run_fold_outcomes(modes[i].fold)};
    }
    cr_assert(eq(int, mode_gap_make(sides, 3, modes[0].arena, &gaps, &err), STATUS_OK));
    cr_assert(eq(sz, gaps.count, 2));
    for (size_t i = 0; i < 2; i++) {
        const struct measure *gap = &gaps.items[i].differences[0].change;
        double wanted = (double)(successes[i + 1] - successes[i]) / 20;
        cr_expect(eq(sz, gaps.items[i].from, i));
        cr_expect(eq(sz, gaps.items[i].to, i + 1));
        cr_expect(epsilon_eq(dbl, gap->value, wanted, 1e-12), "%g %g", gap->value, wanted);
        cr_expect(lt(dbl, gap->low, gap->value));
        cr_expect(gt(dbl, gap->high, gap->value));
        cr_expect(eq(u64, gap->n, 20));
    }
    for (size_t i = 0; i < 3; i++)
        fold_case_end(&modes[i]);
}

Test(mode_gap, a_candidate_is_compared_with_the_mode_that_it_played_last)
{
    struct fold_case modes[3];
    struct run_side sides[3];
    struct mode_gaps gaps;
    struct error err = {0};
    static const char *const names[] = {"agent", "rules", "agent"};
    for (size_t i = 0; i < 3; i++) {
        fill(&modes[i], names[i], 10);
        sides[i] = (struct run_side){modes[i].summary, run_fold_outcomes(modes[i].fold)};
    }
    cr_assert(eq(int, mode_gap_make(sides, 3, modes[0].arena, &gaps, &err), STATUS_OK));
    cr_assert(eq(sz, gaps.count, 1), "rules plays one mode only");
    cr_expect(strview_is(gaps.items[0].candidate, "agent"));
    cr_expect(eq(sz, gaps.items[0].from, 0));
    cr_expect(eq(sz, gaps.items[0].to, 2));
    for (size_t i = 0; i < 3; i++)
        fold_case_end(&modes[i]);
}
