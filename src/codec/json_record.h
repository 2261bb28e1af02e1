/*
 * json_record.h: a record to and from one JSON object, by its field table.
 *
 * Reading is strict about types and required fields and says where: a JSON pointer
 * (/turns/3/state/date) and, for a text that is not JSON, the column. Unknown keys are left out and
 * told to `on_unknown`, so that a newer writer is read and a misspelt key is seen. Writing gives
 * the same bytes everywhere: the table's order, ", " and ": " between; absent fields are left out.
 * Thread: any; a decoder belongs to one thread.
 */
#ifndef ASSAY_CODEC_JSON_RECORD_H
#define ASSAY_CODEC_JSON_RECORD_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json_write.h"
#include "record/event.h"
#include "record/field.h"

#include <jansson.h>

struct json_unknown {
    uint64_t count;          /* keys that no field has */
    char first_pointer[128]; /* where the first one was */
    const char *nearest;     /* the known key it may mean, or NULL */
};

/* Decodes into a zeroed or any `record` of the type's size; texts are copied into `arena`.
 * `unknown` may be NULL. */
enum status json_record_decode(const struct record_type *type, struct strview text, void *record,
                               struct arena *arena, struct json_unknown *unknown,
                               struct error *err);
/* The same from parsed JSON; pointers in errors start with `pointer`. */
enum status json_record_decode_value(const struct record_type *type, const json_t *object,
                                     void *record, struct arena *arena,
                                     struct json_unknown *unknown, struct error *err);
/* Envelope and body; the body struct is allocated in `arena`. */
enum status json_record_decode_event(struct strview text, struct event *ret_event,
                                     struct arena *arena, struct json_unknown *unknown,
                                     struct error *err);

void json_record_encode(const struct record_type *type, const void *record,
                        struct json_write *writer);
/* The fields without the braces around them. */
void json_record_encode_fields(const struct record_type *type, const void *record,
                               struct json_write *writer);
void json_record_encode_event(const struct event *event, struct json_write *writer);

/* Slots and slot values alone: for answers of models and agents, and for prompts. */
void json_record_encode_slots(const struct slot_map *map, struct json_write *writer);
enum status json_record_decode_slots(const json_t *object, struct slot_map *ret_map,
                                     struct arena *arena, struct error *err);

/* Parses one JSON text (no duplicate keys; jansson allows 2,048 levels); the caller decrefs. A text
 * that is not JSON is STATUS_DATA with the column. */
enum status json_record_parse(struct strview text, json_t **ret_json, struct error *err);

#endif
