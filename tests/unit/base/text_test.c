#include "base/error.h"
#include "base/strview.h"
#include "base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdint.h>

Test(utf8, only_well_formed_sequences_have_a_size)
{
    static const struct {
        const char *text;
        size_t size;
        uint32_t point;
    } rows[] = {{"a", 1, 0x61},
                {"\x7f", 1, 0x7f},
                {"\xc2\x80", 2, 0x80},
                {"\xc3\xad", 2, 0xed},
                {"\xdf\xbf", 2, 0x7ff},
                {"\xe0\xa0\x80", 3, 0x800},
                {"\xed\x9f\xbf", 3, 0xd7ff},
                {"\xee\x80\x80", 3, 0xe000},
                {"\xef\xbf\xbf", 3, 0xffff},
                {"\xf0\x90\x80\x80", 4, 0x10000},
                {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
                {"\x80", 0, 0},             /* a tail alone */
                {"\xc0\xaf", 0, 0},         /* overlong */
                {"\xc1\xbf", 0, 0},         /* overlong */
                {"\xe0\x9f\xbf", 0, 0},     /* overlong */
                {"\xf0\x8f\xbf\xbf", 0, 0}, /* overlong */
                {"\xed\xa0\x80", 0, 0},     /* surrogate */
                {"\xf4\x90\x80\x80", 0, 0}, /* over U+10FFFF */
                {"\xf5\x80\x80\x80", 0, 0},
                {"\xc3", 0, 0},
                {"\xe2\x82", 0, 0},
                {"\xf0\x9f\x98", 0, 0},
                {"\xc3\x28", 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strview text = strview_of(rows[i].text);
        cr_expect(eq(sz, utf8_sequence_size(text, 0), rows[i].size), "row %zu", i);
        if (rows[i].size)
            cr_expect(eq(u32, utf8_code_point(text, 0), rows[i].point), "row %zu", i);
        cr_expect(eq(sz, utf8_first_invalid(text), rows[i].size), "row %zu", i);
    }
}

Test(utf8, the_first_invalid_byte_is_found_behind_any_number_of_plain_ones)
{
    char text[40];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'a', sizeof text);
        text[at] = '\xff';
        cr_expect(eq(sz, utf8_first_invalid((struct strview){text, sizeof text}), at));
    }
    memset(text, 'a', sizeof text);
    cr_expect(eq(sz, utf8_first_invalid((struct strview){text, sizeof text}), sizeof text));
    cr_expect(eq(sz, utf8_first_invalid(strview_of("")), 0));
}

Test(utf8, length_counts_code_points)
{
    cr_expect(eq(sz, utf8_length(strview_of("")), 0));
    cr_expect(eq(sz,
                 utf8_length(strview_of("D\xc3\xad"
                                        "az \xe2\x82\xac\xf0\x9f\x98\x80")),
                 7));
}

Test(strview, edit_distance_counts_insertions_deletions_and_substitutions)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {{"", "", 0},
                {"abc", "abc", 0},
                {"", "abc", 3},
                {"kitten", "sitting", 3},
                {"candidate", "candidtae", 2},
                {"events", "event", 1},
                {"abc", "xyz", 3},
                {"flaw", "lawn", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strview a = strview_of(rows[i].a), b = strview_of(rows[i].b);
        cr_expect(eq(sz, strview_edit_distance(a, b), rows[i].distance), "row %zu", i);
        cr_expect(eq(sz, strview_edit_distance(b, a), rows[i].distance), "row %zu, turned", i);
    }
}

Test(strview, texts_over_64_bytes_are_as_far_apart_as_can_be)
{
    char text[65];
    memset(text, 'a', sizeof text);
    struct strview longest = {text, 64}, too_long = {text, 65};
    cr_expect(eq(sz, strview_edit_distance(longest, strview_of("")), 64));
    cr_expect(eq(sz, strview_edit_distance(longest, longest), 0));
    cr_expect(eq(sz, strview_edit_distance(too_long, too_long), SIZE_MAX));
    cr_expect(eq(sz, strview_edit_distance(strview_of("a"), too_long), SIZE_MAX));
}

Test(strview, absent_is_not_empty)
{
    struct strview absent = {0}, empty = strview_of("");
    cr_expect(strview_is_absent(strview_of(NULL)));
    cr_expect(not(strview_is_absent(empty)));
    cr_expect(not(strview_equal(absent, empty)));
    cr_expect(strview_equal(absent, absent));
    cr_expect(lt(int, strview_compare(absent, empty), 0));
    cr_expect(gt(int, strview_compare(strview_of("b"), strview_of("ab")), 0));
    cr_expect(lt(int, strview_compare(strview_of("a"), strview_of("ab")), 0));
    cr_expect(strview_is(strview_trim(strview_of(" \t a b \n")), "a b"));
    cr_expect(eq(sz, strview_trim(strview_of(" \n ")).size, 0));
}

Test(error, setting_says_what_and_forgets_the_place_before)
{
    struct error err = {.retriable = true, .where = "old", .fix = "old"};
    cr_expect(eq(int, error_set(&err, STATUS_DATA, "row %d", 7), STATUS_DATA));
    cr_expect(eq(int, err.status, STATUS_DATA));
    cr_expect(eq(str, err.what, "row 7"));
    cr_expect(eq(str, err.where, ""));
    cr_expect(eq(str, err.fix, ""));
    cr_expect(not(err.retriable));
    cr_expect(eq(int, error_no_memory(&err), STATUS_NO_MEMORY));
    cr_expect(eq(str, err.what, "memory ran out"));
}

Test(error, an_outer_place_is_put_before_the_inner_one)
{
    struct error err = {0};
    error_set(&err, STATUS_DATA, "x");
    error_where(&err, "/turns/%d", 3);
    error_where(&err, "gold.jsonl:%d", 8);
    cr_expect(eq(str, err.where, "gold.jsonl:8: /turns/3"));
    error_fix(&err, "Run `%s`.", "assay validate");
    cr_expect(eq(str, err.fix, "Run `assay validate`."));
}

Test(error, texts_longer_than_their_room_are_cut_and_closed)
{
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct error err = {0};
    error_set(&err, STATUS_IO, "%s", text);
    error_where(&err, "%s", text);
    error_where(&err, "%s", text);
    error_fix(&err, "%s", text);
    cr_expect(eq(sz, strlen(err.what), sizeof err.what - 1));
    cr_expect(eq(sz, strlen(err.where), sizeof err.where - 1));
    cr_expect(eq(sz, strlen(err.fix), sizeof err.fix - 1));
}

Test(error, nobody_needs_to_listen)
{
    cr_expect(eq(int, error_set(NULL, STATUS_LIMIT, "x"), STATUS_LIMIT));
    cr_expect(eq(int, error_no_memory(NULL), STATUS_NO_MEMORY));
    error_where(NULL, "x");
    error_fix(NULL, "x");
}

Test(error, exit_codes_are_those_of_the_design)
{
    static const struct {
        enum status status;
        int exit_code;
        char *name;
    } rows[] = {{STATUS_OK, 0, "OK"},
                {STATUS_CONFIG, 2, "CONFIG"},
                {STATUS_DATA, 1, "DATA"},
                {STATUS_GATE_FAILED, 100, "GATE_FAILED"},
                {STATUS_INCONCLUSIVE, 101, "INCONCLUSIVE"},
                {STATUS_BUDGET, 102, "BUDGET"},
                {STATUS_INFRASTRUCTURE, 103, "INFRASTRUCTURE"},
                {STATUS_INTERRUPTED, 130, "INTERRUPTED"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect(eq(int, status_exit_code(rows[i].status), rows[i].exit_code), "row %zu", i);
        cr_expect(eq(str, (char *)(uintptr_t)status_name(rows[i].status), rows[i].name));
    }
}
