/*
 * command_doctor.c: `assay doctor`: can a run over this pipeline's topic work?
 */
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "worker/doctor.h"

#include <stdio.h>

static void tell(void *context, enum doctor_finding finding, const char *text, const char *fix)
{
    static const char *const words[] = {"ok     ", "warning", "fault  "};
    (void)context;
    printf("%s  %s\n", words[finding], text);
    if (fix)
        printf("         %s\n", fix);
}

static enum status examine(const char *config, const char *env_file, const struct cli_texts *sets,
                           struct arena *arena, struct error *err)
{
    struct pipeline_spec *pipeline = NULL;
    size_t faults = 0;
    if (!config)
        return error_set(err, STATUS_CONFIG, "which pipeline? Name it with -c FILE");
    enum status status = cli_pipeline_load_topic(config, sets, env_file, arena, &pipeline, err);
    if (status == STATUS_OK)
        status = doctor_examine(pipeline, tell, NULL, &faults, err);
    if (status == STATUS_OK && faults)
        status = error_set(err, STATUS_NETWORK, "%zu fault%s found", faults,
                           faults == 1 ? " was" : "s were");
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    const char *config = NULL, *env_file = NULL;
    struct cli_texts sets = {0}, rest = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"config", 'c', CLI_TEXT, &config, "FILE", "the pipeline, whose source is a topic"},
        {"set", 0, CLI_TEXTS, &sets, "PATH=VALUE", "change a value of the pipeline; again for more"},
        {"env-file", 0, CLI_TEXT, &env_file, "FILE", "NAME=VALUE lines for the environment, e.g. secrets"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    bool helped = false;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena ? cli_args_parse(command, options, argc, argv, &rest, &helped, &err)
                               : error_no_memory(&err);
    if (status == STATUS_OK && !helped)
        status = examine(config, env_file, &sets, arena, &err);
    cli_texts_done(&sets);
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_doctor = {
    .name = "doctor",
    .summary = "check broker, rights, topics, registry and far ends of a pipeline",
    .usage = "-c PIPELINE [options]",
    .details =
        "Changes nothing on the broker but for the transactional id 'assay-doctor'. Exit status\n"
        "1 when there is a fault; each is told with what to do.\n\n"
        "  assay doctor -c pipeline.yaml",
    .run = run,
};
