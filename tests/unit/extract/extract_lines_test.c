#include "extract/extract_lines.h"
#include "extract/extractor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>

#include <string.h>

static struct extractor *extractor;
static struct extract_lines *lines;

static void set_up(void)
{
    cr_assert(eq(int, extractor_create(NULL, &extractor, NULL), STATUS_OK));
    lines = extract_lines_create(extractor);
    cr_assert(lines != NULL);
}

static void tear_down(void)
{
    extract_lines_destroy(lines);
    extractor_destroy(extractor);
}

TestSuite(extract_lines, .init = set_up, .fini = tear_down);

static json_t *answer(const char *line, bool *valid)
{
    struct strbuf out = {0};
    cr_assert(eq(int, extract_lines_run(lines, strview_of(line), &out, valid, NULL), STATUS_OK));
    json_t *json = json_loads(out.data, 0, NULL);
    cr_assert(json != NULL, "not JSON: %s", out.data);
    cr_assert(eq(chr, out.data[out.size - 1], '\n'));
    strbuf_done(&out);
    return json;
}

static int kind_of(json_t *json, const char *key)
{
    return (int)json_typeof(json_object_get(json, key));
}

static const char *text_of(json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text ? text : "";
}

Test(extract_lines, a_line_gives_its_slots_with_every_field)
{
    bool valid;
    json_t *json = answer("{\"id\": \"a\", \"text\": \"tomorrow at 2pm\", \"reference_time\": "
                          "\"2025-01-15T10:00:00-05:00\", \"locale\": \"en-US\"}",
                          &valid);
    cr_expect(valid);
    cr_expect(eq(str, (char *)text_of(json, "id"), "a"));
    json_t *slot = json_array_get(json_object_get(json, "slots"), 0);
    cr_expect(eq(str, (char *)text_of(slot, "slot"), "datetime"));
    cr_expect(eq(str, (char *)text_of(slot, "value"), "2025-01-16T14:00"));
    cr_expect(eq(str, (char *)text_of(slot, "grain"), "hour"));
    cr_expect(eq(str, (char *)text_of(slot, "source"), "rules"));
    cr_expect(eq(i64, json_integer_value(json_object_get(slot, "start")), 0));
    cr_expect(eq(i64, json_integer_value(json_object_get(slot, "end")), 15));
    cr_expect(eq(int, kind_of(slot, "confidence"), JSON_REAL));
    cr_expect(eq(int, kind_of(slot, "probability"), JSON_REAL));
    cr_expect(eq(int, kind_of(slot, "needs_confirmation"), JSON_FALSE));
    cr_expect(eq(int, kind_of(slot, "alternatives"), JSON_ARRAY));
    cr_expect(ne(str, (char *)text_of(slot, "rule"), ""));
    json_decref(json);
}

Test(extract_lines, an_interval_has_from_and_to_and_null_where_it_is_open)
{
    bool valid;
    json_t *json = answer("{\"id\": 7, \"text\": \"after 3pm\", \"reference_time\": "
                          "\"2025-01-15T10:00:00-05:00\"}",
                          &valid);
    json_t *value = json_object_get(json_array_get(json_object_get(json, "slots"), 0), "value");
    cr_expect(eq(i64, json_integer_value(json_object_get(json, "id")), 7));
    cr_expect(eq(str, (char *)text_of(value, "from"), "15:00"));
    cr_expect(eq(int, kind_of(value, "to"), JSON_NULL));
    json_decref(json);
}

Test(extract_lines, what_is_refused_is_not_in_the_answer)
{
    bool valid;
    json_t *json = answer("{\"id\": 1, \"text\": \"not Monday\", \"reference_time\": "
                          "\"2025-01-15T10:00:00-05:00\"}",
                          &valid);
    cr_expect(eq(u64, json_array_size(json_object_get(json, "slots")), 0));
    json_decref(json);
}

Test(extract_lines, a_wrong_line_gives_an_error_and_its_id)
{
    static const struct {
        const char *line;
        bool id;
    } rows[] = {
        {"not json", false},
        {"", true},
        {"{\"id\": 3, \"text\": 5, \"reference_time\": \"2025-01-15T10:00:00Z\"}", true},
        {"{\"id\": 3, \"reference_time\": \"2025-01-15T10:00:00Z\"}", true},
        {"{\"id\": 3, \"text\": \"hi\"}", true},
        {"{\"id\": 3, \"text\": \"hi\", \"reference_time\": \"yesterday\"}", true},
        {"{\"id\": 3, \"text\": \"hi\", \"reference_time\": \"2025-01-15T10:00:00\"}", true},
        {"{\"text\": 5, \"reference_time\": \"2025-01-15T10:00:00Z\", \"id\": 3}", true},
        {"{\"id\": 3, \"text\": \"hi\", \"reference_time\": \"2025-01-15T10:00:00Z\", "
         "\"timezone\": \"Mars/Olympus\"}",
         true},
        {"{\"id\": 3, \"text\": \"hi\", \"asked\": \"date\", \"reference_time\": "
         "\"2025-01-15T10:00:00Z\"}",
         true},
        {"{\"id\": 3, \"text\": \"hi\", \"reference_time\": \"2025-01-15T10:00:00Z\"} x", false},
        {"{\"id\": 3, \"text\": \"hi\", \"reference_time\": \"2025-01-15T10:00:00Z\"", false},
        {"[1, 2]", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool valid = false;
        if (!*rows[i].line)
            continue;
        json_t *json = answer(rows[i].line, &valid);
        cr_expect(not(valid), "%s", rows[i].line);
        cr_expect(ne(str, (char *)text_of(json, "error"), ""), "%s", rows[i].line);
        bool has_id = json_integer_value(json_object_get(json, "id")) == 3;
        cr_expect(eq(int, has_id, rows[i].id), "%s", rows[i].line);
        json_decref(json);
    }
}

Test(extract_lines, a_blank_line_gives_nothing)
{
    struct strbuf out = {0};
    bool valid = false;
    cr_expect(eq(int, extract_lines_run(lines, strview_of("  \r"), &out, &valid, NULL), STATUS_OK));
    cr_expect(valid);
    cr_expect(eq(u64, out.size, 0));
    strbuf_done(&out);
}

Test(extract_lines, offsets_count_bytes_of_the_unescaped_text)
{
    bool valid;
    json_t *json = answer("{\"id\": 1, \"text\": \"caf\\u00e9 \\ud83d\\ude00 tomorrow\", "
                          "\"reference_time\": \"2025-01-15T10:00:00Z\"}",
                          &valid);
    json_t *slot = json_array_get(json_object_get(json, "slots"), 0);
    cr_expect(eq(i64, json_integer_value(json_object_get(slot, "start")), 11));
    cr_expect(eq(i64, json_integer_value(json_object_get(slot, "end")), 19));
    json_decref(json);
}

Test(extract_lines, a_text_above_the_limit_is_an_error_of_its_line)
{
    struct strbuf line = {0}, out = {0};
    bool valid = true;
    strbuf_add_text(&line,
                    "{\"id\": 1, \"reference_time\": \"2025-01-15T10:00:00Z\", \"text\": \"");
    for (size_t i = 0; i < 20000; i++)
        strbuf_add_text(&line, "at 3 pm ");
    strbuf_add_text(&line, "\"}");
    cr_expect(eq(int, extract_lines_run(lines, strbuf_view(&line), &out, &valid, NULL), STATUS_OK));
    cr_expect(not(valid));
    cr_expect(strstr(out.data, "the limit is") != NULL);
    strbuf_done(&line);
    strbuf_done(&out);
}

Test(extract_lines, the_steady_state_asks_for_no_memory)
{
    static const char *const texts[] = {
        "{\"id\": 1, \"text\": \"tomorrow at 2pm, no, 3pm\", \"reference_time\": "
        "\"2025-01-15T10:00:00Z\", \"timezone\": \"Europe/Berlin\"}",
        "{\"id\": 2, \"text\": \"my name is Sam, call me at 212 555 0100\", \"reference_time\": "
        "\"2025-01-15T10:00:00Z\", \"timezone\": \"Europe/Berlin\"}"};
    struct strbuf out = {0};
    bool valid;
    uint64_t before = 0;
    for (size_t i = 0; i < 1000; i++) {
        if (i == 4)
            before = extract_lines_allocations(lines);
        extract_lines_run(lines, strview_of(texts[i & 1]), &out, &valid, NULL);
        strbuf_clear(&out);
    }
    cr_expect(eq(u64, extract_lines_allocations(lines), before));
    strbuf_done(&out);
}

Test(extract_lines, an_explanation_shows_tokens_readings_and_why)
{
    struct strbuf out = {0};
    bool valid;
    const char *line = "{\"id\": 1, \"text\": \"Monday at 3, no, at 4\", \"reference_time\": "
                       "\"2025-01-15T10:00:00Z\"}";
    cr_expect(
        eq(int, extract_lines_explain(lines, strview_of(line), &out, &valid, NULL), STATUS_OK));
    cr_expect(strstr(out.data, "tokens") != NULL);
    cr_expect(strstr(out.data, "won over") != NULL);
    cr_expect(strstr(out.data, "other reading: 2025-01-20T04:00") != NULL);
    cr_expect(strstr(out.data, "corrects an earlier value") != NULL);
    strbuf_done(&out);
}
