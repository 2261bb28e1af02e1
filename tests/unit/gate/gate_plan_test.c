#include "gate/gate_decision.h"
#include "gate/gate_plan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static const struct gate_plan_goal goal = {.02, .05, .8, 1, 1};

Test(gate_plan, the_planned_number_meets_the_formula)
{
    struct gate_plan_variances variances = {.between = .1, .own = .05, .reference = .05};
    struct estimate n = gate_plan_conversations(&variances, &goal);
    /* (1.6449 + .8416)^2 .2/.02^2 = 3091; t for z adds a few */
    cr_expect(n.value >= 3091 && n.value < 3100, "%g", n.value);
}

Test(gate_plan, the_margin_of_the_planned_number_is_the_margin)
{
    struct gate_plan_variances variances = {.02, .06, .06, true};
    struct estimate n = gate_plan_conversations(&variances, &goal);
    struct estimate margin = gate_plan_margin(&variances, &goal, n.value);
    cr_expect(epsilon_eq(dbl, margin.value, .02, 1e-4), "%g", margin.value);
}

Test(gate_plan, repeats_help_only_against_the_noise_within_conversations)
{
    struct gate_plan_variances noise = {.own = .1, .reference = .1};
    struct gate_plan_variances lasting = {.between = .2};
    struct gate_plan_goal five = goal;
    five.repeats = five.reference_repeats = 5;
    double once = gate_plan_conversations(&noise, &goal).value;
    cr_expect(epsilon_eq(dbl, gate_plan_conversations(&noise, &five).value, once / 5, once / 100));
    cr_expect(epsilon_eq(dbl, gate_plan_conversations(&lasting, &five).value,
                         gate_plan_conversations(&lasting, &goal).value, 0));
}

Test(gate_plan, what_is_not_known_gives_no_number)
{
    struct gate_plan_variances unknown = {.between = (double)NAN};
    struct gate_plan_goal none = goal;
    none.margin = 0;
    cr_expect(gate_plan_conversations(&unknown, &goal).undefined != NULL);
    cr_expect(gate_plan_conversations(&(struct gate_plan_variances){.own = .1}, &none).undefined !=
              NULL);
    cr_expect(gate_plan_margin(&(struct gate_plan_variances){.own = .1}, &goal, 1).undefined !=
              NULL);
}

Test(gate_plan, the_variance_within_is_pooled_over_conversations)
{
    struct gate_plan_within within = {.squares = 0};
    cr_expect(isnan(gate_plan_within_variance(&within)));
    gate_plan_within_add(&within, (double[]){1, 0}, 2);
    gate_plan_within_add(&within, (double[]){1, 1, 1}, 3);
    gate_plan_within_add(&within, (double[]){0}, 1);
    cr_expect(epsilon_eq(dbl, gate_plan_within_variance(&within), .5 / 3, 1e-12));
}
