#include "journal/journal_log.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];

static void new_path(void)
{
    snprintf(path, sizeof path, "/tmp/assay_journal_XXXXXX");
    close(mkstemp(path));
    unlink(path);
}

static void remove_path(void)
{
    unlink(path);
}

static enum status add_key(void *context, enum journal_kind kind, uint64_t key,
                           struct strview payload, uint64_t offset, struct error *err)
{
    (void)kind, (void)payload, (void)offset, (void)err;
    *(uint64_t *)context += key;
    return STATUS_OK;
}

/* Three records with keys 1, 10, 100; one byte of the second is changed, `at` bytes behind its
 * beginning. Returns the sum of the keys that are found again. */
static uint64_t keys_after_damage(long at, bool read_only, uint64_t *ret_damaged, uint64_t *ret_cut)
{
    struct journal_log *log = NULL;
    uint64_t keys = 0, offset = 0, second = 0;
    struct journal_open options = {.path = path, .visit = add_key, .context = &keys};
    new_path();
    cr_assert(eq(int, journal_log_open(&options, &log, ret_cut, NULL), STATUS_OK));
    for (uint64_t key = 1; key <= 100; key *= 10) {
        struct strview payload = strview_of("a payload of some length, so that it can be hit");
        cr_assert(eq(int, journal_log_append(log, JOURNAL_TRIAL, key, payload, &offset, NULL),
                     STATUS_OK));
        second = key == 10 ? offset : second;
    }
    cr_assert(eq(int, journal_log_sync(log, NULL), STATUS_OK));
    journal_log_close(log);
    FILE *file = fopen(path, "r+b");
    fseek(file, (long)second + at, SEEK_SET);
    int old = fgetc(file);
    fseek(file, (long)second + at, SEEK_SET);
    fputc(old ^ 0x41, file);
    fclose(file);
    options.read_only = read_only;
    cr_assert(eq(int, journal_log_open(&options, &log, ret_cut, NULL), STATUS_OK));
    *ret_damaged = journal_log_damaged_bytes(log);
    journal_log_close(log);
    return keys;
}

Test(journal_log, one_flipped_bit_costs_one_record_wherever_it_is, .fini = remove_path)
{
    for (long at = 0; at < 60; at++) {
        uint64_t damaged, cut;
        cr_expect(eq(u64, keys_after_damage(at, at % 2 == 0, &damaged, &cut), 101), "byte %ld", at);
        cr_expect(eq(u64, damaged, 64), "byte %ld", at);
        cr_expect(eq(u64, cut, 0), "byte %ld", at);
        unlink(path);
    }
}
