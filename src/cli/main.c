/*
 * main.c: finds the command and hands over. Results go to stdout, everything else to stderr.
 */
#include "base/strview.h"
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

static void print_usage(FILE *out)
{
    fprintf(out,
            "assay %s: evaluates agents that hold conversations to get something done\n\n"
            "usage: assay COMMAND [options]\n\ncommands:\n",
            ASSAY_VERSION);
    for (size_t i = 0; commands[i]; i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "\n`assay COMMAND --help` tells more, with examples. Begin with: assay init\n");
}

static int unknown_command(const char *name)
{
    struct error err = {0};
    const char *nearest = NULL;
    size_t best = 3;
    error_set(&err, STATUS_CONFIG, "there is no command '%.60s'", name);
    for (size_t i = 0; commands[i]; i++) {
        size_t distance = strview_edit_distance(strview_of(name), strview_of(commands[i]->name));
        if (distance < best) {
            best = distance;
            nearest = commands[i]->name;
        }
    }
    if (nearest)
        error_fix(&err, "Did you mean '%s'?", nearest);
    else
        error_fix(&err, "`assay --help` lists the commands.");
    return cli_args_fail(&err);
}

/* A result that did not reach its file is no result. */
static int checked(int code)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || code != 0)
        return code;
    struct error err = {0};
    error_set(&err, STATUS_IO, "could not write to standard output");
    return cli_args_fail(&err);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return status_exit_code(STATUS_CONFIG);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("assay %s\n", ASSAY_VERSION);
        return 0;
    }
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return checked(commands[i]->run(argc - 2, argv + 2, commands[i]));
    return unknown_command(argv[1]);
}
