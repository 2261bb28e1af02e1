/* field_table.h: how a field table is written; included only by the .c files of record/. */
#ifndef ASSAY_RECORD_FIELD_TABLE_H
#define ASSAY_RECORD_FIELD_TABLE_H

#include "record/field.h"

/* FIELD(REQUIRED, TEXT, conversation_id) inside a table of RECORD_STRUCT. */
#define FIELD(needed, field_kind, member)                                                          \
    {                                                                                              \
        .name = #member, .kind = FIELD_##field_kind, .offset = offsetof(RECORD_STRUCT, member),    \
        .need = FIELD_##needed                                                                     \
    }
/* The name on the wire differs from the member's, which carries a unit. */
#define FIELD_NAMED(needed, field_kind, member, wire_name)                                         \
    {                                                                                              \
        .name = (wire_name), .kind = FIELD_##field_kind,                                           \
        .offset = offsetof(RECORD_STRUCT, member), .need = FIELD_##needed                          \
    }
#define FIELD_OF(needed, field_kind, member, record_type_)                                         \
    {                                                                                              \
        .name = #member, .kind = FIELD_##field_kind, .offset = offsetof(RECORD_STRUCT, member),    \
        .need = FIELD_##needed, .type = &(record_type_)                                            \
    }
#define FIELD_SYMBOL(needed, member, symbol_names)                                                 \
    {                                                                                              \
        .name = #member, .kind = FIELD_ENUM, .offset = offsetof(RECORD_STRUCT, member),            \
        .need = FIELD_##needed, .names = (symbol_names)                                            \
    }
#define FIELD_END                                                                                  \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define RECORD_TYPE(type_name, avro_name, table)                                                   \
    const struct record_type type_name = {                                                         \
        .name = (avro_name), .size = sizeof(RECORD_STRUCT), .fields = (table)}

#endif
