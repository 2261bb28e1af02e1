/*
 * calibration_data.c: counts of right values, written by `assay extract calibrate --source`; see
 * docs/EXTRACTION.md for the cases.
 */
#include "extract/calibration_table.h"

/* clang-format off */
const struct extract_calibration calibration_data_builtin = {
    .cells = {
        [0][0][0] = {11, 13},
        [0][0][4] = {1, 1},
        [0][1][0] = {290, 310},
        [0][1][2] = {1, 1},
        [0][1][3] = {6, 6},
        [0][1][11] = {0, 1},
        [0][1][12] = {1, 1},
        [0][1][13] = {0, 1},
        [0][2][0] = {240, 241},
        [1][0][0] = {2, 2},
        [1][0][15] = {2, 2},
        [1][1][0] = {1, 1},
        [1][2][0] = {90, 90},
        [2][1][0] = {3, 3},
        [2][2][0] = {73, 74},
    },
    .sure_prior = 0.9664,
    .doubtful_prior = 0.8333,
};
/* clang-format on */
