/*
 * run_journal.c: an index of the journal's records by ordinal, and their decoding.
 */
#include "pipeline/run_journal.h"

#include "base/memory.h"
#include "codec/binary_record.h"

#include <stdio.h>

static enum status visit(void *context, enum journal_kind kind, uint64_t key,
                         struct strview payload, uint64_t offset, struct error *err)
{
    struct run_journal *journal = context;
    bool kept = true;
    switch (kind) {
    case JOURNAL_TRIAL:
        kept = offset_column_set(&journal->trials, key, offset);
        break;
    case JOURNAL_FACTS:
        kept = offset_column_set(&journal->facts, key, offset);
        break;
    case JOURNAL_ACCOUNTS:
        journal->has_accounts = true;
        arena_reset(journal->arena);
        return run_accounts_decode(payload, journal->arena, &journal->accounts, err);
    case JOURNAL_END:
        strbuf_clear(&journal->end);
        strbuf_add_view(&journal->end, payload);
        kept = !journal->end.failed;
        break;
    case JOURNAL_BEGIN:
        journal->has_accounts = false;
        journal->accounts = (struct run_accounts){0};
        strbuf_clear(&journal->end);
        break;
    case JOURNAL_ANSWER:
    case JOURNAL_PRICE:
        break;
    }
    return kept ? STATUS_OK : error_no_memory(err);
}

enum status run_journal_open(const char *folder, struct run_journal *ret_journal, struct error *err)
{
    struct run_journal journal = {.arena = arena_create(16 * 1024, 0)};
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/journal.log", folder);
    enum status status = STATUS_OK;
    if (!journal.arena)
        status = error_no_memory(err);
    else if (size < 0 || (size_t)size >= sizeof path)
        status = error_set(err, STATUS_IO, "path '%.60s...' is too long", folder);
    struct journal_open options = {
        .path = path, .read_only = true, .visit = visit, .context = &journal};
    if (status == STATUS_OK)
        status = journal_log_open(&options, &journal.log, &journal.torn_bytes, err);
    if (status != STATUS_OK) {
        run_journal_close(&journal);
        return status;
    }
    *ret_journal = journal;
    return STATUS_OK;
}

void run_journal_close(struct run_journal *journal)
{
    journal_log_close(journal->log);
    memory_free(journal->trials.offsets);
    memory_free(journal->facts.offsets);
    strbuf_done(&journal->end);
    strbuf_done(&journal->payload);
    arena_destroy(journal->arena);
    *journal = (struct run_journal){0};
}

static enum status read_record(struct run_journal *journal, uint64_t offset,
                               const struct record_type *type, void *record, struct arena *arena,
                               struct error *err)
{
    strbuf_clear(&journal->payload);
    enum status status = journal_log_read(journal->log, offset, &journal->payload, err);
    if (status == STATUS_OK)
        status = binary_record_decode(type, strbuf_view(&journal->payload), record, arena, err);
    return status;
}

enum status run_journal_facts(struct run_journal *journal, uint64_t conversation,
                              struct arena *arena, struct conversation_facts *ret_facts,
                              bool *ret_found, struct error *err)
{
    uint64_t offset = offset_column_get(&journal->facts, conversation);
    *ret_found = offset != 0;
    return *ret_found
               ? read_record(journal, offset, &conversation_facts_type, ret_facts, arena, err)
               : STATUS_OK;
}

enum status run_journal_trial(struct run_journal *journal, uint64_t ordinal, struct arena *arena,
                              struct trial *ret_trial, bool *ret_found, struct error *err)
{
    uint64_t offset = offset_column_get(&journal->trials, ordinal);
    *ret_found = offset != 0;
    return *ret_found ? read_record(journal, offset, &trial_type, ret_trial, arena, err)
                      : STATUS_OK;
}

bool run_journal_tell_damage(struct run_journal *journal, const char *folder)
{
    struct run_accounts *accounts = &journal->accounts;
    uint64_t damaged = journal_log_damaged_bytes(journal->log);
    if (!damaged)
        return true;
    struct run_fault *faults =
        arena_array(journal->arena, accounts->fault_count + 1, sizeof *faults);
    if (!faults)
        return false;
    if (accounts->fault_count)
        memcpy(faults + 1, accounts->faults, accounts->fault_count * sizeof *faults);
    snprintf(faults->where, sizeof faults->where, "%s/journal.log", folder);
    snprintf(faults->what, sizeof faults->what,
             "%llu bytes of the journal are damaged and were passed over",
             (unsigned long long)damaged);
    snprintf(faults->fix, sizeof faults->fix, "`assay resume` runs again what stood there.");
    accounts->faults = faults;
    accounts->fault_count++;
    accounts->faults_total++;
    return true;
}
