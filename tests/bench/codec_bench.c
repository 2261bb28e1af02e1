/*
 * codec_bench.c: how fast records go to bytes and back: events, predictions and whole trials,
 * through Avro binary (by today's schema, and by a writer's), JSON, and .avro files. One JSON line
 * a path: the median and the range of nine rounds over a fixed set of records.
 */
#include "codec/avro_container.h"
#include "codec/avro_embedded.h"
#include "codec/avro_mapping.h"
#include "codec/binary_record.h"
#include "codec/json_record.h"
#include "record/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, RECORDS = 2000 };

static const char *const user_turn_json =
    "{\"conversation_id\": \"c-00001234\", \"sequence\": 4, \"time\": "
    "\"2025-01-10T10:30:00.250Z\", "
    "\"type\": \"UserTurn\", \"text\": \"Could I move it to next Tuesday, some time after three in "
    "the afternoon, if Doctor Weber is there?\", \"asr_confidence\": 0.93, \"speech_start\": "
    "\"2025-01-10T10:29:56.100Z\", \"speech_end\": \"2025-01-10T10:29:59.900Z\", \"interrupted\": "
    "false}";
static const char *const prediction_json =
    "{\"conversation_id\": \"conv-123\", \"timestamp\": \"2025-01-10T10:30:00Z\", \"model\": "
    "{\"name\": \"llama3.2\", \"provider\": \"ollama\", \"prompt_version\": \"v2.0\"}, \"input\": "
    "{\"user_text\": \"Could I move it to next Tuesday, after three?\", \"state\": "
    "\"collect_date\", \"slots\": {\"name\": \"Ana D\xc3\xad"
    "az\", \"service\": \"cleaning\"}}, \"output\": {\"response\": \"Tuesday the 14th at 3 pm is "
    "free. Shall I book it?\", \"extracted_slots\": {\"date\": \"2025-01-14\", \"time\": "
    "\"15:00\"}, \"confidence\": 0.92, \"next_state\": \"confirmation\"}, \"metadata\": "
    "{\"latency_ms\": 450, \"tokens\": {\"input\": 120, \"output\": 45}, \"cost\": 0.00012}, "
    "\"candidate\": \"llama\", \"trial\": \"0123456789abcdef\", \"repeat\": 0, \"turn\": 3, "
    "\"intent\": \"reschedule\", \"slot_confidence\": {\"date\": 0.9, \"time\": 0.8}, "
    "\"state_after\": {\"name\": \"Ana D\xc3\xad"
    "az\", \"service\": \"cleaning\", \"date\": \"2025-01-14\", \"time\": \"15:00\"}}";

struct path {
    const char *name;
    const struct record_type *type;
    void *record;
    struct strbuf bytes; /* the record once, in the path's form */
    struct avro_mapping *mapping;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(enum status status, const struct error *err)
{
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", err->where, err->what);
        exit(1);
    }
}

static void binary_write(struct path *path, struct strbuf *out, struct arena *arena)
{
    (void)arena;
    struct error err = {0};
    must(binary_record_encode(path->type, path->record, out, &err), &err);
}

static void binary_read(struct path *path, struct strbuf *out, struct arena *arena)
{
    (void)out;
    struct error err = {0};
    void *record = arena_alloc(arena, path->type->size);
    must(binary_record_decode(path->type, strbuf_view(&path->bytes), record, arena, &err), &err);
}

static void mapping_read(struct path *path, struct strbuf *out, struct arena *arena)
{
    (void)out;
    struct error err = {0};
    void *record = arena_alloc(arena, path->type->size);
    must(avro_mapping_decode(path->mapping, strbuf_view(&path->bytes), record, arena, &err), &err);
}

static void json_write(struct path *path, struct strbuf *out, struct arena *arena)
{
    (void)arena;
    struct json_write writer = {.out = out};
    if (path->type == &event_envelope_type)
        json_record_encode_event(path->record, &writer);
    else
        json_record_encode(path->type, path->record, &writer);
}

static void json_read(struct path *path, struct strbuf *out, struct arena *arena)
{
    (void)out;
    struct error err = {0};
    void *record = arena_alloc(arena, path->type->size);
    if (path->type == &event_envelope_type)
        must(json_record_decode_event(strbuf_view(&path->bytes), record, arena, NULL, &err), &err);
    else
        must(json_record_decode(path->type, strbuf_view(&path->bytes), record, arena, NULL, &err),
             &err);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef void step_fn(struct path *, struct strbuf *, struct arena *);

static void measure(const char *what, struct path *path, step_fn *step)
{
    struct arena *arena = arena_create(1 << 20, 0);
    struct strbuf out = {0};
    double took_s[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) { /* the first one warms up */
        double start_s = now_s();
        for (int i = 0; i < RECORDS; i++) {
            step(path, &out, arena);
            if (i % 16 == 15) {
                arena_reset(arena);
                strbuf_clear(&out);
            }
        }
        if (round >= 0)
            took_s[round] = now_s() - start_s;
    }
    qsort(took_s, ROUNDS, sizeof *took_s, compare_doubles);
    double bytes = (double)path->bytes.size * RECORDS, median_s = took_s[ROUNDS / 2];
    printf("{\"bench\": \"%s %s\", \"record_bytes\": %zu, \"records_per_s\": %.0f, "
           "\"megabytes_per_s\": {\"median\": %.0f, \"min\": %.0f, \"max\": %.0f}}\n",
           path->name, what, path->bytes.size, RECORDS / median_s, bytes / median_s * 1e-6,
           bytes / took_s[ROUNDS - 1] * 1e-6, bytes / took_s[0] * 1e-6);
    strbuf_done(&out);
    arena_destroy(arena);
}

static void measure_both(struct path *path)
{
    binary_write(path, &path->bytes, NULL);
    measure("avro write", path, binary_write);
    measure("avro read", path, binary_read);
    struct strview schema = avro_embedded_schema_of(path->type);
    if (schema.data) {
        struct error err = {0};
        must(avro_mapping_create(path->type, schema, schema, &path->mapping, &err), &err);
        measure("avro read by the writer's schema", path, mapping_read);
        avro_mapping_destroy(path->mapping);
    }
    strbuf_clear(&path->bytes);
    json_write(path, &path->bytes, NULL);
    measure("json write", path, json_write);
    measure("json read", path, json_read);
    strbuf_done(&path->bytes);
}

/* Whole files, written and read from the page cache. */
static void measure_file(struct prediction *prediction, enum avro_container_codec codec)
{
    enum { FILE_RECORDS = 20000 };
    char path[] = "/tmp/codec_bench_XXXXXX";
    struct arena *arena = arena_create(1 << 16, 0);
    struct avro_container_writer *writer = NULL;
    struct avro_container_reader *reader = NULL;
    struct error err = {0};
    enum status status;
    struct prediction read;
    int fd = mkstemp(path);
    if (fd < 0)
        exit(1);
    close(fd);
    double start_s = now_s();
    must(avro_container_create(path, &prediction_type, codec, &writer, &err), &err);
    for (int64_t i = 0; i < FILE_RECORDS; i++) {
        prediction->turn = i;
        must(avro_container_append(writer, prediction, &err), &err);
    }
    must(avro_container_commit(writer, &err), &err);
    avro_container_writer_destroy(writer);
    double written_s = now_s();
    must(avro_container_open(path, &prediction_type, &reader, &err), &err);
    while (avro_container_next(reader, &read, arena, &status, &err))
        arena_reset(arena);
    must(status, &err);
    avro_container_reader_destroy(reader);
    double read_s = now_s();
    printf("{\"bench\": \"file of predictions, %s\", \"records\": %d, \"written_per_s\": %.0f, "
           "\"read_per_s\": %.0f}\n",
           codec == AVRO_CONTAINER_DEFLATE ? "deflate" : "plain", FILE_RECORDS,
           FILE_RECORDS / (written_s - start_s), FILE_RECORDS / (read_s - written_s));
    unlink(path);
    arena_destroy(arena);
}

int main(void)
{
    struct arena *arena = arena_create(1 << 16, 0);
    struct error err = {0};
    struct event event;
    must(json_record_decode_event(strview_of(user_turn_json), &event, arena, NULL, &err), &err);
    measure_both(&(struct path){"user turn", &event_envelope_type, &event, {0}, NULL});

    enum { TURNS = 6 };
    struct prediction *predictions = arena_array(arena, TURNS, sizeof *predictions);
    for (int i = 0; i < TURNS; i++)
        must(json_record_decode(&prediction_type, strview_of(prediction_json), &predictions[i],
                                arena, NULL, &err),
             &err);
    measure_both(&(struct path){"prediction", &prediction_type, predictions, {0}, NULL});

    struct trial trial;
    record_init(&trial_type, &trial);
    trial.ordinal = trial.candidate = trial.repeat = 0;
    trial.id = trial.conversation_id = strview_of("0123456789abcdef");
    trial.predictions = (struct record_list){predictions, TURNS};
    measure_both(&(struct path){"trial of 6 turns", &trial_type, &trial, {0}, NULL});

    measure_file(predictions, AVRO_CONTAINER_PLAIN);
    measure_file(predictions, AVRO_CONTAINER_DEFLATE);

    static char words[16384];
    memset(words, 'x', sizeof words);
    predictions[0].output->response = (struct strview){words, sizeof words};
    measure_both(
        &(struct path){"prediction with 16 kB of text", &prediction_type, predictions, {0}, NULL});
    arena_destroy(arena);
    return 0;
}
