#include "net/call.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(call, every_outcome_has_a_name_that_reads_back)
{
    for (int i = 0; i <= CALL_INTERNAL; i++) {
        enum call_outcome outcome = (enum call_outcome)i;
        enum call_outcome read = CALL_OK;
        cr_assert(call_outcome_parse(strview_of(call_outcome_name(outcome)), &read));
        cr_expect(eq(int, read, outcome));
        cr_expect(gt(sz, strlen(call_outcome_text(outcome)), 0));
    }
    enum call_outcome untouched = CALL_RESET;
    cr_expect(not(call_outcome_parse(strview_of("OK"), &untouched)));
    cr_expect(eq(int, untouched, CALL_RESET));
}

Test(call, a_result_never_filled_can_be_done)
{
    struct call_result result = {0};
    call_result_done(&result);
    call_result_done(NULL);
}
