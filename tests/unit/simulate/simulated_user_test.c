#include "base/civil_time.h"
#include "extract/extractor.h"
#include "simulate/caller_phrase.h"
#include "simulate/simulated_user.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>

struct stage {
    struct arena *arena;
    struct task_spec *task;
    struct back_end *end;
    struct user_spec profile;
    struct gold_goal goal;
    struct gold_booking booking;
    struct gold_booking_set set;
    struct gold_conversation gold;
};

static void put(struct stage *stage, struct slot_map *map, const char *name, const char *text)
{
    struct slot_value value = slot_value_text(stage->arena, strview_of(text));
    cr_assert(slot_map_set(stage->arena, map, strview_of(name), &value));
}

/* Somebody who wants a checkup on 2025-01-14 at 14:30; the call is on Wednesday, 2025-01-08. */
static struct stage *stage_open(void)
{
    struct arena *arena = arena_create(1 << 16, 0);
    struct stage *stage = arena_alloc(arena, sizeof *stage);
    struct fault_list faults = {.arena = arena};
    stage->arena = arena;
    cr_assert(eq(int,
                 task_spec_load(ASSAY_SOURCE_DIR "/datasets/booking/task.yaml", arena, &faults,
                                &stage->task, NULL),
                 STATUS_OK));
    cr_assert(eq(int,
                 back_end_load(ASSAY_SOURCE_DIR "/datasets/booking/backend.yaml", stage->task, 1,
                               arena, &faults, &stage->end, NULL),
                 STATUS_OK));
    stage->profile = (struct user_spec){.patience = 3, .max_turns = 30};
    stage->booking = (struct gold_booking){strview_of("book_appointment"), slot_map_empty()};
    put(stage, &stage->booking.slots, "service", "checkup");
    put(stage, &stage->booking.slots, "date", "2025-01-14");
    put(stage, &stage->booking.slots, "time", "14:30");
    put(stage, &stage->booking.slots, "name", "Ana Diaz");
    put(stage, &stage->booking.slots, "phone", "+12125550142");
    stage->goal = (struct gold_goal){.intent = strview_of("book"), .slots = slot_map_empty()};
    stage->set = (struct gold_booking_set){{&stage->booking, 1}};
    record_init(&gold_conversation_type, &stage->gold);
    stage->gold.conversation_id = strview_of("c1");
    stage->gold.goal = &stage->goal;
    stage->gold.expected_bookings = (struct record_list){&stage->set, 1};
    return stage;
}

static struct simulated_user *user_of(struct stage *stage, int64_t seed)
{
    struct simulated_user_options options = {.profile = &stage->profile,
                                             .task = stage->task,
                                             .back_end = stage->end,
                                             .gold = &stage->gold,
                                             .arena = stage->arena,
                                             .seed = seed,
                                             .today = civil_time_days(2025, 1, 8)};
    struct simulated_user *user = simulated_user_create(&options);
    cr_assert(user != NULL);
    return user;
}

static struct user_move hear(struct stage *stage, struct simulated_user *user, const char *state,
                             const struct slot_map *slots)
{
    struct agent_move agent = {.text = strview_of("..."),
                               .state =
                                   state ? task_spec_state(stage->task, strview_of(state)) : NULL,
                               .slots = slots ? *slots : slot_map_empty()};
    struct user_move move;
    cr_assert(eq(int, simulated_user_answer(user, state ? &agent : NULL, &move, NULL), STATUS_OK));
    return move;
}

static bool has(struct user_move move, const char *part)
{
    return memmem(move.said.data, move.said.size, part, strlen(part)) != NULL;
}

Test(simulated_user, opens_with_its_wish_and_volunteers_nothing)
{
    struct stage *stage = stage_open();
    for (int64_t seed = 0; seed < 50; seed++) {
        struct user_move move = hear(stage, user_of(stage, seed), NULL, NULL);
        cr_assert(has(move, "book"));
        cr_assert(not(has(move, "january") || has(move, "tuesday") || has(move, "two")));
    }
    arena_destroy(stage->arena);
}

Test(simulated_user, volunteers_by_profile)
{
    struct stage *stage = stage_open();
    stage->profile.volunteers = 1;
    size_t more = 0;
    for (int64_t seed = 0; seed < 20; seed++) {
        struct user_move move = hear(stage, user_of(stage, seed), NULL, NULL);
        more += has(move, " at ");
    }
    cr_assert(eq(sz, more, 20));
    arena_destroy(stage->arena);
}

Test(simulated_user, agrees_to_a_right_read_back_and_corrects_a_wrong_one)
{
    struct stage *stage = stage_open();
    struct simulated_user *user = user_of(stage, 1);
    struct slot_map held = stage->booking.slots, wrong;
    cr_assert(slot_map_copy(stage->arena, &held, &wrong));
    put(stage, &wrong, "name", "Ana Perez");
    hear(stage, user, NULL, NULL);
    struct user_move move = hear(stage, user, "confirmation", &wrong);
    cr_assert(has(move, "ana diaz"));
    cr_assert(not(has(move, "yes")));
    cr_assert(has(hear(stage, user, "confirmation", &held), "yes"));
    move = hear(stage, user, "complete", &held);
    cr_assert(move.ends && strcmp(move.ended, "completed") == 0);
    cr_assert(not(simulated_user_fault(user).data != NULL));
    arena_destroy(stage->arena);
}

Test(simulated_user, gives_up_when_nothing_moves)
{
    struct stage *stage = stage_open();
    struct simulated_user *user = user_of(stage, 1);
    hear(stage, user, NULL, NULL);
    struct user_move move = {0};
    int answers = 0;
    for (; !move.ends && answers < 20; answers++)
        move = hear(stage, user, "collect_name", NULL);
    cr_assert(move.ends && strcmp(move.ended, "gave_up") == 0);
    cr_assert(eq(int, answers, (int)stage->profile.patience + 1));
    arena_destroy(stage->arena);
}

Test(simulated_user, changes_its_mind_once_and_takes_the_first_wish_back)
{
    struct stage *stage = stage_open();
    stage->profile.changes_mind = 1;
    for (int64_t seed = 0; seed < 20; seed++) {
        struct simulated_user *user = user_of(stage, seed);
        hear(stage, user, NULL, NULL);
        hear(stage, user, "collect_time", NULL);
        struct user_move move = hear(stage, user, "collect_name", NULL);
        cr_assert(has(move, "instead"));
        cr_assert(not(has(hear(stage, user, "collect_phone", NULL), "instead")));
        cr_assert(not(simulated_user_fault(user).data != NULL));
    }
    arena_destroy(stage->arena);
}

Test(simulated_user, a_caller_that_says_what_its_goal_does_not_hold_is_found_out)
{
    struct stage *stage = stage_open();
    stage->profile.lies = 1;
    struct simulated_user *user = user_of(stage, 1);
    hear(stage, user, NULL, NULL);
    cr_assert(not(simulated_user_fault(user).data != NULL));
    hear(stage, user, "collect_time", NULL);
    cr_assert(simulated_user_fault(user).data != NULL);
    arena_destroy(stage->arena);
}

Test(simulated_user, misheard_words_leave_what_was_said_alone)
{
    struct stage *stage = stage_open();
    stage->profile.misheard = 0.5;
    size_t differ = 0;
    for (int64_t seed = 0; seed < 20; seed++) {
        struct user_move move = hear(stage, user_of(stage, seed), NULL, NULL);
        differ += !strview_equal(move.said, move.heard);
        cr_assert(has(move, "book"));
    }
    cr_assert(gt(sz, differ, 15));
    arena_destroy(stage->arena);
}

Test(simulated_user, the_same_seed_says_the_same_and_another_does_not)
{
    struct stage *stage = stage_open();
    size_t same = 0;
    for (int64_t seed = 0; seed < 20; seed++) {
        struct user_move one = hear(stage, user_of(stage, seed), NULL, NULL);
        cr_assert(strview_equal(one.said, hear(stage, user_of(stage, seed), NULL, NULL).said));
        same += strview_equal(one.said, hear(stage, user_of(stage, seed + 100), NULL, NULL).said);
    }
    cr_assert(lt(sz, same, 10));
    arena_destroy(stage->arena);
}

static bool did(struct user_move move, const char *act)
{
    for (size_t i = 0; i < move.acts.count; i++)
        if (strview_is(move.acts.items[i], act))
            return true;
    return false;
}

/* An agent that has just looked into the calendar. */
static struct user_move hear_offer(struct stage *stage, struct simulated_user *user,
                                   const char *date, const char *first, const char *second)
{
    struct strview times[] = {strview_of(first), strview_of(second)};
    struct agent_move agent = {.text = strview_of("Which one suits you?"),
                               .state = task_spec_state(stage->task, strview_of("collect_time")),
                               .slots = slot_map_empty(),
                               .offered_date = strview_of(date),
                               .offered_times = {times, 2}};
    struct user_move move;
    cr_assert(eq(int, simulated_user_answer(user, &agent, &move, NULL), STATUS_OK));
    return move;
}

static struct strview meant(struct user_move move, const char *slot)
{
    const struct slot *found = slot_map_find(&move.meant, strview_of(slot));
    return found ? slot_value_first(&found->value) : strview_of("(none)");
}

static void also_takes(struct stage *stage, const char *slot, const char *first, const char *second)
{
    struct strview *texts = arena_array(stage->arena, 2, sizeof *texts);
    texts[0] = strview_of(first);
    texts[1] = strview_of(second);
    struct slot_value value = {.kind = SLOT_VALUE_LIST, .count = 2, .texts = texts};
    cr_assert(slot_map_set(stage->arena, &stage->booking.slots, strview_of(slot), &value));
}

Test(simulated_user, takes_an_alternative_that_its_goal_holds)
{
    struct stage *stage = stage_open();
    also_takes(stage, "time", "14:30", "11:00");
    struct simulated_user *user = user_of(stage, 1);
    hear(stage, user, NULL, NULL);
    struct user_move move = hear_offer(stage, user, "2025-01-14", "09:00", "11:00");
    cr_expect(did(move, "accepts_offer"));
    cr_expect(strview_is(meant(move, "time"), "11:00"));
    cr_expect(not(simulated_user_fault(user).data != NULL));
    arena_destroy(stage->arena);
}

Test(simulated_user, refuses_what_its_goal_does_not_hold_and_asks_for_its_own)
{
    struct stage *stage = stage_open();
    struct simulated_user *user = user_of(stage, 1);
    hear(stage, user, NULL, NULL);
    struct user_move move = hear_offer(stage, user, "2025-01-14", "09:00", "11:00");
    cr_expect(did(move, "refuses_offer"));
    cr_expect(strview_is(meant(move, "time"), "14:30"));
    move = hear_offer(stage, user, "2025-01-15", "14:30", "15:00");
    cr_expect(did(move, "refuses_offer"), "the right time on another day");
    arena_destroy(stage->arena);
}

Test(simulated_user, who_is_refused_its_wish_names_the_next_best_one)
{
    struct stage *stage = stage_open();
    also_takes(stage, "time", "14:30", "15:30");
    struct simulated_user *user = user_of(stage, 1);
    hear(stage, user, NULL, NULL);
    struct user_move move = hear(stage, user, "collect_time", NULL);
    cr_expect(strview_is(meant(move, "time"), "14:30"));
    move = hear_offer(stage, user, "2025-01-14", "09:00", "11:00");
    cr_expect(did(move, "refuses_offer"));
    cr_expect(strview_is(meant(move, "time"), "15:30"));
    arena_destroy(stage->arena);
}

Test(simulated_user, answers_two_questions_at_once)
{
    struct stage *stage = stage_open();
    struct simulated_user *user = user_of(stage, 1);
    hear(stage, user, NULL, NULL);
    struct user_move move = hear(stage, user, "offer", NULL); /* asks date and time */
    cr_expect(did(move, "answers_two"));
    cr_expect(strview_is(meant(move, "date"), "2025-01-14"));
    cr_expect(strview_is(meant(move, "time"), "14:30"));
    arena_destroy(stage->arena);
}

Test(simulated_user, is_interrupting_misheard_and_curious_by_profile)
{
    static const struct strview request = {"parking", 7};
    struct stage *stage = stage_open();
    stage->profile = (struct user_spec){
        .patience = 3, .max_turns = 30, .interrupts = 1, .misheard = 0.5, .asks_besides = 1};
    stage->goal.requests = (struct text_list){&request, 1};
    struct simulated_user *user = user_of(stage, 1);
    hear(stage, user, NULL, NULL);
    struct user_move move = hear(stage, user, "collect_name", NULL);
    cr_expect(move.interrupts && did(move, "interrupts"));
    cr_expect(did(move, "is_misheard"));
    cr_expect(not(strview_equal(move.said, move.heard)));
    cr_expect(did(move, "asks_besides"));
    cr_assert(eq(sz, move.asked.count, 1));
    cr_expect(strview_is(move.asked.items[0], "parking"));
    arena_destroy(stage->arena);
}

Test(simulated_user, hangs_up_by_profile_but_not_when_it_is_to_stay)
{
    struct stage *stage = stage_open();
    stage->profile.hangs_up = 1;
    for (int stays = 0; stays < 2; stays++) {
        struct simulated_user_options options = {.profile = &stage->profile,
                                                 .task = stage->task,
                                                 .back_end = stage->end,
                                                 .gold = &stage->gold,
                                                 .arena = stage->arena,
                                                 .seed = 1,
                                                 .today = civil_time_days(2025, 1, 8),
                                                 .stays = stays};
        static const char *const states[] = {"collect_date", "collect_time", "collect_name",
                                             "collect_phone", "confirmation"};
        struct simulated_user *user = simulated_user_create(&options);
        struct user_move move = hear(stage, user, NULL, NULL);
        for (size_t i = 0; i < 5 && !move.ends; i++)
            move = hear(stage, user, states[i], NULL);
        cr_expect(eq(int, move.ends, !stays));
        cr_expect(stays || strcmp(move.ended, "hung_up") == 0);
    }
    arena_destroy(stage->arena);
}

Test(simulated_user, recognition_changes_nothing_that_the_caller_says)
{
    struct stage *stage = stage_open();
    for (int64_t seed = 0; seed < 10; seed++) {
        struct user_move moves[2];
        for (int i = 0; i < 2; i++) {
            stage->profile.misheard = i ? 0.4 : 0;
            struct simulated_user *user = user_of(stage, seed);
            hear(stage, user, NULL, NULL);
            hear(stage, user, "collect_date", NULL);
            moves[i] = hear(stage, user, "collect_time", NULL);
        }
        cr_expect(strview_equal(moves[0].said, moves[1].said));
    }
    arena_destroy(stage->arena);
}

/* The extraction engine is the second opinion: what it reads must be the day that was meant. */
Test(caller_phrase, spoken_dates_and_times_are_true_on_the_day_of_the_call)
{
    struct stage *stage = stage_open();
    CLEANUP(extractor_cleanup) struct extractor *extractor = NULL;
    CLEANUP(extract_scratch_cleanup) struct extract_scratch *scratch = extract_scratch_create();
    struct extractor_options options = {
        .default_locale = "en-US", .opens_minute = 540, .closes_minute = 1200};
    cr_assert(eq(int, extractor_create(&options, &extractor, NULL), STATUS_OK));
    size_t read = 0, right = 0, total = 0;
    struct counter_rng rng = counter_rng_start(1, 1, 1);
    for (int64_t ahead = 0; ahead < 200; ahead++) {
        int64_t today = civil_time_days(2025, 1, 8) + ahead % 7;
        struct caller_phrase phrase = {&rng, stage->arena, today};
        char date[CIVIL_TIME_TEXT_BYTES], time[16];
        civil_time_print_date(today + ahead, date);
        snprintf(time, sizeof time, "%02d:%02d", (int)(9 + ahead % 10), (int)(ahead * 5 % 60));
        for (int i = 0; i < 8; i++) {
            bool is_date = i % 2;
            const struct slot_spec *slot =
                task_spec_slot(stage->task, strview_of(is_date ? "date" : "time"));
            struct strview value = strview_of(is_date ? date : time);
            struct strview said = caller_phrase_value(&phrase, slot, value);
            struct extract_request request = {.text = said,
                                              .reference_time_ns = today * CIVIL_TIME_NS_PER_DAY +
                                                                   12 * 3600 * CIVIL_TIME_NS_PER_S,
                                              .asked_types =
                                                  1U << (is_date ? EXTRACT_DATE : EXTRACT_TIME)};
            struct extract_result found = {0};
            cr_assert(
                eq(int, extractor_run(extractor, scratch, &request, &found, NULL), STATUS_OK));
            total++;
            if (found.slot_count != 1)
                continue;
            read++;
            bool ok = strview_equal(found.slots[0].value, value);
            right += ok;
            if (!ok)
                fprintf(stderr, "'%.*s' for %.*s is read as %.*s\n", STRVIEW_ARG(said),
                        STRVIEW_ARG(value), STRVIEW_ARG(found.slots[0].value));
        }
    }
    fprintf(stderr, "%zu phrases, %zu read, %zu right\n", total, read, right);
    cr_assert(ge(dbl, (double)read / (double)total, 0.95));
    cr_assert(ge(dbl, (double)right / (double)read, 0.99));
    arena_destroy(stage->arena);
}
