/*
 * task_spec.h: what the agent's task is (datasets/booking/task.yaml): slots, intents, states,
 * opening hours, success. Read-only after loading; lives in the arena that is given. Thread: main
 * loads, any reads.
 */
#ifndef ASSAY_CONFIG_TASK_SPEC_H
#define ASSAY_CONFIG_TASK_SPEC_H

#include "base/time_zone.h"
#include "config/option_table.h"

enum slot_type {
    SLOT_TYPE_TEXT,
    SLOT_TYPE_DATE,
    SLOT_TYPE_TIME,
    SLOT_TYPE_DATETIME,
    SLOT_TYPE_INTERVAL,
    SLOT_TYPE_DURATION,
    SLOT_TYPE_NAME,
    SLOT_TYPE_PHONE,
    SLOT_TYPE_EMAIL,
    SLOT_TYPE_NUMBER,
    SLOT_TYPE_CATEGORICAL,
};
extern const char *const slot_type_names[];

/* How a predicted value is held against the gold value (docs/METRICS.md, "When two values are
 * equal"). */
enum slot_compare {
    COMPARE_TYPED, /* by the slot's type: 2pm is 14:00, "Ana DIAZ" is "Ana Díaz" */
    COMPARE_TEXT,  /* case, space and punctuation aside */
    COMPARE_EXACT, /* byte for byte */
};

struct slot_category {
    struct strview value;
    struct option_texts synonyms;
};

struct slot_spec {
    struct strview name;
    int type; /* enum slot_type */
    bool required;
    int compare; /* enum slot_compare */
    struct strview description;
    double confirm_under; /* a value under this confidence is read back; NaN: the candidate's
                             default */
    double model_under;   /* hybrid: the model is asked for it under this; NaN: as above */
    struct slot_category *categories;
    size_t category_count;
    struct yaml_node *values; /* as read */
};

struct intent_spec {
    struct strview name;
    struct strview description;
    struct option_texts phrases;
    struct option_texts
        requires;        /* slots that must be known before the tool is called */
    struct strview tool; /* "book_appointment"; absent: nothing is booked */
};

enum state_kind { STATE_OTHER, STATE_COLLECT, STATE_CONFIRM, STATE_COMPLETED, STATE_HANDOVER };

struct state_spec {
    struct strview name;
    struct strview description;
    struct option_texts asks; /* slots that the agent asks for in this state */
    int kind;                 /* enum state_kind */
};

/* What counts as success, by replay mode. */
enum success_rule {
    SUCCESS_ALL_TURNS_RIGHT,  /* the state is right after every turn */
    SUCCESS_GOAL_SLOTS_RIGHT, /* all required gold slots are right at the end */
    SUCCESS_BOOKINGS,         /* the bookings made are the gold bookings */
};

struct success_spec {
    int teacher_forced, own_state, free_running, simulated_user; /* enum success_rule */
};

struct task_spec {
    const char *path;
    struct strview name;
    struct strview version;
    struct strview description;
    struct strview locale;
    struct strview time_zone;
    struct strview phone_country; /* ISO 3166, "US" */
    int week_start;               /* 0 Monday .. 6 Sunday */
    double dead_air_ms;           /* a silence of the agent over this is dead air */
    struct yaml_node *opening_hours;
    struct slot_spec *slots;
    size_t slot_count;
    struct intent_spec *intents;
    size_t intent_count;
    struct state_spec *states;
    size_t state_count;
    struct success_spec success;
};

/* Adds every fault of the file to `faults`; *ret_task is set even when there are some (not when the
 * file is unreadable). */
enum status task_spec_load(const char *path, struct arena *arena, struct fault_list *faults,
                           struct task_spec **ret_task, struct error *err);

const struct slot_spec *task_spec_slot(const struct task_spec *task, struct strview name);
/* The category that `value` or a synonym names, case of ASCII letters aside; SIZE_MAX: none. */
size_t task_spec_category(const struct slot_spec *slot, struct strview value);
const struct state_spec *task_spec_state(const struct task_spec *task, struct strview name);
const struct intent_spec *task_spec_intent(const struct task_spec *task, struct strview name);

#endif
