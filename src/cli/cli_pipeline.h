/*
 * cli_pipeline.h: what several commands do with a pipeline: read --set and --env-file, tell faults.
 * Thread: main.
 */
#ifndef ASSAY_CLI_CLI_PIPELINE_H
#define ASSAY_CLI_CLI_PIPELINE_H

#include "cli/cli_args.h"
#include "config/pipeline_spec.h"

/* "path=value" arguments; in the arena. */
enum status cli_pipeline_overrides(const struct cli_texts *sets, struct arena *arena,
                                   struct pipeline_override **ret_overrides, struct error *err);
/* Puts NAME=VALUE lines into the environment; what is set there already stays. Values are never
 * printed. */
enum status cli_pipeline_env_file(const char *path, struct error *err);
/* Prints the faults on stderr, one a line. */
void cli_pipeline_print_faults(const struct fault_list *faults);
/* The pipeline of a run as it was run, for reports; faults of it are told. In `arena`. */
enum status cli_pipeline_of_run(const char *folder, struct arena *arena,
                                struct pipeline_spec **ret_pipeline, struct error *err);
/* Faults of data, told on stderr as they are found: the first CLI_FAULTS_SHOWN, then how many more.
 */
enum { CLI_FAULTS_SHOWN = 50 };
struct cli_faults {
    uint64_t count;
};
void cli_pipeline_tell_fault(void *faults, const struct error *fault);
void cli_pipeline_tell_rest(const struct cli_faults *faults);
/* The pipeline of a command that works on its topic; faults are printed. */
enum status cli_pipeline_load_topic(const char *path, const struct cli_texts *sets,
                                    const char *env_file, struct arena *arena,
                                    struct pipeline_spec **ret_pipeline, struct error *err);
/* Where run folders lie when no pipeline says it: ASSAY_RUNS, else "runs". */
const char *cli_pipeline_runs(const char *option);

#endif
