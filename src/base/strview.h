/*
 * strview.h: borrowed bytes. A view never frees and never outlives its owner, which the comment
 * beside it names. data NULL means "absent", which is not the same as empty (data set, size 0).
 */
#ifndef ASSAY_BASE_STRVIEW_H
#define ASSAY_BASE_STRVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct strview {
    const char *data; /* not NUL-terminated, unless its maker says so */
    size_t size;
};

/* A view of a literal or of a NUL-terminated text; an absent text gives an absent view. */
static inline struct strview strview_of(const char *text)
{
    return (struct strview){text, text ? strlen(text) : 0};
}

static inline bool strview_is_absent(struct strview view)
{
    return view.data == NULL;
}

/* Absent equals only absent. */
static inline bool strview_equal(struct strview a, struct strview b)
{
    if (!a.data || !b.data)
        return !a.data && !b.data;
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool strview_is(struct strview view, const char *text)
{
    return strview_equal(view, strview_of(text));
}

static inline bool strview_starts_with(struct strview view, const char *prefix)
{
    size_t size = strlen(prefix);
    return view.data && view.size >= size && memcmp(view.data, prefix, size) == 0;
}

/* Byte order, absent first: for sorting. */
static inline int strview_compare(struct strview a, struct strview b)
{
    if (!a.data || !b.data)
        return (a.data != NULL) - (b.data != NULL);
    size_t shorter = a.size < b.size ? a.size : b.size;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static inline struct strview strview_trim(struct strview view)
{
    while (view.size && (unsigned char)view.data[0] <= ' ') {
        view.data++;
        view.size--;
    }
    while (view.size && (unsigned char)view.data[view.size - 1] <= ' ')
        view.size--;
    return view;
}

/* Levenshtein distance in bytes, for "did you mean"; texts over 64 bytes are SIZE_MAX apart. */
size_t strview_edit_distance(struct strview a, struct strview b);

/* For printf: "%.*s" takes STRVIEW_ARG(view). */
#define STRVIEW_ARG(view) (int)(view).size, (view).data ? (view).data : ""

#endif
