/* output_list.c: sizes before bytes, in this machine's order: the buffer never leaves the process.
 */
#include "worker/output_list.h"

#include <string.h>

struct entry {
    uint32_t topic, headers;
    uint64_t key_size, value_size;
    bool has_key, has_value;
};

void output_list_add(struct strbuf *list, enum run_topic topic, const struct kafka_record *record)
{
    struct entry entry = {.topic = topic,
                          .headers = (uint32_t)record->header_count,
                          .key_size = record->key.size,
                          .value_size = record->value.size,
                          .has_key = record->key.data != NULL,
                          .has_value = record->value.data != NULL};
    strbuf_add(list, &entry, sizeof entry);
    for (size_t i = 0; i < record->header_count; i++) {
        const struct kafka_header *header = &record->headers[i];
        uint64_t sizes[2] = {strlen(header->name) + 1, header->value.size};
        strbuf_add(list, sizes, sizeof sizes);
        strbuf_add(list, header->name, sizes[0]);
        strbuf_add(list, header->value.data, header->value.size);
    }
    strbuf_add(list, record->key.data, record->key.size);
    strbuf_add(list, record->value.data, record->value.size);
}

static struct strview take(struct strview *list, uint64_t size)
{
    struct strview taken = {list->data, (size_t)size};
    list->data += size;
    list->size -= (size_t)size;
    return taken;
}

enum status output_list_send(struct strview list, const struct run_topics *topics,
                             struct kafka_producer *producer, struct error *err)
{
    enum status status = STATUS_OK;
    while (list.size && status == STATUS_OK) {
        struct entry entry;
        memcpy(&entry, take(&list, sizeof entry).data, sizeof entry);
        struct kafka_header headers[KAFKA_RECORD_HEADERS];
        struct kafka_record record = {.partition = -1, .headers = headers};
        for (uint32_t i = 0; i < entry.headers; i++) {
            uint64_t sizes[2];
            memcpy(sizes, take(&list, sizeof sizes).data, sizeof sizes);
            struct kafka_header header = {.name = take(&list, sizes[0]).data};
            header.value = take(&list, sizes[1]);
            if (i < KAFKA_RECORD_HEADERS)
                headers[record.header_count++] = header;
        }
        record.key = take(&list, entry.key_size);
        record.value = take(&list, entry.value_size);
        record.key.data = entry.has_key ? record.key.data : NULL;
        record.value.data = entry.has_value ? record.value.data : NULL;
        status = kafka_producer_send(producer, topics->names[entry.topic], &record, err);
    }
    return status;
}
