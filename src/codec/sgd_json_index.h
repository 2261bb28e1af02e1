/*
 * sgd_json_index.h: the first pass over a JSON text, done by simdjson: where each bracket, comma,
 * colon and the first byte of each string, number or word stands. It also finds bytes that are not
 * UTF-8, control characters inside strings and a string without an end. Everything else is judged
 * by the cursor of sgd_json.h. Thread: one at a time; reused from file to file.
 */
#ifndef ASSAY_CODEC_SGD_JSON_INDEX_H
#define ASSAY_CODEC_SGD_JSON_INDEX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SGD_JSON_INDEX_PADDING = 64 }; /* zero bytes that must be readable behind the text */

enum sgd_json_index_fault {
    SGD_JSON_INDEX_OK,
    SGD_JSON_INDEX_EMPTY,
    SGD_JSON_INDEX_UTF8,
    SGD_JSON_INDEX_CONTROL_CHARACTER,
    SGD_JSON_INDEX_UNCLOSED_STRING,
    SGD_JSON_INDEX_TOO_LARGE,
    SGD_JSON_INDEX_NO_MEMORY,
};

struct sgd_json_index;

struct sgd_json_index *sgd_json_index_create(void); /* NULL: no memory */
void sgd_json_index_destroy(struct sgd_json_index *index);
/* Offsets in rising order; the one behind the last is `size`. Valid until the next call. */
enum sgd_json_index_fault sgd_json_index_build(struct sgd_json_index *index, const char *text,
                                               size_t size, const uint32_t **ret_offsets,
                                               uint32_t *ret_count);

#ifdef __cplusplus
}
#endif

#endif
