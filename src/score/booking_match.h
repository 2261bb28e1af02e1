/*
 * booking_match.h: whether the bookings that were made are the ones that gold wants
 * (docs/METRICS.md, "Success"). Both sides are multisets: a right one made twice is wrong. Slots
 * are compared as slot_match does, with gold's alternatives; a slot that gold does not name is not
 * compared. Pairs are found by bipartite matching, so that alternatives cannot block each other.
 * Thread: any, with that thread's scratch.
 */
#ifndef ASSAY_SCORE_BOOKING_MATCH_H
#define ASSAY_SCORE_BOOKING_MATCH_H

#include "record/gold.h"
#include "score/slot_match.h"

enum { BOOKING_MATCH_MOST = 64 }; /* bookings on a side; more are never equal */

struct booking_match {
    size_t wanted, made, matched;
};

/* One made booking says what the gold booking says. */
bool booking_match_equal(const struct slot_match_context *context, const struct gold_booking *gold,
                         const struct gold_booking *made);
/* The largest number of pairs between one acceptable set and what was made. */
struct booking_match booking_match_set(const struct slot_match_context *context,
                                       const struct record_list *gold,
                                       const struct record_list *made);
/* The acceptable set that fits best: all matched and none left over, else most pairs; the first of
 * equals. Its index, or SIZE_MAX when gold lists no set. */
size_t booking_match_best(const struct slot_match_context *context, const struct record_list *sets,
                          const struct record_list *made, struct booking_match *ret_match);

static inline bool booking_match_is_right(const struct booking_match *match)
{
    return match->matched == match->wanted && match->matched == match->made;
}

#endif
