/* Conversations of one partition: what is sealed and when, and that a restart from any commit gives
 * what an undisturbed reader gives. */
#include "assemble/partition_table.h"
#include "base/counter_rng.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>

#define SECOND INT64_C(1000000000)

struct line {
    int id, type;
    int64_t sequence, seconds;
};

static struct event event_of(const struct line *line, char id[16])
{
    static struct conversation_started started;
    static struct user_turn user = {.asr_confidence = 1};
    static struct conversation_ended ended = {.outcome = OUTCOME_COMPLETED};
    static struct feedback feedback;
    record_init(&conversation_started_type, &started);
    record_init(&feedback_type, &feedback);
    record_init(&user_turn_type, &user);
    user.text = strview_of("hello");
    void *bodies[] = {[EVENT_CONVERSATION_STARTED] = &started,
                      [EVENT_USER_TURN] = &user,
                      [EVENT_CONVERSATION_ENDED] = &ended,
                      [EVENT_FEEDBACK] = &feedback};
    snprintf(id, 16, "c%d", line->id);
    return (struct event){.conversation_id = strview_of(id),
                          .sequence = line->sequence,
                          .time_ns = line->seconds * SECOND,
                          .type = line->type,
                          .body = bodies[line->type]};
}

static enum partition_verdict add(struct partition_table *table, int64_t offset, int id, int type,
                                  int64_t sequence, int64_t seconds)
{
    char name[16];
    struct event event = event_of(&(struct line){id, type, sequence, seconds}, name);
    enum partition_verdict verdict = PARTITION_TAKEN;
    struct error err = {0};
    cr_assert(partition_table_add(table, offset, &event, &verdict, &err) == STATUS_OK, "%s",
              err.what);
    return verdict;
}

static struct partition_table *make(void)
{
    return partition_table_create(&(struct partition_table_options){.gap_ns = 100 * SECOND}, 0);
}

/* "id:events" of the next sealed conversation; finishes it. */
static const char *sealed(struct partition_table *table)
{
    static char text[64];
    struct conversation *conversation = partition_table_take(table);
    if (!conversation)
        return "none";
    snprintf(text, sizeof text, "%.*s:%zu", STRVIEW_ARG(conversation->id),
             conversation->event_count);
    partition_table_finished(conversation->origin);
    conversation_destroy(conversation);
    return text;
}

Test(partition_table, an_end_seals_when_nothing_is_missing)
{
    struct partition_table *table = make();
    add(table, 0, 1, EVENT_CONVERSATION_STARTED, 0, 0);
    add(table, 1, 1, EVENT_USER_TURN, 1, 1);
    cr_expect(eq(str, (char *)sealed(table), "none"));
    add(table, 2, 1, EVENT_CONVERSATION_ENDED, 2, 2);
    cr_expect(eq(str, (char *)sealed(table), "c1:3"));
    partition_table_destroy(table);
}

Test(partition_table, an_end_waits_for_what_comes_late)
{
    struct partition_table *table = make();
    add(table, 0, 1, EVENT_CONVERSATION_STARTED, 0, 0);
    add(table, 1, 1, EVENT_CONVERSATION_ENDED, 2, 2);
    add(table, 2, 2, EVENT_CONVERSATION_STARTED, 0, 3);
    cr_expect(eq(str, (char *)sealed(table), "none"));
    add(table, 3, 1, EVENT_USER_TURN, 1, 1);
    cr_expect(eq(str, (char *)sealed(table), "c1:3"));
    partition_table_destroy(table);
}

Test(partition_table, a_gap_of_event_time_seals)
{
    struct partition_table *table = make();
    add(table, 0, 1, EVENT_CONVERSATION_STARTED, 0, 0);
    add(table, 1, 2, EVENT_CONVERSATION_STARTED, 0, 99);
    cr_expect(eq(str, (char *)sealed(table), "none"));
    add(table, 2, 2, EVENT_USER_TURN, 1, 100);
    cr_expect(eq(str, (char *)sealed(table), "c1:1"));
    partition_table_destroy(table);
}

Test(partition_table, feedback_seals_nothing_and_opens_nothing)
{
    struct partition_table *table = make();
    add(table, 0, 1, EVENT_CONVERSATION_STARTED, 0, 0);
    cr_expect(add(table, 1, 9, EVENT_FEEDBACK, 9, 900000) == PARTITION_FEEDBACK);
    cr_expect(eq(str, (char *)sealed(table), "none"));
    partition_table_destroy(table);
}

Test(partition_table, what_finds_no_open_conversation_is_outside)
{
    struct partition_table *table = make();
    cr_expect(add(table, 0, 1, EVENT_USER_TURN, 1, 0) == PARTITION_OUTSIDE);
    add(table, 1, 1, EVENT_CONVERSATION_STARTED, 0, 1);
    add(table, 2, 1, EVENT_CONVERSATION_ENDED, 1, 2);
    cr_expect(add(table, 3, 1, EVENT_USER_TURN, 2, 3) == PARTITION_OUTSIDE);
    partition_table_destroy(table);
}

Test(partition_table, a_span_of_the_log_seals)
{
    struct partition_table *table =
        partition_table_create(&(struct partition_table_options){.span_records = 10}, 0);
    add(table, 0, 1, EVENT_CONVERSATION_STARTED, 0, 0);
    add(table, 9, 2, EVENT_CONVERSATION_STARTED, 0, 0);
    cr_expect(eq(str, (char *)sealed(table), "none"));
    add(table, 10, 2, EVENT_USER_TURN, 1, 0);
    cr_expect(eq(str, (char *)sealed(table), "c1:1"));
    partition_table_destroy(table);
}

Test(partition_table, an_end_of_the_range_tells_what_was_open)
{
    struct partition_table *table = make();
    struct error err;
    add(table, 0, 1, EVENT_CONVERSATION_STARTED, 0, 0);
    add(table, 1, 2, EVENT_CONVERSATION_STARTED, 0, 0);
    add(table, 2, 2, EVENT_CONVERSATION_ENDED, 5, 1); /* ended, but with a gap */
    cr_assert(partition_table_finish(table, &err) == STATUS_OK);
    struct conversation *first = partition_table_take(table);
    struct conversation *second = partition_table_take(table);
    cr_expect(first->origin->open_at_end);
    cr_expect(not(second->origin->open_at_end));
    conversation_destroy(first);
    conversation_destroy(second);
    partition_table_destroy(table);
}

Test(partition_table, a_log_that_has_changed_is_told)
{
    struct partition_table *table = make();
    struct error err;
    int64_t unfinished[] = {0};
    cr_assert(partition_table_restore(table, 5, unfinished, 1, &err) == STATUS_OK);
    char id[16];
    struct event event = event_of(&(struct line){1, EVENT_USER_TURN, 1, 0}, id);
    enum partition_verdict verdict;
    cr_assert(partition_table_add(table, 0, &event, &verdict, &err) == STATUS_OK);
    cr_expect(partition_table_add(table, 1, &event, &verdict, &err) == STATUS_DATA);
    partition_table_destroy(table);
}

/* --- the model: random logs, random kills; the sum over all lives is that of one life ----------
 */

enum { LINES = 400, IDS = 12 };

struct tally {
    int delivered[LINES], events[LINES]; /* by first offset */
    int taken, outside, feedback;        /* records, counted once each */
};

static uint32_t draw(struct counter_rng *rng, uint32_t below)
{
    return (uint32_t)counter_rng_below(rng, below);
}

static void make_log(struct line lines[LINES], uint64_t seed)
{
    struct counter_rng rng = counter_rng_start(seed, 1, 0);
    int64_t next[IDS] = {0}, seconds = 0;
    for (int i = 0; i < LINES; i++) {
        int id = (int)draw(&rng, IDS);
        uint32_t what = draw(&rng, 100);
        seconds += draw(&rng, 20);
        if (what < 3)
            seconds += 150; /* everybody is silent */
        lines[i] = (struct line){id, EVENT_USER_TURN, next[id]++, seconds - draw(&rng, 10)};
        if (what < 20) {
            lines[i].type = EVENT_CONVERSATION_STARTED;
            lines[i].sequence = 0;
            next[id] = 1;
        } else if (what < 32) {
            lines[i].type = EVENT_CONVERSATION_ENDED;
        } else if (what < 36) {
            lines[i].type = EVENT_FEEDBACK;
        } else if (what < 40 && next[id] > 1) {
            lines[i].sequence = next[id] - 2; /* once more */
        }
    }
}

/* What is committed: everything that a life adds to the outcome becomes true with a commit only. */
struct state {
    int64_t offset, read;
    int64_t *unfinished;
    size_t count;
    struct tally outcome;
};

static void commit(struct partition_table *table, int64_t read, const struct tally *outcome,
                   struct state *state)
{
    memory_free(state->unfinished);
    cr_assert(partition_table_list(table, &state->unfinished, &state->count));
    state->offset = state->count ? state->unfinished[0] : read;
    state->read = read;
    state->outcome = *outcome;
}

/* One life: reads from the commit on, finishes conversations in random order, commits now and then,
 * and dies after `records` (0: never). True at the end of the log. */
static bool live(const struct line lines[LINES], struct state *state, struct counter_rng *rng,
                 uint32_t records)
{
    struct partition_table *table = partition_table_create(
        &(struct partition_table_options){.gap_ns = 100 * SECOND, .span_records = 120}, 0);
    struct tally outcome = state->outcome;
    struct conversation *flying[LINES];
    size_t flying_count = 0;
    struct error err;
    cr_assert(partition_table_restore(table, state->read, state->unfinished, state->count, &err) ==
              STATUS_OK);
    int64_t read = state->read;
    bool at_end = false;
    for (int64_t i = state->offset; !at_end || flying_count; i++) {
        if (records && --records == 0)
            break;
        if (i < LINES) {
            enum partition_verdict verdict =
                add(table, i, lines[i].id, lines[i].type, lines[i].sequence, lines[i].seconds);
            if (i >= read) {
                outcome.taken += verdict == PARTITION_TAKEN;
                outcome.outside += verdict == PARTITION_OUTSIDE;
                outcome.feedback += verdict == PARTITION_FEEDBACK;
                read = i + 1;
            }
        }
        if (i == LINES) {
            cr_assert(partition_table_finish(table, &err) == STATUS_OK);
            at_end = true;
        }
        struct conversation *conversation;
        while ((conversation = partition_table_take(table)))
            flying[flying_count++] = conversation;
        while (flying_count && (draw(rng, 3) == 0 || at_end)) {
            size_t which = draw(rng, (uint32_t)flying_count);
            struct log_conversation *log = flying[which]->origin;
            outcome.delivered[log->first_offset]++;
            outcome.events[log->first_offset] = (int)log->records;
            conversation_destroy(flying[which]);
            partition_table_finished(log);
            flying[which] = flying[--flying_count];
        }
        if (draw(rng, 6) == 0)
            commit(table, read, &outcome, state);
    }
    bool is_over = at_end && flying_count == 0;
    if (is_over)
        commit(table, read, &outcome, state);
    for (size_t i = 0; i < flying_count; i++)
        conversation_destroy(flying[i]);
    partition_table_destroy(table);
    return is_over;
}

Test(partition_table, any_sequence_of_kills_gives_what_one_life_gives)
{
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct line lines[LINES];
        struct counter_rng rng = counter_rng_start(seed, 2, 0);
        make_log(lines, seed);
        struct state whole = {0}, killed = {0};
        cr_assert(live(lines, &whole, &rng, 0));
        for (int life = 0; !live(lines, &killed, &rng, life < 40 ? 1 + draw(&rng, 90) : 0); life++)
            ;
        int records = 0;
        for (int i = 0; i < LINES; i++) {
            cr_assert(killed.outcome.delivered[i] == whole.outcome.delivered[i] &&
                          killed.outcome.delivered[i] <= 1 &&
                          killed.outcome.events[i] == whole.outcome.events[i],
                      "seed %llu, conversation at %d: %d and %d times, %d and %d records",
                      (unsigned long long)seed, i, whole.outcome.delivered[i],
                      killed.outcome.delivered[i], whole.outcome.events[i],
                      killed.outcome.events[i]);
            records += whole.outcome.events[i];
        }
        cr_assert(eq(int, killed.outcome.taken, whole.outcome.taken), "seed %d", (int)seed);
        cr_assert(eq(int, killed.outcome.outside, whole.outcome.outside), "seed %d", (int)seed);
        cr_assert(eq(int, killed.outcome.feedback, whole.outcome.feedback), "seed %d", (int)seed);
        cr_assert(eq(int, records, whole.outcome.taken), "seed %d: what was taken is delivered",
                  (int)seed);
        cr_assert(
            eq(int, whole.outcome.taken + whole.outcome.outside + whole.outcome.feedback, LINES));
        memory_free(whole.unfinished);
        memory_free(killed.unfinished);
    }
}
