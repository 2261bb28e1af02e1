#include "base/strbuf.h"
#include "codec/sgd_json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static enum status skip_all(const char *text, struct error *error)
{
    struct sgd_json json = {0};
    enum status status = sgd_json_open_bytes(&json, "test.json", strview_of(text), error);
    if (status == STATUS_OK) {
        sgd_json_skip(&json);
        status = sgd_json_finish(&json, error);
    }
    sgd_json_done(&json);
    return status;
}

Test(sgd_json, what_is_skipped_is_checked)
{
    static const struct {
        const char *text;
        bool is_sound;
    } rows[] = {
        {"{\"a\": [1, -2.5e+3, true, null, \"x\"], \"b\": {}}", true},
        {"[NaN, Infinity, -Infinity, 1e999]", true},
        {"\"\\ud800\"", true},
        {"[]", true},
        {" 7 ", true},
        {"", false},
        {"  ", false},
        {"[1,]", false},
        {"[,1]", false},
        {"[1 2]", false},
        {"{\"a\"}", false},
        {"{\"a\": 1,}", false},
        {"{\"a\" 1}", false},
        {"{1: 2}", false},
        {"[1}", false},
        {"[1", false},
        {"[1]]", false},
        {"[1] 2", false},
        {"[01]", false},
        {"[1.]", false},
        {"[.5]", false},
        {"[-]", false},
        {"[1e]", false},
        {"[truth]", false},
        {"[nul]", false},
        {"[\"\\x\"]", false},
        {"[\"\\u12g4\"]", false},
        {"[\"a]", false},
        {"[\"\x01\"]", false},
        {"[\"\xff\"]", false},
        {"[\"\xed\xa0\x80\"]",
         false}, /* a surrogate in bytes is not UTF-8, as an escape it is read */
        {"\xef\xbb\xbf[]", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = {0};
        enum status status = skip_all(rows[i].text, &error);
        cr_expect(eq(int, status == STATUS_OK, rows[i].is_sound), "%s: %s", rows[i].text,
                  error.what);
        cr_expect(eq(int, status == STATUS_OK, error.what[0] == '\0'), "%s", rows[i].text);
    }
}

Test(sgd_json, a_fault_names_its_line_and_column)
{
    struct error error = {0};
    cr_expect(eq(int, skip_all("[1,\n  {\"a\" 2}]", &error), STATUS_DATA));
    cr_expect(eq(str, error.where, "test.json:2:4"));
}

Test(sgd_json, nesting_is_bounded)
{
    struct strbuf text = {0};
    struct error error = {0};
    for (size_t i = 0; i < 1000; i++)
        strbuf_add_char(&text, '[');
    for (size_t i = 0; i < 1000; i++)
        strbuf_add_char(&text, ']');
    cr_expect(eq(int, skip_all(text.data, &error), STATUS_OK));
    strbuf_clear(&text);
    for (size_t i = 0; i < 1000000; i++)
        strbuf_add_char(&text, '[');
    cr_expect(eq(int, skip_all(text.data, &error), STATUS_LIMIT));
    strbuf_done(&text);
}

Test(sgd_json, strings_are_unescaped_into_generalised_utf8)
{
    static const struct {
        const char *text, *value;
    } rows[] = {
        {"\"a\\n\\\"\\\\\\/\\u0041\\u00e9\\u4e00\"", "a\n\"\\/Aé一"},
        {"\"\\ud83d\\ude00\"", "\U0001f600"},
        {"\"\\uD83D\\uDE00\"", "\U0001f600"},
        {"\"\\ud83d\"", "\xED\xA0\xBD"},
        {"\"\\ude00\\ud83d\"", "\xED\xB8\x80\xED\xA0\xBD"},
        {"\"\\ud83dx\"", "\xED\xA0\xBDx"},
        {"\"\\ud83d\\u0041\"", "\xED\xA0\xBD"
                               "A"},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xED\xA0\xBD\U0001f600"},
        {"  \"plain\"  ", "plain"},
        {"\"\"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sgd_json json = {0};
        struct error error = {0};
        cr_assert(
            eq(int, sgd_json_open_bytes(&json, "t", strview_of(rows[i].text), &error), STATUS_OK));
        struct strview value = sgd_json_read_text(&json);
        cr_expect(strview_is(value, rows[i].value), "%s", rows[i].text);
        cr_expect(eq(int, sgd_json_finish(&json, &error), STATUS_OK));
        sgd_json_done(&json);
    }
}

Test(sgd_json, walks_come_back_to_a_place)
{
    struct sgd_json json = {0};
    struct error error = {0};
    struct strview key;
    struct strview bytes = strview_of("{\"far\": [1, {\"x\": []}], \"near\": 2}");
    uint32_t far = 0;
    cr_assert(eq(int, sgd_json_open_bytes(&json, "t", bytes, &error), STATUS_OK));
    sgd_json_enter(&json);
    while (sgd_json_next_key(&json, &key)) {
        if (strview_is(key, "far"))
            far = sgd_json_tell(&json);
        sgd_json_skip(&json);
    }
    uint32_t end = sgd_json_tell(&json);
    sgd_json_seek(&json, far);
    sgd_json_enter(&json);
    cr_assert(sgd_json_next_element(&json));
    cr_expect(strview_is(sgd_json_read(&json).text, "1"));
    cr_assert(sgd_json_next_element(&json));
    cr_expect(eq(int, sgd_json_peek(&json), SGD_JSON_OBJECT));
    sgd_json_seek(&json, end);
    cr_expect(eq(int, sgd_json_finish(&json, &error), STATUS_OK));
    sgd_json_done(&json);
}
