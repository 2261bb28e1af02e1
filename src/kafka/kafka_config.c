/*
 * kafka_config.c: properties, and secrets from the environment or from files. Thread: any.
 */
#include "kafka/kafka_config.h"

#include <librdkafka/rdkafka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_LIMIT_BYTES = 64 * 1024 };

/* What the protocol of exactly-once depends on. */
static const char *const own_names[] = {"group.id",
                                        "enable.auto.commit",
                                        "enable.auto.offset.store",
                                        "auto.offset.reset",
                                        "isolation.level",
                                        "transactional.id",
                                        "enable.partition.eof",
                                        "enable.idempotence",
                                        "group.instance.id",
                                        NULL};

static const char registry_prefix[] = "schema.registry.";

const char *kafka_config_get(const struct kafka_config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->items[i].name, name) == 0)
            return config->items[i].value;
    return NULL;
}

bool kafka_config_is_secret(const char *name)
{
    static const char *const words[] = {"password", "secret", "basic.auth.user.info", "key.pem",
                                        "sasl.oauthbearer.config"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(name, words[i]))
            return true;
    return false;
}

static enum status no_secret(const struct kafka_property *property, const char *why,
                             struct error *err)
{
    enum status status =
        error_set(err, STATUS_CONFIG, "the secret of kafka property '%s' %s", property->name, why);
    error_fix(err, "Write 'env:NAME' or 'file:PATH', and put the secret there.");
    return status;
}

static enum status from_file(const struct kafka_property *property, struct strbuf *value,
                             struct error *err)
{
    const char *path = property->value + strlen("file:");
    FILE *file = fopen(path, "re");
    if (!file) {
        char why[300];
        snprintf(why, sizeof why, "could not be read from '%.200s': %s", path, strerror(errno));
        return no_secret(property, why, err);
    }
    char piece[512];
    for (size_t got;
         (got = fread(piece, 1, sizeof piece, file)) > 0 && value->size < SECRET_LIMIT_BYTES;)
        strbuf_add(value, piece, got);
    explicit_bzero(piece, sizeof piece);
    fclose(file);
    while (value->size &&
           (value->data[value->size - 1] == '\n' || value->data[value->size - 1] == '\r'))
        value->data[--value->size] = 0;
    return STATUS_OK;
}

enum status kafka_config_value(const struct kafka_property *property, struct strbuf *ret_value,
                               struct error *err)
{
    strbuf_clear(ret_value);
    enum status status = STATUS_OK;
    if (strncmp(property->value, "env:", 4) == 0) {
        const char *value = getenv(property->value + 4);
        if (!value) {
            char why[200];
            snprintf(why, sizeof why, "is not in the environment: '%.100s' is not set",
                     property->value + 4);
            return no_secret(property, why, err);
        }
        strbuf_add_text(ret_value, value);
    } else if (strncmp(property->value, "file:", 5) == 0) {
        status = from_file(property, ret_value, err);
    } else if (kafka_config_is_secret(property->name)) {
        return no_secret(property, "stands in the pipeline", err);
    } else {
        strbuf_add_text(ret_value, property->value);
    }
    strbuf_add_text(ret_value, ""); /* a text also when it is empty */
    return ret_value->failed ? error_no_memory(err) : status;
}

void kafka_config_forget(struct strbuf *value)
{
    if (value->data)
        explicit_bzero(value->data, value->capacity);
    strbuf_done(value);
}

static enum status check_one(rd_kafka_conf_t *conf, const struct kafka_property *property,
                             struct error *err)
{
    for (size_t i = 0; own_names[i]; i++)
        if (strcmp(property->name, own_names[i]) == 0) {
            enum status status = error_set(err, STATUS_CONFIG,
                                           "kafka property '%s' is set by assay", property->name);
            error_fix(err, "Leave it out: exactly-once depends on it.");
            return status;
        }
    struct strbuf value = {0};
    enum status status = kafka_config_value(property, &value, err);
    bool is_registry = strncmp(property->name, registry_prefix, sizeof registry_prefix - 1) == 0;
    char why[512];
    if (status == STATUS_OK && !is_registry &&
        rd_kafka_conf_set(conf, property->name, value.data, why, sizeof why) != RD_KAFKA_CONF_OK) {
        bool is_secret = kafka_config_is_secret(property->name);
        status = error_set(err, STATUS_CONFIG, "kafka property '%s': %s", property->name,
                           is_secret ? "its value is refused" : why);
        error_fix(err, "Its names and values are those of librdkafka (CONFIGURATION.md there).");
    }
    kafka_config_forget(&value);
    return status;
}

enum status kafka_config_check(const struct kafka_config *config, struct error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    enum status status = STATUS_OK;
    for (size_t i = 0; i < config->count && status == STATUS_OK; i++)
        status = check_one(conf, &config->items[i], err);
    rd_kafka_conf_destroy(conf);
    if (status == STATUS_OK && !kafka_config_get(config, "bootstrap.servers")) {
        status = error_set(err, STATUS_CONFIG, "no Kafka broker is named");
        error_fix(err, "Write 'kafka: {bootstrap.servers: \"host:9092\"}' in the pipeline.");
    }
    return status;
}
