/* commands.h: the commands of the program; one file each, one line in commands.c. */
#ifndef ASSAY_CLI_COMMANDS_H
#define ASSAY_CLI_COMMANDS_H

#include "cli/cli_args.h"

extern const struct cli_command command_init, command_validate, command_list, command_import,
    command_convert, command_run, command_resume, command_worker, command_produce,
    command_dead_letter, command_doctor, command_runs, command_show, command_summary, command_score,
    command_compare, command_report, command_extract, command_drift;

extern const struct cli_command command_baseline, command_plan; /* gates */

/* Ends with NULL. */
extern const struct cli_command *const commands[];

#endif
