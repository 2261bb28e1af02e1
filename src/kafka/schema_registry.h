/*
 * schema_registry.h: Confluent's REST API over net/: schemas by id, kept once fetched, and ids of
 * our own schemas. Basic auth and TLS by the properties schema.registry.url,
 * schema.registry.basic.auth.user.info (env: or file:) and schema.registry.ssl.ca.location.
 * Failures that may pass are tried again, then told. Thread: one owner; calls wait.
 */
#ifndef ASSAY_KAFKA_SCHEMA_REGISTRY_H
#define ASSAY_KAFKA_SCHEMA_REGISTRY_H

#include "base/cleanup.h"
#include "kafka/kafka_config.h"

#include <stdint.h>

struct schema_registry;

/* STATUS_CONFIG when no URL is set. Asks nothing yet. */
enum status schema_registry_open(const struct kafka_config *config,
                                 struct schema_registry **ret_registry, struct error *err);
void schema_registry_close(struct schema_registry *registry);

/* The schema's text, the registry's; data NULL when the registry knows no such id.
 * STATUS_NETWORK: it could not be asked. */
enum status schema_registry_fetch(struct schema_registry *registry, uint32_t id,
                                  struct strview *ret_schema, struct error *err);
/* The id of a schema under a subject ("<topic>-value"), registered if it was not. */
enum status schema_registry_register(struct schema_registry *registry, const char *subject,
                                     struct strview schema, uint32_t *ret_id, struct error *err);

/* Confluent's frame before an Avro value: a zero, then the id, big-endian. */
enum { SCHEMA_REGISTRY_FRAME_BYTES = 5 };
void schema_registry_frame(uint32_t id, char ret_frame[SCHEMA_REGISTRY_FRAME_BYTES]);
/* Moves *value behind the frame; false: there is none. */
bool schema_registry_unframe(struct strview *value, uint32_t *ret_id);

DEFINE_CLEANUP(schema_registry_cleanup, struct schema_registry, schema_registry_close)

#endif
