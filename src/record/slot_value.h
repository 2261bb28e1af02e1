/*
 * slot_value.h: the value of a slot and the ordered map of slots that is a dialogue state.
 *
 * Six things that must never be mixed up, in memory, in Avro and in JSON:
 *   the slot is not in the map            nothing was said about it
 *   SLOT_VALUE_NULL      null             the agent wrote the slot down, without a value
 *   SLOT_VALUE_TEXT      "" or "text"     a value, perhaps the empty text
 *   SLOT_VALUE_LIST      [] or ["a"]      several values; in gold: the accepted alternatives, the
 * first is canonical SLOT_VALUE_DONTCARE  "dontcare"       the caller does not mind SLOT_VALUE_JSON
 * 3, true, {...}   anything else that JSON can say, kept as canonical JSON text
 *
 * Plain data: the bytes live in the arena of whoever made the map. Thread: read-only after it was
 * made.
 */
#ifndef ASSAY_RECORD_SLOT_VALUE_H
#define ASSAY_RECORD_SLOT_VALUE_H

#include "base/arena.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>

enum slot_value_kind {
    SLOT_VALUE_NULL,
    SLOT_VALUE_TEXT,
    SLOT_VALUE_LIST,
    SLOT_VALUE_DONTCARE,
    SLOT_VALUE_JSON,
};

#define SLOT_DONTCARE_TEXT "dontcare"

struct slot_value {
    enum slot_value_kind kind;
    size_t count;                /* TEXT, JSON: 1; LIST: 0 or more; else 0 */
    const struct strview *texts; /* `count` of them */
};

struct slot {
    struct strview name;
    struct slot_value value;
};

/* Names are unique; the order is that of the file and is kept. slots NULL: the map itself is
 * absent. */
struct slot_map {
    struct slot *slots;
    size_t count;
};

/* The map that is there and holds nothing, {}. */
struct slot_map slot_map_empty(void);

bool slot_value_equal(const struct slot_value *a, const struct slot_value *b);
/* TEXT of a copy in `arena`; count 0 when memory ran out. "dontcare" gives DONTCARE. */
struct slot_value slot_value_text(struct arena *arena, struct strview text);
/* The value as one text for people: the first of a list, "" for null, "dontcare". Borrowed from the
 * value. */
struct strview slot_value_first(const struct slot_value *value);

const struct slot *slot_map_find(const struct slot_map *map, struct strview name);
bool slot_map_equal(const struct slot_map *a, const struct slot_map *b);
/* Replaces or appends, copying name and value texts into `arena`. The map's array must be of this
 * arena. False: memory ran out. */
bool slot_map_set(struct arena *arena, struct slot_map *map, struct strview name,
                  const struct slot_value *value);
void slot_map_remove(struct slot_map *map, struct strview name);
/* A deep copy; an absent map stays absent. False: memory ran out. */
bool slot_map_copy(struct arena *arena, const struct slot_map *from, struct slot_map *ret_map);

#endif
