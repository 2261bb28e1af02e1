/* commands.c: the table of commands, in the order in which a user meets them. */
#include "cli/commands.h"

/* clang-format off */
const struct cli_command *const commands[] = {
    &command_init,
    &command_validate,
    &command_list,
    &command_import,
    &command_convert,
    &command_run,
    &command_resume,
    &command_worker,
    &command_produce,
    &command_dead_letter,
    &command_doctor,
    &command_runs,
    &command_show,
    &command_report,
    &command_compare,
    &command_baseline,
    &command_plan,
    &command_drift,
    &command_summary,
    &command_score,
    &command_extract,
    NULL,
};
/* clang-format on */
