#include "base/strbuf.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

Test(strbuf, doubles_are_written_shortest_and_read_back_the_same)
{
    static const struct {
        double value;
        char *text;
    } rows[] = {
        {0, "0.0"},         {0.92, "0.92"}, {1, "1.0"},    {0.1 + 0.2, "0.30000000000000004"},
        {1e300, "1e+300"},  {-2.5, "-2.5"}, {NAN, "null"}, {450, "450.0"},
        {5e-324, "5e-324"}, {-0.0, "-0.0"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf buf = {0};
        strbuf_add_double(&buf, rows[i].value);
        cr_expect(eq(str, buf.data, rows[i].text), "row %zu", i);
        strbuf_done(&buf);
    }
}

Test(strbuf, passing_the_limit_is_remembered)
{
    struct strbuf buf = STRBUF_LIMITED(8);
    strbuf_add_text(&buf, "12345678");
    cr_expect(not(buf.failed));
    strbuf_add_char(&buf, '9');
    cr_expect(buf.failed);
    cr_expect(eq(str, buf.data, "12345678"));
    strbuf_done(&buf);
}

Test(strbuf, integers_keep_both_ends_of_their_range)
{
    struct strbuf buf = {0};
    strbuf_add_i64(&buf, INT64_MIN);
    strbuf_add_char(&buf, ' ');
    strbuf_add_i64(&buf, INT64_MAX);
    cr_expect(eq(str, buf.data, "-9223372036854775808 9223372036854775807"));
    strbuf_done(&buf);
}
