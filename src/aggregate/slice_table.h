/*
 * slice_table.h: by what conversations can be told apart: `split`, `locale`, `tag`, and the keys of
 * ConversationStarted's metadata. Values are texts; numbers and booleans as JSON writes them. Start
 * from {0}. Thread: one writer, then any readers.
 *
 * A key keeps its first SLICE_VALUES_MOST values; further ones are all SLICE_OTHER, and
 * `has_others` tells so (an identifier is no slice). `tag` may have several values for one
 * conversation.
 */
#ifndef ASSAY_AGGREGATE_SLICE_TABLE_H
#define ASSAY_AGGREGATE_SLICE_TABLE_H

#include "base/arena.h"
#include "record/trial.h"

enum { SLICE_KEYS_MOST = 32, SLICE_VALUES_MOST = 63, SLICE_OTHER = 0 };

struct slice_key {
    struct strview name;
    struct strview values[SLICE_VALUES_MOST + 1]; /* [SLICE_OTHER] is "(other values)" */
    size_t value_count;                           /* SLICE_OTHER included */
    bool has_others;
};

struct slice_table {
    struct arena *arena; /* of the texts; borrowed */
    struct slice_key *keys;
    size_t key_count, key_capacity;
    uint8_t *codes;   /* a conversation's: key, value, key, value ... */
    uint32_t *starts; /* of each conversation's codes, and the end of the last */
    size_t count, code_count, code_capacity, start_capacity;
};

/* The next conversation. False: memory ran out. */
bool slice_table_add(struct slice_table *table, const struct conversation_facts *facts);
/* SIZE_MAX: there is none of that name. */
size_t slice_table_key(const struct slice_table *table, struct strview name);
size_t slice_table_value(const struct slice_table *table, size_t key, struct strview value);
bool slice_table_has(const struct slice_table *table, size_t conversation, size_t key,
                     size_t value);
void slice_table_done(struct slice_table *table);

#endif
