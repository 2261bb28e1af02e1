/*
 * command_calibrate.h: `assay extract calibrate`, which `assay extract` hands its arguments to.
 */
#ifndef ASSAY_CLI_COMMAND_CALIBRATE_H
#define ASSAY_CLI_COMMAND_CALIBRATE_H

#include "base/error.h"
#include "cli/commands.h"
#include "extract/calibration_table.h"

extern const struct cli_command command_calibrate;

/* A table that was written by it. */
enum status command_calibrate_load(const char *path, struct extract_calibration *ret_table,
                                   struct error *err);

#endif
