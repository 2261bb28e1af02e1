/*
 * golden_builder.c: see golden_builder.h.
 */
#include "support/golden_builder.h"

#include "base/cleanup.h"
#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>

static bool bless(const char *path, struct strview text)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    bool written = fwrite(text.data, 1, text.size, file) == text.size;
    return fclose(file) == 0 && written;
}

static bool read_whole(const char *path, struct strbuf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    char piece[4096];
    size_t size;
    while ((size = fread(piece, 1, sizeof piece, file)) > 0)
        strbuf_add(out, piece, size);
    fclose(file);
    return !out->failed;
}

static struct strview line_at(struct strview text, size_t start)
{
    const char *end = memchr(text.data + start, '\n', text.size - start);
    return (struct strview){text.data + start,
                            end ? (size_t)(end - text.data) - start : text.size - start};
}

static void tell_difference(const char *path, struct strview expected, struct strview text)
{
    size_t start = 0, line = 1, at = 0;
    while (at < expected.size && at < text.size && expected.data[at] == text.data[at]) {
        if (expected.data[at++] == '\n') {
            start = at;
            line++;
        }
    }
    fprintf(stderr, "%s:%zu differs (ASSAY_BLESS=1 writes it anew)\n- %.*s\n+ %.*s\n", path, line,
            STRVIEW_ARG(line_at(expected, start)), STRVIEW_ARG(line_at(text, start)));
}

bool golden_builder_agrees(const char *path, struct strview text)
{
    char full[4096];
    snprintf(full, sizeof full, "%s/%s", ASSAY_SOURCE_DIR, path);
    if (getenv("ASSAY_BLESS"))
        return bless(full, text);
    CLEANUP(strbuf_done) struct strbuf expected = {0};
    if (!read_whole(full, &expected)) {
        fprintf(stderr, "%s could not be read\n", full);
        return false;
    }
    if (strview_equal(strbuf_view(&expected), text))
        return true;
    tell_difference(path, strbuf_view(&expected), text);
    return false;
}

size_t golden_builder_count(struct strview text, const char *part)
{
    size_t count = 0, size = strlen(part);
    for (size_t at = 0; at + size <= text.size;) {
        const char *found = memmem(text.data + at, text.size - at, part, size);
        if (!found)
            break;
        count++;
        at = (size_t)(found - text.data) + size;
    }
    return count;
}

bool golden_builder_has(struct strview text, const char *part)
{
    return golden_builder_count(text, part) > 0;
}
