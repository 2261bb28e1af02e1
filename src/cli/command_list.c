/*
 * command_list.c: `assay list`: what a pipeline file may hold: keys, candidates, metrics.
 */
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "cli/list_metrics.h"
#include "replay/candidate.h"

#include <stdio.h>

static void describe(const char *title, const struct option *table)
{
    struct strbuf text = {0};
    option_table_describe(table, &text);
    printf("%s\n%s", title, text.data ? text.data : "");
    strbuf_done(&text);
}

static void list_candidates(void)
{
    for (int i = 0; candidate_type_names[i]; i++)
        printf("  %-10s %s\n", candidate_kind_of(i)->name, candidate_kind_of(i)->summary);
}

static void list_keys(void)
{
    describe("pipeline", pipeline_spec_options);
    describe("candidates: a list of", pipeline_spec_candidate_options);
    describe("scorers: a list of", pipeline_spec_scorer_options);
    describe("gates: a list of", gate_spec_options);
    describe("user", user_spec_options);
    describe("source.kafka", kafka_spec_source_options);
}

static enum status list(const char *what, struct error *err)
{
    static const char *const names[] = {"candidates", "metrics", "keys", NULL};
    if (!what || strcmp(what, "candidates") == 0) {
        puts("candidates:");
        list_candidates();
    }
    if (!what || strcmp(what, "metrics") == 0) {
        puts("metrics:");
        list_metrics_print();
    }
    if (!what || strcmp(what, "keys") == 0) {
        puts("keys:");
        list_keys();
    }
    for (size_t i = 0; what && names[i]; i++)
        if (strcmp(what, names[i]) == 0)
            return STATUS_OK;
    if (!what)
        return STATUS_OK;
    enum status status = error_set(err, STATUS_CONFIG, "there is no list of '%s'", what);
    error_fix(err, "Ask for candidates, metrics or keys.");
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    bool helped = false;
    struct cli_texts rest = {0};
    const struct cli_option options[] = {{0}};
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    if (status == STATUS_OK && !helped)
        status = list(rest.count ? rest.items[0] : NULL, &err);
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_list = {
    .name = "list",
    .summary = "list candidate kinds, metrics and the keys of a pipeline file",
    .usage = "[candidates|metrics|keys]",
    .details = "  assay list candidates\n  assay list metrics\n  assay list keys",
    .run = run,
};
