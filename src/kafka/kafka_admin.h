/*
 * kafka_admin.h: questions about topics, and reading a topic from an offset to its end. Nothing
 * here joins a group. Every call ends within the client's time-out. Thread: one owner.
 */
#ifndef ASSAY_KAFKA_KAFKA_ADMIN_H
#define ASSAY_KAFKA_KAFKA_ADMIN_H

#include "base/cleanup.h"
#include "kafka/kafka_config.h"
#include "kafka/kafka_record.h"

struct kafka_admin;

/* group: whose committed offsets may be asked for; NULL: none. timeout_ms bounds each call; 0:
 * 10 s. */
enum status kafka_admin_open(const struct kafka_config *config, const char *group, int timeout_ms,
                             struct kafka_admin **ret_admin, struct error *err);
void kafka_admin_close(struct kafka_admin *admin);
/* bootstrap.servers, for texts. */
const char *kafka_admin_brokers(const struct kafka_admin *admin);

/* *ret_count 0: there is no such topic. STATUS_NETWORK: no broker answers. */
enum status kafka_admin_partitions(struct kafka_admin *admin, const char *topic, size_t *ret_count,
                                   struct error *err);
/* Makes the topic unless it is there; kept for ever (retention.ms=-1). */
enum status kafka_admin_create_topic(struct kafka_admin *admin, const char *topic,
                                     size_t partitions, bool is_compacted, struct error *err);
/* One setting of a topic as text ("cleanup.policy"), into `value`. */
enum status kafka_admin_topic_setting(struct kafka_admin *admin, const char *topic,
                                      const char *name, char *value, size_t size,
                                      struct error *err);
/* First offset, and the one behind the last that read_committed sees (last stable offset). */
enum status kafka_admin_range(struct kafka_admin *admin, const char *topic, int32_t partition,
                              int64_t *ret_start, int64_t *ret_end, struct error *err);
/* The end as it is now, once every transaction that is open now has ended: a commit returns before
 * read_committed sees it. */
enum status kafka_admin_stable_end(struct kafka_admin *admin, const char *topic, int32_t partition,
                                   int64_t *ret_end, struct error *err);
/* The first offset whose timestamp is at least time_ms; -1: none. */
enum status kafka_admin_offset_at(struct kafka_admin *admin, const char *topic, int32_t partition,
                                  int64_t time_ms, int64_t *ret_offset, struct error *err);
/* What the group has committed, -1 when nothing; `metadata` may be NULL. Waits, up to the time-out,
 * for a pending transaction. */
enum status kafka_admin_committed(struct kafka_admin *admin, const char *topic, int32_t partition,
                                  int64_t *ret_offset, struct strbuf *metadata, struct error *err);

/* Each committed record of [start, end) in order, tombstones included; borrowed during the call. */
typedef enum status kafka_visit(void *context, const struct kafka_record *record,
                                struct error *err);
struct kafka_range {
    const char *topic;
    int32_t partition;
    int64_t start, end;
};
enum status kafka_admin_read(struct kafka_admin *admin, const struct kafka_range *range,
                             kafka_visit *visit, void *context, struct error *err);

DEFINE_CLEANUP(kafka_admin_cleanup, struct kafka_admin, kafka_admin_close)

#endif
