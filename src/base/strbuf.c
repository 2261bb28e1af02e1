/*
 * strbuf.c: see strbuf.h. Numbers are written without the locale.
 */
#include "base/strbuf.h"

#include "base/memory.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static bool make_room(struct strbuf *buf, size_t more)
{
    if (buf->failed)
        return false;
    buf->limit_was_hit = buf->limit && (more > buf->limit || buf->size > buf->limit - more);
    if (buf->limit_was_hit || more > SIZE_MAX - buf->size - 1 ||
        !memory_grow(&buf->data, &buf->capacity, buf->size + more + 1, 1)) {
        buf->failed = true;
        return false;
    }
    return true;
}

static inline bool reserve(struct strbuf *buf, size_t more)
{
    bool fits = !buf->failed && !buf->limit && more < buf->capacity - buf->size;
    return __builtin_expect(fits, 1) || make_room(buf, more);
}

char *strbuf_reserve(struct strbuf *buf, size_t size)
{
    return reserve(buf, size) ? buf->data + buf->size : NULL;
}

void strbuf_done(struct strbuf *buf)
{
    memory_free(buf->data);
    *buf = (struct strbuf){.limit = buf->limit};
}

void strbuf_clear(struct strbuf *buf)
{
    buf->size = 0;
    buf->failed = false;
    if (buf->data)
        buf->data[0] = '\0';
}

void strbuf_add(struct strbuf *buf, const void *data, size_t size)
{
    if (!reserve(buf, size))
        return;
    if (size)
        memcpy(buf->data + buf->size, data, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void strbuf_add_text(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_add_view(struct strbuf *buf, struct strview view)
{
    strbuf_add(buf, view.data, view.size);
}

void strbuf_add_char(struct strbuf *buf, char byte)
{
    strbuf_add(buf, &byte, 1);
}

void strbuf_add_format(struct strbuf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0 || !reserve(buf, (size_t)size)) {
        buf->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(buf->data + buf->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    buf->size += (size_t)size;
}

void strbuf_add_i64(struct strbuf *buf, int64_t value)
{
    char digits[24];
    char *end = digits + sizeof digits, *start = end;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--start = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        *--start = '-';
    strbuf_add(buf, start, (size_t)(end - start));
}

/* Most numbers that assay writes have at most three decimals. n / 1000.0 is the double nearest to
 * that decimal, so when it is `value`, the decimal is its shortest text. */
static bool add_thousandths(struct strbuf *buf, double value)
{
    if (!(fabs(value) < 1e9) || (value == 0 && signbit(value)))
        return false;
    int64_t thousandths = (int64_t)(value * 1000 + (value < 0 ? -0.5 : 0.5));
    if ((double)thousandths / 1000 != value)
        return false;
    uint64_t size = thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;
    if (thousandths < 0)
        strbuf_add_char(buf, '-');
    strbuf_add_i64(buf, (int64_t)(size / 1000));
    char decimals[4] = {'.', (char)('0' + size / 100 % 10), (char)('0' + size / 10 % 10),
                        (char)('0' + size % 10)};
    strbuf_add(buf, decimals, decimals[3] != '0' ? 4 : decimals[2] != '0' ? 3 : 2);
    return true;
}

void strbuf_add_double(struct strbuf *buf, double value)
{
    if (!isfinite(value)) {
        strbuf_add_text(buf, "null");
        return;
    }
    if (add_thousandths(buf, value))
        return;
    char text[40];
    /* Every decimal of 15 digits comes back from a double, but for the smallest ones. */
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    strbuf_add_text(buf, text);
    if (!strpbrk(text, ".e"))
        strbuf_add_text(buf, ".0");
}
