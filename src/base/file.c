/*
 * file.c: files over stdio and, for lines, over zlib's gzFile, which reads plain files as they are.
 */
#include "base/file.h"

#include "base/memory.h"

#include <zlib.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status cannot(struct error *err, const char *verb, const char *path)
{
    int code = errno;
    enum status status =
        error_set(err, STATUS_IO, "could not %s '%s': %s", verb, path, strerror(code));
    if (code == ENOENT)
        error_fix(err, "Check the path: it is taken from the folder you are in.");
    else if (code == EACCES)
        error_fix(err, "Check who owns the file and its permissions.");
    return status;
}

enum status file_read(const char *path, size_t limit_bytes, struct strbuf *buf, struct error *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "rbe");
    if (!file)
        return cannot(err, "open", path);
    enum status status = STATUS_OK;
    char chunk[1 << 14];
    size_t got, start = buf->size;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0 && status == STATUS_OK) {
        if (buf->size - start + got > limit_bytes)
            status =
                error_set(err, STATUS_LIMIT, "'%s' is larger than %zu bytes", path, limit_bytes);
        else
            strbuf_add(buf, chunk, got);
    }
    if (status == STATUS_OK && ferror(file))
        status = cannot(err, "read", path);
    if (status == STATUS_OK && buf->failed)
        status = error_no_memory(err);
    if (!is_stdin)
        fclose(file);
    return status;
}

static enum status write_all(int descriptor, struct strview bytes, const char *path,
                             struct error *err)
{
    while (bytes.size) {
        ssize_t wrote = write(descriptor, bytes.data, bytes.size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return cannot(err, "write", path);
        bytes.data += wrote;
        bytes.size -= (size_t)wrote;
    }
    return STATUS_OK;
}

/* A new name survives a power loss only when its folder is synced; a file system that cannot do it
 * loses no more than before. */
static void sync_folder_of(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int size = slash ? snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path)
                     : snprintf(folder, sizeof folder, ".");
    if (size < 0 || (size_t)size >= sizeof folder)
        return;
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor);
    close(descriptor);
}

enum status file_write(const char *path, struct strview bytes, struct error *err)
{
    if (strcmp(path, "-") == 0)
        return write_all(STDOUT_FILENO, bytes, "standard output", err);
    char fresh[4096];
    int size = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (size < 0 || (size_t)size >= sizeof fresh)
        return error_set(err, STATUS_IO, "path '%.60s...' is too long", path);
    int descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return cannot(err, "write", fresh);
    enum status status = write_all(descriptor, bytes, path, err);
    if (status == STATUS_OK && fsync(descriptor) != 0)
        status = cannot(err, "sync", fresh);
    close(descriptor);
    if (status == STATUS_OK && rename(fresh, path) != 0)
        status = cannot(err, "rename to", path);
    if (status == STATUS_OK)
        sync_folder_of(path);
    if (status != STATUS_OK)
        unlink(fresh);
    return status;
}

enum status file_make_folder(const char *path, struct error *err)
{
    char partial[4096];
    size_t size = strlen(path);
    if (size == 0 || size >= sizeof partial)
        return error_set(err, STATUS_IO, "'%.60s' is no folder name", path);
    memcpy(partial, path, size + 1);
    for (size_t i = 1; i <= size; i++) {
        if (partial[i] != '/' && partial[i] != '\0')
            continue;
        char kept = partial[i];
        partial[i] = '\0';
        if (mkdir(partial, 0700) != 0 && errno != EEXIST)
            return cannot(err, "make folder", partial);
        partial[i] = kept;
    }
    return STATUS_OK;
}

bool file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

bool file_is_gzip(const char *path)
{
    unsigned char magic[2] = {0};
    FILE *file = fopen(path, "rbe");
    bool is_gzip = file && fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   magic[0] == 0x1f && magic[1] == 0x8b;
    if (file)
        fclose(file);
    return is_gzip;
}

char *file_beside(struct arena *arena, const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    if (name[0] == '/' || !slash)
        return arena_copy_text(arena, name);
    return arena_format(arena, "%.*s%s", (int)(slash - path) + 1, path, name);
}

struct line_reader {
    gzFile file;
    char *path;
    size_t limit_bytes;
    struct strbuf text;
    char *chunk;
    size_t chunk_at, chunk_size;
    uint64_t number, offset;
    bool at_end;
};

enum { CHUNK_BYTES = 1 << 16 };

enum status line_reader_open(const char *path, size_t limit_bytes, struct line_reader **ret_reader,
                             struct error *err)
{
    gzFile file = strcmp(path, "-") == 0 ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rbe");
    if (!file)
        return cannot(err, "open", path);
    struct stat info;
    struct line_reader *reader = memory_alloc(sizeof *reader);
    char *own_path = memory_copy_text(path);
    char *chunk = memory_alloc(CHUNK_BYTES);
    if (!reader || !own_path || !chunk || (stat(path, &info) == 0 && S_ISDIR(info.st_mode))) {
        bool is_folder = reader && own_path && chunk;
        memory_free(reader);
        memory_free(own_path);
        memory_free(chunk);
        gzclose(file);
        return is_folder ? error_set(err, STATUS_IO, "'%s' is a folder, not a file", path)
                         : error_no_memory(err);
    }
    gzbuffer(file, CHUNK_BYTES);
    *reader = (struct line_reader){
        .file = file, .path = own_path, .limit_bytes = limit_bytes, .chunk = chunk};
    *ret_reader = reader;
    return STATUS_OK;
}

static bool refill(struct line_reader *reader, enum status *ret_status, struct error *err)
{
    int got = gzread(reader->file, reader->chunk, CHUNK_BYTES);
    int code = Z_OK;
    const char *text = got > 0 ? "" : gzerror(reader->file, &code);
    /* zlib takes a gzip file that was cut off for one that ended, and tells only here */
    if (got < 0 || code == Z_BUF_ERROR) {
        const char *why = strstr(text, ": "); /* behind the path, which zlib tells too */
        *ret_status = error_set(err, STATUS_IO, "could not read '%s': %s", reader->path,
                                why ? why + 2 : text);
        if (code == Z_BUF_ERROR)
            error_fix(err, "The compressed file was cut off: copy it again.");
    }
    reader->chunk_at = 0;
    reader->chunk_size = got > 0 ? (size_t)got : 0;
    return got > 0;
}

bool line_reader_next(struct line_reader *reader, struct line *ret_line, enum status *ret_status,
                      struct error *err)
{
    *ret_status = STATUS_OK;
    strbuf_clear(&reader->text);
    uint64_t start = reader->offset;
    bool too_long = false, ended = false;
    while (!ended) {
        if (reader->chunk_at == reader->chunk_size && !refill(reader, ret_status, err)) {
            if (*ret_status != STATUS_OK || reader->offset == start)
                return false;
            break;
        }
        const char *from = reader->chunk + reader->chunk_at;
        size_t left = reader->chunk_size - reader->chunk_at;
        const char *newline = memchr(from, '\n', left);
        size_t size = newline ? (size_t)(newline - from) : left;
        ended = newline != NULL;
        size_t room = reader->limit_bytes - reader->text.size;
        too_long = too_long || size > room;
        strbuf_add(&reader->text, from, size > room ? room : size);
        reader->chunk_at += size + (newline ? 1 : 0);
        reader->offset += size + (newline ? 1 : 0);
    }
    if (reader->text.failed) {
        *ret_status = error_no_memory(err);
        return false;
    }
    struct strview bytes = strbuf_view(&reader->text);
    if (bytes.size && bytes.data[bytes.size - 1] == '\r')
        bytes.size--;
    if (reader->number == 0 && bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0) {
        bytes = (struct strview){bytes.data + 3, bytes.size - 3}; /* a byte order mark */
        start += 3;
    }
    *ret_line = (struct line){
        .bytes = bytes, .number = ++reader->number, .offset = start, .too_long = too_long};
    return true;
}

void line_reader_close(struct line_reader *reader)
{
    if (!reader)
        return;
    gzclose(reader->file);
    strbuf_done(&reader->text);
    memory_free(reader->chunk);
    memory_free(reader->path);
    memory_free(reader);
}
