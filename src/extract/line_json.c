/*
 * line_json.c: see line_json.h. Strict: RFC 8259 without extensions, nesting up to 64. Strings
 * without escapes are views into the line.
 */
#include "extract/line_json.h"

#include "base/memory.h"

#include <string.h>

enum { DEPTH_LIMIT = 64 };

struct line_json_reader line_json_reader_of(struct strview line, char *room)
{
    return (struct line_json_reader){
        .at = line.data, .end = line.data + line.size, .start = line.data, .room = room};
}

static void skip_space(struct line_json_reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\n' || *reader->at == '\r'))
        reader->at++;
}

static void set_fault(struct line_json_reader *reader, const char *fault)
{
    if (!reader->fault)
        reader->fault = fault;
}

char line_json_peek(struct line_json_reader *reader)
{
    skip_space(reader);
    if (reader->fault || reader->at == reader->end)
        return '\0';
    char c = *reader->at;
    return c == '-' || (c >= '0' && c <= '9') ? '0' : c;
}

static bool take(struct line_json_reader *reader, char c, const char *fault)
{
    skip_space(reader);
    if (!reader->fault && reader->at < reader->end && *reader->at == c) {
        reader->at++;
        return true;
    }
    if (fault)
        set_fault(reader, fault);
    return false;
}

bool line_json_object(struct line_json_reader *reader)
{
    return take(reader, '{', "an object was expected");
}

bool line_json_key(struct line_json_reader *reader, bool first, struct strview *ret_key)
{
    if (take(reader, '}', NULL))
        return false;
    if (!first && !take(reader, ',', "a comma or '}' was expected"))
        return false;
    *ret_key = line_json_string(reader);
    return take(reader, ':', "a colon was expected behind a key");
}

bool line_json_array(struct line_json_reader *reader)
{
    return take(reader, '[', "a list was expected");
}

bool line_json_element(struct line_json_reader *reader, bool first)
{
    if (first)
        return !take(reader, ']', NULL) && !reader->fault;
    if (take(reader, ']', NULL))
        return false;
    return take(reader, ',', "a comma or ']' was expected");
}

static int32_t hex4(const char *p)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int32_t digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static size_t put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* A \u escape at `p` (behind the u), with the low half of a pair; lone halves become U+FFFD. */
static const char *unescape_unicode(struct line_json_reader *reader, const char *p, char **out)
{
    int32_t code = reader->end - p >= 4 ? hex4(p) : -1;
    if (code < 0) {
        set_fault(reader, "a \\u escape is not four hexadecimal digits");
        return p;
    }
    p += 4;
    uint32_t point = (uint32_t)code;
    if (code >= 0xD800 && code < 0xE000) {
        int32_t low =
            code < 0xDC00 && reader->end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2) : -1;
        bool pair = low >= 0xDC00 && low < 0xE000;
        point = pair ? 0x10000U + (((uint32_t)code - 0xD800U) << 10) + ((uint32_t)low - 0xDC00U)
                     : 0xFFFD;
        p += pair ? 6 : 0;
    }
    *out += put_utf8(*out, point);
    return p;
}

static struct strview unescape(struct line_json_reader *reader, const char *start, const char *p)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char *text = reader->room, *out = text;
    memcpy(out, start, (size_t)(p - start));
    out += p - start;
    while (p < reader->end && *p != '"') {
        if ((unsigned char)*p < ' ') {
            set_fault(reader, "a control character stands in a string");
            break;
        }
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        if (++p == reader->end)
            break;
        const char *known = *p ? strchr(from, *p) : NULL;
        if (*p == 'u') {
            p = unescape_unicode(reader, p + 1, &out);
        } else if (known) {
            *out++ = to[known - from];
            p++;
        } else {
            set_fault(reader, "an escape in a string is unknown");
        }
        if (reader->fault)
            break;
    }
    if (p == reader->end)
        set_fault(reader, "a string is not closed");
    reader->at = p < reader->end ? p + 1 : p;
    reader->room = out;
    return (struct strview){text, (size_t)(out - text)};
}

struct strview line_json_string(struct line_json_reader *reader)
{
    if (!take(reader, '"', "a string was expected"))
        return (struct strview){0};
    const char *start = reader->at, *p = start;
    while (p < reader->end && *p != '"' && *p != '\\' && (unsigned char)*p >= ' ')
        p++;
    if (p == reader->end) {
        set_fault(reader, "a string is not closed");
        return (struct strview){0};
    }
    if (*p != '"')
        return unescape(reader, start, p);
    reader->at = p + 1;
    return (struct strview){start, (size_t)(p - start)};
}

static const char *digits_end(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static void skip_number(struct line_json_reader *reader)
{
    const char *p = reader->at, *end = reader->end;
    p += p < end && *p == '-';
    const char *whole = p;
    p = digits_end(p, end);
    bool good = p > whole && (*whole != '0' || p == whole + 1);
    if (good && p < end && *p == '.') {
        const char *fraction = p + 1;
        p = digits_end(fraction, end);
        good = p > fraction;
    }
    if (good && p < end && (*p == 'e' || *p == 'E')) {
        const char *exponent = p + 1;
        exponent += exponent < end && (*exponent == '+' || *exponent == '-');
        p = digits_end(exponent, end);
        good = p > exponent;
    }
    if (!good)
        set_fault(reader, "a number is wrong");
    reader->at = p;
}

static void skip_word(struct line_json_reader *reader, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(reader->end - reader->at) >= size && memcmp(reader->at, word, size) == 0)
        reader->at += size;
    else
        set_fault(reader, "a value was expected");
}

static void skip_value(struct line_json_reader *reader, int depth)
{
    struct strview key;
    if (depth > DEPTH_LIMIT) {
        set_fault(reader, "the nesting is too deep");
        return;
    }
    switch (line_json_peek(reader)) {
    case '{':
        line_json_object(reader);
        for (bool first = true; line_json_key(reader, first, &key); first = false)
            skip_value(reader, depth + 1);
        break;
    case '[':
        line_json_array(reader);
        for (bool first = true; line_json_element(reader, first); first = false)
            skip_value(reader, depth + 1);
        break;
    case '"':
        line_json_string(reader);
        break;
    case '0':
        skip_number(reader);
        break;
    case 't':
        skip_word(reader, "true");
        break;
    case 'f':
        skip_word(reader, "false");
        break;
    default:
        skip_word(reader, "null");
    }
}

struct strview line_json_skip(struct line_json_reader *reader)
{
    skip_space(reader);
    const char *start = reader->at;
    skip_value(reader, 0);
    return (struct strview){start, (size_t)(reader->at - start)};
}

bool line_json_ended(struct line_json_reader *reader)
{
    skip_space(reader);
    return !reader->fault && reader->at == reader->end;
}

/* ---- writing ---- */

void line_json_writer_done(struct line_json_writer *writer)
{
    memory_free(writer->data);
    *writer = (struct line_json_writer){0};
}

bool line_json_reserve(struct line_json_writer *writer, size_t more)
{
    if (writer->size + more <= writer->capacity)
        return true;
    if (!writer->failed &&
        memory_grow(&writer->data, &writer->capacity, writer->size + more + 256, 1))
        return true;
    writer->failed = true;
    return false;
}

void line_json_raw(struct line_json_writer *writer, const char *text, size_t size)
{
    if (!line_json_reserve(writer, size))
        return;
    memcpy(writer->data + writer->size, text, size);
    writer->size += size;
}

void line_json_text(struct line_json_writer *writer, struct strview text)
{
    static const char hex[] = "0123456789abcdef";
    if (!line_json_reserve(writer, text.size * 6 + 2))
        return;
    char *out = writer->data + writer->size;
    *out++ = '"';
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') {
            *out++ = '\\';
            *out++ = (char)c;
        } else if (c < ' ') {
            memcpy(out, "\\u00", 4);
            out[4] = hex[c >> 4];
            out[5] = hex[c & 15];
            out += 6;
        } else {
            *out++ = (char)c;
        }
    }
    *out++ = '"';
    writer->size = (size_t)(out - writer->data);
}

void line_json_uint(struct line_json_writer *writer, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    line_json_raw(writer, digits + at, sizeof digits - at);
}

void line_json_ratio(struct line_json_writer *writer, double value)
{
    int scaled = (int)(value * 10000.0 + 0.5);
    scaled = scaled < 0 ? 0 : scaled > 10000 ? 10000 : scaled;
    char text[8] = {(char)('0' + scaled / 10000), '.'};
    size_t size = 2;
    for (int unit = 1000, left = scaled % 10000; unit && (left || size == 2); unit /= 10) {
        text[size++] = (char)('0' + left / unit);
        left %= unit;
    }
    line_json_raw(writer, text, size);
}
