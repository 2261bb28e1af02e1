#include "gate/gate_decision.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

/* n conversations; the first `worse` fell, the next `better` rose. */
static struct gate_difference of_flips(size_t n, size_t worse, size_t better)
{
    double own[1000], reference[1000], ones[1000];
    for (size_t i = 0; i < n; i++) {
        ones[i] = 1;
        own[i] = i >= worse;
        reference[i] = i < worse || i >= worse + better;
    }
    struct gate_pairs pairs = {own, ones, reference, ones, n, 1, true};
    return gate_difference_paired(&pairs);
}

Test(gate_decision, a_clear_fall_fails_a_tie_passes_and_few_conversations_decide_nothing)
{
    struct gate_difference fell = of_flips(500, 60, 5), same = of_flips(500, 6, 6),
                           few = of_flips(20, 1, 1);
    cr_expect(gate_decision_at(&fell, -.05, .05).verdict == VERDICT_FAIL);
    cr_expect(gate_decision_at(&same, -.05, .05).verdict == VERDICT_PASS);
    cr_expect(gate_decision_at(&few, -.05, .05).verdict == VERDICT_INCONCLUSIVE);
}

Test(gate_decision, the_verdict_is_where_the_interval_lies)
{
    for (size_t worse = 0; worse < 120; worse += 3) {
        struct gate_difference difference = of_flips(400, worse, 10);
        struct gate_decision at = gate_decision_at(&difference, -.04, .05);
        cr_expect(eq(int, at.verdict == VERDICT_FAIL, at.high < -.04), "worse %zu", worse);
        cr_expect(eq(int, at.verdict == VERDICT_PASS, at.low > -.04), "worse %zu", worse);
        cr_expect(eq(int, at.verdict == VERDICT_FAIL, at.p_fail < .05), "worse %zu", worse);
        cr_expect(eq(int, at.verdict == VERDICT_PASS, at.p_pass < .05), "worse %zu", worse);
    }
}

Test(gate_decision, conversations_that_all_went_alike_do_not_prove_a_small_margin)
{
    struct gate_difference few = of_flips(100, 0, 0), many = of_flips(1000, 0, 0);
    cr_expect(gate_decision_at(&few, -.02, .05).verdict == VERDICT_INCONCLUSIVE);
    cr_expect(gate_decision_at(&many, -.02, .05).verdict == VERDICT_PASS);
}

Test(gate_decision, the_error_is_that_of_the_paired_mean)
{
    static const double own[] = {3, 1, 4, 1, 5}, reference[] = {2, 7, 1, 8, 2},
                        ones[] = {1, 1, 1, 1, 1};
    struct gate_pairs pairs = {own, ones, reference, ones, 5, 2, false};
    struct gate_difference difference = gate_difference_paired(&pairs);
    /* differences 1 -6 3 -7 3: mean -1.2, sum of squares around it 96.8 */
    cr_expect(epsilon_eq(dbl, difference.estimate, -2.4, 1e-12));
    cr_expect(epsilon_eq(dbl, difference.variance, 4 * 96.8 / 4, 1e-9));
}

Test(gate_decision, one_conversation_and_no_conversation_are_undefined_and_inconclusive)
{
    for (size_t n = 0; n < 2; n++) {
        struct gate_difference difference = of_flips(n, 0, 0);
        struct gate_decision decision = gate_decision_at(&difference, 0, .05);
        cr_expect(decision.undefined != NULL && decision.verdict == VERDICT_INCONCLUSIVE);
        decision = gate_decision_sequence(&difference, 0, .05, 1000);
        cr_expect(decision.undefined != NULL && decision.verdict == VERDICT_INCONCLUSIVE);
    }
}

Test(gate_decision, what_never_varies_is_known_after_twenty_conversations_only)
{
    struct gate_difference costs = {.estimate = 0, .variance = 0, .n = 19};
    cr_expect(gate_decision_at(&costs, -1, .05).verdict == VERDICT_INCONCLUSIVE);
    costs.n = 20;
    cr_expect(gate_decision_at(&costs, -1, .05).verdict == VERDICT_PASS);
    cr_expect(gate_decision_at(&costs, 0, .05).verdict == VERDICT_INCONCLUSIVE);
}

Test(gate_decision, all_looks_together_spend_alpha_and_no_more)
{
    cr_expect(epsilon_eq(dbl, gate_decision_look_alpha(.05, 1), .0303963550927, 1e-10));
    cr_expect(gate_decision_spent(.05, 100000) < .05);
    cr_expect(gate_decision_spent(.05, 100000) > .0499);
    cr_expect(epsilon_eq(dbl, gate_decision_spent(.05, 1), gate_decision_look_alpha(.05, 1), 0));
}

Test(gate_decision, a_limit_holds_by_the_end_of_the_interval)
{
    struct gate_limits limits = {.9, (double)NAN, 0, 1};
    struct measure measure = {.value = .93, .low = .91, .high = .95};
    bool by_value;
    cr_expect(gate_decision_limits(&measure, &limits, &by_value) == VERDICT_PASS);
    measure.low = .89;
    cr_expect(gate_decision_limits(&measure, &limits, &by_value) == VERDICT_INCONCLUSIVE);
    measure.high = .899;
    cr_expect(gate_decision_limits(&measure, &limits, &by_value) == VERDICT_FAIL);
    cr_expect(eq(int, by_value, false));
    measure.low = measure.high = (double)NAN;
    cr_expect(gate_decision_limits(&measure, &limits, &by_value) == VERDICT_PASS);
    cr_expect(by_value);
}

Test(gate_decision, a_ceiling_of_nothing_is_judged_by_the_value)
{
    struct gate_limits limits = {(double)NAN, 0, 0, 1};
    struct measure measure = {.value = 0, .low = 0, .high = .03};
    bool by_value;
    cr_expect(gate_decision_limits(&measure, &limits, &by_value) == VERDICT_PASS);
    cr_expect(by_value);
    measure.value = .001;
    cr_expect(gate_decision_limits(&measure, &limits, &by_value) == VERDICT_FAIL);
}

Test(gate_decision, a_sequence_is_wider_than_one_look_and_narrows_with_data)
{
    double before = INFINITY;
    for (double n = 100; n < 1e5; n *= 4) {
        struct gate_difference d = gate_difference_of_moments(n, 0, n / 4, 1);
        struct gate_decision once = gate_decision_at(&d, -.02, .05),
                             always = gate_decision_sequence(&d, -.02, .05, 5000);
        cr_expect(always.high > once.high, "n %g", n);
        cr_expect(always.high < before, "n %g", n);
        before = always.high;
    }
}
