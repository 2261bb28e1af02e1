/*
 * binary_reader_private.h: what reading by today's schema (binary_record_read.c) and by a writer's
 * (avro_mapping_read.c) share: where the reader stands, its first fault, and lists that grow only
 * as far as the bytes that are left justify. A function that returns false has set the reader's
 * status.
 */
#ifndef ASSAY_CODEC_BINARY_READER_PRIVATE_H
#define ASSAY_CODEC_BINARY_READER_PRIVATE_H

#include "base/arena.h"
#include "base/error.h"
#include "codec/binary_cursor_private.h"
#include "codec/binary_record.h"
#include "record/field.h"

struct binary_reader {
    struct binary_cursor cursor;
    const char *start;
    struct arena *arena;
    struct error *err;
    enum status status;
    const struct record_type *type; /* the field being read, for errors */
    const struct field *field;
};

/* Where the items of an empty list point: it is there and empty. Never read. */
#define reader_nothing ((void *)(uintptr_t) "")

static inline bool reader_refuse(struct binary_reader *reader, const char *what)
{
    reader->status =
        error_set(reader->err, STATUS_DATA, "cannot read %s.%s: %s", reader->type->name,
                  reader->field ? reader->field->name : "(unknown)", what);
    error_where(reader->err, "byte %zu", (size_t)(reader->cursor.at - reader->start));
    return false;
}

static inline bool reader_good(struct binary_reader *reader, const char *fault)
{
    return __builtin_expect(!fault, 1) || reader_refuse(reader, fault);
}

static inline void *reader_take(struct binary_reader *reader, size_t count, size_t size)
{
    void *memory = arena_array(reader->arena, count, size);
    if (memory)
        return memory;
    reader->status = arena_limit_was_hit(reader->arena)
                         ? error_set(reader->err, STATUS_LIMIT,
                                     "%s is larger than its memory limit", reader->type->name)
                         : error_no_memory(reader->err);
    return NULL;
}

/* A list under construction; it starts with items at reader_nothing. */
struct growing {
    void *items;
    size_t count;
    size_t capacity;
};

/* Makes room for `more` items; the memory of all moves is at most twice that of the last one. */
static inline bool reader_grow(struct binary_reader *reader, struct growing *list, size_t more,
                               size_t item_size)
{
    if (more <= list->capacity - list->count)
        return true;
    size_t wanted = list->count + more;
    if (wanted < 2 * list->capacity)
        wanted = 2 * list->capacity;
    void *fresh = reader_take(reader, wanted, item_size);
    if (!fresh)
        return false;
    if (list->count)
        memcpy(fresh, list->items, list->count * item_size);
    list->items = fresh;
    list->capacity = wanted;
    return true;
}

/* True with *ret_more 0 at the list's end. */
static inline bool reader_block(struct binary_reader *reader, struct growing *list,
                                size_t item_bytes, size_t item_size, size_t *ret_more)
{
    return reader_good(reader, cursor_block(&reader->cursor, item_bytes, ret_more)) &&
           reader_grow(reader, list, *ret_more, item_size);
}

static inline bool reader_map_has_room(struct binary_reader *reader, size_t count, size_t more)
{
    return more <= BINARY_RECORD_MAP_MAX - count ||
           reader_refuse(reader, "the map has too many names");
}

#endif
