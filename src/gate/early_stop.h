/*
 * early_stop.h: may a candidate's replay end before its last conversation (`stop_when_decided`)?
 * When its success rate is clearly worse than that of the first candidate of its mode, or clearly
 * better and no gate wants to know more of it. Clearly: by a confidence sequence over the paired
 * differences of the conversations (stats/betting_sequence.h), looked at after fixed prefixes of a
 * seeded order, so that neither threads nor a resume can change it. The chance of a wrong end, at
 * any look of any candidate of the run, is at most early_stop_alpha. Pure; thread: any.
 */
#ifndef ASSAY_GATE_EARLY_STOP_H
#define ASSAY_GATE_EARLY_STOP_H

#include "config/pipeline_spec.h"

#include <stdint.h>

enum early_stop_verdict { EARLY_STOP_NONE, EARLY_STOP_WORSE, EARLY_STOP_BETTER };

/* A candidate whose replay ended early, and the interval that ended it. */
struct early_stop {
    size_t candidate; /* place in the pipeline's candidates */
    enum early_stop_verdict verdict;
    int64_t prefix;         /* conversations of later prefixes were left out */
    uint64_t conversations; /* that both have */
    double estimate, low, high;
};

extern const double early_stop_alpha;

/* Ends when the interval's upper end is under worse_under or its lower end over better_over (NaN:
 * never). */
struct early_stop_rule {
    double worse_under, better_over;
    double alpha; /* two-sided, of this candidate */
};

/* `mode`: the pipeline as one mode sees it; `candidate`: not its first. The margins are those of
 * the gates that hold its success rate against the first candidate. */
struct early_stop_rule early_stop_rule_of(const struct pipeline_spec *mode, size_t candidate);
/* Whether the verdict of an early end is also this gate's. */
bool early_stop_decides(const struct pipeline_spec *mode, const struct gate_spec *gate);

/* Differences of success by conversation, in [-1, 1], of all prefixes up to this look. Fills
 * verdict, conversations, estimate and ends; sorts the differences. STATUS_NO_MEMORY only. */
enum status early_stop_look(double *differences, size_t count, const struct early_stop_rule *rule,
                            struct early_stop *ret_stop, struct error *err);

/* What ended early and what that saved, as a note of the run's report. False: memory ran out. */
struct run_summary;
bool early_stop_note(const struct early_stop *stops, size_t count, struct run_summary *summary);

#endif
