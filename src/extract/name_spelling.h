/*
 * name_spelling.h: names that are spelled letter by letter; for the name reader.
 */
#ifndef ASSAY_EXTRACT_NAME_SPELLING_H
#define ASSAY_EXTRACT_NAME_SPELLING_H

#include "extract/extract_private.h"

/* The token behind a run of letters at `at` that spell a name; `at` when there is none. Writes the
 * name (capitalized, without an end sign) and its size. */
uint32_t name_spelling_read(const struct extract_scratch *scratch, uint32_t at, char *ret_text,
                            size_t capacity, size_t *ret_size);

#endif
