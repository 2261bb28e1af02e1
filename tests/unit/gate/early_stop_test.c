#include "gate/early_stop.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static struct gate_spec margin_gate(const char *candidate, double margin)
{
    double nan = (double)NAN;
    return (struct gate_spec){.metric = strview_of("success_rate"),
                              .candidate = strview_of(candidate),
                              .against = strview_of("first"),
                              .kind = GATE_NON_INFERIORITY,
                              .at_least = nan,
                              .at_most = nan,
                              .margin = margin,
                              .margin_share = nan};
}

static struct early_stop_rule rule_with(struct gate_spec *gates, size_t count)
{
    struct candidate_spec candidates[] = {{.name = strview_of("first")},
                                          {.name = strview_of("second")},
                                          {.name = strview_of("third")}};
    struct pipeline_spec pipeline = {
        .candidates = candidates, .candidate_count = 3, .gates = gates, .gate_count = count};
    return early_stop_rule_of(&pipeline, 1);
}

static struct early_stop look(double value, size_t differing, size_t count,
                              struct early_stop_rule rule)
{
    double differences[1000];
    struct early_stop stop = {0};
    for (size_t i = 0; i < count; i++)
        differences[i] = i < differing ? value : 0;
    cr_assert(eq(int, early_stop_look(differences, count, &rule, &stop, NULL), STATUS_OK));
    return stop;
}

Test(early_stop, alpha_is_shared_by_the_candidates)
{
    struct early_stop_rule rule = rule_with(NULL, 0);
    cr_expect(epsilon_eq(dbl, rule.alpha, early_stop_alpha / 2, 1e-12));
    cr_expect(epsilon_eq(dbl, rule.worse_under, 0, 1e-12));
    cr_expect(epsilon_eq(dbl, rule.better_over, 0, 1e-12));
}

Test(early_stop, gates_say_how_clear_it_must_be)
{
    struct gate_spec gates[] = {margin_gate("second", .02), margin_gate("second", .05),
                                margin_gate("third", .3)};
    cr_expect(epsilon_eq(dbl, rule_with(gates, 3).worse_under, -.05, 1e-12));
    gates[1].kind = GATE_SUPERIORITY;
    cr_expect(epsilon_eq(dbl, rule_with(gates, 3).better_over, .05, 1e-12));
}

Test(early_stop, who_is_better_goes_on_when_another_gate_asks)
{
    struct gate_spec gates[] = {margin_gate("second", .02)};
    gates[0].metric = strview_of("slot_f1_micro");
    struct early_stop_rule rule = rule_with(gates, 1);
    cr_expect(eq(int, look(1, 400, 1000, rule).verdict, EARLY_STOP_NONE));
    cr_expect(eq(int, look(-1, 400, 1000, rule).verdict, EARLY_STOP_WORSE));
}

Test(early_stop, a_clear_difference_ends_and_a_doubtful_one_does_not)
{
    struct early_stop_rule rule = rule_with(NULL, 0);
    cr_expect(eq(int, look(-1, 30, 60, rule).verdict, EARLY_STOP_WORSE));
    cr_expect(eq(int, look(1, 30, 60, rule).verdict, EARLY_STOP_BETTER));
    cr_expect(eq(int, look(-1, 3, 60, rule).verdict, EARLY_STOP_NONE));
    cr_expect(eq(int, look(0, 0, 1000, rule).verdict, EARLY_STOP_NONE));
    cr_expect(eq(int, look(0, 0, 0, rule).verdict, EARLY_STOP_NONE));
}
