#include "base/memory.h"
#include "codec/json_record.h"
#include "record/gold.h"
#include "record/prediction.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char *round_trip(const struct record_type *type, const char *text, struct strbuf *out)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    void *record = arena_alloc(arena, type->size);
    struct error err = {0};
    cr_assert(
        eq(int, json_record_decode(type, strview_of(text), record, arena, NULL, &err), STATUS_OK),
        "%s: %s", err.where, err.what);
    struct json_write writer = {.out = out};
    json_record_encode(type, record, &writer);
    return out->data;
}

Test(json_record, the_sample_line_of_the_prediction_log_comes_back_byte_for_byte)
{
    char *line =
        "{\"conversation_id\": \"conv-123\", \"timestamp\": \"2025-01-10T10:30:00\", "
        "\"model\": {\"name\": \"llama3.2\", \"provider\": \"ollama\", \"prompt_version\": "
        "\"v2.0\"}, "
        "\"input\": {\"user_text\": \"...\", \"state\": \"collect_date\", \"slots\": {}}, "
        "\"output\": {\"response\": \"...\", \"extracted_slots\": {}, \"confidence\": 0.92, "
        "\"next_state\": \"confirmation\"}, "
        "\"metadata\": {\"latency_ms\": 450, \"tokens\": {\"input\": 120, \"output\": 45}, "
        "\"cost\": 0.0}}";
    struct strbuf out = {0};
    cr_expect(eq(str, round_trip(&prediction_type, line, &out), line));
    strbuf_done(&out);
}

Test(json_record, absent_null_empty_list_empty_text_and_dontcare_stay_different)
{
    char *line =
        "{\"turn\": 0, \"requested_slots\": [], \"state\": {\"a\": null, \"b\": [], \"c\": \"\", "
        "\"d\": \"dontcare\", \"e\": [\"\"], \"f\": 3, \"g\": {\"from\":\"x\"}}}";
    struct strbuf out = {0};
    cr_expect(eq(str, round_trip(&gold_turn_type, line, &out), line));
    strbuf_clear(&out);
    line = "{\"turn\": 0, \"state\": {}}";
    cr_expect(eq(str, round_trip(&gold_turn_type, line, &out), line));
    strbuf_done(&out);
}

Test(json_record, numbers_inside_of_free_json_keep_their_digits)
{
    char *line =
        "{\"turn\": 0, \"state\": {\"a\": 0.1, \"b\": {\"from\":9.95,\"to\":[1,-2.5,1e+300]}, "
        "\"c\": 0.30000000000000004, \"d\": true}}";
    struct strbuf out = {0};
    cr_expect(eq(str, round_trip(&gold_turn_type, line, &out), line));
    strbuf_done(&out);
}

static enum status parse_nested(size_t levels)
{
    struct strbuf text = {0};
    struct error err = {0};
    json_t *json = NULL;
    for (size_t i = 0; i < 2 * levels; i++)
        strbuf_add_char(&text, i < levels ? '[' : ']');
    enum status status = json_record_parse(strbuf_view(&text), &json, &err);
    json_decref(json);
    strbuf_done(&text);
    return status;
}

Test(json_record, nesting_is_bounded_where_the_header_says)
{
    cr_expect(eq(int, parse_nested(2048), STATUS_OK));
    cr_expect(eq(int, parse_nested(2049), STATUS_DATA));
}

Test(json_record, a_text_that_could_not_be_parsed_for_want_of_memory_is_not_called_wrong)
{
    static const char text[] = "{\"a\": [1, 2.5, {\"b\": \"text\"}], \"c\": null}";
    bool was_hit = true;
    for (int64_t nth = 1; was_hit; nth++) {
        json_t *json = NULL;
        struct error err = {0};
        memory_fail_nth(nth);
        enum status status = json_record_parse(strview_of(text), &json, &err);
        was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, status, was_hit ? STATUS_NO_MEMORY : STATUS_OK), "allocation %lld: %s",
                  (long long)nth, err.what);
        json_decref(json);
    }
}

Test(json_record, an_event_keeps_its_envelope_and_body)
{
    char *line =
        "{\"conversation_id\": \"c1\", \"sequence\": 2, \"time\": \"2025-01-10T10:30:00.250Z\", "
        "\"type\": \"UserTurn\", \"text\": \"caf\xc3\xa9 \\\"x\\\"\", \"asr_confidence\": 0.9, "
        "\"interrupted\": false}";
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct event event;
    struct error err = {0};
    cr_assert(
        eq(int, json_record_decode_event(strview_of(line), &event, arena, NULL, &err), STATUS_OK),
        "%s: %s", err.where, err.what);
    cr_expect(eq(int, event.type, EVENT_USER_TURN));
    struct strbuf out = {0};
    struct json_write writer = {.out = &out};
    json_record_encode_event(&event, &writer);
    cr_expect(eq(str, out.data, line));
    strbuf_done(&out);
}

Test(json_record, a_fault_names_its_place_and_the_fix)
{
    static const struct {
        char *text;
        char *where;
        char *what;
    } rows[] = {
        {"{\"turn\": 1, \"state\": {\"a\": [\"x\"", "", "this is not JSON"},
        {"{\"turn\": \"1\", \"state\": {}}", "/turn", "a whole number belongs here, not a text"},
        {"{\"turn\": 1}", "/", "key 'state' is missing"},
        {"{\"turn\": 1, \"state\": []}", "/state", "an object of slots belongs here, not a list"},
        {"{\"turn\": 1, \"state\": {}, \"spans\": [{\"slot\": \"d\", \"start\": 0, \"end\": "
         "null}]}",
         "/spans/0", "key 'end' is missing"},
        {"", "", "this is not JSON: it is empty"},
        {"{\"turn\": 1, \"state\": {}, \"intent\": \"\xff\"}", "", "byte 37 is not UTF-8"},
        {"[1]", "/", "an object belongs here, not a list"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
        struct gold_turn turn;
        struct error err = {0};
        enum status status =
            json_record_decode(&gold_turn_type, strview_of(rows[i].text), &turn, arena, NULL, &err);
        cr_expect(eq(int, status, STATUS_DATA), "row %zu", i);
        cr_expect(strstr(err.what, rows[i].what) == err.what, "row %zu: %s", i, err.what);
        cr_expect(eq(str, err.where, rows[i].where), "row %zu: %s", i, err.where);
    }
}

Test(json_record, unknown_keys_are_counted_and_the_nearest_is_named)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct gold_turn turn;
    struct json_unknown unknown = {0};
    struct error err = {0};
    char *text = "{\"turn\": 1, \"state\": {}, \"intnet\": \"book\", \"spans\": [{\"slot\": \"d\", "
                 "\"start\": 0, \"end\": 1, \"x\": 1}]}";
    cr_assert(
        eq(int, json_record_decode(&gold_turn_type, strview_of(text), &turn, arena, &unknown, &err),
           STATUS_OK));
    cr_expect(eq(u64, unknown.count, 2));
    cr_expect(eq(str, unknown.first_pointer, "/intnet"));
    cr_expect(eq(str, (char *)(uintptr_t)unknown.nearest, "intent"));
}

Test(json_record, running_out_of_memory_is_an_error_and_not_a_crash)
{
    char *line = "{\"turn\": 0, \"state\": {\"a\": [\"x\", \"y\"], \"b\": \"z\"}, "
                 "\"requested_slots\": [\"q\"]}";
    for (int64_t nth = 1;; nth++) {
        struct arena *arena = arena_create(256, 0);
        struct gold_turn turn;
        struct error err = {0};
        memory_fail_nth(nth);
        enum status status =
            json_record_decode(&gold_turn_type, strview_of(line), &turn, arena, NULL, &err);
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        arena_destroy(arena);
        cr_assert(eq(int, status, hit ? STATUS_NO_MEMORY : STATUS_OK), "allocation %lld",
                  (long long)nth);
        if (!hit)
            break;
    }
}
