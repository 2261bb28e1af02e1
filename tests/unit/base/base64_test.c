/* The examples of RFC 4648, both ways. */
#include "base/base64.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(base64, the_examples_of_the_standard)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct strbuf text = {0}, back = {0};
        base64_encode(strview_of(pairs[i][0]), &text);
        cr_expect(strview_is(strbuf_view(&text), pairs[i][1]), "%s", pairs[i][1]);
        cr_expect(base64_decode(strview_of(pairs[i][1]), &back));
        cr_expect(strview_is(strbuf_view(&back), pairs[i][0]), "%s", pairs[i][0]);
        strbuf_done(&text);
        strbuf_done(&back);
    }
}

Test(base64, what_is_none_is_refused)
{
    static const char *const texts[] = {"Z", "Zg=", "Z===", "Zm9v!AAA", "Zg==Zg=="};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct strbuf back = {0};
        cr_expect(not(base64_decode(strview_of(texts[i]), &back)), "%s", texts[i]);
        strbuf_done(&back);
    }
}
