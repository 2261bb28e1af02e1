/*
 * avro_container_fuzz.c: the first byte chooses the record type, the others are an .avro file.
 * Every call ends, and every fault says where it is.
 */
#include "codec/avro_container.h"
#include "support/record_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)size - 1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct avro_container_reader *reader = NULL;
    struct arena *arena = arena_create(4096, 1 << 24);
    struct error err = {0};
    enum status status = avro_container_open(path, type, &reader, &err);
    must(status == STATUS_OK || err.what[0]);
    while (status == STATUS_OK || status == STATUS_DATA || status == STATUS_LIMIT) {
        if (!reader)
            break;
        arena_reset(arena);
        void *record = arena_alloc(arena, type->size);
        if (!avro_container_next(reader, record, arena, &status, &err)) {
            if (status == STATUS_OK)
                break;
            must(err.what[0] && err.where[0]);
        }
    }
    avro_container_reader_destroy(reader);
    arena_destroy(arena);
    close(fd);
    return 0;
}
