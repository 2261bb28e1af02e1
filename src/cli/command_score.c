/*
 * command_score.c: `assay score`: predictions in files against gold in files, without a run.
 * Profile `sgd`: the official scorer's format.
 */
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "score/sgd_score.h"

#include <string.h>

static enum status check(const char *profile, const struct sgd_score_options *sgd,
                         struct error *err)
{
    if (!profile || strcmp(profile, "sgd") != 0) {
        enum status status = error_set(err, STATUS_CONFIG, "profile '%s' does not score files",
                                       profile ? profile : "(none)");
        error_fix(err,
                  "Use --profile sgd. Profile assay scores in `assay run`; predictions of your own "
                  "go through `assay import predictions`.");
        return status;
    }
    const struct {
        const char *name, *value;
    } needed[] = {{"schema", sgd->schema_path},
                  {"gold", sgd->gold_dir},
                  {"predictions", sgd->predictions_dir}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!needed[i].value)
            return error_set(err, STATUS_CONFIG, "--%s is missing", needed[i].name);
    return STATUS_OK;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    const char *profile = NULL;
    struct sgd_score_options sgd = {.output_path = "-"};
    int64_t threads = 0;
    bool helped = false;
    struct cli_texts rest = {0};
    const struct cli_option options[] = {
        {"profile", 0, CLI_TEXT, &profile, "NAME", "the set of conventions: sgd"},
        {"schema", 0, CLI_TEXT, &sgd.schema_path, "FILE", "schema of the services"},
        {"train-schema", 0, CLI_TEXT, &sgd.train_schema_path, "FILE",
         "schema of the train split: adds seen and unseen services"},
        {"gold", 0, CLI_TEXT, &sgd.gold_dir, "DIR", "folder with dialogues_*.json"},
        {"predictions", 0, CLI_TEXT, &sgd.predictions_dir, "DIR",
         "folder with *.json of predictions"},
        {"joint-acc-across-turn", 0, CLI_FLAG, &sgd.joint_acc_across_turn, NULL,
         "joint accuracy over all services of a turn"},
        {"no-fuzzy-match", 0, CLI_FLAG, &sgd.no_fuzzy_match, NULL,
         "values are equal or not, instead of alike"},
        {"output", 'o', CLI_TEXT, &sgd.output_path, "FILE",
         "metrics.json; default: standard output"},
        {"threads", 0, CLI_COUNT, &threads, "N", "default: one a core"},
        {0}};
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    cli_texts_done(&rest);
    if (status == STATUS_OK && helped)
        return 0;
    sgd.threads = (int)threads;
    if (status == STATUS_OK)
        status = check(profile, &sgd, &err);
    if (status == STATUS_OK)
        status = sgd_score_directories(&sgd, &err);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_score = {
    .name = "score",
    .summary = "score files of predictions against files of gold (profile sgd)",
    .usage = "--profile sgd --schema FILE --gold DIR --predictions DIR [options]",
    .details = "Writes {collection: {metric: number}}, equal to the official scorer's.\n\n"
               "  assay score --profile sgd --schema schema.json --gold gold/ --predictions out/ "
               "-o metrics.json",
    .run = run,
};
