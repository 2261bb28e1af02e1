/*
 * drift_log.c: see drift_log.h. An open conversation has an arena of its own, reused when it is
 * closed. The order in which conversations are closed changes nothing in the fold.
 */
#include "pipeline/drift_log.h"

#include "base/civil_time.h"
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/memory.h"
#include "ingest/record_file.h"

enum { OPEN_CONVERSATIONS = 4096, LINE_LIMIT_BYTES = 4 << 20, OPEN_BYTES = 2048 };

struct open_call {
    struct arena *arena; /* NULL: the place was never used */
    int64_t start_ns;
    struct drift_answers answers;
};

struct reading {
    const struct drift_log_request *request;
    struct open_call *open;  /* a ring: serial % OPEN_CONVERSATIONS */
    uint64_t first, next;    /* serials of the oldest open one, and of the next one */
    struct hash_set serials; /* hash of a conversation id -> its serial + 1 */
    char *candidate;         /* of the lines that are taken; NULL: none was named yet */
    struct arena *line_arena;
    struct drift_log_counts counts;
};

static bool close_oldest(struct reading *reading)
{
    struct open_call *call = &reading->open[reading->first++ % OPEN_CONVERSATIONS];
    const struct drift_log_request *request = reading->request;
    bool is_out = (request->from_ns != DRIFT_NO_TIME && call->start_ns < request->from_ns) ||
                  (request->until_ns != DRIFT_NO_TIME && call->start_ns >= request->until_ns);
    reading->counts.outside += is_out;
    reading->counts.conversations += !is_out;
    call->answers.finished = 1;
    return is_out || (drift_fold_begin(request->fold, call->start_ns) &&
                      drift_fold_answers(request->fold, request->subject, &call->answers));
}

static int64_t time_of(const struct prediction *prediction)
{
    struct civil_parsed parsed;
    if (!prediction->timestamp.data ||
        civil_time_parse(prediction->timestamp, &parsed, NULL) != STATUS_OK)
        return DRIFT_NO_TIME;
    return parsed.utc_ns;
}

/* The open conversation of the line, begun when it is new; NULL: memory ran out. */
static struct open_call *call_of(struct reading *reading, const struct prediction *prediction)
{
    struct strview id = prediction->conversation_id;
    uint64_t hash = hash_64(id.data, id.size), serial = 0;
    if (hash_set_get(&reading->serials, hash, &serial) && serial > reading->first)
        return &reading->open[(serial - 1) % OPEN_CONVERSATIONS];
    if (reading->next - reading->first == OPEN_CONVERSATIONS && !close_oldest(reading))
        return NULL;
    struct open_call *call = &reading->open[reading->next % OPEN_CONVERSATIONS];
    if (call->arena)
        arena_reset(call->arena);
    else
        call->arena = arena_create(OPEN_BYTES, 0);
    if (!call->arena || !hash_set_put(&reading->serials, hash, ++reading->next))
        return NULL;
    call->start_ns = time_of(prediction);
    call->answers = drift_answers_start(call->arena);
    return call;
}

static bool is_wanted(struct reading *reading, const struct prediction *prediction)
{
    if (prediction->repeat != FIELD_ABSENT_I64 && prediction->repeat > 0)
        return false;
    if (!prediction->candidate.data)
        return true;
    if (!reading->candidate) {
        reading->candidate = memory_alloc(prediction->candidate.size + 1);
        if (reading->candidate)
            memcpy(reading->candidate, prediction->candidate.data, prediction->candidate.size);
    }
    return reading->candidate && strview_is(prediction->candidate, reading->candidate);
}

static void keep_fault(struct reading *reading, const struct error *fault)
{
    if (reading->counts.faults++ == 0)
        reading->counts.first_fault =
            arena_format(reading->request->arena, "%s: %s", fault->where, fault->what);
}

static enum status take_line(struct reading *reading, const struct prediction *prediction,
                             const struct record_read *read, struct error *err)
{
    if (!read->valid) {
        keep_fault(reading, &read->fault);
        return STATUS_OK;
    }
    if (!is_wanted(reading, prediction))
        return STATUS_OK;
    struct open_call *call = call_of(reading, prediction);
    return call && drift_answers_prediction(&call->answers, prediction) ? STATUS_OK
                                                                        : error_no_memory(err);
}

static enum status read_lines(struct reading *reading, struct error *err)
{
    CLEANUP(record_file_cleanup) struct record_file *file = NULL;
    struct prediction prediction;
    struct record_read read;
    enum status status =
        record_file_open(reading->request->path, &prediction_type, LINE_LIMIT_BYTES, &file, err);
    while (status == STATUS_OK &&
           record_file_next(file, &prediction, reading->line_arena, &read, &status, err)) {
        status = take_line(reading, &prediction, &read, err);
        arena_reset(reading->line_arena);
    }
    while (status == STATUS_OK && reading->first < reading->next)
        status = close_oldest(reading) ? STATUS_OK : error_no_memory(err);
    return status;
}

enum status drift_log_read(const struct drift_log_request *request,
                           struct drift_log_counts *ret_counts, struct error *err)
{
    struct reading reading = {.request = request, .serials = HASH_MAP};
    reading.open = memory_alloc(OPEN_CONVERSATIONS * sizeof *reading.open);
    reading.line_arena = arena_create(16 * 1024, 0);
    reading.candidate = request->candidate ? memory_copy_text(request->candidate) : NULL;
    bool good = reading.open && reading.line_arena && (reading.candidate || !request->candidate);
    enum status status = good ? read_lines(&reading, err) : error_no_memory(err);
    for (size_t i = 0; reading.open && i < OPEN_CONVERSATIONS; i++)
        arena_destroy(reading.open[i].arena);
    memory_free(reading.open);
    memory_free(reading.candidate);
    arena_destroy(reading.line_arena);
    hash_set_done(&reading.serials);
    if (status == STATUS_OK)
        *ret_counts = reading.counts;
    return status;
}
