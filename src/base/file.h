/*
 * file.h: whole files in and out, and lines with a limit. Output is readable by its owner only.
 * Thread: any, one per object.
 */
#ifndef ASSAY_BASE_FILE_H
#define ASSAY_BASE_FILE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Appends the file's bytes to `buf`; over `limit_bytes` is STATUS_LIMIT. "-" is standard input. */
enum status file_read(const char *path, size_t limit_bytes, struct strbuf *buf, struct error *err);
/* Writes path.new, syncs and renames: a reader sees the old file or the new one. "-" is standard
 * output. Mode 0600. */
enum status file_write(const char *path, struct strview bytes, struct error *err);
/* Makes the folder and its parents, mode 0700; it may be there already. */
enum status file_make_folder(const char *path, struct error *err);
bool file_exists(const char *path);
/* By its first bytes: such a file cannot be read at an offset. */
bool file_is_gzip(const char *path);
/* The folder part of a path with its '/', or "" when there is none; then `name` behind it unless
 * `name` is absolute. */
char *file_beside(struct arena *arena, const char *path, const char *name);

/*
 * Reads a file line by line with bounded memory: a longer line than the limit is skipped to its end
 * and reported once. Plain text or gzip (by its magic bytes).
 */
struct line_reader;

struct line {
    struct strview bytes; /* without the line end; valid until the next call */
    uint64_t number;      /* from 1 */
    uint64_t offset;      /* of its first byte in the (uncompressed) file */
    bool too_long;        /* bytes hold only the beginning */
};

enum status line_reader_open(const char *path, size_t limit_bytes, struct line_reader **ret_reader,
                             struct error *err);
/* True and a line, or false at the end of the file or on an error, which *ret_status tells. */
bool line_reader_next(struct line_reader *reader, struct line *ret_line, enum status *ret_status,
                      struct error *err);
void line_reader_close(struct line_reader *reader);

#endif
