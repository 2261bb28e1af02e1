/*
 * golden_builder.h: a text against a file of the repository. With ASSAY_BLESS=1 in the environment
 * the file is written instead, to be read in the diff before it is committed.
 */
#ifndef ASSAY_TESTS_GOLDEN_BUILDER_H
#define ASSAY_TESTS_GOLDEN_BUILDER_H

#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>

/* True when `text` is what the file `path` (from the root of the repository) holds; else prints the
 * first line that differs to stderr. */
bool golden_builder_agrees(const char *path, struct strview text);
/* How often `part` stands in `text`. */
size_t golden_builder_count(struct strview text, const char *part);
bool golden_builder_has(struct strview text, const char *part);

#endif
