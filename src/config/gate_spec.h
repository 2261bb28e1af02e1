/*
 * gate_spec.h: one gate of a pipeline: a metric against a threshold, or a candidate against a
 * blessed baseline or another candidate of the run. Read-only after loading. Thread: main loads,
 * any reads.
 */
#ifndef ASSAY_CONFIG_GATE_SPEC_H
#define ASSAY_CONFIG_GATE_SPEC_H

#include "config/option_table.h"

enum gate_kind {
    GATE_THRESHOLD,       /* at_least, at_most */
    GATE_NON_INFERIORITY, /* at most `margin` worse than the reference */
    GATE_SUPERIORITY,     /* better than the reference, by more than `margin` */
};
extern const char *const gate_kind_names[];

enum gate_conversations {
    GATE_SAME_CONVERSATIONS, /* the reference saw the same ones; alpha is spent over looks */
    GATE_FRESH_CONVERSATIONS /* new ones at every look; one sequence over all looks */
};

struct gate_spec {
    const struct yaml_node *place;
    struct strview name;
    struct strview metric;
    struct strview candidate; /* absent: every candidate */
    double at_least, at_most; /* NaN: not set */
    bool by_value;            /* thresholds: the value decides, not the interval's end */
    int kind;                 /* enum gate_kind */
    struct strview baseline;  /* name of a blessed run; absent: none */
    struct strview against;   /* a candidate of this run; absent: none */
    double margin;            /* in the metric's unit; NaN: not set */
    double margin_share;      /* as a share of the reference's value; NaN: not set */
    double alpha;             /* one-sided, over all looks */
    struct strview slice; /* a key: the worst of its values decides; absent: all conversations */
    int64_t min_n;        /* conversations that a slice must have to be judged */
    int conversations;    /* enum gate_conversations */
    int only_mode;        /* 0: every mode; else enum replay_mode + 1 */
    int64_t tuned_for;    /* fresh: the sequence is narrowest at so many conversations */
};

extern const struct option gate_spec_options[];

/* Faults of one gate that can be seen without the metrics. `candidates`: names, ends with NULL. */
void gate_spec_check(struct gate_spec *gate, const char *const *candidates,
                     struct fault_list *faults);

#endif
