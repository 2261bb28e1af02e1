/*
 * collect_write.c: canonical order, late feedback, accounts, faults. Thread: main.
 */
#include "base/civil_time.h"
#include "base/clock.h"
#include "base/json_write.h"
#include "base/memory.h"
#include "codec/binary_record.h"
#include "codec/json_record.h"
#include "pipeline/run.h"
#include "worker/collect_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_place(const void *a, const void *b)
{
    const struct placed_fault *x = a, *y = b;
    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static bool is_told(const struct collecting *collecting, const char *what)
{
    for (size_t i = 0; strstr(what, "(told once)") && i < collecting->fault_count; i++)
        if (strcmp(collecting->faults[i].fault.what, what) == 0)
            return true;
    return false;
}

static void copy_text(const json_t *object, const char *key, char *to, size_t size)
{
    const char *text = json_string_value(json_object_get(object, key));
    snprintf(to, size, "%s", text ? text : "");
}

enum status collect_write_faults(struct collecting *collecting, const json_t *head,
                                 int64_t partition, int64_t offset, struct error *err)
{
    const json_t *list = json_object_get(head, "faults");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!memory_grow(&collecting->faults, &collecting->fault_capacity,
                         collecting->fault_count + 1, sizeof *collecting->faults))
            return error_no_memory(err);
        struct placed_fault *placed = &collecting->faults[collecting->fault_count];
        *placed = (struct placed_fault){partition, offset, (int64_t)i, {{0}, {0}, {0}}};
        copy_text(item, "where", placed->fault.where, sizeof placed->fault.where);
        copy_text(item, "what", placed->fault.what, sizeof placed->fault.what);
        copy_text(item, "fix", placed->fault.fix, sizeof placed->fault.fix);
        if (!is_told(collecting, placed->fault.what))
            collecting->fault_count++;
        else
            collecting->faults_total--;
    }
    if (collecting->fault_count > 1)
        qsort(collecting->faults, collecting->fault_count, sizeof *collecting->faults, by_place);
    if (collecting->fault_count > RUN_FAULTS_KEPT)
        collecting->fault_count = RUN_FAULTS_KEPT;
    return STATUS_OK;
}

static int canonical(const void *a, const void *b)
{
    const struct collected *x = a, *y = b;
    if (x->start_ns != y->start_ns)
        return x->start_ns < y->start_ns ? -1 : 1;
    int by_id = strcmp(x->id, y->id);
    if (by_id)
        return by_id;
    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    return (x->first_offset > y->first_offset) - (x->first_offset < y->first_offset);
}

static int by_id(const void *a, const void *b)
{
    const struct collected *x = *(const struct collected *const *)a;
    const struct collected *y = *(const struct collected *const *)b;
    int order = strcmp(x->id, y->id);
    if (order)
        return order;
    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    return (x->first_offset > y->first_offset) - (x->first_offset < y->first_offset);
}

static int feedback_order(const void *a, const void *b)
{
    const struct late_feedback *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    if (order)
        return order;
    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Of conversations with one id the first by place counts; the others are told as duplicates. */
static enum status mark_duplicates(struct collecting *collecting, struct collected ***ret_by_id,
                                   struct error *err)
{
    struct collected **sorted = memory_alloc((collecting->count + 1) * sizeof *sorted);
    if (!sorted)
        return error_no_memory(err);
    for (size_t i = 0; i < collecting->count; i++)
        sorted[i] = &collecting->items[i];
    if (collecting->count)
        qsort(sorted, collecting->count, sizeof *sorted, by_id);
    for (size_t i = 1; i < collecting->count; i++)
        if (strcmp(sorted[i]->id, sorted[i - 1]->id) == 0)
            sorted[i]->skip = SKIP_DUPLICATE_CONVERSATION;
    *ret_by_id = sorted;
    return STATUS_OK;
}

static void account(struct collecting *collecting, const struct collected *item)
{
    struct run_accounts *accounts = &collecting->accounts;
    uint64_t events = (uint64_t)item->events, duplicates = (uint64_t)item->duplicates;
    accounts->skipped[SKIP_DUPLICATE_EVENT] += duplicates;
    accounts->skipped[SKIP_TOO_LONG] += (uint64_t)item->records - events - duplicates;
    if (item->skip == SKIP_NONE)
        accounts->events_in_conversations += events;
    else
        accounts->skipped[item->skip] += events;
    accounts->conversations += item->skip == SKIP_NONE;
}

/* Late feedback of the conversation counts as one more event of it; the last one is what holds. */
static enum status join_feedback(struct collecting *collecting, const struct collected *item,
                                 struct conversation_facts *facts, struct error *err)
{
    enum status status = STATUS_OK;
    size_t low = 0, high = collecting->feedback_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(collecting->feedback[middle].id, item->id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < collecting->feedback_count && status == STATUS_OK &&
           strcmp(collecting->feedback[low].id, item->id) == 0;
         low++) {
        struct event event;
        strbuf_clear(&collecting->payload);
        status = journal_log_read(collecting->spool, collecting->feedback[low].event,
                                  &collecting->payload, err);
        if (status == STATUS_OK)
            status = json_record_decode_event(strbuf_view(&collecting->payload), &event,
                                              collecting->scratch, NULL, err);
        if (status == STATUS_OK && facts)
            facts->feedback = event.body;
        if (facts)
            collecting->accounts.events_in_conversations++;
        else
            collecting->accounts.skipped[item->skip]++;
        collecting->feedback[low].event = 0; /* joined */
    }
    return status;
}

static enum status copy_facts(struct collecting *collecting, const struct collected *item,
                              int64_t ordinal, struct error *err)
{
    struct conversation_facts facts;
    struct run_accounts *accounts = &collecting->accounts;
    arena_reset(collecting->scratch);
    strbuf_clear(&collecting->payload);
    enum status status =
        journal_log_read(collecting->spool, item->facts, &collecting->payload, err);
    if (status == STATUS_OK)
        status = binary_record_decode(&conversation_facts_type, strbuf_view(&collecting->payload),
                                      &facts, collecting->scratch, err);
    if (status == STATUS_OK)
        status = join_feedback(collecting, item, &facts, err);
    if (status != STATUS_OK)
        return status;
    facts.ordinal = ordinal;
    accounts->with_gold += facts.gold_status == GOLD_JOINED;
    accounts->no_gold += facts.gold_status == GOLD_NONE;
    accounts->gold_mismatch += facts.gold_status == GOLD_MISMATCH;
    strbuf_clear(&collecting->payload);
    status = binary_record_encode(&conversation_facts_type, &facts, &collecting->payload, err);
    return status == STATUS_OK
               ? journal_log_append(collecting->journal, JOURNAL_FACTS, (uint64_t)ordinal,
                                    strbuf_view(&collecting->payload), NULL, err)
               : status;
}

static enum status copy_trial(struct collecting *collecting, uint64_t place, int64_t ordinal,
                              struct error *err)
{
    struct trial trial;
    arena_reset(collecting->scratch);
    strbuf_clear(&collecting->payload);
    enum status status = journal_log_read(collecting->spool, place, &collecting->payload, err);
    if (status == STATUS_OK)
        status = binary_record_decode(&trial_type, strbuf_view(&collecting->payload), &trial,
                                      collecting->scratch, err);
    if (status != STATUS_OK)
        return status;
    trial.ordinal = ordinal;
    strbuf_clear(&collecting->payload);
    status = binary_record_encode(&trial_type, &trial, &collecting->payload, err);
    return status == STATUS_OK
               ? journal_log_append(collecting->journal, JOURNAL_TRIAL, (uint64_t)ordinal,
                                    strbuf_view(&collecting->payload), NULL, err)
               : status;
}

static enum status copy_all(struct collecting *collecting, struct error *err)
{
    enum status status = STATUS_OK;
    int64_t ordinal = 0;
    for (size_t i = 0; i < collecting->count && status == STATUS_OK; i++) {
        const struct collected *item = &collecting->items[i];
        account(collecting, item);
        if (item->skip != SKIP_NONE) {
            arena_reset(collecting->scratch);
            if (item->skip != SKIP_DUPLICATE_CONVERSATION)
                status = join_feedback(collecting, item, NULL, err);
            continue;
        }
        status = copy_facts(collecting, item, ordinal, err);
        for (size_t t = 0; t < collecting->per_conversation && status == STATUS_OK; t++)
            if (item->trials[t])
                status =
                    copy_trial(collecting, item->trials[t],
                               ordinal * (int64_t)collecting->per_conversation + (int64_t)t, err);
        ordinal++;
    }
    for (size_t i = 0; i < collecting->feedback_count; i++)
        collecting->accounts.skipped[SKIP_OUTSIDE_CONVERSATION] +=
            collecting->feedback[i].event != 0;
    return status;
}

static enum status write_end(struct collecting *collecting, struct error *err)
{
    const struct run_collect_options *options = collecting->options;
    struct run_accounts *accounts = &collecting->accounts;
    struct strbuf *text = &collecting->payload;
    accounts->complete = options->is_complete;
    accounts->faults_total = collecting->faults_total;
    accounts->faults =
        arena_array(collecting->arena, collecting->fault_count + 1, sizeof *accounts->faults);
    if (!accounts->faults)
        return error_no_memory(err);
    for (size_t i = 0; i < collecting->fault_count; i++)
        accounts->faults[accounts->fault_count++] = collecting->faults[i].fault;
    strbuf_clear(text);
    run_accounts_encode(accounts, text);
    enum status status = text->failed ? error_no_memory(err)
                                      : journal_log_append(collecting->journal, JOURNAL_ACCOUNTS, 0,
                                                           strbuf_view(text), NULL, err);
    strbuf_clear(text);
    char finished[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_utc(clock_wall_ns() / NS_PER_MS * NS_PER_MS, finished);
    struct json_write writer = {.out = text};
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "finished", strview_of(finished));
    json_write_key_real(&writer, "wall_s", options->wall_s);
    json_write_key_i64(&writer, "threads", options->threads);
    json_write_key_bool(&writer, "interrupted", options->interrupted);
    json_write_key_bool(&writer, "stopped_by_budget", options->stopped_by_budget);
    json_write_end_object(&writer);
    if (status == STATUS_OK)
        status =
            journal_log_append(collecting->journal, JOURNAL_END, 0, strbuf_view(text), NULL, err);
    return status == STATUS_OK ? journal_log_sync(collecting->journal, err) : status;
}

enum status collect_write(struct collecting *collecting, struct error *err)
{
    struct collected **by_ids = NULL;
    if (collecting->count)
        qsort(collecting->items, collecting->count, sizeof *collecting->items, canonical);
    if (collecting->feedback_count)
        qsort(collecting->feedback, collecting->feedback_count, sizeof *collecting->feedback,
              feedback_order);
    enum status status = mark_duplicates(collecting, &by_ids, err);
    memory_free(by_ids);
    if (status == STATUS_OK)
        status =
            journal_log_append(collecting->journal, JOURNAL_BEGIN, 0, strview_of(""), NULL, err);
    if (status == STATUS_OK)
        status = copy_all(collecting, err);
    return status == STATUS_OK ? write_end(collecting, err) : status;
}
