#include "replay/trial_gold.h"
#include "replay/trial_truth.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_create(1 << 16, 0);
}

static void tear_down(void)
{
    arena_destroy(arena);
}

TestSuite(trial_truth, .init = set_up, .fini = tear_down);
TestSuite(trial_gold, .init = set_up, .fini = tear_down);

static void put(struct slot_map *map, const char *name, const char *text)
{
    struct slot_value value = slot_value_text(arena, strview_of(text));
    cr_assert(slot_map_set(arena, map, strview_of(name), &value));
}

static struct strview value_of(const struct slot_map *map, const char *name)
{
    const struct slot *slot = slot_map_find(map, strview_of(name));
    return slot ? slot_value_first(&slot->value) : strview_of("(none)");
}

Test(trial_truth, the_words_as_they_were_said_take_the_place_of_those_that_were_heard)
{
    struct user_turn users[2];
    struct conversation_turn turns[2] = {{.user = &users[0]}, {.user = &users[1]}};
    struct conversation conversation = {.turns = turns, .turn_count = 2};
    for (size_t i = 0; i < 2; i++)
        record_init(&user_turn_type, &users[i]);
    users[0].text = strview_of("fizzy oh");
    users[1].text = users[1].reference_text = strview_of("monday");
    cr_expect(not(trial_truth_words_differ(&conversation)));
    users[0].reference_text = strview_of("physio");
    cr_expect(trial_truth_words_differ(&conversation));
    const struct conversation *said = trial_truth_conversation(&conversation, arena);
    cr_expect(strview_is(said->turns[0].user->text, "physio"));
    cr_expect(strview_is(said->turns[1].user->text, "monday"));
    cr_expect(strview_is(users[0].text, "fizzy oh"), "the conversation itself is not touched");
    cr_expect(not(trial_truth_words_differ(said)));
}

Test(trial_truth, a_turn_of_gold_is_what_it_changed)
{
    struct gold_turn turns[2];
    struct gold_conversation gold;
    record_init(&gold_conversation_type, &gold);
    for (size_t i = 0; i < 2; i++) {
        record_init(&gold_turn_type, &turns[i]);
        turns[i].state = slot_map_empty();
    }
    put(&turns[0].state, "service", "checkup");
    put(&turns[0].state, "time", "14:30");
    put(&turns[1].state, "service", "checkup");
    struct slot_value either = {.kind = SLOT_VALUE_LIST, .count = 2};
    struct strview texts[] = {strview_of("2025-01-14"), strview_of("2025-01-15")};
    either.texts = texts;
    cr_assert(slot_map_set(arena, &turns[1].state, strview_of("date"), &either));
    turns[1].intent = strview_of("book");
    gold.turns = (struct record_list){turns, 2};
    const struct turn_truth *truth = trial_truth_of_gold(&gold, 1, arena);
    cr_assert(eq(sz, truth->slots.count, 2));
    cr_expect(strview_is(value_of(&truth->slots, "date"), "2025-01-14"));
    const struct slot *gone = slot_map_find(&truth->slots, strview_of("time"));
    cr_expect(gone && gone->value.kind == SLOT_VALUE_NULL);
    cr_expect(strview_is(truth->intent, "book"));
    cr_expect(trial_truth_of_gold(&gold, 2, arena) == NULL);
    cr_expect(trial_truth_of_gold(NULL, 0, arena) == NULL);
}

struct wish {
    struct task_spec *task;
    struct back_end *end;
    struct gold_goal goal;
    struct gold_booking booking;
    struct gold_booking_set set;
    struct gold_conversation gold;
    struct trial_gold asked;
};

/* A checkup on Tuesday, 2025-01-14 at 14:30; the call is six days before. */
static void wish_init(struct wish *wish)
{
    struct fault_list faults = {.arena = arena};
    *wish = (struct wish){.goal = {.slots = slot_map_empty()}};
    cr_assert(eq(int,
                 task_spec_load(ASSAY_SOURCE_DIR "/datasets/booking/task.yaml", arena, &faults,
                                &wish->task, NULL),
                 STATUS_OK));
    cr_assert(eq(int,
                 back_end_load(ASSAY_SOURCE_DIR "/datasets/booking/backend.yaml", wish->task, 1,
                               arena, &faults, &wish->end, NULL),
                 STATUS_OK));
    int64_t day;
    cr_assert(back_end_read_day(strview_of("2025-01-08"), &day));
    wish->booking = (struct gold_booking){strview_of("book_appointment"), slot_map_empty()};
    put(&wish->booking.slots, "service", "checkup");
    put(&wish->booking.slots, "date", "2025-01-14");
    put(&wish->booking.slots, "time", "14:30");
    put(&wish->booking.slots, "name", "Ana Diaz");
    wish->set = (struct gold_booking_set){{&wish->booking, 1}};
    record_init(&gold_conversation_type, &wish->gold);
    wish->gold.goal = &wish->goal;
    wish->gold.expected_bookings = (struct record_list){&wish->set, 1};
    wish->asked = (struct trial_gold){.gold = &wish->gold, .back_end = wish->end, .today = day};
}

Test(trial_gold, a_wish_that_can_be_booked_has_no_fault)
{
    struct wish wish;
    wish_init(&wish);
    cr_expect(not(trial_gold_fault(&wish.asked, arena).data != NULL));
}

Test(trial_gold, what_no_agent_could_reach_is_gold_s_own_fault)
{
    for (int kind = 0; kind < 7; kind++) {
        struct wish wish;
        struct gold_turn turn;
        struct strview text = strview_of("book_appointment"), topic = strview_of("the weather");
        wish_init(&wish);
        record_init(&gold_turn_type, &turn);
        switch (kind) {
        case 0:
            put(&wish.booking.slots, "time", "03:00");
            break;
        case 1:
            put(&wish.booking.slots, "date", "2024-12-10");
            break;
        case 2:
            wish.gold.forbidden = (struct text_list){&text, 1};
            break;
        case 3:
            wish.goal.refused = slot_map_empty();
            put(&wish.goal.refused, "time", "14:30");
            break;
        case 4:
            wish.goal.requests = (struct text_list){&topic, 1};
            break;
        case 5:
            turn.state = slot_map_empty();
            put(&turn.state, "time", "15:30");
            wish.gold.turns = (struct record_list){&turn, 1};
            wish.asked.follows_turns = true;
            break;
        default:
            put(&wish.booking.slots, "service", "brain surgery");
            break;
        }
        cr_expect(trial_gold_fault(&wish.asked, arena).data != NULL, "kind %d", kind);
    }
}

Test(trial_gold, one_set_or_one_alternative_that_can_be_reached_is_enough)
{
    struct wish wish;
    wish_init(&wish);
    struct strview texts[] = {strview_of("03:00"), strview_of("14:30")};
    struct slot_value times = {.kind = SLOT_VALUE_LIST, .count = 2, .texts = texts};
    cr_assert(slot_map_set(arena, &wish.booking.slots, strview_of("time"), &times));
    cr_expect(not(trial_gold_fault(&wish.asked, arena).data != NULL));
    put(&wish.booking.slots, "time", "03:00");
    struct gold_booking_set sets[2] = {wish.set, {{NULL, 0}}};
    wish.gold.expected_bookings = (struct record_list){sets, 2};
    cr_expect(not(trial_gold_fault(&wish.asked, arena).data != NULL));
}
