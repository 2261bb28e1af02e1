#include "base/memory.h"
#include "codec/binary_record.h"
#include "codec/json_record.h"
#include "support/random_record.h"
#include "support/record_list.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static void as_json(const struct record_type *type, const void *record, struct strbuf *out)
{
    struct json_write writer = {.out = out};
    if (type == &event_envelope_type)
        json_record_encode_event(record, &writer);
    else
        json_record_encode(type, record, &writer);
}

static enum status encode(const struct record_type *type, const void *record, struct strbuf *out)
{
    struct error err = {0};
    enum status status = binary_record_encode(type, record, out, &err);
    cr_expect(eq(int, status, err.status), "%s", err.what);
    return status;
}

Test(binary_record, random_records_come_back_equal_through_binary_and_through_json)
{
    for (uint64_t seed = 0; seed < 2000; seed++) {
        const struct record_type *type = whole_records[seed % WHOLE_RECORDS];
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
        struct random_source random = {seed, arena};
        void *made = arena_alloc(arena, type->size), *read = arena_alloc(arena, type->size);
        random_record_fill(&random, type, made);

        struct strbuf bytes = {0}, again = {0}, json = {0}, json_again = {0};
        struct error err = {0};
        cr_assert(eq(int, encode(type, made, &bytes), STATUS_OK));
        cr_assert(eq(int, binary_record_decode(type, strbuf_view(&bytes), read, arena, &err), 0),
                  "seed %llu: %s: %s", (unsigned long long)seed, err.where, err.what);
        cr_assert(eq(int, encode(type, read, &again), STATUS_OK));
        cr_assert(strview_equal(strbuf_view(&bytes), strbuf_view(&again)), "seed %llu",
                  (unsigned long long)seed);

        as_json(type, made, &json);
        as_json(type, read, &json_again);
        cr_assert(eq(str, json.data, json_again.data), "seed %llu", (unsigned long long)seed);

        /* and JSON -> record -> Avro gives the same bytes as the record itself */
        enum status status =
            type == &event_envelope_type
                ? json_record_decode_event(strbuf_view(&json), read, arena, NULL, &err)
                : json_record_decode(type, strbuf_view(&json), read, arena, NULL, &err);
        cr_assert(eq(int, status, STATUS_OK), "seed %llu: %s: %s in %s", (unsigned long long)seed,
                  err.where, err.what, json.data);
        strbuf_clear(&again);
        cr_assert(eq(int, encode(type, read, &again), STATUS_OK));
        cr_assert(strview_equal(strbuf_view(&bytes), strbuf_view(&again)), "seed %llu: %s",
                  (unsigned long long)seed, json.data);
        strbuf_done(&bytes);
        strbuf_done(&again);
        strbuf_done(&json);
        strbuf_done(&json_again);
    }
}

Test(binary_record, the_bytes_are_those_of_the_avro_specification)
{
    struct slot_score score;
    record_init(&slot_score_type, &score);
    score.slot = strview_of("date");
    score.verdict = SLOT_MISSING;
    score.gold = strview_of("");
    score.confidence = 1.0;
    score.flagged = 0;
    struct strbuf out = {0};
    strbuf_add_text(&out, "before");
    cr_assert(eq(int, encode(&slot_score_type, &score, &out), STATUS_OK));
    static const char expected[] = "before\x08"
                                   "date"                                 /* a text of 4 bytes */
                                   "\x06"                                 /* symbol 3 */
                                   "\x02\x00"                             /* gold: there, empty */
                                   "\x00"                                 /* predicted: absent */
                                   "\x02\x00\x00\x00\x00\x00\x00\xf0\x3f" /* 1.0 */
                                   "\x02\x00"; /* flagged: there, false */
    cr_assert(eq(sz, out.size, sizeof expected - 1));
    cr_expect(memcmp(out.data, expected, sizeof expected) == 0);
    strbuf_done(&out);
}

Test(binary_record, an_event_is_its_envelope_and_the_branch_of_its_body)
{
    struct conversation_ended ended = {.outcome = OUTCOME_ABANDONED};
    struct event event = {.conversation_id = strview_of("c"),
                          .sequence = 64,
                          .time_ns = 1000,
                          .type = EVENT_CONVERSATION_ENDED,
                          .body = &ended};
    struct strbuf out = {0};
    cr_assert(eq(int, encode(&event_envelope_type, &event, &out), STATUS_OK));
    static const char expected[] = "\x02"
                                   "c\x80\x01\x02\x0a\x06\x00";
    cr_assert(eq(sz, out.size, sizeof expected - 1));
    cr_expect(memcmp(out.data, expected, out.size) == 0);
    strbuf_done(&out);
}

Test(binary_record, what_cannot_be_written_is_named_and_leaves_the_buffer_alone)
{
    struct slot_score score;
    struct strbuf out = {0};
    struct error err = {0};
    strbuf_add_text(&out, "kept");
    record_init(&slot_score_type, &score);
    cr_expect(eq(int, binary_record_encode(&slot_score_type, &score, &out, &err), STATUS_DATA));
    cr_expect(eq(str, err.what, "cannot write SlotScore.slot: it is required and absent"));
    score.slot = strview_of("date");
    score.verdict = 6;
    cr_expect(eq(int, binary_record_encode(&slot_score_type, &score, &out, &err), STATUS_DATA));
    cr_expect(eq(str, err.what, "cannot write SlotScore.verdict: the enum has no such symbol"));
    score.verdict = SLOT_LATE;
    out.limit = 10;
    cr_expect(eq(int, binary_record_encode(&slot_score_type, &score, &out, &err), STATUS_LIMIT));
    cr_expect(eq(str, out.data, "kept"));
    out.limit = 0;
    cr_expect(eq(int, binary_record_encode(&slot_score_type, &score, &out, &err), STATUS_OK));

    struct event event = {.conversation_id = strview_of("c"), .sequence = 0, .time_ns = 0};
    cr_expect(eq(int, binary_record_encode(&event_envelope_type, &event, &out, &err), STATUS_DATA));
    strbuf_done(&out);
}

Test(binary_record, times_before_1970_are_cut_to_the_microsecond_below)
{
    struct event event = {
        .conversation_id = strview_of("c"), .time_ns = -1, .type = EVENT_FEEDBACK};
    struct feedback feedback;
    record_init(&feedback_type, &feedback);
    event.body = &feedback;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct strbuf out = {0};
    struct event read;
    cr_assert(eq(int, encode(&event_envelope_type, &event, &out), STATUS_OK));
    cr_assert(eq(int,
                 binary_record_decode(&event_envelope_type, strbuf_view(&out), &read, arena, NULL),
                 STATUS_OK));
    cr_expect(eq(i64, read.time_ns, -1000));
    cr_expect(eq(int, ((struct feedback *)read.body)->kept, FIELD_ABSENT_BOOL));
    strbuf_done(&out);
}

Test(binary_record, lists_in_several_blocks_with_and_without_sizes_are_read)
{
    /* GoldGoal: intent absent; slots absent; requests in three blocks; refused absent */
    static const char bytes[] = "\x00\x00\x02"
                                "\x02\x02"
                                "a"        /* one item */
                                "\x03\x08" /* -2 items, 4 bytes */
                                "\x02"
                                "b\x02"
                                "c\x02\x02"
                                "d\x00"
                                "\x00";
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct gold_goal goal;
    struct error err = {0};
    struct strview view = {bytes, sizeof bytes - 1};
    cr_assert(eq(int, binary_record_decode(&gold_goal_type, view, &goal, arena, &err), STATUS_OK),
              "%s: %s", err.where, err.what);
    cr_assert(eq(sz, goal.requests.count, 4));
    for (size_t i = 0; i < 4; i++)
        cr_expect(eq(int, goal.requests.items[i].data[0], "abcd"[i]));
    cr_expect(eq(ptr, goal.slots.slots, NULL));
}

Test(binary_record, hostile_bytes_are_refused_with_their_field_and_place)
{
    static const struct {
        const char *bytes;
        size_t size;
        char *where, *what;
    } rows[] = {
#define ROW(text, where, what) {text, sizeof text - 1, where, what}
        ROW("", "byte 0", "cannot read GoldGoal.intent: the bytes end inside a number"),
        ROW("\x04", "byte 1", "cannot read GoldGoal.intent: a branch or symbol is unknown"),
        ROW("\x02\x06xy", "byte 2",
            "cannot read GoldGoal.intent: a text is longer than the bytes that are left"),
        ROW("\x02\x05xy", "byte 2",
            "cannot read GoldGoal.intent: a text is longer than the bytes that are left"),
        ROW("\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "byte 11",
            "cannot read GoldGoal.intent: a text is longer than the bytes that are left"),
        ROW("\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "byte 1",
            "cannot read GoldGoal.intent: a number has more than 64 bits"),
        ROW("\x00\x00\x02\xfe\xff\xff\xff\x0f", "byte 8",
            "cannot read GoldGoal.requests: a list has more items than the bytes that are left can "
            "hold"),
        ROW("\x00\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", "byte 14",
            "cannot read GoldGoal.requests: a list has more items than the bytes that are left can "
            "hold"),
        ROW("\x00\x00\x02\x01\x40", "byte 5",
            "cannot read GoldGoal.requests: a block is longer than the bytes that are left"),
        ROW("\x00\x02\x02\x02s\x0a", "byte 6",
            "cannot read GoldGoal.slots: a branch or symbol is unknown"),
        ROW("\x00\x02\x04\x02s\x00\x02s\x00\x00\x00\x00", "byte 9",
            "cannot read GoldGoal.slots: a slot stands twice in the map"),
        ROW("\x00\x02\x02\x02s\x06\x02\x00", "byte 7",
            "cannot read GoldGoal.slots: a branch or symbol is unknown"),
        ROW("\x00\x00\x00\x00\x00", "byte 4",
            "cannot read GoldGoal.refused: bytes follow behind "
            "the record"),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
        struct gold_goal goal;
        struct error err = {0};
        struct strview view = {rows[i].bytes, rows[i].size};
        enum status status = binary_record_decode(&gold_goal_type, view, &goal, arena, &err);
        cr_expect(eq(int, status, STATUS_DATA), "row %zu", i);
        cr_expect(eq(str, err.what, rows[i].what), "row %zu", i);
        cr_expect(eq(str, err.where, rows[i].where), "row %zu", i);
    }
}

Test(binary_record, a_map_of_many_names_costs_no_quadratic_time)
{
    struct strbuf out = {0};
    strbuf_add(&out, "\x00\x02", 2);
    strbuf_add(&out, "\xc0\x9a\x0c", 3); /* 100000 slots */
    for (int i = 0; i < 100000; i++)
        strbuf_add_format(&out, "\x0a%05d%c", i, '\0');
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct gold_goal goal;
    struct error err = {0};
    enum status status =
        binary_record_decode(&gold_goal_type, strbuf_view(&out), &goal, arena, &err);
    cr_expect(eq(int, status, STATUS_DATA));
    cr_expect(eq(str, err.what, "cannot read GoldGoal.slots: the map has too many names"));
    strbuf_done(&out);
}

/* What is accepted has one reading: writing it and reading it again changes nothing. */
static void accept_or_refuse(const struct record_type *type, struct strview bytes)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    void *record = arena_alloc(arena, type->size);
    struct error err = {0};
    enum status status = binary_record_decode(type, bytes, record, arena, &err);
    cr_assert(le(sz, arena_used_bytes(arena), 2048 + 100 * bytes.size));
    if (status != STATUS_OK) {
        cr_assert(eq(int, status, STATUS_DATA));
        return;
    }
    struct strbuf out = {0};
    cr_assert(eq(int, binary_record_encode(type, record, &out, &err), STATUS_OK), "%s", err.what);
    strbuf_done(&out);
}

Test(binary_record, every_cut_and_many_changed_bytes_are_refused_or_read_within_bounds)
{
    for (uint64_t seed = 0; seed < 150; seed++) {
        const struct record_type *type = whole_records[seed % WHOLE_RECORDS];
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
        struct random_source random = {seed, arena};
        void *made = arena_alloc(arena, type->size);
        random_record_fill(&random, type, made);
        struct strbuf out = {0};
        struct error err = {0};
        cr_assert(eq(int, encode(type, made, &out), STATUS_OK));
        for (size_t cut = 0; cut < out.size; cut += 1 + cut / 16) {
            void *read = arena_alloc(arena, type->size);
            struct strview bytes = {out.data, cut};
            cr_assert(eq(int, binary_record_decode(type, bytes, read, arena, &err), STATUS_DATA),
                      "seed %llu cut at %zu of %zu", (unsigned long long)seed, cut, out.size);
        }
        for (int change = 0; change < 200; change++) {
            size_t at = random_below(&random, out.size);
            char kept = out.data[at];
            out.data[at] = (char)random_bits(&random);
            accept_or_refuse(type, strbuf_view(&out));
            out.data[at] = kept;
        }
        strbuf_done(&out);
    }
}

Test(binary_record, running_out_of_memory_is_an_error_and_not_a_crash)
{
    CLEANUP(arena_cleanup) struct arena *own = arena_create(64 * 1024, 0);
    struct random_source random = {7, own};
    struct trial *made = arena_alloc(own, sizeof *made);
    do
        random_record_fill(&random, &trial_type, made);
    while (made->predictions.count < 2);
    for (int64_t nth = 1;; nth++) {
        struct arena *arena = arena_create(256, 0);
        struct strbuf out = {0};
        struct trial read;
        struct error err = {0};
        memory_fail_nth(nth);
        enum status status = binary_record_encode(&trial_type, made, &out, &err);
        if (status == STATUS_OK)
            status = binary_record_decode(&trial_type, strbuf_view(&out), &read, arena, &err);
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        arena_destroy(arena);
        strbuf_done(&out);
        cr_assert(eq(int, status, hit ? STATUS_NO_MEMORY : STATUS_OK), "allocation %lld",
                  (long long)nth);
        if (!hit)
            break;
    }
    struct arena *small = arena_create(256, 600);
    struct strbuf out = {0};
    struct trial read;
    cr_assert(eq(int, encode(&trial_type, made, &out), STATUS_OK));
    enum status status = binary_record_decode(&trial_type, strbuf_view(&out), &read, small, NULL);
    cr_expect(eq(int, status, STATUS_LIMIT));
    strbuf_done(&out);
    arena_destroy(small);
}
