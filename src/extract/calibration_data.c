/*
 * calibration_data.c: counts of right values, written by `assay extract calibrate --source`; see
 * docs/EXTRACTION.md for the cases.
 */
#include "extract/calibration_table.h"

/* clang-format off */
const struct extract_calibration calibration_data_builtin = {
    .cells = {
        [0][0][0] = {1, 1},
        [0][0][4] = {1, 1},
        [0][1][0] = {116, 118},
        [0][1][2] = {1, 1},
        [0][1][3] = {6, 6},
        [0][1][13] = {0, 2},
        [0][2][0] = {165, 165},
        [1][0][15] = {3, 3},
        [1][2][0] = {58, 58},
        [2][1][0] = {1, 1},
        [2][2][0] = {31, 32},
    },
    .sure_prior = 0.9896,
    .doubtful_prior = 0.8333,
};
/* clang-format on */
