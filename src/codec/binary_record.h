/*
 * binary_record.h: a record to and from Avro binary, by its field table, both sides with today's
 * schema (schemas/<name>.avsc): the journal's format, and what codec/avro_file puts into its
 * blocks. Bytes of another schema go through codec/avro_mapping.
 *
 * How a field is written: a required one plain, an optional one as the union [null, T]. An enum is
 * always plain; its index is its C value, and symbol 0 is "unknown", which is read as absent. A
 * time is in microseconds, money in 10^-9 USD. A slot's value is the union [null, string, array of
 * string, SlotWord, SlotJson] in the order of enum slot_value_kind. An event is its envelope
 * without `type`, which the body's branch of the union tells. Texts keep their bytes, also those
 * that are not UTF-8.
 *
 * Thread: any.
 */
#ifndef ASSAY_CODEC_BINARY_RECORD_H
#define ASSAY_CODEC_BINARY_RECORD_H

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "record/field.h"

/* The most names in one map of slots or numbers; they are compared pairwise. */
enum { BINARY_RECORD_MAP_MAX = 4096 };

/*
 * Appends one record; `out` is as before when it fails. event_envelope_type stands for a whole
 * struct event, here and below. STATUS_DATA: a required field is absent, or an enum is out of
 * range. STATUS_LIMIT: `out` has a limit, or a map has too many names. STATUS_NO_MEMORY.
 */
enum status binary_record_encode(const struct record_type *type, const void *record,
                                 struct strbuf *out, struct error *err);

/*
 * Reads one record, which has to be all of `bytes`, into a `record` of the type's size. Everything
 * that it points to is copied into `arena`. STATUS_DATA says the field and (in `where`) the byte.
 * The memory taken is below 64 times the size of `bytes`, whatever lengths they claim. After a
 * failure `record` is undefined.
 */
enum status binary_record_decode(const struct record_type *type, struct strview bytes, void *record,
                                 struct arena *arena, struct error *err);

#endif
