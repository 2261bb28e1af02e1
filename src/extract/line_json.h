/*
 * line_json.h: a small streaming JSON reader and writer for one line at a time, for `assay
 * extract`, where building a tree would cost more than the extraction. Thread: one at a time.
 */
#ifndef ASSAY_EXTRACT_LINE_JSON_H
#define ASSAY_EXTRACT_LINE_JSON_H

#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads values from left to right; the first fault stays, with the place of it. */
struct line_json_reader {
    const char *at, *end;
    const char *start;
    const char *fault; /* static text; NULL while all is well */
    char *room;        /* where unescaped strings go; at least as large as the line */
};

struct line_json_reader line_json_reader_of(struct strview line, char *room);
/* '{', '[', '"', '0' for a number, 't', 'f', 'n'; 0 at the end or after a fault. */
char line_json_peek(struct line_json_reader *reader);
/* Enters an object; then, until it returns false, each key; read its value in between. */
bool line_json_object(struct line_json_reader *reader);
bool line_json_key(struct line_json_reader *reader, bool first, struct strview *ret_key);
bool line_json_array(struct line_json_reader *reader);
bool line_json_element(struct line_json_reader *reader, bool first);
/* A string, unescaped; lives in the line or in the room. */
struct strview line_json_string(struct line_json_reader *reader);
/* Any value, checked and left as it stands in the line. */
struct strview line_json_skip(struct line_json_reader *reader);
/* True when nothing but white space is left. */
bool line_json_ended(struct line_json_reader *reader);

struct line_json_writer {
    char *data;
    size_t size, capacity;
    bool failed; /* memory ran out */
};

void line_json_writer_done(struct line_json_writer *writer);
/* Room for `more` bytes; false when memory ran out. The others below call it. */
bool line_json_reserve(struct line_json_writer *writer, size_t more);
void line_json_raw(struct line_json_writer *writer, const char *text, size_t size);
void line_json_text(struct line_json_writer *writer, struct strview text); /* quoted */
void line_json_uint(struct line_json_writer *writer, uint64_t value);
/* 0..1 with at most four decimals. */
void line_json_ratio(struct line_json_writer *writer, double value);

#define LINE_JSON_LITERAL(writer, text) line_json_raw(writer, text, sizeof(text) - 1)

#endif
