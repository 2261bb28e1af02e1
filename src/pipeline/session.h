/*
 * session.h: everything that a run holds open, made once and closed once: candidates, far ends,
 * gold, logs, cassettes, journal. Owner: main. Read by the score team while a batch is at work;
 * written only between batches.
 */
#ifndef ASSAY_PIPELINE_SESSION_H
#define ASSAY_PIPELINE_SESSION_H

#include "assemble/conversation_table.h"
#include "base/hash_set.h"
#include "gate/early_stop.h"
#include "ingest/gold_index.h"
#include "ingest/prediction_log.h"
#include "journal/journal_log.h"
#include "journal/run_folder.h"
#include "net/call_loop.h"
#include "replay/cassette.h"
#include "replay/trial_run.h"

#include <signal.h>

enum { RUN_FAULTS_KEPT = 50, RUN_STOPS_KEPT = 32 };

/* What was consumed, and what was wrong with it. Kept in the journal as JSON when the source was
 * read to its end. */
struct run_accounts {
    uint64_t events_consumed, events_invalid, events_in_conversations;
    uint64_t skipped[SKIP_REASON_COUNT]; /* events */
    uint64_t conversations, with_gold, no_gold, gold_mismatch;
    uint64_t faults_total;
    struct run_fault {
        char where[256], what[512], fix[256];
    } *faults; /* the first RUN_FAULTS_KEPT */
    size_t fault_count, fault_capacity;
    bool complete;                           /* the source was read to its end (or to --limit) */
    struct early_stop stops[RUN_STOPS_KEPT]; /* of stop_when_decided, in the order of looks */
    size_t stop_count;
};

/* One candidate with what it needs outside. */
struct session_candidate {
    struct candidate candidate;
    bool has_far_end;
    bool is_outside; /* its far end is not on this machine: callers' consent is asked for */
    uint32_t far_end;
    const char *url; /* of its calls */
    struct call_header headers[3];
    size_t header_count;
    char *authorization;        /* "Bearer ...": wiped at close */
    struct cassette *cassette;  /* NULL: live calls only */
    struct prediction_log *log; /* recorded with a log */
};

/* Where the records of the journal lie, by ordinal. 0: not there. */
struct offset_column {
    uint64_t *offsets;
    size_t count; /* highest ordinal + 1 */
    size_t capacity;
};

struct run_progress {
    uint64_t conversations, trials_done, trials_in_flight, calls, errors;
    int64_t spent_usd_nano;
    double seconds;
};

struct conversation_stream;

struct session_options {
    const struct pipeline_spec *pipeline;
    const char *folder; /* the run folder */
    bool is_dry;        /* no far ends, no journal: an estimate */
    bool tells_skips;   /* what is skipped is a fault too: a check */
    const char *run_id;
    int64_t
        run_start_ns; /* when the run was begun, also when it is resumed: the day of its prices */
    int64_t conversation_limit;  /* 0: none */
    bool retry_errors;           /* trials that ended in an infrastructure error are run again */
    int threads;                 /* of the score team; 0: as many as there are cores */
    volatile sig_atomic_t *stop; /* set by a signal: 1 stop cleanly; MAY be NULL */
    void (*progress)(
        void *context,
        const struct run_progress *progress); /* MAY be NULL; called about 5 times a second */
    void *progress_context;
    struct conversation_stream *stream; /* NULL: the source is a file, results go to the journal */
    const char *journal_name;           /* in the folder; NULL: journal.log */
    bool answers_only; /* nothing is called: answers of the journal and of cassettes are all */
};

struct session {
    struct session_options options;
    struct arena *arena;
    struct extractor *extractor;
    struct candidate_world *worlds; /* one a mode */
    struct session_candidate *candidates;
    size_t candidate_count;
    struct candidate_scratch *scratches; /* one a thread */
    int thread_count;
    uint32_t *scorer_ends;    /* one a scorer of the pipeline */
    uint64_t trials_withheld; /* for want of consent */
    struct call_loop *calls;  /* NULL: no candidate needs one */
    struct gold_index *gold;  /* NULL: no gold */
    struct time_zone_cache *zones;
    struct journal_log *journal;
    struct offset_column trials, facts;
    struct hash_set
        answers;            /* resume: answer key -> journal offset, for trials that are not done */
    struct hash_set priced; /* resume: keys of the answers whose price is in the journal, too */
    struct run_accounts accounts;
    struct spend *spend;
    uint64_t calls_made, answers_reused;
    bool stopped_by_budget, interrupted;
};

enum status session_open(const struct session_options *options, struct session **ret_session,
                         struct error *err);
void session_close(struct session *session);

/* Remembers where a record lies. */
bool offset_column_set(struct offset_column *column, uint64_t ordinal, uint64_t offset);
uint64_t offset_column_get(const struct offset_column *column, uint64_t ordinal);

/* Counts a fault of the input and keeps the first ones. `err` is read only. */
void session_fault(struct session *session, const struct error *fault);

DEFINE_CLEANUP(session_cleanup, struct session, session_close)

#endif
