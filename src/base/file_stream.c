/*
 * file_stream.c: see file_stream.h.
 */
#include "base/file_stream.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static enum status cannot(const struct file_stream *stream, const char *verb, struct error *err)
{
    int code = errno;
    enum status status =
        error_set(err, STATUS_IO, "could not %s '%s': %s", verb, stream->path, strerror(code));
    if (code == ENOENT)
        error_fix(err, "Check the path: it is taken from the folder you are in.");
    else if (code == EACCES)
        error_fix(err, "Check who owns the folder and its permissions.");
    return status;
}

enum status file_stream_open(struct file_stream *stream, const char *path, struct error *err)
{
    bool is_output = strcmp(path, "-") == 0;
    size_t size = strlen(path) + sizeof ".new";
    struct file_stream made = {.descriptor = -1, .path = memory_copy_text(path)};
    made.fresh = is_output ? NULL : memory_alloc(size);
    enum status status = STATUS_OK;
    if (!made.path || (!is_output && !made.fresh)) {
        status = error_no_memory(err);
    } else {
        if (made.fresh)
            snprintf(made.fresh, size, "%s.new", path);
        made.descriptor = is_output
                              ? dup(STDOUT_FILENO)
                              : open(made.fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (made.descriptor < 0)
            status = cannot(&made, "write", err);
    }
    if (status != STATUS_OK) {
        memory_free(made.path);
        memory_free(made.fresh);
        return status;
    }
    *stream = made;
    return STATUS_OK;
}

bool file_stream_is_open(const struct file_stream *stream)
{
    return stream->descriptor >= 0;
}

enum status file_stream_flush(struct file_stream *stream, size_t above, struct error *err)
{
    if (stream->text.failed)
        return error_no_memory(err);
    struct strview left = strbuf_view(&stream->text);
    if (!file_stream_is_open(stream) || left.size <= above)
        return STATUS_OK;
    while (left.size) {
        ssize_t wrote = write(stream->descriptor, left.data, left.size);
        if (wrote < 0 && errno != EINTR)
            return cannot(stream, "write", err);
        wrote = wrote < 0 ? 0 : wrote;
        left.data += wrote;
        left.size -= (size_t)wrote;
    }
    strbuf_clear(&stream->text);
    return STATUS_OK;
}

enum status file_stream_commit(struct file_stream *stream, struct error *err)
{
    enum status status = file_stream_flush(stream, 0, err);
    if (status != STATUS_OK || !file_stream_is_open(stream) || !stream->fresh)
        return status;
    if (fsync(stream->descriptor) != 0)
        return cannot(stream, "sync", err);
    if (rename(stream->fresh, stream->path) != 0)
        return cannot(stream, "rename to", err);
    memory_free(stream->fresh);
    stream->fresh = NULL;
    return STATUS_OK;
}

void file_stream_close(struct file_stream *stream)
{
    if (file_stream_is_open(stream))
        close(stream->descriptor);
    if (stream->fresh)
        unlink(stream->fresh);
    strbuf_done(&stream->text);
    memory_free(stream->path);
    memory_free(stream->fresh);
    *stream = (struct file_stream){.descriptor = -1};
}
