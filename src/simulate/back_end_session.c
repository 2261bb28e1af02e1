/*
 * back_end_session.c: the methods of the back end over a trial's own overlay. Stands between the
 * tool calls of a candidate and the records that are compared with gold. Thread: one trial, one
 * thread at a time. Owner: the trial's arena.
 */
#include "simulate/back_end_session.h"

#include "base/civil_time.h"
#include "base/counter_rng.h"
#include "base/json_write.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

enum { MOST_OVERLAY = BACK_END_MOST_CALLS, SEARCH_DAYS = 21, MOST_TIMES = 16 };

struct appointment {
    struct strview name, service, practitioner, id;
    int64_t day, minute, minutes;
    size_t base; /* index + 1 in the calendar's appointments; 0: made in this trial */
    bool gone;
};

struct kept_free {
    int64_t day, minute;
};

struct done_call {
    struct strview key;
    struct back_end_answer answer;
};

struct back_end_session {
    struct back_end_session_options options;
    const struct back_end *end;
    struct arena *arena;
    struct appointment *overlay;
    size_t overlay_count, overlay_capacity;
    struct kept_free *kept;
    size_t kept_count, kept_capacity;
    struct gold_booking *bookings;
    size_t booking_count, booking_capacity;
    struct done_call *done;
    size_t done_count, done_capacity;
    size_t calls, faults;
    bool no_memory;
};

struct back_end_session *back_end_session_create(const struct back_end_session_options *options)
{
    struct back_end_session *session = arena_alloc(options->arena, sizeof *session);
    if (session) {
        session->options = *options;
        session->end = options->back_end;
        session->arena = options->arena;
    }
    return session;
}

struct record_list back_end_session_bookings(const struct back_end_session *session)
{
    return (struct record_list){session->bookings, session->booking_count};
}

size_t back_end_session_faults(const struct back_end_session *session)
{
    return session->faults;
}

static size_t value_count(const struct slot *slot)
{
    return slot ? slot->value.count : 0;
}

bool back_end_session_keep_free(struct back_end_session *session, const struct slot_map *slots)
{
    const struct slot *date = slot_map_find(slots, strview_of("date"));
    const struct slot *time = slot_map_find(slots, strview_of("time"));
    for (size_t i = 0; i < value_count(date); i++) {
        for (size_t j = 0; j < value_count(time); j++) {
            struct kept_free kept;
            if (!back_end_read_day(date->value.texts[i], &kept.day) ||
                !back_end_read_minute(time->value.texts[j], &kept.minute))
                continue;
            if (!arena_grow(session->arena, &session->kept, session->kept_count,
                            &session->kept_capacity, sizeof *session->kept))
                return false;
            session->kept[session->kept_count++] = kept;
        }
    }
    return true;
}

static bool is_kept(const struct back_end_session *session, int64_t day, int64_t minute)
{
    for (size_t i = 0; i < session->kept_count; i++)
        if (session->kept[i].day == day && session->kept[i].minute == minute)
            return true;
    return false;
}

/* Letters and digits, case aside: "ana diaz" is "Ana  Diaz". Other bytes as they are. */
static bool same_name(struct strview a, struct strview b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.size && !isalnum((unsigned char)a.data[i]) && !(a.data[i] & 0x80))
            i++;
        while (j < b.size && !isalnum((unsigned char)b.data[j]) && !(b.data[j] & 0x80))
            j++;
        if (i == a.size || j == b.size)
            return i == a.size && j == b.size;
        if (tolower((unsigned char)a.data[i++]) != tolower((unsigned char)b.data[j++]))
            return false;
    }
}

/* The appointments of the calendar that this trial has not touched, then its own. NULL at the end.
 */
static bool next_appointment(const struct back_end_session *session, size_t *at,
                             struct appointment *ret_appointment)
{
    const struct back_end *end = session->end;
    while (*at < end->appointment_count) {
        size_t base = ++*at;
        bool touched = false;
        for (size_t i = 0; i < session->overlay_count; i++)
            touched = touched || session->overlay[i].base == base;
        if (touched)
            continue;
        const struct back_end_appointment *from = &end->appointments[base - 1];
        const struct back_end_service *service = back_end_service_of(end, from->service);
        *ret_appointment = (struct appointment){.name = from->name,
                                                .service = from->service,
                                                .practitioner = from->practitioner,
                                                .day = from->day,
                                                .minute = from->minute,
                                                .minutes = service ? service->minutes : 30,
                                                .base = base};
        return true;
    }
    while (*at < end->appointment_count + session->overlay_count) {
        const struct appointment *own = &session->overlay[(*at)++ - end->appointment_count];
        if (own->gone)
            continue;
        *ret_appointment = *own;
        return true;
    }
    return false;
}

static bool is_busy(const struct back_end_session *session, struct strview practitioner,
                    int64_t day, int64_t minute, int64_t minutes)
{
    struct appointment other;
    for (size_t at = 0; next_appointment(session, &at, &other);)
        if (other.day == day && strview_equal(other.practitioner, practitioner) &&
            minute < other.minute + other.minutes && other.minute < minute + minutes)
            return true;
    return false;
}

static bool can_have(const struct back_end_session *session, struct strview practitioner,
                     int64_t day, int64_t minute, int64_t minutes)
{
    const struct back_end *end = session->end;
    if (!back_end_is_open(end, day, minute) || back_end_is_listed(end, practitioner, day, minute) ||
        is_busy(session, practitioner, day, minute, minutes))
        return false;
    return is_kept(session, day, minute) || !back_end_is_ruled_out(end, practitioner, day, minute);
}

/* Who can do it then: the wanted practitioner, or the first of the service. Absent: nobody. */
static struct strview who_can(const struct back_end_session *session,
                              const struct back_end_service *service, struct strview wanted,
                              int64_t day, int64_t minute)
{
    for (size_t i = 0; i < service->practitioners.count; i++) {
        struct strview who = service->practitioners.items[i];
        if ((!wanted.data || strview_equal(who, wanted)) &&
            can_have(session, who, day, minute, service->minutes))
            return who;
    }
    return (struct strview){0};
}

/* ---- parameters ---- */

static struct strview text_of(const struct back_end_call *call, const char *name)
{
    const struct slot *slot = slot_map_find(&call->parameters, strview_of(name));
    if (!slot || slot->value.kind == SLOT_VALUE_DONTCARE || slot->value.count == 0 ||
        slot->value.texts[0].size == 0)
        return (struct strview){0};
    return slot->value.texts[0];
}

static struct strview wanted_practitioner(const struct back_end_session *session,
                                          const struct back_end_call *call)
{
    struct strview text = text_of(call, "practitioner");
    return text.data ? back_end_category(session->end, "practitioner", text) : text;
}

static enum status refuse(struct back_end_answer *answer, const char *code)
{
    answer->error = strview_of(code);
    answer->result = strview_of("null");
    return STATUS_OK;
}

static struct strview print_day(struct back_end_session *session, int64_t day)
{
    char text[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_date(day, text);
    struct strview copy = arena_copy_view(session->arena, strview_of(text));
    session->no_memory = session->no_memory || !copy.data;
    return copy;
}

static struct strview print_minute(struct back_end_session *session, int64_t minute)
{
    char *text = arena_format(session->arena, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
    session->no_memory = session->no_memory || !text;
    return strview_of(text);
}

static void set_result(struct back_end_session *session, struct back_end_answer *answer,
                       struct strbuf *text)
{
    answer->result = arena_copy_view(session->arena, strbuf_view(text));
    session->no_memory = session->no_memory || text->failed || !answer->result.data;
    strbuf_done(text);
}

/* ---- records ---- */

static void set_slot(struct back_end_session *session, struct slot_map *slots, const char *name,
                     struct strview text)
{
    if (!text.data)
        return;
    struct slot_value value = slot_value_text(session->arena, text);
    if (!slot_map_set(session->arena, slots, strview_of(name), &value))
        session->no_memory = true;
}

/* A canonical record: the caller's parameters, then what the back end itself knows of an
 * appointment that existed. Who does it is in a new one only when the caller named somebody. */
static void record(struct back_end_session *session, const struct back_end_call *call,
                   const struct appointment *made)
{
    if (!arena_grow(session->arena, &session->bookings, session->booking_count,
                    &session->booking_capacity, sizeof *session->bookings)) {
        session->no_memory = true;
        return;
    }
    struct gold_booking *booking = &session->bookings[session->booking_count++];
    booking->method = arena_copy_view(session->arena, call->method);
    booking->slots = slot_map_empty();
    for (size_t i = 0; i < call->parameters.count; i++)
        if (!slot_map_set(session->arena, &booking->slots, call->parameters.slots[i].name,
                          &call->parameters.slots[i].value))
            session->no_memory = true;
    set_slot(session, &booking->slots, "service", made->service);
    if (!strview_is(call->method, "book_appointment") || text_of(call, "practitioner").data)
        set_slot(session, &booking->slots, "practitioner", made->practitioner);
}

static struct appointment *overlay_add(struct back_end_session *session,
                                       const struct appointment *appointment)
{
    if (session->overlay_count >= MOST_OVERLAY ||
        !arena_grow(session->arena, &session->overlay, session->overlay_count,
                    &session->overlay_capacity, sizeof *session->overlay)) {
        session->no_memory = true;
        return NULL;
    }
    session->overlay[session->overlay_count] = *appointment;
    return &session->overlay[session->overlay_count++];
}

static void tell_appointment(struct back_end_session *session, const struct appointment *made,
                             const char *status, struct back_end_answer *answer)
{
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    struct strview *times = arena_array(session->arena, 1, sizeof *times);
    if (!times) {
        session->no_memory = true;
        return;
    }
    answer->date = print_day(session, made->day);
    times[0] = print_minute(session, made->minute);
    answer->times = (struct text_list){times, 1};
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "booking_id", made->id);
    json_write_key_text(&writer, "status", strview_of(status));
    json_write_key_text(&writer, "service", made->service);
    json_write_key_text(&writer, "practitioner", made->practitioner);
    json_write_key_text(&writer, "date", answer->date);
    json_write_key_text(&writer, "time", times[0]);
    json_write_end_object(&writer);
    set_result(session, answer, &text);
}

/* ---- methods ---- */

static bool find_own(const struct back_end_session *session, const struct back_end_call *call,
                     struct appointment *ret_found)
{
    struct strview name = text_of(call, "name"), date = text_of(call, "current_date");
    struct strview time = text_of(call, "current_time");
    int64_t day = 0, minute = 0;
    bool by_day = back_end_read_day(date, &day), by_minute = back_end_read_minute(time, &minute);
    struct appointment other;
    for (size_t at = 0; name.data && next_appointment(session, &at, &other);) {
        if (!same_name(other.name, name) || (by_day && other.day != day) ||
            (by_minute && other.minute != minute))
            continue;
        *ret_found = other;
        return true;
    }
    return false;
}

static const char *find_time(const struct back_end_session *session,
                             const struct back_end_call *call, int64_t *ret_day,
                             int64_t *ret_minute)
{
    struct strview date = text_of(call, "date"), time = text_of(call, "time");
    if (!date.data || !time.data)
        return "missing_parameter";
    if (!back_end_read_day(date, ret_day) || !back_end_read_minute(time, ret_minute))
        return "bad_parameter";
    if (*ret_day < session->options.today)
        return "in_past";
    return back_end_is_open(session->end, *ret_day, *ret_minute) ? NULL : "closed";
}

static enum status book(struct back_end_session *session, const struct back_end_call *call,
                        struct back_end_answer *answer)
{
    struct strview name = text_of(call, "name"), wished = text_of(call, "service");
    int64_t day, minute;
    if (!name.data || !wished.data)
        return refuse(answer, "missing_parameter");
    const struct back_end_service *service = back_end_service_of(session->end, wished);
    if (!service)
        return refuse(answer, "unknown_service");
    const char *fault = find_time(session, call, &day, &minute);
    if (fault)
        return refuse(answer, fault);
    struct strview who = who_can(session, service, wanted_practitioner(session, call), day, minute);
    if (!who.data)
        return refuse(answer, "slot_taken");
    char *id = arena_format(session->arena, "B-%04zu", session->overlay_count + 1);
    struct appointment made = {.name = arena_copy_view(session->arena, name),
                               .service = service->name,
                               .practitioner = who,
                               .id = strview_of(id),
                               .day = day,
                               .minute = minute,
                               .minutes = service->minutes};
    if (id && overlay_add(session, &made)) {
        record(session, call, &made);
        tell_appointment(session, &made, "booked", answer);
    }
    return STATUS_OK;
}

/* Takes the appointment out of the shared calendar: from now on it is this trial's. */
static struct appointment *own_copy(struct back_end_session *session,
                                    const struct appointment *found)
{
    for (size_t i = 0; i < session->overlay_count; i++) {
        struct appointment *own = &session->overlay[i];
        if (!own->gone && own->base == found->base && strview_equal(own->id, found->id) &&
            own->day == found->day && own->minute == found->minute &&
            strview_equal(own->name, found->name))
            return own;
    }
    struct appointment copy = *found;
    copy.id = strview_of(arena_format(session->arena, "A-%04zu", found->base));
    return overlay_add(session, &copy);
}

static enum status reschedule(struct back_end_session *session, const struct back_end_call *call,
                              struct back_end_answer *answer)
{
    struct appointment found;
    int64_t day, minute;
    if (!text_of(call, "name").data)
        return refuse(answer, "missing_parameter");
    if (!find_own(session, call, &found))
        return refuse(answer, "not_found");
    const char *fault = find_time(session, call, &day, &minute);
    if (fault)
        return refuse(answer, fault);
    const struct back_end_service *service = back_end_service_of(session->end, found.service);
    struct strview wanted = wanted_practitioner(session, call);
    struct appointment *own = own_copy(session, &found);
    if (!own || !service)
        return STATUS_OK;
    own->gone = true; /* its own old time is no obstacle */
    struct strview who = wanted;
    if (!wanted.data && can_have(session, own->practitioner, day, minute, own->minutes))
        who = own->practitioner;
    else
        who = who_can(session, service, wanted, day, minute);
    own->gone = false;
    if (!who.data)
        return refuse(answer, "slot_taken");
    own->day = day;
    own->minute = minute;
    own->practitioner = who;
    record(session, call, own);
    tell_appointment(session, own, "moved", answer);
    return STATUS_OK;
}

static enum status cancel(struct back_end_session *session, const struct back_end_call *call,
                          struct back_end_answer *answer)
{
    struct appointment found;
    if (!text_of(call, "name").data)
        return refuse(answer, "missing_parameter");
    if (!find_own(session, call, &found))
        return refuse(answer, "not_found");
    struct appointment *own = own_copy(session, &found);
    if (!own)
        return STATUS_OK;
    own->gone = true;
    record(session, call, own);
    tell_appointment(session, own, "cancelled", answer);
    return STATUS_OK;
}

static enum status lookup(struct back_end_session *session, const struct back_end_call *call,
                          struct back_end_answer *answer)
{
    struct strview name = text_of(call, "topic");
    struct appointment found;
    if (!name.data) {
        if (!find_own(session, call, &found))
            return refuse(answer, "not_found");
        if (!found.id.data)
            found.id = strview_of(arena_format(session->arena, "A-%04zu", found.base));
        tell_appointment(session, &found, "booked", answer);
        return STATUS_OK;
    }
    const struct back_end_topic *topic = back_end_topic_of(session->end, name);
    const struct back_end_service *service =
        back_end_service_of(session->end, text_of(call, "service"));
    if (!topic)
        return refuse(answer, "not_found");
    answer->text = topic->text;
    if (service && strview_is(name, "price") && service->price.data)
        answer->text = service->price;
    if (service && strview_is(name, "duration"))
        answer->text =
            strview_of(arena_format(session->arena, "%lld minutes", (long long)service->minutes));
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "topic", name);
    json_write_key_text(&writer, "answer", answer->text);
    json_write_end_object(&writer);
    set_result(session, answer, &text);
    return STATUS_OK;
}

/* Free times of a day on the grid, spread over it, and those that were kept free. */
static size_t free_times(const struct back_end_session *session,
                         const struct back_end_service *service, struct strview wanted, int64_t day,
                         int64_t ret_minutes[MOST_TIMES])
{
    const struct back_end_hours *hours = &session->end->hours[civil_time_weekday(day) - 1];
    int64_t all[24 * 12];
    size_t found = 0, most = (size_t)session->end->most_offered, told = 0;
    for (int64_t at = hours->opens_minute; at < hours->closes_minute;
         at += session->end->step_minutes)
        if (found < sizeof all / sizeof *all && who_can(session, service, wanted, day, at).data)
            all[found++] = at;
    most = most < MOST_TIMES ? most : MOST_TIMES;
    if (found <= most)
        most = found;
    for (size_t i = 0; i < most; i++)
        ret_minutes[told++] = all[i * found / most];
    return told;
}

static int64_t first_day(const struct back_end_session *session, const struct back_end_call *call,
                         int64_t *ret_last)
{
    struct strview date = text_of(call, "date"), range = text_of(call, "date_range");
    int64_t day = session->options.today + 1, last;
    *ret_last = day + SEARCH_DAYS;
    if (back_end_read_day(date, &day)) {
        *ret_last = day + 1;
    } else if (range.size >= 10 && back_end_read_day((struct strview){range.data, 10}, &day)) {
        *ret_last = day + SEARCH_DAYS;
        if (range.size == 21 && back_end_read_day((struct strview){range.data + 11, 10}, &last) &&
            last - day < 62)
            *ret_last = last;
    }
    return day;
}

static enum status check(struct back_end_session *session, const struct back_end_call *call,
                         struct back_end_answer *answer)
{
    struct strview wished = text_of(call, "service"), wanted = wanted_practitioner(session, call);
    struct appointment own;
    if (!wished.data && find_own(session, call, &own)) /* of the appointment that is to be moved */
        wished = own.service;
    const struct back_end_service *service = back_end_service_of(session->end, wished);
    if (!service)
        return refuse(answer, wished.data ? "unknown_service" : "missing_parameter");
    int64_t last, minutes[MOST_TIMES], minute;
    size_t count = 0;
    int64_t day = first_day(session, call, &last);
    if (back_end_read_minute(text_of(call, "time"), &minute))
        answer->is_free =
            day >= session->options.today && who_can(session, service, wanted, day, minute).data;
    for (; day < last; day++) {
        count =
            day >= session->options.today ? free_times(session, service, wanted, day, minutes) : 0;
        if (count)
            break;
    }
    struct strview *times = arena_array(session->arena, MOST_TIMES, sizeof *times);
    if (!times)
        session->no_memory = true;
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    answer->date = print_day(session, count ? day : last - 1);
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "date", answer->date);
    json_write_key(&writer, strview_of("times"));
    json_write_begin_array(&writer);
    for (size_t i = 0; times && i < count; i++) {
        times[i] = print_minute(session, minutes[i]);
        json_write_text(&writer, times[i]);
    }
    json_write_end_array(&writer);
    if (text_of(call, "time").data)
        json_write_key_bool(&writer, "free", answer->is_free);
    json_write_end_object(&writer);
    answer->times = (struct text_list){times, times ? count : 0};
    set_result(session, answer, &text);
    return STATUS_OK;
}

static enum status leave_message(struct back_end_session *session, const struct back_end_call *call,
                                 struct back_end_answer *answer)
{
    (void)session;
    (void)call;
    answer->result = strview_of("{\"status\": \"left\"}");
    return STATUS_OK;
}

static enum status dispatch(struct back_end_session *session, const struct back_end_call *call,
                            struct back_end_answer *answer)
{
    static const struct {
        const char *name;
        enum status (*run)(struct back_end_session *session, const struct back_end_call *call,
                           struct back_end_answer *answer);
    } methods[] = {{"check_availability", check},
                   {"book_appointment", book},
                   {"cancel_appointment", cancel},
                   {"reschedule_appointment", reschedule},
                   {"lookup", lookup},
                   {"leave_message", leave_message}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strview_is(call->method, methods[i].name))
            return methods[i].run(session, call, answer);
    return refuse(answer, "unknown_method");
}

/* Which fault meets this call: one draw for each rule, in the file's order. */
static enum back_end_fault_kind draw_fault(const struct back_end_session *session,
                                           const struct back_end_call *call)
{
    const struct back_end *end = session->end;
    struct counter_rng rng =
        counter_rng_start((uint64_t)end->seed, counter_rng_purpose("back end: faults"),
                          session->options.index * BACK_END_MOST_CALLS + session->calls);
    enum back_end_fault_kind kind = BACK_END_FAULT_NONE;
    for (size_t i = 0; i < end->fault_count; i++) {
        const struct back_end_fault *fault = &end->faults[i];
        bool meets = strview_is(fault->method, "*") || strview_equal(fault->method, call->method);
        if (counter_rng_unit(&rng) < fault->share && meets && kind == BACK_END_FAULT_NONE)
            kind = (enum back_end_fault_kind)(fault->kind + 1);
    }
    return kind;
}

static enum status run(struct back_end_session *session, const struct back_end_call *call,
                       struct back_end_answer *answer)
{
    for (size_t i = 0; call->idempotency_key.data && i < session->done_count; i++) {
        if (strview_equal(session->done[i].key, call->idempotency_key)) {
            *answer = session->done[i].answer;
            return STATUS_OK;
        }
    }
    enum back_end_fault_kind fault =
        session->options.is_sound ? BACK_END_FAULT_NONE : draw_fault(session, call);
    session->faults += fault != BACK_END_FAULT_NONE;
    if (fault == BACK_END_FAULT_ERROR)
        return refuse(answer, "unavailable");
    if (fault == BACK_END_FAULT_TIMEOUT)
        return refuse(answer, "timeout");
    size_t before = session->booking_count;
    enum status status = dispatch(session, call, answer);
    if (status != STATUS_OK || answer->error.data)
        return status;
    if (fault == BACK_END_FAULT_DOUBLE && session->booking_count > before)
        record(session, call, &session->overlay[session->overlay_count - 1]);
    if (call->idempotency_key.data &&
        arena_grow(session->arena, &session->done, session->done_count, &session->done_capacity,
                   sizeof *session->done))
        session->done[session->done_count++] =
            (struct done_call){arena_copy_view(session->arena, call->idempotency_key), *answer};
    return fault == BACK_END_FAULT_LOST ? refuse(answer, "timeout") : STATUS_OK;
}

enum status back_end_session_call(struct back_end_session *session,
                                  const struct back_end_call *call,
                                  struct back_end_answer *ret_answer, struct error *err)
{
    struct back_end_answer answer = {0};
    enum status status = STATUS_OK;
    if (++session->calls > BACK_END_MOST_CALLS)
        status = refuse(&answer, "call_limit");
    else
        status = run(session, call, &answer);
    if (session->no_memory)
        return error_no_memory(err);
    if (status == STATUS_OK)
        *ret_answer = answer;
    return status;
}
