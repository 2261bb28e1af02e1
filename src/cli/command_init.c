/*
 * command_init.c: `assay init`: writes a commented pipeline to begin with.
 */
#include "base/file.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"

#include <stdio.h>

static const char starter[] =
    "# A pipeline for assay: what is replayed, against which candidates, and what must hold.\n"
    "# Check it:  assay validate -c pipeline.yaml        Run it:  assay run -c pipeline.yaml\n"
    "# `assay list keys` shows every key, `assay list metrics` every metric.\n"
    "experiment: my-first-experiment\n"
    "\n"
    "source:\n"
    "  events: conversations.jsonl     # conversations as events, one JSON object a line\n"
    "  gold: gold.jsonl                # what they should have yielded; leave it out when there is "
    "none\n"
    "\n"
    "task: task.yaml                   # slots, intents, states; copy datasets/booking/task.yaml "
    "and change it\n"
    "\n"
    "# How conversations are replayed. own_state: the candidate is told its own slots from the "
    "turn before, so errors\n"
    "# build up as they do live. teacher_forced: it is told gold's, so every turn stands alone.\n"
    "mode: own_state\n"
    "\n"
    "# The first candidate is what the others are compared with.\n"
    "candidates:\n"
    "  - name: production              # what your agent answered when it happened\n"
    "    kind: recorded\n"
    "  - name: rules                   # assay's own extraction rules: no model, no cost\n"
    "    kind: rules\n"
    "  # Your own agent behind HTTP: one POST a turn (docs/YOUR_AGENT.md).\n"
    "  # - name: mine\n"
    "  #   kind: endpoint\n"
    "  #   url: http://127.0.0.1:8080/turn\n"
    "  # A model behind an OpenAI-compatible endpoint, with a folder of prompt templates.\n"
    "  # - name: mini\n"
    "  #   kind: llm\n"
    "  #   model: openai/gpt-4o-mini     # the key comes from OPENAI_API_KEY\n"
    "  #   prompt: prompts/v1.0\n"
    "  #   temperature: 0\n"
    "\n"
    "# What must hold, or the exit status is 100.\n"
    "gates:\n"
    "  - metric: slot_f1_micro\n"
    "    candidate: rules\n"
    "    at_least: 0.7\n"
    "\n"
    "report:\n"
    "  monthly_calls: 10000            # the volume that monthly cost is told for\n";

static enum status write_starter(const char *path, bool force, struct error *err)
{
    if (!force && strcmp(path, "-") != 0 && file_exists(path)) {
        enum status status = error_set(err, STATUS_CONFIG, "'%s' is there already", path);
        error_fix(err, "Choose another name with -o, or overwrite it with --force.");
        return status;
    }
    return file_write(path, strview_of(starter), err);
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    const char *path = "pipeline.yaml";
    bool force = false, helped = false;
    struct cli_texts rest = {0};
    const struct cli_option options[] = {
        {"output", 'o', CLI_TEXT, &path, "FILE",
         "where to write; default: pipeline.yaml; -: standard output"},
        {"force", 0, CLI_FLAG, &force, NULL, "overwrite"},
        {0}};
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    if (status == STATUS_OK && !helped)
        status = write_starter(rest.count ? rest.items[0] : path, force, &err);
    if (status == STATUS_OK && !helped && strcmp(path, "-") != 0)
        fprintf(stderr, "assay: wrote %s. Check it with: assay validate -c %s\n",
                rest.count ? rest.items[0] : path, rest.count ? rest.items[0] : path);
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_init = {
    .name = "init",
    .summary = "write a commented pipeline to begin with",
    .usage = "[FILE] [options]",
    .details = "  assay init\n  assay init -o pipelines/mine.yaml",
    .run = run,
};
