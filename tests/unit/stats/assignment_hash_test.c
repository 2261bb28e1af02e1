#include "stats/assignment_hash.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

Test(assignment_hash, growthbook_hashes_utf16_units_not_bytes)
{
    /* By hand: FNV-1a of the single unit 0x00E9 against that of the bytes C3 A9. */
    uint32_t unit = (2166136261U ^ 0xe9) * 16777619U;
    uint32_t bytes = ((2166136261U ^ 0xc3) * 16777619U ^ 0xa9) * 16777619U;
    cr_assert(ne(u32, unit % 1000, bytes % 1000));
    double bucket = assignment_hash_growthbook(strview_of(""), strview_of("\xc3\xa9"), 1);
    cr_expect(eq(dbl, bucket, unit % 1000 / 1000.0));
}

Test(assignment_hash, a_character_beyond_the_first_plane_is_two_units)
{
    uint32_t hash = (2166136261U ^ 0xd83d) * 16777619U;
    hash = (hash ^ 0xde00) * 16777619U;
    double bucket = assignment_hash_growthbook(strview_of(""), strview_of("\xf0\x9f\x98\x80"), 1);
    cr_expect(eq(dbl, bucket, hash % 1000 / 1000.0));
}

Test(assignment_hash, an_unknown_version_has_no_bucket)
{
    cr_expect(isnan(assignment_hash_growthbook(strview_of("a"), strview_of("b"), 3)));
}

Test(assignment_hash, murmur3_gives_its_self_check_value)
{
    /* SMHasher's verification: hash keys {0, 1, .., i - 1} with seed 256 - i, then the hashes. */
    uint8_t key[256], hashes[1024];
    for (uint32_t i = 0; i < 256; i++) {
        key[i] = (uint8_t)i;
        uint32_t hash = assignment_hash_murmur3((struct strview){(char *)key, i}, 256 - i);
        for (int byte = 0; byte < 4; byte++)
            hashes[4 * i + (uint32_t)byte] = (uint8_t)(hash >> (8 * byte));
    }
    cr_expect(
        eq(u32, assignment_hash_murmur3((struct strview){(char *)hashes, 1024}, 0), 0xB0F57EE3));
}

Test(assignment_hash, every_bucket_falls_into_one_variant)
{
    struct assignment_range ranges[3];
    const double weights[] = {0.2, 0.3, 0.5};
    assignment_hash_ranges(3, weights, 1, ranges);
    for (int i = 0; i < 10000; i++) {
        int variant = assignment_hash_choose(i / 10000.0, ranges, 3);
        cr_assert(eq(int, variant, i < 2000 ? 0 : i < 5000 ? 1 : 2), "bucket %d", i);
    }
    assignment_hash_ranges(3, weights, 0, ranges);
    cr_expect(eq(int, assignment_hash_choose(0, ranges, 3), -1));
}

Test(assignment_hash, bytes_that_are_not_utf8_are_no_trouble)
{
    double bucket = assignment_hash_growthbook(strview_of("\xff\xfe"), strview_of("\xc3"), 2);
    cr_expect(bucket >= 0 && bucket < 1);
}
