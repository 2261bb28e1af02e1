/*
 * schema_registry.c: one call at a time over a call loop of its own; schemas are kept for the
 * process's life, as ids never change their meaning. Thread: one owner.
 */
#include "kafka/schema_registry.h"

#include "base/base64.h"
#include "base/json_write.h"
#include "base/memory.h"
#include "codec/json_record.h"
#include "net/call_loop.h"

#include <stdio.h>

enum { TIMEOUT_MS = 5000, ATTEMPTS = 4, URL_BYTES = 1024 };

struct schema_registry {
    struct call_loop *calls;
    uint32_t far_end;
    const char *url;             /* without credentials; the first of a list */
    struct strbuf authorization; /* "Basic ..." */
    struct kept_schema {
        uint32_t id;
        struct strbuf text; /* empty: there is no such id */
    } *kept;
    size_t kept_count, kept_capacity;
};

static enum status take_credentials(struct schema_registry *registry,
                                    const struct kafka_config *config, struct error *err)
{
    const char *name = "schema.registry.basic.auth.user.info";
    const char *value = kafka_config_get(config, name);
    if (!value)
        return STATUS_OK;
    struct strbuf pair = {0};
    struct kafka_property property = {name, value};
    enum status status = kafka_config_value(&property, &pair, err);
    if (status == STATUS_OK) {
        strbuf_add_text(&registry->authorization, "Basic ");
        base64_encode(strbuf_view(&pair), &registry->authorization);
    }
    kafka_config_forget(&pair);
    return registry->authorization.failed ? error_no_memory(err) : status;
}

enum status schema_registry_open(const struct kafka_config *config,
                                 struct schema_registry **ret_registry, struct error *err)
{
    const char *url = kafka_config_get(config, "schema.registry.url");
    if (!url) {
        enum status status = error_set(err, STATUS_CONFIG, "no schema registry is named");
        error_fix(err, "Write 'schema.registry.url' under `kafka:`, or 'format: avro' or 'json' "
                       "under `source.kafka`.");
        return status;
    }
    struct schema_registry *made = memory_alloc(sizeof *made);
    if (!made)
        return error_no_memory(err);
    CLEANUP(schema_registry_cleanup) struct schema_registry *registry = made;
    struct kafka_property property = {"schema.registry.url", url};
    struct strbuf address = {0};
    enum status status = kafka_config_value(&property, &address, err);
    if (status == STATUS_OK && !(registry->url = memory_copy_text(address.data)))
        status = error_no_memory(err);
    strbuf_done(&address);
    if (status == STATUS_OK)
        status = take_credentials(registry, config, err);
    struct call_loop_options options = {.retry = {.max_attempts = ATTEMPTS, .base_ms = 200}};
    if (status == STATUS_OK)
        status = call_loop_create(&options, &registry->calls, err);
    struct far_end_options far_end = {
        .name = "schema registry",
        .max_in_flight = 1,
        .ca_file = kafka_config_get(config, "schema.registry.ssl.ca.location")};
    if (status == STATUS_OK)
        status = call_loop_register_far_end(registry->calls, &far_end, &registry->far_end, err);
    if (status == STATUS_OK)
        *ret_registry = TAKE(registry);
    return status;
}

void schema_registry_close(struct schema_registry *registry)
{
    if (!registry)
        return;
    call_loop_destroy(registry->calls);
    for (size_t i = 0; i < registry->kept_count; i++)
        strbuf_done(&registry->kept[i].text);
    memory_free(registry->kept);
    memory_free((char *)(uintptr_t)registry->url);
    kafka_config_forget(&registry->authorization);
    memory_free(registry);
}

/* 200 and 404 are answers; everything else is told. */
static enum status ask(struct schema_registry *registry, const char *path, struct strview body,
                       struct call_result *ret_result, struct error *err)
{
    char url[URL_BYTES];
    size_t size = strlen(registry->url);
    while (size && registry->url[size - 1] == '/')
        size--;
    int written = snprintf(url, sizeof url, "%.*s%s", (int)size, registry->url, path);
    if (written < 0 || (size_t)written >= sizeof url)
        return error_set(err, STATUS_CONFIG, "the address of the schema registry is too long");
    struct call_header headers[] = {
        {"Content-Type", "application/vnd.schemaregistry.v1+json", false},
        {"Authorization", registry->authorization.data, true}};
    struct call call = {.kind = CALL_HTTP,
                        .far_end = registry->far_end,
                        .method = body.data ? CALL_POST : CALL_GET,
                        .url = url,
                        .headers = headers,
                        .header_count = registry->authorization.size ? 2 : 1,
                        .body = body,
                        .total_timeout_ms = TIMEOUT_MS,
                        .connect_timeout_ms = TIMEOUT_MS};
    enum status status = call_loop_submit(registry->calls, &call, err);
    struct call_result result = {0};
    if (status == STATUS_OK && call_loop_collect(registry->calls, &result, 1, -1) != 1)
        status = error_set(err, STATUS_INTERNAL, "the schema registry was not asked");
    if (status != STATUS_OK)
        return status;
    if (result.outcome == CALL_OK || result.http_status == 404) {
        *ret_result = result;
        return STATUS_OK;
    }
    bool is_refused = result.http_status == 401 || result.http_status == 403;
    if (result.http_status)
        status = error_set(err, STATUS_NETWORK, "the schema registry answers with status %d",
                           result.http_status);
    else
        status =
            error_set(err, STATUS_NETWORK, "the schema registry does not answer: %s", result.error);
    error_where(err, "%s", registry->url);
    error_fix(err, "%s",
              is_refused ? "Look at schema.registry.basic.auth.user.info under `kafka:`."
                         : "Look whether it runs and schema.registry.url under `kafka:` is right.");
    call_result_done(&result);
    return status;
}

static enum status keep(struct schema_registry *registry, uint32_t id,
                        const struct call_result *result, struct strview *ret_schema,
                        struct error *err)
{
    json_t *json = NULL;
    enum status status = STATUS_OK;
    if (!memory_grow(&registry->kept, &registry->kept_capacity, registry->kept_count + 1,
                     sizeof *registry->kept))
        return error_no_memory(err);
    struct kept_schema *kept = &registry->kept[registry->kept_count];
    *kept = (struct kept_schema){.id = id};
    if (result->outcome == CALL_OK)
        status = json_record_parse((struct strview){result->body, result->body_bytes}, &json, err);
    if (json) {
        const char *text = json_string_value(json_object_get(json, "schema"));
        if (text)
            strbuf_add_text(&kept->text, text);
        else
            status = error_set(err, STATUS_NETWORK, "the schema registry answers without a schema");
    }
    json_decref(json);
    if (status == STATUS_OK && kept->text.failed)
        status = error_no_memory(err);
    if (status != STATUS_OK) {
        strbuf_done(&kept->text);
        return status;
    }
    registry->kept_count++;
    *ret_schema = (struct strview){kept->text.size ? kept->text.data : NULL, kept->text.size};
    return STATUS_OK;
}

enum status schema_registry_fetch(struct schema_registry *registry, uint32_t id,
                                  struct strview *ret_schema, struct error *err)
{
    for (size_t i = 0; i < registry->kept_count; i++) {
        const struct kept_schema *kept = &registry->kept[i];
        if (kept->id != id)
            continue;
        *ret_schema = (struct strview){kept->text.size ? kept->text.data : NULL, kept->text.size};
        return STATUS_OK;
    }
    char path[64];
    snprintf(path, sizeof path, "/schemas/ids/%u", id);
    struct call_result result;
    enum status status = ask(registry, path, (struct strview){0}, &result, err);
    if (status != STATUS_OK)
        return status;
    status = keep(registry, id, &result, ret_schema, err);
    call_result_done(&result);
    return status;
}

enum status schema_registry_register(struct schema_registry *registry, const char *subject,
                                     struct strview schema, uint32_t *ret_id, struct error *err)
{
    struct strbuf body = {0};
    struct json_write writer = {.out = &body};
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "schema", schema);
    json_write_end_object(&writer);
    char path[512];
    snprintf(path, sizeof path, "/subjects/%s/versions", subject);
    struct call_result result = {0};
    enum status status =
        body.failed ? error_no_memory(err) : ask(registry, path, strbuf_view(&body), &result, err);
    strbuf_done(&body);
    json_t *json = NULL;
    if (status == STATUS_OK)
        status = json_record_parse((struct strview){result.body, result.body_bytes}, &json, err);
    const json_t *id = json_object_get(json, "id");
    if (status == STATUS_OK && !json_is_integer(id))
        status = error_set(err, STATUS_NETWORK, "the schema registry gives no id to '%s'", subject);
    if (status == STATUS_OK)
        *ret_id = (uint32_t)json_integer_value(id);
    json_decref(json);
    call_result_done(&result);
    return status;
}

void schema_registry_frame(uint32_t id, char ret_frame[SCHEMA_REGISTRY_FRAME_BYTES])
{
    ret_frame[0] = 0;
    for (int i = 0; i < 4; i++)
        ret_frame[i + 1] = (char)(id >> (24 - 8 * i) & 255);
}

bool schema_registry_unframe(struct strview *value, uint32_t *ret_id)
{
    if (value->size < SCHEMA_REGISTRY_FRAME_BYTES || value->data[0] != 0)
        return false;
    uint32_t id = 0;
    for (int i = 1; i < SCHEMA_REGISTRY_FRAME_BYTES; i++)
        id = id << 8 | (unsigned char)value->data[i];
    *ret_id = id;
    value->data += SCHEMA_REGISTRY_FRAME_BYTES;
    value->size -= SCHEMA_REGISTRY_FRAME_BYTES;
    return true;
}
