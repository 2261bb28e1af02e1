#include "base/json_write.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static void expect_quoted(struct strview text, char *wanted)
{
    struct strbuf out = {0};
    json_write_quoted(&out, text);
    cr_expect(eq(str, out.data, wanted));
    cr_expect(eq(sz, out.size, strlen(wanted)));
    strbuf_done(&out);
}

Test(json_write, quotes_controls_and_backslashes_are_escaped)
{
    static const struct {
        const char *text;
        char *wanted;
    } rows[] = {{"", "\"\""},
                {"plain", "\"plain\""},
                {"a\"b\\c", "\"a\\\"b\\\\c\""},
                {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
                {"\x01\x1f", "\"\\u0001\\u001f\""},
                {"\x7f", "\"\\u007f\""},
                {"a/b", "\"a/b\""},
                {"D\xc3\xad"
                 "az \xe2\x82\xac \xf0\x9f\x98\x80",
                 "\"D\xc3\xad"
                 "az \xe2\x82\xac \xf0\x9f\x98\x80\""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_quoted(strview_of(rows[i].text), rows[i].wanted);
    expect_quoted((struct strview){"a\0b", 3}, "\"a\\u0000b\"");
    expect_quoted((struct strview){NULL, 0}, "\"\"");
}

Test(json_write, every_byte_that_is_no_utf8_becomes_one_replacement_character)
{
    static const struct {
        const char *text;
        char *wanted;
    } rows[] = {{"a\xff"
                 "b",
                 "\"a\xef\xbf\xbd"
                 "b\""},
                {"\xc3", "\"\xef\xbf\xbd\""},
                {"\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
                {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
                {"\xe2\x82x", "\"\xef\xbf\xbd\xef\xbf\xbdx\""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_quoted(strview_of(rows[i].text), rows[i].wanted);
}

Test(json_write, money_is_exact_to_the_nano_dollar)
{
    static const struct {
        int64_t usd_nano;
        char *wanted;
    } rows[] = {{0, "0.0"},
                {120000, "0.00012"},
                {1, "0.000000001"},
                {1500000000, "1.5"},
                {-1, "-0.000000001"},
                {-2000000000, "-2.0"},
                {10000000000, "10.0"},
                {INT64_MAX, "9223372036.854775807"},
                {INT64_MIN, "-9223372036.854775808"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out = {0};
        struct json_write writer = {.out = &out};
        json_write_usd(&writer, rows[i].usd_nano);
        cr_expect(eq(str, out.data, rows[i].wanted), "row %zu", i);
        cr_expect(eq(sz, out.size, strlen(rows[i].wanted)));
        strbuf_done(&out);
    }
}

Test(json_write, a_real_keeps_its_point_and_a_number_drops_it_when_it_is_whole)
{
    static const struct {
        double value;
        char *real, *number;
    } rows[] = {{1, "1.0", "1"},
                {-3, "-3.0", "-3"},
                {0.25, "0.25", "0.25"},
                {9007199254740991.0, "9007199254740991.0", "9007199254740991"},
                {1e300, "1e+300", "1e+300"},
                {NAN, "null", "null"},
                {INFINITY, "null", "null"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf real = {0}, number = {0};
        struct json_write writer = {.out = &real};
        json_write_real(&writer, rows[i].value);
        writer = (struct json_write){.out = &number};
        json_write_number(&writer, rows[i].value);
        cr_expect(eq(str, real.data, rows[i].real), "row %zu", i);
        cr_expect(eq(str, number.data, rows[i].number), "row %zu", i);
        strbuf_done(&real);
        strbuf_done(&number);
    }
}

static void write_document(struct json_write *writer)
{
    json_write_begin_object(writer);
    json_write_key_text(writer, "a", strview_of("x"));
    json_write_key(writer, strview_of("b"));
    json_write_begin_array(writer);
    json_write_begin_object(writer);
    json_write_end_object(writer);
    json_write_begin_array(writer);
    json_write_end_array(writer);
    json_write_i64(writer, -5);
    json_write_null(writer);
    json_write_raw(writer, strview_of("[1]"));
    json_write_end_array(writer);
    json_write_key_bool(writer, "c", true);
    json_write_key_bool(writer, "d", false);
    json_write_key_real(writer, "e", 0.5);
    json_write_key_i64(writer, "f\"", 1);
    json_write_end_object(writer);
}

static char document[] = "{\"a\": \"x\", \"b\": [{}, [], -5, null, [1]], \"c\": true, "
                         "\"d\": false, \"e\": 0.5, \"f\\\"\": 1}";

Test(json_write, commas_stand_between_elements_at_every_depth)
{
    struct strbuf out = {0};
    struct json_write writer = {.out = &out};
    write_document(&writer);
    cr_expect(eq(str, out.data, document));
    strbuf_done(&out);
}

Test(json_write, a_limit_or_lost_memory_is_remembered_and_nothing_is_cut_silently)
{
    for (size_t limit = 1; limit < sizeof document - 1; limit++) {
        struct strbuf out = STRBUF_LIMITED(limit);
        struct json_write writer = {.out = &out};
        write_document(&writer);
        json_write_usd(&writer, 100);
        cr_expect(out.failed, "limit %zu", limit);
        strbuf_done(&out);
    }
    struct strbuf out = {0};
    struct json_write writer = {.out = &out};
    memory_fail_nth(1);
    write_document(&writer);
    json_write_usd(&writer, 100);
    memory_fail_nth(0);
    cr_expect(out.failed);
    strbuf_done(&out);
}
