/*
 * baseline_looks.c: one line a look. The file is opened, locked for this process alone, read, grown
 * by a line and synced; a torn last line of a killed process is passed over. Thread: main.
 */
#include "gate/baseline_looks.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "base/memory.h"

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOKS_MOST_BYTES = 64 << 20, PIECE_BYTES = 65536 };

struct looks_file {
    int descriptor;
    const char *path;
    struct strbuf text;
};

static enum status failed(const struct looks_file *file, struct error *err)
{
    return error_set(err, STATUS_IO, "could not keep the looks in '%.200s': %s", file->path,
                     strerror(errno));
}

/* Waits for the lock. A file that was replaced meanwhile (a new blessing) is opened again. */
static enum status open_locked(struct looks_file *file, struct error *err)
{
    for (;;) {
        file->descriptor = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file->descriptor < 0)
            return failed(file, err);
        int locked;
        while ((locked = flock(file->descriptor, LOCK_EX)) != 0 && errno == EINTR)
            ;
        if (locked != 0)
            return failed(file, err);
        struct stat own, now;
        if (fstat(file->descriptor, &own) != 0)
            return failed(file, err);
        if (stat(file->path, &now) == 0 && own.st_ino == now.st_ino)
            return STATUS_OK;
        close(file->descriptor);
    }
}

static enum status read_all(struct looks_file *file, struct error *err)
{
    for (;;) {
        char *room = strbuf_reserve(&file->text, PIECE_BYTES);
        if (!room)
            return error_no_memory(err);
        ssize_t got = pread(file->descriptor, room, PIECE_BYTES, (off_t)file->text.size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(file, err);
        if (got == 0)
            return STATUS_OK;
        file->text.size += (size_t)got;
        if (file->text.size > LOOKS_MOST_BYTES)
            return error_set(err, STATUS_LIMIT, "'%.200s' has too many looks; bless a run again",
                             file->path);
    }
}

static void close_file(struct looks_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor); /* and with it the lock */
    strbuf_done(&file->text);
}

struct look_reader {
    struct strview rest;
    json_t *line;
};

static bool next_line(struct look_reader *reader)
{
    json_decref(reader->line);
    reader->line = NULL;
    while (reader->rest.size) {
        const char *end = memchr(reader->rest.data, '\n', reader->rest.size);
        size_t size = end ? (size_t)(end - reader->rest.data) : reader->rest.size;
        reader->line = json_loadb(reader->rest.data, size, 0, NULL);
        size += end != NULL;
        reader->rest.data += size;
        reader->rest.size -= size;
        if (json_is_object(reader->line))
            return true;
        json_decref(reader->line);
        reader->line = NULL;
    }
    return false;
}

static bool is_text(const json_t *line, const char *key, const char *text)
{
    const char *found = json_string_value(json_object_get(line, key));
    return found && strcmp(found, text) == 0;
}

static void add_sums(const json_t *line, const struct look *look, struct look_sums *totals)
{
    const json_t *sums = json_object_get(line, "sums");
    for (size_t i = 0; i < look->sums_count; i++) {
        const json_t *of = json_object_get(sums, look->sums[i].gate);
        totals[i].n += json_number_value(json_array_get(of, 0));
        totals[i].sum += json_number_value(json_array_get(of, 1));
        totals[i].squares += json_number_value(json_array_get(of, 2));
    }
}

static void print_look(const struct look *look, uint64_t number, struct strbuf *out)
{
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "look", (int64_t)number);
    json_write_key_text(&writer, "candidate", strview_of(look->candidate));
    json_write_key_text(&writer, "outcomes_sha256", strview_of(look->outcomes_sha256));
    json_write_key_text(&writer, "run_id", strview_of(look->run_id ? look->run_id : ""));
    json_write_key_text(&writer, "at", strview_of(look->at ? look->at : ""));
    json_write_key(&writer, strview_of("sums"));
    json_write_begin_object(&writer);
    for (size_t i = 0; i < look->sums_count; i++) {
        json_write_key(&writer, strview_of(look->sums[i].gate));
        json_write_begin_array(&writer);
        json_write_real(&writer, look->sums[i].n);
        json_write_real(&writer, look->sums[i].sum);
        json_write_real(&writer, look->sums[i].squares);
        json_write_end_array(&writer);
    }
    json_write_end_object(&writer);
    json_write_end_object(&writer);
    strbuf_add_char(out, '\n');
}

static enum status append(struct looks_file *file, const struct look *look, uint64_t number,
                          struct error *err)
{
    struct strbuf line = {0};
    if (file->text.size && file->text.data[file->text.size - 1] != '\n')
        strbuf_add_char(&line, '\n'); /* behind a torn line */
    print_look(look, number, &line);
    enum status status = line.failed ? error_no_memory(err) : STATUS_OK;
    if (status == STATUS_OK && (pwrite(file->descriptor, line.data, line.size,
                                       (off_t)file->text.size) != (ssize_t)line.size ||
                                fsync(file->descriptor) != 0))
        status = failed(file, err);
    strbuf_done(&line);
    return status;
}

static enum status take(struct looks_file *file, const struct look *look, struct look_sums *totals,
                        uint64_t *ret_look, struct error *err)
{
    uint64_t number = 0;
    bool is_known = false;
    struct look_reader reader = {strbuf_view(&file->text), NULL};
    while (!is_known && next_line(&reader)) {
        if (!is_text(reader.line, "candidate", look->candidate))
            continue;
        number++;
        is_known = is_text(reader.line, "outcomes_sha256", look->outcomes_sha256);
        add_sums(reader.line, look, totals);
    }
    json_decref(reader.line);
    *ret_look = is_known ? number : number + 1;
    if (is_known)
        return STATUS_OK;
    for (size_t i = 0; i < look->sums_count; i++) {
        totals[i].n += look->sums[i].n;
        totals[i].sum += look->sums[i].sum;
        totals[i].squares += look->sums[i].squares;
    }
    return append(file, look, number + 1, err);
}

enum status baseline_looks_take(const char *own_folder, const struct look *look,
                                struct look_sums *ret_totals, uint64_t *ret_look, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(1024, 0);
    struct looks_file file = {.descriptor = -1};
    file.path = arena ? arena_format(arena, "%s/looks.jsonl", own_folder) : NULL;
    for (size_t i = 0; i < look->sums_count; i++)
        ret_totals[i] = (struct look_sums){.gate = look->sums[i].gate};
    enum status status = file.path ? open_locked(&file, err) : error_no_memory(err);
    if (status == STATUS_OK)
        status = read_all(&file, err);
    if (status == STATUS_OK)
        status = take(&file, look, ret_totals, ret_look, err);
    close_file(&file);
    return status;
}

enum status baseline_looks_count(const char *own_folder, uint64_t *ret_looks, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(1024, 0);
    struct looks_file file = {.descriptor = -1};
    file.path = arena ? arena_format(arena, "%s/looks.jsonl", own_folder) : NULL;
    if (!file.path)
        return error_no_memory(err);
    *ret_looks = 0;
    file.descriptor = open(file.path, O_RDONLY | O_CLOEXEC);
    if (file.descriptor < 0)
        return errno == ENOENT ? STATUS_OK : failed(&file, err);
    enum status status = read_all(&file, err);
    struct look_reader reader = {strbuf_view(&file.text), NULL};
    while (status == STATUS_OK && next_line(&reader))
        (*ret_looks)++;
    json_decref(reader.line);
    close_file(&file);
    return status;
}
