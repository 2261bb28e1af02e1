/* avro_mapping_private.h: the plan that avro_mapping.c makes and avro_mapping_read.c follows. */
#ifndef ASSAY_CODEC_AVRO_MAPPING_PRIVATE_H
#define ASSAY_CODEC_AVRO_MAPPING_PRIVATE_H

#include "codec/avro_mapping.h"
#include "codec/avro_tree.h"

enum avro_action {
    AVRO_SKIP,    /* a field that we do not know */
    AVRO_ABSENT,  /* null */
    AVRO_MISFIT,  /* a branch that our field cannot take: an error once it comes */
    AVRO_READ,    /* by the kinds of `field` and `node` */
    AVRO_UNION,   /* parts: one a branch */
    AVRO_RECORD,  /* parts: one a field of the writer, in its order, of `type` */
    AVRO_RECORDS, /* parts[0]: the item */
    AVRO_BODY,    /* an event's body: a record that is put under the event, of event_type */
};

struct avro_step {
    enum avro_action action;
    const struct avro_node *node; /* the writer's */
    const struct field *field;    /* ours */
    const struct record_type *type;
    struct avro_step *parts;
    size_t part_count;
    int *symbols; /* enums: the writer's index -> our value, or -1 */
    int event_type;
};

struct avro_mapping {
    struct arena *arena;
    struct avro_tree *writers;
    const struct record_type *type;
    struct avro_step root;
};

#endif
