#include "base/file.h"
#include "codec/json_record.h"
#include "simulate/back_end_session.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>

/* The back end and the task of the data set; 2025-01-13 is a Monday. */
struct desk {
    struct arena *arena;
    struct task_spec *task;
    struct back_end *end;
};

static struct desk desk_open(void)
{
    struct desk desk = {.arena = arena_create(1 << 16, 0)};
    struct fault_list faults = {.arena = desk.arena};
    struct error err = {0};
    cr_assert(eq(int,
                 task_spec_load(ASSAY_SOURCE_DIR "/datasets/booking/task.yaml", desk.arena, &faults,
                                &desk.task, &err),
                 STATUS_OK));
    cr_assert(eq(int,
                 back_end_load(ASSAY_SOURCE_DIR "/datasets/booking/backend.yaml", desk.task, 1,
                               desk.arena, &faults, &desk.end, &err),
                 STATUS_OK));
    for (size_t i = 0; i < faults.count; i++)
        fprintf(stderr, "%s:%zu: %s\n", faults.items[i].file, faults.items[i].line,
                faults.items[i].what);
    cr_assert(eq(sz, faults.count, 0));
    desk.end->fault_count = 0;
    return desk;
}

static int64_t day_of(const char *text)
{
    int64_t day = 0;
    cr_assert(back_end_read_day(strview_of(text), &day));
    return day;
}

static struct back_end_session *session_of(const struct desk *desk, uint64_t index)
{
    struct back_end_session_options options = {
        .back_end = desk->end, .arena = desk->arena, .index = index, .today = day_of("2025-01-13")};
    struct back_end_session *session = back_end_session_create(&options);
    cr_assert(session != NULL);
    return session;
}

/* "date=2025-01-14 time=14:30" */
static struct slot_map slots_of(const struct desk *desk, const char *text)
{
    struct slot_map map = slot_map_empty();
    char copy[256], *rest = copy;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *part = strsep(&rest, "|"); part; part = strsep(&rest, "|")) {
        char *value = strchr(part, '=');
        *value++ = '\0';
        struct slot_value made = slot_value_text(desk->arena, strview_of(value));
        cr_assert(slot_map_set(desk->arena, &map, strview_of(part), &made));
    }
    return map;
}

static struct back_end_answer call(const struct desk *desk, struct back_end_session *session,
                                   const char *method, const char *parameters, const char *key)
{
    struct back_end_call made = {.method = strview_of(method),
                                 .parameters = slots_of(desk, parameters),
                                 .idempotency_key = strview_of(key)};
    struct back_end_answer answer;
    cr_assert(eq(int, back_end_session_call(session, &made, &answer, NULL), STATUS_OK));
    return answer;
}

#define BOOK "service=checkup|date=2025-01-14|time=14:30|name=Ana Diaz"

static struct back_end_session *free_session(const struct desk *desk, uint64_t index)
{
    struct back_end_session *session = session_of(desk, index);
    struct slot_map wanted = slots_of(desk, "date=2025-01-14|time=14:30");
    cr_assert(back_end_session_keep_free(session, &wanted));
    return session;
}

Test(back_end, a_free_time_is_booked_and_becomes_one_record)
{
    struct desk desk = desk_open();
    struct back_end_session *session = free_session(&desk, 1);
    struct back_end_answer answer = call(&desk, session, "book_appointment", BOOK, NULL);
    cr_assert(not(answer.error.data != NULL));
    struct record_list made = back_end_session_bookings(session);
    cr_assert(eq(sz, made.count, 1));
    const struct gold_booking *booking = made.items;
    cr_assert(strview_is(booking->method, "book_appointment"));
    cr_assert(strview_is(
        slot_value_first(&slot_map_find(&booking->slots, strview_of("time"))->value), "14:30"));
    arena_destroy(desk.arena);
}

Test(back_end, a_repeated_call_with_one_key_is_one_booking_and_without_a_key_two)
{
    struct desk desk = desk_open();
    struct back_end_session *keyed = free_session(&desk, 1), *bare = free_session(&desk, 2);
    struct back_end_answer first = call(&desk, keyed, "book_appointment", BOOK, "k1");
    struct back_end_answer again = call(&desk, keyed, "book_appointment", BOOK, "k1");
    cr_assert(strview_equal(first.result, again.result));
    cr_assert(eq(sz, back_end_session_bookings(keyed).count, 1));
    call(&desk, bare, "book_appointment", BOOK, NULL);
    call(&desk, bare, "book_appointment", BOOK, NULL);
    cr_assert(eq(sz, back_end_session_bookings(bare).count, 2));
    arena_destroy(desk.arena);
}

Test(back_end, what_one_trial_books_another_does_not_see)
{
    struct desk desk = desk_open();
    struct back_end_session *one = free_session(&desk, 1), *other = free_session(&desk, 1);
    const char *mine = BOOK "|practitioner=Dr. Okafor";
    cr_assert(not(call(&desk, one, "book_appointment", mine, NULL).error.data != NULL));
    cr_assert(strview_is(call(&desk, one, "book_appointment", mine, NULL).error, "slot_taken"));
    cr_assert(not(call(&desk, other, "book_appointment", mine, NULL).error.data != NULL));
    cr_assert(strview_is(
        call(&desk, one, "cancel_appointment", "name=ana diaz|current_date=2025-01-15", NULL).error,
        "not_found"));
    cr_assert(
        not(call(&desk, one, "cancel_appointment", "name=ana diaz|current_date=2025-01-14", NULL)
                .error.data != NULL));
    cr_assert(not(call(&desk, one, "book_appointment", mine, NULL).error.data != NULL));
    arena_destroy(desk.arena);
}

Test(back_end, what_cannot_be_booked_is_refused_with_its_reason)
{
    static const struct {
        const char *parameters, *code;
    } cases[] = {
        {"service=checkup|date=2025-01-19|time=10:00|name=A B", "closed"}, /* a Sunday */
        {"service=checkup|date=2025-12-25|time=10:00|name=A B", "closed"}, /* a holiday */
        {"service=checkup|date=2025-01-14|time=18:00|name=A B", "closed"}, /* after hours */
        {"service=checkup|date=2025-01-10|time=10:00|name=A B", "in_past"},
        {"service=checkup|date=2025-01-14|time=10:00|name=A B", "slot_taken"}, /* listed */
        {"service=surgery|date=2025-01-14|time=14:30|name=A B", "unknown_service"},
        {"service=checkup|date=tomorrow|time=14:30|name=A B", "bad_parameter"},
        {"service=checkup|date=2025-01-14|time=2 pm|name=A B", "bad_parameter"},
        {"service=checkup|date=2025-01-14|name=A B", "missing_parameter"},
        {"service=checkup|date=2025-01-14|time=14:30", "missing_parameter"},
        {"service=haircut|practitioner=Dr. Patel|date=2025-01-14|time=14:30|name=A B",
         "slot_taken"}};
    struct desk desk = desk_open();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct back_end_session *session = free_session(&desk, i);
        struct back_end_answer answer =
            call(&desk, session, "book_appointment", cases[i].parameters, NULL);
        cr_assert(strview_is(answer.error, cases[i].code), "%s gives %.*s", cases[i].parameters,
                  STRVIEW_ARG(answer.error));
        cr_assert(eq(sz, back_end_session_bookings(session).count, 0));
    }
    struct back_end_session *session = session_of(&desk, 1);
    cr_assert(strview_is(call(&desk, session, "fly", "name=A B", NULL).error, "unknown_method"));
    arena_destroy(desk.arena);
}

Test(back_end, an_appointment_of_the_calendar_is_found_moved_and_cancelled)
{
    struct desk desk = desk_open();
    struct back_end_session *session = session_of(&desk, 1);
    struct slot_map wanted = slots_of(&desk, "date=2025-01-17|time=16:30");
    cr_assert(back_end_session_keep_free(session, &wanted));
    cr_assert(
        strview_is(call(&desk, session, "lookup", "name=gregory pappas", NULL).date, "2025-01-13"));
    cr_assert(
        not(call(&desk, session, "reschedule_appointment",
                 "name=Gregory Pappas|current_date=2025-01-13|date=2025-01-17|time=16:30", NULL)
                .error.data != NULL));
    cr_assert(
        strview_is(call(&desk, session, "lookup", "name=gregory pappas", NULL).date, "2025-01-17"));
    cr_assert(not(call(&desk, session, "cancel_appointment",
                       "name=Gregory Pappas|current_date=2025-01-17", NULL)
                      .error.data != NULL));
    cr_assert(
        strview_is(call(&desk, session, "lookup", "name=gregory pappas", NULL).error, "not_found"));
    cr_assert(eq(sz, back_end_session_bookings(session).count, 2));
    arena_destroy(desk.arena);
}

Test(back_end, availability_tells_free_times_only_and_what_it_offers_can_be_booked)
{
    struct desk desk = desk_open();
    struct back_end_session *session = session_of(&desk, 1);
    struct back_end_answer free =
        call(&desk, session, "check_availability", "service=eye exam|date=2025-01-15", NULL);
    cr_assert(gt(sz, free.times.count, 0));
    cr_assert(le(sz, free.times.count, (size_t)desk.end->most_offered));
    for (size_t i = 0; i < free.times.count; i++) {
        char text[128];
        snprintf(text, sizeof text, "service=eye_exam|date=2025-01-15|time=%.*s|name=A B",
                 STRVIEW_ARG(free.times.items[i]));
        struct back_end_session *own = session_of(&desk, 1);
        cr_assert(not(call(&desk, own, "book_appointment", text, NULL).error.data != NULL), "%s",
                  text);
    }
    struct back_end_answer sunday = call(&desk, session, "check_availability",
                                         "service=checkup|date=2025-01-19|time=10:00", NULL);
    cr_assert(eq(sz, sunday.times.count, 0));
    cr_assert(not(sunday.is_free));
    arena_destroy(desk.arena);
}

static void set_fault(struct desk *desk, struct back_end_fault *fault, int kind)
{
    *fault = (struct back_end_fault){strview_of("book_appointment"), kind - 1, 1.0};
    desk->end->faults = fault;
    desk->end->fault_count = 1;
}

Test(back_end, failing_calls_do_what_their_kind_says)
{
    struct desk desk = desk_open();
    struct back_end_fault fault;
    static const struct {
        int kind;
        const char *error;
        size_t records;
    } cases[] = {{BACK_END_FAULT_ERROR, "unavailable", 0},
                 {BACK_END_FAULT_TIMEOUT, "timeout", 0},
                 {BACK_END_FAULT_LOST, "timeout", 1},
                 {BACK_END_FAULT_DOUBLE, NULL, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_fault(&desk, &fault, cases[i].kind);
        struct back_end_session *session = free_session(&desk, 1);
        struct back_end_answer answer = call(&desk, session, "book_appointment", BOOK, "k");
        cr_assert(strview_equal(answer.error, strview_of(cases[i].error)), "case %zu", i);
        cr_assert(eq(sz, back_end_session_bookings(session).count, cases[i].records));
        if (cases[i].kind != BACK_END_FAULT_LOST)
            continue;
        answer = call(&desk, session, "book_appointment", BOOK, "k"); /* asked again */
        cr_assert(not(answer.error.data != NULL));
        cr_assert(eq(sz, back_end_session_bookings(session).count, 1));
    }
    arena_destroy(desk.arena);
}

Test(back_end, the_share_of_taken_times_and_of_faults_is_near_the_stated_one_and_repeats)
{
    struct desk desk = desk_open();
    size_t taken = 0, total = 0;
    for (int64_t day = 20100; day < 20200; day++)
        for (int64_t minute = 540; minute < 1080; minute += 20, total++)
            taken += back_end_is_ruled_out(desk.end, strview_of("Maya"), day, minute);
    double share = (double)taken / (double)total;
    cr_assert(lt(dbl, share - desk.end->taken_share, 0.03));
    cr_assert(gt(dbl, share - desk.end->taken_share, -0.03));
    struct back_end_fault fault = {strview_of("*"), 0, 0.25};
    desk.end->faults = &fault;
    desk.end->fault_count = 1;
    for (uint64_t index = 0; index < 20; index++) {
        struct back_end_session *one = session_of(&desk, index), *two = session_of(&desk, index);
        for (int i = 0; i < 20; i++) {
            struct back_end_answer a = call(&desk, one, "lookup", "topic=parking", NULL);
            struct back_end_answer b = call(&desk, two, "lookup", "topic=parking", NULL);
            cr_assert(strview_equal(a.error, b.error));
        }
    }
    arena_destroy(desk.arena);
}

Test(back_end, a_trial_has_a_limit_of_calls)
{
    struct desk desk = desk_open();
    struct back_end_session *session = session_of(&desk, 1);
    for (int i = 0; i < BACK_END_MOST_CALLS; i++)
        cr_assert(not(call(&desk, session, "lookup", "topic=parking", NULL).error.data != NULL));
    cr_assert(
        strview_is(call(&desk, session, "lookup", "topic=parking", NULL).error, "call_limit"));
    arena_destroy(desk.arena);
}

/* Gold must be reachable, or a run would blame candidates for the calendar. */
Test(back_end, every_acceptable_set_of_bookings_of_the_data_set_can_be_made)
{
    struct desk desk = desk_open();
    FILE *file = fopen(ASSAY_SOURCE_DIR "/datasets/booking/gold.jsonl", "r");
    char *line = NULL;
    size_t room = 0, sets = 0;
    cr_assert(file != NULL);
    for (ssize_t size; (size = getline(&line, &room, file)) > 0;) {
        struct gold_conversation gold;
        struct error err = {0};
        cr_assert(
            eq(int,
               json_record_decode(&gold_conversation_type, (struct strview){line, (size_t)size},
                                  &gold, desk.arena, NULL, &err),
               STATUS_OK));
        const struct gold_booking_set *all = gold.expected_bookings.items;
        for (size_t i = 0; i < gold.expected_bookings.count; i++, sets++) {
            struct back_end_session_options options = {.back_end = desk.end, .arena = desk.arena};
            struct back_end_session *session = back_end_session_create(&options);
            const struct gold_booking *bookings = all[i].bookings.items;
            for (size_t j = 0; j < all[i].bookings.count; j++) {
                struct back_end_call made = {.method = bookings[j].method,
                                             .parameters = bookings[j].slots};
                struct back_end_answer answer;
                cr_assert(back_end_session_keep_free(session, &bookings[j].slots));
                cr_assert(eq(int, back_end_session_call(session, &made, &answer, NULL), STATUS_OK));
                cr_expect(not(answer.error.data != NULL), "%.*s: %.*s: %.*s",
                          STRVIEW_ARG(gold.conversation_id), STRVIEW_ARG(made.method),
                          STRVIEW_ARG(answer.error));
            }
        }
    }
    free(line);
    fclose(file);
    cr_assert(gt(sz, sets, 190));
    arena_destroy(desk.arena);
}
