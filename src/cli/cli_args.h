/*
 * cli_args.h: the options of a command, said once: parsing, --help and "did you mean" come from the
 * table. Thread: main.
 */
#ifndef ASSAY_CLI_CLI_ARGS_H
#define ASSAY_CLI_CLI_ARGS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cli_kind {
    CLI_FLAG,  /* bool */
    CLI_TEXT,  /* const char * */
    CLI_COUNT, /* int64_t, 0 or more */
    CLI_TEXTS, /* struct cli_texts: may be given again */
};

struct cli_texts {
    const char **items;
    size_t count, capacity;
};

struct cli_option {
    const char *name; /* "max-cost" for --max-cost */
    char letter;      /* 0: none */
    enum cli_kind kind;
    void *target;
    const char *value_name; /* "FILE" */
    const char *help;
};

struct cli_command {
    const char *name;    /* "run", "import sgd" */
    const char *summary; /* one line for `assay --help` */
    const char *usage;   /* what stands behind the name: "-c PIPELINE [options]" */
    const char *details; /* paragraphs and examples for --help; MAY be NULL */
    int (*run)(
        int argc, char **argv,
        const struct cli_command *command); /* argv behind the command's name; the exit status */
};

/*
 * Options may stand anywhere; what is left goes to `positional` in order. STATUS_CONFIG with the
 * nearest known option for an unknown one. When --help is there it is printed and *ret_helped set:
 * the caller returns 0.
 */
enum status cli_args_parse(const struct cli_command *command, const struct cli_option *options,
                           int argc, char **argv, struct cli_texts *positional, bool *ret_helped,
                           struct error *err);
void cli_texts_done(struct cli_texts *texts);

/* "assay: where: what. Fix." on stderr; returns the exit code. */
int cli_args_fail(const struct error *err);

#endif
