/*
 * back_end.h: the booking back end that answers tool calls when a candidate acts for itself: who
 * offers what, when the house is open, what is taken, which calls fail. Read from backend.yaml
 * (datasets/booking/backend.yaml shows every key); read-only afterwards and shared by all trials.
 * What a trial does to it lies in a back_end_session.
 *
 * A time is free when the house is open, the practitioner offers the service, no `taken` entry
 * names it, and the seeded rule (taken_share) leaves it. Days are counted from 1970-01-01, minutes
 * from midnight of the house's wall clock. Lives in the arena that is given. Thread: main loads,
 * any reads.
 */
#ifndef ASSAY_SIMULATE_BACK_END_H
#define ASSAY_SIMULATE_BACK_END_H

#include "config/task_spec.h"

struct back_end_service {
    struct strview name;
    int64_t minutes;
    struct strview price;
    struct option_texts practitioners;
};

struct back_end_topic {
    struct strview name;
    struct option_texts questions; /* as a simulated caller asks */
    struct option_texts words;     /* by which a question is known */
    struct strview text;           /* the answer */
};

enum back_end_fault_kind {
    BACK_END_FAULT_NONE,
    BACK_END_FAULT_ERROR,   /* an error, nothing done */
    BACK_END_FAULT_TIMEOUT, /* no answer, nothing done */
    BACK_END_FAULT_LOST,    /* done, but the answer was lost */
    BACK_END_FAULT_DOUBLE,  /* done twice: the back end's own bug */
};

struct back_end_fault {
    struct strview method; /* "*": any */
    int kind;              /* index in the names: enum back_end_fault_kind - 1 */
    double share;
};

struct back_end_taken {
    struct strview practitioner; /* absent: everybody's */
    int64_t day, minute;
};

struct back_end_appointment {
    struct strview name, service, practitioner;
    int64_t day, minute;
};

struct back_end_hours {
    int64_t opens_minute, closes_minute; /* opens == closes: closed */
};

struct back_end {
    const struct task_spec *task;
    struct back_end_hours hours[7]; /* Monday first */
    int64_t *closed_days;
    size_t closed_day_count;
    int64_t step_minutes, most_offered, seed;
    double taken_share;
    struct back_end_service *services;
    size_t service_count;
    struct back_end_topic *topics;
    size_t topic_count;
    struct back_end_fault *faults;
    size_t fault_count;
    struct back_end_taken *taken;
    size_t taken_count;
    struct back_end_appointment *appointments;
    size_t appointment_count;
};

/* Every fault of the file goes to `faults`; `seed` is the pipeline's. */
enum status back_end_load(const char *path, const struct task_spec *task, int64_t seed,
                          struct arena *arena, struct fault_list *faults,
                          struct back_end **ret_back_end, struct error *err);

/* NULL: there is none. The service also by a synonym of the task. */
const struct back_end_service *back_end_service_of(const struct back_end *back_end,
                                                   struct strview name);
const struct back_end_topic *back_end_topic_of(const struct back_end *back_end,
                                               struct strview name);
/* An appointment may begin then. */
bool back_end_is_open(const struct back_end *back_end, int64_t day, int64_t minute);
/* An entry of `taken` names it. */
bool back_end_is_listed(const struct back_end *back_end, struct strview practitioner, int64_t day,
                        int64_t minute);
/* The seeded rule takes it. */
bool back_end_is_ruled_out(const struct back_end *back_end, struct strview practitioner,
                           int64_t day, int64_t minute);
/* The task's canonical value of a category; the text itself when it has none. */
struct strview back_end_category(const struct back_end *back_end, const char *slot,
                                 struct strview text);

/* "2025-01-14" and "14:30". False: it is no such text. */
bool back_end_read_day(struct strview text, int64_t *ret_day);
bool back_end_read_minute(struct strview text, int64_t *ret_minute);

#endif
