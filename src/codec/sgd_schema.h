/*
 * sgd_schema.h: the services of a schema.json of the Schema-Guided Dialogue format, as the official
 * scorer sees them: of a service that stands twice the last is taken, slots stay in their order,
 * and a service's faults matter only once the service is used (`fault`).
 *
 * Plain data in the arena that the reader was given. Thread: read-only after it was made.
 */
#ifndef ASSAY_CODEC_SGD_SCHEMA_H
#define ASSAY_CODEC_SGD_SCHEMA_H

#include "base/arena.h"
#include "base/error.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>

struct sgd_schema_slot {
    struct strview name;
    bool is_categorical;
};

struct sgd_schema_intent {
    struct strview name;
    bool is_transactional;
};

struct sgd_schema_service {
    struct strview name;
    struct sgd_schema_slot *slots; /* names may repeat */
    size_t slot_count;
    struct sgd_schema_intent *intents;
    size_t intent_count;
    const char *fault; /* NULL, or why frames of this service cannot be scored */
};

struct sgd_schema {
    struct sgd_schema_service *services; /* in the order of the file, each name once */
    size_t service_count;
};

enum status sgd_schema_read(const char *path, struct arena *arena, struct sgd_schema *ret_schema,
                            struct error *err);
/* NULL: unknown. */
const struct sgd_schema_service *sgd_schema_find(const struct sgd_schema *schema,
                                                 struct strview name);
const struct sgd_schema_intent *sgd_schema_intent(const struct sgd_schema_service *service,
                                                  struct strview name);

#endif
