/*
 * json_write.h: JSON into a strbuf, byte by byte the same everywhere: ", " and ": " between, keys
 * in the order they are added, invalid UTF-8 as U+FFFD. Thread: one at a time.
 */
#ifndef ASSAY_BASE_JSON_WRITE_H
#define ASSAY_BASE_JSON_WRITE_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

struct json_write {
    struct strbuf *out;
    bool has_element; /* a comma is due before the next one */
    bool after_key;
};

void json_write_begin_object(struct json_write *writer);
void json_write_end_object(struct json_write *writer);
void json_write_begin_array(struct json_write *writer);
void json_write_end_array(struct json_write *writer);
void json_write_key(struct json_write *writer, struct strview key);
void json_write_text(struct json_write *writer, struct strview text);
void json_write_i64(struct json_write *writer, int64_t value);
void json_write_real(struct json_write *writer, double value);   /* 1 is 1.0; NaN is null */
void json_write_number(struct json_write *writer, double value); /* 1 is 1; NaN is null */
void json_write_bool(struct json_write *writer, bool value);
void json_write_null(struct json_write *writer);
void json_write_raw(struct json_write *writer, struct strview json); /* trusted JSON text */
/* 10^-9 USD as a decimal number in USD, exact: 0.0, 0.00012. */
void json_write_usd(struct json_write *writer, int64_t usd_nano);

/* key and value in one, for literals */
void json_write_key_text(struct json_write *writer, const char *key, struct strview text);
void json_write_key_i64(struct json_write *writer, const char *key, int64_t value);
void json_write_key_real(struct json_write *writer, const char *key, double value);
void json_write_key_bool(struct json_write *writer, const char *key, bool value);

/* Just the quoted and escaped text. */
void json_write_quoted(struct strbuf *out, struct strview text);

#endif
