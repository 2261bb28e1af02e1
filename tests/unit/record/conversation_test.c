#include "base/memory.h"
#include "record/conversation.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { LIMIT = 1 << 20 };

static struct conversation *conversation;

static void begin(void)
{
    conversation = conversation_create(strview_of("c1"), LIMIT);
}

static void end(void)
{
    conversation_destroy(conversation);
}

TestSuite(conversation, .init = begin, .fini = end);

static void add(int64_t sequence, int type, void *body)
{
    struct event event = {.conversation_id = strview_of("c1"),
                          .sequence = sequence,
                          .time_ns = 1000 + sequence * 10,
                          .type = type,
                          .body = body};
    cr_assert(conversation_add(conversation, &event));
}

static void user(int64_t sequence, const char *text)
{
    struct user_turn turn;
    record_init(&user_turn_type, &turn);
    turn.text = strview_of(text);
    add(sequence, EVENT_USER_TURN, &turn);
}

static void agent(int64_t sequence, const char *text)
{
    struct agent_turn turn;
    record_init(&agent_turn_type, &turn);
    turn.text = strview_of(text);
    add(sequence, EVENT_AGENT_TURN, &turn);
}

static void started(int64_t sequence, const char *locale)
{
    struct conversation_started body;
    record_init(&conversation_started_type, &body);
    body.locale = strview_of(locale);
    add(sequence, EVENT_CONVERSATION_STARTED, &body);
}

static void ended(int64_t sequence, int outcome)
{
    struct conversation_ended body = {.outcome = outcome};
    add(sequence, EVENT_CONVERSATION_ENDED, &body);
}

Test(conversation, words_and_answers_become_turns)
{
    started(0, "en-GB");
    agent(1, "hello");
    user(2, "friday");
    agent(3, "what time?");
    user(4, "at two");
    agent(5, "done");
    ended(6, OUTCOME_COMPLETED);
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    cr_assert(eq(sz, conversation->turn_count, 2));
    const struct conversation_turn *turns = conversation->turns;
    cr_expect(strview_is(conversation->opening->text, "hello"));
    cr_expect(strview_is(turns[0].user->text, "friday"));
    cr_expect(eq(i64, turns[0].user_sequence, 2));
    cr_expect(eq(i64, turns[0].user_time_ns, 1020));
    cr_expect(strview_is(turns[0].agent->text, "what time?"));
    cr_expect(eq(i64, turns[0].agent_time_ns, 1030));
    cr_expect(turns[0].asked == conversation->opening);
    cr_expect(turns[1].asked == turns[0].agent);
    cr_expect(strview_is(turns[1].agent->text, "done"));
    cr_expect(conversation->ended);
    cr_expect(eq(int, conversation->outcome, OUTCOME_COMPLETED));
    cr_expect(eq(i64, conversation->start_ns, 1000));
    cr_expect(eq(i64, conversation->end_ns, 1060));
    cr_expect(strview_is(conversation_locale(conversation, strview_of("en-US")), "en-GB"));
    cr_expect(strview_is(conversation_time_zone(conversation, strview_of("UTC")), "UTC"));
}

Test(conversation, the_order_of_reading_does_not_matter)
{
    agent(3, "what time?");
    user(4, "at two");
    ended(5, OUTCOME_ABANDONED);
    user(2, "friday");
    agent(1, "hello");
    started(0, "en-US");
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    cr_assert(eq(sz, conversation->turn_count, 2));
    cr_expect(strview_is(conversation->turns[0].user->text, "friday"));
    cr_expect(strview_is(conversation->turns[0].agent->text, "what time?"));
    cr_expect(strview_is(conversation->turns[1].user->text, "at two"));
    cr_expect(eq(ptr, (void *)(uintptr_t)conversation->turns[1].agent, NULL));
    for (size_t i = 0; i < conversation->event_count; i++)
        cr_expect(eq(i64, conversation->events[i].sequence, (int64_t)i));
}

Test(conversation, of_two_events_with_one_sequence_the_first_one_read_is_kept)
{
    started(0, "en-US");
    user(2, "kept");
    user(1, "first");
    user(2, "dropped");
    user(2, "dropped too");
    cr_expect(eq(i64, conversation_seal(conversation), 2));
    cr_assert(eq(sz, conversation->turn_count, 2));
    cr_expect(eq(sz, conversation->event_count, 3));
    cr_expect(strview_is(conversation->turns[1].user->text, "kept"));
}

Test(conversation, of_several_answers_the_last_one_counts)
{
    agent(0, "welcome");
    agent(1, "how can I help?");
    user(2, "friday");
    agent(3, "let me see");
    agent(4, "what time?");
    user(5, "two");
    user(6, "in the afternoon");
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    cr_assert(eq(sz, conversation->turn_count, 3));
    const struct conversation_turn *turns = conversation->turns;
    cr_expect(strview_is(conversation->opening->text, "how can I help?"));
    cr_expect(strview_is(turns[0].asked->text, "how can I help?"));
    cr_expect(strview_is(turns[0].agent->text, "what time?"));
    cr_expect(eq(i64, turns[0].agent_time_ns, 1040));
    cr_expect(strview_is(turns[1].asked->text, "what time?"));
    cr_expect(eq(ptr, (void *)(uintptr_t)turns[1].agent, NULL));
    cr_expect(strview_is(turns[2].asked->text, "what time?"));
}

Test(conversation, a_conversation_without_words_has_no_turn)
{
    started(0, "en-US");
    ended(1, OUTCOME_ERROR);
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    cr_expect(eq(sz, conversation->turn_count, 0));
    cr_expect(eq(ptr, (void *)(uintptr_t)conversation->opening, NULL));
    cr_expect(eq(int, conversation->outcome, OUTCOME_ERROR));
}

Test(conversation, feedback_that_comes_days_later_does_not_make_the_call_longer)
{
    struct feedback feedback;
    record_init(&feedback_type, &feedback);
    feedback.rating = 4;
    user(0, "hi");
    ended(1, OUTCOME_COMPLETED);
    add(1000, EVENT_FEEDBACK, &feedback);
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    cr_expect(eq(i64, conversation->end_ns, 1010));
    cr_assert(ne(ptr, (void *)(uintptr_t)conversation->feedback, NULL));
    cr_expect(eq(dbl, conversation->feedback->rating, 4));
}

Test(conversation, events_are_copied)
{
    char text[] = "friday";
    user(0, text);
    text[0] = 'X';
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    cr_expect(strview_is(conversation->turns[0].user->text, "friday"));
    cr_expect(strview_is(conversation->events[0].conversation_id, "c1"));
}

Test(conversation, a_conversation_over_its_limit_is_refused_and_told_apart_from_lost_memory)
{
    struct conversation *small = conversation_create(strview_of("c2"), 32 * 1024);
    cr_assert(ne(ptr, small, NULL));
    char text[1025];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct user_turn turn;
    record_init(&user_turn_type, &turn);
    turn.text = strview_of(text);
    struct event event = {.type = EVENT_USER_TURN, .body = &turn};
    size_t added = 0;
    while (added < 1000 && conversation_add(small, &event))
        event.sequence = (int64_t)++added;
    cr_expect(lt(sz, added, 32));
    cr_expect(gt(sz, added, 5));
    cr_expect(eq(sz, small->event_count, added));
    cr_expect(arena_limit_was_hit(small->arena));
    conversation_destroy(small);
}

Test(conversation, lost_memory_is_told_by_adding_and_by_sealing)
{
    int64_t nth = 1;
    for (bool hit = true; hit; nth++) {
        memory_fail_nth(nth);
        struct conversation *one = conversation_create(strview_of("c"), 0);
        bool whole = one != NULL;
        for (int64_t i = 0; whole && i < 200; i++) {
            struct user_turn turn;
            record_init(&user_turn_type, &turn);
            turn.text = strview_of("some words");
            struct event event = {.sequence = 200 - i, .type = EVENT_USER_TURN, .body = &turn};
            whole = conversation_add(one, &event);
        }
        whole = whole && conversation_seal(one) == 0;
        hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, whole, !hit), "request %ld", (long)nth);
        conversation_destroy(one);
    }
    cr_expect(gt(i64, nth, 5));
}
