#include "assemble/conversation_table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct conversation_table *make_table(size_t open_conversations)
{
    struct conversation_table_options options = {.gap_ns = 1000,
                                                 .open_conversations = open_conversations};
    struct conversation_table *table = conversation_table_create(&options);
    cr_assert(ne(ptr, table, NULL));
    return table;
}

static enum skip_reason add(struct conversation_table *table, const char *id, int64_t sequence,
                            int type, int64_t time_ns)
{
    struct user_turn user;
    struct conversation_started started;
    struct conversation_ended ended;
    struct feedback feedback;
    record_init(&user_turn_type, &user);
    record_init(&conversation_started_type, &started);
    record_init(&conversation_ended_type, &ended);
    record_init(&feedback_type, &feedback);
    user.text = strview_of("hello");
    ended.outcome = OUTCOME_COMPLETED;
    struct event event = {
        .conversation_id = strview_of(id), .sequence = sequence, .time_ns = time_ns, .type = type};
    event.body = type == EVENT_USER_TURN            ? (void *)&user
                 : type == EVENT_FEEDBACK           ? (void *)&feedback
                 : type == EVENT_CONVERSATION_ENDED ? (void *)&ended
                                                    : (void *)&started;
    enum skip_reason skip;
    struct error err = {0};
    cr_assert(eq(int, conversation_table_add(table, &event, &skip, &err), STATUS_OK));
    return skip;
}

static size_t count_sealed(struct conversation_table *table)
{
    size_t count = 0;
    struct conversation *conversation;
    while ((conversation = conversation_table_take(table))) {
        count++;
        conversation_destroy(conversation);
    }
    return count;
}

Test(conversation_table, an_ended_one_is_sealed_though_a_silent_one_is_still_open)
{
    CLEANUP(conversation_table_cleanup) struct conversation_table *table = make_table(0);
    add(table, "silent", 0, EVENT_CONVERSATION_STARTED, 10);
    add(table, "a", 0, EVENT_CONVERSATION_STARTED, 20);
    add(table, "a", 1, EVENT_USER_TURN, 30);
    add(table, "a", 2, EVENT_CONVERSATION_ENDED, 40);
    add(table, "b", 0, EVENT_CONVERSATION_STARTED, 50);
    cr_expect(eq(sz, count_sealed(table), 1));
}

Test(conversation_table, feedback_that_comes_days_later_seals_nobody)
{
    CLEANUP(conversation_table_cleanup) struct conversation_table *table = make_table(0);
    add(table, "open", 0, EVENT_CONVERSATION_STARTED, 10);
    add(table, "a", 0, EVENT_CONVERSATION_STARTED, 20);
    cr_expect(eq(int, add(table, "a", 1, EVENT_FEEDBACK, 900000000), SKIP_NONE));
    cr_expect(eq(sz, count_sealed(table), 0));
    cr_expect(eq(int, add(table, "open", 1, EVENT_USER_TURN, 30), SKIP_NONE));
    add(table, "b", 0, EVENT_CONVERSATION_STARTED, 1025); /* `a` has been silent since 20 */
    struct conversation *sealed = conversation_table_take(table);
    cr_assert(ne(ptr, sealed, NULL));
    cr_expect(strview_is(sealed->id, "a"));
    conversation_destroy(sealed);
    cr_expect(eq(sz, count_sealed(table), 0));
}

Test(conversation_table, times_centuries_apart_are_idle_and_do_not_overflow)
{
    CLEANUP(conversation_table_cleanup) struct conversation_table *table = make_table(0);
    add(table, "old", 0, EVENT_CONVERSATION_STARTED, -INT64_C(9000000000000000000));
    add(table, "new", 0, EVENT_CONVERSATION_STARTED, INT64_C(9000000000000000000));
    cr_expect(eq(sz, count_sealed(table), 1));
    add(table, "older", 0, EVENT_CONVERSATION_STARTED, -INT64_C(9000000000000000000));
    cr_expect(eq(sz, count_sealed(table), 0));
}
