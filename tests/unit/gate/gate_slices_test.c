#include "gate/gate_slices.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static const struct gate_slices_rule rule = {-.05, .05, 30};

static struct gate_slice slice_of(double estimate, double variance, uint64_t n)
{
    return (struct gate_slice){
        .difference = {.estimate = estimate, .variance = variance, .n = n, .unit = 1}};
}

static enum verdict decide(struct gate_slice *slices, size_t count, size_t *ret_worst)
{
    enum verdict verdict;
    cr_assert(gate_slices_decide(slices, count, &rule, &verdict, ret_worst, NULL) == STATUS_OK);
    return verdict;
}

Test(gate_slices, one_slice_that_fell_fails_the_run)
{
    struct gate_slice slices[] = {slice_of(0, .1, 1000), slice_of(0, .1, 1000),
                                  slice_of(-.2, .1, 400)};
    size_t worst;
    cr_expect(decide(slices, 3, &worst) == VERDICT_FAIL);
    cr_expect(eq(sz, worst, 2));
    cr_expect(slices[2].verdict == VERDICT_FAIL && slices[0].verdict == VERDICT_PASS);
}

Test(gate_slices, a_slice_under_the_minimum_is_not_judged)
{
    struct gate_slice slices[] = {slice_of(0, .1, 1000), slice_of(-.9, .1, 29)};
    size_t worst;
    cr_expect(decide(slices, 2, &worst) == VERDICT_PASS);
    cr_expect(slices[1].is_judged == false && isnan(slices[1].low));
    cr_expect(eq(sz, worst, 0));
}

Test(gate_slices, without_a_slice_that_can_be_judged_there_is_no_verdict)
{
    struct gate_slice slices[] = {slice_of(0, .1, 5)};
    size_t worst;
    cr_expect(decide(slices, 1, &worst) == VERDICT_INCONCLUSIVE);
    cr_expect(worst == SIZE_MAX);
    cr_expect(decide(slices, 0, &worst) == VERDICT_INCONCLUSIVE);
}

Test(gate_slices, small_slices_lean_on_the_others_and_large_ones_hardly)
{
    struct gate_slice slices[] = {slice_of(0, .1, 4000), slice_of(.02, .1, 4000),
                                  slice_of(-.05, .1, 4000), slice_of(-.1, .1, 40)};
    size_t worst;
    (void)decide(slices, 4, &worst);
    cr_expect(fabs(slices[2].shrunk - -.05) < .01, "%g", slices[2].shrunk);
    cr_expect(slices[3].shrunk > -.06, "%g", slices[3].shrunk);
}

Test(gate_slices, failing_is_adjusted_for_the_number_of_slices)
{
    struct gate_slice alone[] = {slice_of(-.095, .1, 160)};
    size_t worst;
    cr_expect(decide(alone, 1, &worst) == VERDICT_FAIL);
    struct gate_slice many[20];
    for (size_t i = 0; i < 20; i++)
        many[i] = slice_of(0, .1, 160);
    many[7] = alone[0];
    (void)decide(many, 20, &worst);
    cr_expect(many[7].verdict != VERDICT_FAIL && many[7].adjusted_p > .05);
}
