/*
 * conversation_stream.h: what stands in the place of a file and of the journal when conversations
 * come out of a log and results go back into one, together with what was consumed. The feed takes
 * conversations from it, the lane hands facts and trials over. Thread: main, every function.
 */
#ifndef ASSAY_PIPELINE_CONVERSATION_STREAM_H
#define ASSAY_PIPELINE_CONVERSATION_STREAM_H

#include "assemble/conversation_table.h"
#include "record/trial.h"

struct conversation_stream {
    const struct conversation_stream_kind *kind;
};

struct conversation_stream_kind {
    /* MUST. The next sealed conversation, the caller's from then on; NULL when there is none just
     * now (may_wait: it may wait some 100 ms for one). *ret_ended: no more will come. */
    enum status (*next)(struct conversation_stream *stream, bool may_wait,
                        struct conversation **ret_conversation, bool *ret_ended, struct error *err);
    /* MUST. What is true of the conversation, and a finished trial of it; the payloads are those of
     * a journal, the bytes are the caller's. */
    enum status (*facts)(struct conversation_stream *stream, struct conversation *conversation,
                         struct strview payload, struct error *err);
    enum status (*trial)(struct conversation_stream *stream, struct conversation *conversation,
                         const struct trial *trial, struct strview payload, struct error *err);
    /* MUST. Nothing more comes of it: every trial was handed over, or it is skipped as a whole for
     * `skip`. A fault is kept and told by the next `tend`. */
    void (*finished)(struct conversation_stream *stream, struct conversation *conversation,
                     enum skip_reason skip);
    /* MUST. Called about each round: commits what is due. is_full: no conversation will be asked
     * for soon. */
    enum status (*tend)(struct conversation_stream *stream, bool is_full, struct error *err);
    /* MUST. The same for the same conversation in every process. */
    uint64_t (*identity)(const struct conversation *conversation);
};

#endif
