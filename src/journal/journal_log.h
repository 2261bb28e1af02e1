/*
 * journal_log.h: the truth of a run: an append-only file of checked records, with one writer.
 *
 * File: the line "assay-journal 1\n", then records: u32 size, u32 crc32c (of kind, key and
 * payload), u8 kind, u64 key, payload; little-endian. A torn tail (a write that a kill cut off) is
 * cut away when the file is opened for writing. What is damaged in the middle (sound records
 * follow) stays there, is passed over and counted. Mode 0600, locked while it is open for writing.
 * Thread: one owner; journal_log_read may be called from any thread.
 */
#ifndef ASSAY_JOURNAL_JOURNAL_LOG_H
#define ASSAY_JOURNAL_JOURNAL_LOG_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strbuf.h"

#include <stdint.h>

enum journal_kind {
    JOURNAL_ANSWER =
        1, /* key: answer key; a far end's answer as it arrived, so that a resume buys none again */
    JOURNAL_PRICE = 7,    /* key: answer key; what that answer has cost, once it was read */
    JOURNAL_FACTS = 2,    /* key: conversation ordinal; struct conversation_facts */
    JOURNAL_TRIAL = 3,    /* key: trial ordinal; struct trial with its score */
    JOURNAL_ACCOUNTS = 4, /* key: 0; what was consumed, skipped and wrong; the last one counts */
    JOURNAL_BEGIN =
        6, /* key: 0; a session begins: accounts and end of an earlier one do not hold any more */
    JOURNAL_END = 5, /* key: 0; the run is complete; JSON with what differs from run to run */
};

struct journal_log;

/* One record while the file is scanned; the payload is valid during the call. Return other than
 * STATUS_OK to stop. */
typedef enum status journal_visit(void *context, enum journal_kind kind, uint64_t key,
                                  struct strview payload, uint64_t offset, struct error *err);

struct journal_open {
    const char *path;
    bool read_only;
    journal_visit *visit; /* MAY be NULL */
    void *context;
};

/*
 * Opens or creates (unless read_only). Scans what is there; *ret_cut_bytes is what was torn and cut
 * (or passed over when read-only). STATUS_IO when another process holds it, or when it is no
 * journal.
 */
enum status journal_log_open(const struct journal_open *options, struct journal_log **ret_log,
                             uint64_t *ret_cut_bytes, struct error *err);
void journal_log_close(struct journal_log *log);
/* What was passed over because it is damaged, though sound records follow. */
uint64_t journal_log_damaged_bytes(const struct journal_log *log);

/* Buffered; durable after journal_log_sync. *ret_offset is where it can be read again. */
enum status journal_log_append(struct journal_log *log, enum journal_kind kind, uint64_t key,
                               struct strview payload, uint64_t *ret_offset, struct error *err);
enum status journal_log_sync(struct journal_log *log, struct error *err);
/* Hands the buffer to the kernel: outlives a kill of this process, though not of the machine. */
enum status journal_log_write(struct journal_log *log, struct error *err);
/* Reads the record at an offset that append or the scan gave (flushed or not). Appends the payload
 * to `payload`. */
enum status journal_log_read(struct journal_log *log, uint64_t offset, struct strbuf *payload,
                             struct error *err);

DEFINE_CLEANUP(journal_log_cleanup, struct journal_log, journal_log_close)

#endif
