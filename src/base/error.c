/*
 * error.c: filling struct error and the tables made from STATUS_LIST. Any thread; an error belongs
 * to its caller.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status(error_set)(struct error *err, enum status status, const char *format, ...)
{
    if (!err)
        return status;
    err->status = status;
    err->retriable = false;
    err->where[0] = '\0';
    err->fix[0] = '\0';
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->what, sizeof err->what, format, arguments);
    va_end(arguments);
    return status;
}

void error_where(struct error *err, const char *format, ...)
{
    if (!err)
        return;
    char inner[sizeof err->where];
    memcpy(inner, err->where, sizeof inner);
    va_list arguments;
    va_start(arguments, format);
    int used = vsnprintf(err->where, sizeof err->where, format, arguments);
    va_end(arguments);
    if (inner[0] != '\0' && used >= 0 && (size_t)used < sizeof err->where)
        snprintf(err->where + used, sizeof err->where - (size_t)used, ": %.*s",
                 (int)(sizeof err->where - (size_t)used), inner);
}

void error_fix(struct error *err, const char *format, ...)
{
    if (!err)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->fix, sizeof err->fix, format, arguments);
    va_end(arguments);
}

enum status(error_no_memory)(struct error *err)
{
    return error_set(err, STATUS_NO_MEMORY, "memory ran out");
}

static const struct {
    const char *name;
    int exit_code;
    const char *text;
} statuses[] = {
#define X(name, exit_code, text) {#name, exit_code, text},
    STATUS_LIST(X)
#undef X
};

const char *status_name(enum status status)
{
    return statuses[status].name;
}

const char *status_text(enum status status)
{
    return statuses[status].text;
}

int status_exit_code(enum status status)
{
    return statuses[status].exit_code;
}
