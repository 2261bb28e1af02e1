#include "score/conversation_measure.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { TURNS = 200, MS = 1000000 };

/* Each caller starts to speak before the agent has ended, and is cut off by the next answer. */
static struct conversation *talk_over_each_other(void)
{
    struct conversation *conversation = conversation_create(strview_of("c"), 0);
    struct conversation_started started;
    record_init(&conversation_started_type, &started);
    struct event event = {.type = EVENT_CONVERSATION_STARTED, .body = &started};
    cr_assert(conversation_add(conversation, &event));
    for (int64_t i = 0; i < 2 * TURNS + 1; i++) {
        struct user_turn user;
        struct agent_turn agent;
        int64_t at = i * 10 * MS;
        record_init(&user_turn_type, &user);
        record_init(&agent_turn_type, &agent);
        user.text = agent.text = strview_of("yes");
        user.speech_start_ns = agent.first_audio_ns = at;
        user.speech_end_ns = agent.speech_end_ns = at + 15 * MS;
        bool is_agent = i % 2 == 0;
        event = (struct event){.sequence = i + 1,
                               .time_ns = at,
                               .type = is_agent ? EVENT_AGENT_TURN : EVENT_USER_TURN,
                               .body = is_agent ? (void *)&agent : (void *)&user};
        cr_assert(conversation_add(conversation, &event));
    }
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    return conversation;
}

Test(conversation_measure, a_turn_may_be_talked_over_on_both_sides)
{
    CLEANUP(conversation_cleanup) struct conversation *conversation = talk_over_each_other();
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(0, 0);
    struct task_spec task = {.dead_air_ms = 1500};
    struct conversation_facts facts;
    struct error err = {0};
    cr_assert(eq(int,
                 conversation_measure(conversation, &task, NULL, GOLD_NONE, arena, &facts, &err),
                 STATUS_OK));
    cr_assert(eq(sz, facts.talk_over_ms.count, 2 * TURNS));
    for (size_t i = 0; i < facts.talk_over_ms.count; i++)
        cr_expect(epsilon_eq(dbl, ((const double *)facts.talk_over_ms.items)[i], 5.0, 1e-9));
    cr_expect(eq(sz, facts.response_gap_ms.count, 0));
}

Test(conversation_measure, a_span_of_time_that_no_clock_can_hold_is_no_duration)
{
    struct event events[1] = {0};
    struct conversation conversation = {.events = events,
                                        .id = strview_of("c"),
                                        .start_ns = -INT64_C(8000000000000000000),
                                        .end_ns = INT64_C(8000000000000000000)};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(0, 0);
    struct task_spec task = {.dead_air_ms = 1500};
    struct conversation_facts facts;
    cr_assert(eq(int,
                 conversation_measure(&conversation, &task, NULL, GOLD_NONE, arena, &facts, NULL),
                 STATUS_OK));
    cr_expect(facts.duration_ms != facts.duration_ms);
}
