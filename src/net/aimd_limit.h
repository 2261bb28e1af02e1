/*
 * aimd_limit.h: how many calls may be in flight at once, learnt from the far end's own complaints.
 *
 * Additive increase, multiplicative decrease, on 429, 498, 503, 529 and time-outs; never on
 * latency, since a long answer of a model is not overload. Until the first cut the limit grows by
 * one per answer (slow start), then by one per round of answers. One cut per window: a complaint
 * about an attempt sent before the last cut says nothing new. Pure: time is an argument. Thread:
 * one at a time.
 */
#ifndef ASSAY_NET_AIMD_LIMIT_H
#define ASSAY_NET_AIMD_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define AIMD_LIMIT_CUT 0.7 /* what is left of the calls in flight after a cut */

struct aimd_limit {
    double limit; /* 1..max */
    double max;
    bool fixed;
    bool slow_start;
    int64_t cut_at_ns;
    uint64_t cuts;
};

/* fixed: the limit is max, always. */
void aimd_limit_init(struct aimd_limit *limit, uint32_t start, uint32_t max, bool fixed);
bool aimd_limit_allows(const struct aimd_limit *limit, uint32_t in_flight);
/* `in_flight` counts the attempt that has just ended. A limit that is not used does not grow. */
void aimd_limit_on_answer(struct aimd_limit *limit, uint32_t in_flight);
/* True when it cut. */
bool aimd_limit_on_overload(struct aimd_limit *limit, uint32_t in_flight, int64_t sent_ns,
                            int64_t now_ns);

#endif
