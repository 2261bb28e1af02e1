/*
 * avro_mapping.h: from bytes of any writer's schema to our record: Avro's schema resolution by
 * field name. Made once per writer's schema (of a file, or of an id of the schema registry), then
 * used for every record.
 *
 * - A field of ours that the writer lacks stays absent; a required one is an error when the mapping
 *   is made. A field that we do not know is skipped. Our schema's aliases stand for old names.
 * - int becomes long, and both become double, as does float; string and bytes are read as each
 *   other, and have to be UTF-8. A required field may be read from [null, T] as long as it is
 * there.
 * - timestamp-millis, -micros and -nanos are told by their logical type; a plain long is
 * microseconds; a text is ISO 8601. Money is a long (10^-9 USD) or a double (USD).
 * - An enum's symbol goes by name; one that we do not know is our schema's default for that enum
 *   ("unknown", which is absent), or an error naming it when there is no default.
 * - A slot may be a text, a list of texts, a number, a boolean or null, in a union or plain.
 *
 * What a record may cost is bounded by its size whatever its schema says: lists by the bytes that
 * are left, values of no bytes by a budget of steps, nesting by a limit.
 * Thread: a mapping is read-only once it is made.
 */
#ifndef ASSAY_CODEC_AVRO_MAPPING_H
#define ASSAY_CODEC_AVRO_MAPPING_H

#include "base/arena.h"
#include "base/error.h"
#include "record/field.h"

struct avro_mapping;

/*
 * `ours` is our schema (avro_embedded_schema_of), for its aliases and enum defaults; absent: there
 * are none. STATUS_DATA: a schema is wrong, or `writers` cannot give a `type`; the error names the
 * field.
 */
enum status avro_mapping_create(const struct record_type *type, struct strview ours,
                                struct strview writers, struct avro_mapping **ret_mapping,
                                struct error *err);
void avro_mapping_destroy(struct avro_mapping *mapping);

/*
 * Reads one record from the front of *bytes, which moves behind it. Texts are copied into `arena`.
 * STATUS_DATA names the field and the byte; then `record` and *bytes are undefined.
 */
enum status avro_mapping_read(const struct avro_mapping *mapping, struct strview *bytes,
                              void *record, struct arena *arena, struct error *err);
/* The same for one record that has to be all of `bytes`: a Kafka message behind its schema id. */
enum status avro_mapping_decode(const struct avro_mapping *mapping, struct strview bytes,
                                void *record, struct arena *arena, struct error *err);

DEFINE_CLEANUP(avro_mapping_cleanup, struct avro_mapping, avro_mapping_destroy)

#endif
