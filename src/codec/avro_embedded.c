/*
 * avro_embedded.c: see avro_embedded.h. avro_embedded.inc is made by cmake/Schemas.cmake.
 */
#include "codec/avro_embedded.h"

#include "record/event.h"
#include "record/gold.h"
#include "record/score_row.h"

/* The bytes of each schema, then the table of them. */
#define EMBEDDED(name, ...) static const unsigned char name##_bytes[] = {__VA_ARGS__};
#include "codec/avro_embedded.inc"
#undef EMBEDDED

static const struct embedded {
    const char *name;
    const unsigned char *bytes;
    size_t size;
} embedded[] = {
#define EMBEDDED(name, ...) {#name, name##_bytes, sizeof name##_bytes},
#include "codec/avro_embedded.inc"
#undef EMBEDDED
};

struct strview avro_embedded_schema(struct strview name)
{
    for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++)
        if (strview_is(name, embedded[i].name))
            return (struct strview){(const char *)embedded[i].bytes, embedded[i].size};
    return (struct strview){NULL, 0};
}

struct strview avro_embedded_schema_of(const struct record_type *type)
{
    static const struct {
        const struct record_type *type;
        const char *name;
    } names[] = {
        {&event_envelope_type, "conversation_event"},
        {&gold_conversation_type, "gold_conversation"},
        {&prediction_type, "prediction"},
        {&score_row_type, "score"},
        {&conversation_facts_type, "conversation_facts"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].type == type)
            return avro_embedded_schema(strview_of(names[i].name));
    return (struct strview){NULL, 0};
}
