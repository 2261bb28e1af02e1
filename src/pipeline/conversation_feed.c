/*
 * conversation_feed.c: source -> events -> conversations -> joined with gold. Lines are decoded by
 * the OpenMP team, everything else happens in order on main, so ordinals do not depend on threads.
 */
#include "base/hash.h"
#include "base/memory.h"
#include "codec/binary_record.h"
#include "ingest/conversation_filter.h"
#include "ingest/record_file.h"
#include "pipeline/conversation_stream.h"
#include "pipeline/lane_private.h"
#include "score/conversation_measure.h"

#include <omp.h>

#include <stdio.h>

enum {
    BATCH_LINES = 2048,
    BATCH_BYTES = 2 << 20,
    DECODE_ARENA_BYTES = 256 * 1024,
    GOLD_ARENA_BYTES = 8 * 1024,
};

struct conversation_feed {
    struct session *session;
    struct line_reader *lines; /* NULL: an Avro file */
    struct record_file *avro;
    struct line_batch batch;
    struct decoded_event *decoded; /* BATCH_LINES of them */
    struct arena **arenas;         /* one a thread, reset with each batch */
    struct conversation_table *table;
    uint64_t unknown_keys;
    bool source_ended, finished;
    uint64_t handed_out;
    struct strbuf payload;
};

void active_conversation_destroy(struct active_conversation *active)
{
    if (!active)
        return;
    conversation_destroy(active->conversation);
    arena_destroy(active->gold_arena);
    memory_free(active);
}

void conversation_feed_close(struct conversation_feed *feed)
{
    if (!feed)
        return;
    for (int i = 0; feed->arenas && i < feed->session->thread_count; i++)
        arena_destroy(feed->arenas[i]);
    memory_free(feed->arenas);
    memory_free(feed->decoded);
    struct conversation *left;
    while (feed->table && (left = conversation_table_take(feed->table)))
        conversation_destroy(left);
    conversation_table_destroy(feed->table);
    line_batch_done(&feed->batch);
    line_reader_close(feed->lines);
    record_file_close(feed->avro);
    strbuf_done(&feed->payload);
    memory_free(feed);
}

enum status conversation_feed_open(struct session *session, struct conversation_feed **ret_feed,
                                   struct error *err)
{
    CLEANUP(conversation_feed_cleanup) struct conversation_feed *feed = memory_alloc(sizeof *feed);
    if (!feed)
        return error_no_memory(err);
    feed->session = session;
    if (session->options.pipeline->source.kafka && !session->options.stream) {
        enum status status = error_set(err, STATUS_CONFIG, "a topic is read by a run only");
        error_fix(err, "For an estimate, name a file of events under `source.events`.");
        return status;
    }
    if (session->options.stream) {
        *ret_feed = TAKE(feed);
        return STATUS_OK;
    }
    feed->decoded = memory_alloc(BATCH_LINES * sizeof *feed->decoded);
    feed->arenas = memory_alloc((size_t)session->thread_count * sizeof *feed->arenas);
    feed->table = conversation_table_create(&(struct conversation_table_options){0});
    if (!feed->decoded || !feed->arenas || !feed->table)
        return error_no_memory(err);
    for (int i = 0; i < session->thread_count; i++)
        if (!(feed->arenas[i] = arena_create(DECODE_ARENA_BYTES, 0)))
            return error_no_memory(err);
    const char *path = session->options.pipeline->source.events.data;
    enum status status =
        record_file_is_avro(path)
            ? record_file_open(path, &event_envelope_type, EVENT_LINE_LIMIT_BYTES, &feed->avro, err)
            : line_reader_open(path, EVENT_LINE_LIMIT_BYTES, &feed->lines, err);
    if (status == STATUS_OK)
        *ret_feed = TAKE(feed);
    return status;
}

static void decode_batch(struct conversation_feed *feed)
{
    for (int i = 0; i < feed->session->thread_count; i++)
        arena_reset(feed->arenas[i]);
#pragma omp parallel for schedule(dynamic, 32) num_threads(feed->session->thread_count)
    for (size_t i = 0; i < feed->batch.count; i++)
        event_file_decode(&feed->batch, i, feed->arenas[omp_get_thread_num()], &feed->decoded[i]);
}

static const char *source_path(const struct conversation_feed *feed)
{
    return feed->session->options.pipeline->source.events.data;
}

static void tell_unknown(struct conversation_feed *feed, const struct decoded_event *decoded,
                         uint64_t line)
{
    if (feed->unknown_keys++ > 0) /* told once: a newer writer has it on every line */
        return;
    struct error fault = {0};
    error_set(&fault, STATUS_DATA, "unknown key %s is left out (told once)",
              decoded->unknown.first_pointer);
    error_where(&fault, "%s:%llu", source_path(feed), (unsigned long long)line);
    if (decoded->unknown.nearest)
        error_fix(&fault, "Did you mean '%s'?", decoded->unknown.nearest);
    session_fault(feed->session, &fault);
}

static const char *fix_of(enum skip_reason skip)
{
    switch (skip) {
    case SKIP_OUTSIDE_CONVERSATION:
        return "No ConversationStarted of its id is open before it: look for that event.";
    case SKIP_DUPLICATE_EVENT:
        return "Its sequence number was there already: number the events of a conversation.";
    case SKIP_DUPLICATE_CONVERSATION:
        return "The id was used before in this file: give each conversation its own.";
    case SKIP_TOO_LONG:
        return "A conversation has at most 10,000 events and 4 MiB: do two share an id?";
    case SKIP_NONE:
    case SKIP_NO_CONSENT:
    case SKIP_NO_USER_TURN:
    case SKIP_FILTERED:
    case SKIP_OPEN_AT_END:
    case SKIP_TOMBSTONE:
    case SKIP_REASON_COUNT:
        break;
    }
    return "";
}

/* A run counts what it skips; a check tells it too. */
static void tell_skip(struct conversation_feed *feed, struct strview conversation_id,
                      enum skip_reason skip, uint64_t number)
{
    struct error fault = {0};
    if (!feed->session->options.tells_skips)
        return;
    error_set(&fault, STATUS_DATA, "the event of '%.*s' would be skipped: %s",
              STRVIEW_ARG(conversation_id), skip_reason_name(skip));
    error_where(&fault, feed->avro ? "%s: record %llu" : "%s:%llu", source_path(feed),
                (unsigned long long)number);
    error_fix(&fault, "%s", fix_of(skip));
    session_fault(feed->session, &fault);
}

static enum status add_event(struct conversation_feed *feed, const struct event *event,
                             uint64_t number, struct error *err)
{
    enum skip_reason skip;
    enum status status = conversation_table_add(feed->table, event, &skip, err);
    if (status != STATUS_OK || skip == SKIP_NONE)
        return status;
    feed->session->accounts.skipped[skip]++;
    tell_skip(feed, event->conversation_id, skip, number);
    return STATUS_OK;
}

static enum status take_event(struct conversation_feed *feed, struct decoded_event *decoded,
                              uint64_t line, struct error *err)
{
    struct run_accounts *accounts = &feed->session->accounts;
    accounts->events_consumed++;
    if (!decoded->valid) {
        if (decoded->error.status == STATUS_NO_MEMORY)
            return error_no_memory(err);
        accounts->events_invalid++;
        error_where(&decoded->error, "%s:%llu", source_path(feed), (unsigned long long)line);
        session_fault(feed->session, &decoded->error);
        return STATUS_OK;
    }
    if (decoded->unknown.count)
        tell_unknown(feed, decoded, line);
    return add_event(feed, &decoded->event, line, err);
}

/* What a damaged block took along counts as invalid: nothing that was read is lost from the sums.
 */
static enum status take_record(struct conversation_feed *feed, const struct event *event,
                               const struct record_read *read, struct error *err)
{
    struct run_accounts *accounts = &feed->session->accounts;
    accounts->events_consumed += read->records;
    if (read->valid)
        return add_event(feed, event, read->number, err);
    accounts->events_invalid += read->records;
    session_fault(feed->session, &read->fault);
    return STATUS_OK;
}

static enum status end_source(struct conversation_feed *feed, struct error *err)
{
    feed->source_ended = true;
    if (feed->session->accounts.events_consumed == 0) {
        struct error fault = {0};
        error_set(&fault, STATUS_DATA, "the file holds no event");
        error_where(&fault, "%s", source_path(feed));
        session_fault(feed->session, &fault);
    }
    return conversation_table_finish(feed->table, err);
}

/* One batch of an Avro file. */
static enum status fill_from_avro(struct conversation_feed *feed, struct error *err)
{
    enum status status = STATUS_OK;
    struct event event;
    struct record_read read;
    size_t count = 0;
    while (count < BATCH_LINES && status == STATUS_OK &&
           record_file_next(feed->avro, &event, feed->arenas[0], &read, &status, err)) {
        status = take_record(feed, &event, &read, err);
        arena_reset(feed->arenas[0]);
        count++;
    }
    return status == STATUS_OK && count == 0 ? end_source(feed, err) : status;
}

static enum status fill(struct conversation_feed *feed, struct error *err)
{
    if (feed->avro)
        return fill_from_avro(feed, err);
    enum status status = line_batch_read(&feed->batch, feed->lines, BATCH_LINES, BATCH_BYTES, err);
    if (status != STATUS_OK)
        return status;
    if (feed->batch.count == 0)
        return end_source(feed, err);
    decode_batch(feed);
    for (size_t i = 0; i < feed->batch.count && status == STATUS_OK; i++)
        status = take_event(feed, &feed->decoded[i], feed->batch.lines[i].number, err);
    return status;
}

/* Gold belongs to other words when the hash of any turn's text differs, or when it has not the same
 * number of turns. `what` says which. */
static bool is_mismatch(const struct conversation *conversation,
                        const struct gold_conversation *gold, struct error *what)
{
    const struct gold_turn *turns = gold->turns.items;
    if (gold->turns.count != conversation->turn_count) {
        error_set(what, STATUS_DATA, "conversation '%.*s' has %zu user turns, its gold %zu",
                  STRVIEW_ARG(conversation->id), conversation->turn_count, gold->turns.count);
        return true;
    }
    for (size_t i = 0; i < gold->turns.count; i++) {
        char hex[SHA256_HEX_SIZE];
        struct strview text = conversation->turns[i].user->text;
        if (!turns[i].text_sha256.data)
            continue;
        sha256_hex(text.data, text.size, hex);
        if (strview_is(turns[i].text_sha256, hex))
            continue;
        error_set(what, STATUS_DATA,
                  "gold of conversation '%.*s' belongs to other words: turn %zu has another text",
                  STRVIEW_ARG(conversation->id), i);
        return true;
    }
    return false;
}

static void tell_mismatch(struct session *session, struct strview conversation_id,
                          struct error *fault)
{
    char place[sizeof fault->where];
    if (session->accounts.fault_count <
        RUN_FAULTS_KEPT) { /* the place costs a look into the file */
        gold_index_place(session->gold, conversation_id, place, sizeof place);
        error_where(fault, "%s", place);
    }
    error_fix(fault, "Its turns or their text_sha256 differ from the events: label it anew.");
    session_fault(session, fault);
}

static enum status join_gold(struct session *session, struct active_conversation *active,
                             enum gold_status *ret_status, struct error *err)
{
    *ret_status = GOLD_NONE;
    if (!session->gold)
        return STATUS_OK;
    active->gold_arena = arena_create(GOLD_ARENA_BYTES, 0);
    if (!active->gold_arena)
        return error_no_memory(err);
    enum status status = gold_index_find(session->gold, active->conversation->id,
                                         active->gold_arena, &active->gold, err);
    if (status != STATUS_OK || !active->gold)
        return status;
    *ret_status = GOLD_JOINED;
    struct error fault = {0};
    if (is_mismatch(active->conversation, active->gold, &fault)) {
        *ret_status = GOLD_MISMATCH;
        tell_mismatch(session, active->conversation->id, &fault);
        active->gold = NULL;
    }
    return STATUS_OK;
}

static enum status find_zone(struct session *session, struct active_conversation *active,
                             struct error *err)
{
    struct strview fallback = session->options.pipeline->task->time_zone;
    struct strview name = conversation_time_zone(active->conversation, fallback);
    struct error fault = {0};
    enum status status = time_zone_cache_find(session->zones, name, &active->zone, &fault);
    if (status == STATUS_OK)
        return STATUS_OK;
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    error_where(&fault, "conversation '%.*s'", STRVIEW_ARG(active->conversation->id));
    session_fault(session, &fault);
    return time_zone_cache_find(session->zones, fallback, &active->zone, err);
}

static enum status journal_facts(struct conversation_feed *feed, struct active_conversation *active,
                                 enum gold_status gold_status, struct error *err)
{
    struct session *session = feed->session;
    struct conversation *conversation = active->conversation;
    uint64_t ordinal = (uint64_t)conversation->ordinal, offset;
    if (session->options.is_dry || offset_column_get(&session->facts, ordinal))
        return STATUS_OK;
    struct conversation_facts facts;
    enum status status =
        conversation_measure(conversation, session->options.pipeline->task, active->gold,
                             gold_status, conversation->arena, &facts, err);
    strbuf_clear(&feed->payload);
    if (status == STATUS_OK)
        status = binary_record_encode(&conversation_facts_type, &facts, &feed->payload, err);
    struct conversation_stream *stream = session->options.stream;
    if (status == STATUS_OK && stream)
        return stream->kind->facts(stream, conversation, strbuf_view(&feed->payload), err);
    if (status == STATUS_OK)
        status = journal_log_append(session->journal, JOURNAL_FACTS, ordinal,
                                    strbuf_view(&feed->payload), &offset, err);
    if (status == STATUS_OK && !offset_column_set(&session->facts, ordinal, offset))
        status = error_no_memory(err);
    return status;
}

/* Why a whole conversation is not replayed; its events are counted under the reason. */
static enum skip_reason whole_skip(const struct conversation *conversation)
{
    const struct conversation_started *started = conversation->started;
    if (started && started->consent && started->consent->evaluation == 0)
        return SKIP_NO_CONSENT;
    return conversation->turn_count == 0 ? SKIP_NO_USER_TURN : SKIP_NONE;
}

/* *ret_active stays NULL when the pipeline's filter leaves the conversation out. */
static enum status activate(struct conversation_feed *feed, struct conversation *conversation,
                            struct active_conversation **ret_active, struct error *err)
{
    struct session *session = feed->session;
    struct run_accounts *accounts = &session->accounts;
    struct active_conversation *active = memory_alloc(sizeof *active);
    if (!active) {
        conversation_destroy(conversation);
        return error_no_memory(err);
    }
    active->conversation = conversation;
    active->stream = session->options.stream;
    const struct source_spec *source = &session->options.pipeline->source;
    enum gold_status gold_status;
    enum status status = join_gold(session, active, &gold_status, err);
    if (status == STATUS_OK && !conversation_filter_matches(source->filters, source->filter_count,
                                                            conversation, active->gold)) {
        if (active->stream)
            active->stream->kind->finished(active->stream, conversation, SKIP_FILTERED);
        else
            accounts->skipped[SKIP_FILTERED] += conversation->event_count;
        active_conversation_destroy(active);
        return STATUS_OK;
    }
    conversation->ordinal = (int64_t)feed->handed_out++;
    if (status == STATUS_OK)
        status = find_zone(session, active, err);
    if (status == STATUS_OK)
        status = journal_facts(feed, active, gold_status, err);
    if (status != STATUS_OK) {
        active_conversation_destroy(active);
        return status;
    }
    accounts->conversations++;
    accounts->with_gold += gold_status == GOLD_JOINED;
    accounts->no_gold += gold_status == GOLD_NONE;
    accounts->gold_mismatch += gold_status == GOLD_MISMATCH;
    accounts->events_in_conversations += conversation->event_count;
    *ret_active = active;
    return STATUS_OK;
}

static bool is_limit_reached(const struct conversation_feed *feed)
{
    int64_t limit = feed->session->options.conversation_limit;
    return limit > 0 && feed->handed_out >= (uint64_t)limit;
}

/* What was read beyond --limit is accounted for too. */
static void drop_rest(struct conversation_feed *feed, struct conversation *conversation)
{
    feed->session->accounts.skipped[SKIP_FILTERED] += conversation->event_count;
    conversation_destroy(conversation);
}

/* The next conversation, or NULL; what was found twice in it is counted. */
static struct conversation *take_sealed(struct conversation_feed *feed)
{
    struct conversation *conversation = conversation_table_take(feed->table);
    uint64_t twice = conversation_table_take_duplicates(feed->table);
    feed->session->accounts.skipped[SKIP_DUPLICATE_EVENT] += twice;
    if (twice && conversation && feed->session->options.tells_skips) {
        struct error fault = {0};
        error_set(&fault, STATUS_DATA,
                  "%llu events would be skipped, whose sequence number is there already: in '%.*s' "
                  "or sealed with it",
                  (unsigned long long)twice, STRVIEW_ARG(conversation->id));
        error_where(&fault, "%s", source_path(feed));
        session_fault(feed->session, &fault);
    }
    return conversation;
}

/* For a check, gold of a conversation that is left out fits one all the same. */
static enum status skip_whole(struct conversation_feed *feed, struct conversation *conversation,
                              enum skip_reason skip, struct error *err)
{
    struct session *session = feed->session;
    struct gold_conversation *gold;
    enum status status = STATUS_OK;
    session->accounts.skipped[skip] += conversation->event_count;
    if (session->options.tells_skips && skip == SKIP_NO_USER_TURN) {
        struct error fault = {0};
        error_set(&fault, STATUS_DATA, "conversation '%.*s' would be skipped: no caller's turn",
                  STRVIEW_ARG(conversation->id));
        error_where(&fault, "%s", source_path(feed));
        session_fault(session, &fault);
    }
    if (session->options.tells_skips && session->gold)
        status = gold_index_find(session->gold, conversation->id, conversation->arena, &gold, err);
    conversation_destroy(conversation);
    return status;
}

bool conversation_feed_has_ended(const struct conversation_feed *feed)
{
    return feed->finished;
}

static enum status next_of_stream(struct conversation_feed *feed, bool may_wait,
                                  struct active_conversation **ret_active, struct error *err)
{
    struct conversation_stream *stream = feed->session->options.stream;
    struct conversation *conversation = NULL;
    while (!feed->finished) {
        enum status status =
            stream->kind->next(stream, may_wait, &conversation, &feed->finished, err);
        if (status != STATUS_OK || !conversation)
            return status;
        enum skip_reason skip = whole_skip(conversation);
        if (skip == SKIP_NONE) {
            status = activate(feed, conversation, ret_active, err);
            if (status != STATUS_OK || *ret_active)
                return status;
            continue;
        }
        stream->kind->finished(stream, conversation, skip);
        conversation_destroy(conversation);
    }
    return STATUS_OK;
}

enum status conversation_feed_next(struct conversation_feed *feed, bool may_wait,
                                   struct active_conversation **ret_active, struct error *err)
{
    if (feed->session->options.stream) {
        *ret_active = NULL;
        return next_of_stream(feed, may_wait, ret_active, err);
    }
    struct run_accounts *accounts = &feed->session->accounts;
    *ret_active = NULL;
    while (!feed->finished) {
        struct conversation *conversation = take_sealed(feed);
        if (!conversation && (feed->source_ended || is_limit_reached(feed))) {
            if (!feed->source_ended) { /* --limit: what is open was read and is not used */
                enum status status = conversation_table_finish(feed->table, err);
                feed->source_ended = true;
                if (status != STATUS_OK)
                    return status;
                continue;
            }
            feed->finished = accounts->complete = true;
            return STATUS_OK;
        }
        if (!conversation) {
            enum status status = fill(feed, err);
            if (status != STATUS_OK)
                return status;
            continue;
        }
        enum skip_reason skip = whole_skip(conversation);
        if (is_limit_reached(feed)) {
            drop_rest(feed, conversation);
        } else if (skip != SKIP_NONE) {
            enum status status = skip_whole(feed, conversation, skip, err);
            if (status != STATUS_OK)
                return status;
        } else {
            enum status status = activate(feed, conversation, ret_active, err);
            if (status != STATUS_OK || *ret_active)
                return status;
        }
    }
    return STATUS_OK;
}
