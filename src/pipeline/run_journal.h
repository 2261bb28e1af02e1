/*
 * run_journal.h: a run's journal, read in canonical order: conversations by ordinal, trials by
 * (conversation, candidate, repeat), whatever the order in which they ended. 8 bytes a record in
 * memory. Thread: one owner.
 */
#ifndef ASSAY_PIPELINE_RUN_JOURNAL_H
#define ASSAY_PIPELINE_RUN_JOURNAL_H

#include "pipeline/run.h"

struct run_journal {
    struct journal_log *log;
    struct offset_column trials, facts;
    struct run_accounts
        accounts; /* of the last time the source was read to its end or the run stopped */
    bool has_accounts;
    struct strbuf end;   /* JSON of the last JOURNAL_END; empty: the run was killed */
    uint64_t torn_bytes; /* of an unfinished write at the end */
    struct strbuf payload;
    struct arena *arena; /* of the accounts */
};

enum status run_journal_open(const char *folder, struct run_journal *ret_journal,
                             struct error *err);
/* Puts what was damaged and passed over before the accounts' faults. Not for the canonical report:
 * what stood there was run again, and its bytes are those of a run that nothing happened to. False:
 * memory ran out. */
bool run_journal_tell_damage(struct run_journal *journal, const char *folder);
void run_journal_close(struct run_journal *journal);

/* False in *ret_found when the record is not there. The record lives in `arena`. */
enum status run_journal_facts(struct run_journal *journal, uint64_t conversation,
                              struct arena *arena, struct conversation_facts *ret_facts,
                              bool *ret_found, struct error *err);
enum status run_journal_trial(struct run_journal *journal, uint64_t ordinal, struct arena *arena,
                              struct trial *ret_trial, bool *ret_found, struct error *err);

#endif
