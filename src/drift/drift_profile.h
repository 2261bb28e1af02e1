/*
 * drift_profile.h: what a set of conversations was like, one value a conversation and signal, so
 * that tests on it count conversations and not turns. Fed one conversation at a time, in any order
 * (the order changes nothing). Memory is bounded: 32 windows of time (hours, made coarser as the
 * span grows) x 192 signals x 2,048 distinct numbers or 64 labels; beyond these numbers are rounded
 * to 0.5 % and labels become "(other)".
 *
 *   per conversation: drift_profile_begin, then each signal at most once.
 *
 * Labels are kept as they are given: the caller gives only what may be shown. Thread: one at a
 * time.
 */
#ifndef ASSAY_DRIFT_DRIFT_PROFILE_H
#define ASSAY_DRIFT_DRIFT_PROFILE_H

#include "base/cleanup.h"
#include "base/strview.h"
#include "numeric/value_counts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DRIFT_PROFILE_WINDOWS = 32,
    DRIFT_PROFILE_SIGNALS = 192,
    DRIFT_PROFILE_LABELS = 64, /* "(other)" included */
    DRIFT_PROFILE_NUMBERS = 2048,
};

enum drift_kind {
    DRIFT_NUMBER,   /* turns, milliseconds, money */
    DRIFT_SHARE,    /* 0 or 1: a slot was filled, a tool failed */
    DRIFT_CATEGORY, /* an intent, an outcome, the value of a categorical slot */
};

struct drift_signal {
    char *name; /* "latency_ms", "slot_fill.date" */
    enum drift_kind kind;
    bool tells_absence; /* that a conversation has no value is news of its own */
    char *labels[DRIFT_PROFILE_LABELS];
    size_t label_count;
};

/* A conversation without a start time lies before all others. */
#define DRIFT_NO_TIME INT64_MIN

struct drift_profile;

struct drift_profile *drift_profile_create(void); /* NULL: memory ran out */
void drift_profile_destroy(struct drift_profile *profile);

/* Each returns false when memory ran out. Signals beyond the limit are left out and counted. */
bool drift_profile_begin(struct drift_profile *profile, int64_t start_ns);
/* NaN and infinities are no value. */
bool drift_profile_number(struct drift_profile *profile, struct strview name, double value);
bool drift_profile_share(struct drift_profile *profile, struct strview name, bool hit);
/* tells_absence false: that it is missing is told by another signal. */
bool drift_profile_label(struct drift_profile *profile, struct strview name, const char *label,
                         bool tells_absence);

uint64_t drift_profile_conversations(const struct drift_profile *profile);
uint64_t drift_profile_left_out(const struct drift_profile *profile); /* signals over the limit */
size_t drift_profile_signal_count(const struct drift_profile *profile);
const struct drift_signal *drift_profile_signal(const struct drift_profile *profile, size_t index);
/* SIZE_MAX: there is none of that name and kind. */
size_t drift_profile_find(const struct drift_profile *profile, const char *name,
                          enum drift_kind kind);

/* Neighbouring windows first .. end - 1 of the profile's, oldest first. */
struct drift_span {
    size_t first, end;
};

size_t drift_profile_window_count(const struct drift_profile *profile);
struct drift_span drift_profile_all(const struct drift_profile *profile);
/*
 * Tumbling windows of at least `floor` conversations: neighbours are merged until they hold as
 * many, what is left over joins the last. Whole days (UTC) unless all lie in one, since a
 * day's hours differ among themselves. At most DRIFT_PROFILE_WINDOWS; returns how many.
 */
size_t drift_profile_windows(const struct drift_profile *profile, uint64_t floor,
                             struct drift_span *ret_windows);
uint64_t drift_profile_span_conversations(const struct drift_profile *profile,
                                          struct drift_span span);
/* First and last instant of the span, to the hour or coarser; DRIFT_NO_TIME when it has none. */
void drift_profile_span_times(const struct drift_profile *profile, struct drift_span span,
                              int64_t *ret_from_ns, int64_t *ret_until_ns);

/* What a span holds of a signal. */
struct drift_tally {
    uint64_t count;                        /* conversations with a value */
    struct value_counts numbers;           /* DRIFT_NUMBER */
    bool rounded;                          /* numbers are rounded to 0.5 % */
    uint64_t hits;                         /* DRIFT_SHARE */
    uint64_t labels[DRIFT_PROFILE_LABELS]; /* DRIFT_CATEGORY, by the signal's labels */
};

/* Freed with drift_tally_done. False: memory ran out. */
bool drift_profile_tally(const struct drift_profile *profile, size_t signal, struct drift_span span,
                         struct drift_tally *ret_tally);
/* Rounds the numbers, so that they can be held against rounded ones. */
bool drift_tally_round(struct drift_tally *tally);
void drift_tally_done(struct drift_tally *tally);

DEFINE_CLEANUP(drift_profile_cleanup, struct drift_profile, drift_profile_destroy)

#endif
