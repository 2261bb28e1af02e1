/*
 * provider_end.c: providers' addresses and keys, registration with the call loop, answers in the
 * journal.
 */
#include "pipeline/provider_end.h"

#include "base/memory.h"
#include "codec/json_record.h"
#include "pipeline/spend.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Where a provider listens when the pipeline does not say it. */
static const struct provider {
    const char *name;
    const char *base_url;
    const char *url_variable; /* an address from the environment goes before the default */
    const char *key_variable; /* NULL: no key */
    enum call_rate_headers rate_headers;
} providers[] = {
    {"openai", "https://api.openai.com/v1", "OPENAI_BASE_URL", "OPENAI_API_KEY",
     CALL_RATE_HEADERS_PER_MINUTE},
    {"groq", "https://api.groq.com/openai/v1", "GROQ_BASE_URL", "GROQ_API_KEY",
     CALL_RATE_HEADERS_REQUESTS_PER_DAY},
    {"ollama", "http://127.0.0.1:11434/v1", "OLLAMA_HOST", NULL, CALL_RATE_HEADERS_IGNORED},
};

static const struct provider *find_provider(struct strview name)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
        if (strview_is(name, providers[i].name))
            return &providers[i];
    return NULL;
}

/* OLLAMA_HOST may be "127.0.0.1:11434"; every address may lack the final /v1 of Ollama. */
static char *address_of(struct arena *arena, const struct candidate_spec *spec,
                        const struct provider *provider)
{
    const char *base = spec->base_url.data;
    const char *set = provider && provider->url_variable ? getenv(provider->url_variable) : NULL;
    if (!base && set && *set) {
        bool is_ollama = strcmp(provider->name, "ollama") == 0;
        const char *scheme = strstr(set, "://") ? "" : "http://";
        const char *path = is_ollama && !strstr(set, "/v1") ? "/v1" : "";
        return arena_format(arena, "%s%s%s/chat/completions", scheme, set, path);
    }
    base = base ? base : provider ? provider->base_url : NULL;
    if (!base)
        return NULL;
    size_t size = strlen(base);
    while (size && base[size - 1] == '/')
        size--;
    return arena_format(arena, "%.*s/chat/completions", (int)size, base);
}

static enum status set_key(struct session_candidate *own, const struct provider *provider,
                           struct error *err)
{
    const struct candidate_spec *spec = own->candidate.spec;
    const char *variable = spec->api_key_env.data ? spec->api_key_env.data
                           : provider             ? provider->key_variable
                                                  : NULL;
    /* A provider's key goes to the provider only: an address of one's own names its key, if it
     * needs one. */
    if (!variable || (spec->base_url.data && !spec->api_key_env.data))
        return STATUS_OK;
    const char *key = getenv(variable);
    if (!key || !*key) {
        enum status status = error_set(err, STATUS_CONFIG, "the variable %s is not set", variable);
        error_where(err, "candidate '%.*s'", STRVIEW_ARG(spec->name));
        error_fix(err, "export %s=..., or put it into a file and use --env-file.", variable);
        return status;
    }
    size_t size = strlen(key) + sizeof "Bearer ";
    own->authorization = memory_alloc(size);
    if (!own->authorization)
        return error_no_memory(err);
    snprintf(own->authorization, size, "Bearer %s", key);
    own->headers[own->header_count++] =
        (struct call_header){.name = "Authorization", .value = own->authorization, .secret = true};
    return STATUS_OK;
}

/* Only addresses of this machine are inside. */
static bool is_outside(const char *url)
{
    static const char *const inside[] = {"localhost", "127.", "[::1]", NULL};
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    const char *at = memchr(host, '@', strcspn(host, "/"));
    host = at ? at + 1 : host;
    for (size_t i = 0; inside[i]; i++) {
        size_t size = strlen(inside[i]);
        bool ends = inside[i][size - 1] == '.' || strchr(":/", host[size]) || host[size] == '\0';
        if (strncasecmp(host, inside[i], size) == 0 && ends)
            return false;
    }
    return true;
}

static enum status need_loop(struct session *session, struct error *err)
{
    if (session->calls)
        return STATUS_OK;
    const struct pipeline_spec *pipeline = session->options.pipeline;
    uint32_t in_flight = 0;
    for (size_t i = 0; i < pipeline->candidate_count; i++)
        in_flight += (uint32_t)pipeline->candidates[i].max_in_flight;

    struct call_loop_options options = {.seed = (uint64_t)pipeline->seed,
                                        .max_in_flight = in_flight,
                                        .holds_places = true,
                                        .budget = spend_hooks(session->spend)};
    return call_loop_create(&options, &session->calls, err);
}

enum status provider_end_command(struct session *session, const char *name,
                                 const struct option_texts *command, int64_t processes,
                                 uint32_t *ret_far_end, struct error *err)
{
    const char **argv = arena_array(session->arena, command->count + 1, sizeof *argv);
    for (size_t i = 0; argv && i < command->count; i++)
        argv[i] = command->items[i].data;
    struct far_end_options options = {
        .name = name, .argv = argv, .max_in_flight = (uint32_t)processes};
    enum status status = argv ? need_loop(session, err) : error_no_memory(err);
    return status == STATUS_OK
               ? call_loop_register_far_end(session->calls, &options, ret_far_end, err)
               : status;
}

static enum status register_far_end(struct session *session, struct session_candidate *own,
                                    const struct provider *provider, struct error *err)
{
    const struct candidate_spec *spec = own->candidate.spec;
    struct far_end_options options = {.name = spec->name.data,
                                      .max_in_flight = (uint32_t)spec->max_in_flight,
                                      .requests_per_minute = spec->requests_per_minute,
                                      .tokens_per_minute = spec->tokens_per_minute,
                                      .rate_headers = provider ? provider->rate_headers
                                                               : CALL_RATE_HEADERS_IGNORED};
    enum status status;
    if (spec->kind == CANDIDATE_COMMAND) {
        status = provider_end_command(session, spec->name.data, &spec->command, spec->processes,
                                      &own->far_end, err);
    } else {
        status = need_loop(session, err);
        if (status == STATUS_OK)
            status = call_loop_register_far_end(session->calls, &options, &own->far_end, err);
    }
    own->has_far_end = status == STATUS_OK;
    if (status != STATUS_OK)
        error_where(err, "candidate '%.*s'", STRVIEW_ARG(spec->name));
    return status;
}

enum status provider_end_open(struct session *session, struct session_candidate *own,
                              struct error *err)
{
    const struct candidate_spec *spec = own->candidate.spec;
    bool replays_only = own->cassette && spec->cassette_mode == CASSETTE_REPLAY;
    if (spec->kind == CANDIDATE_RULES || spec->kind == CANDIDATE_REFERENCE ||
        spec->kind == CANDIDATE_RECORDED || replays_only)
        return STATUS_OK;
    const struct provider *provider =
        own->candidate.kind->calls_model ? find_provider(spec->provider_name) : NULL;
    own->url = own->candidate.kind->calls_model ? address_of(session->arena, spec, provider)
                                                : spec->url.data;
    if (!own->url && spec->kind != CANDIDATE_COMMAND) {
        enum status status = error_set(err, STATUS_CONFIG, "provider '%.*s' is not known",
                                       STRVIEW_ARG(spec->provider_name));
        error_where(err, "candidate '%.*s'", STRVIEW_ARG(spec->name));
        error_fix(err, "Use openai, groq or ollama, or set base_url.");
        return status;
    }
    own->is_outside = spec->kind != CANDIDATE_COMMAND && is_outside(own->url);
    own->headers[own->header_count++] =
        (struct call_header){.name = "Content-Type", .value = "application/json"};
    enum status status = set_key(own, provider, err);
    return status == STATUS_OK ? register_far_end(session, own, provider, err) : status;
}

void provider_end_close(struct session_candidate *own)
{
    if (own->authorization)
        explicit_bzero(own->authorization, strlen(own->authorization));
    memory_free(own->authorization);
}

void provider_end_encode_answer(const struct far_answer *answer, int64_t reserved_usd_nano,
                                struct strbuf *out)
{
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "status", answer->http_status);
    json_write_key(&writer, strview_of("latency_ms"));
    json_write_number(&writer, answer->latency_ms);
    json_write_key(&writer, strview_of("first_byte_ms"));
    json_write_number(&writer, answer->first_byte_ms);
    json_write_key_i64(&writer, "attempts", answer->attempts);
    json_write_key_i64(&writer, "reserved_usd_nano", reserved_usd_nano);
    json_write_key_text(&writer, "body", answer->body);
    json_write_end_object(&writer);
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

enum status provider_end_decode_answer(struct strview payload, struct arena *arena,
                                       struct far_answer *ret_answer,
                                       int64_t *ret_reserved_usd_nano)
{
    json_t *json = NULL;
    enum status status = json_record_parse(payload, &json, NULL);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? status : STATUS_DATA;
    const json_t *body = json_object_get(json, "body");
    *ret_answer = (struct far_answer){
        .outcome = CALL_OK,
        .http_status = (int32_t)json_integer_value(json_object_get(json, "status")),
        .latency_ms = number_of(json, "latency_ms"),
        .first_byte_ms = number_of(json, "first_byte_ms"),
        .attempts = json_integer_value(json_object_get(json, "attempts"))};
    *ret_reserved_usd_nano = json_integer_value(json_object_get(json, "reserved_usd_nano"));
    if (arena)
        ret_answer->body = arena_copy_view(
            arena, (struct strview){json_string_value(body), json_string_length(body)});
    if (!json_is_string(body))
        status = STATUS_DATA;
    else if (arena && !ret_answer->body.data)
        status = STATUS_NO_MEMORY;
    json_decref(json);
    return status;
}
