/*
 * kafka_client.c: makes a librdkafka handle of properties, keeps the last complaint, and puts
 * error codes into words with a fix. Thread: see kafka_client.h.
 */
#include "kafka/kafka_client.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void remember(struct kafka_client *client, rd_kafka_resp_err_t code, const char *text)
{
    pthread_mutex_lock(&client->lock);
    if (text && *text)
        snprintf(client->said, sizeof client->said, "%s", text);
    bool is_specific =
        code && code != RD_KAFKA_RESP_ERR__TRANSPORT && code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    if (is_specific || !client->trouble)
        client->trouble = code ? code : client->trouble;
    pthread_mutex_unlock(&client->lock);
}

static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    (void)facility;
    struct kafka_client *client = rd_kafka_opaque(handle);
    if (level <= 4 && client)
        remember(client, RD_KAFKA_RESP_ERR_NO_ERROR, text);
}

static void on_error(rd_kafka_t *handle, int code, const char *reason, void *opaque)
{
    (void)handle;
    remember(opaque, (rd_kafka_resp_err_t)code, reason);
}

static void on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t what,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    (void)handle;
    struct kafka_client *client = opaque;
    client->rebalanced(client->owner, what, list);
}

static enum status set_all(rd_kafka_conf_t *conf, const struct kafka_config *config,
                           const struct kafka_own_property *own, struct error *err)
{
    char why[512];
    struct strbuf value = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < config->count && status == STATUS_OK; i++) {
        if (strncmp(config->items[i].name, "schema.registry.", 16) == 0)
            continue;
        status = kafka_config_value(&config->items[i], &value, err);
        if (status == STATUS_OK)
            (void)rd_kafka_conf_set(conf, config->items[i].name, value.data, why, sizeof why);
    }
    kafka_config_forget(&value);
    for (size_t i = 0; own[i].name && status == STATUS_OK; i++) {
        bool is_users = own[i].name[0] == '?'; /* a default that the user may change */
        if (is_users && kafka_config_get(config, own[i].name + 1))
            continue;
        if (rd_kafka_conf_set(conf, own[i].name + is_users, own[i].value, why, sizeof why) !=
            RD_KAFKA_CONF_OK)
            status = error_set(err, STATUS_INTERNAL, "%s", why);
    }
    return status;
}

enum status kafka_client_open(struct kafka_client *client, rd_kafka_type_t type,
                              const struct kafka_config *config,
                              const struct kafka_own_property *own, struct error *err)
{
    enum status status = kafka_config_check(config, err);
    if (status != STATUS_OK)
        return status;
    client->config = config;
    struct kafka_property servers = {"bootstrap.servers",
                                     kafka_config_get(config, "bootstrap.servers")};
    struct strbuf value = {0};
    status = kafka_config_value(&servers, &value, err);
    snprintf(client->brokers, sizeof client->brokers, "%s", value.data ? value.data : "");
    strbuf_done(&value);
    if (status != STATUS_OK)
        return status;
    pthread_mutex_init(&client->lock, NULL);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_opaque(conf, client);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    if (client->delivered)
        rd_kafka_conf_set_dr_msg_cb(conf, client->delivered);
    if (client->rebalanced)
        rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    status = set_all(conf, config, own, err);
    char why[512];
    if (status == STATUS_OK && !(client->handle = rd_kafka_new(type, conf, why, sizeof why))) {
        status = error_set(err, STATUS_CONFIG, "a Kafka client could not be made: %s", why);
        error_fix(err, "Look at the pipeline's `kafka:` section.");
    }
    if (status != STATUS_OK)
        rd_kafka_conf_destroy(conf);
    return status;
}

void kafka_client_close(struct kafka_client *client)
{
    if (!client->handle)
        return;
    rd_kafka_destroy_flags(client->handle,
                           client->leaves_at_once ? RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE : 0);
    client->handle = NULL;
    pthread_mutex_destroy(&client->lock);
}

static const char *fix_of(rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
        return "The broker refuses the credentials: look at sasl.mechanism, sasl.username and "
               "sasl.password under `kafka:`.";
    case RD_KAFKA_RESP_ERR__SSL:
        return "TLS failed: look at ssl.ca.location and security.protocol under `kafka:`.";
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return "Make the topic (kafka-topics.sh --create --topic NAME), or correct its name in the "
               "pipeline.";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
        return "The user lacks a right (ACL): topics assay.*, groups assay.*, transactional ids "
               "assay.*.";
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
        return "Another process has taken this one's place: give each worker its own "
               "--worker-slot.";
    default:
        return "Look whether the broker runs and bootstrap.servers under `kafka:` is right; `assay "
               "doctor` "
               "tells more.";
    }
}

enum status kafka_client_fail(struct kafka_client *client, rd_kafka_resp_err_t code,
                              struct error *err, const char *format, ...)
{
    char what[256], said[sizeof client->said];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&client->lock);
    snprintf(said, sizeof said, "%s", client->said);
    bool is_plain = code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                    code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    if (is_plain && client->trouble)
        code = client->trouble;
    pthread_mutex_unlock(&client->lock);
    enum status status = error_set(err, STATUS_NETWORK, "could not %s: %s%s%s", what,
                                   rd_kafka_err2str(code), *said ? "; " : "", said);
    error_where(err, "Kafka at %s", client->brokers);
    error_fix(err, "%s", fix_of(code));
    return status;
}
