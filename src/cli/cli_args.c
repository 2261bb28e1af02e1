/*
 * cli_args.c: one parser for all commands.
 */
#include "cli/cli_args.h"

#include "base/memory.h"
#include "base/strview.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_options(const struct cli_option *options)
{
    for (; options->name; options++) {
        char left[64];
        char letter[8] = "    ";
        if (options->letter)
            snprintf(letter, sizeof letter, "-%c, ", options->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, options->name,
                 options->value_name ? " " : "", options->value_name ? options->value_name : "");
        printf("  %-30s %s\n", left, options->help);
    }
    printf("  %-30s %s\n", "-h, --help", "print this");
}

static void print_help(const struct cli_command *command, const struct cli_option *options)
{
    printf("assay %s: %s\n\nusage: assay %s %s\n", command->name, command->summary, command->name,
           command->usage);
    printf("\noptions:\n");
    print_options(options);
    if (command->details)
        printf("\n%s\n", command->details);
}

static enum status unknown_option(const struct cli_command *command,
                                  const struct cli_option *options, const char *name,
                                  struct error *err)
{
    enum status status = error_set(err, STATUS_CONFIG, "unknown option '--%s'", name);
    const char *nearest = NULL;
    size_t best = 4;
    for (; options->name; options++) {
        size_t distance = strview_edit_distance(strview_of(name), strview_of(options->name));
        if (distance < best) {
            best = distance;
            nearest = options->name;
        }
    }
    if (nearest)
        error_fix(err, "Did you mean '--%s'? `assay %s --help` shows every option.", nearest,
                  command->name);
    else
        error_fix(err, "`assay %s --help` shows every option.", command->name);
    return status;
}

static bool add_text(struct cli_texts *texts, const char *text)
{
    if (!memory_grow(&texts->items, &texts->capacity, texts->count + 1, sizeof *texts->items))
        return false;
    texts->items[texts->count++] = text;
    return true;
}

static enum status store(const struct cli_option *option, const char *value, struct error *err)
{
    char *end;
    switch (option->kind) {
    case CLI_FLAG:
        *(bool *)option->target = true;
        return STATUS_OK;
    case CLI_TEXT:
        *(const char **)option->target = value;
        return STATUS_OK;
    case CLI_TEXTS:
        return add_text(option->target, value) ? STATUS_OK : error_no_memory(err);
    case CLI_COUNT:
        errno = 0;
        *(int64_t *)option->target = strtoll(value, &end, 10);
        if (errno || *end || end == value || *(int64_t *)option->target < 0)
            return error_set(err, STATUS_CONFIG, "--%s takes a whole number, not '%s'",
                             option->name, value);
        return STATUS_OK;
    }
    return STATUS_INTERNAL;
}

static const struct cli_option *find_long(const struct cli_option *options, const char *name,
                                          size_t size)
{
    for (; options->name; options++)
        if (strlen(options->name) == size && strncmp(options->name, name, size) == 0)
            return options;
    return NULL;
}

static const struct cli_option *find_letter(const struct cli_option *options, char letter)
{
    for (; options->name; options++)
        if (options->letter && options->letter == letter)
            return options;
    return NULL;
}

struct parse {
    const struct cli_command *command;
    const struct cli_option *options;
    int argc, at;
    char **argv;
};

/* One option, with its value inside the word (--name=value, -nvalue) or in the next one. */
static enum status take_option(struct parse *parse, const char *word, struct error *err)
{
    bool is_long = word[1] == '-';
    const char *name = word + (is_long ? 2 : 1);
    size_t size = is_long ? strcspn(name, "=") : 1;
    const struct cli_option *option =
        is_long ? find_long(parse->options, name, size) : find_letter(parse->options, name[0]);
    if (!option) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)(size < 60 ? size : 60), name);
        if (is_long)
            return unknown_option(parse->command, parse->options, text, err);
        enum status status = error_set(err, STATUS_CONFIG, "unknown option '-%s'", text);
        error_fix(err, "`assay %s --help` shows every option.", parse->command->name);
        return status;
    }
    const char *value = NULL;
    if (is_long && name[size] == '=')
        value = name + size + 1;
    else if (!is_long && name[1])
        value = name + 1;
    if (option->kind == CLI_FLAG && value)
        return error_set(err, STATUS_CONFIG, "--%s takes no value", option->name);
    if (option->kind != CLI_FLAG && !value) {
        if (parse->at >= parse->argc)
            return error_set(err, STATUS_CONFIG, "--%s needs a value (%s)", option->name,
                             option->value_name);
        value = parse->argv[parse->at++];
    }
    return store(option, value, err);
}

enum status cli_args_parse(const struct cli_command *command, const struct cli_option *options,
                           int argc, char **argv, struct cli_texts *positional, bool *ret_helped,
                           struct error *err)
{
    struct parse parse = {command, options, argc, 0, argv};
    bool only_positional = false;
    *ret_helped = false;
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(command, options);
            *ret_helped = true;
            return STATUS_OK;
        }
    }
    while (parse.at < argc) {
        const char *word = argv[parse.at++];
        enum status status = STATUS_OK;
        if (!only_positional && strcmp(word, "--") == 0)
            only_positional = true;
        else if (!only_positional && word[0] == '-' && word[1])
            status = take_option(&parse, word, err);
        else if (!add_text(positional, word))
            status = error_no_memory(err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

void cli_texts_done(struct cli_texts *texts)
{
    memory_free((void *)(uintptr_t)texts->items);
    *texts = (struct cli_texts){0};
}

int cli_args_fail(const struct error *err)
{
    fprintf(stderr, "assay: ");
    if (err->where[0])
        fprintf(stderr, "%s: ", err->where);
    fprintf(stderr, "%s.", err->what);
    if (err->fix[0])
        fprintf(stderr, " %s", err->fix);
    fputc('\n', stderr);
    return status_exit_code(err->status);
}
