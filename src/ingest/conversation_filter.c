/*
 * conversation_filter.c: a sealed conversation and its gold against the conditions of the pipeline.
 * Called by the feed on main, between the join with gold and the first trial.
 */
#include "ingest/conversation_filter.h"

#include "ingest/import_value.h"

#include <jansson.h>

#include <stddef.h>

/* Keys that are fields of ConversationStarted; the rest is looked up in its metadata. */
static const struct {
    const char *key;
    size_t offset;
} started_fields[] = {
    {"language", offsetof(struct conversation_started, language)},
    {"locale", offsetof(struct conversation_started, locale)},
    {"agent_version", offsetof(struct conversation_started, agent_version)},
    {"experiment", offsetof(struct conversation_started, experiment)},
    {"variant", offsetof(struct conversation_started, variant)},
};

static bool accepts(const struct source_filter *filter, struct strview value)
{
    for (size_t i = 0; value.data && i < filter->values.count; i++)
        if (strview_equal(filter->values.items[i], value))
            return true;
    return false;
}

static bool metadata_matches(const struct source_filter *filter, struct strview metadata)
{
    if (!metadata.data)
        return false;
    json_t *object = json_loadb(metadata.data, metadata.size, 0, NULL);
    const json_t *value = json_object_getn(object, filter->key.data, filter->key.size);
    char number[32];
    bool matches = value && accepts(filter, import_value_text(value, number));
    json_decref(object);
    return matches;
}

static bool has_tag(const struct source_filter *filter, const struct gold_conversation *gold)
{
    for (size_t i = 0; gold && i < gold->tags.count; i++)
        if (accepts(filter, gold->tags.items[i]))
            return true;
    return false;
}

static bool filter_matches(const struct source_filter *filter,
                           const struct conversation *conversation,
                           const struct gold_conversation *gold)
{
    const struct conversation_started *started = conversation->started;
    if (strview_is(filter->key, "conversation_id"))
        return accepts(filter, conversation->id);
    if (strview_is(filter->key, "split"))
        return gold && gold->split != SPLIT_ABSENT &&
               accepts(filter, strview_of(gold_split_names[gold->split]));
    if (strview_is(filter->key, "tag"))
        return has_tag(filter, gold);
    if (!started)
        return false;
    for (size_t i = 0; i < sizeof started_fields / sizeof *started_fields; i++)
        if (strview_is(filter->key, started_fields[i].key))
            return accepts(filter, *(const struct strview *)((const char *)started +
                                                             started_fields[i].offset));
    return metadata_matches(filter, started->metadata);
}

bool conversation_filter_matches(const struct source_filter *filters, size_t filter_count,
                                 const struct conversation *conversation,
                                 const struct gold_conversation *gold)
{
    for (size_t i = 0; i < filter_count; i++)
        if (!filter_matches(&filters[i], conversation, gold))
            return false;
    return true;
}
