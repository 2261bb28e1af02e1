/*
 * sgd_json.c: walks the token offsets that sgd_json_index.h found. Used by the official scorer and
 * the importer for files of the Schema-Guided Dialogue format, where most of a file is skipped.
 * Thread: one cursor per thread. Owns the file's bytes and the arena of unescaped strings.
 */
#include "codec/sgd_json.h"

#include "base/memory.h"
#include "base/strbuf.h"
#include "codec/sgd_json_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 1024 };

/* --- escapes -----------------------------------------------------------------------------------
 */

static void set_fault(struct sgd_json *json, enum status status, const char *what)
{
    if (json->fault != STATUS_OK)
        return;
    json->fault = status;
    json->fault_what = what;
    json->fault_offset = json->count ? json->offsets[json->at] : 0;
}

static const char unknown_escape[] = "a string holds an escape that JSON does not know";

static int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The four hexadecimal digits at `at`, or -1. */
static int32_t hex_unit(const char *at, const char *end)
{
    if (end - at < 4)
        return -1;
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static char simple_escape(char byte)
{
    switch (byte) {
    case '"':
    case '\\':
    case '/':
        return byte;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return '\0';
    }
}

/* Every escape of the file at once, so that strings that are skipped need no look. A backslash
 * outside of strings is found as a value that is none. */
static void check_escapes(struct sgd_json *json)
{
    const char *at = json->text, *end = json->text + json->size;
    json->has_escapes = false;
    while ((at = memchr(at, '\\', (size_t)(end - at)))) {
        bool is_known = at[1] == 'u' ? hex_unit(at + 2, end) >= 0 : simple_escape(at[1]) != 0;
        json->has_escapes = true;
        if (!is_known) {
            set_fault(json, STATUS_DATA, unknown_escape);
            json->fault_offset = (size_t)(at - json->text);
            return;
        }
        at += 2;
    }
}

/* --- opening ------------------------------------------------------------------------------- */

void sgd_json_done(struct sgd_json *json)
{
    memory_free(json->text);
    sgd_json_index_destroy(json->index);
    arena_destroy(json->unescaped);
    *json = (struct sgd_json){0};
}

static enum status too_large(const char *path, size_t limit_bytes, struct error *err)
{
    error_set(err, STATUS_LIMIT, "the file is larger than %zu bytes", limit_bytes);
    error_where(err, "%s", path);
    error_fix(err, "Split it: the files of a folder are read together.");
    return STATUS_LIMIT;
}

/* Room for `size` bytes and the padding. What is in the buffer need not stay: pages are touched
 * only where the file's bytes come. */
static bool make_room(struct sgd_json *json, size_t size)
{
    if (size > SIZE_MAX / 2 - SGD_JSON_INDEX_PADDING)
        return false;
    size_t needed = size + SGD_JSON_INDEX_PADDING;
    if (needed <= json->capacity)
        return true;
    char *text = memory_alloc(needed + needed / 4);
    if (!text)
        return false;
    if (json->size)
        memcpy(text, json->text, json->size);
    memory_free(json->text);
    json->text = text;
    json->capacity = needed + needed / 4;
    return true;
}

static enum status start(struct sgd_json *json, const char *path, struct error *err)
{
    static const struct {
        enum status status;
        const char *what;
    } faults[] = {
        [SGD_JSON_INDEX_EMPTY] = {STATUS_DATA, "the file holds no JSON value"},
        [SGD_JSON_INDEX_UTF8] = {STATUS_DATA, "the file is not UTF-8"},
        [SGD_JSON_INDEX_CONTROL_CHARACTER] = {STATUS_DATA,
                                              "a string holds a raw control character"},
        [SGD_JSON_INDEX_UNCLOSED_STRING] = {STATUS_DATA, "a string has no end: is the file cut?"},
        [SGD_JSON_INDEX_TOO_LARGE] = {STATUS_LIMIT, "the file is larger than 4 GiB"},
        [SGD_JSON_INDEX_NO_MEMORY] = {STATUS_NO_MEMORY, "memory ran out"},
    };
    memset(json->text + json->size, 0, SGD_JSON_INDEX_PADDING);
    json->path = path;
    json->at = 0;
    json->count = 0;
    json->fault = STATUS_OK;
    if (!json->index && !(json->index = sgd_json_index_create()))
        return error_no_memory(err);
    if (json->unescaped)
        arena_reset(json->unescaped);
    enum sgd_json_index_fault fault =
        sgd_json_index_build(json->index, json->text, json->size, &json->offsets, &json->count);
    if (fault == SGD_JSON_INDEX_OK) {
        check_escapes(json);
        return STATUS_OK;
    }
    error_set(err, faults[fault].status, "%s", faults[fault].what);
    error_where(err, "%s", path);
    return faults[fault].status;
}

static enum status read_all(struct sgd_json *json, int file, const char *path, size_t limit_bytes,
                            struct error *err)
{
    struct stat info;
    size_t wanted = fstat(file, &info) == 0 && info.st_size > 0 ? (size_t)info.st_size : 0;
    json->size = 0;
    if (wanted > limit_bytes)
        return too_large(path, limit_bytes, err);
    for (;;) {
        if (json->size > limit_bytes)
            return too_large(path, limit_bytes, err);
        if (!make_room(json, (json->size < wanted ? wanted : json->size + 65536) + 1))
            return error_no_memory(err);
        ssize_t got = read(file, json->text + json->size,
                           json->capacity - SGD_JSON_INDEX_PADDING - json->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            error_set(err, STATUS_IO, "could not read the file: %s", strerror(errno));
            error_where(err, "%s", path);
            return STATUS_IO;
        }
        if (got == 0)
            return STATUS_OK;
        json->size += (size_t)got;
    }
}

enum status sgd_json_open(struct sgd_json *json, const char *path, size_t limit_bytes,
                          struct error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        error_set(err, STATUS_IO, "could not open the file: %s", strerror(errno));
        error_where(err, "%s", path);
        return STATUS_IO;
    }
    enum status status = read_all(json, file, path, limit_bytes, err);
    close(file);
    return status == STATUS_OK ? start(json, path, err) : status;
}

enum status sgd_json_open_bytes(struct sgd_json *json, const char *path, struct strview bytes,
                                struct error *err)
{
    json->size = 0;
    if (!make_room(json, bytes.size))
        return error_no_memory(err);
    if (bytes.size)
        memcpy(json->text, bytes.data, bytes.size);
    json->size = bytes.size;
    return start(json, path, err);
}

/* --- faults -------------------------------------------------------------------------------- */

static void set_where(const struct sgd_json *json, size_t offset, struct error *err)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset && i < json->size; i++) {
        bool is_end = json->text[i] == '\n';
        line += is_end;
        column = is_end ? 1 : column + 1;
    }
    error_where(err, "%s:%zu:%zu", json->path, line, column);
}

enum status sgd_json_complain(const struct sgd_json *json, uint32_t at, struct error *err,
                              const char *format, ...)
{
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    error_set(err, STATUS_DATA, "%s", what);
    set_where(json, json->count ? json->offsets[at] : 0, err);
    return STATUS_DATA;
}

enum status sgd_json_finish(struct sgd_json *json, struct error *err)
{
    if (json->fault == STATUS_OK && json->at != json->count)
        set_fault(json, STATUS_DATA, "something stands behind the JSON value");
    if (json->fault == STATUS_OK)
        return STATUS_OK;
    error_set(err, json->fault, "%s", json->fault_what);
    set_where(json, json->fault_offset, err);
    return json->fault;
}

/* --- tokens -------------------------------------------------------------------------------- */

static char token(const struct sgd_json *json, uint32_t at)
{
    return json->text[json->offsets[at]]; /* '\0' behind the last */
}

static bool is_delimiter(char byte)
{
    switch (byte) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case ',':
    case ':':
    case '[':
    case ']':
    case '{':
    case '}':
    case '"':
    case '\0':
        return true;
    default:
        return false;
    }
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static const char *digits_end(const char *at)
{
    while (is_digit(*at))
        at++;
    return at;
}

/* The JSON number that starts at `at`: its kind, and its end. */
static enum sgd_json_kind number_kind(const char *at, const char **ret_end)
{
    enum sgd_json_kind kind = SGD_JSON_INTEGER;
    at += *at == '-';
    const char *end = *at == '0' ? at + 1 : digits_end(at);
    if (end == at)
        return SGD_JSON_NONE;
    if (*end == '.') {
        kind = SGD_JSON_REAL;
        at = end + 1;
        end = digits_end(at);
        if (end == at)
            return SGD_JSON_NONE;
    }
    if (*end == 'e' || *end == 'E') {
        kind = SGD_JSON_REAL;
        at = end + 1;
        at += *at == '+' || *at == '-';
        end = digits_end(at);
        if (end == at)
            return SGD_JSON_NONE;
    }
    *ret_end = end;
    return kind;
}

static bool is_word(const char *at, const char *word, size_t size, const char **ret_end)
{
    if (memcmp(at, word, size) != 0) /* the padding is longer than any word */
        return false;
    *ret_end = at + size;
    return true;
}

/* A number or word; NONE when it is neither. The text ends with padding of zeros, so looking ahead
 * stops there. */
static enum sgd_json_kind scalar_kind(const char *at, const char **ret_end)
{
    enum sgd_json_kind kind = SGD_JSON_NONE;
    const char *end = at;
    switch (*at) {
    case 't':
        kind = is_word(at, "true", 4, &end) ? SGD_JSON_TRUE : SGD_JSON_NONE;
        break;
    case 'f':
        kind = is_word(at, "false", 5, &end) ? SGD_JSON_FALSE : SGD_JSON_NONE;
        break;
    case 'n':
        kind = is_word(at, "null", 4, &end) ? SGD_JSON_NULL : SGD_JSON_NONE;
        break;
    case 'N':
        kind = is_word(at, "NaN", 3, &end) ? SGD_JSON_REAL : SGD_JSON_NONE;
        break;
    case 'I':
        kind = is_word(at, "Infinity", 8, &end) ? SGD_JSON_REAL : SGD_JSON_NONE;
        break;
    default:
        kind = is_word(at, "-Infinity", 9, &end) ? SGD_JSON_REAL : number_kind(at, &end);
    }
    if (kind == SGD_JSON_NONE || !is_delimiter(*end))
        return SGD_JSON_NONE;
    *ret_end = end;
    return kind;
}

/* --- strings ------------------------------------------------------------------------------- */

/* Generalised UTF-8: surrogates too. Returns the end. */
static char *put_code_point(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | (code >> 6));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0 | (code >> 12));
        *out++ = (char)(0x80 | ((code >> 6) & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xF0 | (code >> 18));
        *out++ = (char)(0x80 | ((code >> 12) & 0x3F));
        *out++ = (char)(0x80 | ((code >> 6) & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

/* `at` stands behind "\u". Moves it behind what was read; false: not four digits. A high surrogate
 * joins with a low one that follows as an escape; else it stays alone. */
static bool unescape_unicode(const char **at, const char *end, char **out)
{
    int32_t unit = hex_unit(*at, end);
    if (unit < 0)
        return false;
    *at += 4;
    uint32_t code = (uint32_t)unit;
    if (code >= 0xD800 && code < 0xDC00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        int32_t low = hex_unit(*at + 2, end);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
            *at += 6;
        }
    }
    *out = put_code_point(*out, code);
    return true;
}

/* An escape is never shorter than what it stands for, so `raw.size` bytes suffice. */
static struct strview unescape(struct sgd_json *json, struct strview raw)
{
    if (!json->unescaped)
        json->unescaped = arena_create((size_t)64 * 1024, 0);
    char *text = json->unescaped ? arena_alloc(json->unescaped, raw.size + 1) : NULL;
    if (!text) {
        set_fault(json, STATUS_NO_MEMORY, "memory ran out");
        return (struct strview){NULL, 0};
    }
    char *out = text;
    const char *at = raw.data, *end = raw.data + raw.size;
    while (at < end) {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        at++;
        char plain = simple_escape(*at);
        if (plain) {
            *out++ = plain;
            at++;
        } else if (*at++ != 'u' || !unescape_unicode(&at, end, &out)) {
            set_fault(json, STATUS_DATA, unknown_escape);
            return (struct strview){NULL, 0};
        }
    }
    return (struct strview){text, (size_t)(out - text)};
}

/* The string that starts at token `at`. Its closing quote is the last one before the next token. */
static struct strview string_at(struct sgd_json *json, uint32_t at)
{
    const char *first = json->text + json->offsets[at] + 1;
    const char *end = json->text + json->offsets[at + 1] - 1;
    while (end > first && *end != '"')
        end--;
    struct strview raw = {first, (size_t)(end - first)};
    bool is_plain = !json->has_escapes || !memchr(raw.data, '\\', raw.size);
    return is_plain ? raw : unescape(json, raw);
}

/* --- the walk ------------------------------------------------------------------------------ */

enum sgd_json_kind sgd_json_peek(struct sgd_json *json)
{
    if (json->fault != STATUS_OK)
        return SGD_JSON_NONE;
    const char *end;
    switch (token(json, json->at)) {
    case '{':
        return SGD_JSON_OBJECT;
    case '[':
        return SGD_JSON_ARRAY;
    case '"':
        return SGD_JSON_TEXT;
    case '\0':
        return SGD_JSON_NONE;
    default:
        return scalar_kind(json->text + json->offsets[json->at], &end);
    }
}

void sgd_json_enter(struct sgd_json *json)
{
    if (json->fault == STATUS_OK)
        json->at++;
}

/* Moves over the comma or the closing bracket. True: a key or element comes. Only a bracket that
 * was just entered can have its own opening as the token before. */
static bool next_in(struct sgd_json *json, char opening, char closing)
{
    if (json->fault != STATUS_OK)
        return false;
    char here = token(json, json->at);
    bool is_first = token(json, json->at - 1) == opening;
    if (here == closing) {
        json->at++;
        return false;
    }
    if (is_first)
        return true;
    if (here == ',') {
        json->at++;
        return true;
    }
    set_fault(json, STATUS_DATA,
              here ? "expected ',' or a closing bracket"
                   : "the file ends within a value: is it cut?");
    return false;
}

bool sgd_json_next_key(struct sgd_json *json, struct strview *ret_key)
{
    if (!next_in(json, '{', '}'))
        return false;
    if (token(json, json->at) != '"' || token(json, json->at + 1) != ':') {
        set_fault(json, STATUS_DATA, "expected a key in quotes and ':'");
        return false;
    }
    *ret_key = string_at(json, json->at);
    json->at += 2;
    return json->fault == STATUS_OK;
}

bool sgd_json_next_element(struct sgd_json *json)
{
    return next_in(json, '[', ']');
}

struct sgd_json_value sgd_json_read(struct sgd_json *json)
{
    struct sgd_json_value value = {SGD_JSON_NONE, {NULL, 0}};
    if (json->fault != STATUS_OK)
        return value;
    const char *first = json->text + json->offsets[json->at];
    const char *end;
    switch (*first) {
    case '{':
        value.kind = SGD_JSON_OBJECT;
        return value;
    case '[':
        value.kind = SGD_JSON_ARRAY;
        return value;
    case '"':
        value.text = string_at(json, json->at);
        break;
    default:
        value.kind = scalar_kind(first, &end);
        if (value.kind == SGD_JSON_NONE) {
            set_fault(json, STATUS_DATA, "expected a JSON value");
            return value;
        }
        value.text = (struct strview){first, (size_t)(end - first)};
        json->at++;
        return value;
    }
    if (json->fault != STATUS_OK)
        return value;
    value.kind = SGD_JSON_TEXT;
    json->at++;
    return value;
}

struct strview sgd_json_read_text(struct sgd_json *json)
{
    if (sgd_json_peek(json) == SGD_JSON_TEXT)
        return sgd_json_read(json).text;
    sgd_json_skip(json);
    return (struct strview){NULL, 0};
}

/* --- skipping ------------------------------------------------------------------------------ */

struct open_brackets {
    uint64_t is_object[MAX_DEPTH / 64];
    uint32_t depth;
};

static void push(struct open_brackets *open, bool is_object)
{
    uint64_t bit = UINT64_C(1) << (open->depth % 64);
    if (is_object)
        open->is_object[open->depth / 64] |= bit;
    else
        open->is_object[open->depth / 64] &= ~bit;
    open->depth++;
}

static bool in_object(const struct open_brackets *open)
{
    uint32_t top = open->depth - 1;
    return open->is_object[top / 64] >> (top % 64) & 1;
}

/* Steps over one scalar, or into a bracket; an empty bracket is left at once. */
static bool skip_one(struct sgd_json *json, struct open_brackets *open)
{
    char here = token(json, json->at);
    const char *end;
    if (here == '"') {
        json->at++;
        return true;
    }
    if (here == '{' || here == '[') {
        if (open->depth == MAX_DEPTH) {
            set_fault(json, STATUS_LIMIT, "brackets are nested deeper than 1,024 levels");
            return false;
        }
        json->at++;
        if (token(json, json->at) == (here == '{' ? '}' : ']'))
            json->at++;
        else
            push(open, here == '{');
        return true;
    }
    if (scalar_kind(json->text + json->offsets[json->at], &end) == SGD_JSON_NONE) {
        set_fault(json, STATUS_DATA,
                  here ? "expected a JSON value" : "the file ends within a value: is it cut?");
        return false;
    }
    json->at++;
    return true;
}

/* Leaves every bracket that closes here. False: the value that is skipped is complete. */
static bool after_one(struct sgd_json *json, struct open_brackets *open)
{
    while (open->depth) {
        char here = token(json, json->at);
        if (here == ',') {
            json->at++;
            return true;
        }
        if (here != (in_object(open) ? '}' : ']')) {
            set_fault(json, STATUS_DATA,
                      here ? "expected ',' or a closing bracket"
                           : "the file ends within a value: is it cut?");
            return false;
        }
        json->at++;
        open->depth--;
    }
    return false;
}

void sgd_json_skip(struct sgd_json *json)
{
    struct open_brackets open;
    open.depth = 0;
    while (json->fault == STATUS_OK) {
        uint32_t depth = open.depth;
        if (!skip_one(json, &open) || (open.depth == depth && !after_one(json, &open)))
            return;
        if (!in_object(&open))
            continue;
        if (token(json, json->at) != '"' || token(json, json->at + 1) != ':') {
            set_fault(json, STATUS_DATA, "expected a key in quotes and ':'");
            return;
        }
        json->at += 2;
    }
}
