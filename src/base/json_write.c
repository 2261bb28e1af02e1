/*
 * json_write.c: see json_write.h.
 */
#include "base/json_write.h"

#include "base/utf8.h"

#include <math.h>

static void before_value(struct json_write *writer)
{
    if (!writer->after_key && writer->has_element)
        strbuf_add(writer->out, ", ", 2);
    writer->after_key = false;
    writer->has_element = true;
}

void json_write_begin_object(struct json_write *writer)
{
    before_value(writer);
    strbuf_add_char(writer->out, '{');
    writer->has_element = false;
}

void json_write_end_object(struct json_write *writer)
{
    strbuf_add_char(writer->out, '}');
    writer->has_element = true;
}

void json_write_begin_array(struct json_write *writer)
{
    before_value(writer);
    strbuf_add_char(writer->out, '[');
    writer->has_element = false;
}

void json_write_end_array(struct json_write *writer)
{
    strbuf_add_char(writer->out, ']');
    writer->has_element = true;
}

void json_write_key(struct json_write *writer, struct strview key)
{
    before_value(writer);
    json_write_quoted(writer->out, key);
    strbuf_add(writer->out, ": ", 2);
    writer->after_key = true;
}

static size_t plain_run(struct strview text, size_t from)
{
    size_t at = from;
    while (at < text.size) {
        unsigned char byte = (unsigned char)text.data[at];
        if (byte < 0x20 || byte == '"' || byte == '\\' || byte >= 0x7f)
            break;
        at++;
    }
    return at - from;
}

static void append_escaped(struct strbuf *out, unsigned char byte)
{
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof names; i += 2) {
        if ((unsigned char)names[i] == byte) {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, names[i + 1]);
            return;
        }
    }
    strbuf_add_format(out, "\\u%04x", byte);
}

void json_write_quoted(struct strbuf *out, struct strview text)
{
    size_t at = plain_run(text, 0);
    char *whole = at == text.size ? strbuf_reserve(out, text.size + 2) : NULL;
    if (whole) { /* nothing to escape, as nearly always */
        *whole++ = '"';
        if (text.size)
            memcpy(whole, text.data, text.size);
        whole[text.size] = '"';
        out->size += text.size + 2;
        strbuf_add(out, "", 0);
        return;
    }
    at = 0;
    strbuf_add_char(out, '"');
    while (at < text.size) {
        size_t run = plain_run(text, at);
        strbuf_add(out, text.data + at, run);
        at += run;
        if (at == text.size)
            break;
        unsigned char byte = (unsigned char)text.data[at];
        if (byte < 0x80) {
            append_escaped(out, byte);
            at++;
            continue;
        }
        size_t size = utf8_sequence_size(text, at);
        if (size)
            strbuf_add(out, text.data + at, size);
        else
            strbuf_add_text(out, "\xef\xbf\xbd");
        at += size ? size : 1;
    }
    strbuf_add_char(out, '"');
}

void json_write_text(struct json_write *writer, struct strview text)
{
    before_value(writer);
    json_write_quoted(writer->out, text);
}

void json_write_i64(struct json_write *writer, int64_t value)
{
    before_value(writer);
    strbuf_add_i64(writer->out, value);
}

void json_write_real(struct json_write *writer, double value)
{
    before_value(writer);
    strbuf_add_double(writer->out, value);
}

void json_write_number(struct json_write *writer, double value)
{
    if (fabs(value) < 9007199254740992.0 && value == floor(value))
        json_write_i64(writer, (int64_t)value);
    else
        json_write_real(writer, value);
}

void json_write_bool(struct json_write *writer, bool value)
{
    before_value(writer);
    strbuf_add_text(writer->out, value ? "true" : "false");
}

void json_write_null(struct json_write *writer)
{
    before_value(writer);
    strbuf_add_text(writer->out, "null");
}

void json_write_raw(struct json_write *writer, struct strview json)
{
    before_value(writer);
    strbuf_add_view(writer->out, json);
}

void json_write_usd(struct json_write *writer, int64_t usd_nano)
{
    before_value(writer);
    uint64_t size = usd_nano < 0 ? 0 - (uint64_t)usd_nano : (uint64_t)usd_nano;
    strbuf_add_format(writer->out, "%s%llu.%09llu", usd_nano < 0 ? "-" : "",
                      (unsigned long long)(size / 1000000000),
                      (unsigned long long)(size % 1000000000));
    struct strbuf *out = writer->out;
    while (!out->failed && out->data[out->size - 1] == '0' && out->data[out->size - 2] != '.')
        out->data[--out->size] = '\0';
}

void json_write_key_text(struct json_write *writer, const char *key, struct strview text)
{
    json_write_key(writer, strview_of(key));
    json_write_text(writer, text);
}

void json_write_key_i64(struct json_write *writer, const char *key, int64_t value)
{
    json_write_key(writer, strview_of(key));
    json_write_i64(writer, value);
}

void json_write_key_real(struct json_write *writer, const char *key, double value)
{
    json_write_key(writer, strview_of(key));
    json_write_real(writer, value);
}

void json_write_key_bool(struct json_write *writer, const char *key, bool value)
{
    json_write_key(writer, strview_of(key));
    json_write_bool(writer, value);
}
