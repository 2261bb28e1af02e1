/*
 * file_stream.h: a file that is written piece by piece under another name (path.new) and put in
 * place at the end: a reader sees the old file or the whole new one. Mode 0600. "-" is standard
 * output. Start from {.descriptor = -1}. Thread: one owner.
 */
#ifndef ASSAY_BASE_FILE_STREAM_H
#define ASSAY_BASE_FILE_STREAM_H

#include "base/error.h"
#include "base/strbuf.h"

struct file_stream {
    int descriptor;     /* -1: not open */
    char *path, *fresh; /* fresh NULL: standard output */
    struct strbuf text; /* what is written goes here */
};

enum status file_stream_open(struct file_stream *stream, const char *path, struct error *err);
bool file_stream_is_open(const struct file_stream *stream);
/* Hands the text over when there is more than `above` bytes of it. */
enum status file_stream_flush(struct file_stream *stream, size_t above, struct error *err);
/* The rest, synced; then the file has its name. A stream that is not open: STATUS_OK. */
enum status file_stream_commit(struct file_stream *stream, struct error *err);
/* Without a commit before it nothing is left. */
void file_stream_close(struct file_stream *stream);

#endif
