/*
 * binary_cursor_private.h: Avro's primitives out of bytes that may be hostile. Nothing is read
 * beyond `end`, and a count is believed only as far as the remaining bytes can hold its items.
 * A reader returns NULL, or what is wrong in words; the cursor then stands where the fault is.
 */
#ifndef ASSAY_CODEC_BINARY_CURSOR_PRIVATE_H
#define ASSAY_CODEC_BINARY_CURSOR_PRIVATE_H

#include "base/strview.h"

#include <stdint.h>

struct binary_cursor {
    const char *at;
    const char *end;
};

static inline size_t cursor_left(const struct binary_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

static inline const char *cursor_long_slow(struct binary_cursor *cursor, int64_t *ret_value)
{
    uint64_t bits = 0;
    const char *at = cursor->at;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at == cursor->end)
            return "the bytes end inside a number";
        unsigned char byte = (unsigned char)*at++;
        if (shift == 63 && byte > 1)
            break;
        bits |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret_value = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            cursor->at = at;
            return NULL;
        }
    }
    return "a number has more than 64 bits";
}

static inline const char *cursor_long(struct binary_cursor *cursor, int64_t *ret_value)
{
    if (cursor->at != cursor->end && !(*cursor->at & 0x80)) {
        unsigned byte = (unsigned char)*cursor->at++;
        *ret_value = (int64_t)(byte >> 1) ^ -(int64_t)(byte & 1);
        return NULL;
    }
    return cursor_long_slow(cursor, ret_value);
}

static inline const char *cursor_double(struct binary_cursor *cursor, double *ret_value)
{
    if (cursor_left(cursor) < sizeof *ret_value)
        return "the bytes end inside a number";
    memcpy(ret_value, cursor->at, sizeof *ret_value);
    cursor->at += sizeof *ret_value;
    return NULL;
}

static inline const char *cursor_bool(struct binary_cursor *cursor, int8_t *ret_value)
{
    if (cursor->at == cursor->end)
        return "the bytes end before a boolean";
    if (*cursor->at != 0 && *cursor->at != 1)
        return "a boolean is neither 0 nor 1";
    *ret_value = (int8_t)*cursor->at++;
    return NULL;
}

/* A view into the bytes themselves. */
static inline const char *cursor_text(struct binary_cursor *cursor, struct strview *ret_text)
{
    int64_t size;
    const char *fault = cursor_long(cursor, &size);
    if (fault)
        return fault;
    if (size < 0 || (uint64_t)size > cursor_left(cursor))
        return "a text is longer than the bytes that are left";
    *ret_text = (struct strview){cursor->at, (size_t)size};
    cursor->at += size;
    return NULL;
}

/*
 * The head of the next block of a list or map: the number of its items, 0 at the end. An item takes
 * at least item_bytes (1 or more).
 */
static inline const char *cursor_block(struct binary_cursor *cursor, size_t item_bytes,
                                       size_t *ret_count)
{
    int64_t count, block_bytes;
    const char *fault = cursor_long(cursor, &count);
    if (!fault && count < 0) { /* then the block's size in bytes follows, for those who skip it */
        fault = cursor_long(cursor, &block_bytes);
        if (!fault && (block_bytes < 0 || (uint64_t)block_bytes > cursor_left(cursor)))
            fault = "a block is longer than the bytes that are left";
        if (!fault && count == INT64_MIN)
            fault = "a list has more items than the bytes that are left can hold";
        else
            count = -count;
    }
    if (!fault && (uint64_t)count > cursor_left(cursor) / item_bytes)
        fault = "a list has more items than the bytes that are left can hold";
    if (!fault)
        *ret_count = (size_t)count;
    return fault;
}

#endif
