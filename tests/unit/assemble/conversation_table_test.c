#include "assemble/conversation_table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>

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
    record_init(&user_turn_type, &user);
    record_init(&conversation_started_type, &started);
    record_init(&conversation_ended_type, &ended);
    user.text = strview_of("hello");
    ended.outcome = OUTCOME_COMPLETED;
    struct event event = {
        .conversation_id = strview_of(id), .sequence = sequence, .time_ns = time_ns, .type = type};
    event.body = type == EVENT_USER_TURN            ? (void *)&user
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

Test(conversation_table, a_conversation_is_sealed_when_it_has_ended_and_another_one_speaks)
{
    CLEANUP(conversation_table_cleanup) struct conversation_table *table = make_table(0);
    add(table, "a", 0, EVENT_CONVERSATION_STARTED, 10);
    add(table, "a", 1, EVENT_USER_TURN, 20);
    add(table, "a", 2, EVENT_CONVERSATION_ENDED, 30);
    cr_expect(eq(sz, count_sealed(table), 0)); /* its feedback may follow */
    add(table, "b", 0, EVENT_CONVERSATION_STARTED, 40);
    struct conversation *sealed = conversation_table_take(table);
    cr_assert(ne(ptr, sealed, NULL));
    cr_expect(strview_is(sealed->id, "a"));
    cr_expect(eq(sz, sealed->turn_count, 1));
    cr_expect(eq(int, sealed->outcome, OUTCOME_COMPLETED));
    conversation_destroy(sealed);
    cr_expect(eq(int, conversation_table_finish(table, NULL), STATUS_OK));
    cr_expect(eq(sz, count_sealed(table), 1));
}

Test(conversation_table, late_orphan_and_duplicate_events_are_told_apart_from_good_ones)
{
    CLEANUP(conversation_table_cleanup) struct conversation_table *table = make_table(0);
    cr_expect(eq(int, add(table, "x", 3, EVENT_USER_TURN, 5), SKIP_OUTSIDE_CONVERSATION));
    add(table, "a", 0, EVENT_CONVERSATION_STARTED, 10);
    add(table, "a", 2, EVENT_CONVERSATION_ENDED, 30);
    add(table, "a", 1, EVENT_USER_TURN, 20); /* out of order is fine while it is open */
    add(table, "a", 1, EVENT_USER_TURN, 20);
    add(table, "b", 0, EVENT_CONVERSATION_STARTED, 40);
    cr_expect(eq(u64, conversation_table_take_duplicates(table), 1));
    cr_expect(eq(int, add(table, "a", 4, EVENT_USER_TURN, 50), SKIP_OUTSIDE_CONVERSATION));
    cr_expect(
        eq(int, add(table, "a", 0, EVENT_CONVERSATION_STARTED, 60), SKIP_DUPLICATE_CONVERSATION));
    struct conversation *sealed = conversation_table_take(table);
    cr_expect(eq(sz, sealed->turn_count, 1));
    conversation_destroy(sealed);
}

Test(conversation_table, an_idle_conversation_is_sealed_by_event_time_and_never_by_a_clock)
{
    CLEANUP(conversation_table_cleanup) struct conversation_table *table = make_table(0);
    add(table, "a", 0, EVENT_CONVERSATION_STARTED, 10);
    add(table, "b", 0, EVENT_CONVERSATION_STARTED, 1010);
    cr_expect(eq(sz, count_sealed(table), 0));
    add(table, "b", 1, EVENT_USER_TURN, 1011);
    cr_expect(eq(sz, count_sealed(table), 1));
}

Test(conversation_table, the_number_of_open_conversations_is_bounded)
{
    CLEANUP(conversation_table_cleanup) struct conversation_table *table = make_table(4);
    char id[16];
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "c%d", i);
        add(table, id, 0, EVENT_CONVERSATION_STARTED, 10);
    }
    cr_expect(eq(sz, count_sealed(table), 96));
}
