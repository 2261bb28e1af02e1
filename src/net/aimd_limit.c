/*
 * aimd_limit.c: the adaptive number of calls in flight of one far end. Asked by far_end.c before
 * each attempt, told by it after each. Network thread.
 */
#include "net/aimd_limit.h"

#include <math.h>

void aimd_limit_init(struct aimd_limit *limit, uint32_t start, uint32_t max, bool fixed)
{
    double most = fmax(max, 1);
    *limit = (struct aimd_limit){
        .limit = fixed ? most : fmin(fmax(start, 1), most),
        .max = most,
        .fixed = fixed,
        .slow_start = true,
        .cut_at_ns = INT64_MIN,
    };
}

bool aimd_limit_allows(const struct aimd_limit *limit, uint32_t in_flight)
{
    return in_flight + 1.0 <= limit->limit;
}

void aimd_limit_on_answer(struct aimd_limit *limit, uint32_t in_flight)
{
    if (limit->fixed || in_flight * 2.0 < limit->limit)
        return;
    double step = limit->slow_start ? 1 : 1 / limit->limit;
    limit->limit = fmin(limit->limit + step, limit->max);
}

bool aimd_limit_on_overload(struct aimd_limit *limit, uint32_t in_flight, int64_t sent_ns,
                            int64_t now_ns)
{
    if (limit->fixed || sent_ns < limit->cut_at_ns)
        return false;
    limit->slow_start = false;
    limit->cut_at_ns = now_ns;
    limit->cuts++;
    /* A limit far above what flew is no cause: what flew was too much. */
    limit->limit = fmax(fmin(limit->limit, in_flight) * AIMD_LIMIT_CUT, 1);
    return true;
}
