/*
 * stream_output.c: results, accounting and dead letters as records. A conversation's results wait
 * with it until it is finished; then they go to its partition's list, which waits for the
 * transaction. Thread: the stream's.
 */
#include "base/hash.h"
#include "base/memory.h"
#include "codec/avro_embedded.h"
#include "codec/binary_record.h"
#include "record/score_row.h"
#include "worker/journal_message.h"
#include "worker/stream_private.h"

#include <stdio.h>

enum {
    RECORD_SPARE_BYTES = 4096, /* of key and headers */
    DEAD_LETTER_BYTES = 900000,
    FAULTS_KEPT = 50,
    OWN_HEADERS = 14
};

static struct stream_partition *owner_of(struct kafka_stream *stream,
                                         const struct log_conversation *log)
{
    return kafka_stream_partition_of(stream, partition_table_partition(log->table));
}

static void name_key(struct kafka_stream *stream, int32_t partition, int64_t offset)
{
    strbuf_clear(&stream->key);
    strbuf_add_format(&stream->key, "%s/%d/%lld", stream->options.plan->run_id, partition,
                      (long long)offset);
}

/* Key and value of the stream's buffers, with what tells run and experiment. */
static void add_record(struct kafka_stream *stream, enum run_topic topic, struct strbuf *list)
{
    const struct run_plan *plan = stream->options.plan;
    const struct kafka_header headers[] = {{"run_id", strview_of(plan->run_id)},
                                           {"experiment", strview_of(plan->experiment)}};
    struct kafka_record record = {.key = strbuf_view(&stream->key),
                                  .value = strbuf_view(&stream->value),
                                  .headers = headers,
                                  .header_count = 2};
    output_list_add(list, topic, &record);
    strbuf_fail_with(list, &stream->key);
    strbuf_fail_with(list, &stream->value);
}

static struct json_write begin_message(struct kafka_stream *stream, enum journal_letter letter)
{
    strbuf_clear(&stream->value);
    strbuf_add_char(&stream->value, (char)letter);
    struct json_write writer = {.out = &stream->value};
    json_write_begin_object(&writer);
    return writer;
}

static void end_message(struct json_write *writer)
{
    json_write_end_object(writer);
    strbuf_add_char(writer->out, '\n');
}

enum status stream_output_facts(struct kafka_stream *stream, struct log_conversation *log,
                                struct strview payload, struct error *err)
{
    (void)stream;
    strbuf_clear(&log->results);
    strbuf_add_view(&log->results, payload);
    log->facts_size = log->results.size;
    return log->results.failed ? error_no_memory(err) : STATUS_OK;
}

static size_t largest(const struct kafka_stream *stream)
{
    return kafka_producer_largest(stream->producer) - RECORD_SPARE_BYTES;
}

static void add_result(struct kafka_stream *stream, struct log_conversation *log,
                       const struct trial *trial, struct strview payload)
{
    int32_t partition = partition_table_partition(log->table);
    name_key(stream, partition, log->first_offset);
    struct json_write writer = begin_message(stream, JOURNAL_RESULT);
    json_write_key_i64(&writer, "partition", partition);
    json_write_key_i64(&writer, "first_offset", log->first_offset);
    json_write_key_i64(&writer, "candidate", trial->candidate);
    json_write_key_i64(&writer, "repeat", trial->repeat);
    end_message(&writer);
    strbuf_add_view(&stream->value, payload);
    add_record(stream, RUN_TOPIC_JOURNAL, &log->results);
}

/* For others: what is too large for a record is left out of these topics; the journal has it. */
struct public_row {
    enum run_topic topic;
    const struct record_type *type;
    const void *row;
    uint32_t schema;
};

static enum status add_public(struct kafka_stream *stream, struct log_conversation *log,
                              const struct trial *trial, const struct public_row *row,
                              struct error *err)
{
    strbuf_clear(&stream->key);
    strbuf_add_view(&stream->key, trial->id);
    strbuf_clear(&stream->value);
    if (stream->registry) {
        char frame[SCHEMA_REGISTRY_FRAME_BYTES];
        schema_registry_frame(row->schema, frame);
        strbuf_add(&stream->value, frame, sizeof frame);
    }
    enum status status = binary_record_encode(row->type, row->row, &stream->value, err);
    if (status == STATUS_OK && stream->value.size <= largest(stream))
        add_record(stream, row->topic, &log->results);
    return status;
}

/* The journal's record must go through: without its predictions, then without its turns' scores. */
static enum status fit(struct kafka_stream *stream, const struct trial *trial,
                       struct strview *payload, struct error *err)
{
    struct trial smaller = *trial;
    struct trial_score score = {0};
    enum status status = STATUS_OK;
    for (int step = 0; status == STATUS_OK && payload->size > largest(stream) && step < 2; step++) {
        smaller.predictions.count = 0;
        if (step == 1 && trial->score) {
            score = *trial->score;
            score.turns.count = 0;
            smaller.score = &score;
        }
        strbuf_clear(&stream->note);
        status = binary_record_encode(&trial_type, &smaller, &stream->note, err);
        *payload = strbuf_view(&stream->note);
    }
    if (status == STATUS_OK && payload->size > largest(stream))
        status = error_set(err, STATUS_LIMIT, "the result of trial '%.*s' is too large",
                           STRVIEW_ARG(trial->id));
    return status;
}

enum status stream_output_trial(struct kafka_stream *stream, struct log_conversation *log,
                                const struct trial *trial, struct strview payload,
                                struct error *err)
{
    const struct pipeline_spec *pipeline = stream->options.pipeline;
    struct strview candidate = pipeline->candidates[trial->candidate].name;
    struct score_row row;
    enum status status = fit(stream, trial, &payload, err);
    if (status != STATUS_OK)
        return status;
    add_result(stream, log, trial, payload);
    struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; status == STATUS_OK && i < trial->predictions.count; i++) {
        struct prediction shown = predictions[i];
        shown.candidate = candidate;
        shown.trial = trial->id;
        status = add_public(stream, log, trial,
                            &(struct public_row){RUN_TOPIC_PREDICTIONS, &prediction_type, &shown,
                                                 stream->prediction_schema},
                            err);
    }
    arena_reset(stream->scratch);
    if (status == STATUS_OK && !score_row_of_trial(trial, candidate, stream->scratch, &row))
        return error_no_memory(err);
    if (status == STATUS_OK)
        status = add_public(
            stream, log, trial,
            &(struct public_row){RUN_TOPIC_SCORES, &score_row_type, &row, stream->score_schema},
            err);
    return status == STATUS_OK && log->results.failed ? error_no_memory(err) : status;
}

static void write_fault(struct json_write *writer, const char *where, const char *what,
                        const char *fix)
{
    json_write_begin_object(writer);
    json_write_key_text(writer, "where", strview_of(where));
    json_write_key_text(writer, "what", strview_of(what));
    json_write_key_text(writer, "fix", strview_of(fix));
    json_write_end_object(writer);
}

/* What the session told since the last conversation goes with this one. */
static void write_faults(struct kafka_stream *stream, struct json_write *writer)
{
    struct run_accounts *accounts = &stream->session->accounts;
    json_write_key_i64(writer, "faults_total", (int64_t)accounts->faults_total);
    json_write_key(writer, strview_of("faults"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < accounts->fault_count; i++)
        write_fault(writer, accounts->faults[i].where, accounts->faults[i].what,
                    accounts->faults[i].fix);
    json_write_end_array(writer);
    accounts->fault_count = 0;
    accounts->faults_total = 0;
}

enum status stream_output_finished(struct kafka_stream *stream, struct log_conversation *log,
                                   const struct conversation *conversation, enum skip_reason skip,
                                   struct error *err)
{
    struct stream_partition *partition = owner_of(stream, log);
    struct strview results = strbuf_view(&log->results);
    name_key(stream, partition->plan->partition, log->first_offset);
    struct json_write writer = begin_message(stream, JOURNAL_CONVERSATION);
    json_write_key_i64(&writer, "partition", partition->plan->partition);
    json_write_key_i64(&writer, "first_offset", log->first_offset);
    json_write_key_i64(&writer, "records", log->records);
    json_write_key_i64(&writer, "events", log->events);
    json_write_key_i64(&writer, "duplicates", log->duplicates);
    json_write_key_i64(&writer, "start_ns", log->start_ns);
    json_write_key_text(&writer, "id", conversation->id);
    json_write_key_text(&writer, "skip", strview_of(skip_reason_name(skip)));
    write_faults(stream, &writer);
    end_message(&writer);
    strbuf_add(&stream->value, results.data, log->facts_size);
    add_record(stream, RUN_TOPIC_JOURNAL, &partition->pending);
    strbuf_add(&partition->pending, results.data + log->facts_size, results.size - log->facts_size);
    return partition->pending.failed || log->results.failed ? error_no_memory(err) : STATUS_OK;
}

enum status stream_output_accounting(struct kafka_stream *stream,
                                     struct stream_partition *partition, struct strbuf *list,
                                     struct error *err)
{
    name_key(stream, partition->plan->partition, partition->accounted);
    struct json_write writer = begin_message(stream, JOURNAL_ACCOUNTING);
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"partition", partition->plan->partition},
                   {"from", partition->accounted},
                   {"to", partition->read},
                   {"consumed", (int64_t)partition->consumed},
                   {"taken", (int64_t)partition->taken},
                   {"outside", (int64_t)partition->outside},
                   {"tombstones", (int64_t)partition->tombstones},
                   {"feedback", (int64_t)partition->feedback},
                   {"dead", (int64_t)partition->dead}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_write_key_i64(&writer, numbers[i].name, numbers[i].value);
    json_write_key(&writer, strview_of("faults"));
    json_write_begin_array(&writer);
    json_write_raw(&writer, strbuf_view(&partition->faults));
    json_write_end_array(&writer);
    end_message(&writer);
    add_record(stream, RUN_TOPIC_JOURNAL, list);
    return list->failed || partition->faults.failed ? error_no_memory(err) : STATUS_OK;
}

enum status stream_output_feedback(struct kafka_stream *stream, struct stream_partition *partition,
                                   const struct kafka_record *record, const struct event *event,
                                   struct error *err)
{
    name_key(stream, record->partition, record->offset);
    struct json_write writer = begin_message(stream, JOURNAL_FEEDBACK);
    json_write_key_i64(&writer, "partition", record->partition);
    json_write_key_i64(&writer, "offset", record->offset);
    json_write_key_text(&writer, "id", event->conversation_id);
    end_message(&writer);
    struct json_write body = {.out = &stream->value};
    json_record_encode_event(event, &body);
    add_record(stream, RUN_TOPIC_JOURNAL, &partition->pending);
    return partition->pending.failed ? error_no_memory(err) : STATUS_OK;
}

/* The headers that Kafka Connect gives a dead letter, behind those that came with it. */
static size_t dead_letter_headers(struct kafka_stream *stream, const struct kafka_record *record,
                                  const struct error *why, char texts[3][SHA256_HEX_SIZE],
                                  struct kafka_header *headers)
{
    size_t count = 0, room = KAFKA_RECORD_HEADERS - OWN_HEADERS;
    for (size_t i = 0; i < record->header_count && i < room; i++)
        headers[count++] = record->headers[i];
    snprintf(texts[0], SHA256_HEX_SIZE, "%d", record->partition);
    snprintf(texts[1], SHA256_HEX_SIZE, "%lld", (long long)record->offset);
    snprintf(texts[2], SHA256_HEX_SIZE, "%zu", record->value.size);
    const struct {
        const char *name, *value;
    } own[] = {{"__connect.errors.topic", stream->options.plan->topic},
               {"__connect.errors.partition", texts[0]},
               {"__connect.errors.offset", texts[1]},
               {"__connect.errors.connector.name", stream->options.plan->group},
               {"__connect.errors.task.id", stream->options.slot},
               {"__connect.errors.stage", "VALUE_CONVERTER"},
               {"__connect.errors.class.name", "assay"},
               {"__connect.errors.exception.class.name", status_name(why->status)},
               {"__connect.errors.exception.message", why->what},
               {"run_id", stream->options.plan->run_id}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        headers[count++] = (struct kafka_header){own[i].name, strview_of(own[i].value)};
    if (record->value.size > DEAD_LETTER_BYTES) {
        headers[count++] = (struct kafka_header){"assay.truncated", strview_of("true")};
        headers[count++] = (struct kafka_header){"assay.size", strview_of(texts[2])};
    }
    return count;
}

static void keep_fault(struct kafka_stream *stream, struct stream_partition *partition,
                       const struct kafka_record *record, const struct error *why)
{
    char where[320];
    if (partition->dead > FAULTS_KEPT)
        return;
    snprintf(where, sizeof where, "'%s'[%d]@%lld", stream->options.plan->topic, record->partition,
             (long long)record->offset);
    if (partition->faults.size)
        strbuf_add_text(&partition->faults, ", ");
    struct json_write writer = {.out = &partition->faults};
    write_fault(&writer, where, why->what, why->fix);
}

enum status stream_output_dead_letter(struct kafka_stream *stream,
                                      struct stream_partition *partition,
                                      const struct kafka_record *record, const struct error *why,
                                      struct error *err)
{
    char texts[3][SHA256_HEX_SIZE], hash[SHA256_HEX_SIZE];
    struct kafka_header headers[KAFKA_RECORD_HEADERS];
    struct kafka_record letter = {.key = record->key, .value = record->value, .headers = headers};
    letter.header_count = dead_letter_headers(stream, record, why, texts, headers);
    if (letter.value.size > DEAD_LETTER_BYTES) {
        sha256_hex(record->value.data, record->value.size, hash);
        headers[letter.header_count++] = (struct kafka_header){"assay.sha256", strview_of(hash)};
        letter.value.size = DEAD_LETTER_BYTES;
    }
    output_list_add(&partition->pending, RUN_TOPIC_DEAD_LETTER, &letter);
    keep_fault(stream, partition, record, why);
    return partition->pending.failed ? error_no_memory(err) : STATUS_OK;
}

enum status stream_output_register(struct kafka_stream *stream, struct error *err)
{
    const struct {
        enum run_topic topic;
        const struct record_type *type;
        uint32_t *id;
    } schemas[] = {{RUN_TOPIC_PREDICTIONS, &prediction_type, &stream->prediction_schema},
                   {RUN_TOPIC_SCORES, &score_row_type, &stream->score_schema}};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas && status == STATUS_OK; i++) {
        char subject[300];
        snprintf(subject, sizeof subject, "%s-value",
                 stream->options.topics->names[schemas[i].topic]);
        status =
            schema_registry_register(stream->registry, subject,
                                     avro_embedded_schema_of(schemas[i].type), schemas[i].id, err);
    }
    return status;
}
