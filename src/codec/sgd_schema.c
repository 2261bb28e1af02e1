/*
 * sgd_schema.c: reads schema.json for the official scorer and the importer. Thread: one at a time.
 * Ownership: everything is copied into the caller's arena.
 */
#include "codec/sgd_schema.h"

#include "codec/sgd_json.h"

enum { LIMIT_BYTES = 256 * 1024 * 1024 };

struct reader {
    struct sgd_json json;
    struct arena *arena;
    size_t service_capacity;
    bool no_memory;
    struct sgd_schema schema;
};

static void reader_done(struct reader *reader)
{
    sgd_json_done(&reader->json);
}

/* What Python's `if value:` says. */
static bool is_truthy(struct sgd_json *json)
{
    struct sgd_json_value value;
    uint32_t first = sgd_json_tell(json);
    switch (sgd_json_peek(json)) {
    case SGD_JSON_TRUE:
        sgd_json_skip(json);
        return true;
    case SGD_JSON_TEXT:
        return sgd_json_read(json).text.size > 0;
    case SGD_JSON_OBJECT:
    case SGD_JSON_ARRAY:
        sgd_json_skip(json);
        return sgd_json_tell(json) - first > 2; /* more than the two brackets */
    case SGD_JSON_INTEGER:
    case SGD_JSON_REAL:
        value = sgd_json_read(json);
        for (size_t i = 0; i < value.text.size && (value.text.data[i] | 0x20) != 'e'; i++)
            if (!memchr("-.0", value.text.data[i], 3))
                return true;
        return false;
    case SGD_JSON_NONE:
    case SGD_JSON_FALSE:
    case SGD_JSON_NULL:
        break;
    }
    sgd_json_skip(json);
    return false;
}

static struct strview copy(struct reader *reader, struct strview text)
{
    if (strview_is_absent(text))
        return text;
    struct strview made = arena_copy_view(reader->arena, text);
    reader->no_memory |= strview_is_absent(made);
    return made;
}

static enum status read_slot(struct reader *reader, struct sgd_schema_service *service,
                             struct error *err)
{
    struct sgd_json *json = &reader->json;
    struct sgd_schema_slot slot = {0};
    bool has_category = false;
    struct strview key;
    if (sgd_json_peek(json) != SGD_JSON_OBJECT)
        return sgd_json_complain(json, json->at, err, "a slot of the schema is not an object");
    sgd_json_enter(json);
    while (sgd_json_next_key(json, &key)) {
        if (strview_is(key, "name")) {
            slot.name = copy(reader, sgd_json_read_text(json));
        } else if (strview_is(key, "is_categorical")) {
            slot.is_categorical = is_truthy(json);
            has_category = true;
        } else {
            sgd_json_skip(json);
        }
    }
    if (strview_is_absent(slot.name) || !has_category)
        service->fault = "one of its slots has no name or no is_categorical";
    service->slots[service->slot_count++] = slot;
    return STATUS_OK;
}

static enum status read_slots(struct reader *reader, struct sgd_schema_service *service,
                              struct error *err)
{
    struct sgd_json *json = &reader->json;
    size_t capacity = 0;
    service->slot_count = 0;
    service->fault = NULL;
    if (sgd_json_peek(json) != SGD_JSON_ARRAY) {
        service->fault = "its slots are not a list";
        sgd_json_skip(json);
        return STATUS_OK;
    }
    sgd_json_enter(json);
    while (sgd_json_next_element(json)) {
        if (!arena_grow(reader->arena, &service->slots, service->slot_count, &capacity,
                        sizeof *service->slots))
            return error_no_memory(err);
        enum status status = read_slot(reader, service, err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void read_intent(struct reader *reader, struct sgd_schema_intent *ret_intent)
{
    struct sgd_json *json = &reader->json;
    struct strview key;
    *ret_intent = (struct sgd_schema_intent){0};
    sgd_json_enter(json);
    while (sgd_json_next_key(json, &key)) {
        if (strview_is(key, "name"))
            ret_intent->name = copy(reader, sgd_json_read_text(json));
        else if (strview_is(key, "is_transactional"))
            ret_intent->is_transactional = is_truthy(json);
        else
            sgd_json_skip(json);
    }
}

static enum status read_intents(struct reader *reader, struct sgd_schema_service *service,
                                struct error *err)
{
    struct sgd_json *json = &reader->json;
    size_t capacity = 0;
    service->intent_count = 0;
    if (sgd_json_peek(json) != SGD_JSON_ARRAY) {
        sgd_json_skip(json);
        return STATUS_OK;
    }
    sgd_json_enter(json);
    while (sgd_json_next_element(json)) {
        if (sgd_json_peek(json) != SGD_JSON_OBJECT) {
            sgd_json_skip(json);
            continue;
        }
        if (!arena_grow(reader->arena, &service->intents, service->intent_count, &capacity,
                        sizeof *service->intents))
            return error_no_memory(err);
        read_intent(reader, &service->intents[service->intent_count++]);
    }
    return STATUS_OK;
}

static enum status keep_service(struct reader *reader, const struct sgd_schema_service *service,
                                struct error *err)
{
    struct sgd_schema *schema = &reader->schema;
    for (size_t i = 0; i < schema->service_count; i++) {
        if (!strview_equal(schema->services[i].name, service->name))
            continue;
        schema->services[i] = *service;
        return STATUS_OK;
    }
    if (!arena_grow(reader->arena, &schema->services, schema->service_count,
                    &reader->service_capacity, sizeof *schema->services))
        return error_no_memory(err);
    schema->services[schema->service_count++] = *service;
    return STATUS_OK;
}

static enum status read_service(struct reader *reader, struct error *err)
{
    struct sgd_json *json = &reader->json;
    uint32_t first = sgd_json_tell(json);
    struct sgd_schema_service service = {.fault = "it has no slots in the schema"};
    struct strview key;
    enum status status = STATUS_OK;
    if (sgd_json_peek(json) != SGD_JSON_OBJECT)
        return sgd_json_complain(json, first, err, "a service of the schema is not an object");
    sgd_json_enter(json);
    while (status == STATUS_OK && sgd_json_next_key(json, &key)) {
        if (strview_is(key, "service_name"))
            service.name = copy(reader, sgd_json_read_text(json));
        else if (strview_is(key, "slots"))
            status = read_slots(reader, &service, err);
        else if (strview_is(key, "intents"))
            status = read_intents(reader, &service, err);
        else
            sgd_json_skip(json);
    }
    if (reader->no_memory)
        return error_no_memory(err);
    if (status != STATUS_OK || json->fault != STATUS_OK)
        return status;
    if (strview_is_absent(service.name))
        return sgd_json_complain(json, first, err, "a service of the schema has no service_name");
    return keep_service(reader, &service, err);
}

enum status sgd_schema_read(const char *path, struct arena *arena, struct sgd_schema *ret_schema,
                            struct error *err)
{
    CLEANUP(reader_done) struct reader reader = {.arena = arena};
    struct sgd_json *json = &reader.json;
    enum status status = sgd_json_open(json, path, LIMIT_BYTES, err);
    if (status != STATUS_OK)
        return status;
    if (sgd_json_peek(json) != SGD_JSON_ARRAY)
        return sgd_json_complain(json, 0, err, "the schema is not a list of services");
    sgd_json_enter(json);
    while (sgd_json_next_element(json)) {
        status = read_service(&reader, err);
        if (status != STATUS_OK)
            return status;
    }
    status = sgd_json_finish(json, err);
    if (status != STATUS_OK)
        return status;
    *ret_schema = reader.schema;
    return STATUS_OK;
}

const struct sgd_schema_service *sgd_schema_find(const struct sgd_schema *schema,
                                                 struct strview name)
{
    for (size_t i = 0; i < schema->service_count; i++)
        if (strview_equal(schema->services[i].name, name))
            return &schema->services[i];
    return NULL;
}

const struct sgd_schema_intent *sgd_schema_intent(const struct sgd_schema_service *service,
                                                  struct strview name)
{
    for (size_t i = 0; i < service->intent_count; i++)
        if (strview_equal(service->intents[i].name, name))
            return &service->intents[i];
    return NULL;
}
