#include "net/aimd_limit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(aimd_limit, slow_start_doubles_in_a_round_trip_and_stops_at_the_maximum)
{
    struct aimd_limit limit;
    aimd_limit_init(&limit, 4, 10, false);
    for (int i = 0; i < 4; i++)
        aimd_limit_on_answer(&limit, 4);
    cr_expect(eq(dbl, limit.limit, 8));
    for (int i = 0; i < 8; i++)
        aimd_limit_on_answer(&limit, 8);
    cr_expect(eq(dbl, limit.limit, 10));
    cr_expect(aimd_limit_allows(&limit, 9));
    cr_expect(not(aimd_limit_allows(&limit, 10)));
}

Test(aimd_limit, many_complaints_of_one_window_cut_once)
{
    struct aimd_limit limit;
    aimd_limit_init(&limit, 20, 100, false);
    cr_expect(aimd_limit_on_overload(&limit, 20, 0, 1000));
    for (uint32_t i = 19; i > 0; i--)
        cr_expect(not(aimd_limit_on_overload(&limit, i, 500, 1100)));
    cr_expect(eq(u64, limit.cuts, 1));
    cr_expect(epsilon_eq(dbl, limit.limit, 14, 1e-9));
    cr_expect(aimd_limit_on_overload(&limit, 14, 1200, 1300), "sent after the cut: news");
}

Test(aimd_limit, after_a_cut_it_grows_by_one_a_round)
{
    struct aimd_limit limit;
    aimd_limit_init(&limit, 20, 100, false);
    aimd_limit_on_overload(&limit, 20, 0, 1000);
    double before = limit.limit;
    for (int i = 0; i < 14; i++)
        aimd_limit_on_answer(&limit, 14);
    cr_expect(gt(dbl, limit.limit, before + 0.9));
    cr_expect(le(dbl, limit.limit, before + 1));
}

Test(aimd_limit, it_never_falls_below_one_and_recovers_from_there)
{
    struct aimd_limit limit;
    aimd_limit_init(&limit, 20, 100, false);
    for (int i = 0; i < 100; i++)
        aimd_limit_on_overload(&limit, 1, i * 10, i * 10 + 5);
    cr_expect(eq(dbl, limit.limit, 1));
    cr_expect(aimd_limit_allows(&limit, 0));
    aimd_limit_on_answer(&limit, 1);
    cr_expect(eq(dbl, limit.limit, 2));
}

Test(aimd_limit, a_limit_that_is_not_used_does_not_grow)
{
    struct aimd_limit limit;
    aimd_limit_init(&limit, 20, 100, false);
    for (int i = 0; i < 1000; i++)
        aimd_limit_on_answer(&limit, 3);
    cr_expect(eq(dbl, limit.limit, 20));
}

Test(aimd_limit, a_cut_starts_from_what_flew)
{
    struct aimd_limit limit;
    aimd_limit_init(&limit, 100, 100, false);
    aimd_limit_on_overload(&limit, 10, 0, 1000);
    cr_expect(epsilon_eq(dbl, limit.limit, 7, 1e-9));
}

Test(aimd_limit, a_fixed_limit_stays)
{
    struct aimd_limit limit;
    aimd_limit_init(&limit, 1, 64, true);
    aimd_limit_on_overload(&limit, 64, 0, 1000);
    cr_expect(aimd_limit_allows(&limit, 63));
    cr_expect(not(aimd_limit_allows(&limit, 64)));
}
