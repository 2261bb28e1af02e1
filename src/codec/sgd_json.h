/*
 * sgd_json.h: a cursor over one JSON file that reads what Python's json module reads: strings may
 * hold lone surrogates (kept as three bytes, as in generalised UTF-8), numbers are of any size, NaN
 * and Infinity are numbers, and of a key that comes twice the caller takes the last. Values that
 * nobody asked for are skipped: their brackets, commas, numbers and words are checked, their
 * escapes are not.
 *
 * Faults are sticky: after one, every function does nothing and says "end", so that a walk may
 * check `fault` once. Nesting beyond 1,024 levels is a fault (Python gives up near 1,000).
 *
 * Views point into the file's bytes or the cursor's own arena, and live until the next open.
 * Thread: one at a time. Memory: the file, four to eight bytes for each of its bytes, and its
 * escaped strings.
 */
#ifndef ASSAY_CODEC_SGD_JSON_H
#define ASSAY_CODEC_SGD_JSON_H

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sgd_json_kind {
    SGD_JSON_NONE, /* nothing: the end, or a fault */
    SGD_JSON_OBJECT,
    SGD_JSON_ARRAY,
    SGD_JSON_TEXT,
    SGD_JSON_INTEGER,
    SGD_JSON_REAL, /* a fraction, an exponent, NaN or an infinity */
    SGD_JSON_TRUE,
    SGD_JSON_FALSE,
    SGD_JSON_NULL,
};

struct sgd_json_value {
    enum sgd_json_kind kind;
    struct strview text; /* TEXT: unescaped; a number or word: as written */
};

struct sgd_json_index;

struct sgd_json {
    char *text; /* the file, with padding behind it */
    size_t size;
    size_t capacity;
    const uint32_t *offsets; /* offsets[count] is size */
    uint32_t count;
    uint32_t at;      /* the next token */
    bool has_escapes; /* anywhere in the file */
    enum status fault;
    const char *fault_what;
    size_t fault_offset; /* in the text */
    const char *path;
    struct sgd_json_index *index;
    struct arena *unescaped;
};

/* Start from {0}; done frees what the files left. */
void sgd_json_done(struct sgd_json *json);
/* Reads the file and stands before its root value. `path` is borrowed for messages. */
enum status sgd_json_open(struct sgd_json *json, const char *path, size_t limit_bytes,
                          struct error *err);
/* The same for bytes in memory, which are copied. */
enum status sgd_json_open_bytes(struct sgd_json *json, const char *path, struct strview bytes,
                                struct error *err);
/* After the root value: the fault of the walk, or something behind the value, as an error with its
 * line and column. */
enum status sgd_json_finish(struct sgd_json *json, struct error *err);
/* The caller's own complaint about the value at token `at`. */
enum status sgd_json_complain(const struct sgd_json *json, uint32_t at, struct error *err,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));

/* What stands next; does not move. */
enum sgd_json_kind sgd_json_peek(struct sgd_json *json);
/* Steps into the object or array that stands next. */
void sgd_json_enter(struct sgd_json *json);
/* In an object: true and the key, standing before its value, which the caller must read or skip;
 * false behind its closing bracket. */
bool sgd_json_next_key(struct sgd_json *json, struct strview *ret_key);
/* In an array: true before an element. */
bool sgd_json_next_element(struct sgd_json *json);
/* Reads a scalar. At an object or array: its kind, and nothing moves. */
struct sgd_json_value sgd_json_read(struct sgd_json *json);
/* Text, else absent (and the value is skipped). */
struct strview sgd_json_read_text(struct sgd_json *json);
void sgd_json_skip(struct sgd_json *json);

/* A place to come back to. */
static inline uint32_t sgd_json_tell(const struct sgd_json *json)
{
    return json->at;
}

static inline void sgd_json_seek(struct sgd_json *json, uint32_t at)
{
    json->at = at;
}

static inline void sgd_json_cleanup(struct sgd_json *json)
{
    sgd_json_done(json);
}

#endif
