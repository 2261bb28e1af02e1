/*
 * avro_mapping_fuzz.c: the first byte chooses the record type; then the writer's schema as JSON, a
 * byte 0, and the record. Whatever both say: an error with a text, or a record that can be written;
 * the memory taken is in proportion to the bytes.
 */
#include "codec/avro_embedded.h"
#include "codec/avro_mapping.h"
#include "codec/binary_record.h"
#include "support/record_list.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct record_type *type = whole_records[data[0] % WHOLE_RECORDS];
    struct strview schema = {(const char *)data + 1, size - 1};
    const char *end = memchr(schema.data, 0, schema.size);
    struct strview bytes = {"", 0};
    if (end) {
        bytes = (struct strview){end + 1, (size_t)((const char *)data + size - (end + 1))};
        schema.size = (size_t)(end - schema.data);
    }
    struct avro_mapping *mapping = NULL;
    struct error err = {0};
    enum status status =
        avro_mapping_create(type, avro_embedded_schema_of(type), schema, &mapping, &err);
    must(status == STATUS_OK || err.what[0]);
    if (status != STATUS_OK)
        return 0;
    struct arena *arena = arena_create(4096, 0);
    void *record = arena_alloc(arena, type->size);
    status = avro_mapping_decode(mapping, bytes, record, arena, &err);
    must(status == STATUS_OK || (status == STATUS_DATA && err.what[0]));
    must(arena_used_bytes(arena) <= 8192 + 1000 * bytes.size);
    if (status == STATUS_OK) {
        struct strbuf out = {0};
        must(binary_record_encode(type, record, &out, &err) == STATUS_OK);
        strbuf_done(&out);
    }
    arena_destroy(arena);
    avro_mapping_destroy(mapping);
    return 0;
}
