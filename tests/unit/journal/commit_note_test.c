/* What a commit's metadata says comes back, and what is not ours is refused. */
#include "base/memory.h"
#include "journal/commit_note.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(commit_note, comes_back_as_it_was)
{
    int64_t unfinished[] = {1000, 1003, 5000000000};
    struct commit_note note = {5000000001, unfinished, 3}, back;
    struct strbuf text = {0};
    struct error err;
    commit_note_encode(1000, &note, &text);
    cr_assert(commit_note_decode(1000, strbuf_view(&text), &back, &err) == STATUS_OK);
    cr_expect(eq(i64, back.read, note.read));
    cr_assert(eq(sz, back.count, 3));
    cr_expect(eq(i64, back.unfinished[2], 5000000000));
    memory_free(back.unfinished);
    strbuf_done(&text);
}

Test(commit_note, nothing_said_is_nothing_unfinished)
{
    struct commit_note back;
    struct error err;
    cr_assert(commit_note_decode(7, strview_of(""), &back, &err) == STATUS_OK);
    cr_expect(eq(i64, back.read, 7));
    cr_expect(eq(sz, back.count, 0));
}

Test(commit_note, a_thousand_conversations_fit_into_a_commit)
{
    int64_t unfinished[1000];
    for (int i = 0; i < 1000; i++)
        unfinished[i] = 1000000 + 100 * i;
    struct strbuf text = {0};
    commit_note_encode(1000000, &(struct commit_note){1100000, unfinished, 1000}, &text);
    cr_expect(lt(sz, text.size, 3900));
    strbuf_done(&text);
}

Test(commit_note, what_is_not_ours_is_refused)
{
    static const char *const texts[] = {
        "x", "1", "1=", "1AAAA*", "2AAA=", "1//////////8=", "1AQEB", "1AAEB"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct commit_note back;
        struct error err;
        cr_expect(commit_note_decode(5, strview_of(texts[i]), &back, &err) == STATUS_DATA, "%s",
                  texts[i]);
    }
}

Test(commit_note, a_place_is_told_from_a_note)
{
    struct strbuf text = {0};
    int32_t partition;
    int64_t offset;
    commit_note_encode_place(3, 12345678901, &text);
    cr_assert(commit_note_decode_place(strbuf_view(&text), &partition, &offset));
    cr_expect(eq(i32, partition, 3));
    cr_expect(eq(i64, offset, 12345678901));
    cr_expect(not(commit_note_decode_place(strview_of("1AAA="), &partition, &offset)));
    strbuf_done(&text);
}
