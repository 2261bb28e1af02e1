#include "score/booking_match.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdint.h>
#include <stdio.h>

struct side {
    struct gold_booking items[4];
    size_t count;
};

static struct arena *arena;
static struct task_spec *task;
static struct slot_match_context match;

static void setup(void)
{
    arena = arena_create(1 << 16, 0);
    struct fault_list faults = {.arena = arena};
    cr_assert(eq(
        int,
        task_spec_load(ASSAY_SOURCE_DIR "/datasets/booking/task.yaml", arena, &faults, &task, NULL),
        STATUS_OK));
    match =
        (struct slot_match_context){.task = task, .locale = strview_of("en-US"), .arena = arena};
}

static void teardown(void)
{
    arena_destroy(arena);
}

TestSuite(booking_match, .init = setup, .fini = teardown);

/* "service=checkup|time=14:30/15:00": a slash parts alternatives. */
static void add(struct side *side, const char *method, const char *text)
{
    struct gold_booking *made = &side->items[side->count++];
    *made = (struct gold_booking){strview_of(method), slot_map_empty()};
    char copy[256], *rest = copy;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *part = strsep(&rest, "|"); part; part = strsep(&rest, "|")) {
        char *values = strchr(part, '=');
        *values++ = '\0';
        struct strview *texts = arena_array(arena, 4, sizeof *texts);
        size_t count = 0;
        for (char *value = strsep(&values, "/"); value; value = strsep(&values, "/"))
            texts[count++] = arena_copy_view(arena, strview_of(value));
        struct slot_value value = {
            .kind = count == 1 ? SLOT_VALUE_TEXT : SLOT_VALUE_LIST, .count = count, .texts = texts};
        cr_assert(slot_map_set(arena, &made->slots, strview_of(part), &value));
    }
}

static struct booking_match compare(struct side *gold, struct side *made)
{
    struct record_list a = {gold->items, gold->count}, b = {made->items, made->count};
    return booking_match_set(&match, &a, &b);
}

Test(booking_match, values_are_held_against_each_other_by_meaning_and_unnamed_slots_are_not)
{
    struct side gold = {0}, made = {0};
    add(&gold, "book_appointment", "service=dental_cleaning|name=Ana Díaz|phone=+12125550142");
    add(&made, "book_appointment",
        "service=cleaning|name=ana diaz|phone=212 555 0142|practitioner=Maya|time=09:00");
    struct booking_match found = compare(&gold, &made);
    cr_assert(booking_match_is_right(&found));
}

Test(booking_match, a_wrong_value_a_missing_slot_and_another_method_are_wrong)
{
    static const char *const cases[][2] = {{"book_appointment", "service=checkup|time=15:30"},
                                           {"book_appointment", "service=checkup"},
                                           {"cancel_appointment", "service=checkup|time=14:30"}};
    for (size_t i = 0; i < 3; i++) {
        struct side gold = {0}, made = {0};
        add(&gold, "book_appointment", "service=checkup|time=14:30");
        add(&made, cases[i][0], cases[i][1]);
        struct booking_match found = compare(&gold, &made);
        cr_assert(not(booking_match_is_right(&found)), "case %zu", i);
    }
}

Test(booking_match, a_right_booking_made_twice_is_wrong)
{
    struct side gold = {0}, made = {0};
    add(&gold, "book_appointment", "service=checkup");
    add(&made, "book_appointment", "service=checkup");
    add(&made, "book_appointment", "service=checkup");
    struct booking_match found = compare(&gold, &made);
    cr_assert(eq(sz, found.matched, 1));
    cr_assert(not(booking_match_is_right(&found)));
}

Test(booking_match, alternatives_do_not_take_each_others_only_partner)
{
    struct side gold = {0}, made = {0};
    add(&gold, "book_appointment", "service=checkup|time=09:00/10:00");
    add(&gold, "book_appointment", "service=checkup|time=09:00");
    add(&made, "book_appointment", "service=checkup|time=09:00");
    add(&made, "book_appointment", "service=checkup|time=10:00");
    struct booking_match found = compare(&gold, &made);
    cr_assert(booking_match_is_right(&found)); /* order does not matter, nor who chose first */
}

Test(booking_match, nothing_made_is_right_when_an_empty_set_is_acceptable)
{
    struct side gold = {0}, made = {0};
    add(&gold, "book_appointment", "service=checkup");
    struct gold_booking_set sets[2] = {{{gold.items, 1}}, {{NULL, 0}}};
    struct record_list acceptable = {sets, 2}, own = {made.items, 0};
    struct booking_match found = {0};
    cr_assert(eq(sz, booking_match_best(&match, &acceptable, &own, &found), 1));
    cr_assert(booking_match_is_right(&found));
    struct record_list none = {sets, 0};
    cr_assert(eq(sz, booking_match_best(&match, &none, &own, &found), SIZE_MAX));
}
