/*
 * slot_tracker.h: what is known of each slot of a task, turn after turn.
 *
 * The task names its slots with their types; each turn's result is merged into them: a date and a
 * time said in different turns meet in one datetime slot, a datetime fills a date slot and a time
 * slot, a correction overwrites only its part, a refused value is kept as an exclusion and clears
 * the slot that held it. What is asked for decides between slots of one type. The state after each
 * turn is what scoring sees. A tracker owns copies of all it holds; one thread at a time.
 */
#ifndef ASSAY_EXTRACT_SLOT_TRACKER_H
#define ASSAY_EXTRACT_SLOT_TRACKER_H

#include "base/cleanup.h"
#include "base/error.h"
#include "extract/extractor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slot_tracker;

/* One slot of the task. */
struct slot_tracker_spec {
    const char *name; /* appointment_date */
    /* What it takes; EXTRACT_CATEGORY takes values of the categorical slot of the same name. */
    enum extract_type type;
};

enum slot_tracker_status {
    SLOT_TRACKER_OPEN,    /* nothing known */
    SLOT_TRACKER_PARTIAL, /* a datetime slot that has only its date or its time */
    SLOT_TRACKER_FILLED,
    SLOT_TRACKER_REFUSED,  /* "I'd rather not say" when it was asked for */
    SLOT_TRACKER_DEFERRED, /* "I don't know yet" */
};

enum slot_tracker_change {
    SLOT_TRACKER_KEPT,     /* as before this turn */
    SLOT_TRACKER_SET,      /* first value */
    SLOT_TRACKER_REPLACED, /* another value */
    SLOT_TRACKER_CLEARED,  /* its value was refused or taken back */
};

enum { SLOT_TRACKER_VALUE_BYTES = 192, SLOT_TRACKER_EXCLUSIONS = 8 };

struct slot_tracker_slot {
    const struct slot_tracker_spec *spec;
    enum slot_tracker_status status;
    enum slot_tracker_change change;      /* in the last turn */
    char value[SLOT_TRACKER_VALUE_BYTES]; /* NUL-terminated; empty unless FILLED or PARTIAL */
    enum extract_grain grain;
    double confidence, probability;
    bool needs_confirmation;
    const char *reason; /* static; NULL */
    const char *rule;   /* static; NULL */
    uint32_t turn;      /* of the value, counted from 1 */
    /* Values that were refused and have not been asked for since; the oldest goes first. */
    char exclusions[SLOT_TRACKER_EXCLUSIONS][SLOT_TRACKER_VALUE_BYTES];
    size_t exclusion_count;
};

/* Copies the specs. STATUS_CONFIG for a name that occurs twice or is empty. */
enum status slot_tracker_create(const struct slot_tracker_spec *specs, size_t spec_count,
                                struct slot_tracker **ret_tracker, struct error *err);
void slot_tracker_destroy(struct slot_tracker *tracker);
/* Forgets all values: another conversation. */
void slot_tracker_reset(struct slot_tracker *tracker);

/*
 * Merges one turn. `asked` names the slots that the agent had just asked for (names of specs), in
 * order of preference; unknown names are ignored.
 */
void slot_tracker_turn(struct slot_tracker *tracker, const struct extract_result *result,
                       const struct strview *asked, size_t asked_count);

size_t slot_tracker_count(const struct slot_tracker *tracker);
/* Lives as long as the tracker; its fields change with each turn. */
const struct slot_tracker_slot *slot_tracker_at(const struct slot_tracker *tracker, size_t index);
/* NULL when the task has no such slot. */
const struct slot_tracker_slot *slot_tracker_find(const struct slot_tracker *tracker,
                                                  struct strview name);
/* The types to put into the next request's `asked_types`, for the named slots. */
uint32_t slot_tracker_asked_types(const struct slot_tracker *tracker, const struct strview *asked,
                                  size_t asked_count);

DEFINE_CLEANUP(slot_tracker_cleanup, struct slot_tracker, slot_tracker_destroy)

#endif
