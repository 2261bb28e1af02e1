/*
 * avro_embedded.h: the texts of schemas/<name>.avsc, which are part of the program. Thread: any.
 */
#ifndef ASSAY_CODEC_AVRO_EMBEDDED_H
#define ASSAY_CODEC_AVRO_EMBEDDED_H

#include "base/strview.h"
#include "record/field.h"

/* "conversation_event" and so on: the file's stem. Absent for an unknown one. */
struct strview avro_embedded_schema(struct strview name);
/* The schema that says how a record type is written; absent when there is none. */
struct strview avro_embedded_schema_of(const struct record_type *type);

#endif
