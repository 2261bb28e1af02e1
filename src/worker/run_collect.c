/*
 * run_collect.c: two passes. First the topic is read and its payloads are put into a spool in the
 * order in which they come; then they are copied into the journal in canonical order. Memory: some
 * 150 bytes a conversation and 8 a trial.
 */
#include "worker/run_collect.h"

#include "base/civil_time.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "codec/binary_record.h"
#include "pipeline/run.h"
#include "worker/collect_private.h"
#include "worker/journal_message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum status does_not_add_up(const char *what, int64_t partition, int64_t offset,
                                   struct error *err)
{
    enum status status = error_set(err, STATUS_INTERNAL, "%s", what);
    error_where(err, "partition %lld, offset %lld", (long long)partition, (long long)offset);
    error_fix(err, "Please report this with the topics: the results are not to be trusted.");
    return status;
}

static uint64_t key_of(const struct journal_message *message)
{
    int64_t parts[] = {journal_message_number(message, "partition"),
                       journal_message_number(message, "first_offset")};
    return hash_64(parts, sizeof parts);
}

static enum status spool(struct collecting *collecting, struct strview payload,
                         uint64_t *ret_offset, struct error *err)
{
    return journal_log_append(collecting->spool, JOURNAL_ANSWER, 0, payload, ret_offset, err);
}

static enum skip_reason skip_of(const json_t *head)
{
    const char *name = json_string_value(json_object_get(head, "skip"));
    for (int i = 0; name && i < SKIP_REASON_COUNT; i++)
        if (strcmp(name, skip_reason_name((enum skip_reason)i)) == 0)
            return (enum skip_reason)i;
    return SKIP_NONE;
}

static enum status take_conversation(struct collecting *collecting,
                                     const struct journal_message *message, struct error *err)
{
    struct collected made = {.partition = journal_message_number(message, "partition"),
                             .first_offset = journal_message_number(message, "first_offset"),
                             .records = journal_message_number(message, "records"),
                             .events = journal_message_number(message, "events"),
                             .duplicates = journal_message_number(message, "duplicates"),
                             .start_ns = journal_message_number(message, "start_ns"),
                             .skip = skip_of(message->head)};
    const char *id = json_string_value(json_object_get(message->head, "id"));
    made.id = arena_copy_text(collecting->arena, id ? id : "");
    made.trials =
        arena_array(collecting->arena, collecting->per_conversation + 1, sizeof *made.trials);
    uint64_t there;
    if (hash_set_get(&collecting->index, key_of(message), &there))
        return does_not_add_up("a conversation was delivered twice", made.partition,
                               made.first_offset, err);
    if (!made.id || !made.trials ||
        !memory_grow(&collecting->items, &collecting->capacity, collecting->count + 1,
                     sizeof *collecting->items) ||
        !hash_set_put(&collecting->index, key_of(message), collecting->count))
        return error_no_memory(err);
    enum status status =
        message->payload.size ? spool(collecting, message->payload, &made.facts, err) : STATUS_OK;
    collecting->faults_total += (uint64_t)journal_message_number(message, "faults_total");
    if (status == STATUS_OK)
        collecting->items[collecting->count++] = made;
    return status == STATUS_OK ? collect_write_faults(collecting, message->head, made.partition,
                                                      made.first_offset, err)
                               : status;
}

static enum status take_trial(struct collecting *collecting, const struct journal_message *message,
                              struct error *err)
{
    int64_t partition = journal_message_number(message, "partition");
    int64_t offset = journal_message_number(message, "first_offset");
    uint64_t at, trial = (uint64_t)(journal_message_number(message, "candidate") *
                                        collecting->options->pipeline->repeats +
                                    journal_message_number(message, "repeat"));
    if (!hash_set_get(&collecting->index, key_of(message), &at) ||
        trial >= collecting->per_conversation)
        return does_not_add_up("a trial belongs to no conversation", partition, offset, err);
    uint64_t *place = &collecting->items[at].trials[trial];
    if (*place)
        return does_not_add_up("a trial was delivered twice", partition, offset, err);
    return spool(collecting, message->payload, place, err);
}

static enum status take_accounting(struct collecting *collecting,
                                   const struct journal_message *message, struct error *err)
{
    struct run_accounts *accounts = &collecting->accounts;
    struct accounted range = {.partition = journal_message_number(message, "partition"),
                              .from = journal_message_number(message, "from"),
                              .to = journal_message_number(message, "to")};
    uint64_t dead = (uint64_t)journal_message_number(message, "dead");
    accounts->events_consumed += (uint64_t)journal_message_number(message, "consumed");
    accounts->events_invalid += dead;
    collecting->faults_total += dead;
    accounts->skipped[SKIP_OUTSIDE_CONVERSATION] +=
        (uint64_t)journal_message_number(message, "outside");
    accounts->skipped[SKIP_TOMBSTONE] += (uint64_t)journal_message_number(message, "tombstones");
    collecting->taken += (uint64_t)journal_message_number(message, "taken");
    if (!memory_grow(&collecting->ranges, &collecting->range_capacity, collecting->range_count + 1,
                     sizeof *collecting->ranges))
        return error_no_memory(err);
    collecting->ranges[collecting->range_count++] = range;
    return collect_write_faults(collecting, message->head, range.partition, range.from, err);
}

static enum status take_feedback(struct collecting *collecting,
                                 const struct journal_message *message, struct error *err)
{
    const char *id = json_string_value(json_object_get(message->head, "id"));
    struct late_feedback late = {.partition = journal_message_number(message, "partition"),
                                 .offset = journal_message_number(message, "offset"),
                                 .id = arena_copy_text(collecting->arena, id ? id : "")};
    if (!late.id || !memory_grow(&collecting->feedback, &collecting->feedback_capacity,
                                 collecting->feedback_count + 1, sizeof *collecting->feedback))
        return error_no_memory(err);
    enum status status = spool(collecting, message->payload, &late.event, err);
    if (status == STATUS_OK)
        collecting->feedback[collecting->feedback_count++] = late;
    return status;
}

static enum status visit(void *context, const struct kafka_record *record, struct error *err)
{
    struct collecting *collecting = context;
    size_t size = strlen(collecting->options->plan->run_id);
    if (record->key.size <= size || record->key.data[size] != '/' ||
        memcmp(record->key.data, collecting->options->plan->run_id, size) != 0)
        return STATUS_OK; /* another run's */
    struct journal_message message;
    enum status status = journal_message_read(record->value, &message, err);
    if (status != STATUS_OK)
        return status;
    switch (message.letter) {
    case JOURNAL_CONVERSATION:
        status = take_conversation(collecting, &message, err);
        break;
    case JOURNAL_RESULT:
        status = take_trial(collecting, &message, err);
        break;
    case JOURNAL_ACCOUNTING:
        status = take_accounting(collecting, &message, err);
        break;
    case JOURNAL_FEEDBACK:
        status = take_feedback(collecting, &message, err);
        break;
    }
    json_decref(message.head);
    return status;
}

static enum status read_topic(struct collecting *collecting, struct error *err)
{
    const struct run_plan *plan = collecting->options->plan;
    const char *topic = collecting->options->topics->names[RUN_TOPIC_JOURNAL];
    enum status status = STATUS_OK;
    for (size_t i = 0; i < plan->journal_count && status == STATUS_OK; i++) {
        int64_t start, end;
        status =
            kafka_admin_range(collecting->options->admin, topic, (int32_t)i, &start, &end, err);
        if (status == STATUS_OK)
            status =
                kafka_admin_stable_end(collecting->options->admin, topic, (int32_t)i, &end, err);
        if (status == STATUS_OK && start > plan->journal_starts[i])
            status = error_set(err, STATUS_DATA, "results of the run have been deleted from '%s'",
                               topic);
        if (status == STATUS_OK)
            status = kafka_admin_read(
                collecting->options->admin,
                &(struct kafka_range){topic, (int32_t)i, plan->journal_starts[i], end}, visit,
                collecting, err);
    }
    return status;
}

static int by_range(const void *a, const void *b)
{
    const struct accounted *x = a, *y = b;
    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* Each partition's accounting must cover [start, end) once: this is what exactly-once means. */
static enum status check_ranges(struct collecting *collecting, struct error *err)
{
    const struct run_plan *plan = collecting->options->plan;
    if (collecting->range_count)
        qsort(collecting->ranges, collecting->range_count, sizeof *collecting->ranges, by_range);
    size_t at = 0;
    for (size_t i = 0; i < plan->partition_count; i++) {
        const struct plan_partition *partition = &plan->partitions[i];
        int64_t next = partition->start;
        for (; at < collecting->range_count &&
               collecting->ranges[at].partition == partition->partition;
             at++) {
            if (collecting->ranges[at].from != next)
                return does_not_add_up("records were accounted for twice, or not at all",
                                       partition->partition, next, err);
            next = collecting->ranges[at].to;
        }
        if (collecting->options->is_complete && next < partition->end)
            return does_not_add_up("records were not accounted for", partition->partition, next,
                                   err);
    }
    uint64_t records = 0;
    for (size_t i = 0; i < collecting->count; i++)
        records += (uint64_t)collecting->items[i].records;
    if (collecting->options->is_complete && records != collecting->taken)
        return does_not_add_up("conversations do not hold what was taken into them", -1, -1, err);
    return STATUS_OK;
}

static void done(struct collecting *collecting)
{
    journal_log_close(collecting->spool);
    journal_log_close(collecting->journal);
    memory_free(collecting->items);
    memory_free(collecting->ranges);
    memory_free(collecting->feedback);
    memory_free(collecting->faults);
    hash_set_done(&collecting->index);
    strbuf_done(&collecting->payload);
    arena_destroy(collecting->arena);
    arena_destroy(collecting->scratch);
}

static enum status open_log(struct collecting *collecting, const char *name,
                            struct journal_log **ret_log, const char **ret_path, struct error *err)
{
    const char *path = arena_format(collecting->arena, "%s/%s", collecting->options->folder, name);
    uint64_t cut;
    if (!path)
        return error_no_memory(err);
    *ret_path = path;
    unlink(path);
    return journal_log_open(&(struct journal_open){.path = path}, ret_log, &cut, err);
}

enum status run_collect(const struct run_collect_options *options, struct error *err)
{
    const struct pipeline_spec *pipeline = options->pipeline;
    struct collecting collecting = {.options = options,
                                    .arena = arena_create(64 * 1024, 0),
                                    .scratch = arena_create(64 * 1024, 0),
                                    .index = HASH_MAP,
                                    .per_conversation =
                                        pipeline->candidate_count * (size_t)pipeline->repeats};
    const char *spool_path = NULL, *journal_path = NULL;
    enum status status = collecting.arena && collecting.scratch ? STATUS_OK : error_no_memory(err);
    if (status == STATUS_OK)
        status = open_log(&collecting, "collected.log", &collecting.spool, &spool_path, err);
    if (status == STATUS_OK)
        status = open_log(&collecting, "journal.log.new", &collecting.journal, &journal_path, err);
    if (status == STATUS_OK)
        status = read_topic(&collecting, err);
    if (status == STATUS_OK)
        status = check_ranges(&collecting, err);
    if (status == STATUS_OK)
        status = collect_write(&collecting, err);
    char *final =
        collecting.arena ? arena_format(collecting.arena, "%s/journal.log", options->folder) : NULL;
    if (status == STATUS_OK && (!final || rename(journal_path, final) != 0))
        status = error_set(err, STATUS_IO, "could not write '%s/journal.log': %s", options->folder,
                           strerror(errno));
    if (spool_path)
        unlink(spool_path);
    if (status != STATUS_OK && journal_path)
        unlink(journal_path);
    done(&collecting);
    return status;
}
