#include "base/memory.h"
#include "score/fuzzy_ratio.h"
#include "score/sgd_text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>

static int ratio_of(const char *gold, const char *predicted)
{
    struct sgd_text_scratch left = {0}, right = {0};
    struct fuzzy_scratch fuzzy = {0};
    struct fuzzy_text a, b;
    int ratio = -1;
    cr_assert(sgd_text_sorted_words(&left, strview_of(gold), &a));
    cr_assert(sgd_text_sorted_words(&right, strview_of(predicted), &b));
    cr_assert(fuzzy_ratio(&fuzzy, a, b, &ratio));
    sgd_text_done(&left);
    sgd_text_done(&right);
    fuzzy_ratio_done(&fuzzy);
    return ratio;
}

Test(fuzzy_ratio, values_are_those_of_token_sort_ratio_on_difflib)
{
    static const struct {
        const char *gold, *predicted;
        int ratio;
    } rows[] = {
        {"tide", "diet", 25},
        {"diet", "tide", 50}, /* not symmetric */
        {"dontcare", "dental", 57},
        {"abcdefgh", "abcdeXYZ", 62}, /* 62.5 */
        {"abcdefgh", "abcdefgZ", 88}, /* 87.5 */
        {"...", "!?", 100},
        {"", "", 100},
        {"a", "", 0},
        {"San Jose", "jose, SAN", 100},
        {"Café", "caf", 100},               /* U+00E9 vanishes */
        {"San\u00a0Jose", "SanJose", 100},  /* and so does the no-break space */
        {"San\u2003Jose", "San Jose", 100}, /* an em space does not */
        {"O\u2019Neil", "o neil", 100},
        {"ΟΔΟΣ", "οδος", 100},
        {"\u0130", "i\u0307",
         67}, /* the predicted dot is no word character, the lowered one stays */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect(eq(int, ratio_of(rows[i].gold, rows[i].predicted), rows[i].ratio), "%s, %s",
                  rows[i].gold, rows[i].predicted);
}

Test(fuzzy_ratio, frequent_letters_of_a_long_text_begin_no_match)
{
    char gold[251], predicted[251];
    for (size_t i = 0; i < 250; i++) {
        gold[i] = "ab"[i % 2];
        predicted[i] = "ba"[i % 2];
    }
    gold[250] = predicted[250] = '\0';
    cr_expect(eq(int, ratio_of(gold, predicted), 0));
    gold[199] = predicted[199] = '\0'; /* 199 are not long */
    cr_expect(eq(int, ratio_of(gold, predicted), 99));
}

Test(fuzzy_ratio, frequent_letters_may_stand_at_the_beginning_of_both)
{
    char gold[61] = "", predicted[201] = "";
    for (size_t i = 0; i < 60; i++)
        gold[i] = "ba"[i % 2];
    for (size_t i = 0; i < 200; i++)
        predicted[i] = "ba"[i % 2];
    cr_expect(eq(int, ratio_of(gold, predicted), 46));
}

Test(fuzzy_ratio, failed_allocations_are_told)
{
    static const uint32_t gold[] = {'a', 'b', 'c'}, predicted[] = {'c', 'b'};
    for (int64_t nth = 1;; nth++) {
        struct fuzzy_scratch fuzzy = {0};
        int ratio = -1;
        memory_fail_nth(nth);
        bool is_whole = fuzzy_ratio(&fuzzy, (struct fuzzy_text){gold, 3},
                                    (struct fuzzy_text){predicted, 2}, &ratio);
        bool was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        fuzzy_ratio_done(&fuzzy);
        cr_assert(eq(int, is_whole, !was_hit), "allocation %lld", (long long)nth);
        if (!was_hit) {
            cr_expect(eq(int, ratio, 40));
            break;
        }
    }
}
