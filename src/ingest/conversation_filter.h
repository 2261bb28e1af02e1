/*
 * conversation_filter.h: which conversations of a source are replayed (`source.filter`,
 * `--filter`). A condition is a key with one or more values; all conditions must hold, by one of
 * their values:
 *
 *   conversation_id, language, locale, agent_version, experiment, variant
 *                of ConversationStarted
 *   split, tag   of the gold; a conversation without gold has neither
 *   any other    a key of the metadata: a text, number, true or false, compared as written
 *
 * Thread: any; nothing is kept between calls.
 */
#ifndef ASSAY_INGEST_CONVERSATION_FILTER_H
#define ASSAY_INGEST_CONVERSATION_FILTER_H

#include "config/pipeline_spec.h"
#include "record/conversation.h"
#include "record/gold.h"

/* `gold` may be NULL. Metadata that is no JSON object has no keys. */
bool conversation_filter_matches(const struct source_filter *filters, size_t filter_count,
                                 const struct conversation *conversation,
                                 const struct gold_conversation *gold);

#endif
