/*
 * strbuf.h: a growing text with a limit. data is always NUL-terminated once something was added.
 * A failed addition (memory or limit) is remembered in `failed`; later additions do nothing, so a
 * writer may check once at the end. Thread: one at a time. Start from {0} or STRBUF_LIMITED(n).
 */
#ifndef ASSAY_BASE_STRBUF_H
#define ASSAY_BASE_STRBUF_H

#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
    char *data;
    size_t size; /* without the NUL */
    size_t capacity;
    size_t limit; /* 0: none */
    bool failed;
    bool limit_was_hit; /* why it failed: the limit, not memory */
};

#define STRBUF_LIMITED(bytes) ((struct strbuf){.limit = (bytes)})

void strbuf_done(struct strbuf *buf);
void strbuf_clear(struct strbuf *buf); /* keeps the memory, forgets a failure */
void strbuf_add(struct strbuf *buf, const void *data, size_t size);
void strbuf_add_text(struct strbuf *buf, const char *text);
void strbuf_add_view(struct strbuf *buf, struct strview view);
void strbuf_add_char(struct strbuf *buf, char byte);
void strbuf_add_format(struct strbuf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_add_i64(struct strbuf *buf, int64_t value);
/* The shortest decimal text that reads back as the same double; 1.0 is "1.0". NaN and infinities
 * are "null". */
void strbuf_add_double(struct strbuf *buf, double value);

/* Where up to `size` more bytes may be written, or NULL: the addition failed. The writer then adds
 * what it wrote to `size` of the buffer, and ends with strbuf_add_text(buf, ""), which sets the
 * NUL.
 */
char *strbuf_reserve(struct strbuf *buf, size_t size);

/* A text made of parts has failed when one of them has; to be called before the part is cleared. */
static inline void strbuf_fail_with(struct strbuf *buf, const struct strbuf *part)
{
    buf->failed = buf->failed || part->failed;
}

static inline struct strview strbuf_view(const struct strbuf *buf)
{
    return (struct strview){buf->data ? buf->data : "", buf->size};
}

#endif
