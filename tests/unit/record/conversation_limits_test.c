#include "record/conversation.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Out of order, so that sealing needs room to sort. */
static size_t fill(struct conversation *conversation)
{
    size_t count = 0;
    struct user_turn user;
    record_init(&user_turn_type, &user);
    user.text = strview_of("what do you have on Tuesday, please");
    for (;; count++) {
        struct event event = {
            .sequence = 100000 - (int64_t)count, .type = EVENT_USER_TURN, .body = &user};
        if (!conversation_add(conversation, &event))
            return count;
    }
}

Test(conversation, one_that_fills_its_memory_can_still_be_sealed)
{
    CLEANUP(conversation_cleanup)
    struct conversation *conversation = conversation_create(strview_of("c"), 128 * 1024);
    size_t count = fill(conversation);
    cr_assert(gt(sz, count, 100));
    cr_assert(arena_limit_was_hit(conversation->arena));
    cr_assert(eq(i64, conversation_seal(conversation), 0));
    cr_expect(eq(sz, conversation->turn_count, count));
    cr_expect(lt(i64, conversation->turns[0].user_sequence, conversation->turns[1].user_sequence));
}

Test(event, an_id_over_one_kilobyte_is_refused_with_its_place)
{
    static char id[EVENT_ID_LIMIT_BYTES + 1];
    memset(id, 'x', sizeof id);
    struct event event = {.conversation_id = {id, sizeof id}};
    struct error err = {0};
    cr_assert(eq(int, event_check(&event, &err), STATUS_DATA));
    cr_expect(eq(str, err.where, "/conversation_id"));
    event.conversation_id.size = EVENT_ID_LIMIT_BYTES;
    cr_expect(eq(int, event_check(&event, NULL), STATUS_OK));
}
