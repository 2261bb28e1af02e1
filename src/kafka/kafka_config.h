/*
 * kafka_config.h: the properties of a pipeline's `kafka:` section, as librdkafka and the schema
 * registry want them. Any property of librdkafka may be set; those that hold a secret only as
 * env:NAME or file:PATH, and their values appear in no text of this room.
 *
 * A name that begins with "schema.registry." is the registry's (schema_registry.h). Properties that
 * exactly-once depends on are assay's own and cannot be set. Thread: any.
 */
#ifndef ASSAY_KAFKA_KAFKA_CONFIG_H
#define ASSAY_KAFKA_KAFKA_CONFIG_H

#include "base/error.h"
#include "base/strbuf.h"

struct kafka_property {
    const char *name, *value;
};

/* As in the pipeline; the texts belong to it. */
struct kafka_config {
    const struct kafka_property *items;
    size_t count;
};

/* NULL when it is not set. */
const char *kafka_config_get(const struct kafka_config *config, const char *name);

/* True for names whose values are secrets. */
bool kafka_config_is_secret(const char *name);

/* The value behind env:NAME or file:PATH (without the line end), or the value itself. The caller
 * wipes and frees it: kafka_config_forget. STATUS_CONFIG: a secret that is written out, or one that
 * is not there. */
enum status kafka_config_value(const struct kafka_property *property, struct strbuf *ret_value,
                               struct error *err);
void kafka_config_forget(struct strbuf *value);

/* Every property is known to librdkafka, is not assay's own, and its value can be had. */
enum status kafka_config_check(const struct kafka_config *config, struct error *err);

#endif
