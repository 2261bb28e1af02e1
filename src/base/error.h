/*
 * error.h: what a function says when it could not do its work.
 *
 * A status is returned; a `struct error *` is the last argument and says where, what and how to fix
 * it. It is set once, where the failure is understood; callers may only sharpen `where`. `what` is
 * one lower-case line without a full stop; `fix` is a sentence, with a command where there is one.
 * Errors never hold secrets or what callers said.
 */
#ifndef ASSAY_BASE_ERROR_H
#define ASSAY_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
#define STATUS_LIST(X) /* name, exit code, text */                           \
    X(OK,               0, "success")                                        \
    X(CONFIG,           2, "the pipeline or command line is wrong")          \
    X(DATA,             1, "an event, gold file or schema is wrong")         \
    X(IO,               1, "a file could not be read or written")            \
    X(NETWORK,          1, "a service could not be reached")                 \
    X(NO_MEMORY,        1, "memory ran out")                                 \
    X(LIMIT,            1, "a stated limit was passed")                      \
    X(INTERNAL,         1, "a fault of assay itself")                        \
    X(GATE_FAILED,    100, "a gate did not hold")                            \
    X(INCONCLUSIVE,   101, "a gate could not decide")                        \
    X(BUDGET,         102, "the spending limit was reached")                 \
    X(INFRASTRUCTURE, 103, "too many infrastructure errors")                 \
    X(INTERRUPTED,    130, "interrupted")
/* clang-format on */

enum status {
#define X(name, exit_code, text) STATUS_##name,
    STATUS_LIST(X)
#undef X
};

struct error {
    enum status status;
    bool retriable;
    char where[256]; /* pipelines/nightly.yaml:14:9 or events.jsonl:812 */
    char what[512];
    char fix[256];
};

/* Sets status and what; clears where and fix. Returns `status`, so that `return error_set(...)`
 * reads well. `err` may be NULL. */
enum status error_set(struct error *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets the place; a place that is already there is kept behind it ("outer: inner"). */
void error_where(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_fix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* STATUS_NO_MEMORY with a plain text. */
enum status error_no_memory(struct error *err);

#ifdef __clang_analyzer__
/* clang-tidy does not see into error.c, and would follow paths on which a failure returns OK. */
static inline enum status error_same(enum status returned, enum status status)
{
    (void)returned;
    return status;
}
#define error_set(err, status, ...) error_same((error_set)(err, status, __VA_ARGS__), status)
#define error_no_memory(err) error_same((error_no_memory)(err), STATUS_NO_MEMORY)
#endif

const char *status_name(enum status status);
const char *status_text(enum status status);
int status_exit_code(enum status status);

#endif
