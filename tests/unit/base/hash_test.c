#include "base/file.h"
#include "base/hash.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* RFC 3720, B.4; the last one is the customary check value of CRC-32C. */
Test(hash, crc32c_gives_the_values_of_rfc_3720)
{
    unsigned char zeros[32] = {0}, ones[32], up[32], down[32];
    static const unsigned char read_command[48] = {
        0x01, 0xc0, 0, 0, 0, 0, 0,    0, 0,    0, 0, 0,    0, 0, 0, 0,
        0x14, 0,    0, 0, 0, 0, 0x04, 0, 0,    0, 0, 0x14, 0, 0, 0, 0x18,
        0x28, 0,    0, 0, 0, 0, 0,    0, 0x02, 0, 0, 0,    0, 0, 0, 0};
    memset(ones, 0xff, sizeof ones);
    for (int i = 0; i < 32; i++) {
        up[i] = (unsigned char)i;
        down[i] = (unsigned char)(31 - i);
    }
    const struct {
        const void *data;
        size_t size;
        uint32_t crc;
    } rows[] = {{zeros, 32, 0x8a9136aa},
                {ones, 32, 0x62a8ab43},
                {up, 32, 0x46dd794e},
                {down, 32, 0x113fdb5c},
                {read_command, 48, 0xd9963a56},
                {"123456789", 9, 0xe3069283},
                {"", 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect(eq(u32, crc32c(0, rows[i].data, rows[i].size), rows[i].crc), "row %zu", i);
}

Test(hash, crc32c_in_pieces_is_crc32c_of_the_whole)
{
    static const char text[] = "the quick brown fox jumps over the lazy dog";
    uint32_t whole = crc32c(0, text, sizeof text);
    for (size_t cut = 0; cut <= sizeof text; cut++)
        cr_expect(eq(u32, crc32c(crc32c(0, text, cut), text + cut, sizeof text - cut), whole),
                  "cut at %zu", cut);
}

/* FIPS 180-4 examples. */
Test(hash, sha256_gives_the_published_values)
{
    char hex[SHA256_HEX_SIZE];
    sha256_hex("abc", 3, hex);
    cr_expect(eq(str, hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    sha256_hex("", 0, hex);
    cr_expect(eq(str, hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

static char folder[64];

static void put(const char *name, const char *text)
{
    char path[128];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(eq(int, file_write(path, strview_of(text), &err), STATUS_OK));
}

static void drop(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    remove(path);
}

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/assay_hash_XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
}

static void remove_folder(void)
{
    static const char *const names[] = {"b", "a.txt", ".hidden", "sub/c", "sub", NULL};
    for (size_t i = 0; names[i]; i++)
        drop(names[i]);
    rmdir(folder);
}

Test(hash, a_file_hashes_as_its_bytes_and_a_folder_as_its_sorted_names_and_files,
     .init = make_folder, .fini = remove_folder)
{
    char hex[SHA256_HEX_SIZE], wanted[SHA256_HEX_SIZE], path[128];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/sub", folder);
    mkdir(path, 0700);
    put("b", "second"); /* made first, hashed second */
    put("a.txt", "abc");
    put("sub/c", "!");
    put(".hidden", "left out");
    snprintf(path, sizeof path, "%s/a.txt", folder);
    cr_assert(eq(int, sha256_hex_of_path(path, hex, &err), STATUS_OK));
    sha256_hex("abc", 3, wanted);
    cr_expect(eq(str, hex, wanted));
    /* printf 'f\5\0\0\0a.txt' and so on, with sha256sum's digests in binary, by another program */
    cr_assert(eq(int, sha256_hex_of_path(folder, hex, &err), STATUS_OK));
    cr_expect(
        eq(str, hex, (char *)"a5ee754b4a551b85ca0ce486631c05d63f358ea17e6b98eaa945fff2339ceb99"));
    put("b", "Second");
    cr_assert(eq(int, sha256_hex_of_path(folder, hex, &err), STATUS_OK));
    cr_expect(ne(str, hex, wanted));
}

/* Without lengths both were read as "a", NUL, "x", "b", NUL, "y". */
Test(hash, a_folder_with_two_files_is_not_one_whose_file_holds_the_others_name, .init = make_folder,
     .fini = remove_folder)
{
    char two[SHA256_HEX_SIZE], one[SHA256_HEX_SIZE], path[128];
    struct error err = {0};
    put("a.txt", "x");
    put("b", "y");
    cr_assert(eq(int, sha256_hex_of_path(folder, two, &err), STATUS_OK));
    drop("b");
    snprintf(path, sizeof path, "%s/a.txt", folder);
    cr_assert(eq(int, file_write(path, (struct strview){"xb\0y", 4}, &err), STATUS_OK));
    cr_assert(eq(int, sha256_hex_of_path(folder, one, &err), STATUS_OK));
    cr_expect(ne(str, one, two));
}

Test(hash, a_missing_path_is_told_and_the_result_left_alone)
{
    char hex[SHA256_HEX_SIZE] = "untouched";
    struct error err = {0};
    cr_expect(eq(int, sha256_hex_of_path("/nowhere/at/all", hex, &err), STATUS_IO));
    cr_expect(strstr(err.what, "/nowhere/at/all") != NULL, "%s", err.what);
    cr_expect(eq(str, hex, "untouched"));
}

Test(hash, one_bit_changes_both_hashes)
{
    struct hash_128 a = hash_128_of("conversation-1", 14), b = hash_128_of("conversation-0", 14);
    cr_expect(a.low != b.low && a.high != b.high);
    cr_expect(ne(u64, hash_64("a", 1), hash_64("b", 1)));
    cr_expect(eq(u64, hash_64("a", 1), hash_64("ab", 1)));
}
