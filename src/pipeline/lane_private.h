/* lane_private.h: the pieces of the main loop that stand in several files. */
#ifndef ASSAY_PIPELINE_LANE_PRIVATE_H
#define ASSAY_PIPELINE_LANE_PRIVATE_H

#include "ingest/event_file.h"
#include "pipeline/lane.h"
#include "score/first_cause.h"

/* A conversation at work: shared by its trials, destroyed by the last one. */
struct active_conversation {
    struct conversation *conversation;
    struct arena *gold_arena;
    struct gold_conversation *gold; /* NULL: none */
    const struct time_zone *zone;
    size_t trials_left;
    bool is_cut;                        /* a trial of it ended without a result */
    struct conversation_stream *stream; /* to be told of its end; NULL: nobody */
};

/* A trial at work. Owned by the lane; lent to one thread of the team while a batch is at work. */
struct trial_work {
    struct trial_run *run;  /* at work: the trial itself, or a replay of it for its first cause */
    struct trial_run *main; /* the trial itself, while a replay is at work; else NULL */
    struct cause_evidence evidence;
    enum cause_arm_kind arm; /* the replay at work, or the last one */
    struct active_conversation *active;
    struct session_candidate *candidate;
    struct far_answer answer;
    bool has_answer;
    bool scored;   /* every turn has its prediction; the pipeline's own scorers are at work */
    size_t scorer; /* the one at work */
    bool dropped;  /* stopped while a scorer was at work: no result, to be run again */
    struct strview scorer_line;
    bool done;
    bool kept; /* its result is in the journal, or with the stream */
    enum status status;
    struct error error;
    struct strbuf payload; /* the finished trial, for the journal */
    char cassette_key[CASSETTE_KEY_SIZE];
    uint64_t answer_key;          /* of the answer at hand: which of the trial's questions */
    int64_t answer_cost_usd_nano; /* as it was read */
    int64_t reserved_usd_nano;    /* for the answer at hand */
    bool to_settle;               /* its price is not in the journal yet */
};

/* Conversations of the source, one by one. */
struct conversation_feed;
enum status conversation_feed_open(struct session *session, struct conversation_feed **ret_feed,
                                   struct error *err);
void conversation_feed_close(struct conversation_feed *feed);
/* The next one that is to be replayed, joined with its gold and journaled facts; NULL at the end,
 * and when a stream has none just now. may_wait: nothing else is to be done meanwhile. */
enum status conversation_feed_next(struct conversation_feed *feed, bool may_wait,
                                   struct active_conversation **ret_active, struct error *err);
bool conversation_feed_has_ended(const struct conversation_feed *feed);
void active_conversation_destroy(struct active_conversation *active);

DEFINE_CLEANUP(conversation_feed_cleanup, struct conversation_feed, conversation_feed_close)

#endif
