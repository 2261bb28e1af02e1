/*
 * json_text.h: a text to any JSON value and back. Written it is canonical: no white space, keys in
 * their order, numbers with the shortest digits that read back the same. That is what a field of
 * kind JSON and a slot of kind JSON hold. Thread: any.
 */
#ifndef ASSAY_CODEC_JSON_TEXT_H
#define ASSAY_CODEC_JSON_TEXT_H

#include "base/error.h"
#include "base/strbuf.h"

#include <jansson.h>

/* jansson's parser, told to refuse a key that is there twice. STATUS_DATA: the text is not JSON, as
 * *ret_fault says; STATUS_NO_MEMORY. Nesting: jansson's 2,048 levels. The caller decrefs. */
enum status json_text_load(struct strview text, size_t flags, json_t **ret_json,
                           json_error_t *ret_fault);

/* Whether jansson found no memory in this thread since this was last asked: for Avro C, which
 * parses with it and tells another reason. */
bool json_text_take_starved(void);

/* Appends; out->failed tells when memory ran out. */
void json_text_add(const json_t *value, struct strbuf *out);

#endif
