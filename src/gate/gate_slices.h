/*
 * gate_slices.h: one decision over the slices of a run: does any slice fall by more than the
 * margin? Slices under min_n conversations are listed, not judged.
 *
 * Fail: some slice fails at level alpha by Holm over the judged slices, from its own data alone.
 * Pass: every judged slice has its lower end over the threshold, each at alpha (an intersection of
 * tests needs no correction), where the slices are shrunk towards their common mean: small ones
 * borrow strength (DerSimonian and Laird's variance between slices; normal posterior with the
 * uncertainty of the mean). Else inconclusive. Thread: any.
 */
#ifndef ASSAY_GATE_GATE_SLICES_H
#define ASSAY_GATE_GATE_SLICES_H

#include "base/error.h"
#include "gate/gate_decision.h"

struct gate_slice {
    struct gate_difference difference; /* in */
    bool is_judged;                    /* out: enough conversations, and defined */
    double shrunk, low, high;          /* towards the mean of the slices; low, high at alpha */
    double adjusted_p;                 /* of failing, Holm */
    enum verdict verdict;
};

struct gate_slices_rule {
    double threshold, alpha;
    uint64_t min_n;
};

/* Fills the slices. *ret_worst: the judged slice with the lowest shrunk value, SIZE_MAX: none. */
enum status gate_slices_decide(struct gate_slice *slices, size_t count,
                               const struct gate_slices_rule *rule, enum verdict *ret_verdict,
                               size_t *ret_worst, struct error *err);

#endif
