/* drift_memory_test.c: memory that runs out at any point of a comparison is told, and nothing
 * leaks. */
#include "base/memory.h"
#include "drift/drift_compare.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>

#define DAY_NS (INT64_C(86400) * 1000000000)

/* Numbers that differ (so that they are rounded), shares, labels; `shift` moves them. */
static bool fill(struct drift_profile *profile, int shift)
{
    bool good = true;
    for (int i = 0; good && i < 300; i++) {
        char label[16];
        (void)snprintf(label, sizeof label, "l%d", (i + shift) % 5);
        good = drift_profile_begin(profile, i / 150 * DAY_NS) &&
               drift_profile_number(profile, strview_of("number"), i % 40 + 10 * shift) &&
               drift_profile_share(profile, strview_of("share"), i % 4 < shift) &&
               (i % 3 == 0 || drift_profile_label(profile, strview_of("label"), label, true));
    }
    return good;
}

static enum status compare(struct error *err)
{
    CLEANUP(drift_profile_cleanup) struct drift_profile *reference = drift_profile_create();
    CLEANUP(drift_profile_cleanup) struct drift_profile *current = drift_profile_create();
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(16 * 1024, 0);
    struct drift_rule rule = DRIFT_RULE_DEFAULTS;
    rule.window_floor = 100;
    if (!reference || !current || !arena || !fill(reference, 0) || !fill(current, 3))
        return error_no_memory(err);
    struct drift_pair pair = {"calls", reference, current};
    struct drift_result *result = NULL;
    return drift_compare(&pair, 1, rule, arena, &result, err);
}

Test(drift_memory, every_request_that_fails_is_told)
{
    for (int64_t nth = 1;; nth++) {
        struct error err = {0};
        memory_fail_nth(nth);
        int code = (int)compare(&err);
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        if (!hit) {
            cr_expect(eq(int, code, STATUS_OK));
            cr_expect(gt(i64, nth, 50));
            break;
        }
        cr_assert(eq(int, code, STATUS_NO_MEMORY), "request %lld", (long long)nth);
    }
}
