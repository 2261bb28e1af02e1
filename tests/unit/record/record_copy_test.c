#include "base/memory.h"
#include "record/gold.h"
#include "record/prediction.h"
#include "record/trial.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

/* A gold conversation with every kind of part: texts, lists, maps, records in records. */
struct source {
    char id[8], tag[8], slot[8], value[16], other[16], method[8];
    struct strview tags[1], values[2];
    struct slot slots[1];
    struct gold_span spans[1];
    struct gold_turn turns[2];
    struct gold_goal goal;
    struct gold_booking bookings[1];
    struct gold_booking_set sets[1];
    struct gold_conversation gold;
};

static void fill(struct source *source)
{
    *source = (struct source){.id = "c1",
                              .tag = "noisy",
                              .slot = "date",
                              .value = "2025-01-15",
                              .other = "2025-W03",
                              .method = "book"};
    source->tags[0] = strview_of(source->tag);
    source->values[0] = strview_of(source->value);
    source->values[1] = strview_of(source->other);
    source->slots[0] = (struct slot){
        strview_of(source->slot), {.kind = SLOT_VALUE_LIST, .count = 2, .texts = source->values}};
    source->spans[0] = (struct gold_span){strview_of(source->slot), 3, 9};
    for (int i = 0; i < 2; i++)
        record_init(&gold_turn_type, &source->turns[i]);
    source->turns[1].turn = 1;
    source->turns[1].state = (struct slot_map){source->slots, 1};
    source->turns[1].spans = (struct record_list){source->spans, 1};
    record_init(&gold_goal_type, &source->goal);
    source->goal.slots = source->turns[1].state;
    source->bookings[0] = (struct gold_booking){strview_of(source->method), source->turns[1].state};
    source->sets[0].bookings = (struct record_list){source->bookings, 1};
    record_init(&gold_conversation_type, &source->gold);
    source->gold.conversation_id = strview_of(source->id);
    source->gold.split = SPLIT_CHALLENGE;
    source->gold.tags = (struct text_list){source->tags, 1};
    source->gold.turns = (struct record_list){source->turns, 2};
    source->gold.goal = &source->goal;
    source->gold.expected_bookings = (struct record_list){source->sets, 1};
}

static void expect_whole(const struct gold_conversation *gold)
{
    cr_expect(strview_is(gold->conversation_id, "c1"));
    cr_expect(eq(int, gold->split, SPLIT_CHALLENGE));
    cr_assert(eq(sz, gold->tags.count, 1));
    cr_expect(strview_is(gold->tags.items[0], "noisy"));
    cr_assert(eq(sz, gold->turns.count, 2));
    const struct gold_turn *turn = (const struct gold_turn *)gold->turns.items + 1;
    cr_expect(eq(i64, turn->turn, 1));
    cr_assert(eq(sz, turn->state.count, 1));
    cr_expect(strview_is(turn->state.slots[0].name, "date"));
    cr_assert(eq(sz, turn->state.slots[0].value.count, 2));
    cr_expect(strview_is(turn->state.slots[0].value.texts[0], "2025-01-15"));
    cr_expect(strview_is(turn->state.slots[0].value.texts[1], "2025-W03"));
    const struct gold_span *span = turn->spans.items;
    cr_expect(strview_is(span->slot, "date"));
    cr_expect(eq(i64, span->end, 9));
    cr_expect(strview_is(gold->goal->slots.slots[0].name, "date"));
    const struct gold_booking_set *set = gold->expected_bookings.items;
    const struct gold_booking *booking = set->bookings.items;
    cr_expect(strview_is(booking->method, "book"));
    cr_expect(strview_is(booking->slots.slots[0].value.texts[0], "2025-01-15"));
}

Test(record_copy, a_copy_shares_nothing_with_its_source)
{
    struct source source;
    struct gold_conversation copy;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    fill(&source);
    cr_assert(record_copy(&gold_conversation_type, &source.gold, &copy, arena));
    memset(&source, 'X', sizeof source);
    expect_whole(&copy);
}

Test(record_copy, absent_stays_absent_and_empty_stays_empty)
{
    struct gold_conversation from, to;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    record_init(&gold_conversation_type, &from);
    cr_assert(record_copy(&gold_conversation_type, &from, &to, arena));
    cr_expect(strview_is_absent(to.conversation_id));
    cr_expect(eq(ptr, (void *)(uintptr_t)to.tags.items, NULL));
    cr_expect(eq(ptr, to.turns.items, NULL));
    cr_expect(eq(ptr, to.goal, NULL));
    cr_expect(eq(int, to.handover, HANDOVER_ABSENT));
    struct strview nothing = strview_of("");
    from.conversation_id = nothing;
    from.tags = (struct text_list){&nothing, 0};
    cr_assert(record_copy(&gold_conversation_type, &from, &to, arena));
    cr_expect(not(strview_is_absent(to.conversation_id)));
    cr_expect(eq(sz, to.conversation_id.size, 0));
    cr_expect(ne(ptr, (void *)(uintptr_t)to.tags.items, NULL));
    cr_expect(ne(ptr, (void *)(uintptr_t)to.tags.items, &nothing));
    cr_expect(eq(sz, to.tags.count, 0));
}

Test(record_copy, numbers_maps_and_lists_of_reals_are_copied)
{
    char name[] = "date";
    struct named_number numbers[] = {{strview_of(name), 0.75}};
    double gaps[] = {1.5, 2.5};
    struct prediction from, to;
    struct conversation_facts facts, facts_copy;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    record_init(&prediction_type, &from);
    from.slot_confidence = (struct number_map){numbers, 1};
    from.repeat = 3;
    cr_assert(record_copy(&prediction_type, &from, &to, arena));
    record_init(&conversation_facts_type, &facts);
    facts.response_gap_ms = (struct real_list){gaps, 2};
    cr_assert(record_copy(&conversation_facts_type, &facts, &facts_copy, arena));
    name[0] = 'X';
    numbers[0].value = 0;
    gaps[1] = 0;
    cr_assert(eq(sz, to.slot_confidence.count, 1));
    cr_expect(strview_is(to.slot_confidence.items[0].name, "date"));
    cr_expect(eq(dbl, to.slot_confidence.items[0].value, 0.75));
    cr_expect(eq(i64, to.repeat, 3));
    cr_expect(eq(i64, to.attempts, FIELD_ABSENT_I64));
    cr_expect(isnan(to.time_to_first_token_ms));
    cr_assert(eq(sz, facts_copy.response_gap_ms.count, 2));
    cr_expect(eq(dbl, facts_copy.response_gap_ms.items[1], 2.5));
    cr_expect(eq(ptr, facts_copy.feedback, NULL));
}

Test(record_copy, lost_memory_is_told_at_every_request)
{
    struct source source;
    fill(&source);
    int64_t nth = 1;
    for (bool hit = true; hit; nth++) {
        CLEANUP(arena_cleanup) struct arena *small = arena_create(16, 0);
        struct gold_conversation copy;
        memory_fail_nth(nth);
        bool copied = record_copy(&gold_conversation_type, &source.gold, &copy, small);
        hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, copied, !hit), "request %ld", (long)nth);
        if (copied)
            expect_whole(&copy);
    }
    cr_expect(gt(i64, nth, 5));
}

Test(record_copy, a_misspelt_field_has_a_nearest_one_only_when_it_is_near)
{
    cr_expect(eq(str, (char *)(uintptr_t)record_nearest_field(&gold_turn_type, strview_of("sate")),
                 "state"));
    cr_expect(eq(
        ptr, (void *)(uintptr_t)record_nearest_field(&gold_turn_type, strview_of("qqqqqqqqqqqq")),
        NULL));
    cr_expect(ne(ptr, (void *)(uintptr_t)record_field(&gold_turn_type, strview_of("state")), NULL));
    cr_expect(eq(ptr, (void *)(uintptr_t)record_field(&gold_turn_type, strview_of("sate")), NULL));
}
