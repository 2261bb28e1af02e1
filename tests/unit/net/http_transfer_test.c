#include "net/http_transfer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(http_transfer, each_status_has_its_meaning)
{
    static const struct {
        int32_t status;
        bool refused, retry_after;
        enum call_outcome outcome;
        enum retry_class retry;
        bool overload;
    } rows[] = {
        {200, false, false, CALL_OK, RETRY_NEVER, false},
        {204, false, false, CALL_OK, RETRY_NEVER, false},
        {301, false, false, CALL_HTTP_STATUS, RETRY_NEVER, false},
        {400, false, false, CALL_HTTP_STATUS, RETRY_NEVER, false},
        {401, true, false, CALL_REFUSED, RETRY_NEVER, false},
        {404, false, false, CALL_HTTP_STATUS, RETRY_NEVER, false},
        {408, false, false, CALL_HTTP_STATUS, RETRY_FAILURE, false},
        {409, false, false, CALL_HTTP_STATUS, RETRY_FAILURE, false},
        {422, false, false, CALL_HTTP_STATUS, RETRY_NEVER, false},
        {429, false, false, CALL_RATE_LIMITED, RETRY_THROTTLED, true},
        {429, true, true, CALL_REFUSED, RETRY_NEVER, false},
        {498, false, false, CALL_RATE_LIMITED, RETRY_THROTTLED, true},
        {500, false, false, CALL_HTTP_STATUS, RETRY_FAILURE, false},
        {501, false, false, CALL_HTTP_STATUS, RETRY_NEVER, false},
        {503, false, false, CALL_HTTP_STATUS, RETRY_FAILURE, true},
        {503, false, true, CALL_HTTP_STATUS, RETRY_THROTTLED, true},
        {529, false, false, CALL_RATE_LIMITED, RETRY_THROTTLED, true},
    };
    struct far_end_options options = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct attempt_end end = http_transfer_judge_status(&options, rows[i].status,
                                                            rows[i].refused, rows[i].retry_after);
        cr_expect(eq(int, end.outcome, rows[i].outcome), "%d", rows[i].status);
        cr_expect(eq(int, end.retry, rows[i].retry), "%d", rows[i].status);
        cr_expect(eq(int, end.is_overload, rows[i].overload), "%d", rows[i].status);
        cr_expect(eq(int, end.charge, CALL_CHARGE_NONE));
    }
}

Test(http_transfer, a_far_end_may_name_its_own_retryable_statuses)
{
    static const uint16_t statuses[] = {418};
    struct far_end_options options = {.retryable_statuses = statuses, .retryable_status_count = 1};
    cr_expect(
        eq(int, http_transfer_judge_status(&options, 418, false, false).retry, RETRY_FAILURE));
    cr_expect(eq(int, http_transfer_judge_status(&options, 500, false, false).retry, RETRY_NEVER));
    options.retryable_status_count = 0; /* an empty set, not the default one */
    cr_expect(eq(int, http_transfer_judge_status(&options, 418, false, false).retry, RETRY_NEVER));
}
