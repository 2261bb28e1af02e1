/*
 * run_report.c: one pass over the journal in canonical order: each trial goes to the fold, to
 * predictions.jsonl and to trials.csv; then the summary goes to the renderers. Memory is bounded by
 * one conversation and by the fold.
 */
#include "pipeline/run_report.h"

#include "base/memory.h"
#include "codec/json_record.h"
#include "pipeline/run_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { STREAM_BUFFER_BYTES = 1 << 18 };

/* A file that is written piece by piece under another name and put in place at the end. */
struct stream {
    int descriptor; /* -1: not wanted */
    char *path, *fresh;
    struct strbuf buffer;
};

static enum status stream_failed(const struct stream *stream, struct error *err)
{
    return error_set(err, STATUS_IO, "could not write '%s': %s", stream->path, strerror(errno));
}

static enum status stream_open(struct stream *stream, const char *folder, const char *name,
                               struct arena *arena, struct error *err)
{
    stream->path = arena_format(arena, "%s/%s", folder, name);
    stream->fresh = arena_format(arena, "%s/%s.new", folder, name);
    if (!stream->path || !stream->fresh)
        return error_no_memory(err);
    stream->descriptor = open(stream->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return stream->descriptor < 0 ? stream_failed(stream, err) : STATUS_OK;
}

static enum status stream_flush(struct stream *stream, size_t above, struct error *err)
{
    struct strview rest = strbuf_view(&stream->buffer);
    if (stream->buffer.failed)
        return error_no_memory(err);
    if (stream->descriptor < 0 || rest.size <= above)
        return STATUS_OK;
    while (rest.size) {
        ssize_t wrote = write(stream->descriptor, rest.data, rest.size);
        if (wrote < 0 && errno != EINTR)
            return stream_failed(stream, err);
        wrote = wrote < 0 ? 0 : wrote;
        rest.data += wrote;
        rest.size -= (size_t)wrote;
    }
    strbuf_clear(&stream->buffer);
    return STATUS_OK;
}

static enum status stream_put_in_place(struct stream *stream, struct error *err)
{
    enum status status = stream_flush(stream, 0, err);
    if (status == STATUS_OK && stream->descriptor >= 0 && rename(stream->fresh, stream->path) != 0)
        status = stream_failed(stream, err);
    return status;
}

static void stream_close(struct stream *stream)
{
    if (stream->descriptor >= 0)
        close(stream->descriptor);
    strbuf_done(&stream->buffer);
}

struct reporting {
    const struct run_report_request *request;
    struct run_journal journal;
    struct stream predictions;
};

static void write_predictions(struct reporting *reporting, const struct trial *trial)
{
    const struct candidate_spec *candidate =
        &reporting->request->pipeline->candidates[trial->candidate];
    struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; i < trial->predictions.count; i++) {
        predictions[i].candidate = candidate->name;
        predictions[i].trial = trial->id;
        struct json_write writer = {.out = &reporting->predictions.buffer};
        json_record_encode(&prediction_type, &predictions[i], &writer);
        strbuf_add_char(&reporting->predictions.buffer, '\n');
    }
}

static enum status take_conversation(struct reporting *reporting, uint64_t conversation,
                                     struct arena *arena, struct error *err)
{
    const struct pipeline_spec *pipeline = reporting->request->pipeline;
    uint64_t per_conversation = pipeline->candidate_count * (uint64_t)pipeline->repeats;
    struct conversation_facts facts;
    bool found;
    enum status status =
        run_journal_facts(&reporting->journal, conversation, arena, &facts, &found, err);
    for (uint64_t i = 0; status == STATUS_OK && found && i < per_conversation; i++) {
        struct trial trial;
        bool has_trial;
        status = run_journal_trial(&reporting->journal, conversation * per_conversation + i, arena,
                                   &trial, &has_trial, err);
        if (status == STATUS_OK && has_trial)
            write_predictions(reporting, &trial);
        if (status == STATUS_OK)
            status = stream_flush(&reporting->predictions, STREAM_BUFFER_BYTES, err);
    }
    return status;
}

enum status run_report_write(const struct run_report_request *request, struct error *err)
{
    struct reporting reporting = {.request = request, .predictions.descriptor = -1};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(64 * 1024, 0);
    if (!arena || !scratch)
        return error_no_memory(err);
    enum status status = run_journal_open(request->folder, &reporting.journal, err);
    if (status == STATUS_OK)
        status =
            stream_open(&reporting.predictions, request->folder, "predictions.jsonl", arena, err);
    for (uint64_t i = 0; status == STATUS_OK && i < reporting.journal.facts.count; i++) {
        status = take_conversation(&reporting, i, scratch, err);
        arena_reset(scratch);
    }
    if (status == STATUS_OK)
        status = stream_put_in_place(&reporting.predictions, err);
    stream_close(&reporting.predictions);
    run_journal_close(&reporting.journal);
    return status;
}
