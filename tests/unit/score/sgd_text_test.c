#include "score/sgd_text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(sgd_text, slices_follow_python)
{
    static const struct {
        int64_t first, last;
        const char *text;
    } rows[] = {
        {0, 2, "\U0001f600é"},  {1, 3, "éx"}, {-1, 99, "x"}, {-99, 1, "\U0001f600"}, {2, 1, ""},
        {0, -1, "\U0001f600é"}, {3, 9, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strview slice =
            sgd_text_slice(strview_of("\U0001f600éx"), rows[i].first, rows[i].last);
        cr_expect(strview_is(slice, rows[i].text), "[%lld:%lld] is %.*s", (long long)rows[i].first,
                  (long long)rows[i].last, STRVIEW_ARG(slice));
    }
}

Test(sgd_text, a_lone_surrogate_is_one_code_point)
{
    struct strview text = strview_of("a\xED\xA0\x80z");
    cr_expect(eq(u64, sgd_text_length(text), 3));
    cr_expect(strview_is(sgd_text_slice(text, 2, 3), "z"));
}

Test(sgd_text, numbers_become_the_text_that_python_gives_them)
{
    static const struct {
        const char *token, *text, *key;
        bool is_integer;
    } rows[] = {
        {"12", "12", "12", true},
        {"-0", "0", "0", true},
        {"123456789012345678901234567890", "123456789012345678901234567890",
         "123456789012345678901234567890", true},
        {"1.50", "1.5", "1.5", false},
        {"1.0", "1.0", "1", false},
        {"-0.0", "-0.0", "0", false},
        {"0.1e1", "1.0", "1", false},
        {"1e15", "1000000000000000.0", "1000000000000000", false},
        {"1e16", "1e+16", "10000000000000000", false},
        {"0.0001", "0.0001", "0.0001", false},
        {"1e-5", "1e-05", "1e-05", false},
        {"123456789.123456789", "123456789.12345679", "123456789.12345679", false},
        {"1E400", "inf", "inf", false},
        {"NaN", "nan", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf text = {0}, key = {0};
        sgd_text_number(strview_of(rows[i].token), rows[i].is_integer, &text);
        sgd_text_number_key(strbuf_view(&text), &key);
        cr_expect(strview_is(strbuf_view(&text), rows[i].text), "%s is %s", rows[i].token,
                  text.data);
        cr_expect(strview_is(strbuf_view(&key), rows[i].key), "%s: %s", rows[i].token, key.data);
        strbuf_done(&text);
        strbuf_done(&key);
    }
}
