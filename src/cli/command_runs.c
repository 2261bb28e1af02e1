/*
 * command_runs.c: `assay runs`: the runs of a folder, newest first.
 */
#include "base/json_write.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "journal/run_folder.h"

#include <stdio.h>

static void print_json(struct run_manifest **list, size_t count)
{
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    json_write_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        json_write_begin_object(&writer);
        json_write_key_text(&writer, "run_id", strview_of(list[i]->run_id));
        json_write_key_text(&writer, "experiment", strview_of(list[i]->experiment));
        json_write_key_text(&writer, "created", strview_of(list[i]->created));
        json_write_key_text(&writer, "pipeline", strview_of(list[i]->pipeline_path));
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    puts(text.data);
    strbuf_done(&text);
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    const char *runs = NULL, *experiment = NULL;
    bool json = false, helped = false;
    struct cli_texts rest = {0};
    const struct cli_option options[] = {
        {"runs", 0, CLI_TEXT, &runs, "DIR",
         "folder of the run folders; default: ASSAY_RUNS or ./runs"},
        {"experiment", 0, CLI_TEXT, &experiment, "NAME", "only runs of this experiment"},
        {"json", 0, CLI_FLAG, &json, NULL, "print JSON"},
        {0}};
    struct error err = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    struct run_manifest **list = NULL;
    size_t count = 0, kept = 0;
    enum status status = arena ? cli_args_parse(command, options, argc, argv, &rest, &helped, &err)
                               : error_no_memory(&err);
    cli_texts_done(&rest);
    if (status == STATUS_OK && helped)
        return 0;
    if (status == STATUS_OK)
        status = run_folder_list(cli_pipeline_runs(runs), arena, &list, &count, &err);
    if (status != STATUS_OK)
        return cli_args_fail(&err);
    for (size_t i = 0; i < count; i++)
        if (!experiment || strcmp(list[i]->experiment, experiment) == 0)
            list[kept++] = list[i];
    if (json) {
        print_json(list, kept);
        return 0;
    }
    if (kept == 0)
        fprintf(stderr, "assay: there are no runs in '%s'\n", cli_pipeline_runs(runs));
    for (size_t i = 0; i < kept; i++)
        printf("%-28s  %-24s  %s\n", list[i]->run_id, list[i]->created, list[i]->experiment);
    return 0;
}

const struct cli_command command_runs = {
    .name = "runs",
    .summary = "list the runs that were made",
    .usage = "[options]",
    .details = "  assay runs\n  assay runs --experiment quickstart --json",
    .run = run,
};
