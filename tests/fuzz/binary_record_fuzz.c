/*
 * binary_record_fuzz.c: the first byte chooses the record type, the others are its Avro binary.
 * What is refused is STATUS_DATA; what is accepted is written, read and written again to the same
 * bytes; the memory taken is in proportion to the input.
 */
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
    struct strview bytes = {(const char *)data + 1, size - 1};
    struct arena *arena = arena_create(4096, 0);
    void *record = arena_alloc(arena, type->size);
    struct error err = {0};
    enum status status = binary_record_decode(type, bytes, record, arena, &err);
    must(arena_used_bytes(arena) <= 2048 + 100 * size);
    if (status == STATUS_OK) {
        struct strbuf once = {0}, twice = {0};
        must(binary_record_encode(type, record, &once, &err) == STATUS_OK);
        must(binary_record_decode(type, strbuf_view(&once), record, arena, &err) == STATUS_OK);
        must(binary_record_encode(type, record, &twice, &err) == STATUS_OK);
        must(strview_equal(strbuf_view(&once), strbuf_view(&twice)));
        strbuf_done(&once);
        strbuf_done(&twice);
    } else {
        must(status == STATUS_DATA && err.what[0] && err.where[0]);
    }
    arena_destroy(arena);
    return 0;
}
