#include "score/conversation_measure.h"
#include "support/task_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static const char task_text[] = "name: t\nlocale: en-US\ndead_air_ms: 3000\n"
                                "slots:\n  - {name: date, type: date}\n"
                                "states:\n  - {name: ask_date, kind: collect, asks: [date]}\n";

#define MS INT64_C(1000000)

static struct task_builder builder;
static struct conversation *conversation;
static struct user_turn user;
static struct agent_turn agent;
static int64_t sequence;

static void begin(void)
{
    task_builder_init(&builder, task_text);
    conversation = conversation_create(strview_of("c1"), 0);
    sequence = 0;
    record_init(&user_turn_type, &user);
    record_init(&agent_turn_type, &agent);
}

static void end(void)
{
    conversation_destroy(conversation);
    task_builder_done(&builder);
}

TestSuite(conversation_measure, .init = begin, .fini = end);

static void add(int type, void *body)
{
    struct event event = {
        .sequence = sequence, .time_ns = 1000 * MS * (1 + sequence), .type = type, .body = body};
    sequence++;
    cr_assert(conversation_add(conversation, &event));
}

/* The user ends at `end_ms`, the agent is heard at `audio_ms`; INT64_MIN: no time. */
static void exchange(int64_t end_ms, int64_t audio_ms)
{
    user.speech_end_ns = end_ms == FIELD_ABSENT_I64 ? end_ms : end_ms * MS;
    agent.first_audio_ns = audio_ms == FIELD_ABSENT_I64 ? audio_ms : audio_ms * MS;
    add(EVENT_USER_TURN, &user);
    add(EVENT_AGENT_TURN, &agent);
}

static struct conversation_facts measure(void)
{
    struct conversation_facts facts;
    struct error err = {0};
    cr_assert(ge(i64, conversation_seal(conversation), 0));
    cr_assert(eq(int,
                 conversation_measure(conversation, builder.task, NULL, GOLD_NONE, builder.arena,
                                      &facts, &err),
                 STATUS_OK));
    return facts;
}

Test(conversation_measure, gaps_run_from_the_callers_last_word_to_the_agents_first)
{
    exchange(1000, 1900);
    exchange(5000, 8000); /* at the limit: no dead air */
    exchange(10000, 13500);
    struct conversation_facts facts = measure();
    cr_assert(eq(sz, facts.response_gap_ms.count, 3));
    cr_expect(eq(dbl, facts.response_gap_ms.items[0], 900));
    cr_expect(eq(dbl, facts.response_gap_ms.items[1], 3000));
    cr_expect(eq(dbl, facts.response_gap_ms.items[2], 3500));
    cr_assert(eq(sz, facts.dead_air_ms.count, 1));
    cr_expect(eq(dbl, facts.dead_air_ms.items[0], 3500));
    cr_expect(eq(sz, facts.talk_over_ms.count, 0));
    cr_expect(eq(i64, facts.user_turns, 3));
    cr_expect(eq(dbl, facts.duration_ms, 5000));
}

Test(conversation_measure, a_time_that_is_missing_makes_no_value)
{
    exchange(FIELD_ABSENT_I64, 1900);
    exchange(5000, FIELD_ABSENT_I64);
    user.speech_end_ns = 9000 * MS;
    add(EVENT_USER_TURN, &user); /* never answered */
    struct conversation_facts facts = measure();
    cr_expect(eq(sz, facts.response_gap_ms.count, 0));
    cr_expect(eq(sz, facts.dead_air_ms.count, 0));
    cr_expect(eq(sz, facts.talk_over_ms.count, 0));
    cr_expect(eq(sz, facts.asr_confidence.count, 0));
    cr_expect(eq(i64, facts.interruptions, 0));
    cr_expect(eq(i64, facts.user_turns, 3));
}

Test(conversation_measure, both_speaking_is_talk_over_whoever_began)
{
    agent.speech_end_ns = 2500 * MS;
    exchange(1000, 800);              /* the agent cut in 200 ms before the caller ended */
    user.speech_start_ns = 2000 * MS; /* the caller cut in 500 ms before the agent ended */
    user.interrupted = 1;
    exchange(4000, 4100);
    user.speech_start_ns = 2500 * MS; /* just when it ended */
    user.interrupted = 0;
    exchange(6000, 6100);
    struct conversation_facts facts = measure();
    cr_assert(eq(sz, facts.talk_over_ms.count, 2));
    cr_expect(eq(dbl, facts.talk_over_ms.items[0], 200));
    cr_expect(eq(dbl, facts.talk_over_ms.items[1], 500));
    cr_assert(eq(sz, facts.response_gap_ms.count, 2));
    cr_expect(eq(i64, facts.interruptions, 1));
}

Test(conversation_measure, services_and_tools_are_told_with_their_failures)
{
    struct service_call service;
    struct tool_call tool;
    record_init(&service_call_type, &service);
    record_init(&tool_call_type, &tool);
    service.service = SERVICE_STT;
    service.latency_ms = 120;
    add(EVENT_SERVICE_CALL, &service);
    service.service = SERVICE_TTS;
    service.error = strview_of("time-out");
    add(EVENT_SERVICE_CALL, &service);
    tool.method = strview_of("book_appointment");
    tool.error = strview_of("");
    add(EVENT_TOOL_CALL, &tool);
    struct conversation_facts facts = measure();
    const struct service_fact *services = facts.services.items;
    const struct tool_fact *tools = facts.tools.items;
    cr_assert(eq(sz, facts.services.count, 2));
    cr_expect(eq(int, services[0].service, SERVICE_STT));
    cr_expect(eq(dbl, services[0].latency_ms, 120));
    cr_expect(eq(i8, services[0].failed, 0));
    cr_expect(eq(i8, services[1].failed, 1));
    cr_assert(eq(sz, facts.tools.count, 1));
    cr_expect(strview_is(tools[0].method, "book_appointment"));
    cr_expect(eq(i8, tools[0].failed, 1));
}

Test(conversation_measure, a_question_again_counts_unless_a_new_value_came)
{
    agent.next_state = strview_of("ask_date");
    exchange(FIELD_ABSENT_I64, FIELD_ABSENT_I64);
    exchange(FIELD_ABSENT_I64, FIELD_ABSENT_I64); /* again */
    agent.slots = task_builder_slots(&builder, "date=2025-01-15");
    exchange(FIELD_ABSENT_I64, FIELD_ABSENT_I64); /* a new value came */
    exchange(FIELD_ABSENT_I64, FIELD_ABSENT_I64); /* again */
    agent.next_state = strview_of("unknown state");
    exchange(FIELD_ABSENT_I64, FIELD_ABSENT_I64);
    exchange(FIELD_ABSENT_I64, FIELD_ABSENT_I64);
    cr_expect(eq(i64, measure().reasks, 2));
}

Test(conversation_measure, what_gold_start_and_feedback_say_is_taken_along)
{
    struct conversation_started started;
    struct feedback feedback;
    struct gold_conversation gold;
    struct strview tags[] = {strview_of("noisy")};
    struct conversation_facts facts;
    struct error err = {0};
    record_init(&conversation_started_type, &started);
    record_init(&feedback_type, &feedback);
    record_init(&gold_conversation_type, &gold);
    started.locale = strview_of("en-GB");
    started.metadata = strview_of("{\"clinic\": 3}");
    feedback.rating = 4;
    gold.split = SPLIT_CHALLENGE;
    gold.tags = (struct text_list){tags, 1};
    user.asr_confidence = 0.9;
    add(EVENT_CONVERSATION_STARTED, &started);
    exchange(1000, 1900);
    add(EVENT_FEEDBACK, &feedback);
    conversation->ordinal = 7;
    cr_assert(ge(i64, conversation_seal(conversation), 0));
    cr_assert(eq(int,
                 conversation_measure(conversation, builder.task, &gold, GOLD_JOINED, builder.arena,
                                      &facts, &err),
                 STATUS_OK));
    cr_expect(eq(i64, facts.ordinal, 7));
    cr_expect(strview_is(facts.conversation_id, "c1"));
    cr_expect(strview_is(facts.locale, "en-GB"));
    cr_expect(strview_is(facts.metadata, "{\"clinic\": 3}"));
    cr_expect(eq(int, facts.split, SPLIT_CHALLENGE));
    cr_expect(eq(sz, facts.tags.count, 1));
    cr_expect(eq(int, facts.gold_status, GOLD_JOINED));
    cr_assert(ne(ptr, facts.feedback, NULL));
    cr_expect(ne(ptr, facts.feedback, (void *)(uintptr_t)conversation->feedback));
    cr_expect(eq(dbl, facts.feedback->rating, 4));
    cr_assert(eq(sz, facts.asr_confidence.count, 1));
    cr_expect(eq(dbl, facts.asr_confidence.items[0], 0.9));
}
