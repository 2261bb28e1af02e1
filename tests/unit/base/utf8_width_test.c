#include "base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(utf8_width, columns_are_counted_as_a_terminal_shows_them)
{
    static const struct {
        const char *text;
        size_t width;
    } rows[] = {
        {"", 0}, {"plain", 5}, {"Díaz", 4}, {"e\xcc\x81", 1}, {"日本", 4}, {"\xff", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect(eq(sz, utf8_display_width(strview_of(rows[i].text)), rows[i].width), "row %zu",
                  i);
}

Test(utf8_width, a_code_point_is_read_from_each_length_of_sequence)
{
    cr_expect(eq(u32, utf8_code_point(strview_of("A"), 0), 0x41));
    cr_expect(eq(u32, utf8_code_point(strview_of("xé"), 1), 0xe9));
    cr_expect(eq(u32, utf8_code_point(strview_of("\xe2\x80\xae"), 0), 0x202e));
    cr_expect(eq(u32, utf8_code_point(strview_of("\xf0\x9f\x98\x80"), 0), 0x1f600));
}
