/*
 * back_end_session.h: one trial's own view of the back end. The calendar is shared and never
 * written; what this trial booked, moved or cancelled lies over it in the trial's arena. Calls are
 * pure: the same calls in the same order give the same answers, whatever the thread.
 *
 * Methods (parameters are slots; dates 2025-01-14, times 14:30, categories by value or synonym):
 *   check_availability      {service, practitioner?, date? or date_range?, time?}
 *   book_appointment        {service, date, time, name, practitioner?, phone?, ...}
 *   reschedule_appointment  {name, current_date, date, time, current_time?, practitioner?}
 *   cancel_appointment      {name, current_date, current_time?}
 *   lookup                  {name, current_date?} or {topic, service?}
 *   leave_message           {name, ...}
 * A second call with one idempotency key answers as the first did and does nothing. Bounded:
 * BACK_END_MOST_CALLS a trial.
 */
#ifndef ASSAY_SIMULATE_BACK_END_SESSION_H
#define ASSAY_SIMULATE_BACK_END_SESSION_H

#include "record/gold.h"
#include "simulate/back_end.h"

enum { BACK_END_MOST_CALLS = 256 };

struct back_end_session;

struct back_end_session_options {
    const struct back_end *back_end;
    struct arena *arena; /* of the trial */
    uint64_t index;      /* tells trials apart: which calls fail is a function of it */
    int64_t today;       /* nothing is booked before this day */
    bool is_sound;       /* no call meets a fault of the back end */
};

struct back_end_call {
    struct strview method;
    struct slot_map parameters;
    struct strview idempotency_key; /* absent: none */
};

/* Lives in the trial's arena. */
struct back_end_answer {
    struct strview result;  /* JSON; "null" after an error */
    struct strview error;   /* absent: it worked; else a code: slot_taken, closed, in_past,
                               not_found, missing_parameter, bad_parameter, unknown_service,
                               unknown_method, call_limit, unavailable, timeout */
    struct strview date;    /* check_availability, lookup: the day told */
    struct text_list times; /* check_availability: free ones; lookup: the appointment's */
    struct strview text;    /* lookup of a topic: the answer */
    bool is_free;           /* check_availability with a time: it can be had */
};

/* NULL: memory ran out. */
struct back_end_session *back_end_session_create(const struct back_end_session_options *options);

/* The seeded rule takes none of these times, so that the goal can be reached; `slots` are a gold
 * booking's, with all alternatives. False: memory ran out. */
bool back_end_session_keep_free(struct back_end_session *session, const struct slot_map *slots);

enum status back_end_session_call(struct back_end_session *session,
                                  const struct back_end_call *call,
                                  struct back_end_answer *ret_answer, struct error *err);

/* Calls that a fault of the back end has met. */
size_t back_end_session_faults(const struct back_end_session *session);
/* What was done and not undone by the back end itself: gold_booking records in order, canonical
 * values. Grows with the next call. */
struct record_list back_end_session_bookings(const struct back_end_session *session);

#endif
